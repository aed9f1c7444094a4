/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The judge of --workload hold: what is right, what is right once more, and each thing that is wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hold_judge.h"

enum { CONNECTIONS = 100, REQUEST = 40, NUMBER = 7 };

static struct hold_judge judge;

static int
begin(void **state)
{
	(void)state;
	return hold_judge_init(&judge, CONNECTIONS, REQUEST, 1) ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	hold_judge_fini(&judge);
	return 0;
}

/* What acknowledges so many octets of a peer's numbers, its SYN among them. */
static struct heard
hears(uint32_t number, uint32_t octets)
{
	return (struct heard){ .peer = number,
		.seq = 5000,
		.ack = hold_judge_iss(&judge, number) + octets };
}

static void
fault_is(enum hold_fault fault)
{
	for (unsigned int i = 0; i < HOLD_FAULT_COUNT; i++)
		assert_int_equal(judge.faults[i], i == fault);
	assert_int_equal(hold_judge_fault_sum(&judge), 1);
	assert_false(hold_judge_is_content(&judge));
}

static void
syn_ack_counts_once(void **state)
{
	const struct heard heard = hears(NUMBER, 1), other = hears(NUMBER + 1, 1);

	(void)state;
	assert_int_equal(hold_judge_syn_ack(&judge, &heard), HOLD_RIGHT);
	assert_int_equal(hold_judge_syn_ack(&judge, &heard), HOLD_AGAIN);
	assert_int_equal(hold_judge_syn_ack(&judge, &other), HOLD_RIGHT);
	assert_int_equal(judge.open_count, 2);
	assert_int_equal(judge.again_count, 1);
	assert_int_equal(hold_judge_fault_sum(&judge), 0);
}

static void
syn_ack_for_another_iss_is_wrong(void **state)
{
	struct heard heard = hears(NUMBER, 1);

	(void)state;
	heard.peer++;
	assert_int_equal(hold_judge_syn_ack(&judge, &heard), HOLD_WRONG);
	fault_is(HOLD_FAULT_syn_ack_wrong);
}

static void
ack_of_whole_requests_is_right(void **state)
{
	const struct heard none = hears(NUMBER, 1), two = hears(NUMBER, 1 + 2 * REQUEST);

	(void)state;
	assert_int_equal(hold_judge_ack(&judge, &none), HOLD_RIGHT);
	assert_int_equal(hold_judge_ack(&judge, &two), HOLD_RIGHT);
}

static void
ack_of_a_part_of_a_request_is_wrong(void **state)
{
	const struct heard heard = hears(NUMBER, 1 + REQUEST - 1);

	(void)state;
	assert_int_equal(hold_judge_ack(&judge, &heard), HOLD_WRONG);
	fault_is(HOLD_FAULT_ack_wrong);
}

/* To the left of the ISS, by a multiple of the request's size. */
static void
ack_of_what_was_before_the_syn_is_wrong(void **state)
{
	const struct heard heard = hears(NUMBER, 1 - REQUEST);

	(void)state;
	assert_int_equal(hold_judge_ack(&judge, &heard), HOLD_WRONG);
	fault_is(HOLD_FAULT_ack_wrong);
}

/* The request that was answered, and its answer. */
static struct heard
echoes(uint32_t number, uint8_t *bytes)
{
	struct heard heard = hears(number, 1 + REQUEST);
	const struct hold_text text = { .sent = 12345,
		.number = number,
		.seq = heard.ack - REQUEST,
		.ack = heard.seq };

	hold_judge_write(&judge, bytes, &text);
	heard.text_len = REQUEST;
	return heard;
}

static void
echo_counts_once_in_a_pass(void **state)
{
	uint8_t bytes[REQUEST];
	const struct heard heard = echoes(NUMBER, bytes);
	struct hold_text text;

	(void)state;
	assert_int_equal(hold_judge_echo(&judge, &heard, bytes, &text), HOLD_RIGHT);
	assert_int_equal(text.sent, 12345);
	assert_int_equal(hold_judge_echo(&judge, &heard, bytes, &text), HOLD_AGAIN);
	hold_judge_next_pass(&judge);
	assert_int_equal(hold_judge_echo(&judge, &heard, bytes, &text), HOLD_RIGHT);
	assert_int_equal(judge.echo_count, 2);
	assert_int_equal(judge.reached_count, 1);
	assert_int_equal(hold_judge_fault_sum(&judge), 0);
}

/* In its first octet behind the numbers, or in its last. */
static void
echo_with_another_octet_is_wrong(void **state)
{
	static const unsigned int places[] = { HOLD_TEXT_MIN, REQUEST - 1 };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		uint8_t bytes[REQUEST];
		const struct heard heard = echoes(NUMBER, bytes);
		struct hold_text text;

		bytes[places[i]] ^= 1;
		assert_int_equal(hold_judge_echo(&judge, &heard, bytes, &text), HOLD_WRONG);
	}
	assert_int_equal(judge.faults[HOLD_FAULT_echo_wrong], 2);
}

static void
echo_of_anothers_request_is_wrong(void **state)
{
	uint8_t bytes[REQUEST];
	struct heard heard = echoes(NUMBER, bytes);
	struct hold_text text;

	(void)state;
	heard.peer++;
	assert_int_equal(hold_judge_echo(&judge, &heard, bytes, &text), HOLD_WRONG);
	fault_is(HOLD_FAULT_echo_wrong);
}

/* Numbers that do not go on from the request: its own, and what it acknowledged. */
static void
echo_with_other_numbers_is_wrong(void **state)
{
	uint8_t bytes[REQUEST];
	struct heard heard = echoes(NUMBER, bytes);
	struct hold_text text;

	(void)state;
	heard.seq++;
	assert_int_equal(hold_judge_echo(&judge, &heard, bytes, &text), HOLD_WRONG);
	heard.seq--;
	heard.ack--;
	assert_int_equal(hold_judge_echo(&judge, &heard, bytes, &text), HOLD_WRONG);
	assert_int_equal(judge.faults[HOLD_FAULT_echo_wrong], 2);
	assert_int_equal(judge.echo_count, 0);
}

static void
fin_counts_once_and_tells_the_text(void **state)
{
	const struct heard heard = hears(NUMBER, 1 + 3 * REQUEST + 1);

	(void)state;
	assert_int_equal(hold_judge_fin(&judge, &heard), HOLD_RIGHT);
	assert_int_equal(hold_judge_fin(&judge, &heard), HOLD_AGAIN);
	assert_int_equal(judge.close_count, 1);
	assert_int_equal(judge.text_taken, 3 * REQUEST);
}

static void
fin_that_does_not_acknowledge_ours_is_wrong(void **state)
{
	const struct heard heard = hears(NUMBER, 1 + REQUEST);

	(void)state;
	assert_int_equal(hold_judge_fin(&judge, &heard), HOLD_WRONG);
	fault_is(HOLD_FAULT_fin_wrong);
}

/* Opened and closed, all of them, and an octet for each that was echoed. */
static void
judge_is_content_when_nothing_is_missing(void **state)
{
	uint8_t bytes[REQUEST];
	const struct heard heard = echoes(NUMBER, bytes);
	struct hold_text text;

	(void)state;
	for (uint32_t i = 0; i < CONNECTIONS; i++) {
		const struct heard syn_ack = hears(i, 1),
				   fin = hears(i, i == NUMBER ? 2 + REQUEST : 2);

		assert_false(hold_judge_is_content(&judge));
		hold_judge_syn_ack(&judge, &syn_ack);
		hold_judge_fin(&judge, &fin);
	}
	assert_false(hold_judge_is_content(&judge)); /* taken, and never echoed */
	hold_judge_echo(&judge, &heard, bytes, &text);
	assert_true(hold_judge_is_content(&judge));
	judge.faults[HOLD_FAULT_stranger]++;
	assert_false(hold_judge_is_content(&judge));
}

static void
counts_of_two_are_added_up(void **state)
{
	struct hold_judge sum = { .connections = 5,
		.open_count = 6,
		.echo_count = 7,
		.close_count = 8,
		.reached_count = 9,
		.again_count = 10,
		.text_taken = 11,
		.faults = { [HOLD_FAULT_reset] = 12 } };

	(void)state;
	hold_judge_add(&sum, &sum);
	assert_int_equal(sum.connections, 10);
	assert_int_equal(sum.open_count, 12);
	assert_int_equal(sum.echo_count, 14);
	assert_int_equal(sum.close_count, 16);
	assert_int_equal(sum.reached_count, 18);
	assert_int_equal(sum.again_count, 20);
	assert_int_equal(sum.text_taken, 22);
	assert_int_equal(sum.faults[HOLD_FAULT_reset], 24);
	assert_int_equal(hold_judge_fault_sum(&sum), 24);
}

static void
peers_have_different_numbers(void **state)
{
	unsigned int upper_half = 0;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		assert_int_not_equal(hold_judge_iss(&judge, i), hold_judge_iss(&judge, i + 1));
		upper_half += hold_judge_iss(&judge, i) >> 31;
	}
	assert_in_range(upper_half, 400, 600); /* binomial: six standard deviations are 95 */
}

#define JUDGED(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		JUDGED(syn_ack_counts_once),
		JUDGED(syn_ack_for_another_iss_is_wrong),
		JUDGED(ack_of_whole_requests_is_right),
		JUDGED(ack_of_a_part_of_a_request_is_wrong),
		JUDGED(ack_of_what_was_before_the_syn_is_wrong),
		JUDGED(echo_counts_once_in_a_pass),
		JUDGED(echo_with_another_octet_is_wrong),
		JUDGED(echo_of_anothers_request_is_wrong),
		JUDGED(echo_with_other_numbers_is_wrong),
		JUDGED(fin_counts_once_and_tells_the_text),
		JUDGED(fin_that_does_not_acknowledge_ours_is_wrong),
		JUDGED(judge_is_content_when_nothing_is_missing),
		JUDGED(counts_of_two_are_added_up),
		JUDGED(peers_have_different_numbers),
	};

	return cmocka_run_group_tests_name("hold_judge", tests, NULL, NULL);
}
