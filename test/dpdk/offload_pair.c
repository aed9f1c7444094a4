/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two stacks in one process, one on net_virtio_user, the other on net_vhost at the far end of its
 * socket: a pair that offers checksums, chains and TSO as a hypervisor's does. Both send and check the
 * same text, once for each set of offloads; packets that were cut never are: what one side hands over
 * to be cut arrives whole at the other, as a chain of mbufs.
 *
 * Time is virtual: a turn of both takes 10 us of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <estab/conn.h>
#include <estab/drop.h>
#include <estab/event.h>
#include <estab/listen.h>
#include <estab/port.h>
#include <estab/stack.h>
#include <estab/stats.h>

#include "device.h"
#include "pattern.h"
#include "runtime.h"

enum {
	TEXT_EACH_WAY = 8000000,
	PIECE = 50000, /* of text at a time */
	TURN_NS = 10000,
	TURNS_MAX = 2000000,
	LINK_TRIES = 500, /* of 10 ms */
	MBUFS = 8191,
	JUMBO_MBUFS = 2047,
	PORT = 7,
};

/* What each side leaves to its device; `smaller` mbufs than a packet, or none. */
static const struct offload_case {
	const char *name;
	const char *virtio, *vhost;
	uint32_t mtu, mbuf_size;
	bool cuts; /* segments leave virtio's side together */
} cases[] = {
	{ "all", "all", "all", 1500, 0, true },
	{ "all_against_none", "all", "none", 1500, 0, true },
	{ "none_against_all", "none", "all", 1500, 0, false },
	{ "checksums_and_chains", "checksum,chains", "all", 1500, 0, false },
	{ "checksums", "checksum", "checksum", 1500, 0, false },
	{ "chains", "chains", "chains", 1500, 0, false },
	{ "none", "none", "none", 1500, 0, false },
	{ "jumbo", "all", "all", 9000, 0, true },
	{ "jumbo_in_chains", "all", "all", 9000, 2048, true },
	{ "jumbo_in_chains_summed_here", "chains", "chains", 9000, 2048, false },
	{ "jumbo_none", "none", "none", 9000, 0, false },
};

/* One end: its device, its stack, its connection and how far that has come. */
struct end {
	const char *name;
	uint8_t host; /* last octet of its address */
	struct device device;
	struct rte_mempool *pool;
	struct estab_port port;
	struct estab_stack *stack;
	struct estab_conn *conn;
	uint32_t sent, received;
	bool ended; /* the peer has sent all and its FIN */
};

static const struct offload_case *wanted;
static struct end ends[2] = { { .name = "vhost", .host = 1 }, { .name = "virtio", .host = 2 } };
static struct estab_listener *listener;
static char folder[] = "/tmp/estab-offload-XXXXXX";

static struct estab_address
address_of(const struct end *end)
{
	struct estab_address address;

	assert_int_equal(estab_address_parse("192.0.2.0", &address), 0);
	address.bytes[3] = end->host;
	return address;
}

static void
start_device(struct end *end, const char *driver, const char *arguments, const char *offloads)
{
	struct device_options options = { .mtu = wanted->mtu, .mbuf_size = wanted->mbuf_size };
	const bool large = wanted->mtu > 1500 && wanted->mbuf_size == 0;
	uint16_t id;

	assert_int_equal(device_take_offloads(offloads, &options.offloads_left_out), 0);
	assert_int_equal(rte_eal_hotplug_add("vdev", driver, arguments), 0);
	assert_int_equal(rte_eth_dev_get_port_by_name(driver, &id), 0);
	if (strcmp(end->name, "vhost") == 0 && wanted->mbuf_size != 0)
		options.mbuf_size = 0; /* it makes chains unasked, and offers none */
	assert_int_equal(device_probe(&end->device, id, &options), -1);
	if (wanted->mbuf_size != 0)
		end->device.data_room = (uint16_t)(wanted->mbuf_size + RTE_PKTMBUF_HEADROOM);
	end->pool = rte_pktmbuf_pool_create(end->name, large ? JUMBO_MBUFS : MBUFS, 0, 0,
			end->device.data_room, SOCKET_ID_ANY);
	assert_non_null(end->pool);
	assert_int_equal(device_start(&end->device, 1, &end->pool), -1);
	assert_int_equal(device_port(&end->device, 0, &end->port), 0);
}

static void
create_stack(struct end *end)
{
	struct estab_stack_config config;
	const char *why = "";

	estab_stack_config_init(&config);
	config.name = end->name;
	config.socket_id = SOCKET_ID_ANY;
	memset(config.secret, end->host, sizeof(config.secret));
	config.mbuf_pool = end->pool;
	config.port = &end->port;
	config.interface.mtu = (uint16_t)wanted->mtu;
	memcpy(config.interface.mac, end->device.mac, sizeof(config.interface.mac));
	config.interface.mac[5] = end->host; /* vhost's own is any */
	config.interface.address_count = 1;
	config.interface.addresses[0] = (struct estab_local_address){
		.address = address_of(end),
		.prefix_length = 24,
	};
	config.limits.connections = 16;
	if (estab_stack_config_check(&config, &why) != 0)
		fail_msg("%s", why);
	end->stack = estab_stack_create(&config);
	assert_non_null(end->stack);
}

static void
await_link(const struct end *end)
{
	struct rte_eth_link link = { 0 };

	for (unsigned int i = 0; i < LINK_TRIES && link.link_status == 0; i++) {
		rte_delay_us_sleep(10000);
		assert_int_equal(rte_eth_link_get_nowait(end->device.id, &link), 0);
	}
	assert_int_equal(link.link_status, RTE_ETH_LINK_UP);
}

static int
start(void **state)
{
	char arguments[128];

	if (runtime_start(state) != 0 || mkdtemp(folder) == NULL)
		return -1;
	snprintf(arguments, sizeof(arguments), "iface=%s/s,queues=1,tso=1", folder);
	start_device(&ends[0], "net_vhost0", arguments, wanted->vhost);
	snprintf(arguments, sizeof(arguments), "path=%s/s,queue_size=512,mrg_rxbuf=1", folder);
	start_device(&ends[1], "net_virtio_user0", arguments, wanted->virtio);
	await_link(&ends[0]);
	return 0;
}

static int
stop(void **state)
{
	device_stop(&ends[1].device);
	device_stop(&ends[0].device);
	rmdir(folder);
	return runtime_stop(state);
}

/* Both send text of their own key. */
static void
send_text(struct end *end)
{
	static uint8_t bytes[PIECE];
	const uint32_t left = TEXT_EACH_WAY - end->sent;
	const uint32_t room = estab_conn_send_room(end->conn);
	const uint32_t n = RTE_MIN(RTE_MIN(left, room), (uint32_t)PIECE);
	ssize_t done;

	if (n == 0)
		return;
	pattern_fill(end->host, end->sent, bytes, n);
	done = estab_conn_write(end->conn, bytes, n);
	assert_true(done > 0);
	end->sent += (uint32_t)done;
	if (end->sent == TEXT_EACH_WAY)
		assert_int_equal(estab_conn_shutdown(end->conn), 0);
}

static void
receive_text(struct end *end, const struct end *from)
{
	static uint8_t bytes[PIECE];
	const ssize_t n = estab_conn_read(end->conn, bytes, sizeof(bytes));

	end->ended = end->ended || n == 0;
	if (n <= 0)
		return;
	assert_int_equal(pattern_check(from->host, end->received, bytes, (size_t)n), n);
	end->received += (uint32_t)n;
}

static void
turn(uint64_t *now_ns)
{
	*now_ns += TURN_NS;
	for (unsigned int i = 0; i < 2; i++) {
		struct end *end = &ends[i];
		struct estab_event events[4];

		estab_stack_receive(end->stack, *now_ns);
		while (estab_event_burst(end->stack, events, 4) > 0)
			;
		if (i == 0 && end->conn == NULL)
			estab_accept_burst(listener, &end->conn, 1);
		if (end->conn != NULL) {
			receive_text(end, &ends[1 - i]);
			send_text(end);
		}
		estab_stack_transmit(end->stack, *now_ns);
	}
}

static void
open_connection(void)
{
	const struct estab_listen_config listen = { .local = { .port = PORT } };
	const struct estab_connect_config connect = {
		.remote = { .address = address_of(&ends[0]), .port = PORT },
	};

	assert_int_equal(estab_listen(ends[0].stack, &listen, &listener), 0);
	assert_int_equal(estab_connect(ends[1].stack, &connect, &ends[1].conn), 0);
}

static struct estab_stats
stats_of(const struct end *end)
{
	struct estab_stats stats;

	estab_stack_stats(end->stack, &stats);
	return stats;
}

/* Every packet had its fate, and no path around the offloads was taken. */
static void
check_stats(const struct end *end)
{
	const struct estab_stats stats = stats_of(end);

	assert_int_equal(end->received, TEXT_EACH_WAY);
	assert_int_equal(stats.text_bytes_received, TEXT_EACH_WAY);
	assert_int_equal(stats.text_bytes_sent, TEXT_EACH_WAY);
	assert_int_equal(stats.rx_packets, stats.rx_delivered + estab_stats_drops(&stats));
	assert_int_equal(stats.drops[ESTAB_DROP_IPV4_CHECKSUM], 0);
	assert_int_equal(stats.drops[ESTAB_DROP_TCP_CHECKSUM], 0);
	assert_int_equal(estab_stats_drops(&stats), 0);
	assert_int_equal(stats.tx_dropped_refused, 0);
	assert_int_equal(stats.tx_dropped_no_mbuf, 0);
	assert_int_equal(stats.retransmission_timeouts, 0);
}

static void
text_crosses_both_ways_and_is_the_same(void **state)
{
	uint64_t now_ns = 1000000000;
	struct estab_stats virtio;

	(void)state;
	create_stack(&ends[0]);
	create_stack(&ends[1]);
	open_connection();
	for (unsigned int i = 0; i < TURNS_MAX && !(ends[0].ended && ends[1].ended); i++)
		turn(&now_ns);
	check_stats(&ends[0]);
	check_stats(&ends[1]);
	virtio = stats_of(&ends[1]);
	if (wanted->cuts)
		assert_true(virtio.segments_sent > 4 * virtio.tx_packets);
	else /* ARP beside them */
		assert_in_range(virtio.tx_packets, virtio.segments_sent, virtio.segments_sent + 2);
	for (unsigned int i = 0; i < 2; i++) {
		estab_conn_close(ends[i].conn);
		estab_stack_destroy(ends[i].stack);
	}
}

/* virtio takes 9698 at most; nothing of the device is changed by the question. */
static void
mtu_beyond_the_device_is_refused(void **state)
{
	const struct device_options options = { .mtu = 9699 };
	struct device device;

	(void)state;
	assert_int_equal(device_probe(&device, ends[1].device.id, &options), 2);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mtu_beyond_the_device_is_refused),
		cmocka_unit_test(text_crosses_both_ways_and_is_the_same),
	};

	for (unsigned int i = 0; argc == 2 && i < RTE_DIM(cases); i++)
		if (strcmp(argv[1], cases[i].name) == 0)
			wanted = &cases[i];
	if (wanted == NULL)
		return 2;
	return cmocka_run_group_tests_name(wanted->name, tests, start, stop);
}
