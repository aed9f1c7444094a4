/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SYN cookies: what comes back is what was granted, what was granted was offered, and nothing else
 * is accepted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include "tcp/seq.h"
#include "tcp/open/syn_cookie.h"

#define SLOT_NS (UINT64_C(1) << SYN_COOKIE_SLOT_SHIFT)
#define NOW_NS  (7 * SLOT_NS + SLOT_NS / 3)

enum {
	IRS = 0x12345678,
	TS_NOW = 0x40000000,
	OPTIONS = TCP_OPTION_MSS | TCP_OPTION_WINDOW_SCALE | TCP_OPTION_SACK_PERMITTED |
			TCP_OPTION_TIMESTAMPS,
};

static const struct siphash_key key = { UINT64_C(0x1122334455667788), 99 };

/* A SYN-ACK with a cookie, as its sender and its receiver know it. */
struct exchange {
	struct path path;
	struct tcp_options offered;
	struct syn_cookie_grant granted;
	uint32_t iss;
	uint32_t ts_val;
};

/* The answer to a SYN: ISS, what is granted, and TSval with the options in its low bits. */
static uint32_t
make(const struct path *path, const struct tcp_options *offered, uint64_t now_ns,
		struct syn_cookie_grant *granted, uint32_t *ts_val)
{
	struct syn_cookie_draft draft;

	syn_cookie_draft(&draft, offered, path->family, now_ns, granted);
	if (granted->timestamps)
		*ts_val = syn_cookie_ts_val(&draft, *ts_val);
	return syn_cookie_make(&key, path, IRS, &draft);
}

static struct path
path_of(uint8_t family)
{
	struct path path = { .family = family };

	path.local.bytes[0] = 10;
	path.remote.bytes[3] = 11;
	path.local_port = rte_cpu_to_be_16(80);
	path.remote_port = rte_cpu_to_be_16(40000);
	return path;
}

static struct exchange
exchange_at(uint64_t now_ns, uint8_t family, struct tcp_options offered)
{
	struct exchange x = { .path = path_of(family), .offered = offered, .ts_val = TS_NOW };

	x.iss = make(&x.path, &x.offered, now_ns, &x.granted, &x.ts_val);
	return x;
}

/* The ACK of x, its TSecr included where timestamps were granted. */
static bool
check_at(const struct exchange *x, uint64_t now_ns, struct syn_cookie_grant *granted)
{
	return syn_cookie_check(&key, &x->path, IRS, x->iss,
			x->granted.timestamps ? &x->ts_val : NULL, now_ns, granted);
}

static void
assert_grant_equal(const struct syn_cookie_grant *a, const struct syn_cookie_grant *b)
{
	assert_int_equal(a->mss, b->mss);
	assert_int_equal(a->snd_wscale, b->snd_wscale);
	assert_int_equal(a->window_scale, b->window_scale);
	assert_int_equal(a->sack, b->sack);
	assert_int_equal(a->timestamps, b->timestamps);
}

static void
assert_within_offer(const struct exchange *x)
{
	const struct tcp_options *offered = &x->offered;
	const struct syn_cookie_grant *granted = &x->granted;
	const unsigned int scale = RTE_MIN(offered->window_scale, 14u);
	unsigned int mss = x->path.family == ESTAB_FAMILY_IPV4 ? 536 : 1220;

	if (offered->seen & TCP_OPTION_MSS)
		mss = RTE_MAX(offered->mss, (unsigned int)SYN_COOKIE_MSS_MIN);
	assert_in_range(granted->mss, SYN_COOKIE_MSS_MIN, mss);
	if (granted->window_scale) {
		assert_true(offered->seen & TCP_OPTION_WINDOW_SCALE);
		/* A window of which less than an eighth is seen is better read without a scale. */
		assert_in_range(granted->snd_wscale, scale > 3 ? scale - 3 : 0, scale);
	} else {
		assert_int_equal(granted->snd_wscale, 0);
	}
	if (granted->sack)
		assert_true(offered->seen & TCP_OPTION_SACK_PERMITTED);
	assert_int_equal(granted->timestamps, (offered->seen & TCP_OPTION_TIMESTAMPS) != 0);
}

static const uint16_t mss_offers[] = {
	0,
	1,
	47,
	48,
	49,
	255,
	256,
	535,
	536,
	537,
	1023,
	1024,
	1219,
	1220,
	1221,
	1299,
	1300,
	1360,
	1380,
	1400,
	1420,
	1439,
	1440,
	1441,
	1452,
	1459,
	1460,
	1461,
	4056,
	8939,
	8940,
	8960,
	9216,
	65495,
	65535,
};

static void
every_offer_comes_back_as_granted_and_within_the_offer(void **state)
{
	(void)state;
	for (unsigned int seen = 0; seen <= OPTIONS; seen++) {
		if ((seen & ~(unsigned int)OPTIONS) != 0)
			continue;
		for (unsigned int m = 0; m < RTE_DIM(mss_offers); m++) {
			for (uint8_t wscale = 0; wscale <= 16; wscale++) {
				const struct tcp_options offered = {
					.seen = (uint8_t)seen,
					.mss = mss_offers[m],
					.window_scale = wscale,
				};
				const uint8_t family = wscale % 2 == 0 ? ESTAB_FAMILY_IPV4
								       : ESTAB_FAMILY_IPV6;
				const struct exchange x = exchange_at(NOW_NS, family, offered);
				struct syn_cookie_grant granted;

				assert_within_offer(&x);
				memset(&granted, 0xff, sizeof(granted));
				assert_true(check_at(&x, NOW_NS, &granted));
				assert_grant_equal(&granted, &x.granted);
			}
		}
	}
}

/* With timestamps there is room for scale and SACK as they are. */
static void
timestamps_carry_scale_and_sack_exactly(void **state)
{
	(void)state;
	for (uint8_t wscale = 0; wscale <= 15; wscale++) {
		for (unsigned int sack = 0; sack < 2; sack++) {
			struct tcp_options offered = {
				.seen = TCP_OPTION_MSS | TCP_OPTION_TIMESTAMPS |
						TCP_OPTION_WINDOW_SCALE,
				.mss = 1460,
				.window_scale = wscale,
			};
			struct exchange x;

			if (sack == 1)
				offered.seen |= TCP_OPTION_SACK_PERMITTED;
			x = exchange_at(NOW_NS, ESTAB_FAMILY_IPV4, offered);
			assert_true(x.granted.window_scale);
			assert_int_equal(x.granted.snd_wscale, RTE_MIN(wscale, 14u));
			assert_int_equal(x.granted.sack, sack);
			assert_int_equal(x.granted.mss, 1460);
		}
	}
}

/* What real systems offer without timestamps. */
static void
common_offers_without_timestamps_are_granted_in_full(void **state)
{
	static const struct syn_cookie_grant offers[] = {
		{ .mss = 1460, .snd_wscale = 8, .window_scale = true, .sack = true }, /* Windows */
		{ .mss = 1440, .snd_wscale = 8, .window_scale = true, .sack = true }, /* IPv6 */
		{ .mss = 1460, .snd_wscale = 7, .window_scale = true, .sack = true }, /* Linux */
		{ .mss = 1440, .snd_wscale = 7, .window_scale = true, .sack = true },
		{ .mss = 1440, .sack = true },
		{ .mss = 1440 },
		{ .mss = 536 },
	};

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(offers); i++) {
		const struct tcp_options offered = {
			.seen = (uint8_t)(TCP_OPTION_MSS |
					(offers[i].window_scale ? TCP_OPTION_WINDOW_SCALE : 0) |
					(offers[i].sack ? TCP_OPTION_SACK_PERMITTED : 0)),
			.mss = offers[i].mss,
			.window_scale = offers[i].snd_wscale,
		};
		const struct exchange x = exchange_at(NOW_NS, ESTAB_FAMILY_IPV4, offered);

		assert_grant_equal(&x.granted, &offers[i]);
	}
}

static struct exchange
usual_exchange(uint64_t now_ns, bool timestamps)
{
	return exchange_at(now_ns, ESTAB_FAMILY_IPV4,
			(struct tcp_options){
					.seen = (uint8_t)(timestamps ? OPTIONS
								     : OPTIONS & ~TCP_OPTION_TIMESTAMPS),
					.mss = 1460,
					.window_scale = 7,
			});
}

static void
cookie_lives_in_its_slot_and_the_next(void **state)
{
	(void)state;
	for (uint64_t slot = 0; slot < 6; slot++) {
		const uint64_t begin = slot * SLOT_NS;
		const struct exchange x = usual_exchange(begin + SLOT_NS / 2, slot % 3 == 0);
		struct syn_cookie_grant granted;

		assert_true(check_at(&x, begin + SLOT_NS / 2, &granted));
		assert_true(check_at(&x, begin + SLOT_NS - 1, &granted));
		assert_true(check_at(&x, begin + SLOT_NS, &granted));
		assert_true(check_at(&x, begin + 2 * SLOT_NS - 1, &granted));
		for (uint64_t later = 2; later < 10; later++)
			assert_false(check_at(&x, begin + later * SLOT_NS, &granted));
		/* A clock that stood behind ours made it: not ours either. */
		if (slot > 0)
			assert_false(check_at(&x, begin - 1, &granted));
	}
}

static void
cookie_is_bound_to_key_tuple_irs_and_mode(void **state)
{
	(void)state;
	for (unsigned int timestamps = 0; timestamps < 2; timestamps++) {
		const struct exchange x = usual_exchange(NOW_NS, timestamps == 1);
		const uint32_t *ts_ecr = timestamps == 1 ? &x.ts_val : NULL;
		const uint32_t *other_mode = timestamps == 1 ? NULL : &x.ts_val;
		const struct siphash_key other_key = { key.k0, key.k1 ^ 1 };
		struct path others[4] = { x.path, x.path, x.path, x.path };
		struct syn_cookie_grant granted = { .mss = 4711 };

		others[0].local.bytes[3] ^= 1;
		others[1].remote.bytes[3] ^= 1;
		others[2].local_port ^= rte_cpu_to_be_16(1);
		others[3].remote_port ^= rte_cpu_to_be_16(1);
		for (unsigned int i = 0; i < RTE_DIM(others); i++)
			assert_false(syn_cookie_check(&key, &others[i], IRS, x.iss, ts_ecr, NOW_NS,
					&granted));
		assert_false(syn_cookie_check(&other_key, &x.path, IRS, x.iss, ts_ecr, NOW_NS,
				&granted));
		for (unsigned int bit = 0; bit < 32; bit++)
			assert_false(syn_cookie_check(&key, &x.path, IRS ^ UINT32_C(1) << bit,
					x.iss, ts_ecr, NOW_NS, &granted));
		assert_false(syn_cookie_check(&key, &x.path, IRS, x.iss, other_mode, NOW_NS,
				&granted));
		assert_int_equal(granted.mss, 4711); /* untouched by refusals */
		assert_true(check_at(&x, NOW_NS, &granted));
	}
}

static void
ipv6_cookie_is_bound_to_every_byte_of_the_addresses(void **state)
{
	const struct exchange x = exchange_at(NOW_NS, ESTAB_FAMILY_IPV6,
			(struct tcp_options){ .seen = TCP_OPTION_MSS, .mss = 1440 });
	struct syn_cookie_grant granted;

	(void)state;
	assert_true(check_at(&x, NOW_NS, &granted));
	for (unsigned int i = 0; i < 16; i++) {
		struct exchange other = x;

		other.path.local.bytes[i] ^= 0x80;
		assert_false(check_at(&other, NOW_NS, &granted));
		other = x;
		other.path.remote.bytes[i] ^= 0x80;
		assert_false(check_at(&other, NOW_NS, &granted));
	}
}

/* No bit of a right ACK can be changed: neither MAC nor index, parity, or options in TSecr. */
static void
every_bit_of_a_cookie_matters(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 10000; n++) {
		const uint64_t now_ns = n * (SLOT_NS / 100);
		struct exchange x = usual_exchange(now_ns, n / 32 % 2 == 0);
		struct syn_cookie_grant granted;

		x.iss ^= UINT32_C(1) << n % 32;
		assert_false(check_at(&x, now_ns, &granted));
		x.iss ^= UINT32_C(1) << n % 32;
		assert_true(check_at(&x, now_ns, &granted));
		if (!x.granted.timestamps)
			continue;
		x.ts_val ^= UINT32_C(1) << n % SYN_COOKIE_TS_BITS;
		assert_false(check_at(&x, now_ns, &granted));
	}
}

/* With one right MAC, of the 32 ways to end a sequence number only the right one is accepted. */
static void
one_mac_is_good_for_one_index_and_parity(void **state)
{
	(void)state;
	for (unsigned int timestamps = 0; timestamps < 2; timestamps++) {
		struct exchange x = usual_exchange(NOW_NS, timestamps == 1);
		const uint32_t iss = x.iss;

		for (uint32_t info = 0; info < 32; info++) {
			struct syn_cookie_grant granted;

			x.iss = (iss & ~UINT32_C(31)) | info;
			assert_int_equal(check_at(&x, NOW_NS, &granted), x.iss == iss);
		}
	}
}

/* Each bit above index and parity is set in half of 10,000 cookies, within 5 sigma (50 each). */
static void
no_bit_of_the_mac_is_predictable(void **state)
{
	const struct tcp_options offered = { .seen = TCP_OPTION_MSS, .mss = 1460 };
	struct path path = path_of(ESTAB_FAMILY_IPV4);
	unsigned int ones[32] = { 0 };

	(void)state;
	for (uint32_t n = 0; n < 10000; n++) {
		struct syn_cookie_grant granted;
		uint32_t iss;

		path.remote_port = (rte_be16_t)n;
		iss = make(&path, &offered, NOW_NS, &granted, NULL);
		for (unsigned int bit = 0; bit < 32; bit++)
			ones[bit] += iss >> bit & 1;
	}
	for (unsigned int bit = 5; bit < 32; bit++)
		assert_in_range(ones[bit], 5000 - 250, 5000 + 250);
}

/*
 * Blind ACKs: 2^24 of them at 2^-27 each are 1/8 expected, with a standard deviation of
 * sqrt(1/8) = 0.354. Five of those above: 1.89, so at most 1.
 */
static void
blind_acks_are_accepted_no_more_than_chance_allows(void **state)
{
	struct path path = path_of(ESTAB_FAMILY_IPV4);
	uint64_t random = 20250101; /* xorshift64 */
	unsigned int accepted = 0;

	(void)state;
	for (uint32_t n = 0; n < UINT32_C(1) << 24; n++) {
		struct syn_cookie_grant granted;
		uint32_t ts_ecr;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		ts_ecr = (uint32_t)random >> 8;
		path.remote_port = (rte_be16_t)n;
		accepted += syn_cookie_check(&key, &path, n, (uint32_t)(random >> 32),
				n % 2 == 0 ? &ts_ecr : NULL, NOW_NS, &granted);
	}
	assert_in_range(accepted, 0, 1);
}

/* A SYN that is sent again in the same slot gets the same answer. */
static void
same_syn_in_the_same_slot_gets_the_same_cookie(void **state)
{
	const struct exchange one = usual_exchange(NOW_NS, false);
	const struct exchange two = usual_exchange(NOW_NS + 1000, false);
	const struct exchange later = usual_exchange(NOW_NS + SLOT_NS, false);

	(void)state;
	assert_int_equal(one.iss, two.iss);
	assert_int_not_equal(one.iss, later.iss);
}

/* RFC 7323 5.3: the peer drops (PAWS) what has a TSval before the one it has seen. */
static void
timestamp_is_never_ahead_and_less_than_64_behind(void **state)
{
	static const uint32_t clocks[] = { 0, 0x7fffffe0, 0xffffffc0, 0x12345678 };

	(void)state;
	for (uint8_t wscale = 0; wscale <= 15; wscale++) {
		const struct tcp_options offered = {
			.seen = (uint8_t)(wscale == 15 ? OPTIONS & ~TCP_OPTION_WINDOW_SCALE
						       : OPTIONS),
			.mss = 1460,
			.window_scale = wscale,
		};

		for (unsigned int c = 0; c < RTE_DIM(clocks); c++) {
			uint32_t last = clocks[c] - 64;

			for (uint32_t clock = clocks[c]; clock != clocks[c] + 200; clock++) {
				const struct path path = path_of(ESTAB_FAMILY_IPV4);
				struct syn_cookie_grant granted;
				uint32_t ts_val = clock;

				make(&path, &offered, NOW_NS, &granted, &ts_val);
				assert_true(seq_leq(ts_val, clock));
				assert_true(seq_lt(clock - 64, ts_val));
				assert_true(seq_geq(ts_val, last));
				last = ts_val;
			}
		}
	}
}

static void
timestamp_pointer_is_not_needed_without_timestamps(void **state)
{
	const struct path path = path_of(ESTAB_FAMILY_IPV6);
	const struct tcp_options offered = { .seen = 0 };
	struct syn_cookie_grant granted, checked;
	const uint32_t iss = make(&path, &offered, NOW_NS, &granted, NULL);

	(void)state;
	assert_true(syn_cookie_check(&key, &path, IRS, iss, NULL, NOW_NS, &checked));
	assert_grant_equal(&checked, &granted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_offer_comes_back_as_granted_and_within_the_offer),
		cmocka_unit_test(timestamps_carry_scale_and_sack_exactly),
		cmocka_unit_test(common_offers_without_timestamps_are_granted_in_full),
		cmocka_unit_test(cookie_lives_in_its_slot_and_the_next),
		cmocka_unit_test(cookie_is_bound_to_key_tuple_irs_and_mode),
		cmocka_unit_test(ipv6_cookie_is_bound_to_every_byte_of_the_addresses),
		cmocka_unit_test(every_bit_of_a_cookie_matters),
		cmocka_unit_test(one_mac_is_good_for_one_index_and_parity),
		cmocka_unit_test(no_bit_of_the_mac_is_predictable),
		cmocka_unit_test(blind_acks_are_accepted_no_more_than_chance_allows),
		cmocka_unit_test(same_syn_in_the_same_slot_gets_the_same_cookie),
		cmocka_unit_test(timestamp_is_never_ahead_and_less_than_64_behind),
		cmocka_unit_test(timestamp_pointer_is_not_needed_without_timestamps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
