/* SPDX-License-Identifier: BSD-3-Clause */
/* Which addresses can be ours and which gateways can be reached, each alone and beside the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <errno.h>
#include <stdio.h>

#include <cmocka.h>

#include <estab/stack.h>

/* One address more, as "192.0.2.1/24". */
static void
add(struct estab_interface *interface, const char *prefix)
{
	struct estab_local_address *local = &interface->addresses[interface->address_count++];
	char address[ESTAB_ADDRESS_TEXT_MAX];
	unsigned int length;

	assert_int_equal(sscanf(prefix, "%45[^/]/%u", address, &length), 2);
	assert_int_equal(estab_address_parse(address, &local->address), 0);
	local->prefix_length = (uint8_t)length;
}

static void
assert_says(const struct estab_interface_fault *fault, const char *part, const char *of)
{
	if (fault->why == NULL || strstr(fault->why, part) == NULL)
		fail_msg("%s: '%s', not '%s'", of, fault->why != NULL ? fault->why : "fine", part);
}

static void
assert_fine(const struct estab_interface *interface)
{
	struct estab_interface_fault fault = { .why = "untouched" };

	assert_int_equal(estab_interface_check(interface, &fault), 0);
	assert_null(fault.why);
	assert_null(fault.address);
	assert_null(fault.gateway);
	assert_int_equal(estab_interface_check(interface, NULL), 0);
}

/* The last address is the one at fault. */
static void
assert_last_address_refused(const struct estab_interface *interface, int error, const char *part)
{
	const struct estab_local_address *last =
			&interface->addresses[interface->address_count - 1];
	struct estab_interface_fault fault;

	assert_int_equal(estab_interface_check(interface, &fault), error);
	assert_ptr_equal(fault.address, last);
	assert_null(fault.gateway);
	assert_says(&fault, part, "the last address");
	assert_int_equal(estab_interface_check(interface, NULL), error);
}

static void
assert_address_fault(const char *prefix, const char *part)
{
	struct estab_interface interface = { 0 };

	add(&interface, prefix);
	assert_last_address_refused(&interface, -EADDRNOTAVAIL, part);
}

static void
assert_address_fine(const char *prefix)
{
	struct estab_interface interface = { 0 };

	add(&interface, prefix);
	assert_fine(&interface);
}

/* The same interface with this gateway beside what it has. */
static struct estab_interface
with_gateway(const struct estab_interface *interface, const char *text)
{
	struct estab_interface with = *interface;
	struct estab_address gateway;

	assert_int_equal(estab_address_parse(text, &gateway), 0);
	if (gateway.family == ESTAB_FAMILY_IPV4)
		with.gateway_ipv4 = gateway;
	else
		with.gateway_ipv6 = gateway;
	return with;
}

static void
assert_gateway_fine(const struct estab_interface *interface, const char *text)
{
	const struct estab_interface with = with_gateway(interface, text);

	assert_fine(&with);
}

static void
assert_gateway_fault(const struct estab_interface *interface, const char *text, int error,
		const char *part)
{
	const struct estab_interface with = with_gateway(interface, text);
	struct estab_interface_fault fault;

	assert_int_equal(estab_interface_check(&with, &fault), error);
	assert_null(fault.address);
	assert_ptr_equal(fault.gateway,
			strchr(text, ':') != NULL ? &with.gateway_ipv6 : &with.gateway_ipv4);
	assert_says(&fault, part, text);
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
	assert_fine(&interface);
	add(&interface, "192.0.2.2/25");
	assert_last_address_refused(&interface, -EEXIST, "twice");
}

/* A whole prefix has no room for another address of ours, nor for the gateway. */
static void
address_or_gateway_within_a_whole_prefix_is_refused(void **state)
{
	struct estab_interface interface = { 0 };

	(void)state;
	add(&interface, "192.0.2.2/24");
	add(&interface, "10.1.0.1/16");
	interface.addresses[1].whole = true;
	assert_gateway_fine(&interface, "192.0.2.1");
	assert_gateway_fault(&interface, "10.1.2.3", -EEXIST, "our own");
	add(&interface, "10.1.2.3/24");
	assert_last_address_refused(&interface, -EEXIST, "twice");
	interface.address_count = 2;
	interface.addresses[0].whole = interface.addresses[1].whole;
	add(&interface, "2001:db8::2/64");
	assert_fine(&interface);
	interface.address_count = 0;
	add(&interface, "10.1.2.3/24");
	add(&interface, "10.1.0.1/16");
	interface.addresses[0].whole = false;
	interface.addresses[1].whole = true;
	assert_last_address_refused(&interface, -EEXIST, "twice");
}

static void
address_that_is_none_is_refused(void **state)
{
	struct estab_interface interface = { 0 };

	(void)state;
	add(&interface, "192.0.2.2/24");
	add(&interface, "2001:db8::2/64");
	interface.addresses[1].prefix_length = 129;
	assert_last_address_refused(&interface, -EINVAL, "prefix_length");
	interface.addresses[1].prefix_length = 64;
	interface.addresses[1].address.family = 7;
	assert_last_address_refused(&interface, -EINVAL, "family");
	interface.address_count = 1;
	interface.addresses[0].prefix_length = 33;
	assert_last_address_refused(&interface, -EINVAL, "prefix_length");
}

static void
addresses_none_or_too_many_are_refused(void **state)
{
	static const unsigned int counts[] = { 0, ESTAB_ADDRESSES_MAX + 1, UINT32_MAX };
	struct estab_interface interface = { 0 };
	struct estab_interface_fault fault;

	(void)state;
	for (unsigned int i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		interface.address_count = counts[i];
		assert_int_equal(estab_interface_check(&interface, &fault), -EINVAL);
		assert_null(fault.address);
		assert_null(fault.gateway);
		assert_says(&fault, "1 to 16", "the number");
	}
}

static void
gateway_on_link_of_any_address_is_taken(void **state)
{
	struct estab_interface interface = { 0 };

	(void)state;
	add(&interface, "192.0.2.2/24");
	add(&interface, "198.51.100.5/22");
	add(&interface, "2001:db8::2/62");
	assert_gateway_fine(&interface, "192.0.2.1");
	assert_gateway_fine(&interface, "198.51.103.254");
	assert_gateway_fine(&interface, "2001:db8:0:3::1");
	assert_gateway_fine(&interface, "fe80::1");
}

static void
gateway_off_link_is_refused(void **state)
{
	struct estab_interface interface = { 0 };

	(void)state;
	add(&interface, "192.0.2.2/24");
	add(&interface, "198.51.100.5/22");
	add(&interface, "2001:db8::2/62");
	assert_gateway_fault(&interface, "192.0.3.1", -ENETUNREACH, "not on-link");
	assert_gateway_fault(&interface, "198.51.104.1", -ENETUNREACH, "not on-link");
	assert_gateway_fault(&interface, "2001:db8:0:4::1", -ENETUNREACH, "not on-link");
}

static void
gateway_that_is_no_other_host_is_refused(void **state)
{
	struct estab_interface interface = { 0 };

	(void)state;
	add(&interface, "192.0.2.2/24");
	add(&interface, "2001:db8::2/64");
	assert_gateway_fault(&interface, "192.0.2.2", -EEXIST, "our own");
	assert_gateway_fault(&interface, "2001:db8::2", -EEXIST, "our own");
	assert_gateway_fault(&interface, "192.0.2.255", -EADDRNOTAVAIL, "broadcast");
	assert_gateway_fault(&interface, "192.0.2.0", -EADDRNOTAVAIL, "network");
	assert_gateway_fault(&interface, "255.255.255.255", -EADDRNOTAVAIL, "broadcast");
	assert_gateway_fault(&interface, "224.0.0.1", -EADDRNOTAVAIL, "multicast");
	assert_gateway_fault(&interface, "0.0.0.0", -EADDRNOTAVAIL, "0.0.0.0/8");
	assert_gateway_fault(&interface, "127.0.0.1", -EADDRNOTAVAIL, "loopback");
	assert_gateway_fault(&interface, "ff02::2", -EADDRNOTAVAIL, "multicast");
	assert_gateway_fault(&interface, "::", -EADDRNOTAVAIL, "unspecified");
}

static void
gateway_without_an_address_of_its_family_is_refused(void **state)
{
	struct estab_interface ipv4 = { 0 }, ipv6 = { 0 };

	(void)state;
	add(&ipv4, "192.0.2.2/24");
	add(&ipv6, "2001:db8::2/64");
	assert_gateway_fault(&ipv4, "fe80::1", -ENETUNREACH, "its family");
	assert_gateway_fault(&ipv4, "2001:db8::1", -ENETUNREACH, "its family");
	assert_gateway_fault(&ipv6, "192.0.2.1", -ENETUNREACH, "its family");
}

static void
gateway_in_the_place_of_the_other_family_is_refused(void **state)
{
	struct estab_interface interface = { 0 };
	struct estab_interface_fault fault;

	(void)state;
	add(&interface, "192.0.2.2/24");
	assert_int_equal(estab_address_parse("192.0.2.1", &interface.gateway_ipv6), 0);
	assert_int_equal(estab_interface_check(&interface, &fault), -EINVAL);
	assert_ptr_equal(fault.gateway, &interface.gateway_ipv6);
	assert_says(&fault, "must be an IPv6 address", "192.0.2.1");
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
		cmocka_unit_test(address_or_gateway_within_a_whole_prefix_is_refused),
		cmocka_unit_test(address_that_is_none_is_refused),
		cmocka_unit_test(addresses_none_or_too_many_are_refused),
		cmocka_unit_test(gateway_on_link_of_any_address_is_taken),
		cmocka_unit_test(gateway_off_link_is_refused),
		cmocka_unit_test(gateway_that_is_no_other_host_is_refused),
		cmocka_unit_test(gateway_without_an_address_of_its_family_is_refused),
		cmocka_unit_test(gateway_in_the_place_of_the_other_family_is_refused),
	};

	return cmocka_run_group_tests_name("interface", tests, NULL, NULL);
}
