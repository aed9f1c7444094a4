/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who means harm. "Blind" sends what an endpoint has to withstand: nothing of it may change a
 * stream or end a synchronized connection (RFC 5961, RFC 5927, RFC 7323). It knows every number, so
 * that each segment is just beside what would work. "Deadly" sends anything at all to live
 * connections, which may end by it but may not hang, leak or crash. "Flood" speaks for addresses
 * that do not exist.
 */
#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include "frame.h"
#include "hostile.h"
#include "plan.h"
#include "sim.h"
#include "stack.h"
#include "tcp/tcb.h"

static void
plan_one(struct sim *sim, struct clockwork *clockwork, enum sim_trouble trouble, uint64_t mean_ns,
		uint32_t times)
{
	clockwork_start(clockwork, sim_stream(sim, "hostile", trouble), sim->now_ns, mean_ns,
			sim_has(sim, trouble) ? times : 0);
}

void
hostile_plan(struct sim *sim)
{
	struct random r = sim_stream(sim, "hostile plan", 0);

	plan_one(sim, &sim->blind, SIM_BLIND, ONE_OF(&r, MS / 10, MS, 20 * MS, S), 200);
	plan_one(sim, &sim->deadly, SIM_DEADLY, ONE_OF(&r, MS / 10, MS, 100 * MS, 5 * S), 100);
	plan_one(sim, &sim->flood, SIM_FLOOD, ONE_OF(&r, MS / 10, 10 * MS, S), 200);
}

uint64_t
hostile_next(const struct sim *sim)
{
	return RTE_MIN(sim->blind.next_ns, RTE_MIN(sim->deadly.next_ns, sim->flood.next_ns));
}

/* A victim: one of the connections that there are. */
static bool
choose_victim(struct sim *sim, struct random *r, struct victim *victim)
{
	const unsigned int n = SIM_TALKERS * sim->conversation_count;
	const unsigned int begin = (unsigned int)random_below(r, n);

	for (unsigned int i = 0; i < n; i++) {
		struct conversation *conversation =
				&sim->conversations[(begin + i) % n / SIM_TALKERS];
		struct talker *talker = &conversation->talkers[(begin + i) % SIM_TALKERS];

		if (talker->conn == NULL)
			continue;
		victim->conversation = conversation;
		victim->side = talker->side;
		victim->tcb = (const struct tcb *)talker->conn;
		return true;
	}
	return false;
}

/* As if it came from the victim's peer. */
static void
speak_for_the_peer(const struct victim *victim, struct frame_ends *ends)
{
	const struct path *path = &victim->tcb->path;
	const struct talker *talkers = victim->conversation->talkers;
	const unsigned int peer =
			talkers[0].side == victim->side ? talkers[1].side : talkers[0].side;

	*ends = (struct frame_ends){ .family = path->family,
		.source_port = rte_be_to_cpu_16(path->remote_port),
		.target_port = rte_be_to_cpu_16(path->local_port) };
	wire_mac(peer, ends->source_mac);
	wire_mac(victim->side, ends->target_mac);
	memcpy(ends->source, path->remote.bytes, sizeof(ends->source));
	memcpy(ends->target, path->local.bytes, sizeof(ends->target));
}

/* The victim may have just sent this: what an ICMP error quotes. */
static size_t
build_quoted(const struct victim *victim, struct random *r, uint8_t frame[FRAME_MAX])
{
	static struct packet packet;
	struct frame_ends ends, back;
	const uint32_t flight = victim->tcb->snd_nxt - victim->tcb->snd_una;

	speak_for_the_peer(victim, &back);
	ends = back;
	memcpy(ends.source, back.target, sizeof(ends.source));
	memcpy(ends.target, back.source, sizeof(ends.target));
	ends.source_port = back.target_port;
	ends.target_port = back.source_port;
	memset(&packet, 0, sizeof(packet));
	packet.flags = PACKET_ACK;
	packet.seq = victim->tcb->snd_una + (uint32_t)random_below(r, flight + 2);
	return frame_build(&ends, &packet, frame);
}

static void
strike_icmp(struct sim *sim, struct random *r, const struct victim *victim)
{
	uint8_t quoted[FRAME_MAX], frame[FRAME_MAX];
	const size_t quoted_size = build_quoted(victim, r, quoted);
	const size_t size = icmp_build(r, quoted, quoted_size, victim->side, frame);

	if (!sim_event_happens(sim))
		return;
	trace_note(sim, "an ICMP error arrives at side %u, conversation %u", victim->side,
			victim->conversation->number);
	wire_inject(&sim->wire, victim->side, frame, size);
}

static void
strike_segment(struct sim *sim, const struct victim *victim, const struct packet *packet,
		unsigned int wrong_bit)
{
	uint8_t frame[FRAME_MAX];
	struct frame_ends ends;
	size_t size;

	speak_for_the_peer(victim, &ends);
	size = frame_build(&ends, packet, frame);
	if (wrong_bit > 0)
		frame[size - 1 - wrong_bit % FRAME_TCP] ^= (uint8_t)(1u << wrong_bit % 8);
	if (sim->trace)
		trace_injected(sim, victim->side, frame, size);
	wire_inject(&sim->wire, victim->side, frame, size);
}

/* Before a connection is synchronized an ICMP error may end it, and so may much else. */
static void
strike_blind(struct sim *sim)
{
	static struct packet packet;
	struct random *r = &sim->blind.random;
	unsigned int wrong_bit = 0; /* what a checksum finds out */
	struct victim victim;

	if (!choose_victim(sim, r, &victim) || !tcb_is_synchronized(victim.tcb) ||
			!tcb_is_alive(victim.tcb))
		return;
	if (random_chance(r, 150000)) {
		strike_icmp(sim, r, &victim);
		return;
	}
	if (random_chance(r, 100000)) {
		wrong_bit = 1 + (unsigned int)random_below(r, 1000);
		deadly_packet(r, victim.tcb, &packet);
	} else if (!blind_packet(r, victim.tcb, &packet)) {
		return;
	}
	if (sim_event_happens(sim))
		strike_segment(sim, &victim, &packet, wrong_bit);
}

static void
strike_deadly(struct sim *sim)
{
	static struct packet packet;
	struct random *r = &sim->deadly.random;
	struct victim victim;

	if (!choose_victim(sim, r, &victim))
		return;
	if (random_chance(r, 150000)) {
		talk_excuse(victim.conversation); /* an attempt to connect may end */
		strike_icmp(sim, r, &victim);
		return;
	}
	deadly_packet(r, victim.tcb, &packet);
	if (!sim_event_happens(sim))
		return;
	talk_excuse(victim.conversation);
	victim.conversation->spoiled = true;
	strike_segment(sim, &victim, &packet, 0);
}

/* Somebody who is not there. Its frames bear the address of no end: answers go nowhere. */
static void
strike_flood(struct sim *sim)
{
	static struct packet packet;
	struct random *r = &sim->flood.random;
	const unsigned int side = (unsigned int)random_below(r, sim->side_count);
	const bool is_noise = random_chance(r, 100000);
	uint8_t frame[FRAME_MAX];
	struct frame_ends ends;
	size_t size;

	flood_packet(r, &sim->sides[side].config.interface, &ends, &packet);
	wire_mac(side, ends.target_mac);
	size = frame_build(&ends, &packet, frame);
	for (unsigned int i = 0; is_noise && i < 20; i++)
		frame[FRAME_ETHERNET + random_below(r, size - FRAME_ETHERNET)] =
				(uint8_t)random_next(r);
	if (sim_event_happens(sim))
		wire_inject(&sim->wire, side, frame, size);
}

void
hostile_turn(struct sim *sim)
{
	if (clockwork_strikes(&sim->blind, sim->now_ns))
		strike_blind(sim);
	if (clockwork_strikes(&sim->deadly, sim->now_ns))
		strike_deadly(sim);
	if (clockwork_strikes(&sim->flood, sim->now_ns))
		strike_flood(sim);
}

/* A router on the way, with a smaller link behind it, tells the sender (RFC 1191, RFC 8201). */
void
hostile_too_big(void *context, unsigned int end, const uint8_t *sent, size_t sent_size)
{
	struct sim *sim = context;
	uint8_t frame[FRAME_MAX];
	const size_t size = icmp_build_too_big(sent, sent_size, end, sim->wire.config.mtu, frame);

	if (size > 0)
		wire_inject(&sim->wire, end, frame, size);
}
