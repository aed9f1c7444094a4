/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A TCB in ESTABLISHED and as much of the tcp room as its leaves touch: lists, wheel, clock,
 * counters. No pool, no flow table, no mbuf, so that a test of a leaf starts no EAL.
 */
#ifndef TEST_UNIT_TCP_BARE_H
#define TEST_UNIT_TCP_BARE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <estab/stack.h>

#include "config.h"
#include "tcp/tcp.h"

#define MS     UINT64_C(1000000)
#define SECOND (1000 * MS)

enum {
	BARE_ISS = 10000,
	BARE_IRS = 20000,
	BARE_MSS = 1000,
};

struct bare {
	struct tcp tcp;
	struct estab_stats stats;
	struct tcb tcb;
	struct work work;
};

static inline void
bare_init_room(struct bare *bare)
{
	struct estab_stack_config config;

	memset(bare, 0, sizeof(*bare));
	estab_stack_config_init(&config);
	config_fill_defaults(&config);
	bare->tcp.config = config.tcp;
	bare->tcp.config.congestion = ESTAB_CONGESTION_NEWRENO; /* easier to work out by hand */
	bare->tcp.stats = &bare->stats;
	bare->tcp.receive_memory_max = bare->tcp.send_memory_max = UINT64_MAX;
	TAILQ_INIT(&bare->tcp.reassembly_list);
	TAILQ_INIT(&bare->tcp.recovery_list);
	bare->tcp.mtu = config.interface.mtu;
	bare->tcp.works.stirred = &bare->tcp.works.rest;
	timer_wheel_init(&bare->tcp.wheel, 0);
	tcp_set_now(&bare->tcp, SECOND);
}

/* One segment's worth of numbers each way; nothing in flight, the peer's window is 64000. */
static inline struct tcb *
bare_init(struct bare *bare)
{
	struct tcb *tcb = &bare->tcb;

	bare_init_room(bare);
	bare->tcp.tcbs.objects = (uint8_t *)tcb;
	tcb->tcp = &bare->tcp;
	tcb->work = &bare->work;
	bare->work.tcb = tcb;
	tcb->flags = TCB_IN_USE | TCB_IN_FLOW_TABLE | TCB_HELD | TCB_REACHED_ESTABLISHED;
	tcb->state = TCP_STATE_ESTABLISHED;
	tcb->path.family = ESTAB_FAMILY_IPV4;
	tcb->work->iss = tcb->work->recover = BARE_ISS;
	tcb->snd_una = tcb->snd_nxt = tcb->work->snd_cursor = tcb->work->answered = BARE_ISS + 1;
	tcb->work->irs = BARE_IRS;
	tcb->rcv_nxt = tcb->work->last_ack_sent = BARE_IRS + 1;
	tcb->rcv_wnd = 65535;
	tcb->rcv_buffer = bare->tcp.config.receive_buffer_bytes;
	tcb->snd_wnd = tcb->snd_wnd_max = 64000;
	tcb->work->snd_wl1 = BARE_IRS;
	tcb->work->snd_wl2 = BARE_ISS;
	tcb->snd_mss = tcb->rcv_mss = BARE_MSS;
	tcb->congestion_control = ESTAB_CONGESTION_NEWRENO;
	tcb->cwnd = 10 * BARE_MSS;
	tcb->ssthresh = UINT32_C(1) << 30;
	return tcb;
}

/* So many octets are in flight. */
static inline void
bare_fly(struct tcb *tcb, uint32_t octets)
{
	tcb->snd_nxt = tcb->work->snd_cursor = tcb->snd_una + octets;
}

#endif
