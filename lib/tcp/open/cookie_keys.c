/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A ring of keys, each in use from a slot on.
 */
#include "tcp/open/cookie_keys.h"

/* Apart from all else that is derived from the secret, and from one another. */
static struct siphash_key
derive(const struct siphash_key *secret, uint64_t number)
{
	const uint64_t first[] = { number, 0 }, second[] = { number, 1 };
	struct siphash_key cookies;

	siphash_derive(secret, "syn cookie", &cookies);
	return (struct siphash_key){ .k0 = siphash_2_4_words(&cookies, first, 2),
		.k1 = siphash_2_4_words(&cookies, second, 2) };
}

static void
set_only(struct cookie_keys *keys, const struct siphash_key *key)
{
	for (unsigned int i = 0; i < COOKIE_KEYS; i++)
		keys->ring[i] = (struct cookie_key){ .key = *key };
}

void
cookie_keys_init(struct cookie_keys *keys, const struct siphash_key *secret, uint64_t grace_ns)
{
	const struct siphash_key key = derive(secret, 0);

	*keys = (struct cookie_keys){ .grace_ns = grace_ns };
	set_only(keys, &key);
}

bool
cookie_keys_change(struct cookie_keys *keys, const struct siphash_key *secret, uint64_t number,
		uint64_t now_ns, bool at_once)
{
	const uint64_t next = (cookie_keys_time(keys, now_ns) >> SYN_COOKIE_SLOT_SHIFT) + 1;
	const struct siphash_key key = derive(secret, number);
	struct cookie_key *newest = &keys->ring[0];

	if (newest->key.k0 == key.k0 && newest->key.k1 == key.k1)
		return false;
	if (at_once) {
		set_only(keys, &key);
		return true;
	}
	if (newest->from_slot < next) {
		for (unsigned int i = COOKIE_KEYS - 1; i > 0; i--)
			keys->ring[i] = keys->ring[i - 1];
	} /* else it has made nothing yet, and never will */
	*newest = (struct cookie_key){ .key = key, .from_slot = next };
	return true;
}

const struct siphash_key *
cookie_keys_to_check(const struct cookie_keys *keys, uint64_t slot, uint64_t time_ns)
{
	const uint64_t in_slot_ns = time_ns & ((UINT64_C(1) << SYN_COOKIE_SLOT_SHIFT) - 1);

	/* Where it has changed, it was with the slot of this time. */
	if (cookie_keys_changed_since(keys, slot, time_ns) && in_slot_ns >= keys->grace_ns)
		return NULL;
	return cookie_keys_of(keys, slot);
}
