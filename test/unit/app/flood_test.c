/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A flood on the client's wire: by its plan and not beyond, behind the client, and its answers are
 * sorted out from what is the client's. The wire here takes as much as a test says.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_tcp.h>

#include <estab/stats.h>

#include "bench_options.h"
#include "client.h"
#include "flood.h"
#include "party.h"
#include "runtime.h"

enum { CLIENT = RTE_IPV4(198U, 18, 0, 1), SERVER = RTE_IPV4(198U, 18, 0, 2) };
enum { SPOOFED = RTE_IPV4(198U, 18, 77, 7) };
enum { SYN_ACK = RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG };

#define MS UINT64_C(1000000)

static const uint8_t server_mac[6] = { 2, 0, 0, 0, 0, 2 };

/* A wire that takes room packets in all, and gives what was put to it. */
static struct wire {
	unsigned int room, taken;
	struct rte_mbuf *last; /* the last one taken */
	unsigned int waiting;
	struct rte_mbuf *packets[ESTAB_BURST_MAX];
} wire;

static struct rte_mempool *pool;
static struct flood flood;
static struct estab_port port;

static uint16_t
wire_rx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	const uint16_t got = (uint16_t)RTE_MIN((unsigned int)n, wire.waiting);

	(void)context;
	memcpy(packets, wire.packets, got * sizeof(*packets));
	wire.waiting -= got;
	memmove(wire.packets, wire.packets + got, wire.waiting * sizeof(*packets));
	return got;
}

static uint16_t
wire_tx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	const uint16_t takes = (uint16_t)RTE_MIN((unsigned int)n, wire.room - wire.taken);

	(void)context;
	for (uint16_t i = 0; i < takes; i++) {
		rte_pktmbuf_free(wire.last);
		wire.last = packets[i];
	}
	wire.taken += takes;
	return takes;
}

static const struct bench_options options = {
	.workload = WORKLOAD_FLOOD,
	.flood_with = FLOOD_SYN,
	.flood_from = { .address = { ESTAB_FAMILY_IPV4, { 198, 18 } }, .prefix_length = 15 },
	.server_ports = 1,
	.seed = 1,
};

static void
begin(uint32_t rate)
{
	const struct estab_endpoint server = { { ESTAB_FAMILY_IPV4, { 198, 18, 0, 2 } }, 7 };
	const struct estab_address client = { ESTAB_FAMILY_IPV4, { 198, 18, 0, 1 } };
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct bench_options with_rate = options;

	with_rate.rate = rate;
	wire = (struct wire){ .room = UINT32_MAX };
	flood_init(&flood, &with_rate, &server, pool, mac);
	flood_spare(&flood, &client);
	port = (struct estab_port){ .rx_burst = wire_rx_burst, .tx_burst = wire_tx_burst };
	flood_attach(&flood, &port);
}

static void
end(void)
{
	flood_fini(&flood);
	rte_pktmbuf_free(wire.last);
	assert_int_equal(rte_mempool_in_use_count(pool), 0);
}

/* Put a packet from the server onto the wire. */
static void
from_server(uint32_t to, uint8_t protocol, uint8_t flags)
{
	struct rte_mbuf *packet = rte_pktmbuf_alloc(pool);
	struct rte_ether_hdr *ether = (void *)rte_pktmbuf_append(packet, 60);
	struct rte_ipv4_hdr *ip = (void *)(ether + 1);
	struct rte_tcp_hdr *tcp = (void *)(ip + 1);

	memset(ether, 0, 60);
	memcpy(ether->src_addr.addr_bytes, server_mac, sizeof(server_mac));
	ether->ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4);
	ip->version_ihl = RTE_IPV4_VHL_DEF;
	ip->src_addr = RTE_BE32(SERVER);
	ip->dst_addr = rte_cpu_to_be_32(to);
	ip->next_proto_id = protocol;
	tcp->tcp_flags = flags;
	wire.packets[wire.waiting++] = packet;
}

/* The client hears its first SYN-ACK: now the way is known. */
static void
hear_server(void)
{
	struct rte_mbuf *packet;

	from_server(CLIENT, IPPROTO_TCP, SYN_ACK);
	assert_int_equal(port.rx_burst(port.context, &packet, 1), 1);
	rte_pktmbuf_free(packet);
}

/* A flood's turn, with a client that has nothing to do. @return how many packets went out */
static unsigned int
turn(uint64_t now_ns)
{
	const unsigned int taken = wire.taken;

	flood_send(&flood, now_ns);
	return wire.taken - taken;
}

static void
answers_are_counted_by_kind_and_the_rest_is_the_clients(void **state)
{
	struct rte_mbuf *packets[8];

	(void)state;
	begin(0);
	from_server(SPOOFED, IPPROTO_TCP, SYN_ACK);
	from_server(CLIENT, IPPROTO_TCP, SYN_ACK);
	from_server(SPOOFED, IPPROTO_TCP, SYN_ACK);
	from_server(SPOOFED, IPPROTO_TCP, RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG);
	from_server(SPOOFED, IPPROTO_TCP, RTE_TCP_ACK_FLAG);
	from_server(SPOOFED, IPPROTO_ICMP, 0);
	from_server(RTE_IPV4(192U, 0, 2, 1), IPPROTO_TCP, SYN_ACK);
	assert_int_equal(port.rx_burst(port.context, packets, 8), 2);
	assert_int_equal(flood.tally.count.answers[FLOOD_ANSWER_syn_ack], 2);
	assert_int_equal(flood.tally.count.answers[FLOOD_ANSWER_rst], 1);
	assert_int_equal(flood.tally.count.answers[FLOOD_ANSWER_ack], 1);
	assert_int_equal(flood.tally.count.answers[FLOOD_ANSWER_other], 1);
	assert_int_equal(flood_answer_sum(&flood.tally.count), 5);
	rte_pktmbuf_free_bulk(packets, 2);
	end();
}

static void
short_packet_is_the_clients(void **state)
{
	struct rte_mbuf *packets[2];

	(void)state;
	begin(0);
	from_server(SPOOFED, IPPROTO_TCP, SYN_ACK);
	rte_pktmbuf_trim(wire.packets[0], 60 - 53); /* one octet less than the headers */
	assert_int_equal(port.rx_burst(port.context, packets, 2), 1);
	assert_int_equal(flood_answer_sum(&flood.tally.count), 0);
	rte_pktmbuf_free(packets[0]);
	end();
}

static void
nothing_is_sent_before_the_way_is_known(void **state)
{
	(void)state;
	begin(0);
	flood_begin(&flood, 0);
	assert_int_equal(turn(MS), 0);
	hear_server();
	flood_begin(&flood, 0);
	assert_int_equal(turn(MS), FLOOD_BURST);
	assert_memory_equal(rte_pktmbuf_mtod(wire.last, const uint8_t *), server_mac, 6);
	end();
}

static void
plan_is_kept_and_not_exceeded(void **state)
{
	unsigned int sent = 0;

	(void)state;
	begin(10000);
	hear_server();
	flood_begin(&flood, 5 * MS);
	assert_int_equal(turn(5 * MS), 0);
	assert_int_equal(turn(6 * MS), 10);
	assert_int_equal(turn(6 * MS), 0);
	assert_int_equal(turn(56 * MS), FLOOD_BURST); /* 500 are due: a burst a turn */
	for (unsigned int i = 0; i < 20; i++)
		sent += turn(56 * MS);
	assert_int_equal(10 + FLOOD_BURST + sent, 510);
	flood_end(&flood, 105 * MS);
	assert_int_equal(flood.tally.overdue, 1000 - 510);
	assert_int_equal(turn(106 * MS), 0);
	end();
}

/* What was not taken goes first, and once. */
static void
full_wire_delays_the_flood_and_loses_nothing(void **state)
{
	(void)state;
	begin(0);
	hear_server();
	flood_begin(&flood, 0);
	wire.room = 10;
	assert_int_equal(turn(MS), 10);
	assert_int_equal(flood.waiting_count, FLOOD_BURST - 10);
	wire.room = 1000;
	assert_int_equal(turn(MS), FLOOD_BURST - 10);
	assert_int_equal(turn(MS), FLOOD_BURST);
	assert_int_equal(flood.tally.count.sent, 2 * FLOOD_BURST);
	assert_int_equal(flood.frames.next, 2 * FLOOD_BURST);
	end();
}

static void
client_goes_before_the_flood(void **state)
{
	struct rte_mbuf *packet;

	(void)state;
	begin(0);
	hear_server();
	flood_begin(&flood, 0);
	packet = rte_pktmbuf_alloc(pool);
	wire.room = 0;
	assert_int_equal(port.tx_burst(port.context, &packet, 1), 0);
	wire.room = 100;
	assert_int_equal(turn(MS), 0);
	assert_int_equal(port.tx_burst(port.context, &packet, 1), 1);
	assert_int_equal(turn(MS), FLOOD_BURST);
	end();
}

static bool
wire_owns(const void *context, const struct estab_endpoint *local,
		const struct estab_endpoint *remote)
{
	return context == &wire && local->port > remote->port;
}

static void
wire_count(const void *context, struct estab_stats *stats)
{
	stats->dispatch_handed_over += context == &wire;
}

/* Where stacks share the device, a client asks its port which answers are its own. */
static void
what_the_flood_leaves_alone_is_asked_of_the_wire(void **state)
{
	const struct estab_endpoint low = { .port = 1 }, high = { .port = 2 };
	struct estab_stats stats = { 0 };

	(void)state;
	begin(0);
	assert_null(port.owns);
	assert_null(port.count);
	port = (struct estab_port){ .context = &wire, .owns = wire_owns, .count = wire_count };
	flood_attach(&flood, &port);
	assert_true(port.owns(port.context, &high, &low));
	assert_false(port.owns(port.context, &low, &high));
	port.count(port.context, &stats);
	assert_int_equal(stats.dispatch_handed_over, 1);
	end();
}

static int
start(void **state)
{
	if (runtime_start(state) != 0)
		return -1;
	pool = rte_pktmbuf_pool_create("flood", 512, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, -1);
	return pool == NULL ? -1 : 0;
}

static int
stop(void **state)
{
	rte_mempool_free(pool);
	return runtime_stop(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_counted_by_kind_and_the_rest_is_the_clients),
		cmocka_unit_test(short_packet_is_the_clients),
		cmocka_unit_test(nothing_is_sent_before_the_way_is_known),
		cmocka_unit_test(plan_is_kept_and_not_exceeded),
		cmocka_unit_test(full_wire_delays_the_flood_and_loses_nothing),
		cmocka_unit_test(client_goes_before_the_flood),
		cmocka_unit_test(what_the_flood_leaves_alone_is_asked_of_the_wire),
	};

	return cmocka_run_group_tests_name("flood", tests, start, stop);
}
