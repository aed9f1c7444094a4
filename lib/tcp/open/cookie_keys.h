/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which key is right for a SYN cookie: a new one comes into use with a slot (syn_cookie.h), never within one.
 * So for each cookie, whose parity says of which slot it is, one key is right and no other, and a blind ACK
 * has the same chance of 2^-27 while keys change as it has at rest.
 */
#ifndef LIB_TCP_OPEN_COOKIE_KEYS_H
#define LIB_TCP_OPEN_COOKIE_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/siphash.h"
#include "tcp/open/syn_cookie.h"

/* Of the next slot, of this one, and of the one before: cookies of no other are right. */
enum { COOKIE_KEYS = 3 };

struct cookie_key {
	struct siphash_key key;
	uint64_t from_slot; /* in use from there until the next newer key */
};

struct cookie_keys {
	struct cookie_key ring[COOKIE_KEYS]; /* the newest first */
	uint64_t ahead_ns; /* of the clock that slots are counted by, modulo 2^64 */
	uint64_t grace_ns; /* how long a key is right after its last slot */
	bool shared;       /* others make cookies too that come to us */
};

/* One key, of this secret, for all slots. */
void cookie_keys_init(struct cookie_keys *keys, const struct siphash_key *secret,
		uint64_t grace_ns);

/*
 * Bring a key into use with the next slot, or with this one, as if there had been no other.
 *
 * @param secret  from which it is derived
 * @param number  of the key among those of that secret
 * @return false where it is in use, or will be, and nothing changes
 */
bool cookie_keys_change(struct cookie_keys *keys, const struct siphash_key *secret, uint64_t number,
		uint64_t now_ns, bool at_once);

/* The time that slots are of. */
static inline uint64_t
cookie_keys_time(const struct cookie_keys *keys, uint64_t now_ns)
{
	return now_ns + keys->ahead_ns;
}

/* The key that cookies of this slot are made with. */
static inline const struct siphash_key *
cookie_keys_of(const struct cookie_keys *keys, uint64_t slot)
{
	unsigned int i = 0;

	while (i < COOKIE_KEYS - 1 && slot < keys->ring[i].from_slot)
		i++;
	return &keys->ring[i].key;
}

/* Has the key changed between this slot and that of this time? */
static inline bool
cookie_keys_changed_since(const struct cookie_keys *keys, uint64_t slot, uint64_t time_ns)
{
	return cookie_keys_of(keys, slot) != cookie_keys_of(keys, time_ns >> SYN_COOKIE_SLOT_SHIFT);
}

/*
 * The key that cookies of this slot are checked with, which is that of the time or the one before; NULL: the
 * grace of its key is over.
 */
const struct siphash_key *cookie_keys_to_check(const struct cookie_keys *keys, uint64_t slot,
		uint64_t time_ns);

#endif
