/* SPDX-License-Identifier: BSD-3-Clause */
/* New keys for SYN cookies, as the programs give them: in time, random or of a secret that is shared. */
#include <string.h>

#include <estab/cookie.h>

#include "fixture.h"
#include "key_change.h"
#include "runtime.h"

#define SECOND_NS UINT64_C(1000000000)

static void
with_cookies(struct fixture *t)
{
	t->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	in_listen(t);
}

static void
keys_change_when_their_period_is_over(void **state)
{
	const struct key_options options = { .period_ns = 300 * SECOND_NS };
	struct key_change change = { .due_ns = 0 };
	struct fixture *t = *state;

	with_cookies(t);
	for (uint32_t second = 0; second < 1000; second++)
		key_change_turn(&change, &options, t->stack, t->now_ns + second * SECOND_NS);
	assert_int_equal(stats_now(t).syn_cookie_keys, 3);
}

static void
keys_without_a_period_never_change(void **state)
{
	const struct key_options options = { .period_ns = 0 };
	struct key_change change = { .due_ns = 0 };
	struct fixture *t = *state;

	with_cookies(t);
	for (uint64_t hour = 0; hour < 1000; hour++)
		key_change_turn(&change, &options, t->stack, t->now_ns + hour * 3600 * SECOND_NS);
	assert_int_equal(stats_now(t).syn_cookie_keys, 0);
}

/* The number that a stack gives to a SYN, two slots later than the last. */
static uint32_t
ask(struct fixture *t)
{
	t->now_ns += 2 * ESTAB_COOKIE_SLOT_NS;
	t->peer->stack_iss_known = false;
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	return t->peer->stack_iss;
}

/* Two stacks with the same secret at the same time say the same, until each has a key of its own. */
static void
keys_are_of_chance(void **state)
{
	const struct key_options options = { .period_ns = SECOND_NS };
	struct key_change changes[2] = { { .due_ns = 0 } };
	struct fixture *t = *state;
	struct fixture *other = fixture_begin(t->family, t->pool);

	assert_non_null(other);
	with_cookies(t);
	with_cookies(other);
	key_change_turn(&changes[0], &options, t->stack, t->now_ns);
	key_change_turn(&changes[1], &options, other->stack, other->now_ns);
	assert_int_equal(ask(t), ask(other));
	key_change_turn(&changes[0], &options, t->stack, t->now_ns);
	key_change_turn(&changes[1], &options, other->stack, other->now_ns);
	assert_int_not_equal(ask(t), ask(other));
	fixture_end(other);
}

/* One program begins a handshake, another one, whose clock and secret of the stack differ, ends it. */
static void
end_elsewhere(struct fixture *t, const struct key_options *ours, const struct key_options *theirs,
		bool accepted)
{
	struct fixture *other = fixture_begin(t->family, t->pool);
	struct key_change change[2] = { { .due_ns = 0 } };

	assert_non_null(other);
	other->now_ns += 7777 * SECOND_NS;
	memset(other->config.secret, 0x17, sizeof(other->config.secret));
	with_cookies(t);
	with_cookies(other);
	key_change_turn(&change[0], ours, t->stack, t->now_ns);
	key_change_turn(&change[1], theirs, other->stack, other->now_ns);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	*other->peer = *t->peer;
	arrive(other, ". 1:1(0) ack 1");
	ignore_sent(other);
	assert_int_equal(stats_now(other).syn_cookies_accepted, accepted);
	fixture_end(other);
}

static void
shared_secret_programs_complete_one_anothers_handshakes(void **state)
{
	const struct key_options options = { .secret_file = "secret",
		.secret = "0123456789abcde",
		.period_ns = 3600 * SECOND_NS };

	end_elsewhere(*state, &options, &options, true);
}

static void
shared_secret_programs_with_another_do_not(void **state)
{
	const struct key_options ours = { .secret_file = "a", .secret = "0123456789abcde" };
	const struct key_options theirs = { .secret_file = "b", .secret = "0123456789abcdf" };

	end_elsewhere(*state, &ours, &theirs, false);
}

/* The same secret, other keys: that of each slot follows from the clock of the day. */
static void
shared_secret_programs_with_another_period_do_not(void **state)
{
	const struct key_options ours = { .secret_file = "a",
		.secret = "0123456789abcde",
		.period_ns = 3600 * SECOND_NS };
	const struct key_options theirs = { .secret_file = "a", .secret = "0123456789abcde" };

	end_elsewhere(*state, &ours, &theirs, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(keys_change_when_their_period_is_over),
		FIXTURE_TEST(keys_without_a_period_never_change),
		FIXTURE_TEST(keys_are_of_chance),
		FIXTURE_TEST(shared_secret_programs_complete_one_anothers_handshakes),
		FIXTURE_TEST(shared_secret_programs_with_another_do_not),
		FIXTURE_TEST(shared_secret_programs_with_another_period_do_not),
	};

	return cmocka_run_group_tests_name("key_change", tests, runtime_start, runtime_stop);
}
