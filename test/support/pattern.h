/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text that can be checked anywhere: byte number `at` of stream `key`. No byte of it is stored.
 * Also the generator of random numbers from which every simulation draws: splitmix64.
 */
#ifndef TEST_SUPPORT_PATTERN_H
#define TEST_SUPPORT_PATTERN_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t
pattern_mix(uint64_t z)
{
	z += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* One hash gives eight bytes. */
static inline uint8_t
pattern_byte(uint64_t key, uint64_t at)
{
	return (uint8_t)(pattern_mix(key + at / 8) >> at % 8 * 8);
}

static inline void
pattern_fill(uint64_t key, uint64_t at, uint8_t *bytes, size_t size)
{
	uint64_t word = pattern_mix(key + at / 8);

	for (size_t i = 0; i < size; i++, at++) {
		if (at % 8 == 0)
			word = pattern_mix(key + at / 8);
		bytes[i] = (uint8_t)(word >> at % 8 * 8);
	}
}

/* Index of the first byte that is wrong; size when all are right. */
static inline size_t
pattern_check(uint64_t key, uint64_t at, const uint8_t *bytes, size_t size)
{
	uint64_t word = pattern_mix(key + at / 8);

	for (size_t i = 0; i < size; i++, at++) {
		if (at % 8 == 0)
			word = pattern_mix(key + at / 8);
		if (bytes[i] != (uint8_t)(word >> at % 8 * 8))
			return i;
	}
	return size;
}

/* Splitmix64 (Steele, Lea, Flood 2014): all its state is one number. */
struct random {
	uint64_t state;
};

static inline uint64_t
random_next(struct random *random)
{
	const uint64_t z = random->state;

	random->state += UINT64_C(0x9e3779b97f4a7c15);
	return pattern_mix(z);
}

/* 0 .. below - 1 */
static inline uint64_t
random_below(struct random *random, uint64_t below)
{
	return below == 0 ? 0 : random_next(random) % below;
}

/* True so many times in a million. */
static inline int
random_chance(struct random *random, uint32_t per_million)
{
	return random_below(random, 1000000) < per_million;
}

#endif
