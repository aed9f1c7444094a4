/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What it says while it is odd is chosen at random, near what would be right; what it keeps is the truth.
 */
#include "odd_peer.h"

#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "fixture_internal.h"

#define MS UINT64_C(1000000)

static void
put_block(struct packet *packet, uint32_t left, uint32_t right)
{
	packet->sack[packet->sack_count++] = (struct packet_sack){ left, right };
}

/* The run of what came that holds a number. */
static void
put_run(const struct odd_peer *peer, struct packet *packet, uint32_t at)
{
	uint32_t left = at, right = at;

	while (peer->have[left - 1])
		left--;
	while (peer->have[right])
		right++;
	put_block(packet, left, right);
}

/* RFC 2018 4: the run of the latest segment first, then others from the left. */
static void
put_true_blocks(const struct odd_peer *peer, struct packet *packet, uint8_t max)
{
	uint32_t at = peer->last_left;

	if (at > peer->next && peer->have[at] && packet->sack_count < max)
		put_run(peer, packet, at);
	for (at = peer->next; at < peer->sent_end && packet->sack_count < max; at++) {
		if (!peer->have[at])
			continue;
		put_run(peer, packet, at);
		at = packet->sack[packet->sack_count - 1].right;
	}
}

/* A duplicate that did not come twice, and blocks from near the flight. */
static void
put_odd_blocks(struct odd_peer *peer, struct packet *packet, uint8_t max)
{
	const uint32_t from = peer->next > 300 ? peer->next - 300 : 1;

	if (odd_one_in(peer, 3) && peer->last_right > peer->last_left)
		put_block(packet, peer->last_left, peer->last_right);
	for (uint32_t n = odd_below(peer, 3); n > 0 && packet->sack_count < max; n--) {
		const uint32_t left = from + odd_below(peer, peer->sent_end - from + 100);
		const uint32_t most = odd_one_in(peer, 2) ? 3 * peer->mss : 7;

		put_block(packet, left, left + 1 + odd_below(peer, most));
	}
}

static void
put_sack(struct odd_peer *peer, struct packet *packet)
{
	const uint8_t max = peer->timestamps ? 3 : 4;

	if (!peer->sack)
		return;
	if (!peer->honest && odd_one_in(peer, 3))
		put_odd_blocks(peer, packet, max);
	put_true_blocks(peer, packet, max);
	if (packet->sack_count > 0)
		packet->options |= PACKET_SACK;
}

static void
put_timestamps(struct odd_peer *peer, struct packet *packet)
{
	if (!peer->timestamps || (!peer->honest && odd_one_in(peer, 20)))
		return;
	packet->options |= PACKET_TS;
	packet->ts_val = (uint32_t)(1000 + peer->t->now_ns / MS);
	packet->ts_ecr = peer->t->peer->ts_val;
	if (!peer->honest && odd_one_in(peer, 4))
		packet->ts_ecr = odd_one_in(peer, 3) ? 0 : packet->ts_ecr - odd_below(peer, 3000);
}

static uint16_t
choose_window(struct odd_peer *peer)
{
	static const uint32_t some[] = { 0, 0, 1, 10, 536, 1000, 3000, 20000 };

	if (peer->honest || odd_one_in(peer, 2))
		return (uint16_t)(UINT16_MAX >> peer->wscale);
	return (uint16_t)(some[odd_below(peer, RTE_DIM(some))] >> peer->wscale);
}

static void
compose(struct odd_peer *peer, struct packet *packet)
{
	*packet = (struct packet){ .flags = PACKET_ACK, .seq = peer->own_end, .ack = peer->next };
	packet->win = choose_window(peer);
	put_sack(peer, packet);
	put_timestamps(peer, packet);
	if (peer->honest)
		return;
	if (odd_one_in(peer, 10))
		packet->ack -= odd_below(peer, RTE_MIN(packet->ack, 2000U));
	if (peer->ecn && odd_one_in(peer, 6))
		packet->flags |= PACKET_ECE;
}

static void
arrives(struct odd_peer *peer, const struct packet *said)
{
	const uint32_t edge = said->ack + ((uint32_t)said->win << peer->wscale);
	const struct fixture *t = peer->t;
	struct packet packet = *said;
	struct frame_ends ends;
	uint8_t frame[FRAME_MAX];
	size_t size;

	peer->edge = RTE_MAX(peer->edge, edge);
	packet.seq += t->peer->iss;
	packet.ack += t->peer->stack_iss;
	for (uint8_t i = 0; i < packet.sack_count; i++) {
		packet.sack[i].left += t->peer->stack_iss;
		packet.sack[i].right += t->peer->stack_iss;
	}
	fixture_ends(t, t->peer, &ends);
	size = frame_build(&ends, &packet, frame);
	assert_int_equal(memory_port_put(&peer->t->port, t->pool, frame, size), 0);
}

void
odd_acknowledge(struct odd_peer *peer)
{
	struct packet packet;

	compose(peer, &packet);
	arrives(peer, &packet);
}

void
odd_send(struct odd_peer *peer)
{
	const uint32_t edge = RTE_MIN(peer->own_total + 1, peer->t->peer->edge);
	const uint32_t most = odd_one_in(peer, 3) ? 3 : 900;
	uint32_t at = peer->acked;
	struct packet packet;

	compose(peer, &packet);
	if (!peer->honest)
		at += odd_below(peer, 3) * odd_below(peer, 1500);
	if (!peer->honest && odd_one_in(peer, 5))
		at -= RTE_MIN(at - 1, odd_below(peer, 500));
	if (at >= edge)
		return;
	packet.seq = at;
	packet.text_len = RTE_MIN(edge - at, 1 + odd_below(peer, most));
	packet.flags |= PACKET_PSH;
	peer->own_end = RTE_MAX(peer->own_end, at + packet.text_len);
	pattern_fill(PEER_TEXT_KEY, at, packet.text, packet.text_len);
	arrives(peer, &packet);
}

static void
answer_later(struct odd_peer *peer)
{
	struct odd_answer *answer = &peer->answers[peer->answer_count];
	uint32_t ms = 10;

	if (peer->answer_count == ODD_ANSWERS_MAX)
		return;
	compose(peer, &answer->packet);
	if (!peer->honest)
		ms = 5 + odd_below(peer, odd_one_in(peer, 5) ? 400 : 40);
	answer->due_ns = peer->t->now_ns + ms * MS;
	peer->answer_count++;
}

void
odd_answer(struct odd_peer *peer)
{
	for (unsigned int i = 0; i < peer->answer_count;) {
		struct odd_answer *answer = &peer->answers[i];

		if (answer->due_ns > peer->t->now_ns) {
			i++;
			continue;
		}
		arrives(peer, &answer->packet);
		memmove(answer, answer + 1, (--peer->answer_count - i) * sizeof(*answer));
		if (!odd_one_in(peer, 3))
			continue;
		turn(peer->t);
		odd_take(peer);
	}
}

/* Numbers from left on have come: all of them, or while it is odd, a part, or none. */
static void
receive(struct odd_peer *peer, uint32_t left, uint32_t right)
{
	if (!peer->honest) {
		if (odd_one_in(peer, 4))
			return;
		if (odd_one_in(peer, 6))
			right = left + odd_below(peer, right - left + 1);
		if (odd_one_in(peer, 10))
			left += odd_below(peer, right - left + 1);
	}
	memset(peer->have + left, 1, right - left);
	while (peer->have[peer->next])
		peer->next++;
}

/* MUST-34, SHLD-16: nothing lies beyond what was offered, but an octet that probes. */
static void
take_text(struct odd_peer *peer, const struct packet *packet)
{
	const uint32_t right = packet->seq + packet->text_len;

	assert_true(right <= 1 + peer->total);
	assert_true(right <= peer->edge + (packet->text_len == 1));
	peer->last_left = packet->seq;
	peer->last_right = right;
	peer->sent_end = RTE_MAX(peer->sent_end, right);
	receive(peer, packet->seq, right);
}

void
odd_take(struct odd_peer *peer)
{
	const struct packet *packet;

	speak_as(peer->t, peer->n);
	while ((packet = next_sent(peer->t)) != NULL) {
		const uint32_t fin = packet->seq + packet->text_len;

		assert_int_equal(packet->flags & PACKET_RST, 0);
		peer->acked = RTE_MAX(peer->acked, packet->ack);
		if (packet->text_len > 0)
			take_text(peer, packet);
		if ((packet->flags & PACKET_FIN) != 0)
			receive(peer, fin, fin + 1);
		if (packet->text_len > 0 || (packet->flags & PACKET_FIN) != 0)
			answer_later(peer);
		if (!peer->honest && odd_one_in(peer, 8))
			answer_later(peer); /* once more */
	}
}

void
odd_renege(struct odd_peer *peer)
{
	memset(peer->have + peer->next, 0, sizeof(peer->have) - peer->next);
}

void
odd_become_honest(struct odd_peer *peer)
{
	peer->honest = true;
	peer->answer_count = 0;
	odd_renege(peer);
	odd_acknowledge(peer);
}

void
odd_establish(struct odd_peer *peer)
{
	static const uint32_t sizes[] = { 48, 100, 536, 1000, 1460 };
	struct fixture *t = peer->t;

	peer->mss = sizes[odd_below(peer, RTE_DIM(sizes))];
	peer->total = 1 + odd_below(peer, RTE_MIN(600 * peer->mss, ODD_TEXT_MAX + 0U));
	peer->own_total = 1 + odd_below(peer, 20000);
	peer->sack = !odd_one_in(peer, 4);
	peer->timestamps = odd_one_in(peer, 2);
	peer->ecn = odd_one_in(peer, 2);
	peer->wscale = odd_one_in(peer, 2) ? 3 : 0;
	arrive(t, "S%s 0:0(0) win 65535 <mss %u%s%s%s>", peer->ecn ? "EW" : "", peer->mss,
			peer->sack ? ",sackOK" : "", peer->timestamps ? ",TS val 1000 ecr 0" : "",
			peer->wscale > 0 ? ",wscale 3" : "");
	ignore_sent(t);
	advance(t, 20);
	peer->have[0] = 1;
	peer->next = peer->sent_end = peer->acked = peer->own_end = 1;
	peer->edge = 1 + UINT16_MAX;
	peer->honest = true;
	odd_acknowledge(peer);
	peer->honest = false;
	turn(t);
	app_accept(t);
}
