/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Addresses as text and back.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <estab/address.h>

static void
ipv4_text_becomes_four_bytes_and_zeros(void **state)
{
	static const uint8_t expected[16] = { 192, 0, 2, 1 };
	struct estab_address address;

	(void)state;
	memset(&address, 0xff, sizeof(address));
	assert_int_equal(estab_address_parse("192.0.2.1", &address), 0);
	assert_int_equal(address.family, ESTAB_FAMILY_IPV4);
	assert_memory_equal(address.bytes, expected, sizeof(expected));
}

static void
ipv6_text_becomes_sixteen_bytes(void **state)
{
	static const uint8_t expected[16] = { 0x20, 1, 0x0d, 0xb8, [15] = 0x42 };
	struct estab_address address;

	(void)state;
	assert_int_equal(estab_address_parse("2001:db8::42", &address), 0);
	assert_int_equal(address.family, ESTAB_FAMILY_IPV6);
	assert_memory_equal(address.bytes, expected, sizeof(expected));
}

static void
text_that_is_no_address_is_refused_and_changes_nothing(void **state)
{
	static const char *const texts[] = { "", "192.0.2", "192.0.2.256", "192.0.2.1/24", "::g",
		"2001:db8::1%eth0", "localhost", " 192.0.2.1" };
	struct estab_address address = { .family = 77 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(estab_address_parse(texts[i], &address), -EINVAL);
		assert_int_equal(address.family, 77);
	}
}

static void
endpoint_of_ipv6_has_brackets_and_ipv4_none(void **state)
{
	struct estab_endpoint endpoint = { .port = 65535 };
	char buf[ESTAB_ADDRESS_TEXT_MAX];

	(void)state;
	assert_int_equal(estab_address_parse("192.0.2.1", &endpoint.address), 0);
	assert_string_equal(estab_endpoint_format(&endpoint, buf, sizeof(buf)), "192.0.2.1:65535");
	assert_int_equal(estab_address_parse("2001:db8:0::1", &endpoint.address), 0);
	assert_string_equal(estab_endpoint_format(&endpoint, buf, sizeof(buf)),
			"[2001:db8::1]:65535");
	assert_string_equal(estab_address_format(&endpoint.address, buf, sizeof(buf)),
			"2001:db8::1");
	endpoint.address = (struct estab_address){ .family = ESTAB_FAMILY_ANY };
	assert_string_equal(estab_endpoint_format(&endpoint, buf, sizeof(buf)), "*:65535");
}

static void
small_buffer_is_terminated_and_not_overrun(void **state)
{
	struct estab_endpoint endpoint = { .port = 80 };
	char buf[8];

	(void)state;
	memset(buf, 'x', sizeof(buf));
	assert_int_equal(estab_address_parse("192.0.2.1", &endpoint.address), 0);
	estab_endpoint_format(&endpoint, buf, 5);
	assert_string_equal(buf, "192.");
	assert_int_equal(buf[5], 'x');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_text_becomes_four_bytes_and_zeros),
		cmocka_unit_test(ipv6_text_becomes_sixteen_bytes),
		cmocka_unit_test(text_that_is_no_address_is_refused_and_changes_nothing),
		cmocka_unit_test(endpoint_of_ipv6_has_brackets_and_ipv4_none),
		cmocka_unit_test(small_buffer_is_terminated_and_not_overrun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
