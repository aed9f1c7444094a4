/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which of several listeners is found. RFC 9293 3.9.1.1: MUST-41 (each OPEN of its own local
 * address and port is served by its own listener), MUST-42 (they do not interfere).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include "flow/listener_table.h"

static struct listener_table table;

static int
empty_table(void **state)
{
	(void)state;
	listener_table_init(&table);
	return 0;
}

/* A listener at an address that ends in `host`; 0 is the wildcard. */
static struct listener_link
listener_at(uint8_t family, uint8_t host, uint16_t port)
{
	struct listener_link link = { .family = family, .port = rte_cpu_to_be_16(port) };

	if (host != 0) {
		link.local.bytes[0] = 192;
		link.local.bytes[family == ESTAB_FAMILY_IPV4 ? 3 : 15] = host;
	}
	return link;
}

static struct path
path_to(uint8_t family, uint8_t host, uint16_t port)
{
	const struct listener_link link = listener_at(family, host, port);

	return (struct path){ .local = link.local, .local_port = link.port, .family = family };
}

static void
specific_address_goes_before_wildcard_of_family_before_wildcard_of_both(void **state)
{
	struct listener_link any = listener_at(ESTAB_FAMILY_ANY, 0, 80);
	struct listener_link any_ipv4 = listener_at(ESTAB_FAMILY_IPV4, 0, 80);
	struct listener_link specific = listener_at(ESTAB_FAMILY_IPV4, 1, 80);
	struct listener_link *orders[][3] = {
		{ &any, &any_ipv4, &specific },
		{ &any, &specific, &any_ipv4 },
		{ &any_ipv4, &any, &specific },
		{ &any_ipv4, &specific, &any },
		{ &specific, &any, &any_ipv4 },
		{ &specific, &any_ipv4, &any },
	};
	const struct path first = path_to(ESTAB_FAMILY_IPV4, 1, 80);
	const struct path second = path_to(ESTAB_FAMILY_IPV4, 2, 80);
	const struct path ipv6 = path_to(ESTAB_FAMILY_IPV6, 1, 80);

	for (unsigned int i = 0; i < RTE_DIM(orders); i++) {
		empty_table(state);
		for (unsigned int j = 0; j < 3; j++)
			assert_int_equal(listener_table_insert(&table, orders[i][j]), 0);
		assert_ptr_equal(listener_table_find(&table, &first), &specific);
		assert_ptr_equal(listener_table_find(&table, &second), &any_ipv4);
		assert_ptr_equal(listener_table_find(&table, &ipv6), &any);
	}
}

static void
same_endpoint_again_is_in_use_until_removed(void **state)
{
	static const struct {
		uint8_t family, host;
	} ends[] = {
		{ ESTAB_FAMILY_ANY, 0 },
		{ ESTAB_FAMILY_IPV4, 0 },
		{ ESTAB_FAMILY_IPV6, 0 },
		{ ESTAB_FAMILY_IPV4, 9 },
		{ ESTAB_FAMILY_IPV6, 9 },
	};

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(ends); i++) {
		struct listener_link one = listener_at(ends[i].family, ends[i].host, 80);
		struct listener_link two = one;

		assert_int_equal(listener_table_insert(&table, &one), 0);
		assert_int_equal(listener_table_insert(&table, &two), -EADDRINUSE);
		listener_table_remove(&table, &one);
		assert_int_equal(listener_table_insert(&table, &two), 0);
		listener_table_remove(&table, &two);
	}
}

static void
other_port_is_not_found_even_in_the_same_chain(void **state)
{
	/* 0x0102 and 0x0201 have the same bytes, hence the same chain. */
	struct listener_link low = listener_at(ESTAB_FAMILY_ANY, 0, 0x0102);
	struct listener_link high = listener_at(ESTAB_FAMILY_ANY, 0, 0x0201);
	const struct path to_low = path_to(ESTAB_FAMILY_IPV6, 3, 0x0102);
	const struct path to_high = path_to(ESTAB_FAMILY_IPV6, 3, 0x0201);

	(void)state;
	assert_int_equal(listener_table_insert(&table, &low), 0);
	assert_null(listener_table_find(&table, &to_high));
	assert_int_equal(listener_table_insert(&table, &high), 0);
	assert_ptr_equal(listener_table_find(&table, &to_low), &low);
	assert_ptr_equal(listener_table_find(&table, &to_high), &high);
}

static void
other_address_or_family_is_not_found(void **state)
{
	struct listener_link specific = listener_at(ESTAB_FAMILY_IPV4, 1, 80);
	struct listener_link any_ipv6 = listener_at(ESTAB_FAMILY_IPV6, 0, 81);
	const struct path other_address = path_to(ESTAB_FAMILY_IPV4, 2, 80);
	const struct path other_family = path_to(ESTAB_FAMILY_IPV4, 1, 81);

	(void)state;
	assert_int_equal(listener_table_insert(&table, &specific), 0);
	assert_int_equal(listener_table_insert(&table, &any_ipv6), 0);
	assert_null(listener_table_find(&table, &other_address));
	assert_null(listener_table_find(&table, &other_family));
}

static void
removing_one_of_a_chain_leaves_the_others(void **state)
{
	enum { COUNT = 5 };
	struct listener_link links[COUNT];

	(void)state;
	for (uint8_t gone = 0; gone < COUNT; gone++) {
		empty_table(state);
		for (uint8_t i = 0; i < COUNT; i++) {
			links[i] = listener_at(ESTAB_FAMILY_IPV4, (uint8_t)(i + 1), 80);
			assert_int_equal(listener_table_insert(&table, &links[i]), 0);
		}
		listener_table_remove(&table, &links[gone]);
		for (uint8_t i = 0; i < COUNT; i++) {
			const struct path path = path_to(ESTAB_FAMILY_IPV4, (uint8_t)(i + 1), 80);

			assert_ptr_equal(listener_table_find(&table, &path),
					i == gone ? NULL : &links[i]);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
				specific_address_goes_before_wildcard_of_family_before_wildcard_of_both,
				empty_table),
		cmocka_unit_test_setup(same_endpoint_again_is_in_use_until_removed, empty_table),
		cmocka_unit_test_setup(other_port_is_not_found_even_in_the_same_chain, empty_table),
		cmocka_unit_test_setup(other_address_or_family_is_not_found, empty_table),
		cmocka_unit_test_setup(removing_one_of_a_chain_leaves_the_others, empty_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
