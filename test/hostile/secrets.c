/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an attacker learns from numbers that he is shown, and how often he guesses one: initial sequence
 * numbers (RFC 6528), timestamps (RFC 7323 7.1), SYN cookies. Seeds are fixed, so chance is too.
 */
#include "crowd.h"

#include <string.h>

#include "tcp/open/syn_cookie.h"

enum { PATHS = 4096, BUCKETS = 16 };

#define SYN_OPTIONS "S 0:0(0) <mss 1460,TS val 1 ecr 0>"

static void
make_secret(struct crowd *c, uint8_t seed)
{
	memset(c->config.secret, seed, sizeof(c->config.secret));
}

/* The SYN-ACK that this one is sent. */
static struct packet
syn_ack_to(struct crowd *c, const struct stranger *s)
{
	const struct packet *answer;

	crowd_say(c, s, SYN_OPTIONS);
	crowd_turn(c);
	answer = crowd_heard(c, s);
	assert_non_null(answer);
	assert_int_equal(answer->flags, PACKET_SYN | PACKET_ACK);
	return *answer;
}

/* One client after the other, a port apart. */
static struct stranger
neighbour(uint32_t n)
{
	return (struct stranger){ .address = 0x0a200000 + n / 1024,
		.port = (uint16_t)(1024 + n % 1024),
		.to_port = CROWD_PORT };
}

/* Chi-squared with 15 degrees of freedom exceeds 44.3 once in 10,000 times. */
static void
assert_uniform(const unsigned int *counts)
{
	const double expected = (double)(PATHS - 1) / BUCKETS;
	double chi2 = 0;

	for (unsigned int i = 0; i < BUCKETS; i++)
		chi2 += (counts[i] - expected) * (counts[i] - expected) / expected;
	assert_true(chi2 < 44.3);
}

/* How the numbers of one tuple lie to those of the next, and both numbers of one to each other. */
static void
assert_tuples_are_independent(struct crowd *c)
{
	unsigned int iss[BUCKETS] = { 0 }, ts[BUCKETS] = { 0 }, both[BUCKETS] = { 0 };
	struct stranger s = neighbour(0);
	struct packet last = syn_ack_to(c, &s);

	for (uint32_t n = 1; n < PATHS; n++) {
		struct packet next;

		s = neighbour(n);
		next = syn_ack_to(c, &s);
		iss[(next.seq - last.seq) >> 28]++;
		ts[(next.ts_val - last.ts_val) >> 28]++;
		both[(next.seq - next.ts_val) >> 28]++;
		last = next;
	}
	assert_uniform(iss);
	assert_uniform(ts);
	assert_uniform(both);
}

static void
class_04_23_numbers_of_records_are_independent_across_tuples(void **state)
{
	struct crowd *c = *state;

	c->config.limits.syn_records = 2 * PATHS;
	crowd_start(c);
	assert_tuples_are_independent(c);
	assert_int_equal(crowd_stats(c).syn_cookies_sent, 0);
}

static void
class_04_23_numbers_of_cookies_are_independent_across_tuples(void **state)
{
	struct crowd *c = *state;

	c->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	crowd_start(c);
	assert_tuples_are_independent(c);
	assert_int_equal(crowd_stats(c).syn_cookies_sent, PATHS);
}

/* Two stacks at the same moment, asked by the same. @return how many numbers of each kind agree */
static void
compare_stacks(struct crowd *c, uint8_t seed, unsigned int *iss, unsigned int *ts)
{
	enum { ASKED = 200 };
	void *other_state = NULL;
	struct crowd *other;

	assert_int_equal(crowd_setup(&other_state), 0);
	other = other_state;
	make_secret(c, 0x11);
	make_secret(other, seed);
	crowd_start(c);
	crowd_start(other);
	*iss = *ts = 0;
	for (uint32_t n = 0; n < ASKED; n++) {
		const struct stranger s = neighbour(n);
		const struct packet a = syn_ack_to(c, &s), b = syn_ack_to(other, &s);

		*iss += a.seq == b.seq;
		*ts += a.ts_val == b.ts_val;
	}
	assert_int_equal(crowd_teardown(&other_state), 0);
}

static void
class_20_stacks_with_different_secrets_agree_on_nothing(void **state)
{
	unsigned int iss, ts;

	compare_stacks(*state, 0x12, &iss, &ts);
	assert_int_equal(iss, 0);
	assert_int_equal(ts, 0);
}

/* A fleet behind one address: what one has answered another can take on. */
static void
class_20_stacks_with_a_shared_secret_agree_on_all(void **state)
{
	unsigned int iss, ts;

	compare_stacks(*state, 0x11, &iss, &ts);
	assert_int_equal(iss, 200);
	assert_int_equal(ts, 200);
}

static void
class_20_cookie_of_one_stack_is_taken_by_another_with_its_secret_alone(void **state)
{
	struct crowd *c = *state;

	c->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	make_secret(c, 0x11);
	crowd_start(c);
	for (uint8_t seed = 0x11; seed <= 0x12; seed++) {
		void *other_state = NULL;
		struct crowd *other;
		struct stranger s = neighbour(seed);

		assert_int_equal(crowd_setup(&other_state), 0);
		other = other_state;
		other->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
		make_secret(other, seed);
		crowd_start(other);
		assert_int_equal(crowd_visits(other, 1, 1), 1); /* cookies are in force */
		s.stack_iss = syn_ack_to(c, &s).seq;
		s.ts_ecr = crowd_heard(c, &s)->ts_val;
		crowd_say(other, &s, ". 1:1(0) ack 1 <TS val 2 ecr *>");
		crowd_turn(other);
		assert_int_equal(crowd_stats(other).syn_cookies_accepted, seed == 0x11 ? 2 : 1);
		assert_int_equal(crowd_teardown(&other_state), 0);
	}
}

/* xorshift64: any numbers, the same each time. */
static uint64_t
next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/*
 * An ACK is taken where the 27 bits of a keyed hash of its tuple, SEG.SEQ, slot, index and mode are those
 * of SEG.ACK; index and parity are in its other five. So for whatever a forger chooses beside them, one
 * of 2^27 values of those bits is right, and without the key he knows nothing of which: 2^-27 a packet.
 * Of 2^24 packets with numbers of chance an eighth of one is expected to pass, and five with a
 * probability below 10^-6.
 */
static void
class_02_forged_cookies_pass_no_more_often_than_a_hash_of_27_bits_lets_them(void **state)
{
	enum { TRIES = 1 << 24 };
	const struct siphash_key key = { UINT64_C(0x5bd1e995), UINT64_C(0x1b873593) };
	struct path path = { .family = ESTAB_FAMILY_IPV4, .local_port = 0x5000 };
	uint64_t x = UINT64_C(88172645463325252);
	struct syn_cookie_grant granted;
	unsigned int passed = 0;

	(void)state;
	for (uint32_t i = 0; i < TRIES; i++) {
		const uint64_t random = next_random(&x);

		path.remote.words[0] = (uint32_t)next_random(&x);
		path.remote_port = (uint16_t)i;
		passed += syn_cookie_check(&key, &path, (uint32_t)(random >> 32), (uint32_t)random,
				NULL, UINT64_C(1) << 40, &granted);
	}
	assert_in_range(passed, 0, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
				class_02_forged_cookies_pass_no_more_often_than_a_hash_of_27_bits_lets_them),
		CROWD_TEST(class_04_23_numbers_of_records_are_independent_across_tuples),
		CROWD_TEST(class_04_23_numbers_of_cookies_are_independent_across_tuples),
		CROWD_TEST(class_20_stacks_with_different_secrets_agree_on_nothing),
		CROWD_TEST(class_20_stacks_with_a_shared_secret_agree_on_all),
		CROWD_TEST(class_20_cookie_of_one_stack_is_taken_by_another_with_its_secret_alone),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
