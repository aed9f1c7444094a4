/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stack under test: made, given its turns in virtual time, its frames collected and checked,
 * and at the end searched for anything left over.
 */
#include "fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "fixture_internal.h"
#include "malloc_mempool.h"

#define MS UINT64_C(1000000)

enum {
	TURNS_MAX = 10000,     /* without time passing: more is a loop */
	FAREWELL_MS = 7200000, /* until then every connection must be gone by itself */
};

static const uint8_t stack_mac[6] = { 0x02, 0, 0, 0, 0, 0x01 };
static const uint8_t peer_mac[6] = { 0x02, 0, 0, 0, 0, 0x64 };

/* 192.0.2.host, or 2001:db8::host */
static struct estab_address
address_of(uint8_t family, uint8_t host)
{
	struct estab_address address = { .family = family };

	if (family == ESTAB_FAMILY_IPV4) {
		memcpy(address.bytes, (uint8_t[]){ 192, 0, 2, host }, 4);
	} else {
		memcpy(address.bytes, (uint8_t[]){ 0x20, 0x01, 0x0d, 0xb8 }, 4);
		address.bytes[15] = host;
	}
	return address;
}

struct estab_endpoint
fixture_stack_endpoint(const struct fixture *t, uint8_t host, uint16_t port)
{
	return (struct estab_endpoint){ .address = address_of(t->family, host), .port = port };
}

struct estab_endpoint
fixture_peer_endpoint(const struct fixture *t)
{
	return (struct estab_endpoint){ .address = address_of(t->family, 100),
		.port = t->peer->port };
}

void
fixture_ends(const struct fixture *t, const struct peer *peer, struct frame_ends *ends)
{
	const struct estab_address source = address_of(t->family, 100);
	const struct estab_address target = address_of(t->family, peer->stack_host);

	*ends = (struct frame_ends){ .family = t->family,
		.source_port = peer->port,
		.target_port = peer->stack_port };
	memcpy(ends->source_mac, peer_mac, 6);
	memcpy(ends->target_mac, stack_mac, 6);
	memcpy(ends->source, source.bytes, 16);
	memcpy(ends->target, target.bytes, 16);
}

static void
set_up_config(struct fixture *t)
{
	struct estab_stack_config *config = &t->config;
	static unsigned int serial; /* DPDK remembers names for the life of the process */

	snprintf(t->name, sizeof(t->name), "rfc%u", serial++);
	estab_stack_config_init(config);
	config->name = t->name;
	config->socket_id = -1;
	memset(config->secret, 0x5a + t->family, sizeof(config->secret));
	config->mbuf_pool = t->pool;
	config->port = &t->port.port;
	memcpy(config->interface.mac, stack_mac, 6);
	for (uint8_t host = 1; host <= 2; host++) {
		struct estab_local_address *local =
				&config->interface.addresses[config->interface.address_count];

		local[0].address = address_of(ESTAB_FAMILY_IPV4, host);
		local[0].prefix_length = 24;
		local[1].address = address_of(ESTAB_FAMILY_IPV6, host);
		local[1].prefix_length = 64;
		config->interface.address_count += 2;
	}
	config->tcp.receive_buffer_max_bytes =
			1; /* windows stand still but where they are tested */
	config->limits = (struct estab_stack_limits){ .connections = 128,
		.syn_records = 32,
		.time_waits = 32,
		.listeners = 8,
		.neighbours = 16,
		.reassemblies = 16,
		.recoveries = 16 };
}

/* Sequence numbers are chosen so that the first few hundred bytes cross a wrap, signed or not. */
static void
set_up_peers(struct fixture *t)
{
	for (unsigned int i = 0; i < FIXTURE_PEERS; i++) {
		t->peers[i] = (struct peer){
			.port = (uint16_t)(FIXTURE_PEER_PORT + i),
			.stack_port = FIXTURE_PORT,
			.stack_host = 1,
			.iss = (t->family == ESTAB_FAMILY_IPV4 ? 0xffffff00 : 0x7fffff00) +
					100003 * i,
			.read_at = 1,
			.write_at = 1,
		};
	}
	t->peer = &t->peers[0];
}

struct fixture *
fixture_begin(uint8_t family, struct rte_mempool *pool)
{
	struct fixture *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->family = family;
	t->now_ns = UINT64_C(5000000000) * t->family;
	t->pool = pool;
	memory_port_init(&t->port);
	set_up_config(t);
	set_up_peers(t);
	return t;
}

int
fixture_setup(void **state)
{
	struct rte_mempool *pool =
			malloc_mempool_create("fixture", FIXTURE_MBUFS, RTE_MBUF_DEFAULT_BUF_SIZE);

	if (pool == NULL)
		return -1;
	*state = fixture_begin((uint8_t)(uintptr_t)*state, pool);
	return *state == NULL ? -1 : 0;
}

void
start(struct fixture *t)
{
	const char *why = "";

	if (t->stack != NULL)
		return;
	if (estab_stack_config_check(&t->config, &why) != 0)
		fail_msg("the fixture's configuration: %s", why);
	t->stack = estab_stack_create(&t->config);
	if (t->stack == NULL)
		fail_msg("estab_stack_create: %s", rte_strerror(rte_errno));
}

struct estab_stats
stats_now(const struct fixture *t)
{
	struct estab_stats stats;

	estab_stack_stats(t->stack, &stats);
	return stats;
}

static void
check_accounts(const struct fixture *t)
{
	const struct estab_stats stats = stats_now(t);

	if (stats.rx_packets == stats.rx_delivered + estab_stats_drops(&stats))
		return;
	print_error("received %" PRIu64 " != delivered %" PRIu64 " + dropped %" PRIu64 "\n",
			stats.rx_packets, stats.rx_delivered, estab_stats_drops(&stats));
	for (unsigned int i = 0; i < ESTAB_DROP_COUNT; i++) {
		if (stats.drops[i] > 0)
			print_error("\t%s %" PRIu64 "\n", estab_drop_name(i), stats.drops[i]);
	}
	fail_msg("the accounts of received packets do not balance");
}

/* Events may name only connections that the user holds. */
static void
collect_events(struct fixture *t)
{
	struct estab_event events[16];
	uint16_t n;

	while ((n = estab_event_burst(t->stack, events, 16)) > 0) {
		for (uint16_t i = 0; i < n; i++) {
			unsigned int p = 0;

			while (p < FIXTURE_PEERS && t->peers[p].conn != events[i].conn)
				p++;
			if (p == FIXTURE_PEERS)
				fail_msg("event 0x%x of a connection that the user does not hold",
						(unsigned int)events[i].what);
			t->peers[p].events |= events[i].what;
		}
	}
}

static struct peer *
find_peer(struct fixture *t, const struct frame_ends *got)
{
	struct frame_ends ends;

	for (unsigned int i = 0; i < FIXTURE_PEERS; i++) {
		fixture_ends(t, &t->peers[i], &ends);
		if (got->source_port == ends.target_port && got->target_port == ends.source_port &&
				memcmp(got->source, ends.target, 16) == 0 &&
				memcmp(got->target, ends.source, 16) == 0 &&
				memcmp(got->target_mac, ends.source_mac, 6) == 0 &&
				memcmp(got->source_mac, ends.target_mac, 6) == 0)
			return &t->peers[i];
	}
	if (!t->lenient)
		fail_msg("a segment from port %u to port %u, or to a MAC address, that no peer has",
				got->source_port, got->target_port);
	return NULL;
}

static void
collect_segment(struct fixture *t, const uint8_t *frame, size_t size)
{
	struct frame_ends ends;
	struct sent *sent;
	const char *error;

	if (t->sent_count == FIXTURE_SENT)
		fail_msg("the stack has sent %d segments that nobody expected", FIXTURE_SENT);
	sent = t->sent[t->sent_count++] = calloc(1, sizeof(*sent));
	assert_non_null(sent);
	sent->at_ns = t->now_ns;
	error = frame_parse(frame, size, &ends, &sent->packet);
	if (error != NULL)
		fail_msg("the stack has sent a malformed segment: %s", error);
	sent->peer = find_peer(t, &ends);
	if (sent->peer != NULL)
		segment_sent(t, sent->peer, &sent->packet);
}

/* Take what the stack has sent; who it asks for is found. @return frames taken */
static unsigned int
collect_frames(struct fixture *t)
{
	uint8_t frame[FRAME_MAX], answer[FRAME_MAX];
	unsigned int n = 0;
	size_t size;

	for (; (size = memory_port_take(&t->port, frame, sizeof(frame))) > 0; n++) {
		t->stack_frames++;
		switch (frame_classify(frame, size)) {
		case FRAME_TCP_SEGMENT:
			collect_segment(t, frame, size);
			break;
		case FRAME_NEIGHBOUR_QUESTION:
			size = frame_answer_neighbour(frame, size, peer_mac, answer);
			if (memory_port_put(&t->port, t->pool, answer, size) != 0 && !t->lenient)
				fail_msg("no mbuf for a neighbour's answer");
			break;
		case FRAME_OTHER:
			break;
		}
	}
	return n;
}

static void
poll_once(struct fixture *t)
{
	if (t->app_gone)
		t->draining = estab_stack_drain(t->stack, t->now_ns);
	else
		estab_stack_poll(t->stack, t->now_ns);
	collect_frames(t);
	check_accounts(t);
	if (!t->app_gone)
		collect_events(t);
}

void
turn(struct fixture *t)
{
	unsigned int n = 0;

	start(t);
	do {
		poll_once(t);
		if (++n > TURNS_MAX)
			fail_msg("the stack wants turn after turn: its deadline stays in the past");
	} while (t->port.tx_room > 0 &&
			(memory_queue_count(&t->port.to) > 0 ||
					estab_stack_deadline(t->stack) <= t->now_ns));
}

void
advance(struct fixture *t, uint64_t ms)
{
	const uint64_t target_ns = t->now_ns + ms * MS;

	start(t);
	while (estab_stack_deadline(t->stack) <= target_ns && t->now_ns < target_ns) {
		/* A stack whose port takes nothing would like to try again at once. */
		const uint64_t at_least_ns = t->port.tx_room > 0 ? t->now_ns : t->now_ns + 100 * MS;

		t->now_ns = RTE_MIN(RTE_MAX(at_least_ns, estab_stack_deadline(t->stack)),
				target_ns);
		turn(t);
	}
	t->now_ns = target_ns;
	turn(t);
}

void
stick_the_port(struct fixture *t)
{
	t->port.tx_room = 0;
	speak_as(t, 1);
	for (unsigned int i = 0; i < 600; i++)
		arrive_later(t, ". 1:1(0) ack 1"); /* answered with a RST */
	for (unsigned int i = 0; i < 20; i++)
		turn(t);
	speak_as(t, 0);
}

/* The user goes home: what it holds is aborted, the rest must end by itself. */
static void
say_farewell(struct fixture *t)
{
	t->port.tx_room = UINT32_MAX;
	for (unsigned int i = 0; i < FIXTURE_PEERS && !t->app_gone; i++) {
		if (t->peers[i].conn != NULL)
			estab_conn_abort(t->peers[i].conn);
		t->peers[i].conn = NULL;
	}
	if (t->listener != NULL && !t->app_gone)
		estab_listener_close(t->listener);
	for (unsigned int i = 0; i < 12; i++) {
		advance(t, FAREWELL_MS / 12);
		ignore_sent(t);
	}
}

void
fixture_end(struct fixture *t)
{
	struct estab_stats stats = { 0 };
	unsigned int mbufs;

	if (t->stack != NULL) {
		say_farewell(t);
		stats = stats_now(t);
	}
	memory_port_fini(&t->port);
	mbufs = rte_mempool_in_use_count(t->pool);
	if (t->stack != NULL)
		estab_stack_destroy(t->stack);
	ignore_sent(t);
	free(t);
	assert_int_equal(stats.connections_open, 0);
	assert_int_equal(stats.connections_half_open, 0);
	assert_int_equal(stats.connections_time_wait, 0);
	assert_int_equal(mbufs, 0);
}

int
fixture_teardown(void **state)
{
	struct fixture *t = *state;
	struct rte_mempool *pool = t->pool;

	fixture_end(t);
	malloc_mempool_destroy(pool);
	return 0;
}
