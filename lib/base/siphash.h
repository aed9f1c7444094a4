/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash of a message to 64 bits, which nobody
 * without the key can predict. Everything estab must make unguessable - initial sequence numbers
 * (RFC 6528), SYN cookies (RFC 4987), ephemeral ports (RFC 6056), timestamp offsets (RFC 7323 5.4),
 * the order in the flow table - is such a hash under a key of its own, derived from one secret.
 */
#ifndef ESTAB_BASE_SIPHASH_H
#define ESTAB_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#include <rte_byteorder.h>

enum siphash_limits {
	SIPHASH_SECRET_SIZE = 16, /* bytes of secret that make a key */
	SIPHASH_LABEL_MAX = 31,   /* longest label of a derived key, without its NUL */
};

struct siphash_key {
	uint64_t k0; /* first eight bytes of the secret, little endian */
	uint64_t k1; /* last eight */
};

/* The four words the algorithm mixes; named as in the paper. */
struct siphash_state {
	uint64_t v0, v1, v2, v3;
};

void siphash_key_init(struct siphash_key *key, const uint8_t secret[SIPHASH_SECRET_SIZE]);

/* The hash of `len` bytes at `data`, which need not be aligned. */
uint64_t siphash_2_4(const struct siphash_key *key, const void *data, size_t len);

/*
 * Fill `out` with the key for the purpose that `label` names, so that what is learnt about one use
 * says nothing about another. A key that others are derived from must hash nothing else.
 */
void siphash_derive(const struct siphash_key *key, const char *label, struct siphash_key *out);

static inline uint64_t
siphash_rotate(uint64_t word, unsigned int bits)
{
	return word << bits | word >> (64 - bits);
}

static inline void
siphash_round(struct siphash_state *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = siphash_rotate(s->v1, 13) ^ s->v0;
	s->v3 = siphash_rotate(s->v3, 16) ^ s->v2;
	s->v0 = siphash_rotate(s->v0, 32) + s->v3;
	s->v2 += s->v1;
	s->v3 = siphash_rotate(s->v3, 21) ^ s->v0;
	s->v1 = siphash_rotate(s->v1, 17) ^ s->v2;
	s->v2 = siphash_rotate(s->v2, 32);
}

static inline void
siphash_start(struct siphash_state *s, const struct siphash_key *key)
{
	s->v0 = key->k0 ^ UINT64_C(0x736f6d6570736575); /* "somepseudorandomlygeneratedbytes" */
	s->v1 = key->k1 ^ UINT64_C(0x646f72616e646f6d);
	s->v2 = key->k0 ^ UINT64_C(0x6c7967656e657261);
	s->v3 = key->k1 ^ UINT64_C(0x7465646279746573);
}

static inline void
siphash_compress(struct siphash_state *s, uint64_t word)
{
	s->v3 ^= word;
	siphash_round(s);
	siphash_round(s);
	s->v0 ^= word;
}

static inline uint64_t
siphash_finish(struct siphash_state *s)
{
	s->v2 ^= 0xff;
	siphash_round(s);
	siphash_round(s);
	siphash_round(s);
	siphash_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/* The hash of a message given as its blocks, the last one with the length in its top byte. */
static inline uint64_t
siphash_2_4_blocks(const struct siphash_key *key, const uint64_t *blocks, size_t n)
{
	struct siphash_state s;

	siphash_start(&s, key);
	for (size_t i = 0; i < n; i++)
		siphash_compress(&s, blocks[i]);
	return siphash_finish(&s);
}

/* siphash_2_4() of `n` whole words as they lie in memory; a constant `n` unrolls. */
static inline uint64_t
siphash_2_4_words(const struct siphash_key *key, const uint64_t *words, size_t n)
{
	struct siphash_state s;

	siphash_start(&s, key);
	for (size_t i = 0; i < n; i++)
		siphash_compress(&s, rte_le_to_cpu_64(words[i]));
	siphash_compress(&s, (uint64_t)(n * sizeof(*words)) << 56);
	return siphash_finish(&s);
}

#endif
