/* SPDX-License-Identifier: BSD-3-Clause */
#include "port/toeplitz.h"

#include <rte_thash.h>

/* The hash of a tuple that is zero but for one byte. */
static uint32_t
of_one_byte(const uint32_t *key, unsigned int place, unsigned int value)
{
	uint32_t words[TOEPLITZ_BYTES_MAX / 4] = { 0 };

	words[place / 4] = value << (24 - place % 4 * 8);
	return rte_softrss_be(words, RTE_DIM(words), (const uint8_t *)key);
}

void
toeplitz_init(struct toeplitz *toeplitz, const uint8_t *key)
{
	uint32_t given[TOEPLITZ_KEY_MIN / 4], converted[TOEPLITZ_KEY_MIN / 4];

	memcpy(given, key, sizeof(given));
	rte_convert_rss_key(given, converted, sizeof(given));
	for (unsigned int place = 0; place < TOEPLITZ_BYTES_MAX; place++)
		for (unsigned int value = 0; value < 256; value++)
			toeplitz->of_byte[place][value] = of_one_byte(converted, place, value);
}

/* Add so many bytes that stand from `place` on in the tuple. */
static inline uint32_t
add(const struct toeplitz *toeplitz, unsigned int place, const void *bytes, unsigned int n)
{
	const uint8_t *values = bytes;
	uint32_t sum = 0;

	for (unsigned int i = 0; i < n; i++)
		sum ^= toeplitz->of_byte[place + i][values[i]];
	return sum;
}

uint32_t
toeplitz_of_path(const struct toeplitz *toeplitz, const struct path *path)
{
	const unsigned int size = path->family == ESTAB_FAMILY_IPV4 ? 4 : 16;

	return add(toeplitz, 0, &path->remote, size) ^ add(toeplitz, size, &path->local, size) ^
			add(toeplitz, 2 * size, &path->remote_port, 2) ^
			add(toeplitz, 2 * size + 2, &path->local_port, 2);
}
