/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The segments of somebody who means harm. Whoever is "blind" gets here what he could only guess,
 * so that each try lands just beside what would work.
 */
#include <string.h>

#include <rte_common.h>

#include <estab/stack.h>

#include "hostile.h"
#include "plan.h"
#include "sim.h"
#include "tcp/tcb.h"

enum { FAR = 1 << 30 }; /* beyond any window */

static uint32_t
some(struct random *r, uint64_t below)
{
	return (uint32_t)random_below(r, below);
}

static uint8_t
any_flags(struct random *r)
{
	return random_chance(r, 700000)
			? (uint8_t)ONE_OF(r, PACKET_ACK, PACKET_ACK | PACKET_PSH,
					  PACKET_ACK | PACKET_FIN, PACKET_RST,
					  PACKET_RST | PACKET_ACK, PACKET_SYN,
					  PACKET_SYN | PACKET_ACK, PACKET_ACK | PACKET_URG)
			: (uint8_t)random_next(r);
}

static void
some_text(struct random *r, struct packet *packet)
{
	packet->text_len = some(r, ONE_OF(r, 1, 2, 100, 1000));
	for (uint32_t i = 0; i < packet->text_len; i++)
		packet->text[i] = (uint8_t)random_next(r);
}

/* What the victim expects next from its peer, all correct, with noise as text. */
static void
ordinary_packet(struct random *r, const struct tcb *tcb, struct packet *packet)
{
	memset(packet, 0, sizeof(*packet));
	packet->seq = tcb->rcv_nxt;
	packet->ack = tcb->snd_una;
	packet->win = (uint16_t)random_next(r);
	packet->flags = PACKET_ACK;
	if (tcb->flags & TCB_TIMESTAMPS) {
		packet->options = PACKET_TS;
		packet->ts_val = tcb->ts_recent;
		packet->ts_ecr = tcp_ts_val(tcb->tcp, tcb->ts_offset);
	}
}

/* RFC 5961 3.2: a reset anywhere but at RCV.NXT. */
static bool
blind_reset(struct random *r, const struct tcb *tcb, struct packet *packet)
{
	packet->flags = (uint8_t)(PACKET_RST | (any_flags(r) & ~PACKET_RST));
	packet->seq = tcb->rcv_nxt +
			(uint32_t)ONE_OF(r, 1, UINT32_MAX, 1 + some(r, tcb->rcv_wnd + 1),
					tcb->rcv_wnd + 1, FAR);
	return true;
}

/* RFC 5961 4.2: a SYN anywhere. */
static bool
blind_syn(struct random *r, const struct tcb *tcb, struct packet *packet)
{
	packet->flags = (uint8_t)((PACKET_SYN | any_flags(r)) & ~PACKET_RST);
	packet->seq = tcb->rcv_nxt + (uint32_t)ONE_OF(r, 0, 1, UINT32_MAX, some(r, UINT32_MAX));
	return true;
}

/* RFC 9293 3.10.7.4 first: outside of the window, on either side of it. */
static bool
blind_outside(struct random *r, const struct tcb *tcb, struct packet *packet)
{
	packet->flags = (uint8_t)(any_flags(r) & ~PACKET_RST);
	some_text(r, packet);
	if (random_chance(r, 500000))
		packet->seq = tcb->rcv_nxt + tcb->rcv_wnd +
				(uint32_t)ONE_OF(r, 1, FAR, some(r, FAR));
	else
		packet->seq = tcb->rcv_nxt - packet->text_len - 2 - some(r, FAR);
	packet->ack = tcb->snd_nxt + some(r, 3) - 1;
	packet->ts_val += some(r, 1000000);
	return true;
}

/* RFC 5961 5.2: an acknowledgment of what was never sent, or older than any window. */
static bool
blind_acknowledgment(struct random *r, const struct tcb *tcb, struct packet *packet)
{
	some_text(r, packet);
	packet->flags = (uint8_t)(PACKET_ACK | (any_flags(r) & (PACKET_FIN | PACKET_PSH)));
	packet->ack = random_chance(r, 500000) ? tcb->snd_nxt + 1 + some(r, FAR)
					       : tcb->snd_una - FAR - some(r, FAR / 2);
	packet->ts_val += some(r, 1000000);
	return true;
}

/* 3.10.7.4 fifth: without ACK, which everything but SYN and RST must carry. */
static bool
blind_without_ack(struct random *r, const struct tcb *tcb, struct packet *packet)
{
	(void)tcb;
	some_text(r, packet);
	packet->flags = (uint8_t)(any_flags(r) & (PACKET_FIN | PACKET_PSH | PACKET_URG));
	packet->ts_val += some(r, 1000000);
	return true;
}

/* RFC 7323 5.2, 5.3: a timestamp from before, or none at all. */
static bool
blind_timestamp(struct random *r, const struct tcb *tcb, struct packet *packet)
{
	if ((tcb->flags & TCB_TIMESTAMPS) == 0)
		return false;
	some_text(r, packet);
	packet->flags = (uint8_t)(PACKET_ACK | (any_flags(r) & (PACKET_FIN | PACKET_PSH)));
	if (random_chance(r, 300000))
		packet->options = 0;
	else
		packet->ts_val -= 1 + some(r, FAR);
	return true;
}

bool
blind_packet(struct random *r, const struct tcb *tcb, struct packet *packet)
{
	static bool (*const tricks[])(struct random *, const struct tcb *, struct packet *) = {
		blind_reset,
		blind_syn,
		blind_outside,
		blind_acknowledgment,
		blind_without_ack,
		blind_timestamp,
	};

	ordinary_packet(r, tcb, packet);
	return tricks[random_below(r, RTE_DIM(tricks))](r, tcb, packet);
}

static void
some_options(struct random *r, const struct tcb *tcb, struct packet *packet)
{
	if (random_chance(r, 300000))
		packet->options = (uint8_t)random_next(r);
	if (random_chance(r, 300000))
		packet->options |= PACKET_SACK;
	packet->odd_kind = (uint8_t)(40 + some(r, 200));
	packet->mss = (uint16_t)ONE_OF(r, 0, 1, 536, 1460, UINT16_MAX);
	packet->wscale = (uint8_t)ONE_OF(r, 0, 7, 14, 15, 255);
	packet->ts_val = (uint32_t)(tcb->ts_recent +
			ONE_OF(r, 0, 1, UINT32_MAX, FAR, some(r, 1000)));
	packet->ts_ecr = (uint32_t)random_next(r);
	if (packet->options & PACKET_SACK)
		packet->sack_count = (uint8_t)(1 + some(r, packet->options & PACKET_TS ? 3 : 4));
	for (unsigned int i = 0; i < packet->sack_count; i++) {
		packet->sack[i].left = tcb->snd_una + some(r, ONE_OF(r, 10, 10000, UINT32_MAX));
		packet->sack[i].right =
				packet->sack[i].left + some(r, ONE_OF(r, 2, 10000, UINT32_MAX));
	}
	/* Forty bytes are all there is: SYN's own options leave no room for SACK blocks. */
	if (packet->options & PACKET_SACK)
		packet->options &= PACKET_SACK | PACKET_TS;
}

void
deadly_packet(struct random *r, const struct tcb *tcb, struct packet *packet)
{
	const uint32_t flight = tcb->snd_nxt - tcb->snd_una;

	ordinary_packet(r, tcb, packet);
	packet->flags = any_flags(r);
	packet->seq += (uint32_t)ONE_OF(r, 0, 0, 0, 1, UINT32_MAX, tcb->rcv_wnd, tcb->rcv_wnd - 1,
			some(r, tcb->rcv_wnd + 1), -(uint64_t)some(r, 3000), some(r, UINT32_MAX));
	packet->ack += (uint32_t)ONE_OF(r, 0, flight, flight, flight + 1, UINT32_MAX,
			some(r, flight + 1), some(r, UINT32_MAX));
	packet->win = (uint16_t)ONE_OF(r, 0, 0, 1, 1000, UINT16_MAX);
	packet->urg = (uint16_t)ONE_OF(r, 0, 1, 1000, UINT16_MAX);
	some_text(r, packet);
	some_options(r, tcb, packet);
}

void
flood_packet(struct random *r, const struct estab_interface *there, struct frame_ends *ends,
		struct packet *packet)
{
	const struct estab_address *target = &there->addresses[some(r, 2)].address;

	memset(ends, 0, sizeof(*ends));
	memset(packet, 0, sizeof(*packet));
	ends->family = target->family;
	memcpy(ends->target, target->bytes, sizeof(ends->target));
	memcpy(ends->source, target->bytes, sizeof(ends->source));
	ends->source[target->family == ESTAB_FAMILY_IPV4 ? 3 : 15] = (uint8_t)(100 + some(r, 100));
	memcpy(ends->source_mac, (uint8_t[]){ 2, 0, 0, 0, 1, (uint8_t)some(r, 256) }, 6);
	ends->source_port = (uint16_t)(1 + some(r, 9000));
	ends->target_port = random_chance(r, 900000) ? SIM_SERVER_PORT : (uint16_t)some(r, 65536);
	packet->flags = random_chance(r, 700000) ? PACKET_SYN : any_flags(r);
	packet->seq = (uint32_t)random_next(r);
	packet->ack = (uint32_t)random_next(r);
	packet->win = (uint16_t)random_next(r);
	packet->options =
			random_chance(r, 500000) ? PACKET_MSS | PACKET_WSCALE | PACKET_SACK_OK : 0;
	packet->mss = 1460;
	packet->wscale = 7;
}
