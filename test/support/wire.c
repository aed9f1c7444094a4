/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The simulated wire. A frame in flight is a copy: its mbuf goes back to the sender's pool when it
 * is sent, and another is taken from the receiver's pool when it is received, as with two hosts.
 */
#include "wire.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

struct wire_frame {
	uint64_t at_ns;
	uint64_t serial; /* of two frames due at once the one sent first arrives first */
	unsigned int to;
	size_t size;
	uint8_t bytes[];
};

static void
push(struct wire_frame ***frames, uint32_t *count, uint32_t *room, struct wire_frame *frame)
{
	if (*count == *room) {
		*room = *room == 0 ? 64 : 2 * *room;
		*frames = realloc(*frames, *room * sizeof(**frames));
		assert(*frames != NULL);
	}
	(*frames)[(*count)++] = frame;
}

static bool
is_before(const struct wire_frame *a, const struct wire_frame *b)
{
	return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->serial < b->serial;
}

static void
swap(struct wire_frame **a, struct wire_frame **b)
{
	struct wire_frame *const kept = *a;

	*a = *b;
	*b = kept;
}

static void
heap_put(struct wire *wire, struct wire_frame *frame)
{
	uint32_t i = wire->flying_count;

	push(&wire->flying, &wire->flying_count, &wire->flying_room, frame);
	for (; i > 0 && is_before(wire->flying[i], wire->flying[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&wire->flying[i], &wire->flying[(i - 1) / 2]);
}

static struct wire_frame *
heap_take(struct wire *wire)
{
	struct wire_frame **heap = wire->flying;
	struct wire_frame *const first = heap[0];
	const uint32_t n = --wire->flying_count;

	heap[0] = heap[n];
	for (uint32_t i = 0, child; (child = 2 * i + 1) < n; i = child) {
		if (child + 1 < n && is_before(heap[child + 1], heap[child]))
			child++;
		if (!is_before(heap[child], heap[i]))
			break;
		swap(&heap[i], &heap[child]);
	}
	return first;
}

/* Jitter keeps the order of frames; only what is chosen for it is overtaken. */
static uint64_t
arrival(struct wire *wire, struct wire_end *to)
{
	const struct wire_config *config = &wire->config;
	uint64_t at_ns = wire->now_ns + config->delay_ns +
			random_below(&wire->random, config->jitter_ns + 1);

	if (random_chance(&wire->random, config->reordering)) {
		wire->reordered++;
		return at_ns + 1 + random_below(&wire->random, config->reorder_ns + 1);
	}
	if (at_ns < to->busy_until_ns)
		at_ns = to->busy_until_ns;
	to->busy_until_ns = at_ns;
	return at_ns;
}

/*
 * One bit of an IP packet turns over. Not of the Ethernet header, which has a checksum that no NIC
 * lets pass when it is wrong, nor of ARP, which has none at all.
 */
static void
corrupt(struct wire *wire, uint8_t *bytes, size_t size)
{
	enum { HEADER = 14 };
	const bool is_arp = size > HEADER && bytes[12] == 0x08 && bytes[13] == 0x06;

	if (size <= HEADER || is_arp || !random_chance(&wire->random, wire->config.corruption))
		return;
	wire->corrupted++;
	bytes[HEADER + random_below(&wire->random, size - HEADER)] ^=
			(uint8_t)(1u << random_below(&wire->random, 8));
}

static void
fly(struct wire *wire, unsigned int to, const uint8_t *bytes, size_t size)
{
	struct wire_frame *frame = malloc(sizeof(*frame) + size);

	assert(frame != NULL);
	frame->at_ns = arrival(wire, &wire->ends[to]);
	frame->serial = wire->serial++;
	frame->to = to;
	frame->size = size;
	memcpy(frame->bytes, bytes, size);
	corrupt(wire, frame->bytes, size);
	heap_put(wire, frame);
}

static void
send_frame(struct wire *wire, unsigned int from, const uint8_t *bytes, size_t size)
{
	const bool lost = random_chance(&wire->random, wire->config.loss);
	const bool twice = random_chance(&wire->random, wire->config.duplication);

	wire->sent++;
	wire->lost += lost;
	wire->duplicated += !lost && twice;
	if (wire->watch != NULL)
		wire->watch(wire->watcher, from, bytes, size, lost ? "lost" : twice ? "twice" : "");
	if (lost)
		return;
	fly(wire, 1 - from, bytes, size);
	if (twice)
		fly(wire, 1 - from, bytes, size);
}

static uint16_t
wire_tx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct wire_end *end = context;
	struct wire *wire = end->wire;
	uint8_t bytes[4096];

	if (n > 0 && random_chance(&wire->random, wire->config.tx_refusal))
		n = (uint16_t)random_below(&wire->random, n);
	for (uint16_t i = 0; i < n; i++) {
		const uint32_t size = rte_pktmbuf_pkt_len(packets[i]);
		const void *data;

		assert(size <= sizeof(bytes));
		data = rte_pktmbuf_read(packets[i], 0, size, bytes);
		assert(data != NULL);
		send_frame(wire, (unsigned int)(end - wire->ends), data, size);
	}
	rte_pktmbuf_free_bulk(packets, n);
	return n;
}

/* A frame for which the receiver has no mbuf is lost in its NIC. */
static struct rte_mbuf *
make_mbuf(struct wire_end *end, const struct wire_frame *frame)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(end->pool);

	if (mbuf == NULL) {
		end->wire->no_mbuf++;
		return NULL;
	}
	memcpy(rte_pktmbuf_append(mbuf, (uint16_t)frame->size), frame->bytes, frame->size);
	end->wire->delivered++;
	return mbuf;
}

static uint16_t
wire_rx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct wire_end *end = context;
	uint32_t used = 0;
	uint16_t got = 0;

	for (; used < end->arrived_count && got < n; used++) {
		packets[got] = make_mbuf(end, end->arrived[used]);
		if (packets[got] != NULL)
			got++;
		free(end->arrived[used]);
	}
	end->arrived_count -= used;
	if (used > 0)
		memmove(end->arrived, end->arrived + used,
				end->arrived_count * sizeof(*end->arrived));
	return got;
}

void
wire_init(struct wire *wire, const struct wire_config *config, uint64_t seed,
		struct rte_mempool *const pools[WIRE_ENDS])
{
	memset(wire, 0, sizeof(*wire));
	wire->config = *config;
	wire->random.state = seed;
	for (unsigned int i = 0; i < WIRE_ENDS; i++) {
		struct wire_end *end = &wire->ends[i];

		end->wire = wire;
		end->pool = pools[i];
		end->port.context = end;
		end->port.rx_burst = wire_rx_burst;
		end->port.tx_burst = wire_tx_burst;
	}
}

void
wire_fini(struct wire *wire)
{
	while (wire->flying_count > 0)
		free(heap_take(wire));
	free(wire->flying);
	for (unsigned int i = 0; i < WIRE_ENDS; i++) {
		for (uint32_t k = 0; k < wire->ends[i].arrived_count; k++)
			free(wire->ends[i].arrived[k]);
		free(wire->ends[i].arrived);
	}
}

void
wire_advance(struct wire *wire, uint64_t now_ns)
{
	wire->now_ns = now_ns;
	while (wire->flying_count > 0 && wire->flying[0]->at_ns <= now_ns) {
		struct wire_frame *frame = heap_take(wire);
		struct wire_end *end = &wire->ends[frame->to];

		push(&end->arrived, &end->arrived_count, &end->arrived_room, frame);
	}
}

uint64_t
wire_next(const struct wire *wire)
{
	if (wire->ends[0].arrived_count > 0 || wire->ends[1].arrived_count > 0)
		return wire->now_ns;
	return wire->flying_count > 0 ? wire->flying[0]->at_ns : UINT64_MAX;
}
