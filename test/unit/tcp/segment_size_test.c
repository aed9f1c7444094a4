/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Segment sizes: what is announced, what is sent, and what options leave of it.
 */
#include "bare.h"

#include "tcp/text/reassembly.h"
#include "tcp/text/segment_size.h"

static struct bare bare;

/* MUST-67 and RFC 6691: the MTU less fixed headers; options are not subtracted. */
static void
announced_mss_is_the_mtu_less_the_fixed_headers(void **state)
{
	static const struct {
		uint16_t mtu, ipv4, ipv6;
	} cases[] = { { 1500, 1460, 1440 }, { 1280, 1240, 1220 }, { 576, 536, 516 },
		{ 9600, 9560, 9540 } };

	(void)state;
	bare_init(&bare);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bare.tcp.mtu = cases[i].mtu;
		assert_int_equal(mss_announced(&bare.tcp, ESTAB_FAMILY_IPV4, 0), cases[i].ipv4);
		assert_int_equal(mss_announced(&bare.tcp, ESTAB_FAMILY_IPV6, 0), cases[i].ipv6);
		assert_int_equal(mss_announced(&bare.tcp, ESTAB_FAMILY_IPV4, 500), 500);
		assert_int_equal(mss_announced(&bare.tcp, ESTAB_FAMILY_IPV6, 9541), cases[i].ipv6);
	}
}

static uint16_t
effective(uint8_t family, uint16_t offered)
{
	const struct tcp_options options = { .seen = TCP_OPTION_MSS, .mss = offered };

	return mss_effective(family, &options, mss_announced(&bare.tcp, family, 0));
}

static void
offered_mss_counts_up_to_what_our_mtu_carries(void **state)
{
	(void)state;
	bare_init(&bare);
	assert_int_equal(effective(ESTAB_FAMILY_IPV4, 1000), 1000);
	assert_int_equal(effective(ESTAB_FAMILY_IPV4, 1460), 1460);
	assert_int_equal(effective(ESTAB_FAMILY_IPV4, 1461), 1460);
	assert_int_equal(effective(ESTAB_FAMILY_IPV4, 65535), 1460);
	assert_int_equal(effective(ESTAB_FAMILY_IPV6, 1440), 1440);
	assert_int_equal(effective(ESTAB_FAMILY_IPV6, 1460), 1440);
}

/* A peer must not make us send a packet per octet. */
static void
tiny_offered_mss_is_raised(void **state)
{
	(void)state;
	bare_init(&bare);
	assert_int_equal(effective(ESTAB_FAMILY_IPV4, 0), TCP_MSS_MIN);
	assert_int_equal(effective(ESTAB_FAMILY_IPV4, 1), TCP_MSS_MIN);
	assert_int_equal(effective(ESTAB_FAMILY_IPV6, TCP_MSS_MIN - 1), TCP_MSS_MIN);
	assert_int_equal(effective(ESTAB_FAMILY_IPV6, TCP_MSS_MIN), TCP_MSS_MIN);
	assert_int_equal(effective(ESTAB_FAMILY_IPV6, TCP_MSS_MIN + 1), TCP_MSS_MIN + 1);
}

/* MUST-15: "If an MSS Option is not received at connection setup, TCP implementations MUST assume a
 * default send MSS of 536 (576 - 40) for IPv4 or 1220 (1280 - 60) for IPv6" */
static void
no_offered_mss_means_the_default_of_the_family(void **state)
{
	const struct tcp_options none = { .seen = 0, .mss = 9000 };

	(void)state;
	bare_init(&bare);
	assert_int_equal(mss_effective(ESTAB_FAMILY_IPV4, &none, 1460), 536);
	assert_int_equal(mss_effective(ESTAB_FAMILY_IPV6, &none, 1440), 1220);
}

/* Forty octets of options: 12 for timestamps, and 2 NOPs + 2 + 8 n for SACK. */
static void
sack_blocks_fit_beside_the_other_options(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	assert_int_equal(sack_blocks_max(tcb), 4); /* 4 + 32 <= 40 */
	tcb->flags |= TCB_TIMESTAMPS;
	assert_int_equal(sack_blocks_max(tcb), 3); /* 12 + 4 + 24 = 40 */
}

/* MUST-16: what the options of this very segment take is subtracted. */
static void
text_makes_room_for_the_sack_blocks_that_go_with_it(void **state)
{
	static const uint32_t without[] = { 1000, 988, 980, 972, 964, 964 };
	static const uint32_t beside_timestamps[] = { 1000, 988, 980, 972, 972, 972 };
	static struct reassembly reassembly;
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	assert_int_equal(segment_size(tcb), 1000);
	tcb->work->reassembly = &reassembly;
	for (uint16_t blocks = 0; blocks < 6; blocks++) {
		reassembly.block_count = blocks;
		tcb->flags &= ~(uint32_t)(TCB_SACK | TCB_TIMESTAMPS);
		assert_int_equal(segment_size(tcb), 1000);
		tcb->flags |= TCB_SACK;
		assert_int_equal(segment_size(tcb), without[blocks]);
		tcb->flags |= TCB_TIMESTAMPS;
		assert_int_equal(segment_size(tcb), beside_timestamps[blocks]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(announced_mss_is_the_mtu_less_the_fixed_headers),
		cmocka_unit_test(offered_mss_counts_up_to_what_our_mtu_carries),
		cmocka_unit_test(tiny_offered_mss_is_raised),
		cmocka_unit_test(no_offered_mss_means_the_default_of_the_family),
		cmocka_unit_test(sack_blocks_fit_beside_the_other_options),
		cmocka_unit_test(text_makes_room_for_the_sack_blocks_that_go_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
