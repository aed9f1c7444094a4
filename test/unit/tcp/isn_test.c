/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Initial sequence numbers and timestamp offsets: they move with the clock on one path, and cannot
 * be told from one path for another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rte_byteorder.h>

#include "tcp/open/isn.h"

enum { PATHS = 4096, BUCKETS = 16 };

static const struct siphash_key key = { 11, 12 };
static const struct siphash_key other_key = { 11, 13 };

static struct path
path_number(uint8_t family, uint16_t n)
{
	struct path path = { .family = family, .local_port = rte_cpu_to_be_16(80) };

	path.local.bytes[0] = 10;
	path.remote.bytes[0] = 11;
	path.remote_port = rte_cpu_to_be_16(n);
	return path;
}

/* MUST-8: "a clock ... whose low-order bit is incremented roughly every 4 microseconds" */
static void
isn_of_one_path_moves_one_in_four_microseconds(void **state)
{
	const struct path path = path_number(ESTAB_FAMILY_IPV4, 1);
	const uint32_t isn = isn_choose(&key, &path, 0);

	(void)state;
	assert_int_equal(isn_choose(&key, &path, 3999), isn);
	assert_int_equal(isn_choose(&key, &path, 4000), isn + 1);
	assert_int_equal(isn_choose(&key, &path, UINT64_C(1000000000)), isn + 250000);
	assert_int_equal(isn_choose(&key, &path, UINT64_C(10000000000)), isn + 2500000);
	/* About 4.55 hours: the circle closes. */
	assert_int_equal(isn_choose(&key, &path, UINT64_C(4000) << 32), isn);
	assert_int_equal(isn_choose(&key, &path, (UINT64_C(4000) << 32) + 8000), isn + 2);
}

static void
every_part_of_the_tuple_and_the_key_changes_both_numbers(void **state)
{
	const struct path path = path_number(ESTAB_FAMILY_IPV6, 1);
	struct path others[6];
	uint32_t isn = isn_choose(&key, &path, 0);
	uint32_t offset = timestamp_offset_choose(&key, &path);

	(void)state;
	for (unsigned int i = 0; i < 6; i++)
		others[i] = path;
	others[0].local.bytes[15] ^= 1;
	others[1].remote.bytes[15] ^= 1;
	others[2].local_port ^= rte_cpu_to_be_16(1);
	others[3].remote_port ^= rte_cpu_to_be_16(1);
	others[4].local.bytes[0] ^= 1;
	others[5].remote.bytes[0] ^= 1;
	for (unsigned int i = 0; i < 6; i++) {
		assert_int_not_equal(isn_choose(&key, &others[i], 0), isn);
		assert_int_not_equal(timestamp_offset_choose(&key, &others[i]), offset);
	}
	assert_int_not_equal(isn_choose(&other_key, &path, 0), isn);
	assert_int_not_equal(timestamp_offset_choose(&other_key, &path), offset);
}

/* The timestamp in a SYN-ACK must not give away what the sequence number is made of. */
static void
offset_and_isn_differ_under_the_same_key(void **state)
{
	(void)state;
	for (uint16_t n = 0; n < PATHS; n++) {
		const struct path path = path_number(ESTAB_FAMILY_IPV4, n);

		assert_int_not_equal(isn_choose(&key, &path, 0),
				timestamp_offset_choose(&key, &path));
	}
}

static void
what_is_not_of_the_tuple_changes_nothing(void **state)
{
	const struct path path = path_number(ESTAB_FAMILY_IPV4, 1);
	struct path other = path;

	(void)state;
	other.hop_limit = 3;
	other.tos = 4;
	other.mac_known = true;
	assert_int_equal(isn_choose(&key, &other, 5), isn_choose(&key, &path, 5));
	assert_int_equal(timestamp_offset_choose(&key, &other),
			timestamp_offset_choose(&key, &path));
}

/* Chi-squared with 15 degrees of freedom exceeds 44.3 once in 10,000 times. */
static void
assert_uniform(const unsigned int *counts)
{
	const double expected = (double)PATHS / BUCKETS;
	double chi2 = 0;

	for (unsigned int i = 0; i < BUCKETS; i++)
		chi2 += (counts[i] - expected) * (counts[i] - expected) / expected;
	assert_true(chi2 < 44.3);
}

static void
steps_between_neighbouring_paths_are_spread_evenly(void **state)
{
	unsigned int high[BUCKETS] = { 0 }, low[BUCKETS] = { 0 }, offsets[BUCKETS] = { 0 };
	struct path path = path_number(ESTAB_FAMILY_IPV4, 0);
	uint32_t isn = isn_choose(&key, &path, 0);

	(void)state;
	for (uint16_t n = 1; n <= PATHS; n++) {
		uint32_t next;

		path = path_number(ESTAB_FAMILY_IPV4, n);
		next = isn_choose(&key, &path, 0);
		high[(next - isn) >> 28]++;
		low[(next - isn) % BUCKETS]++;
		offsets[timestamp_offset_choose(&key, &path) >> 28]++;
		isn = next;
	}
	assert_uniform(high);
	assert_uniform(low);
	assert_uniform(offsets);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(isn_of_one_path_moves_one_in_four_microseconds),
		cmocka_unit_test(every_part_of_the_tuple_and_the_key_changes_both_numbers),
		cmocka_unit_test(offset_and_isn_differ_under_the_same_key),
		cmocka_unit_test(what_is_not_of_the_tuple_changes_nothing),
		cmocka_unit_test(steps_between_neighbouring_paths_are_spread_evenly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
