/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hashes of a burst, by each instruction set that this processor has: those of siphash_2_4 over the
 * same bytes, for every number of messages and of blocks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/siphash_lanes.h"

enum { TAIL = 5 }; /* bytes of a message in its last block, beside the length */

static const struct siphash_key key = { UINT64_C(0x0706050403020100),
	UINT64_C(0x0f0e0d0c0b0a0908) };
static struct siphash_messages messages;

/* Message i: bytes that differ from those of every other, the last block cut as SipHash has it. */
static size_t
write_message(uint8_t *bytes, unsigned int i, unsigned int blocks)
{
	const size_t length = 8 * (blocks - 1u) + TAIL;

	for (size_t k = 0; k < length; k++)
		bytes[k] = (uint8_t)(7 * k + 31 * i + blocks);
	return length;
}

static uint64_t
put_message(unsigned int i, unsigned int blocks)
{
	uint8_t bytes[8 * SIPHASH_BLOCKS_MAX] = { 0 };
	const size_t length = write_message(bytes, i, blocks);
	const uint64_t hash = siphash_2_4(&key, bytes, length);

	bytes[8 * blocks - 1] = (uint8_t)length;
	for (unsigned int b = 0; b < blocks; b++) {
		uint64_t word;

		memcpy(&word, bytes + 8 * b, sizeof(word));
		messages.blocks[b][i] = rte_le_to_cpu_64(word);
	}
	return hash;
}

static void
check(siphash_lanes_fn hash, unsigned int blocks, unsigned int n)
{
	uint64_t expected[SIPHASH_MESSAGES_MAX];

	memset(&messages, 0, sizeof(messages));
	for (unsigned int i = 0; i < n; i++)
		expected[i] = put_message(i, blocks);
	hash(&key, &messages, blocks, n);
	assert_memory_equal(messages.hashes, expected, n * sizeof(expected[0]));
}

static void
every_instruction_set_gives_the_same_hashes(void **state)
{
	siphash_lanes_fn hash;
	unsigned int i;

	(void)state;
	for (i = 0; (hash = siphash_lanes_at(i)) != NULL; i++) {
		for (unsigned int blocks = 1; blocks <= SIPHASH_BLOCKS_MAX; blocks++)
			for (unsigned int n = 0; n <= SIPHASH_MESSAGES_MAX; n++)
				check(hash, blocks, n);
		print_message("instruction set %u: %u lengths of %u bursts are equal\n", i,
				SIPHASH_BLOCKS_MAX, SIPHASH_MESSAGES_MAX + 1);
	}
	assert_true(i >= 1);
}

static void
chosen_one_is_one_that_there_is(void **state)
{
	const siphash_lanes_fn chosen = siphash_lanes_choose();
	bool found = false;

	(void)state;
	for (unsigned int i = 0; siphash_lanes_at(i) != NULL; i++)
		found = found || siphash_lanes_at(i) == chosen;
	assert_true(found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_instruction_set_gives_the_same_hashes),
		cmocka_unit_test(chosen_one_is_one_that_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
