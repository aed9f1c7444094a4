/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a configuration may hold: each sentence of the check is reached by the mistake it speaks of
 * and by nothing less, and every 0 stands for the default that stack.h names.
 */
#include <errno.h>

#include <rte_errno.h>
#include <rte_mbuf.h>

#include "config.h"
#include "eal.h"
#include "fixture.h"
#include "malloc_mempool.h"

#define SECOND UINT64_C(1000000000)
#define MS     UINT64_C(1000000)

enum { HEADERS = 118 }; /* Ethernet with VLAN tag 18, IPv6 40, TCP with options 60 */

/* What the check says; "" where it says nothing. */
static const char *
complaint(const struct estab_stack_config *config)
{
	const char *why = "not written";
	const int rc = estab_stack_config_check(config, &why);

	assert_int_equal(rc, why == NULL ? 0 : -EINVAL);
	assert_int_equal(estab_stack_config_check(config, NULL), rc);
	return why == NULL ? "" : why;
}

/* The fixture's configuration with one field set is refused for that field's sake, or not. */
#define REFUSED(t, field, value, words)                                                            \
	do {                                                                                       \
		const struct estab_stack_config was = (t)->config;                                 \
		(t)->config.field = (value);                                                       \
		assert_string_equal(complaint(&(t)->config), words);                               \
		assert_null(estab_stack_create(&(t)->config));                                     \
		assert_int_equal(rte_errno, EINVAL);                                               \
		(t)->config = was;                                                                 \
	} while (0)

#define ALLOWED(t, field, value)                                                                   \
	do {                                                                                       \
		const struct estab_stack_config was = (t)->config;                                 \
		(t)->config.field = (value);                                                       \
		assert_string_equal(complaint(&(t)->config), "");                                  \
		(t)->config = was;                                                                 \
	} while (0)

static void
name_must_be_there_and_short(void **state)
{
	struct fixture *t = *state;
	static const char words[] = "name: give the stack a name that is unique in the process";

	REFUSED(t, name, NULL, words);
	REFUSED(t, name, "", words);
	REFUSED(t, name, "sixteen letters!", "name: at most 15 characters");
	ALLOWED(t, name, "fifteen letters");
}

static void
pool_must_hold_what_is_built_in_it(void **state)
{
	static const char chains[] = "mbuf_pool: its mbufs need data room for the headroom, 118 "
				     "bytes of headers and 256 of text";
	static const char few[] =
			"mbuf_pool: the port takes chains of mbufs_max only, which must hold a "
			"whole packet: one for headers and the others, without headroom, "
			"interface.mtu";
	static const char whole[] =
			"mbuf_pool: the port takes no chains, so an mbuf must hold a whole "
			"packet: data "
			"room for the headroom, 118 bytes of headers and interface.mtu";
	const uint16_t room = RTE_PKTMBUF_HEADROOM + HEADERS;
	const uint16_t rooms[] = { room + 255, room + 256, room + 1499, room + 1500 };
	struct fixture *t = *state;
	struct rte_mempool *pools[RTE_DIM(rooms)];

	REFUSED(t, mbuf_pool, NULL, "mbuf_pool: a mempool for headers and answers is needed");
	for (unsigned int i = 0; i < RTE_DIM(rooms); i++) {
		char name[] = "config0";

		name[6] = (char)('0' + i);
		pools[i] = malloc_mempool_create(name, 1, rooms[i]);
		assert_non_null(pools[i]);
	}
	REFUSED(t, mbuf_pool, pools[0], chains);
	REFUSED(t, mbuf_pool, pools[1], whole);
	REFUSED(t, mbuf_pool, pools[2], whole);
	ALLOWED(t, mbuf_pool, pools[3]);
	t->port.port.offloads = ESTAB_PORT_TX_MULTI_SEGMENT;
	REFUSED(t, mbuf_pool, pools[0], chains);
	ALLOWED(t, mbuf_pool, pools[1]);
	t->config.port = NULL;
	REFUSED(t, mbuf_pool, pools[1], whole);
	t->config.port_offloads = ESTAB_PORT_TX_MULTI_SEGMENT;
	ALLOWED(t, mbuf_pool, pools[1]);
	/* 1500 octets go into four mbufs with room for 375, the headers into a fifth */
	t->config.port_mbufs_max = 4;
	REFUSED(t, mbuf_pool, pools[1], few);
	ALLOWED(t, mbuf_pool, pools[3]);
	t->config.port_mbufs_max = 5;
	REFUSED(t, mbuf_pool, pools[1], few); /* 374 */
	t->config.port_mbufs_max = 6;
	ALLOWED(t, mbuf_pool, pools[1]);
	t->port.port.mbufs_max = 5;
	t->config.port = &t->port.port;
	REFUSED(t, mbuf_pool, pools[1], few);
	for (unsigned int i = 0; i < RTE_DIM(pools); i++)
		malloc_mempool_destroy(pools[i]);
}

static void
port_must_be_whole_and_bursts_not_too_large(void **state)
{
	struct fixture *t = *state;
	const struct estab_port deaf = { .tx_burst = t->port.port.tx_burst };
	const struct estab_port dumb = { .rx_burst = t->port.port.rx_burst };

	REFUSED(t, port, &deaf, "port: rx_burst and tx_burst are needed");
	REFUSED(t, port, &dumb, "port: rx_burst and tx_burst are needed");
	ALLOWED(t, port, NULL);
	REFUSED(t, burst, 257, "burst: at most 256 packets");
	REFUSED(t, limits.mbufs_reserved, FIXTURE_MBUFS / 2 + 1,
			"limits.mbufs_reserved: at most half of mbuf_pool");
	ALLOWED(t, limits.mbufs_reserved, FIXTURE_MBUFS / 2);
	ALLOWED(t, burst, 256);
	ALLOWED(t, burst, 1);
}

static void
link_must_be_one_that_exists(void **state)
{
	struct fixture *t = *state;

	t->port.port.offloads = ESTAB_PORT_TX_MULTI_SEGMENT; /* mbufs of any size will do */
	REFUSED(t, interface.vlan, 4095, "interface.vlan: 0 for untagged, or 1 to 4094");
	ALLOWED(t, interface.vlan, 4094);
	REFUSED(t, interface.mtu, 575, "interface.mtu: 576 to 9600");
	REFUSED(t, interface.mtu, 9601, "interface.mtu: 576 to 9600");
	REFUSED(t, interface.mtu, 1279, "interface.mtu: IPv6 needs at least 1280");
	ALLOWED(t, interface.mtu, 1280);
	REFUSED(t, interface.mac[0], 1, "interface.mac: must not be a multicast address");
	t->config.interface.addresses[1] = t->config.interface.addresses[0];
	t->config.interface.address_count = 1;
	ALLOWED(t, interface.mtu, 576);
}

static void
addresses_must_be_ours_to_have(void **state)
{
	static const char count[] = "interface.addresses: 1 to 16 addresses are needed";
	static const char prefix[] =
			"interface.addresses: prefix_length is longer than the address";
	const struct estab_address none = { .family = ESTAB_FAMILY_IPV4 };
	struct estab_address no_host;
	struct fixture *t = *state;

	REFUSED(t, interface.address_count, 0, count);
	REFUSED(t, interface.address_count, 17, count);
	REFUSED(t, interface.addresses[3].address.family, ESTAB_FAMILY_ANY,
			"interface.addresses: family must be IPv4 or IPv6");
	REFUSED(t, interface.addresses[0].prefix_length, 33, prefix);
	ALLOWED(t, interface.addresses[0].prefix_length, 32);
	REFUSED(t, interface.addresses[1].prefix_length, 129, prefix);
	ALLOWED(t, interface.addresses[1].prefix_length, 128);
	REFUSED(t, interface.addresses[0].address, none,
			"interface.addresses: 0.0.0.0/8 is no host's address");
	assert_int_equal(estab_address_parse("127.0.0.1", &no_host), 0);
	REFUSED(t, interface.addresses[0].address, no_host,
			"interface.addresses: a loopback address never appears on a link");
	assert_int_equal(estab_address_parse("192.0.2.255", &no_host), 0);
	REFUSED(t, interface.addresses[0].address, no_host,
			"interface.addresses: the broadcast address of its network, no host's");
	assert_int_equal(estab_address_parse("ff02::1", &no_host), 0);
	REFUSED(t, interface.addresses[1].address, no_host,
			"interface.addresses: a multicast address, no host's");
	REFUSED(t, interface.addresses[2].address, t->config.interface.addresses[0].address,
			"interface.addresses: given twice");
}

static void
gateways_must_be_of_their_family_and_on_link(void **state)
{
	struct fixture *t = *state;
	struct estab_address ipv4, ipv6;

	assert_int_equal(estab_address_parse("192.0.2.254", &ipv4), 0);
	assert_int_equal(estab_address_parse("2001:db8::fe", &ipv6), 0);
	REFUSED(t, interface.gateway_ipv4, ipv6, "interface.gateway_ipv4: must be an IPv4 address");
	REFUSED(t, interface.gateway_ipv6, ipv4, "interface.gateway_ipv6: must be an IPv6 address");
	ALLOWED(t, interface.gateway_ipv4, ipv4);
	ALLOWED(t, interface.gateway_ipv6, ipv6);
	assert_int_equal(estab_address_parse("198.51.100.1", &ipv4), 0);
	REFUSED(t, interface.gateway_ipv4, ipv4,
			"interface.gateway_ipv4: not on-link: no address has a prefix that holds it");
	assert_int_equal(estab_address_parse("::1", &ipv6), 0);
	REFUSED(t, interface.gateway_ipv6, ipv6,
			"interface.gateway_ipv6: a loopback address never appears on a link");
}

static void
times_must_keep_what_the_rfcs_ask(void **state)
{
	static const char day[] = "tcp.time_wait_ns, tcp.fin_wait_2_ns: at most a day";
	static const char rto[] =
			"tcp.rto_max_ns: at most an hour; tcp.rto_initial_ns: at most a minute";
	struct fixture *t = *state;

	REFUSED(t, tcp.time_wait_ns, 86400 * SECOND + 1, day);
	ALLOWED(t, tcp.time_wait_ns, 86400 * SECOND);
	REFUSED(t, tcp.fin_wait_2_ns, 86400 * SECOND + 1, day);
	REFUSED(t, tcp.rto_max_ns, 3600 * SECOND + 1, rto);
	ALLOWED(t, tcp.rto_max_ns, 3600 * SECOND);
	REFUSED(t, tcp.rto_initial_ns, 60 * SECOND + 1, rto);
	ALLOWED(t, tcp.rto_initial_ns, 60 * SECOND);
	REFUSED(t, tcp.delayed_ack_ns, 500 * MS,
			"tcp.delayed_ack_ns: must be below 500 ms (RFC 9293 MUST-40)");
	ALLOWED(t, tcp.delayed_ack_ns, 500 * MS - 1);
	REFUSED(t, tcp.cork_ns, SECOND + 1, "tcp.cork_ns: at most a second");
	ALLOWED(t, tcp.cork_ns, SECOND);
}

/* A bound that is left at its default is a bound all the same. */
static void
lower_bounds_must_not_exceed_upper_ones_given_or_not(void **state)
{
	static const char rto[] = "tcp.rto_min_ns: must not exceed tcp.rto_max_ns";
	static const char ports[] =
			"tcp.ephemeral_port_first: must not exceed tcp.ephemeral_port_last";
	struct fixture *t = *state;

	REFUSED(t, tcp.rto_min_ns, 120 * SECOND + 1, rto);
	ALLOWED(t, tcp.rto_min_ns, 120 * SECOND);
	REFUSED(t, tcp.rto_max_ns, 200 * MS - 1, rto);
	REFUSED(t, tcp.ephemeral_port_last, 32767, ports);
	ALLOWED(t, tcp.ephemeral_port_last, 32768);
	t->config.tcp.rto_min_ns = 5 * SECOND;
	t->config.tcp.ephemeral_port_last = 50000;
	REFUSED(t, tcp.rto_max_ns, 5 * SECOND - 1, rto);
	REFUSED(t, tcp.ephemeral_port_first, 50001, ports);
	ALLOWED(t, tcp.ephemeral_port_first, 50000);
}

static void
buffers_and_policies_must_be_within_their_limits(void **state)
{
	struct fixture *t = *state;

	REFUSED(t, tcp.receive_buffer_bytes, 2047, "tcp.receive_buffer_bytes: at least 2048");
	ALLOWED(t, tcp.receive_buffer_bytes, 2048);
	REFUSED(t, tcp.receive_buffer_bytes, (UINT32_C(1) << 30) + 1,
			"tcp.receive_buffer_bytes: at most 1 GiB (RFC 7323 2.3)");
	ALLOWED(t, tcp.receive_buffer_bytes, UINT32_C(1) << 30);
	t->config.tcp.receive_buffer_bytes = 65536;
	ALLOWED(t, tcp.window_scale_min, 14);
	t->config.tcp.receive_buffer_bytes = 65535;
	REFUSED(t, tcp.window_scale_min, 14,
			"tcp.window_scale_min: too coarse, a window of tcp.receive_buffer_bytes "
			"must be at least 4 steps");
	ALLOWED(t, tcp.window_scale_min, 13);
	REFUSED(t, tcp.send_buffer_bytes, (UINT32_C(1) << 30) + 1,
			"tcp.send_buffer_bytes: at most 1 GiB");
	ALLOWED(t, tcp.send_buffer_bytes, UINT32_C(1) << 30);
	REFUSED(t, tcp.syn_cookies, (enum estab_syn_cookies)3,
			"tcp.syn_cookies: auto, always or never");
	REFUSED(t, tcp.congestion, (enum estab_congestion)4,
			"tcp.congestion: cubic, newreno, dctcp or bbr");
	REFUSED(t, tcp.ecn, (enum estab_ecn)3, "tcp.ecn: accept, off or ask");
	REFUSED(t, tcp.syn_ack_retransmissions, 8, "tcp.syn_ack_retransmissions: at most 7");
	ALLOWED(t, tcp.syn_ack_retransmissions, 7);
	ALLOWED(t, tcp.congestion, ESTAB_CONGESTION_DCTCP);
	t->config.tcp.ecn = ESTAB_ECN_OFF;
	ALLOWED(t, tcp.congestion, ESTAB_CONGESTION_NEWRENO);
	REFUSED(t, tcp.congestion, ESTAB_CONGESTION_DCTCP,
			"tcp.congestion: dctcp needs tcp.ecn, accept or ask");
}

static void
init_makes_every_field_zero(void **state)
{
	static const struct estab_stack_config zero;
	struct estab_stack_config config;

	(void)state;
	memset(&config, 0xff, sizeof(config));
	estab_stack_config_init(&config);
	assert_memory_equal(&config, &zero, sizeof(zero));
}

/* The numbers in parentheses in stack.h. */
static void
zero_stands_for_the_default_that_the_header_names(void **state)
{
	struct estab_stack_config c;

	(void)state;
	estab_stack_config_init(&c);
	config_fill_defaults(&c);
	assert_int_equal(c.burst, 64);
	assert_int_equal(c.interface.mtu, 1500);
	assert_int_equal(c.limits.connections, 16384);
	assert_int_equal(c.limits.syn_records, 1024);
	assert_int_equal(c.limits.syn_text_bytes, 262144);
	assert_int_equal(c.limits.time_waits, 16384);
	assert_int_equal(c.limits.listeners, 64);
	assert_int_equal(c.limits.neighbours, 256);
	assert_int_equal(c.limits.reassemblies, 1024);
	assert_int_equal(c.limits.recoveries, 1024);
	assert_int_equal(c.limits.paced_connections, 16384);
	assert_int_equal(c.limits.active_connections, 16384);
	assert_int_equal(c.tcp.syn_cookies, ESTAB_SYN_COOKIES_AUTO);
	assert_int_equal(c.tcp.time_wait_ns, 60 * SECOND);
	assert_int_equal(c.tcp.rto_initial_ns, SECOND);
	assert_int_equal(c.tcp.rto_min_ns, 200 * MS);
	assert_int_equal(c.tcp.rto_max_ns, 120 * SECOND);
	assert_int_equal(c.tcp.delayed_ack_ns, 40 * MS);
	assert_int_equal(c.tcp.cork_ns, 200 * MS);
	assert_int_equal(c.tcp.fin_wait_2_ns, 60 * SECOND);
	assert_int_equal(c.tcp.receive_buffer_bytes, 262144);
	assert_int_equal(c.tcp.receive_buffer_max_bytes, 4194304);
	assert_int_equal(c.tcp.send_buffer_bytes, 262144);
	assert_int_equal(c.tcp.reassembly_segments, 128);
	assert_int_equal(c.tcp.initial_window, 10);
	assert_int_equal(c.tcp.r1_retransmissions, 3);
	assert_int_equal(c.tcp.r2_retransmissions, 15);
	assert_int_equal(c.tcp.syn_retransmissions, 7);
	assert_int_equal(c.tcp.syn_ack_retransmissions, 5);
	assert_int_equal(c.tcp.ephemeral_port_first, 32768);
	assert_int_equal(c.tcp.ephemeral_port_last, 65535);
	assert_int_equal(c.tcp.hop_limit, 64);

	estab_stack_config_init(&c);
	c.tcp.congestion = ESTAB_CONGESTION_BBR;
	config_fill_defaults(&c);
	assert_int_equal(c.limits.paced_connections, 1024);
}

/* All but zeros, pointers and what has no default stay as they are. */
static void
what_was_given_is_kept(void **state)
{
	struct estab_stack_config given, filled;

	(void)state;
	memset(&given, 0x11, sizeof(given));
	filled = given;
	config_fill_defaults(&filled);
	assert_memory_equal(&filled, &given, sizeof(given));
}

/* No family speaks here: once is enough. */
#define CASE(name)                                                                                 \
	{                                                                                          \
#name, name, fixture_setup, fixture_teardown, (void *)(uintptr_t)4                 \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(name_must_be_there_and_short),
		CASE(pool_must_hold_what_is_built_in_it),
		CASE(port_must_be_whole_and_bursts_not_too_large),
		CASE(link_must_be_one_that_exists),
		CASE(addresses_must_be_ours_to_have),
		CASE(gateways_must_be_of_their_family_and_on_link),
		CASE(times_must_keep_what_the_rfcs_ask),
		CASE(lower_bounds_must_not_exceed_upper_ones_given_or_not),
		CASE(buffers_and_policies_must_be_within_their_limits),
		cmocka_unit_test(init_makes_every_field_zero),
		cmocka_unit_test(zero_stands_for_the_default_that_the_header_names),
		cmocka_unit_test(what_was_given_is_kept),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
