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
#include <stdint.h>

#include "base/siphash.h"
#include "burst.h"
#include "path.h"

enum syn_cookie_limits {
	SYN_COOKIE_SLOT_SHIFT = 36, /* log2 of a slot's nanoseconds */
	SYN_COOKIE_MSS_MIN = 48,    /* granted also where less is offered: as the room does */
	SYN_COOKIE_TS_BITS = 6,     /* of TSval */
	SYN_COOKIE_WSCALE_MAX = 14, /* RFC 7323 2.3 */
	SYN_COOKIE_BLOCKS_IPV4 = 4, /* of SipHash */
	SYN_COOKIE_BLOCKS_MAX = 7,
};

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

/* TSval of the SYN-ACK, with the options in its low bits, for what would be sent without them. */
uint32_t syn_cookie_ts_val(const struct syn_cookie_draft *draft, uint32_t ts_val);

/* ISS of the SYN-ACK; irs is SEG.SEQ of the SYN. */
uint32_t syn_cookie_make(const struct siphash_key *key, const struct path *path, uint32_t irs,
		const struct syn_cookie_draft *draft);

/* The same in two steps: the message to hash, @return how many blocks; and ISS from its hash. */
unsigned int syn_cookie_message(const struct syn_cookie_draft *draft, const struct path *path,
		uint32_t irs, uint64_t blocks[SYN_COOKIE_BLOCKS_MAX]);
uint32_t syn_cookie_iss(const struct syn_cookie_draft *draft, uint64_t hash);

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
