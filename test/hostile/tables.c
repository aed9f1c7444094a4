/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tables that a stranger may want to fill or to make slow: that of connections by tuples chosen to
 * collide (Crosby and Wallach), that of neighbours by sources that nobody has.
 */
#include "crowd.h"

#include <string.h>

#include <rte_byteorder.h>
#include <rte_mempool.h>

#include "flow/flow_bucket.h"
#include "flow/flow_table.h"
#include "seal.h"

enum { TUPLES = 2048 };

static const struct siphash_key secret = { UINT64_C(0x0706050403020100),
	UINT64_C(0x0f0e0d0c0b0a0908) };
static const struct siphash_key guess = { 0, 0 };
static const struct flow_layout layout = { .tuple_at = { [FLOW_TCB] = 0 } };
static struct path paths[TUPLES];

/* Tuples that fall close together under a key: twelve bits of their hashes are 0. */
static void
choose_tuples(const struct siphash_key *key)
{
	struct path path = { .family = ESTAB_FAMILY_IPV4, .local_port = rte_cpu_to_be_16(80) };
	unsigned int n = 0;

	for (uint32_t i = 0; n < TUPLES; i++) {
		uint32_t hash;

		path.remote.words[0] = rte_cpu_to_be_32(0x0a000000 + i / 60000);
		path.remote_port = rte_cpu_to_be_16((uint16_t)(1024 + i % 60000));
		hash = (uint32_t)flow_hash_whole(key, &path);
		if (hash >> 26 == 0 && (hash & 63) == 0)
			paths[n++] = path;
	}
}

/* Steps beyond the first bucket that it takes to find all tuples, one after the other. */
static uint32_t
steps_to_find_all(void)
{
	struct flow_table table;
	uint32_t steps = 0;

	assert_int_equal(flow_table_init(&table, "crafted", TUPLES, &layout, &secret, -1), 0);
	for (unsigned int i = 0; i < TUPLES; i++)
		assert_int_equal(flow_insert(&table, &paths[i], flow_hash(&table, &paths[i]),
						 flow_make(FLOW_TCB, paths[i].local.bytes)),
				0);
	for (uint32_t i = 0; i < flow_table_size(TUPLES) / sizeof(struct flow_bucket); i++)
		steps += table.buckets[i].passed;
	for (unsigned int i = 0; i < TUPLES; i++)
		assert_int_not_equal(flow_find(&table, &paths[i], flow_hash(&table, &paths[i])),
				FLOW_NONE);
	flow_table_fini(&table);
	return steps;
}

static void
class_19_tuples_chosen_without_the_secret_are_spread_as_any(void **state)
{
	(void)state;
	choose_tuples(&guess);
	assert_in_range(steps_to_find_all(), 0, TUPLES / 2);
}

/* What the secret is for; and even so all are found, since a walk ends where nobody has passed. */
static void
class_19_tuples_chosen_with_the_secret_are_found_all_the_same(void **state)
{
	(void)state;
	choose_tuples(&secret);
	assert_true(steps_to_find_all() > 8 * TUPLES);
}

/* Sources on our own link: an answer to each goes where the question came from, and nobody is asked. */
static void
class_22_spoofed_neighbours_are_not_looked_for(void **state)
{
	enum { FLOOD = 20000 };
	struct crowd *c = *state;

	crowd_start(c);
	for (uint32_t n = 0; n < FLOOD; n++) {
		const struct stranger s = crowd_stranger(n);

		crowd_say(c, &s, "S 0:0(0) <mss 1460>");
	}
	crowd_turn(c);
	assert_int_equal(crowd_stats(c).syn_ack_sent, FLOOD);
	assert_int_equal(c->frames_out, FLOOD); /* and so no question */
	assert_int_equal(crowd_stats(c).tx_dropped_unresolved, 0);
	assert_int_equal(rte_mempool_in_use_count(c->pool), 0);
	crowd_assert_memory(c);
}

/* An ARP request for our address from one who says that he is `sender` (RFC 826). */
static void
ask_as(struct crowd *c, uint32_t sender)
{
	uint8_t frame[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0, 0x64, 8, 6, 0,
		1, 8, 0, 6, 4, 0, 1, 0x02, 0, 0, 0, 0, 0x64 };

	for (unsigned int i = 0; i < 4; i++) {
		frame[28 + i] = (uint8_t)(sender >> (24 - 8 * i));
		frame[38 + i] = (uint8_t)((uint32_t)CROWD_STACK >> (24 - 8 * i));
	}
	crowd_put(c, frame, sizeof(frame));
}

/* The same question in IPv6: a solicitation to the group of our address, with his MAC address (RFC 4861 4.3). */
static void
solicit_as(struct crowd *c, uint32_t sender)
{
	enum { IP = FRAME_ETHERNET, ICMP = FRAME_ETHERNET + FRAME_IPV6, SIZE = ICMP + 24 + 8 };
	uint8_t frame[SIZE] = { 0x33, 0x33, 0xff, 0, 0, 1, 0x02, 0, 0, 0, 0, 0x64, 0x86, 0xdd, 0x60,
		0, 0, 0, 0, SIZE - ICMP, 58, 255 };

	crowd_address(c, sender, frame + IP + 8);
	memcpy(frame + IP + 24, (uint8_t[]){ 0xff, 2, [11] = 1, 0xff, 0, 0, 1 }, 16);
	frame[ICMP] = 135;
	crowd_address(c, CROWD_STACK, frame + ICMP + 8);
	memcpy(frame + ICMP + 24, (uint8_t[]){ 1, 1, 0x02, 0, 0, 0, 0, 0x64 }, 8);
	seal_payload(frame, SIZE);
	crowd_put(c, frame, SIZE);
}

/* Each is answered, and few are remembered. */
static void
class_22_questions_of_many_take_no_more_than_the_table(void **state)
{
	enum { FLOOD = 20000 };
	struct crowd *c = *state;
	unsigned int visits = 0;
	struct estab_stats stats;

	c->config.limits.neighbours = 64;
	crowd_start(c);
	for (uint32_t n = 0; n < FLOOD; n++) {
		(c->family == ESTAB_FAMILY_IPV6 ? solicit_as : ask_as)(c, 0x0a300000 + n);
		if (n % 1000 == 999)
			visits += crowd_visits(c, n, 1);
	}
	crowd_turn(c);
	stats = crowd_stats(c);
	assert_int_equal(c->family == ESTAB_FAMILY_IPV6 ? stats.nd_received : stats.arp_received,
			FLOOD);
	assert_true(c->frames_out >= FLOOD);
	assert_int_equal(visits, FLOOD / 1000);
	assert_int_equal(rte_mempool_in_use_count(c->pool), 0);
	crowd_assert_memory(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(class_19_tuples_chosen_without_the_secret_are_spread_as_any),
		cmocka_unit_test(class_19_tuples_chosen_with_the_secret_are_found_all_the_same),
		CROWD_TESTS(class_22_spoofed_neighbours_are_not_looked_for),
		CROWD_TESTS(class_22_questions_of_many_take_no_more_than_the_table),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
