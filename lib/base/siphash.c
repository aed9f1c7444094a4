/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SipHash-2-4 over bytes, and keys derived from keys. The rounds are inline in siphash.h, so that
 * a hash of a few words costs no call. Never reads a random source: the secret comes from outside.
 */
#include "siphash.h"

#include <assert.h>
#include <string.h>

static uint64_t
load_le64(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return rte_le_to_cpu_64(word);
}

void
siphash_key_init(struct siphash_key *key, const uint8_t secret[SIPHASH_SECRET_SIZE])
{
	key->k0 = load_le64(secret);
	key->k1 = load_le64(secret + 8);
}

uint64_t
siphash_2_4(const struct siphash_key *key, const void *data, size_t len)
{
	const uint8_t *bytes = data;
	const size_t tail = len % 8;
	uint8_t last[8] = { 0 };
	struct siphash_state s;

	siphash_start(&s, key);
	for (size_t i = 0; i < len - tail; i += 8)
		siphash_compress(&s, load_le64(bytes + i));

	/* What is left of the message, zeroes, and the length modulo 256 in the last byte. */
	if (tail > 0)
		memcpy(last, bytes + len - tail, tail);
	last[7] = (uint8_t)len;
	siphash_compress(&s, load_le64(last));
	return siphash_finish(&s);
}

/* Two blocks of a pseudo-random function: the hashes of 0 and 1, each followed by the label. */
void
siphash_derive(const struct siphash_key *key, const char *label, struct siphash_key *out)
{
	const size_t len = strlen(label);
	uint8_t message[1 + SIPHASH_LABEL_MAX];
	struct siphash_key derived;

	assert(len <= SIPHASH_LABEL_MAX);
	memcpy(message + 1, label, len);
	message[0] = 0;
	derived.k0 = siphash_2_4(key, message, 1 + len);
	message[0] = 1;
	derived.k1 = siphash_2_4(key, message, 1 + len);
	*out = derived;
}
