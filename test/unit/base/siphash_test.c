/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SipHash-2-4 against the vectors its authors published, against libsodium where that is
 * installed, and against itself: whole words and bytes are two ways to the same hash.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#ifdef HAVE_LIBSODIUM
#include <sodium/crypto_shorthash_siphash24.h>
#endif

#include "base/siphash.h"

/* The authors' vectors_sip64, as numbers: key 00 01 .. 0f, message n is 00 01 .. n - 1. */
static const uint64_t published[64] = {
	0x726fdb47dd0e0e31,
	0x74f839c593dc67fd,
	0x0d6c8009d9a94f5a,
	0x85676696d7fb7e2d,
	0xcf2794e0277187b7,
	0x18765564cd99a68d,
	0xcbc9466e58fee3ce,
	0xab0200f58b01d137,
	0x93f5f5799a932462,
	0x9e0082df0ba9e4b0,
	0x7a5dbbc594ddb9f3,
	0xf4b32f46226bada7,
	0x751e8fbc860ee5fb,
	0x14ea5627c0843d90,
	0xf723ca908e7af2ee,
	0xa129ca6149be45e5,
	0x3f2acc7f57c29bdb,
	0x699ae9f52cbe4794,
	0x4bc1b3f0968dd39c,
	0xbb6dc91da77961bd,
	0xbed65cf21aa2ee98,
	0xd0f2cbb02e3b67c7,
	0x93536795e3a33e88,
	0xa80c038ccd5ccec8,
	0xb8ad50c6f649af94,
	0xbce192de8a85b8ea,
	0x17d835b85bbb15f3,
	0x2f2e6163076bcfad,
	0xde4daaaca71dc9a5,
	0xa6a2506687956571,
	0xad87a3535c49ef28,
	0x32d892fad841c342,
	0x7127512f72f27cce,
	0xa7f32346f95978e3,
	0x12e0b01abb051238,
	0x15e034d40fa197ae,
	0x314dffbe0815a3b4,
	0x027990f029623981,
	0xcadcd4e59ef40c4d,
	0x9abfd8766a33735c,
	0x0e3ea96b5304a7d0,
	0xad0c42d6fc585992,
	0x187306c89bc215a9,
	0xd4a60abcf3792b95,
	0xf935451de4f21df2,
	0xa9538f0419755787,
	0xdb9acddff56ca510,
	0xd06c98cd5c0975eb,
	0xe612a3cb9ecba951,
	0xc766e62cfcadaf96,
	0xee64435a9752fe72,
	0xa192d576b245165a,
	0x0a8787bf8ecb74b2,
	0x81b3e73d20b49b6f,
	0x7fa8220ba3b2ecea,
	0x245731c13ca42499,
	0xb78dbfaf3a8d83bd,
	0xea1ad565322a1a0b,
	0x60e61c23a3795013,
	0x6606d7e446282b93,
	0x6ca4ecb15c5f91e1,
	0x9f626da15c9625f3,
	0xe51b38608ef25f57,
	0x958a324ceb064572,
};

static const uint8_t published_secret[SIPHASH_SECRET_SIZE] = {
	0,
	1,
	2,
	3,
	4,
	5,
	6,
	7,
	8,
	9,
	10,
	11,
	12,
	13,
	14,
	15,
};

static struct siphash_key
published_key(void)
{
	struct siphash_key key;

	siphash_key_init(&key, published_secret);
	return key;
}

static void
fill_ascending(uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)i;
}

static void
published_messages_hash_to_the_published_values(void **state)
{
	const struct siphash_key key = published_key();
	uint8_t message[64];

	(void)state;
	fill_ascending(message, sizeof(message));
	for (size_t len = 0; len < 64; len++)
		assert_int_equal(siphash_2_4(&key, message, len), published[len]);
}

static void
published_messages_of_whole_words_hash_to_the_published_values(void **state)
{
	const struct siphash_key key = published_key();
	uint64_t words[8];

	(void)state;
	fill_ascending((uint8_t *)words, sizeof(words));
	for (size_t n = 0; n < 8; n++)
		assert_int_equal(siphash_2_4_words(&key, words, n), published[n * 8]);
}

/* 40 words make 320 bytes: the length byte of the last block has wrapped. */
static void
any_number_of_words_hashes_like_their_bytes(void **state)
{
	const struct siphash_key key = { .k0 = UINT64_MAX, .k1 = 1 };
	uint64_t words[40];

	(void)state;
	for (size_t i = 0; i < 40; i++)
		words[i] = ~i * UINT64_C(0x9e3779b97f4a7c15);
	for (size_t n = 0; n <= 40; n++)
		assert_int_equal(siphash_2_4_words(&key, words, n),
				siphash_2_4(&key, words, n * sizeof(*words)));
}

static void
unaligned_message_hashes_like_an_aligned_one(void **state)
{
	const struct siphash_key key = published_key();
	uint8_t shifted[64 + 8];

	(void)state;
	for (size_t shift = 0; shift < 8; shift++) {
		fill_ascending(shifted + shift, 64);
		assert_int_equal(siphash_2_4(&key, shifted + shift, 63), published[63]);
	}
}

/* The definition: two hashes, of a block number and the label; nothing else must enter. */
static void
derived_key_is_the_hash_of_block_number_and_label(void **state)
{
	const struct siphash_key root = published_key();
	struct siphash_key derived;

	(void)state;
	siphash_derive(&root, "cookie", &derived);
	assert_int_equal(derived.k0, siphash_2_4(&root, "\0cookie", 7));
	assert_int_equal(derived.k1, siphash_2_4(&root, "\1cookie", 7));
}

static void
derived_keys_differ_by_label_and_by_root(void **state)
{
	static const char *const labels[] = { "", "i", "iss", "cookie", "ports", "timestamps" };
	const size_t n = sizeof(labels) / sizeof(*labels);
	struct siphash_key keys[2 * 6], root = published_key();

	(void)state;
	for (size_t i = 0; i < n; i++)
		siphash_derive(&root, labels[i], &keys[i]);
	root.k1 ^= 1;
	for (size_t i = 0; i < n; i++)
		siphash_derive(&root, labels[i], &keys[n + i]);
	for (size_t i = 0; i < 2 * n; i++) {
		assert_int_not_equal(keys[i].k0, keys[i].k1);
		for (size_t j = 0; j < i; j++) {
			assert_int_not_equal(keys[i].k0, keys[j].k0);
			assert_int_not_equal(keys[i].k1, keys[j].k1);
		}
	}
}

static void
key_derived_in_place_equals_key_derived_aside(void **state)
{
	struct siphash_key key = published_key(), aside;

	(void)state;
	siphash_derive(&key, "abcdefghijklmnopqrstuvwxyz01234", &aside);
	siphash_derive(&key, "abcdefghijklmnopqrstuvwxyz01234", &key);
	assert_memory_equal(&key, &aside, sizeof(key));
}

static void
random_messages_hash_as_in_libsodium(void **state)
{
	(void)state;
#ifdef HAVE_LIBSODIUM
	uint8_t secret[SIPHASH_SECRET_SIZE], message[600], theirs[8], ours[8];
	uint64_t x = 20240117;

	for (size_t round = 0; round < 2000; round++) {
		struct siphash_key key;
		size_t len;

		for (size_t i = 0; i < sizeof(message); i++) {
			x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			message[i] = (uint8_t)(x >> 56);
		}
		memcpy(secret, message + 500, sizeof(secret));
		len = (size_t)(x >> 33) % 500;
		siphash_key_init(&key, secret);
		for (size_t i = 0; i < 8; i++)
			ours[i] = (uint8_t)(siphash_2_4(&key, message, len) >> 8 * i);
		crypto_shorthash_siphash24(theirs, message, len, secret);
		assert_memory_equal(ours, theirs, sizeof(ours));
	}
#else
	skip();
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_messages_hash_to_the_published_values),
		cmocka_unit_test(published_messages_of_whole_words_hash_to_the_published_values),
		cmocka_unit_test(any_number_of_words_hashes_like_their_bytes),
		cmocka_unit_test(unaligned_message_hashes_like_an_aligned_one),
		cmocka_unit_test(derived_key_is_the_hash_of_block_number_and_label),
		cmocka_unit_test(derived_keys_differ_by_label_and_by_root),
		cmocka_unit_test(key_derived_in_place_equals_key_derived_aside),
		cmocka_unit_test(random_messages_hash_as_in_libsodium),
	};

	return cmocka_run_group_tests_name("siphash", tests, NULL, NULL);
}
