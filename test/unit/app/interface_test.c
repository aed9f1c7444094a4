/* SPDX-License-Identifier: BSD-3-Clause */
/* Which addresses can be ours and which gateways can be reached, each alone and beside the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "interface_check.h"
#include "parse.h"

static void
add(struct estab_interface *interface, const char *prefix)
{
	assert_int_equal(parse_prefix(prefix, &interface->addresses[interface->address_count]), 0);
	interface->address_count++;
}

static void
assert_fault(const char *fault, const char *part, const char *of)
{
	if (fault == NULL || strstr(fault, part) == NULL)
		fail_msg("%s: '%s', not '%s'", of, fault != NULL ? fault : "fine", part);
}

static void
assert_address_fault(const char *prefix, const char *part)
{
	struct estab_interface interface = { 0 };

	add(&interface, prefix);
	assert_fault(interface_address_fault(&interface, 0), part, prefix);
}

static void
assert_address_fine(const char *prefix)
{
	struct estab_interface interface = { 0 };

	add(&interface, prefix);
	assert_null(interface_address_fault(&interface, 0));
}

static const char *
gateway_fault(const struct estab_interface *interface, const char *text)
{
	struct estab_address gateway;

	assert_int_equal(estab_address_parse(text, &gateway), 0);
	return interface_gateway_fault(interface, &gateway);
}

static void
address_that_is_no_host_is_refused(void **state)
{
	(void)state;
	assert_address_fault("0.0.0.0/0", "0.0.0.0/8");
	assert_address_fault("0.1.2.3/8", "0.0.0.0/8");
	assert_address_fault("127.0.0.1/8", "loopback");
	assert_address_fault("127.255.0.1/32", "loopback");
	assert_address_fault("224.0.0.1/24", "multicast");
	assert_address_fault("239.255.255.250/24", "multicast");
	assert_address_fault("255.255.255.255/32", "broadcast");
	assert_address_fault("::/64", "unspecified");
	assert_address_fault("::1/128", "loopback");
	assert_address_fault("ff02::1/64", "multicast");
	assert_address_fault("::ffff:1.2.3.4/96", "IPv4-mapped");
}

static void
address_that_is_its_network_or_broadcast_is_refused(void **state)
{
	(void)state;
	assert_address_fault("192.0.2.0/24", "address of its network");
	assert_address_fault("192.0.2.255/24", "broadcast");
	assert_address_fault("10.255.255.255/8", "broadcast");
	assert_address_fault("192.0.2.4/30", "address of its network");
	assert_address_fault("192.0.2.7/30", "broadcast");
}

static void
address_of_a_host_is_taken(void **state)
{
	(void)state;
	assert_address_fine("192.0.2.1/24");
	assert_address_fine("192.0.2.254/24");
	assert_address_fine("192.0.2.255/23");
	assert_address_fine("223.255.255.1/24");
	assert_address_fine("128.0.0.1/0");
	assert_address_fine("2001:db8::/64");
	assert_address_fine("2001:db8::ffff/112");
	assert_address_fine("fe80::2/64");
	assert_address_fine("::2/64");
}

/* RFC 3021: both addresses of a /31 are hosts; a /32 is one. */
static void
address_of_a_31_or_32_is_taken_at_either_end(void **state)
{
	(void)state;
	assert_address_fine("192.0.2.2/31");
	assert_address_fine("192.0.2.3/31");
	assert_address_fine("192.0.2.0/32");
	assert_address_fine("192.0.2.255/32");
}

static void
address_given_twice_the_second_is_refused(void **state)
{
	struct estab_interface interface = { 0 };

	(void)state;
	add(&interface, "192.0.2.2/24");
	add(&interface, "192.0.2.3/24");
	add(&interface, "192.0.2.2/25");
	assert_null(interface_address_fault(&interface, 0));
	assert_null(interface_address_fault(&interface, 1));
	assert_fault(interface_address_fault(&interface, 2), "twice", "192.0.2.2/25");
}

static void
gateway_on_link_of_any_address_is_taken(void **state)
{
	struct estab_interface interface = { 0 };

	(void)state;
	add(&interface, "192.0.2.2/24");
	add(&interface, "198.51.100.5/22");
	add(&interface, "2001:db8::2/62");
	assert_null(gateway_fault(&interface, "192.0.2.1"));
	assert_null(gateway_fault(&interface, "198.51.103.254"));
	assert_null(gateway_fault(&interface, "2001:db8:0:3::1"));
	assert_null(gateway_fault(&interface, "fe80::1"));
}

static void
gateway_off_link_is_refused(void **state)
{
	struct estab_interface interface = { 0 };

	(void)state;
	add(&interface, "192.0.2.2/24");
	add(&interface, "198.51.100.5/22");
	add(&interface, "2001:db8::2/62");
	assert_fault(gateway_fault(&interface, "192.0.3.1"), "not on-link", "other /24");
	assert_fault(gateway_fault(&interface, "198.51.104.1"), "not on-link", "other /22");
	assert_fault(gateway_fault(&interface, "2001:db8:0:4::1"), "not on-link", "other /62");
}

static void
gateway_that_is_no_other_host_is_refused(void **state)
{
	struct estab_interface interface = { 0 };

	(void)state;
	add(&interface, "192.0.2.2/24");
	add(&interface, "2001:db8::2/64");
	assert_fault(gateway_fault(&interface, "192.0.2.2"), "our own", "192.0.2.2");
	assert_fault(gateway_fault(&interface, "2001:db8::2"), "our own", "2001:db8::2");
	assert_fault(gateway_fault(&interface, "192.0.2.255"), "broadcast", "192.0.2.255");
	assert_fault(gateway_fault(&interface, "192.0.2.0"), "network", "192.0.2.0");
	assert_fault(gateway_fault(&interface, "255.255.255.255"), "broadcast", "all ones");
	assert_fault(gateway_fault(&interface, "224.0.0.1"), "multicast", "224.0.0.1");
	assert_fault(gateway_fault(&interface, "0.0.0.0"), "0.0.0.0/8", "0.0.0.0");
	assert_fault(gateway_fault(&interface, "127.0.0.1"), "loopback", "127.0.0.1");
	assert_fault(gateway_fault(&interface, "ff02::2"), "multicast", "ff02::2");
	assert_fault(gateway_fault(&interface, "::"), "unspecified", "::");
}

static void
gateway_without_an_address_of_its_family_is_refused(void **state)
{
	struct estab_interface ipv4 = { 0 }, ipv6 = { 0 };

	(void)state;
	add(&ipv4, "192.0.2.2/24");
	add(&ipv6, "2001:db8::2/64");
	assert_fault(gateway_fault(&ipv4, "fe80::1"), "its family", "fe80::1");
	assert_fault(gateway_fault(&ipv4, "2001:db8::1"), "its family", "2001:db8::1");
	assert_fault(gateway_fault(&ipv6, "192.0.2.1"), "its family", "192.0.2.1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_that_is_no_host_is_refused),
		cmocka_unit_test(address_that_is_its_network_or_broadcast_is_refused),
		cmocka_unit_test(address_of_a_host_is_taken),
		cmocka_unit_test(address_of_a_31_or_32_is_taken_at_either_end),
		cmocka_unit_test(address_given_twice_the_second_is_refused),
		cmocka_unit_test(gateway_on_link_of_any_address_is_taken),
		cmocka_unit_test(gateway_off_link_is_refused),
		cmocka_unit_test(gateway_that_is_no_other_host_is_refused),
		cmocka_unit_test(gateway_without_an_address_of_its_family_is_refused),
	};

	return cmocka_run_group_tests_name("interface", tests, NULL, NULL);
}
