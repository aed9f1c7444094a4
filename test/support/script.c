/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The two directions of a conversation: what a peer says, and what is expected of the stack.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_internal.h"

static void __attribute__((format(printf, 2, 3)))
complain(struct place place, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	print_error("%s\n", text);
	_fail(place.file, place.line);
}

static void __attribute__((format(printf, 2, 0)))
read_notation(struct place place, const char *format, va_list args, char *text, size_t size,
		struct packet_pattern *pattern)
{
	const char *error;

	vsnprintf(text, size, format, args);
	error = packet_parse(text, pattern);
	if (error != NULL)
		complain(place, "this test is wrong: \"%s\": %s", text, error);
}

/* Text begins after the SYN that shares its segment. */
static uint32_t
text_begin(const struct packet *packet)
{
	return packet->seq + (packet->flags & PACKET_SYN ? 1 : 0);
}

static void
note_peer_syn(struct peer *peer, const struct packet *packet)
{
	peer->syn_timestamps = packet->options & PACKET_TS;
	peer->syn_wscale = packet->options & PACKET_WSCALE;
}

/* From the notation to the wire: the peer's numbers become absolute, '*' the last TS val. */
static void
put_packet(struct fixture *t, struct packet_pattern *pattern)
{
	struct packet *packet = &pattern->packet;
	struct frame_ends ends;
	uint8_t frame[FRAME_MAX];
	size_t size;

	pattern_fill(PEER_TEXT_KEY, text_begin(packet), packet->text, packet->text_len);
	if (packet->flags & PACKET_SYN)
		note_peer_syn(t->peer, packet);
	packet->seq += t->peer->iss;
	if (pattern->has_ack)
		packet->ack += t->peer->stack_iss;
	if (!pattern->has_win)
		packet->win = UINT16_MAX;
	if (pattern->any_ts_ecr)
		packet->ts_ecr = t->peer->ts_val;
	for (unsigned int i = 0; i < packet->sack_count; i++) {
		packet->sack[i].left += t->peer->stack_iss;
		packet->sack[i].right += t->peer->stack_iss;
	}
	fixture_ends(t, t->peer, &ends);
	size = frame_build(&ends, packet, frame);
	assert_int_equal(memory_port_put(&t->port, t->pool, frame, size), 0);
}

void
arrive_later_at(struct fixture *t, struct place place, const char *notation, ...)
{
	struct packet_pattern pattern;
	char text[PACKET_NOTATION_MAX];
	va_list args;

	start(t);
	va_start(args, notation);
	read_notation(place, notation, args, text, sizeof(text), &pattern);
	va_end(args);
	put_packet(t, &pattern);
}

void
arrive_at(struct fixture *t, struct place place, const char *notation, ...)
{
	struct packet_pattern pattern;
	char text[PACKET_NOTATION_MAX];
	va_list args;

	start(t);
	va_start(args, notation);
	read_notation(place, notation, args, text, sizeof(text), &pattern);
	va_end(args);
	put_packet(t, &pattern);
	turn(t);
}

/* The first SYN of the stack tells where its numbers begin and what it has offered. */
static void
learn_from_syn(const struct fixture *t, struct peer *peer, const struct packet *packet)
{
	if (!peer->stack_iss_known || t->lenient) {
		peer->stack_iss = packet->seq;
		peer->stack_iss_known = true;
	}
	if (t->lenient)
		return;
	if (packet->flags & PACKET_ACK && packet->options & PACKET_TS && !peer->syn_timestamps)
		fail_msg("SYN-ACK with timestamps, the SYN had none (RFC 7323 3.2)");
	if (packet->flags & PACKET_ACK && packet->options & PACKET_WSCALE && !peer->syn_wscale)
		fail_msg("SYN-ACK with a window scale, the SYN had none (RFC 7323 2.2)");
	peer->timestamps = packet->options & PACKET_TS;
	peer->wscale = packet->options & PACKET_WSCALE ? packet->wscale : 0;
}

/* RFC 7323 3.2: once negotiated, the option is in every segment but RSTs; else in none. */
static void
check_timestamps(struct peer *peer, const struct packet *packet)
{
	const bool wanted = peer->timestamps && peer->syn_timestamps;

	if (packet->options & PACKET_TS)
		peer->ts_val = packet->ts_val;
	if (packet->flags & (PACKET_RST | PACKET_SYN))
		return;
	if (!(packet->options & PACKET_TS) == wanted)
		fail_msg("timestamps %s, but the option is %s", wanted ? "negotiated" : "refused",
				wanted ? "missing" : "there");
}

/* 3.8.6: the right edge of the offered window never moves left, but for rounding by the scale. */
static void
check_window_edge(struct peer *peer, const struct packet *packet)
{
	const bool is_syn = packet->flags & PACKET_SYN;
	const unsigned int shift = is_syn || !peer->syn_wscale ? 0 : peer->wscale;
	const uint32_t edge = packet->ack + ((uint32_t)packet->win << shift);
	const uint32_t rounding = (UINT32_C(1) << (peer->syn_wscale ? peer->wscale : 0)) - 1;

	if (packet->flags & PACKET_RST || !(packet->flags & PACKET_ACK))
		return;
	if (peer->edge_known && (int32_t)(edge + rounding - peer->edge) < 0)
		fail_msg("the window has shrunk: its right edge was %" PRIu32 ", is %" PRIu32,
				peer->edge, edge);
	if (!peer->edge_known || (int32_t)(edge - peer->edge) > 0)
		peer->edge = edge;
	peer->edge_known = true;
}

void
segment_sent(const struct fixture *t, struct peer *peer, struct packet *packet)
{
	if (packet->flags & PACKET_SYN)
		learn_from_syn(t, peer, packet);
	packet->seq -= peer->stack_iss;
	if (packet->flags & PACKET_ACK)
		packet->ack -= peer->iss;
	for (unsigned int i = 0; i < packet->sack_count; i++) {
		packet->sack[i].left -= peer->iss;
		packet->sack[i].right -= peer->iss;
	}
	if (!t->lenient) {
		check_timestamps(peer, packet);
		check_window_edge(peer, packet);
	}
	if (pattern_check(STACK_TEXT_KEY, text_begin(packet), packet->text, packet->text_len) !=
			packet->text_len)
		fail_msg("the text of the segment at %" PRIu32 " is not what the user has written",
				packet->seq);
}

/* Take the first segment for this peer out of the list; NULL: there is none. */
static struct sent *
take_sent(struct fixture *t, const struct peer *peer)
{
	struct sent *sent;

	for (uint32_t i = 0; i < t->sent_count; i++) {
		sent = t->sent[i];
		if (peer != NULL && sent->peer != peer)
			continue;
		t->sent_count--;
		memmove(&t->sent[i], &t->sent[i + 1], (t->sent_count - i) * sizeof(*t->sent));
		return sent;
	}
	return NULL;
}

const struct packet *
next_sent(struct fixture *t)
{
	static struct packet packet;
	struct sent *sent = take_sent(t, t->peer);

	if (sent == NULL)
		return NULL;
	packet = sent->packet;
	free(sent);
	return &packet;
}

void
expect_at(struct fixture *t, struct place place, const char *notation, ...)
{
	char text[PACKET_NOTATION_MAX], got[PACKET_NOTATION_MAX];
	const struct packet *packet;
	struct packet_pattern pattern;
	const char *difference;
	va_list args;

	va_start(args, notation);
	read_notation(place, notation, args, text, sizeof(text), &pattern);
	va_end(args);
	packet = next_sent(t);
	if (packet == NULL)
		complain(place, "expected: %s\n     got: nothing", text);
	difference = packet_differs(&pattern, packet);
	if (difference != NULL)
		complain(place, "expected: %s\n     got: %s\n differs: %s", text,
				packet_format(packet, got, sizeof(got)), difference);
}

void
expect_nothing_at(struct fixture *t, struct place place)
{
	char got[PACKET_NOTATION_MAX];

	if (t->sent_count > 0)
		complain(place, "expected: nothing\n     got: %s (%" PRIu32 " in all)",
				packet_format(&t->sent[0]->packet, got, sizeof(got)),
				t->sent_count);
}

uint32_t
ignore_sent(struct fixture *t)
{
	struct sent *sent;
	uint32_t n = 0;

	for (; (sent = take_sent(t, NULL)) != NULL; n++)
		free(sent);
	return n;
}

void
speak_as(struct fixture *t, unsigned int n)
{
	assert_true(n < FIXTURE_PEERS);
	t->peer = &t->peers[n];
}

void
speak_anew(struct fixture *t, uint32_t iss)
{
	struct peer *peer = t->peer;

	*peer = (struct peer){
		.port = peer->port,
		.stack_port = peer->stack_port,
		.stack_host = peer->stack_host,
		.iss = iss,
		.read_at = 1,
		.write_at = 1,
	};
}
