/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cookies into and out of sequence numbers and timestamps; the format is in syn_cookie.h.
 */
#include "tcp/open/syn_cookie.h"

#include <stddef.h>

#include "tcp/congestion/ecn.h"

enum {
	INDEX_COUNT = 1 << SYN_COOKIE_INDEX_BITS,
	WSCALE_LESS_MAX = 3,

	TS_WSCALE_MASK = 15,
	TS_WSCALE_NONE = 15,
	TS_SACK = 1 << 4,
	TS_ECN = 1 << 5,
	TS_MASK = (1 << SYN_COOKIE_TS_BITS) - 1,
};

_Static_assert((TS_WSCALE_MASK | TS_SACK | TS_ECN) == TS_MASK, "the options fill their bits");
_Static_assert((int)SYN_COOKIE_WSCALE_MAX < (int)TS_WSCALE_NONE, "every scale has a code");

/*
 * What can be granted without timestamps; the first row that fits is taken. 8 is the scale of
 * Windows, which offers no timestamps; 7 that of Linux with timestamps off. 1460 and 1440 are
 * Ethernet's, 1300 and 1220 are for tunnels, 536 for a SYN without options.
 */
static const struct syn_cookie_grant rows[INDEX_COUNT] = {
	{ .mss = 1460, .snd_wscale = 8, .window_scale = true, .sack = true },
	{ .mss = 1460, .snd_wscale = 7, .window_scale = true, .sack = true },
	{ .mss = 1440, .snd_wscale = 8, .window_scale = true, .sack = true },
	{ .mss = 1440, .snd_wscale = 7, .window_scale = true, .sack = true },
	{ .mss = 1440, .snd_wscale = 4, .window_scale = true, .sack = true },
	{ .mss = 1440, .snd_wscale = 0, .window_scale = true, .sack = true },
	{ .mss = 1300, .snd_wscale = 8, .window_scale = true, .sack = true },
	{ .mss = 1220, .snd_wscale = 7, .window_scale = true, .sack = true },
	{ .mss = 1220, .snd_wscale = 0, .window_scale = true, .sack = true },
	{ .mss = 536, .snd_wscale = 0, .window_scale = true, .sack = true },
	{ .mss = 1440, .snd_wscale = 0, .window_scale = true },
	{ .mss = 1440, .sack = true },
	{ .mss = 536, .sack = true },
	{ .mss = 1440 },
	{ .mss = 536 },
	{ .mss = SYN_COOKIE_MSS_MIN },
};

/* What can be granted with timestamps: Ethernet, PPPoE, tunnels, jumbo frames. Descending. */
static const uint16_t ts_mss[INDEX_COUNT] = {
	8960,
	8940,
	4056,
	1460,
	1452,
	1440,
	1420,
	1400,
	1380,
	1360,
	1300,
	1220,
	1024,
	536,
	256,
	SYN_COOKIE_MSS_MIN,
};

static uint64_t
cookie_hash(const struct siphash_key *key, const struct path *path, uint32_t irs,
		const struct syn_cookie_draft *draft)
{
	uint64_t blocks[SYN_COOKIE_BLOCKS_MAX];
	const unsigned int n = syn_cookie_message(draft, path, irs, blocks, 1);

	return siphash_2_4_blocks(key, blocks, n);
}

static uint16_t
offered_mss(const struct tcp_options *offered, uint8_t family)
{
	if ((offered->seen & TCP_OPTION_MSS) == 0)
		return family == ESTAB_FAMILY_IPV4 ? 536 : 1220;
	return offered->mss < SYN_COOKIE_MSS_MIN ? SYN_COOKIE_MSS_MIN : offered->mss;
}

static uint8_t
offered_wscale(const struct tcp_options *offered)
{
	if ((offered->seen & TCP_OPTION_WINDOW_SCALE) == 0)
		return 0;
	return offered->window_scale > SYN_COOKIE_WSCALE_MAX ? SYN_COOKIE_WSCALE_MAX
							     : offered->window_scale;
}

/* The offer as a grant, nothing rounded yet. */
static struct syn_cookie_grant
offer_as_grant(const struct tcp_options *offered, uint8_t family)
{
	return (struct syn_cookie_grant){
		.mss = offered_mss(offered, family),
		.snd_wscale = offered_wscale(offered),
		.window_scale = (offered->seen & TCP_OPTION_WINDOW_SCALE) != 0,
		.sack = (offered->seen & TCP_OPTION_SACK_PERMITTED) != 0,
		.timestamps = (offered->seen & TCP_OPTION_TIMESTAMPS) != 0,
		.ecn = (offered->seen & HANDSHAKE_ECN) != 0,
	};
}

/*
 * With a scale less than the peer's its windows are read as less than they are. Without any they are at
 * most 64 KiB, but read as they are, which beyond an eighth is the better bargain.
 */
static bool
scale_fits(const struct syn_cookie_grant *row, const struct syn_cookie_grant *offer)
{
	if (!row->window_scale)
		return true;
	return offer->window_scale && row->snd_wscale <= offer->snd_wscale &&
			offer->snd_wscale - row->snd_wscale <= WSCALE_LESS_MAX;
}

static bool
row_fits(const struct syn_cookie_grant *row, const struct syn_cookie_grant *offer)
{
	return row->mss <= offer->mss && row->sack <= offer->sack && scale_fits(row, offer);
}

static uint8_t
row_choose(const struct syn_cookie_grant *offer)
{
	uint8_t index = 0;

	while (!row_fits(&rows[index], offer))
		index++; /* ends at the last row, which fits every offer */
	return index;
}

static uint8_t
ts_mss_choose(const struct syn_cookie_grant *offer)
{
	uint8_t index = 0;

	while (ts_mss[index] > offer->mss)
		index++; /* ends at the last entry, which is the least */
	return index;
}

static uint8_t
ts_bits_from_grant(const struct syn_cookie_grant *granted)
{
	const unsigned int wscale = granted->window_scale ? granted->snd_wscale : TS_WSCALE_NONE;

	return (uint8_t)(wscale | (granted->sack ? TS_SACK : 0) | (granted->ecn ? TS_ECN : 0));
}

static void
grant_from_ts_bits(struct syn_cookie_grant *granted, uint8_t index, uint8_t ts_bits)
{
	const uint8_t wscale = ts_bits & TS_WSCALE_MASK;

	*granted = (struct syn_cookie_grant){
		.mss = ts_mss[index],
		.window_scale = wscale != TS_WSCALE_NONE,
		.snd_wscale = wscale != TS_WSCALE_NONE ? wscale : 0,
		.sack = (ts_bits & TS_SACK) != 0,
		.timestamps = true,
		.ecn = (ts_bits & TS_ECN) != 0,
	};
}

void
syn_cookie_draft(struct syn_cookie_draft *draft, const struct tcp_options *offered, uint8_t family,
		uint64_t now_ns, struct syn_cookie_grant *granted)
{
	const struct syn_cookie_grant offer = offer_as_grant(offered, family);

	*draft = (struct syn_cookie_draft){
		.slot = now_ns >> SYN_COOKIE_SLOT_SHIFT,
		.timestamps = offer.timestamps,
	};
	if (offer.timestamps) {
		draft->index = ts_mss_choose(&offer);
		draft->ts_bits = ts_bits_from_grant(&offer);
		grant_from_ts_bits(granted, draft->index, draft->ts_bits);
	} else {
		draft->index = row_choose(&offer);
		*granted = rows[draft->index];
	}
}

uint32_t
syn_cookie_make(const struct siphash_key *key, const struct path *path, uint32_t irs,
		const struct syn_cookie_draft *draft)
{
	return syn_cookie_iss(syn_cookie_info(draft), cookie_hash(key, path, irs, draft));
}

bool
syn_cookie_check(const struct siphash_key *key, const struct path *path, uint32_t irs, uint32_t iss,
		const uint32_t *ts_ecr, uint64_t now_ns, struct syn_cookie_grant *granted)
{
	const struct syn_cookie_draft draft = {
		.slot = syn_cookie_slot(iss, now_ns),
		.index = iss >> SYN_COOKIE_INDEX_SHIFT & (INDEX_COUNT - 1),
		.timestamps = ts_ecr != NULL,
		.ts_bits = ts_ecr != NULL ? *ts_ecr & TS_MASK : 0,
	};

	if (iss != syn_cookie_make(key, path, irs, &draft))
		return false;
	if (draft.timestamps)
		grant_from_ts_bits(granted, draft.index, draft.ts_bits);
	else
		*granted = rows[draft.index];
	return true;
}
