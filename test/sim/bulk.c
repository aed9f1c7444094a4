/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The left stack connects and sends, the right one accepts and reads; each checks all it can: every
 * byte, in order, and, where all transfers have ended, that every connection closes without a reset.
 * No mbuf is left at the end.
 */
#include "bulk.h"

#include <errno.h>
#include <string.h>

#include <rte_common.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <estab/conn.h>
#include <estab/event.h>
#include <estab/listen.h>
#include <estab/stats.h>

#include "eal.h"
#include "malloc_mempool.h"
#include "pattern.h"

enum {
	LEFT,
	RIGHT,
	OTHER, /* sends too, under another controller */
	SIDES,
	MBUFS = 32768,
	CHUNK = 32768,
	SERVER_PORT = 9,
	CLIENT_PORT = 20000,
	TURNS_WITHOUT_TIME = 100000, /* more is a loop */
};

/*
 * For the last segments and TIME-WAIT, however many of them are lost: the peer's last FIN is repeated
 * for so long that after the usual TIME-WAIT a RST would answer it.
 */
#define TIME_WAIT_NS (1800 * UINT64_C(1000000000))
#define PARTING_NS   (4 * TIME_WAIT_NS)

struct run {
	struct bulk *bulk;
	const char *wrong;
	unsigned int sides;
	uint64_t now_ns, limit_ns;
	double queue_time; /* the queue's length times how long it was that long */
	struct wire wire;
	struct estab_stack *stacks[SIDES];
	struct estab_listener *listener;
	struct estab_conn *senders[BULK_FLOWS], *receivers[BULK_FLOWS];
	uint64_t sent[BULK_FLOWS];
	bool begun[BULK_FLOWS], shut[BULK_FLOWS], over[BULK_FLOWS];
};

static struct rte_mempool *pools[SIDES];

int
bulk_start(void)
{
	if (eal_start(NULL) != 0)
		return -1;
	pools[LEFT] = malloc_mempool_create("left", MBUFS, RTE_MBUF_DEFAULT_BUF_SIZE);
	pools[RIGHT] = malloc_mempool_create("right", MBUFS, RTE_MBUF_DEFAULT_BUF_SIZE);
	pools[OTHER] = malloc_mempool_create("other", MBUFS, RTE_MBUF_DEFAULT_BUF_SIZE);
	return pools[LEFT] != NULL && pools[RIGHT] != NULL && pools[OTHER] != NULL ? 0 : -1;
}

void
bulk_stop(void)
{
	malloc_mempool_destroy(pools[LEFT]);
	malloc_mempool_destroy(pools[RIGHT]);
	malloc_mempool_destroy(pools[OTHER]);
	eal_stop(NULL);
}

static const char *const addresses[SIDES] = { "192.0.2.1", "192.0.2.2", "192.0.2.3" };

static struct estab_stack *
create_stack(struct run *run, unsigned int side, uint64_t seed)
{
	static const char *const names[SIDES] = { "bulk_left", "bulk_right", "bulk_other" };
	struct estab_stack_config config;

	estab_stack_config_init(&config);
	config.name = names[side];
	config.socket_id = -1;
	config.mbuf_pool = pools[side];
	config.port = &run->wire.ends[side].port;
	for (unsigned int i = 0; i < sizeof(config.secret); i++)
		config.secret[i] = (uint8_t)pattern_byte(seed, i + 16 * side);
	wire_mac(side, config.interface.mac);
	config.interface.address_count = 1;
	estab_address_parse(addresses[side], &config.interface.addresses[0].address);
	config.interface.addresses[0].prefix_length = 24;
	config.limits = (struct estab_stack_limits){ .connections = 16,
		.time_waits = 16,
		.syn_records = 16,
		.listeners = 1,
		.neighbours = 4,
		.reassemblies = 16,
		.customized_connections = 16 };
	config.tcp = run->bulk->tcp;
	config.tcp.time_wait_ns = TIME_WAIT_NS;
	if (side == OTHER)
		config.tcp.congestion = run->bulk->other;
	return estab_stack_create(&config);
}

static uint64_t
key_of(const struct run *run, unsigned int flow)
{
	return pattern_mix(run->bulk->seed + flow);
}

static void
connect_due(struct run *run)
{
	for (unsigned int i = 0; i < run->bulk->flow_count; i++) {
		struct estab_connect_config config = { .local.port = (uint16_t)(CLIENT_PORT + i),
			.remote.port = SERVER_PORT };

		if (run->begun[i] || run->bulk->flows[i].begin_ns > run->now_ns)
			continue;
		estab_address_parse(addresses[RIGHT], &config.remote.address);
		if (estab_connect(run->stacks[run->bulk->flows[i].by_other ? OTHER : LEFT], &config,
				    &run->senders[i]) != 0)
			run->wrong = "connect";
		run->begun[i] = true;
	}
}

static void
accept_all(struct run *run)
{
	struct estab_conn *conn;
	struct estab_conn_info info;

	while (estab_accept_burst(run->listener, &conn, 1) == 1) {
		estab_conn_status(conn, &info);
		run->receivers[info.remote.port - CLIENT_PORT] = conn;
	}
}

/* Everything that there is room for. */
static void
write_all(struct run *run, unsigned int i)
{
	static uint8_t bytes[CHUNK];
	const struct bulk_flow *flow = &run->bulk->flows[i];

	while (run->senders[i] != NULL && run->sent[i] < flow->bytes) {
		const uint64_t room =
				RTE_MIN(estab_conn_send_room(run->senders[i]), (uint32_t)CHUNK);
		const size_t size = RTE_MIN(room, flow->bytes - run->sent[i]);
		ssize_t n;

		if (size == 0)
			return;
		pattern_fill(key_of(run, i), run->sent[i], bytes, size);
		n = estab_conn_write(run->senders[i], bytes, size);
		if (n < 0 && n != -EAGAIN && n != -ENOMEM)
			run->wrong = "write";
		if (n <= 0)
			return;
		run->sent[i] += (uint64_t)n;
	}
	if (run->senders[i] != NULL && !run->shut[i]) {
		estab_conn_shutdown(run->senders[i]);
		run->shut[i] = true;
	}
}

static void
read_all(struct run *run, unsigned int i)
{
	static uint8_t bytes[CHUNK];
	struct bulk_flow *flow = &run->bulk->flows[i];
	ssize_t n;

	if (run->receivers[i] == NULL)
		return;
	while ((n = estab_conn_read(run->receivers[i], bytes, sizeof(bytes))) > 0) {
		if (pattern_check(key_of(run, i), flow->received, bytes, (size_t)n) != (size_t)n)
			run->wrong = "a byte is wrong";
		flow->received += (uint64_t)n;
		flow->end_ns = run->now_ns;
	}
	if (n == -EAGAIN)
		return;
	if (n != 0 || flow->received != flow->bytes)
		run->wrong = n != 0 ? "read" : "end of file too early";
	estab_conn_close(run->receivers[i]);
	run->receivers[i] = NULL;
	run->over[i] = true;
}

static void
application_turn(struct run *run)
{
	struct estab_event events[16];

	connect_due(run);
	accept_all(run);
	for (unsigned int side = 0; side < run->sides; side++) {
		while (estab_event_burst(run->stacks[side], events, 16) > 0)
			;
	}
	for (unsigned int i = 0; i < run->bulk->flow_count; i++) {
		write_all(run, i);
		read_all(run, i);
	}
}

static uint64_t
next_time(const struct run *run)
{
	uint64_t next_ns = RTE_MIN(wire_next(&run->wire), run->limit_ns);

	for (unsigned int side = 0; side < run->sides; side++)
		next_ns = RTE_MIN(next_ns, estab_stack_deadline(run->stacks[side]));
	for (unsigned int i = 0; i < run->bulk->flow_count; i++) {
		if (!run->begun[i])
			next_ns = RTE_MIN(next_ns, run->bulk->flows[i].begin_ns);
	}
	return next_ns;
}

static bool
all_transferred(const struct run *run)
{
	for (unsigned int i = 0; i < run->bulk->flow_count; i++) {
		if (!run->over[i])
			return false;
	}
	return true;
}

static bool
all_closed(const struct run *run)
{
	for (unsigned int side = 0; side < run->sides; side++) {
		struct estab_stats stats;

		estab_stack_stats(run->stacks[side], &stats);
		if (stats.connections_open + stats.connections_half_open +
						stats.connections_time_wait >
				0)
			return false;
	}
	return true;
}

/* Until then the queue is as long as it is now, less what leaves it. */
static void
measure_queue(struct run *run, uint64_t next_ns)
{
	const uint64_t free_ns = run->wire.ends[RIGHT].queue_free_ns;
	const double waits = free_ns > run->now_ns ? (double)(free_ns - run->now_ns) : 0;
	const double time = (double)(next_ns - run->now_ns);
	const double empties = RTE_MIN(waits, time);

	run->queue_time += waits * empties - empties * empties / 2;
}

/* As two programs do: the application works between the halves of a turn. */
static void
turns_until(struct run *run, bool (*done)(const struct run *run))
{
	unsigned int idle = 0;

	while (!done(run) && run->wrong == NULL && run->now_ns < run->limit_ns) {
		const uint64_t next_ns = next_time(run);

		idle = next_ns > run->now_ns ? 0 : idle + 1;
		if (idle > TURNS_WITHOUT_TIME)
			run->wrong = "turn follows turn and no time passes";
		if (next_ns > run->now_ns)
			measure_queue(run, next_ns);
		run->now_ns = RTE_MAX(run->now_ns, next_ns);
		wire_advance(&run->wire, run->now_ns);
		for (unsigned int side = 0; side < run->sides; side++)
			estab_stack_receive(run->stacks[side], run->now_ns);
		application_turn(run);
		for (unsigned int side = 0; side < run->sides; side++)
			estab_stack_transmit(run->stacks[side], run->now_ns);
	}
}

/* Every connection closes, and gracefully: both sides have said FIN. */
static void
part(struct run *run)
{
	for (unsigned int i = 0; i < run->bulk->flow_count; i++) {
		estab_conn_close(run->senders[i]);
		run->senders[i] = NULL;
	}
	run->limit_ns = run->now_ns + PARTING_NS;
	turns_until(run, all_closed);
	if (run->wrong == NULL && !all_closed(run))
		run->wrong = "a connection is left";
	for (unsigned int side = 0; side < run->sides; side++) {
		struct estab_stats stats;

		estab_stack_stats(run->stacks[side], &stats);
		if (run->wrong == NULL && stats.connections_reset != 0)
			run->wrong = "a connection was reset";
	}
}

/* The other sender is there only where it has something to send. */
static unsigned int
sides_of(const struct bulk *bulk)
{
	for (unsigned int i = 0; i < bulk->flow_count; i++) {
		if (bulk->flows[i].by_other)
			return SIDES;
	}
	return OTHER;
}

const char *
bulk_run(struct bulk *bulk)
{
	const struct estab_listen_config listen = { .local.port = SERVER_PORT };
	static struct run run;

	memset(&run, 0, sizeof(run));
	run.bulk = bulk;
	run.limit_ns = bulk->limit_ns;
	run.sides = sides_of(bulk);
	wire_init(&run.wire, &bulk->wire, pattern_mix(bulk->seed), pools, run.sides);
	for (unsigned int side = 0; side < run.sides; side++) {
		run.stacks[side] = create_stack(&run, side, bulk->seed);
		if (run.stacks[side] == NULL)
			return "estab_stack_create";
	}
	if (estab_listen(run.stacks[RIGHT], &listen, &run.listener) != 0)
		return "estab_listen";
	turns_until(&run, all_transferred);
	bulk->queue_ns = (uint64_t)(run.queue_time / (double)RTE_MAX(run.now_ns, 1u));
	if (run.wrong == NULL && all_transferred(&run))
		part(&run);
	for (unsigned int side = 0; side < run.sides; side++)
		estab_stack_destroy(run.stacks[side]);
	wire_fini(&run.wire);
	for (unsigned int side = 0; side < run.sides; side++) {
		if (run.wrong == NULL && rte_mempool_in_use_count(pools[side]) != 0)
			run.wrong = "mbufs are left";
	}
	return run.wrong;
}
