/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rounds of siphash.h on vectors of 64-bit lanes. One text, compiled for several instruction
 * sets; two vectors go side by side, since a round alone leaves most of the processor waiting.
 */
#include "siphash_lanes.h"

#include <stddef.h>

#include <rte_common.h>

void
siphash_lanes_plain(const struct siphash_key *key, struct siphash_messages *messages,
		unsigned int blocks, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct siphash_state s;

		siphash_start(&s, key);
		for (unsigned int b = 0; b < blocks; b++)
			siphash_compress(&s, messages->blocks[b][i]);
		messages->hashes[i] = siphash_finish(&s);
	}
}

#if defined(__x86_64__)

typedef uint64_t lanes __attribute__((vector_size(32)));

/* The same among the messages, which are numbers to everybody else. */
typedef uint64_t lanes_there __attribute__((vector_size(32), aligned(8), may_alias));

enum { LANES = sizeof(lanes) / sizeof(uint64_t), VECTORS = SIPHASH_LANES_STEP / LANES };

#define ROTATE(x, bits) ((x) << (bits) | (x) >> (64 - (bits)))

/* siphash_round on each of the vectors. */
#define ROUND(v)                                                                                   \
	do {                                                                                       \
		for (unsigned int k = 0; k < VECTORS; k++) {                                       \
			v[0][k] += v[1][k];                                                        \
			v[2][k] += v[3][k];                                                        \
			v[1][k] = ROTATE(v[1][k], 13) ^ v[0][k];                                   \
			v[3][k] = ROTATE(v[3][k], 16) ^ v[2][k];                                   \
			v[0][k] = ROTATE(v[0][k], 32) + v[3][k];                                   \
			v[2][k] += v[1][k];                                                        \
			v[3][k] = ROTATE(v[3][k], 21) ^ v[0][k];                                   \
			v[1][k] = ROTATE(v[1][k], 17) ^ v[2][k];                                   \
			v[2][k] = ROTATE(v[2][k], 32);                                             \
		}                                                                                  \
	} while (0)

/* A function for an instruction set: all messages of a step at once. */
#define DEFINE_SIPHASH_LANES(name, instructions)                                                   \
	__attribute__((target(instructions))) static void name(const struct siphash_key *key,      \
			struct siphash_messages *messages, unsigned int blocks, unsigned int n)    \
	{                                                                                          \
		struct siphash_state start;                                                        \
                                                                                                   \
		siphash_start(&start, key);                                                        \
		for (unsigned int i = 0; i < n; i += SIPHASH_LANES_STEP) {                         \
			const lanes zero = { 0 };                                                  \
			lanes v[4][VECTORS];                                                       \
                                                                                                   \
			for (unsigned int k = 0; k < VECTORS; k++) {                               \
				v[0][k] = zero + start.v0;                                         \
				v[1][k] = zero + start.v1;                                         \
				v[2][k] = zero + start.v2;                                         \
				v[3][k] = zero + start.v3;                                         \
			}                                                                          \
			for (unsigned int b = 0; b < blocks; b++) {                                \
				const lanes_there *block =                                         \
						(const lanes_there *)&messages->blocks[b][i];      \
                                                                                                   \
				for (unsigned int k = 0; k < VECTORS; k++)                         \
					v[3][k] ^= block[k];                                       \
				ROUND(v);                                                          \
				ROUND(v);                                                          \
				for (unsigned int k = 0; k < VECTORS; k++)                         \
					v[0][k] ^= block[k];                                       \
			}                                                                          \
			for (unsigned int k = 0; k < VECTORS; k++)                                 \
				v[2][k] ^= zero + 0xff;                                            \
			ROUND(v);                                                                  \
			ROUND(v);                                                                  \
			ROUND(v);                                                                  \
			ROUND(v);                                                                  \
			for (unsigned int k = 0; k < VECTORS; k++)                                 \
				((lanes_there *)&messages->hashes[i])[k] =                         \
						v[0][k] ^ v[1][k] ^ v[2][k] ^ v[3][k];             \
		}                                                                                  \
	}

DEFINE_SIPHASH_LANES(siphash_lanes_avx2, "avx2")
DEFINE_SIPHASH_LANES(siphash_lanes_avx512, "avx512f,avx512vl") /* rotations in one instruction */

siphash_lanes_fn
siphash_lanes_at(unsigned int i)
{
	siphash_lanes_fn have[4] = { siphash_lanes_plain };
	unsigned int n = 1;

	if (__builtin_cpu_supports("avx2"))
		have[n++] = siphash_lanes_avx2;
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
		have[n++] = siphash_lanes_avx512;
	return i < RTE_DIM(have) ? have[i] : NULL;
}

#else

siphash_lanes_fn
siphash_lanes_at(unsigned int i)
{
	return i == 0 ? siphash_lanes_plain : NULL;
}

#endif

siphash_lanes_fn
siphash_lanes_choose(void)
{
	siphash_lanes_fn best = siphash_lanes_plain, next;

	for (unsigned int i = 1; (next = siphash_lanes_at(i)) != NULL; i++)
		best = next;
	return best;
}
