/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What TCP-Fuzz found in headers and options of TLDK and mTCP; see tcp_fuzz.c and TCP_FUZZ.md.
 */
#include <string.h>

#include "eal.h"
#include "raw.h"

enum { IP_VERSION_IHL = 0, IP_CHECKSUM = 10, TCP_DATA_OFFSET = 12 };

/* Change an octet of the IP header and let its checksum be right nevertheless. */
static void
set_ip_octet(struct raw *raw, unsigned int at, uint8_t value)
{
	uint8_t *ip = raw_ip(raw);
	uint32_t sum = 0;

	ip[at] = value;
	if (raw->family != ESTAB_FAMILY_IPV4)
		return;
	memset(ip + IP_CHECKSUM, 0, 2);
	for (unsigned int i = 0; i < FRAME_IPV4; i += 2)
		sum += (uint32_t)ip[i] << 8 | ip[i + 1];
	sum = ~((sum >> 16) + (sum & UINT16_MAX));
	ip[IP_CHECKSUM] = (uint8_t)(sum >> 8);
	ip[IP_CHECKSUM + 1] = (uint8_t)sum;
}

/* The frame is dropped for that reason, and the same text, right, is taken afterwards. */
static void
assert_dropped(struct fixture *t, const struct raw *raw, enum estab_drop reason)
{
	const uint64_t before = stats_now(t).drops[reason];

	raw_arrive(t, raw);
	expect_nothing(t);
	app_read_nothing(t);
	assert_int_equal(stats_now(t).drops[reason], before + 1);
}

/* Octets that no notation has: the options as they stand there. */
static void
arrive_with_options(struct fixture *t, const char *notation, const uint8_t *options, size_t n)
{
	struct raw raw;

	raw_build(t, &raw, notation);
	raw_set_options(&raw, options, n);
	raw_arrive(t, &raw);
}

static void
tldk_5_ip_version_3_is_dropped(void **state)
{
	struct fixture *t = *state;
	const bool ipv4 = t->family == ESTAB_FAMILY_IPV4;
	struct raw raw;

	in_established(t);
	raw_build(t, &raw, "P. 1:11(10) ack 1");
	set_ip_octet(&raw, IP_VERSION_IHL, ipv4 ? 0x35 : 0x30);
	assert_dropped(t, &raw, ipv4 ? ESTAB_DROP_IPV4_HEADER : ESTAB_DROP_IPV6_HEADER);
	set_ip_octet(&raw, IP_VERSION_IHL, ipv4 ? 0x45 : 0x60);
	raw_arrive(t, &raw);
	app_read(t, 10);
	ignore_sent(t);
}

static void
tldk_6_bad_data_offset_is_dropped(void **state)
{
	static const uint8_t offsets[] = { 0, 1, 4, 8, 15 }; /* a header of 20, then ten octets */
	struct fixture *t = *state;
	struct raw raw;

	in_established(t);
	raw_build(t, &raw, "P. 1:11(10) ack 1");
	for (unsigned int i = 0; i < 5; i++) {
		raw_tcp(&raw)[TCP_DATA_OFFSET] = (uint8_t)(offsets[i] << 4);
		raw_seal(&raw);
		assert_dropped(t, &raw, ESTAB_DROP_TCP_HEADER);
	}
	raw_tcp(&raw)[TCP_DATA_OFFSET] = 5 << 4;
	raw_seal(&raw);
	raw_arrive(t, &raw);
	app_read(t, 10);
	ignore_sent(t);
}

/* IPv4 alone: no header length, or none that the packet holds. The pool is of exact allocations. */
static void
tldk_9_mtcp_14_bad_ip_header_length_is_dropped(void **state)
{
	struct fixture *t = *state;
	struct raw raw;

	if (t->family != ESTAB_FAMILY_IPV4)
		return;
	in_established(t);
	raw_build(t, &raw, ". 1:2(1) ack 1");
	for (uint8_t ihl = 0; ihl < 5; ihl++) {
		set_ip_octet(&raw, IP_VERSION_IHL, 0x40 | ihl);
		assert_dropped(t, &raw, ESTAB_DROP_IPV4_HEADER);
	}
	raw.size = raw.l4 + 8;
	set_ip_octet(&raw, 3, (uint8_t)(FRAME_IPV4 + 8));
	set_ip_octet(&raw, IP_VERSION_IHL, 0x4f);
	assert_dropped(t, &raw, ESTAB_DROP_IPV4_HEADER);
}

/* RFC 9293 3.1, MUST-7. */
static void
tldk_17_unknown_option_of_length_0_is_survived(void **state)
{
	static const uint8_t options[] = { 30, 0, 0, 0 };
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive_with_options(t, "S. 0:0(0) ack 1", options, sizeof(options));
	expect_nothing(t);
	assert_drops(t, TCP_OPTIONS, 1);
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	assert_state(t, "ESTABLISHED");
}

/* No RFC says which of two counts. Whichever: text is taken, and what follows too. */
static void
tldk_20_two_timestamps_in_a_segment_are_survived(void **state)
{
	static const uint8_t options[] = { 8, 10, 0, 0, 4, 0, 0, 0, 0, 0, 8, 10, 0, 0, 8, 0, 0, 0,
		0, 0, 1, 1, 1, 1 };
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,TS val 100 ecr 0"); /* TS.Recent is 1000 then */
	arrive_with_options(t, "P. 1:11(10) ack 1", options, sizeof(options)); /* 1024, 2048 */
	app_read(t, 10);
	advance(t, 500);
	expect(t, ". 1:1(0) ack 11 <TS val * ecr 1024>");
	arrive(t, "P. 11:21(10) ack 1 <TS val 3000 ecr *>");
	app_read(t, 10);
	ignore_sent(t);
}

/* RFC 7323 2.3: "the TCP implementation MUST log the error but MUST use 14". */
static void
tldk_23_window_scale_of_118_lets_text_through(void **state)
{
	static const uint8_t options[] = { 3, 3, 118, 0 };
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive_with_options(t, "S. 0:0(0) ack 1", options, sizeof(options));
	expect(t, ". 1:1(0) ack 1");
	assert_int_equal(status_now(t).snd_wscale, 14);
	arrive(t, ". 1:1001(1000) ack 1 win 110");
	app_read(t, 1000);
	ignore_sent(t);
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 1001");
}

/* A SYN whose options are but their end: no MSS, and so no division by one. */
static void
mtcp_1_syn_of_bare_ends_of_options_serves_text(void **state)
{
	static const uint8_t options[] = { 0, 1, 1, 1 };
	struct fixture *t = *state;

	in_listen(t);
	arrive_with_options(t, "S 0:0(0) win 32792", options, sizeof(options));
	expect(t, "S. 0:0(0) ack 1");
	arrive_with_options(t, ". 1:1(0) ack 1 win 32792", options, sizeof(options));
	app_accept(t);
	estab_conn_set_no_delay(t->peer->conn, true);
	app_write(t, 988);
	ignore_sent(t);
	arrive(t, ". 1:939(938) ack 989");
	app_read(t, 938);
	ignore_sent(t);
	app_write(t, 10);
	expect(t, "P. 989:999(10) ack 939");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(tldk_5_ip_version_3_is_dropped),
		FIXTURE_TEST(tldk_6_bad_data_offset_is_dropped),
		FIXTURE_TEST(tldk_9_mtcp_14_bad_ip_header_length_is_dropped),
		FIXTURE_TEST(tldk_17_unknown_option_of_length_0_is_survived),
		FIXTURE_TEST(tldk_20_two_timestamps_in_a_segment_are_survived),
		FIXTURE_TEST(tldk_23_window_scale_of_118_lets_text_through),
		FIXTURE_TEST(mtcp_1_syn_of_bare_ends_of_options_serves_text),
	};

	return cmocka_run_group_tests_name("tcp_fuzz_octets", tests, eal_start, eal_stop);
}
