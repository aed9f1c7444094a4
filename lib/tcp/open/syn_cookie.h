/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SYN cookies (RFC 4987 3.6): a SYN-ACK whose sequence number says all that must be remembered, so
 * that nothing is stored before the peer has proved that it receives at its address.
 *
 *	ISS    MAC 27 bits | index 4 | slot parity 1
 *	TSval  clock 26 bits | ECN 1 | SACK 1 | window scale 4 (15: none)
 *
 * Without timestamps the index is a row of a table of common combinations of MSS, window scale and
 * SACK, without ECN; with timestamps it is an MSS alone, and the rest is exact. What no row has is rounded down,
 * and what the SYN-ACK then must not confirm is in the grant: an MSS or a scale smaller than the
 * peer's is safe, but scaling is either confirmed and remembered, or neither.
 *
 * The MAC is SipHash-2-4 of the 4-tuple, IRS, slot, index, whether timestamps are in use, and the
 * low 6 bits of TSval. A slot is 2^36 ns, 68.7 s. The parity says whether the current slot or the
 * one before is meant, so a cookie lives between 68.7 and 137.4 s, and exactly one MAC is right for
 * each of the 2^4 indices and 2 parities. Of the 2^32 values of a blind ACK, 32 are accepted at any
 * time, whatever TSecr it carries: probability 2^-27.
 *
 * Timestamps: TSval in the SYN-ACK is up to 63 units behind the clock, never ahead of it. The
 * connection goes on with the same clock, which is that of its 4-tuple (timestamp_offset_choose):
 * nothing is remembered, and all that is sent later is at or after the SYN-ACK. A round-trip time
 * taken from the TSecr of the handshake would be up to 63 units too long: do not take it.
 *
 * Unlike a record, a cookie is never sent again: a lost SYN-ACK is the client's to ask for anew.
 */
#ifndef LIB_TCP_OPEN_SYN_COOKIE_H
#define LIB_TCP_OPEN_SYN_COOKIE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/siphash.h"
#include "burst.h"
#include "path.h"

enum syn_cookie_limits {
	SYN_COOKIE_SLOT_SHIFT = 36, /* log2 of a slot's nanoseconds */
	SYN_COOKIE_MSS_MIN = 48,    /* granted also where less is offered: as the room does */
	SYN_COOKIE_TS_BITS = 6,     /* of TSval */
	SYN_COOKIE_WSCALE_MAX = 14, /* RFC 7323 2.3 */
	SYN_COOKIE_MAC_BITS = 27,   /* of ISS, above the index and the parity of the slot */
	SYN_COOKIE_INDEX_BITS = 4,
	SYN_COOKIE_INDEX_SHIFT = 1,
	SYN_COOKIE_PARITY = 1,
	SYN_COOKIE_INFO_BITS = 32 - SYN_COOKIE_MAC_BITS,
	SYN_COOKIE_BLOCKS_IPV4 = 4, /* of SipHash */
	SYN_COOKIE_BLOCKS_MAX = 7,
};

_Static_assert((int)SYN_COOKIE_INDEX_BITS + 1 == (int)SYN_COOKIE_INFO_BITS,
		"MAC, index and parity fill a sequence number");

/* What a cookie remembers, never more than was offered. */
struct syn_cookie_grant {
	uint16_t mss;       /* of what we send */
	uint8_t snd_wscale; /* 0 without window_scale */
	bool window_scale;  /* the SYN-ACK carries the option */
	bool sack;
	bool timestamps;
	bool ecn; /* only with timestamps: elsewhere there is no room for it */
};

/* What a MAC is of, beside path and IRS. */
struct syn_cookie_draft {
	uint64_t slot;
	uint8_t index;
	bool timestamps;
	uint8_t ts_bits; /* 0 without timestamps */
};

/*
 * Choose what a SYN without a record is granted; nothing is hashed yet.
 *
 * @param offered  what both sides agree on: the caller has cleared from seen what we do not want,
 *   and set HANDSHAKE_ECN where both want that.
 *   Without TCP_OPTION_MSS the default of the family counts (MUST-15)
 * @param granted  receives what the SYN-ACK may confirm
 */
void syn_cookie_draft(struct syn_cookie_draft *draft, const struct tcp_options *offered,
		uint8_t family, uint64_t now_ns, struct syn_cookie_grant *granted);

/*
 * TSval of the SYN-ACK, with the options in its low bits, for what would be sent without them: the last
 * time at or before it whose low bits are these.
 */
static inline uint32_t
syn_cookie_ts_val(const struct syn_cookie_draft *draft, uint32_t ts_val)
{
	return ts_val - ((ts_val - draft->ts_bits) & ((1u << SYN_COOKIE_TS_BITS) - 1));
}

/* ISS of the SYN-ACK; irs is SEG.SEQ of the SYN. */
uint32_t syn_cookie_make(const struct siphash_key *key, const struct path *path, uint32_t irs,
		const struct syn_cookie_draft *draft);

/*
 * The same in two steps: the message to hash, block b of it at blocks[b * stride], @return how many; and
 * ISS from its hash.
 */
static inline unsigned int
syn_cookie_message(const struct syn_cookie_draft *draft, const struct path *path, uint32_t irs,
		uint64_t *blocks, size_t stride)
{
	unsigned int n = 0;

	if (path->family == ESTAB_FAMILY_IPV4) {
		blocks[stride * n++] = path->local.words[0] | (uint64_t)path->remote.words[0] << 32;
	} else {
		blocks[stride * n++] = path->local.halves[0];
		blocks[stride * n++] = path->local.halves[1];
		blocks[stride * n++] = path->remote.halves[0];
		blocks[stride * n++] = path->remote.halves[1];
	}
	blocks[stride * n++] =
			path->local_port | (uint64_t)path->remote_port << 16 | (uint64_t)irs << 32;
	blocks[stride * n++] = draft->slot << 16 | (uint64_t)draft->timestamps << 12 |
			(uint64_t)draft->index << 8 | draft->ts_bits;
	blocks[stride * n] = (uint64_t)n * sizeof(blocks[0]) << 56;
	return n + 1;
}

/* What of ISS is not the MAC. */
static inline uint32_t
syn_cookie_info(const struct syn_cookie_draft *draft)
{
	return (uint32_t)draft->index << SYN_COOKIE_INDEX_SHIFT |
			(uint32_t)(draft->slot & SYN_COOKIE_PARITY);
}

static inline uint32_t
syn_cookie_iss(uint32_t info, uint64_t hash)
{
	return (uint32_t)(hash >> (64 - SYN_COOKIE_MAC_BITS)) << SYN_COOKIE_INFO_BITS | info;
}

/* Of which slot a cookie is: the last one of its parity. */
static inline uint64_t
syn_cookie_slot(uint32_t iss, uint64_t now_ns)
{
	const uint64_t slot = now_ns >> SYN_COOKIE_SLOT_SHIFT;

	return slot - ((slot ^ iss) & SYN_COOKIE_PARITY);
}

/*
 * Is this the ACK of a SYN-ACK that syn_cookie_make made?
 *
 * @param irs     SEG.SEQ - 1
 * @param iss     SEG.ACK - 1
 * @param ts_ecr  NULL where the ACK has no timestamps; such an ACK never matches a cookie made with
 *   timestamps, nor the other way round (RFC 7323 3.2: once agreed, they are on every segment)
 * @return true with granted as it was made, or false with granted untouched
 */
bool syn_cookie_check(const struct siphash_key *key, const struct path *path, uint32_t irs,
		uint32_t iss, const uint32_t *ts_ecr, uint64_t now_ns,
		struct syn_cookie_grant *granted);

#endif
