/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The simulated wire. A frame in flight is a copy: its mbuf goes back to the sender's pool when it
 * is sent, and another is taken from the receiver's pool when it is received, as with two hosts.
 */
#include "wire.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_mbuf.h>

#define BITS_NS UINT64_C(8000000000) /* a byte's bits, nanoseconds of a second */

enum { ETHERNET_HEADER = 14, FRAME_MIN = 60 };

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

/* So much waits for the link of that end. */
static uint64_t
backlog(const struct wire *wire, const struct wire_end *to)
{
	if (to->queue_free_ns <= wire->now_ns)
		return 0;
	return (to->queue_free_ns - wire->now_ns) * wire->config.rate_bps / BITS_NS;
}

/*
 * The frame takes its place in the queue of a link with a rate.
 * @return when it has passed; UINT64_MAX: there is no room
 */
static uint64_t
pass_queue(struct wire *wire, struct wire_end *to, uint8_t *bytes, size_t size)
{
	const struct wire_config *config = &wire->config;
	uint64_t waiting;

	if (config->rate_bps == 0)
		return wire->now_ns;
	waiting = backlog(wire, to);
	if (waiting > 0 && waiting + size > config->queue_bytes)
		return UINT64_MAX;
	if (config->mark_bytes > 0 && waiting > config->mark_bytes)
		wire_mark_congestion(wire, bytes, size);
	to->queue_free_ns = RTE_MAX(to->queue_free_ns, wire->now_ns) +
			size * BITS_NS / config->rate_bps;
	return to->queue_free_ns;
}

/* Jitter keeps the order of frames; only what is chosen for it is overtaken. */
static uint64_t
arrival(struct wire *wire, struct wire_end *to, uint64_t passed_ns)
{
	const struct wire_config *config = &wire->config;
	uint64_t at_ns = passed_ns + config->delay_ns +
			random_below(&wire->random, config->jitter_ns + 1);

	if (random_chance(&wire->random, config->reordering)) {
		wire->reordered++;
		return at_ns + 1 + random_below(&wire->random, config->reorder_ns + 1);
	}
	if (at_ns < to->last_arrival_ns)
		at_ns = to->last_arrival_ns;
	to->last_arrival_ns = at_ns;
	return at_ns;
}

static struct wire_frame *
make_frame(struct wire *wire, unsigned int to, const uint8_t *bytes, size_t size)
{
	const size_t padded = wire->config.pads && size < FRAME_MIN ? FRAME_MIN : size;
	struct wire_frame *frame = malloc(sizeof(*frame) + padded);

	assert(frame != NULL);
	frame->serial = wire->serial++;
	frame->to = to;
	frame->size = padded;
	memcpy(frame->bytes, bytes, size);
	for (size_t i = size; i < padded; i++)
		frame->bytes[i] = (uint8_t)random_next(&wire->random);
	return frame;
}

static void
fly(struct wire *wire, unsigned int to, const uint8_t *bytes, size_t size)
{
	struct wire_frame *frame = make_frame(wire, to, bytes, size);
	const uint64_t passed_ns = pass_queue(wire, &wire->ends[to], frame->bytes, frame->size);

	if (passed_ns == UINT64_MAX) {
		wire->count.overflowed++;
		free(frame);
		return;
	}
	frame->at_ns = arrival(wire, &wire->ends[to], passed_ns);
	wire_damage(wire, frame->bytes, &frame->size);
	heap_put(wire, frame);
}

void
wire_mac(unsigned int end, uint8_t mac[6])
{
	memcpy(mac, (uint8_t[]){ 2, 0, 0, 0, 0, (uint8_t)(1 + end) }, 6);
}

/* The end that an address belongs to; end_count: nobody's. */
static unsigned int
end_of(const struct wire *wire, const uint8_t *mac)
{
	uint8_t theirs[6];
	unsigned int end;

	for (end = 0; end < wire->end_count; end++) {
		wire_mac(end, theirs);
		if (memcmp(mac, theirs, sizeof(theirs)) == 0)
			break;
	}
	return end;
}

/* To whom it may concern; every copy but the first counts as a duplicate. */
static void
route(struct wire *wire, unsigned int from, const uint8_t *bytes, size_t size)
{
	const unsigned int to = end_of(wire, bytes);
	const bool to_all = (bytes[0] & 1) != 0;
	unsigned int copies = 0;

	for (unsigned int end = 0; end < wire->end_count; end++) {
		if (end == from || (end != to && !to_all))
			continue;
		wire->count.duplicated += copies++ > 0;
		if (wire->ends[end].down)
			wire->count.cut_off++;
		else
			fly(wire, end, bytes, size);
	}
	wire->count.astray += copies == 0;
}

static void
carry(struct wire *wire, unsigned int from, const uint8_t *bytes, size_t size, bool twice)
{
	route(wire, from, bytes, size);
	if (!twice)
		return;
	wire->count.duplicated++;
	route(wire, from, bytes, size);
}

/* What becomes of a frame at its sender's. */
enum fate { PASSES, TWICE, LOST, TOO_BIG, CUT_OFF };

static enum fate
choose_fate(struct wire *wire, unsigned int from, size_t size)
{
	const bool lost = wire_loses(wire, &wire->ends[from]);
	const bool twice = random_chance(&wire->random, wire->config.duplication);

	if (wire->ends[from].down)
		return CUT_OFF;
	if (wire->config.mtu != 0 && size > ETHERNET_HEADER + (size_t)wire->config.mtu)
		return TOO_BIG;
	return lost ? LOST : twice ? TWICE : PASSES;
}

static void
send_frame(struct wire *wire, unsigned int from, const uint8_t *bytes, size_t size)
{
	static const char *const names[] = { "", "twice", "lost", "too big", "cut off" };
	const enum fate fate = choose_fate(wire, from, size);

	wire->count.sent++;
	wire->ends[from].sent++;
	wire->count.lost += fate == LOST;
	wire->count.too_big += fate == TOO_BIG;
	wire->count.cut_off += fate == CUT_OFF;
	if (wire->watch != NULL)
		wire->watch(wire->watcher, from, bytes, size, names[fate]);
	if (fate == TOO_BIG && wire->too_big != NULL)
		wire->too_big(wire->watcher, from, bytes, size);
	if (fate <= TWICE)
		carry(wire, from, bytes, size, fate == TWICE);
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

/* Up to three mbufs behind the first take a part each, an odd one or none at all. @return false without memory */
static bool
scatter(struct wire_end *end, struct rte_mbuf *head, const uint8_t *bytes, size_t size)
{
	struct random *r = &end->wire->random;

	for (unsigned int i = 3; i > 0; i--) {
		const size_t part = i > 1 ? (size_t)random_below(r, size + 1) : size;
		struct rte_mbuf *mbuf = rte_pktmbuf_alloc(end->pool);

		if (mbuf == NULL)
			return false;
		memcpy(rte_pktmbuf_append(mbuf, (uint16_t)part), bytes, part);
		rte_pktmbuf_chain(head, mbuf);
		bytes += part;
		size -= part;
	}
	return true;
}

/* A frame for which the receiver has no mbuf is lost in its NIC. */
static struct rte_mbuf *
make_mbuf(struct wire_end *end, const struct wire_frame *frame)
{
	struct random *r = &end->wire->random;
	const uint32_t chance = end->wire->config.scatter;
	const bool scattered = chance > 0 && random_chance(r, chance);
	const size_t first = scattered ? (size_t)random_below(r, frame->size + 1) : frame->size;
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(end->pool);

	if (mbuf != NULL)
		memcpy(rte_pktmbuf_append(mbuf, (uint16_t)first), frame->bytes, first);
	if (mbuf == NULL ||
			(scattered &&
					!scatter(end, mbuf, frame->bytes + first,
							frame->size - first))) {
		rte_pktmbuf_free(mbuf);
		end->wire->count.no_mbuf++;
		return NULL;
	}
	end->wire->count.delivered++;
	end->delivered++;
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
		struct rte_mempool *const *pools, unsigned int end_count)
{
	assert(end_count <= WIRE_ENDS);
	memset(wire, 0, sizeof(*wire));
	wire->config = *config;
	wire->random.state = seed;
	wire->end_count = end_count;
	for (unsigned int i = 0; i < end_count; i++) {
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
	for (unsigned int i = 0; i < wire->end_count; i++) {
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
	for (unsigned int i = 0; i < wire->end_count; i++) {
		if (wire->ends[i].arrived_count > 0)
			return wire->now_ns;
	}
	return wire->flying_count > 0 ? wire->flying[0]->at_ns : UINT64_MAX;
}

uint64_t
wire_pending(const struct wire *wire)
{
	uint64_t n = wire->flying_count;

	for (unsigned int i = 0; i < wire->end_count; i++)
		n += wire->ends[i].arrived_count;
	return n;
}

void
wire_inject(struct wire *wire, unsigned int to, const void *bytes, size_t size)
{
	struct wire_end *end = &wire->ends[to];

	wire->count.injected++;
	push(&end->arrived, &end->arrived_count, &end->arrived_room,
			make_frame(wire, to, bytes, size));
	for (uint32_t i = end->arrived_count - 1; i > 0; i--)
		swap(&end->arrived[i], &end->arrived[i - 1]);
}
