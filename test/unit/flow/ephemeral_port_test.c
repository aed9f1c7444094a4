/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ephemeral ports against a real flow table: which are chosen, and when there is none.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rte_byteorder.h>
#include <rte_memory.h>

#include "eal.h"
#include "flow/ephemeral_port.h"

enum { FIRST = 50000, COUNT = 5, LAST = FIRST + COUNT - 1 };

static const struct siphash_key key = { 1, 2 };
static struct flow_table table;
static struct ephemeral_ports ports;
static const struct flow_layout layout; /* a target is a path */
static struct path targets[1024];       /* what flows point to */
static uint32_t target_count;

static int
start(void **state)
{
	(void)state;
	ephemeral_ports_init(&ports, &key, FIRST, LAST);
	target_count = 0;
	return flow_table_init(&table, "ephemeral", RTE_DIM(targets), &layout, &key, SOCKET_ID_ANY);
}

static int
stop(void **state)
{
	(void)state;
	flow_table_fini(&table);
	return 0;
}

static struct path
path_from(uint8_t family, uint8_t remote_host, uint16_t remote_port)
{
	struct path path = { .family = family, .remote_port = rte_cpu_to_be_16(remote_port) };

	path.local.bytes[0] = 10;
	path.remote.bytes[0] = 10;
	path.remote.bytes[3] = remote_host;
	return path;
}

/* Choose a port and take it. */
static int
take(struct path *path)
{
	uint64_t whole = 0;
	const int rc = ephemeral_port_choose(&ports, &table, path, &whole);
	const uint32_t hash = (uint32_t)whole;

	if (rc == 0) {
		assert_int_equal(whole, flow_hash_whole(&table.key, path));
		assert_int_equal(hash, flow_hash(&table, path));
		assert_int_equal(flow_find(&table, path, hash), FLOW_NONE);
		assert_true(target_count < RTE_DIM(targets));
		targets[target_count] = *path;
		assert_int_equal(flow_insert(&table, path, hash,
						 flow_make(FLOW_TCB, &targets[target_count++])),
				0);
	}
	return rc;
}

/* Take all ports towards one remote end: each once, then none. */
static void
take_all(uint8_t family, uint8_t remote_host, uint16_t remote_port)
{
	unsigned int seen[COUNT] = { 0 };

	for (unsigned int i = 0; i < COUNT; i++) {
		struct path path = path_from(family, remote_host, remote_port);
		uint16_t port;

		assert_int_equal(take(&path), 0);
		port = rte_be_to_cpu_16(path.local_port);
		assert_in_range(port, FIRST, LAST);
		assert_int_equal(seen[port - FIRST]++, 0);
	}
	for (unsigned int i = 0; i < 2 * COUNT; i++) {
		struct path path = path_from(family, remote_host, remote_port);

		assert_int_equal(take(&path), -EADDRNOTAVAIL);
	}
}

static void
five_ports_give_five_connections_and_the_sixth_has_none(void **state)
{
	(void)state;
	take_all(ESTAB_FAMILY_IPV4, 1, 80);
}

static void
other_remote_ends_have_the_whole_range_again(void **state)
{
	(void)state;
	take_all(ESTAB_FAMILY_IPV4, 1, 80);
	take_all(ESTAB_FAMILY_IPV4, 1, 81);
	take_all(ESTAB_FAMILY_IPV4, 2, 80);
	take_all(ESTAB_FAMILY_IPV6, 1, 80);
}

static void
counter_that_wraps_still_tries_each_port_once(void **state)
{
	(void)state;
	for (uint8_t host = 1; host < 100; host++) {
		ports.next = UINT32_MAX - host % COUNT;
		take_all(ESTAB_FAMILY_IPV4, host, 80);
	}
}

static void
port_given_back_is_the_one_that_is_found(void **state)
{
	struct path path = path_from(ESTAB_FAMILY_IPV6, 1, 80);

	(void)state;
	take_all(ESTAB_FAMILY_IPV6, 1, 80);
	for (uint16_t port = FIRST; port <= LAST; port++) {
		path.local_port = rte_cpu_to_be_16(port);
		flow_remove(&table, &path, flow_hash(&table, &path));
		path.local_port = 0;
		assert_int_equal(take(&path), 0);
		assert_int_equal(rte_be_to_cpu_16(path.local_port), port);
	}
}

static void
range_of_one_at_the_top_is_used(void **state)
{
	struct path path = path_from(ESTAB_FAMILY_IPV4, 1, 80);

	(void)state;
	ephemeral_ports_init(&ports, &key, 65535, 65535);
	assert_int_equal(take(&path), 0);
	assert_int_equal(rte_be_to_cpu_16(path.local_port), 65535);
	assert_int_equal(take(&path), -EADDRNOTAVAIL);
}

/* Free ports are not handed out again at once: the counter moves on (RFC 6056 3.3.3). */
static void
free_range_hands_out_consecutive_ports(void **state)
{
	uint16_t last = 0;

	(void)state;
	for (unsigned int i = 0; i < 3 * COUNT; i++) {
		struct path path = path_from(ESTAB_FAMILY_IPV4, 1, 80);
		uint64_t hash;
		uint16_t port;

		assert_int_equal(ephemeral_port_choose(&ports, &table, &path, &hash), 0);
		port = rte_be_to_cpu_16(path.local_port);
		if (i > 0)
			assert_int_equal(port, last == LAST ? FIRST : last + 1);
		last = port;
	}
}

/* Where the range begins differs by remote end and by key: nobody can tell one from another. */
static void
first_port_depends_on_remote_end_and_key(void **state)
{
	enum { ENDS = 64 };
	const struct siphash_key other_key = { 3, 4 };
	unsigned int same_as_first = 0, same_as_other_key = 0;
	uint16_t first = 0;

	(void)state;
	for (uint8_t host = 0; host < ENDS; host++) {
		struct path path = path_from(ESTAB_FAMILY_IPV4, host, 80);
		uint64_t hash;
		uint16_t port;

		ephemeral_ports_init(&ports, &key, 1024, 65535);
		assert_int_equal(ephemeral_port_choose(&ports, &table, &path, &hash), 0);
		port = path.local_port;
		if (host == 0)
			first = port;
		same_as_first += port == first;

		ephemeral_ports_init(&ports, &other_key, 1024, 65535);
		assert_int_equal(ephemeral_port_choose(&ports, &table, &path, &hash), 0);
		same_as_other_key += path.local_port == port;
	}
	assert_int_equal(same_as_first, 1);
	assert_int_equal(same_as_other_key, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
				five_ports_give_five_connections_and_the_sixth_has_none, start,
				stop),
		cmocka_unit_test_setup_teardown(other_remote_ends_have_the_whole_range_again, start,
				stop),
		cmocka_unit_test_setup_teardown(counter_that_wraps_still_tries_each_port_once,
				start, stop),
		cmocka_unit_test_setup_teardown(port_given_back_is_the_one_that_is_found, start,
				stop),
		cmocka_unit_test_setup_teardown(range_of_one_at_the_top_is_used, start, stop),
		cmocka_unit_test_setup_teardown(free_range_hands_out_consecutive_ports, start,
				stop),
		cmocka_unit_test_setup_teardown(first_port_depends_on_remote_end_and_key, start,
				stop),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
