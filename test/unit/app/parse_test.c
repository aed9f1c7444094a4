/* SPDX-License-Identifier: BSD-3-Clause */
/* Text from the command line: what each parser takes, what it refuses, and that it then touches
 * nothing. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parse.h"

static void
assert_number(const char *text, uint64_t expected)
{
	uint64_t number = 0;

	assert_int_equal(parse_number(text, &number), 0);
	assert_int_equal(number, expected);
}

static void
number_takes_units_of_1000_and_hexadecimal(void **state)
{
	(void)state;
	assert_number("0", 0);
	assert_number("64", 64);
	assert_number("2k", 2000);
	assert_number("3M", 3000000);
	assert_number("1g", 1000000000);
	assert_number("0x40", 64);
	assert_number("18446744073709551615", UINT64_MAX);
}

static void
number_refuses_what_is_none(void **state)
{
	static const char *const wrong[] = { "", "-1", "+1", " 1", "1 ", "k", "1kk", "1x", "1.5",
		"0x" };
	uint64_t number = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(parse_number(wrong[i], &number), -EINVAL);
	assert_int_equal(parse_number("18446744073709551616", &number), -ERANGE);
	assert_int_equal(parse_number("18446744073709551615k", &number), -ERANGE);
	assert_int_equal(number, 7);
}

static void
assert_time(const char *text, uint64_t expected_ns)
{
	uint64_t ns = 0;

	assert_int_equal(parse_time(text, &ns), 0);
	assert_int_equal(ns, expected_ns);
}

static void
time_takes_units_and_fractions(void **state)
{
	(void)state;
	assert_time("0", 0);
	assert_time("10", UINT64_C(10000000000));
	assert_time("20us", 20000);
	assert_time("250ms", 250000000);
	assert_time("1.5s", 1500000000);
	assert_time("0.001", 1000000);
	assert_time("5m", UINT64_C(300000000000));
	assert_time("1.5h", UINT64_C(5400000000000));
}

static void
time_refuses_what_is_none(void **state)
{
	static const char *const wrong[] = { "", "s", "-1s", "1.s", ".5", "1d", "1 s", "1ss",
		"1.5.5" };
	uint64_t ns = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(parse_time(wrong[i], &ns), -EINVAL);
	assert_int_equal(parse_time("18446744073709551615h", &ns), -ERANGE);
	assert_int_equal(parse_time("9223372037s", &ns), -ERANGE);
	assert_int_equal(ns, 7);
}

static void
prefix_takes_both_families(void **state)
{
	static const uint8_t ipv4[16] = { 192, 0, 2, 2 };
	static const uint8_t ipv6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 };
	struct estab_local_address address;

	(void)state;
	assert_int_equal(parse_prefix("192.0.2.2/24", &address), 0);
	assert_int_equal(address.address.family, ESTAB_FAMILY_IPV4);
	assert_memory_equal(address.address.bytes, ipv4, sizeof(ipv4));
	assert_int_equal(address.prefix_length, 24);
	assert_int_equal(parse_prefix("2001:db8::2/128", &address), 0);
	assert_int_equal(address.address.family, ESTAB_FAMILY_IPV6);
	assert_memory_equal(address.address.bytes, ipv6, sizeof(ipv6));
	assert_int_equal(address.prefix_length, 128);
}

static void
prefix_refuses_missing_and_impossible_lengths(void **state)
{
	struct estab_local_address address = { .prefix_length = 7 };

	(void)state;
	assert_int_equal(parse_prefix("192.0.2.2", &address), -EINVAL);
	assert_int_equal(parse_prefix("192.0.2.2/", &address), -EINVAL);
	assert_int_equal(parse_prefix("192.0.2.2/24x", &address), -EINVAL);
	assert_int_equal(parse_prefix("192.0.2/24", &address), -EINVAL);
	assert_int_equal(parse_prefix("/24", &address), -EINVAL);
	assert_int_equal(parse_prefix("192.0.2.2/33", &address), -ERANGE);
	assert_int_equal(parse_prefix("2001:db8::2/129", &address), -ERANGE);
	assert_int_equal(address.prefix_length, 7);
}

static void
endpoint_takes_both_families(void **state)
{
	struct estab_endpoint endpoint;

	(void)state;
	assert_int_equal(parse_endpoint("192.0.2.1:80", &endpoint), 0);
	assert_int_equal(endpoint.address.family, ESTAB_FAMILY_IPV4);
	assert_int_equal(endpoint.port, 80);
	assert_int_equal(parse_endpoint("[2001:db8::1]:65535", &endpoint), 0);
	assert_int_equal(endpoint.address.family, ESTAB_FAMILY_IPV6);
	assert_int_equal(endpoint.port, 65535);
}

static void
endpoint_refuses_missing_brackets_and_ports(void **state)
{
	struct estab_endpoint endpoint = { .port = 7 };

	(void)state;
	assert_int_equal(parse_endpoint("192.0.2.1", &endpoint), -EINVAL);
	assert_int_equal(parse_endpoint("192.0.2.1:", &endpoint), -EINVAL);
	assert_int_equal(parse_endpoint("[192.0.2.1]:80", &endpoint), -EINVAL);
	assert_int_equal(parse_endpoint("2001:db8::1:80", &endpoint), -EINVAL);
	assert_int_equal(parse_endpoint("[2001:db8::1]80", &endpoint), -EINVAL);
	assert_int_equal(parse_endpoint("[2001:db8::1", &endpoint), -EINVAL);
	assert_int_equal(parse_endpoint("192.0.2.1:0", &endpoint), -ERANGE);
	assert_int_equal(parse_endpoint("192.0.2.1:65536", &endpoint), -ERANGE);
	assert_int_equal(endpoint.port, 7);
}

static void
mac_takes_unicast_only(void **state)
{
	static const uint8_t expected[6] = { 0x02, 0, 0, 0, 0xab, 0x01 };
	uint8_t mac[6] = { 7 };

	(void)state;
	assert_int_equal(parse_mac("01:00:5e:00:00:01", mac), -EINVAL);
	assert_int_equal(parse_mac("00:00:00:00:00:00", mac), -EINVAL);
	assert_int_equal(parse_mac("02:00:00:00:00", mac), -EINVAL);
	assert_int_equal(mac[0], 7);
	assert_int_equal(parse_mac("02:00:00:00:ab:01", mac), 0);
	assert_memory_equal(mac, expected, sizeof(expected));
}

static void
ports_take_ranges_in_order(void **state)
{
	static const uint16_t expected[] = { 7, 8080, 8081, 8082, 9 };
	struct port_list list;

	(void)state;
	assert_int_equal(parse_ports("7,8080-8082,9", &list), 0);
	assert_int_equal(list.count, 5);
	assert_memory_equal(list.ports, expected, sizeof(expected));
}

static void
ports_refuse_what_cannot_be_listened_on(void **state)
{
	static const char *const wrong[] = { "", ",", "7,", "7-", "9-7", "7,7", "7-9,8", "7x",
		"-7" };
	struct port_list list = { .count = 7 };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(parse_ports(wrong[i], &list), -EINVAL);
	assert_int_equal(parse_ports("0", &list), -ERANGE);
	assert_int_equal(parse_ports("65536", &list), -ERANGE);
	assert_int_equal(parse_ports("1-1025", &list), -ERANGE);
	assert_int_equal(list.count, 7);
	assert_int_equal(parse_ports("1-1024", &list), 0);
	assert_int_equal(list.count, PARSE_PORTS_MAX);
}

static void
queue_map_takes_the_form_of_l3fwd(void **state)
{
	struct queue_map map;

	(void)state;
	assert_int_equal(parse_queue_map("(0,0,1),(0,1,2),(1,0,2)", &map), 0);
	assert_int_equal(map.count, 3);
	assert_int_equal(map.places[1].port, 0);
	assert_int_equal(map.places[1].queue, 1);
	assert_int_equal(map.places[1].lcore, 2);
	assert_int_equal(map.places[2].port, 1);
	assert_int_equal(parse_queue_map("(0,0,1),(0,0,2)", &map),
			0); /* the second is handed over */
	assert_int_equal(map.count, 2);
}

static void
queue_map_refuses_bad_form_and_doubled_entries(void **state)
{
	static const char *const wrong[] = { "", "0,0,1", "(0,0)", "(0,0,1", "(0,0,1),",
		"(0,0,1)(0,1,1)", "(0,0,1,2)", "(a,0,1)", "(0,0,1),(0,0,1)" };
	struct queue_map map = { .count = 7 };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(parse_queue_map(wrong[i], &map), -EINVAL);
	assert_int_equal(parse_queue_map("(0,0,65536)", &map), -ERANGE);
	assert_int_equal(map.count, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(number_takes_units_of_1000_and_hexadecimal),
		cmocka_unit_test(number_refuses_what_is_none),
		cmocka_unit_test(time_takes_units_and_fractions),
		cmocka_unit_test(time_refuses_what_is_none),
		cmocka_unit_test(prefix_takes_both_families),
		cmocka_unit_test(prefix_refuses_missing_and_impossible_lengths),
		cmocka_unit_test(endpoint_takes_both_families),
		cmocka_unit_test(endpoint_refuses_missing_brackets_and_ports),
		cmocka_unit_test(mac_takes_unicast_only),
		cmocka_unit_test(ports_take_ranges_in_order),
		cmocka_unit_test(ports_refuse_what_cannot_be_listened_on),
		cmocka_unit_test(queue_map_takes_the_form_of_l3fwd),
		cmocka_unit_test(queue_map_refuses_bad_form_and_doubled_entries),
	};

	return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
