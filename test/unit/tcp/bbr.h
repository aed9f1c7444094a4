/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bare connection under BBR, and ACKs that say what a test wants them to: the sample is given, what
 * becomes of the model is asked. SMSS is 1000; the path of most cases delivers 1 MB/s in a round trip
 * of 100 ms, so that its bandwidth-delay product is 100 segments.
 */
#ifndef TEST_UNIT_TCP_BBR_H
#define TEST_UNIT_TCP_BBR_H

#include "bare.h"

#include "tcp/congestion/congestion.h"
#include "tcp/congestion/congestion_bbr.h"

enum { MSS = BARE_MSS, RTT_US = 100000, PATH_RATE = 1000000, BDP = 100 * MSS };

static struct bare bare;
static struct bbr bbr;

/* Established; the handshake has told the round trip. */
static inline struct tcb *
bbr_established(void)
{
	struct tcb *tcb = bare_init(&bare);

	memset(&bbr, 0, sizeof(bbr));
	tcb->flags |= TCB_SACK;
	tcb->snd_wnd = tcb->snd_wnd_max = 1 << 30;
	tcb->congestion_control = ESTAB_CONGESTION_BBR;
	tcb->work->pacing = &bbr.pacing;
	rto_init(&tcb->rtt, 1000000);
	rto_on_sample(&tcb->rtt, RTT_US, 200000, 60000000);
	congestion_bbr.init(tcb);
	return tcb;
}

/* So much time passes. */
static inline void
bbr_pass(uint64_t ns)
{
	tcp_set_now(&bare.tcp, bare.tcp.now_ns + ns);
}

/* An ACK of so many octets. Whether it ends a round trip is said by round. */
static inline void
bbr_ack(struct tcb *tcb, uint64_t rate, uint32_t acked, bool round)
{
	bbr.rate.delivered += acked;
	bbr.sample = (struct rate_sample){
		.has_data = true,
		.rate = rate,
		.prior_delivered = round ? bbr.rate.delivered - acked : 0,
		.delivered = acked,
		.newly_acked = acked,
		.in_flight = tcb_flight_size(tcb),
		.rtt_us = RTT_US,
	};
	congestion_model(tcb)->on_answered(tcb);
}

/* A round trip with that rate passes. */
static inline void
bbr_round(struct tcb *tcb, uint64_t rate)
{
	bbr_pass(RTT_US * UINT64_C(1000));
	bbr_ack(tcb, rate, (uint32_t)(rate / 10), true);
}

/* Three round trips at the path's rate and a drained queue: CRUISE, the pipe known to be full. */
static inline struct tcb *
bbr_cruising(void)
{
	struct tcb *tcb = bbr_established();

	bare_fly(tcb, 2 * BDP);
	for (unsigned int i = 0; i < 4; i++)
		bbr_round(tcb, PATH_RATE);
	bare_fly(tcb, BDP);
	bbr_round(tcb, PATH_RATE);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.state, BBR_PROBE_BW_CRUISE);
	return tcb;
}

/* ... and the wait until the next probe is over, and the pipe refilled. */
static inline struct tcb *
bbr_probing_up(void)
{
	struct tcb *tcb = bbr_cruising();

	bbr_pass(3 * SECOND);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.state, BBR_PROBE_BW_REFILL);
	bbr_round(tcb, PATH_RATE);
	assert_int_equal(bbr.state, BBR_PROBE_BW_UP);
	return tcb;
}

#endif
