/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ACKs that claim to complete a cookie (RFC 4987 3.6): a stack that keeps no records, a SYN or none,
 * then ACKs with numbers, options and times near the true ones. What a cookie lets in must be what
 * the SYN had asked for, and nothing else may be let in by an ACK that names another number than the
 * SYN-ACK's. A guess that hits by luck (2^-24 or so) is taken for none: numbers are near only.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_mbuf.h>

#include "fixture_internal.h"
#include "fuzz.h"
#include "fuzz_pool.h"
#include "input.h"

enum { STEPS_MAX = 16 };

static void
send_packet(struct fixture *t, struct packet *packet)
{
	struct frame_ends ends;
	uint8_t frame[FRAME_MAX];

	fixture_ends(t, t->peer, &ends);
	(void)memory_port_put(&t->port, t->pool, frame, frame_build(&ends, packet, frame));
	turn(t);
}

static void
choose_options(struct input *input, struct packet *packet)
{
	packet->options =
			input_u8(input) & (PACKET_MSS | PACKET_WSCALE | PACKET_SACK_OK | PACKET_TS);
	packet->mss = packet->options & PACKET_MSS ? input_u16(input) : 0;
	packet->wscale = packet->options & PACKET_WSCALE ? input_u8(input) : 0;
	packet->ts_val = packet->options & PACKET_TS ? input_u32(input) : 0;
}

/* What came of the SYN, and whether the ACK below may open a connection with it. */
struct offer {
	bool made;
	uint32_t irs; /* absolute */
	struct packet syn;
};

static void
say_syn(struct fixture *t, struct input *input, struct offer *offer)
{
	const struct packet *answer;

	memset(&offer->syn, 0, sizeof(offer->syn));
	offer->syn.flags = PACKET_SYN;
	offer->irs = offer->syn.seq = t->peer->iss + input_delta(input);
	offer->syn.win = input_u16(input);
	choose_options(input, &offer->syn);
	send_packet(t, &offer->syn);
	answer = next_sent(t);
	offer->made = answer != NULL && answer->flags == (PACKET_SYN | PACKET_ACK);
	ignore_sent(t);
}

static void
check_accepted(const struct fixture *t, const struct offer *offer, struct estab_conn *conn)
{
	struct estab_conn_info info;

	estab_conn_status(conn, &info);
	must(offer->made);
	must(info.remote.port == t->peer->port);
	must(!info.timestamps || offer->syn.options & PACKET_TS);
	must(!info.sack || offer->syn.options & PACKET_SACK_OK);
	must(!info.window_scale || offer->syn.options & PACKET_WSCALE);
	must(info.snd_wscale <= 14);
	must(info.mss > 0 &&
			(!(offer->syn.options & PACKET_MSS) || offer->syn.mss < 64 ||
					info.mss <= offer->syn.mss));
}

static void
say_ack(struct fixture *t, struct input *input, const struct offer *offer)
{
	const int8_t seq_off = (int8_t)input_u8(input), ack_off = (int8_t)input_u8(input);
	struct packet ack = { .flags = PACKET_ACK | (input_u8(input) & (PACKET_PSH | PACKET_FIN)) };
	struct estab_conn *conn;

	ack.seq = offer->irs + 1 + (uint32_t)(int32_t)seq_off;
	ack.ack = t->peer->stack_iss + 1 + (uint32_t)(int32_t)ack_off;
	ack.win = input_u16(input);
	ack.text_len = input_below(input, 4);
	choose_options(input, &ack);
	ack.ts_ecr = t->peer->ts_val + input_delta(input);
	send_packet(t, &ack);
	ignore_sent(t);
	if (estab_accept_burst(t->listener, &conn, 1) == 0)
		return;
	must(ack_off == 0);
	check_accepted(t, offer, conn);
	estab_conn_abort(conn);
	turn(t);
	ignore_sent(t);
}

void
fuzz_one(const uint8_t *data, size_t size)
{
	struct input input = { .bytes = data, .left = size };
	struct offer offer = { 0 };
	struct fixture *t = fixture_begin(input_u8(&input) & 1 ? 6 : 4, fuzz_pool);

	must(t != NULL);
	t->lenient = true;
	t->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	t->config.limits = (struct estab_stack_limits){ .connections = 4,
		.syn_records = 1,
		.time_waits = 4,
		.listeners = 2,
		.neighbours = 4,
		.reassemblies = 1,
		.recoveries = 1,
		.customized_connections = 1 };
	app_listen(t);
	for (unsigned int i = 0; i < STEPS_MAX && !input_ended(&input); i++) {
		const unsigned int step = input_below(&input, 8);

		if (step == 0)
			say_syn(t, &input, &offer);
		else if (step == 1)
			advance(t, input_u16(&input));
		else
			say_ack(t, &input, &offer);
	}
	fixture_end(t);
}
