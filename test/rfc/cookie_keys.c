/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SYN cookies (RFC 4987 3.6) while their key changes, and where several hosts share it. Slots of 68.7 s
 * begin at multiples of that; the fixture's clock begins at 20 s (IPv4) or 30 s, in the first of them.
 */
#include <stdlib.h>
#include <string.h>

#include <estab/cookie.h>

#include "eal.h"
#include "fixture.h"

enum {
	NEXT_SLOT_MS = 50000, /* from the beginning: 1.3 or 11.3 s into the next slot */
	SLOT_MS = (int)(ESTAB_COOKIE_SLOT_NS / 1000000),
	SHARED_S = 1700000000, /* what the clock shows that hosts share */
};

static void
with_cookies(struct fixture *t)
{
	t->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	in_listen(t);
}

/* shared_ns 0: by the stack's own clock */
static void
change_key(struct fixture *t, uint8_t byte, uint64_t number, uint64_t shared_ns)
{
	struct estab_cookie_key key = { .number = number, .shared_ns = shared_ns };

	memset(key.secret, byte, sizeof(key.secret));
	estab_stack_cookie_key(t->stack, &key, t->now_ns);
}

/* A SYN, with its cookie sent. */
static void
ask(struct fixture *t)
{
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
}

static void
change_handshake_begun_before_it_completes_after_it(void **state)
{
	struct fixture *t = *state;

	with_cookies(t);
	ask(t);
	change_key(t, 1, 0, 0);
	advance(t, NEXT_SLOT_MS);
	arrive(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	app_accept(t);
	assert_state(t, "ESTABLISHED");
	assert_int_equal(stats_now(t).syn_cookie_keys, 1);
	assert_int_equal(stats_now(t).syn_cookies_of_old_key, 1);
	assert_int_equal(stats_now(t).syn_cookies_accepted, 1);
}

/* Without a change of keys the same ACK would be right. */
static void
change_handshake_begun_before_it_does_not_complete_after_the_grace(void **state)
{
	static const bool changes[] = { false, true };
	struct fixture *t = *state;

	t->config.tcp.cookie_grace_ns = UINT64_C(1000000000);
	with_cookies(t);
	for (unsigned int i = 0; i < 2; i++) {
		speak_as(t, i);
		ask(t);
		if (changes[i])
			change_key(t, 1, 0, 0);
		advance(t, i == 0 ? NEXT_SLOT_MS : SLOT_MS);
		arrive(t, ". 1:1(0) ack 1");
		if (changes[i])
			expect(t, "R 1:1(0)");
		expect_nothing(t);
		assert_int_equal(stats_now(t).syn_cookies_accepted, 1);
		assert_drops(t, TCP_COOKIE_WRONG, i);
	}
	assert_int_equal(stats_now(t).syn_cookies_of_old_key, 0);
}

/* In the middle of a slot both keys would be right for its cookies: twice the chance for a blind ACK. */
static void
change_key_makes_cookies_from_the_next_slot_on(void **state)
{
	struct fixture *t = *state;
	uint32_t before;

	with_cookies(t);
	ask(t);
	before = t->peer->stack_iss;
	change_key(t, 1, 0, 0);
	t->peer->stack_iss_known = false;
	ask(t);
	assert_int_equal(t->peer->stack_iss, before);
	advance(t, NEXT_SLOT_MS);
	speak_as(t, 1);
	ask(t);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	assert_int_equal(stats_now(t).syn_cookies_accepted, 1);
	assert_int_equal(stats_now(t).syn_cookies_of_old_key, 0);
}

/* A change in every slot: what a slot began, it or the next one ends. */
static void
change_in_every_slot_no_handshake_is_lost(void **state)
{
	struct fixture *t = *state;

	with_cookies(t);
	for (unsigned int i = 0; i < 6; i++) {
		speak_as(t, i);
		ask(t);
		advance(t, SLOT_MS);
		change_key(t, (uint8_t)(i + 1), 0, 0);
		change_key(t, (uint8_t)(i + 1), 1, 0); /* of two in one slot the later counts */
		arrive(t, ". 1:1(0) ack 1");
		expect_nothing(t);
		app_accept(t);
	}
	assert_int_equal(stats_now(t).syn_cookies_of_old_key, 5);
	assert_int_equal(stats_now(t).syn_cookie_keys, 12);
}

static void
change_to_the_key_in_use_is_none(void **state)
{
	struct fixture *t = *state;

	with_cookies(t);
	change_key(t, 1, 7, 0);
	ask(t);
	change_key(t, 1, 7, 0);
	assert_int_equal(stats_now(t).syn_cookie_keys, 1);
	advance(t, NEXT_SLOT_MS);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	assert_int_equal(stats_now(t).syn_cookies_of_old_key, 0);
}

/* Two stacks with clocks of their own; the second hears the end of what the first has begun. */
struct fleet {
	struct fixture *first, *second;
};

static struct fleet
fleet_begin(void **state)
{
	struct fixture *t = *state;
	struct fleet fleet = { t, fixture_begin(t->family, t->pool) };

	assert_non_null(fleet.second);
	fleet.second->now_ns += UINT64_C(123456789012);
	memset(fleet.second->config.secret, 0x17, sizeof(fleet.second->config.secret));
	if (fleet.first->stack == NULL)
		with_cookies(fleet.first);
	with_cookies(fleet.second);
	return fleet;
}

static void
fleet_agree(struct fleet *fleet, uint8_t one, uint8_t other)
{
	const uint64_t shared_ns = SHARED_S * UINT64_C(1000000000);

	change_key(fleet->first, one, 5, shared_ns);
	change_key(fleet->second, other, 5, shared_ns + 2000000); /* they differ by 2 ms */
}

/* The route to the address now leads to the second host. */
static void
fleet_move(struct fleet *fleet)
{
	*fleet->second->peer = *fleet->first->peer;
}

static void
fleet_cookie_of_another_host_establishes(void **state)
{
	struct fleet fleet = fleet_begin(state);
	struct fixture *t = fleet.second;

	fleet_agree(&fleet, 1, 1);
	ask(fleet.first);
	fleet_move(&fleet);
	arrive(t, "P. 1:101(100) ack 1");
	app_accept(t);
	app_read(t, 100);
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 101");
	assert_int_equal(stats_now(t).syn_cookies_sent, 0);
	assert_int_equal(stats_now(t).syn_cookies_accepted, 1);
	fixture_end(t);
}

static void
fleet_cookie_under_another_secret_is_refused(void **state)
{
	struct fleet fleet = fleet_begin(state);

	fleet_agree(&fleet, 1, 2);
	ask(fleet.first);
	fleet_move(&fleet);
	arrive(fleet.second, ". 1:1(0) ack 1");
	expect(fleet.second, "R 1:1(0)");
	assert_drops(fleet.second, TCP_COOKIE_WRONG, 1);
	fixture_end(fleet.second);
}

/* RFC 7323 5.3: what is earlier than the SYN-ACK would be dropped by the peer. */
static void
fleet_timestamps_go_on_from_those_of_the_other_host(void **state)
{
	for (unsigned int n = 0; n < 16; n++) {
		struct fleet fleet = fleet_begin(state);
		const struct packet *packet;
		uint32_t first;

		speak_as(fleet.first, n); /* whose clocks differ in another way */
		fleet_agree(&fleet, 1, 1);
		arrive(fleet.first, "S 0:0(0) win 65535 <mss 1000,sackOK,TS val 7 ecr 0>");
		packet = next_sent(fleet.first);
		assert_non_null(packet);
		first = packet->ts_val;
		fleet_move(&fleet);
		arrive(fleet.second, "P. 1:101(100) ack 1 <nop,nop,TS val 8 ecr %u>", first);
		advance(fleet.second, 100);
		packet = next_sent(fleet.second);
		assert_non_null(packet);
		assert_in_range(packet->ts_val - first, 0, INT32_MAX);
		fixture_end(fleet.second);
	}
}

/* Where cookies are never made, an ACK out of nowhere is none. */
static void
never_shared_key_changes_nothing(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_NEVER;
	in_listen(t);
	change_key(t, 1, 0, SHARED_S * UINT64_C(1000000000));
	arrive(t, ". 1:1(0) ack 1");
	expect(t, "R 1:1(0)");
	assert_drops(t, TCP_LISTEN_UNACCEPTABLE, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(change_handshake_begun_before_it_completes_after_it),
		FIXTURE_TEST(change_handshake_begun_before_it_does_not_complete_after_the_grace),
		FIXTURE_TEST(change_key_makes_cookies_from_the_next_slot_on),
		FIXTURE_TEST(change_in_every_slot_no_handshake_is_lost),
		FIXTURE_TEST(change_to_the_key_in_use_is_none),
		FIXTURE_TEST(fleet_cookie_of_another_host_establishes),
		FIXTURE_TEST(fleet_cookie_under_another_secret_is_refused),
		FIXTURE_TEST(fleet_timestamps_go_on_from_those_of_the_other_host),
		FIXTURE_TEST(never_shared_key_changes_nothing),
	};

	return cmocka_run_group_tests_name("cookie_keys", tests, eal_start, eal_stop);
}
