/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The IPv6 header and its extension headers (RFC 8200): what is skipped, what is dropped.
 */
#include "kit.h"

#define TEST(function) cmocka_unit_test_setup_teardown(function, kit_setup, kit_teardown)

static void
ipv6_header_that_contradicts_itself_is_dropped(void **state)
{
	struct frame version = frame_tcp6("5", "02", ""), length = frame_tcp6("5", "02", "");

	version.bytes[14] = 0x45;
	kit_expect_drop(*state, &version, ESTAB_DROP_IPV6_HEADER);
	length.bytes[19]++;
	kit_expect_drop(*state, &length, ESTAB_DROP_IPV6_HEADER);
}

/* A segment behind extension headers; `first` names the first of them. */
static struct frame
ipv6_extended(const char *first, const char *extensions)
{
	struct frame frame = { .size = 0 };

	frame_add(&frame, ETHER6 "");
	frame_ip(&frame, "60000000 0000");
	frame_add(&frame, first);
	frame_add(&frame, "40" PEER6 US6);
	frame_add(&frame, extensions);
	frame_l4(&frame, 6, TCP("5", "10"));
	frame_add(&frame, "6162");
	frame_seal(&frame);
	return frame;
}

static void
ipv6_extension_headers_are_skipped(void **state)
{
	static const char *const good[][2] = {
		{ "00", "0600 0502 0000 0100" }, /* router alert, PadN */
		{ "3c", "0600 0000 0000 0000" }, /* Pad1s */
		{ "2b", "0600 0400 0000 0000" }, /* no segments left */
		{ "00", "3c00 0104 0000 0000 2b00 0104 0000 0000 0600 0000 0000 0000" },
		{ "3c", "0601 010c 0000 0000 0000 0000 0000 0000" }, /* sixteen bytes */
		{ "3c", "0600 1e04 0000 0000" },                     /* unknown, may be skipped */
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const struct frame frame = ipv6_extended(good[i][0], good[i][1]);

		kit_expect_text(kit_expect_segment(*state, &frame), "ab");
	}
}

static void
ipv6_extension_headers_that_are_wrong_are_dropped(void **state)
{
	static const char *const bad[][2] = {
		{ "3c", "06ff 0104 0000 0000" },                     /* longer than the packet */
		{ "3c", "0600 0105 0000 0000" },                     /* option past its header */
		{ "3c", "0600 0103 0000 0001" },                     /* option without length */
		{ "3c", "0600 c204 0000 0000" },                     /* jumbogram: must not skip */
		{ "3c", "0600 4004 0000 0000" },                     /* unknown, must not skip */
		{ "2b", "0600 0001 0000 0000" },                     /* a segment is left */
		{ "3c", "0000 0104 0000 0000 0600 0104 0000 0000" }, /* hop-by-hop not first */
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct frame frame = ipv6_extended(bad[i][0], bad[i][1]);

		kit_expect_drop(*state, &frame, ESTAB_DROP_IPV6_EXTENSION);
	}
}

static void
ipv6_extension_headers_are_skipped_up_to_a_limit(void **state)
{
	struct frame frame = { .size = 0 };
	char chain[512] = "";

	for (unsigned int count = 1; count <= 9; count++) {
		strcat(chain, count == 1 ? "" : "3c00 0104 0000 0000");
		frame = ipv6_extended("3c", "");
		frame.size = frame.l4;
		frame_add(&frame, chain);
		frame_add(&frame, "0600 0104 0000 0000");
		frame_l4(&frame, 6, TCP("5", "10"));
		frame_seal(&frame);
		if (count <= 8)
			kit_expect_segment(*state, &frame);
		else
			kit_expect_drop(*state, &frame, ESTAB_DROP_IPV6_EXTENSION);
	}
}

/* Destination options of that many bytes, full of Pad1, before what `next` says. */
static void
add_long_extension(struct frame *frame, const char *next, size_t size)
{
	frame_add(frame, next);
	frame->bytes[frame->size] = (uint8_t)(size / 8 - 1);
	memset(frame->bytes + frame->size + 1, 0, size - 2);
	frame->size += size - 1;
}

static void
ipv6_extension_headers_are_skipped_up_to_256_bytes(void **state)
{
	static const struct {
		size_t first, second;
		bool good;
	} cases[] = { { 8, 248, true }, { 8, 256, false }, { 8, 264, false }, { 128, 136, false } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame frame = ipv6_extended("3c", "");

		frame.size = frame.l4;
		add_long_extension(&frame, "3c", cases[i].first);
		add_long_extension(&frame, "06", cases[i].second);
		frame_l4(&frame, 6, TCP("5", "10"));
		frame_seal(&frame);
		if (cases[i].good)
			kit_expect_segment(*state, &frame);
		else
			kit_expect_drop(*state, &frame, ESTAB_DROP_IPV6_EXTENSION);
	}
}

static void
ipv6_fragments_are_dropped_atomic_ones_too(void **state)
{
	const struct frame first = ipv6_extended("2c", "0600 0001 0000 0007");
	const struct frame atomic = ipv6_extended("2c", "0600 0000 0000 0007");
	const struct frame behind = ipv6_extended("3c", "2c00 0104 0000 0000 0600 0001 00000007");

	kit_expect_drop(*state, &first, ESTAB_DROP_IPV6_FRAGMENT);
	kit_expect_drop(*state, &atomic, ESTAB_DROP_IPV6_FRAGMENT);
	kit_expect_drop(*state, &behind, ESTAB_DROP_IPV6_FRAGMENT);
}

static struct frame
ipv6_between(const char *source, const char *target, const char *next)
{
	struct frame frame = { .size = 0 };

	frame_add(&frame, ETHER6);
	frame_ip(&frame, "60000000 0000");
	frame_add(&frame, next);
	frame_add(&frame, "40");
	frame_add(&frame, source);
	frame_add(&frame, target);
	frame_l4(&frame, 6, TCP("5", "02"));
	frame_seal(&frame);
	return frame;
}

static void
ipv6_addresses_that_cannot_be_are_dropped(void **state)
{
	static const char *const sources[] = {
		"00000000000000000000000000000000",
		"00000000000000000000000000000001",
		"00000000000000000000ffffc0000209",
		"ff020000000000000000000000000001",
		US6,
	};
	struct frame frame;

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		frame = ipv6_between(sources[i], US6, "06");
		kit_expect_drop(*state, &frame, ESTAB_DROP_IP_SOURCE);
	}
	frame = ipv6_between(PEER6, "20010db8000000000000000000000002", "06");
	kit_expect_drop(*state, &frame, ESTAB_DROP_IP_NOT_OURS);
	frame = ipv6_between(PEER6, "ff020000000000000000000000000001", "06");
	kit_expect_drop(*state, &frame, ESTAB_DROP_TCP_MULTICAST);
	frame = ipv6_between(PEER6, US6, "11");
	kit_expect_drop(*state, &frame, ESTAB_DROP_IP_PROTOCOL);
	frame = ipv6_between(PEER6, US6, "01");
	kit_expect_drop(*state, &frame, ESTAB_DROP_IP_PROTOCOL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ipv6_header_that_contradicts_itself_is_dropped),
		TEST(ipv6_extension_headers_are_skipped),
		TEST(ipv6_extension_headers_that_are_wrong_are_dropped),
		TEST(ipv6_extension_headers_are_skipped_up_to_a_limit),
		TEST(ipv6_extension_headers_are_skipped_up_to_256_bytes),
		TEST(ipv6_fragments_are_dropped_atomic_ones_too),
		TEST(ipv6_addresses_that_cannot_be_are_dropped),
	};

	return cmocka_run_group_tests(tests, kit_group_setup, kit_group_teardown);
}
