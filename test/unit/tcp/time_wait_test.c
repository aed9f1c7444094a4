/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TIME-WAIT records: how long they live, which goes first when there are too many, which SYN may
 * take one over (RFC 6191 2, RFC 1122 4.2.2.13), what starts the 2 MSL anew.
 */
#include "bench.h"

#include "eal.h"
#include "tcp/time_wait.h"

enum { TWO_MSL = 60000 }; /* ms */

static uint64_t
records(const struct fixture *t)
{
	return stats_now(t).connections_time_wait;
}

/* A connection of this peer ends; the stack has closed first. Its last numbers are 2 both ways. */
static void
end_one(struct fixture *t)
{
	in_fin_wait_2(t);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
	app_close(t);
	expect_nothing(t);
}

/* The same with timestamps; the last of the peer is 2000. */
static void
end_one_with_timestamps(struct fixture *t)
{
	in_established_with(t, "mss 1000,TS val 1000 ecr 0");
	app_shutdown(t);
	expect(t, "F. 1:1(0) ack 1");
	arrive(t, "F. 1:1(0) ack 2 <TS val 2000 ecr *>");
	expect(t, ". 2:2(0) ack 2");
	app_close(t);
	expect_nothing(t);
}

static void
time_wait_lasts_2_msl_to_the_tick(void **state)
{
	struct fixture *t = *state;

	end_one(t);
	assert_int_equal(time_waits_next(room(t)), tick_in(t, TWO_MSL));
	assert_true(estab_stack_deadline(t->stack) <= t->now_ns + TWO_MSL * MS);
	advance(t, TWO_MSL - 1);
	assert_int_equal(records(t), 1);
	assert_int_equal(estab_stack_deadline(t->stack), t->now_ns + MS);
	advance(t, 1);
	assert_int_equal(records(t), 0);
	assert_int_equal(time_waits_next(room(t)), UINT64_MAX);
}

/* A half turn may come late: what is overdue is due now, not in five days. */
static void
time_wait_overdue_is_due_at_once(void **state)
{
	struct fixture *t = *state;

	end_one(t);
	tcp_set_now(room(t), t->now_ns + (TWO_MSL + 1) * MS);
	assert_true(time_waits_next(room(t)) <= room(t)->now_tick);
}

static void
time_wait_records_end_in_the_order_they_began(void **state)
{
	struct fixture *t = *state;

	for (unsigned int i = 0; i < 5; i++) {
		speak_as(t, i);
		end_one(t);
		advance(t, 1000);
	}
	assert_int_equal(records(t), 5);
	advance(t, TWO_MSL - 5000);
	for (uint64_t left = 4; left > 0; left--) {
		assert_int_equal(records(t), left);
		advance(t, 1000);
	}
	assert_int_equal(records(t), 0);
}

/* 3.10.7.4, eighth: "Remain in the TIME-WAIT state. Restart the 2 MSL time-wait timeout." */
static void
time_wait_fin_again_is_acknowledged_and_starts_2_msl_anew(void **state)
{
	struct fixture *t = *state;

	end_one(t);
	speak_as(t, 1);
	advance(t, 10000);
	end_one(t);
	speak_as(t, 0);
	advance(t, 40000);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
	assert_int_equal(records(t), 2);
	advance(t, 20000); /* that of the other, begun later, ends first now */
	assert_int_equal(records(t), 1);
	assert_int_equal(time_waits_next(room(t)), tick_in(t, 40000));
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2"); /* it is the first one that is left */
	advance(t, TWO_MSL - 1);
	assert_int_equal(records(t), 1);
	advance(t, 1);
	assert_int_equal(records(t), 0);
}

static void
time_wait_bare_ack_is_not_answered_and_restarts_nothing(void **state)
{
	struct fixture *t = *state;

	end_one(t);
	advance(t, 30000);
	arrive(t, ". 2:2(0) ack 2");
	expect_nothing(t);
	assert_drops(t, TCP_TIME_WAIT, 1);
	assert_int_equal(time_waits_next(room(t)), tick_in(t, 30000));
}

static void
time_wait_text_is_acknowledged_and_not_taken(void **state)
{
	struct fixture *t = *state;

	end_one(t);
	arrive(t, ". 2:102(100) ack 2");
	expect(t, ". 2:2(0) ack 2");
	assert_drops(t, TCP_TIME_WAIT, 1);
	assert_int_equal(time_waits_next(room(t)), tick_in(t, TWO_MSL));
}

/* RFC 1337: a RST must not end TIME-WAIT early, at any sequence number. */
static void
time_wait_reset_is_ignored(void **state)
{
	struct fixture *t = *state;

	end_one(t);
	arrive(t, "R 2:2(0) win 0");
	arrive(t, "R. 1:1(0) ack 2 win 0");
	expect_nothing(t);
	assert_int_equal(records(t), 1);
	assert_drops(t, TCP_TIME_WAIT, 2);
}

/* Too many: the oldest makes room, and is forgotten altogether. */
static void
time_wait_beyond_the_limit_ends_the_oldest(void **state)
{
	struct fixture *t = *state;

	t->config.limits.time_waits = 3;
	for (unsigned int i = 0; i < 5; i++) {
		speak_as(t, i);
		end_one(t);
		advance(t, 10);
	}
	assert_int_equal(records(t), 3);
	assert_int_equal(stats_now(t).time_wait_recycled, 2);
	assert_int_equal(stats_now(t).connections_closed, 5);
	speak_as(t, 1);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, "R 2:2(0)"); /* nobody knows it any more */
	speak_as(t, 2);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
}

/* A record that was restarted is not the oldest any more. */
static void
time_wait_restarted_is_recycled_last(void **state)
{
	struct fixture *t = *state;

	t->config.limits.time_waits = 2;
	end_one(t);
	speak_as(t, 1);
	end_one(t);
	speak_as(t, 0);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
	speak_as(t, 2);
	end_one(t);
	speak_as(t, 1);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, "R 2:2(0)");
	speak_as(t, 0);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
}

/* What a SYN of a new incarnation offers, and whether it may take the record over. */
struct offer {
	bool old_timestamps, timestamps;
	int32_t seq; /* beyond the last number of the old one: RCV.NXT, past the FIN */
	uint32_t ts_val;
	bool honoured;
};

/* RFC 6191 2; without timestamps RFC 1122 4.2.2.13: "larger than the largest". */
static const struct offer offers[] = {
	{ false, false, 1, 0, true },
	{ false, false, 0x7ffffff0, 0, true },
	{ false, false, -1, 0, false }, /* the FIN's own number */
	{ false, false, -0x7ffffff0, 0, false },
	{ false, true, 1, 5, true },
	{ true, true, -100, 2001, true }, /* newer: the number does not matter */
	{ true, true, 100, 2001, true },
	{ true, true, 1, 2000, true }, /* as old: the number decides */
	{ true, true, -1, 2000, false },
	{ true, true, 100, 1999, false }, /* older: never */
	{ true, false, 1, 0, true },      /* none now: the number decides */
	{ true, false, -1, 0, false },
};

static void
send_offer(struct fixture *t, const struct offer *offer)
{
	const uint32_t seq = 2 + (uint32_t)offer->seq;
	const uint32_t at = offer->honoured ? 0 : seq;

	if (offer->honoured) /* its numbers count from there */
		speak_anew(t, t->peer->iss + seq);
	if (offer->timestamps)
		arrive_later(t, "S %u:%u(0) win 65535 <mss 1000,TS val %u ecr 0>", at, at,
				offer->ts_val);
	else
		arrive_later(t, "S %u:%u(0) win 65535 <mss 1000>", at, at);
	if (!offer->honoured) /* the answer is the old connection's */
		t->peer->syn_timestamps = offer->old_timestamps;
	turn(t);
}

static void
time_wait_syn_takes_over_only_where_nothing_old_can_be_mistaken(void **state)
{
	struct fixture *t = *state;

	for (unsigned int i = 0; i < RTE_DIM(offers); i++) {
		const struct offer *offer = &offers[i];
		uint64_t reused;

		speak_as(t, i);
		if (offer->old_timestamps)
			end_one_with_timestamps(t);
		else
			end_one(t);
		reused = stats_now(t).time_wait_reused;
		send_offer(t, offer);
		assert_int_equal(stats_now(t).time_wait_reused, reused + offer->honoured);
		if (offer->honoured)
			expect(t, "S. 0:0(0) ack 1");
		else
			expect(t, ". 2:2(0) ack 2");
		expect_nothing(t);
	}
}

/* MAY-2 (1): the new connection's numbers are "larger than the largest sequence number it used on
 * the previous connection incarnation", also where no time has passed for RFC 6528's clock. */
static void
time_wait_taken_over_begins_beyond_the_old_numbers(void **state)
{
	struct fixture *t = *state;
	uint32_t old;

	end_one(t);
	old = t->peer->stack_iss + 2;
	speak_anew(t, t->peer->iss + 1000);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	assert_true((int32_t)(t->peer->stack_iss - old) > 0);
	assert_int_equal(records(t), 0);
}

static void
time_wait_syn_with_ack_or_reset_takes_nothing_over(void **state)
{
	struct fixture *t = *state;

	end_one(t);
	arrive(t, "S. 1000:1000(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
	arrive(t, "SR 1000:1000(0) win 0");
	expect_nothing(t);
	assert_int_equal(records(t), 1);
}

/* RFC 7323 3.2: timestamps are in every segment of the connection, in its last ACKs too. */
static void
time_wait_answers_carry_timestamps_that_were_agreed(void **state)
{
	struct fixture *t = *state;

	end_one_with_timestamps(t);
	arrive(t, "F. 1:1(0) ack 2 <TS val 2001 ecr *>");
	expect(t, ". 2:2(0) ack 2 <TS val * ecr 2000>");
}

/* The application keeps its pointer as long as it wants: the record stands by itself. */
static void
time_wait_connection_still_held_reads_its_end(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_2(t);
	arrive(t, "FP. 1:11(10) ack 2");
	expect(t, ". 2:2(0) ack 12");
	assert_int_equal(records(t), 1);
	assert_int_equal(stats_now(t).connections_open, 1);
	advance(t, TWO_MSL);
	assert_int_equal(records(t), 0);
	assert_state(t, "TIME-WAIT");
	app_read(t, 10);
	app_read_end(t);
	app_close(t);
	assert_int_equal(stats_now(t).connections_open, 0);
	expect_nothing(t);
}

/* RFC 6191 2: "If the previous incarnation of the connection did not use TCP Timestamps: if TCP
 * Timestamps would be enabled for the new incarnation of the connection, honor the incoming
 * connection request." */
static void
time_wait_without_timestamps_honours_a_syn_with_them(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_2(t);
	arrive(t, "F. 1:1(0) ack 2");
	app_close(t);
	ignore_sent(t);
	speak_anew(t, t->peer->iss - 1000);
	arrive(t, "S 0:0(0) win 65535 <mss 1000,TS val 5 ecr 0>");
	expect(t, "S. 0:0(0) ack 1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(time_wait_lasts_2_msl_to_the_tick),
		FIXTURE_TEST(time_wait_overdue_is_due_at_once),
		FIXTURE_TEST(time_wait_records_end_in_the_order_they_began),
		FIXTURE_TEST(time_wait_fin_again_is_acknowledged_and_starts_2_msl_anew),
		FIXTURE_TEST(time_wait_bare_ack_is_not_answered_and_restarts_nothing),
		FIXTURE_TEST(time_wait_text_is_acknowledged_and_not_taken),
		FIXTURE_TEST(time_wait_reset_is_ignored),
		FIXTURE_TEST(time_wait_beyond_the_limit_ends_the_oldest),
		FIXTURE_TEST(time_wait_restarted_is_recycled_last),
		FIXTURE_TEST(time_wait_syn_takes_over_only_where_nothing_old_can_be_mistaken),
		FIXTURE_TEST(time_wait_taken_over_begins_beyond_the_old_numbers),
		FIXTURE_TEST(time_wait_syn_with_ack_or_reset_takes_nothing_over),
		FIXTURE_TEST(time_wait_answers_carry_timestamps_that_were_agreed),
		FIXTURE_TEST(time_wait_connection_still_held_reads_its_end),
		FIXTURE_TEST(time_wait_without_timestamps_honours_a_syn_with_them),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
