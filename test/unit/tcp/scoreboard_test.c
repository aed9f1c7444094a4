/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The scoreboard against an array that knows each octet: sums, what is to be sent again, what an ACK
 * delivers, and that a full one loses knowledge but never count. Numbers wrap in the midst.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rte_common.h>

#include "tcp/recovery/scoreboard.h"

enum {
	START = -1000, /* SND.UNA, as a sequence number */
	LENGTH = 2000,
	ROUNDS = 20000,
};

static struct scoreboard board;

/* In flight, all sent at once. */
static void
begin(uint32_t octets)
{
	scoreboard_init(&board, (uint32_t)START);
	scoreboard_append(&board, (uint32_t)START + octets, 1000, 1000);
}

static struct delivery
sack(uint32_t left, uint32_t right)
{
	struct delivery delivery = { .now_us = 5000 };

	scoreboard_sack(&board, (uint32_t)START + left, (uint32_t)START + right, &delivery);
	return delivery;
}

static struct delivery
acknowledge(uint32_t una)
{
	struct delivery delivery = { .now_us = 5000, .original_end = (uint32_t)START + LENGTH };

	scoreboard_acknowledge(&board, (uint32_t)START + una, &delivery);
	return delivery;
}

static void
assert_next_lost(uint32_t left, uint32_t right)
{
	uint32_t first = 0, end = 0;

	assert_true(scoreboard_next_lost(&board, &first, &end));
	assert_int_equal(first - (uint32_t)START, left);
	assert_int_equal(end - (uint32_t)START, right);
}

static void
sacked_text_is_not_in_the_pipe(void **state)
{
	(void)state;
	begin(1000);
	assert_int_equal(scoreboard_pipe(&board), 1000);
	assert_int_equal(sack(300, 500).octets, 200);
	assert_int_equal(sack(400, 600).octets, 100); /* half of it is known */
	assert_int_equal(scoreboard_pipe(&board), 700);
	assert_int_equal(board.count, 3);
}

static void
holes_are_lost_and_sent_again_from_left_to_right(void **state)
{
	uint32_t left, right;

	(void)state;
	begin(1000);
	sack(300, 500);
	sack(700, 1000);
	scoreboard_lose_all(&board);
	assert_int_equal(scoreboard_pipe(&board), 0);
	assert_next_lost(0, 300);
	scoreboard_resend(&board, (uint32_t)START, (uint32_t)START + 100, 2000);
	assert_next_lost(100, 300);
	scoreboard_resend(&board, (uint32_t)START + 100, (uint32_t)START + 300, 2000);
	assert_next_lost(500, 700);
	scoreboard_resend(&board, (uint32_t)START + 500, (uint32_t)START + 700, 2000);
	assert_false(scoreboard_next_lost(&board, &left, &right));
	assert_int_equal(scoreboard_pipe(&board), 500);
}

/* "in flight" of what was sent again without being lost counts twice, RFC 6675 4 SetPipe. */
static void
text_sent_again_without_being_lost_counts_twice(void **state)
{
	(void)state;
	begin(1000);
	scoreboard_resend(&board, (uint32_t)START + 900, (uint32_t)START + 1000, 2000);
	assert_int_equal(scoreboard_pipe(&board), 1100);
}

static void
acknowledgment_delivers_what_was_not_sacked_before(void **state)
{
	struct delivery delivery;

	(void)state;
	begin(1000);
	sack(300, 500);
	delivery = acknowledge(400);
	assert_int_equal(delivery.octets, 300);
	assert_true(delivery.original);
	assert_true(delivery.reordered); /* sent once, and 300:500 was there before it */
	assert_int_equal(board.sacked, 100);
	assert_int_equal(acknowledge(1000).octets, 500);
	assert_int_equal(board.count, 0);
}

static void
text_sent_again_is_neither_original_nor_reordered(void **state)
{
	struct delivery delivery;

	(void)state;
	begin(1000);
	sack(500, 1000);
	scoreboard_lose_all(&board);
	scoreboard_resend(&board, (uint32_t)START, (uint32_t)START + 500, 4000);
	delivery = acknowledge(1000);
	assert_int_equal(delivery.octets, 500);
	assert_true(delivery.resent);
	assert_false(delivery.original || delivery.reordered);
	assert_true(delivery.any && delivery.latest_ambiguous);
	assert_int_equal(delivery.latest_us, 4000);
}

/* RFC 8985 6.2 step 2: younger than any round trip has been, it was the first sending's. */
static void
acknowledgment_too_early_for_the_retransmission_says_nothing_of_time(void **state)
{
	struct delivery delivery = { .now_us = 4050, .age_min_us = 100 };

	(void)state;
	begin(1000);
	scoreboard_lose_all(&board);
	scoreboard_resend(&board, (uint32_t)START, (uint32_t)START + 1000, 4000);
	scoreboard_acknowledge(&board, (uint32_t)START + 1000, &delivery);
	assert_int_equal(delivery.octets, 1000);
	assert_false(delivery.any);
}

static void
reneging_is_seen_at_the_front_and_forgets_every_sack(void **state)
{
	(void)state;
	begin(1000);
	sack(300, 500);
	sack(700, 800);
	assert_false(scoreboard_has_reneged(&board));
	acknowledge(300); /* and not 500 */
	assert_true(scoreboard_has_reneged(&board));
	scoreboard_renege(&board);
	scoreboard_lose_all(&board);
	assert_int_equal(board.sacked, 0);
	assert_next_lost(300, 500);
	assert_int_equal(board.pending, 700);
}

/* What found no place is as if it had not been told; sums and borders stay right. */
static void
more_blocks_than_places_are_forgotten_and_nothing_else(void **state)
{
	uint32_t told = 0;

	(void)state;
	scoreboard_init(&board, (uint32_t)START);
	scoreboard_append(&board, (uint32_t)START + 10000, 1000, 1000);
	for (uint32_t at = 10; at < 10000; at += 20)
		told += sack(at, at + 10).octets;
	assert_in_range(board.count, SCOREBOARD_RANGES_MAX / 2, SCOREBOARD_RANGES_MAX - 24);
	assert_int_equal(told, board.sacked);
	assert_in_range(told, 10 * (board.count / 2 - 2), 10 * board.count / 2);
	scoreboard_check(&board, (uint32_t)START, (uint32_t)START + 10000);
	scoreboard_append(&board, (uint32_t)START + 11000, 2000, 2000);
	scoreboard_check(&board, (uint32_t)START, (uint32_t)START + 11000);
	told = board.sacked;
	assert_int_equal(sack(0, 11000).octets, 11000 - told);
	assert_int_equal(board.count, 1);
}

/* 200 holes of 30 octets, each with 10 behind it that were sacked: more than there are places for. */
static void
lose_holes(void)
{
	begin(8000);
	for (uint32_t at = 30; at < 8000; at += 40)
		sack(at, at + 10);
	scoreboard_lose_all(&board);
}

/* What only makes a known block longer takes no place. */
static void
crowded_board_hears_of_blocks_that_grow(void **state)
{
	(void)state;
	lose_holes();
	assert_int_equal(sack(30, 45).octets, 5);
	assert_int_equal(sack(65, 80).octets, 5);
	assert_int_equal(sack(7930, 7940).octets, 0); /* another one, for which there is none */
	scoreboard_check(&board, (uint32_t)START, (uint32_t)START + 8000);
}

/*
 * RFC 6675 4 SetPipe: "octets that have been retransmitted", and no others. Each of these leaves at a
 * time of its own, so that no two share a range for having left together.
 */
static void
crowded_board_counts_as_sent_again_what_was_and_no_more(void **state)
{
	uint32_t left, right, sent = 0;

	(void)state;
	lose_holes();
	while (scoreboard_next_lost(&board, &left, &right)) {
		right = RTE_MIN(right, left + 10);
		scoreboard_resend(&board, left, right, 2000 + sent);
		sent += right - left;
		scoreboard_check(&board, (uint32_t)START, (uint32_t)START + 8000);
		assert_int_equal(board.resent, sent);
		assert_int_equal(board.pending, 8000 - board.sacked - sent);
	}
}

/* The midst of so many holes is sent again: kinds in turn that no two neighbours share. */
static void
fill_up(unsigned int holes)
{
	uint32_t now_us = 2000;

	lose_holes();
	for (uint32_t at = 10; at < 40 * holes; at += 40)
		scoreboard_resend(&board, (uint32_t)START + at, (uint32_t)START + at + 10,
				now_us++);
}

/* For what was sent again there is always a place: a block of the peer's is forgotten for it. */
static void
full_board_forgets_what_was_sacked_not_what_was_sent(void **state)
{
	(void)state;
	fill_up(100);
	assert_true(board.count >= SCOREBOARD_RANGES_MAX - 4);
	assert_int_equal(board.resent, 100 * 10);
	assert_int_equal(board.pending, 8000 - board.sacked - board.resent);
	scoreboard_check(&board, (uint32_t)START, (uint32_t)START + 8000);
}

/* And where there is none: what is in the network is never thought to be less than it is. */
static void
full_board_without_sacks_counts_more_as_sent_not_less(void **state)
{
	(void)state;
	fill_up(200);
	assert_int_equal(board.sacked, 0);
	assert_true(scoreboard_pipe(&board) >= 200 * 10);
	scoreboard_check(&board, (uint32_t)START, (uint32_t)START + 8000);
}

/* Something new is sent: what was lost before it is lost still. */
static void
full_board_takes_new_text_and_forgets_no_loss(void **state)
{
	uint32_t pending;

	(void)state;
	fill_up(100);
	for (uint32_t end = 8100; end < 9000; end += 100) {
		pending = board.pending + board.sacked;
		scoreboard_append(&board, (uint32_t)START + end, 9000 + end, 9000 + end);
		assert_int_equal(board.pending + board.sacked, pending);
		assert_int_equal(board.resent, 100 * 10);
		scoreboard_check(&board, (uint32_t)START, (uint32_t)START + end);
	}
}

/* Ranges that share a place for want of others: RACK counts from the first to the last sending. */
static void
crowded_neighbours_share_the_earliest_and_the_latest_time(void **state)
{
	(void)state;
	lose_holes();
	scoreboard_resend(&board, (uint32_t)START + 10, (uint32_t)START + 30, 3000);
	scoreboard_resend(&board, (uint32_t)START, (uint32_t)START + 10, 4000);
	assert_int_equal(board.ranges[0].end, (uint32_t)START + 30);
	assert_int_equal(board.ranges[0].first_us, 3000);
	assert_int_equal(board.ranges[0].last_us, 4000);
}

/* What leaves soon after the last, and is in flight as that is, may share its range. */
static void
text_sent_close_together_may_share_a_range(void **state)
{
	(void)state;
	scoreboard_init(&board, (uint32_t)START);
	assert_false(scoreboard_join_last(&board, (uint32_t)START + 10, 1000, 100));
	scoreboard_append(&board, (uint32_t)START + 10, 1000, 1000);
	assert_true(scoreboard_join_last(&board, (uint32_t)START + 20, 1099, 100));
	assert_false(scoreboard_join_last(&board, (uint32_t)START + 30, 1100, 100));
	assert_int_equal(board.count, 1);
	assert_int_equal(board.ranges[0].end, (uint32_t)START + 20);
	assert_int_equal(board.ranges[0].first_us, 1000);
	assert_int_equal(board.ranges[0].last_us, 1099);
	sack(10, 20);
	assert_false(scoreboard_join_last(&board, (uint32_t)START + 30, 1050, 100));
	scoreboard_check(&board, (uint32_t)START, (uint32_t)START + 20);
}

/* What each octet is, by the same words. */
struct model {
	uint8_t flags[LENGTH];
	uint32_t una;
};

static uint32_t
model_count(const struct model *model, uint8_t flag)
{
	uint32_t n = 0;

	for (uint32_t i = model->una; i < LENGTH; i++)
		n += (model->flags[i] & flag) != 0;
	return n;
}

static uint32_t
model_sack(struct model *model, uint32_t left, uint32_t right)
{
	uint32_t fresh = 0;

	for (uint32_t i = RTE_MAX(left, model->una); i < right; i++) {
		fresh += (model->flags[i] & RANGE_SACKED) == 0;
		model->flags[i] = RANGE_SACKED;
	}
	return fresh;
}

static void
model_lose_all(struct model *model)
{
	for (uint32_t i = model->una; i < LENGTH; i++)
		if ((model->flags[i] & RANGE_SACKED) == 0)
			model->flags[i] = RANGE_LOST;
}

static void
model_resend(struct model *model, uint32_t left, uint32_t right)
{
	for (uint32_t i = left; i < right; i++)
		if ((model->flags[i] & RANGE_SACKED) == 0)
			model->flags[i] |= RANGE_RESENT;
}

static uint32_t
random_next(uint32_t *random)
{
	*random = *random * 1664525 + 1013904223;
	return *random >> 8;
}

/* One thing that can happen, to both. */
static void
happen(struct model *model, uint32_t *random, uint32_t now_us)
{
	const uint32_t room = LENGTH - model->una;
	const uint32_t left = model->una + random_next(random) % room;
	const uint32_t right = RTE_MIN(left + 1 + random_next(random) % 300, (uint32_t)LENGTH);
	uint32_t octets = 0;

	switch (random_next(random) % 8) {
	case 0:
		for (uint32_t i = model->una; i < left; i++)
			octets += (model->flags[i] & RANGE_SACKED) == 0;
		assert_int_equal(acknowledge(left).octets, octets);
		model->una = left;
		break;
	case 1:
		scoreboard_lose_all(&board);
		model_lose_all(model);
		break;
	case 2:
	case 3:
	case 4:
		scoreboard_resend(&board, (uint32_t)START + left, (uint32_t)START + right, now_us);
		model_resend(model, left, right);
		break;
	default:
		octets = model_sack(model, left, right);
		assert_int_equal(sack(left, right).octets, octets);
	}
}

static void
whatever_happens_the_board_agrees_with_the_octets(void **state)
{
	struct model model;
	uint32_t random = 1;

	(void)state;
	for (uint32_t i = 0; i < ROUNDS; i++) {
		if (i % 40 == 0) {
			memset(&model, 0, sizeof(model));
			begin(LENGTH);
		}
		if (model.una + 1 < LENGTH)
			happen(&model, &random, 2000 + i);
		scoreboard_check(&board, (uint32_t)START + model.una, (uint32_t)START + LENGTH);
		assert_int_equal(board.sacked, model_count(&model, RANGE_SACKED));
		assert_int_equal(board.lost, model_count(&model, RANGE_LOST));
		assert_int_equal(board.resent, model_count(&model, RANGE_RESENT));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sacked_text_is_not_in_the_pipe),
		cmocka_unit_test(holes_are_lost_and_sent_again_from_left_to_right),
		cmocka_unit_test(text_sent_again_without_being_lost_counts_twice),
		cmocka_unit_test(acknowledgment_delivers_what_was_not_sacked_before),
		cmocka_unit_test(text_sent_again_is_neither_original_nor_reordered),
		cmocka_unit_test(
				acknowledgment_too_early_for_the_retransmission_says_nothing_of_time),
		cmocka_unit_test(reneging_is_seen_at_the_front_and_forgets_every_sack),
		cmocka_unit_test(more_blocks_than_places_are_forgotten_and_nothing_else),
		cmocka_unit_test(crowded_board_hears_of_blocks_that_grow),
		cmocka_unit_test(crowded_board_counts_as_sent_again_what_was_and_no_more),
		cmocka_unit_test(full_board_forgets_what_was_sacked_not_what_was_sent),
		cmocka_unit_test(full_board_without_sacks_counts_more_as_sent_not_less),
		cmocka_unit_test(full_board_takes_new_text_and_forgets_no_loss),
		cmocka_unit_test(crowded_neighbours_share_the_earliest_and_the_latest_time),
		cmocka_unit_test(text_sent_close_together_may_share_a_range),
		cmocka_unit_test(whatever_happens_the_board_agrees_with_the_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
