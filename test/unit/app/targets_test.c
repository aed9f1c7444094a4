/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose turn it is, and which addresses a prefix has for clients. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <estab/conn.h>

#include "targets.h"

static struct estab_local_address
prefix_of(const char *address, uint8_t length)
{
	struct estab_local_address prefix = { .prefix_length = length };

	assert_int_equal(estab_address_parse(address, &prefix.address), 0);
	return prefix;
}

static void
assert_host(const struct estab_local_address *prefix, uint32_t number, const char *expected)
{
	const struct estab_address host = targets_host(prefix, number);
	char text[ESTAB_ADDRESS_TEXT_MAX];

	assert_string_equal(estab_address_format(&host, text, sizeof(text)), expected);
}

static void
hosts_of_a_prefix_are_all_but_its_network_and_broadcast(void **state)
{
	struct estab_local_address prefix = prefix_of("10.1.2.3", 16);

	(void)state;
	assert_int_equal(targets_hosts(&prefix), 65534);
	assert_host(&prefix, 0, "10.1.0.1");
	assert_host(&prefix, 254, "10.1.0.255");
	assert_host(&prefix, 65533, "10.1.255.254");
	prefix = prefix_of("192.0.2.77", 29);
	assert_int_equal(targets_hosts(&prefix), 6);
	assert_host(&prefix, 0, "192.0.2.73");
	assert_host(&prefix, 5, "192.0.2.78");
	prefix = prefix_of("192.0.2.77", 31);
	assert_int_equal(targets_hosts(&prefix), 2);
	assert_host(&prefix, 0, "192.0.2.76");
	assert_host(&prefix, 1, "192.0.2.77");
	prefix = prefix_of("192.0.2.77", 32);
	assert_int_equal(targets_hosts(&prefix), 1);
	assert_host(&prefix, 0, "192.0.2.77");
}

static void
hosts_of_an_ipv6_prefix_are_bounded(void **state)
{
	struct estab_local_address prefix = prefix_of("2001:db8::77", 64);

	(void)state;
	assert_int_equal(targets_hosts(&prefix), (1 << 24) - 1);
	assert_host(&prefix, 0, "2001:db8::1");
	assert_host(&prefix, (1 << 24) - 2, "2001:db8::ff:ffff");
	prefix = prefix_of("2001:db8::77", 128);
	assert_int_equal(targets_hosts(&prefix), 1);
	assert_host(&prefix, 0, "2001:db8::77");
}

static void
prefix_holds_addresses_of_its_own_family(void **state)
{
	const struct estab_local_address prefix = prefix_of("10.1.2.3", 12);
	struct estab_address address;

	(void)state;
	assert_int_equal(estab_address_parse("10.15.255.255", &address), 0);
	assert_true(targets_hold(&prefix, &address));
	assert_int_equal(estab_address_parse("10.16.0.0", &address), 0);
	assert_false(targets_hold(&prefix, &address));
	assert_int_equal(estab_address_parse("a01::", &address), 0);
	assert_false(targets_hold(&prefix, &address));
}

/* "198.51.100.1:80 from 10.0.0.1" */
static void
assert_next(struct targets *targets, uint8_t server, uint16_t port, uint8_t client)
{
	struct estab_connect_config config = { .user = targets };

	targets_next(targets, &config);
	assert_int_equal(config.remote.address.bytes[3], server);
	assert_int_equal(config.remote.port, port);
	assert_int_equal(config.local.address.bytes[3], client);
	assert_int_equal(config.local.port, 0);
	assert_ptr_equal(config.user, targets);
}

static void
servers_take_turns_then_ports_then_clients(void **state)
{
	const struct estab_local_address clients = prefix_of("10.0.0.0", 30);
	const struct server_list list = { .count = 2,
		.servers = { { { ESTAB_FAMILY_IPV4, { 198, 51, 100, 1 } }, 80 },
				{ { ESTAB_FAMILY_IPV4, { 198, 51, 100, 2 } }, 7 } } };
	struct targets targets;

	(void)state;
	targets_init(&targets, &list, 2, &clients, 3); /* of two: begin with the second */
	for (unsigned int i = 0; i < 2; i++) {
		assert_next(&targets, 1, 80, 2);
		assert_next(&targets, 2, 7, 2);
		assert_next(&targets, 1, 81, 2);
		assert_next(&targets, 2, 8, 2);
		assert_next(&targets, 1, 80, 1);
		assert_next(&targets, 2, 7, 1);
		assert_next(&targets, 1, 81, 1);
		assert_next(&targets, 2, 8, 1);
	}
}

static void
without_clients_the_stack_chooses(void **state)
{
	const struct estab_local_address nobody = { .prefix_length = 0 };
	const struct server_list list = { .count = 1,
		.servers = { { { ESTAB_FAMILY_IPV4, { 198, 51, 100, 1 } }, 80 } } };
	struct estab_connect_config config = { .user = NULL };
	struct targets targets;

	(void)state;
	targets_init(&targets, &list, 1, &nobody, 0);
	targets_next(&targets, &config);
	assert_int_equal(config.local.address.family, ESTAB_FAMILY_ANY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_of_a_prefix_are_all_but_its_network_and_broadcast),
		cmocka_unit_test(hosts_of_an_ipv6_prefix_are_bounded),
		cmocka_unit_test(prefix_holds_addresses_of_its_own_family),
		cmocka_unit_test(servers_take_turns_then_ports_then_clients),
		cmocka_unit_test(without_clients_the_stack_chooses),
	};

	return cmocka_run_group_tests_name("targets", tests, NULL, NULL);
}
