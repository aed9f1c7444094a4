/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SYN records: when the SYN-ACK is sent again and when no more, how many there may be, what ends
 * one, and that a full burst loses none.
 */
#include "bench.h"

#include "eal.h"
#include "tcp/open/isn.h"
#include "tcp/open/syn_record.h"

static uint64_t
records(const struct fixture *t)
{
	return stats_now(t).connections_half_open;
}

static void
syn_received_syn_ack_is_sent_again_after_1_2_4_8_16_seconds(void **state)
{
	struct fixture *t = *state;
	uint64_t at = t->now_ns;

	in_syn_received(t);
	for (uint64_t wait = 1000; wait <= 16000; wait *= 2) {
		assert_int_equal(syn_records_next(room(t)), at + wait * MS);
		advance(t, wait - 1);
		expect_nothing(t);
		advance(t, 1);
		expect(t, "S. 0:0(0) ack 1");
		expect_nothing(t);
		at = t->now_ns;
	}
	assert_int_equal(stats_now(t).segments_retransmitted, 5);
	assert_int_equal(stats_now(t).syn_ack_sent, 6);
	advance(t, 31999);
	assert_int_equal(records(t), 1);
	advance(t, 1);
	assert_int_equal(records(t), 0);
	assert_int_equal(stats_now(t).connections_timed_out, 1);
	assert_int_equal(syn_records_next(room(t)), UINT64_MAX);
	expect_nothing(t);
}

static void
syn_received_most_retransmissions_that_may_be_configured_are_all_sent(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.syn_ack_retransmissions = 7;
	in_syn_received(t);
	advance(t, 127000); /* 1 + 2 + ... + 64 */
	for (unsigned int i = 0; i < 7; i++)
		expect(t, "S. 0:0(0) ack 1");
	expect_nothing(t);
	advance(t, 127999);
	assert_int_equal(records(t), 1);
	advance(t, 1);
	assert_int_equal(records(t), 0);
}

/* Each attempt is a FIFO: records of different ages keep their own times. */
static void
syn_received_records_of_different_ages_keep_their_own_times(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t); /* at 0 */
	advance(t, 1500);   /* sent again at 1000, next at 3000 */
	expect(t, "S. 0:0(0) ack 1");
	speak_as(t, 1);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>"); /* at 1500, next at 2500 */
	expect(t, "S. 0:0(0) ack 1");
	advance(t, 1000);
	expect(t, "S. 0:0(0) ack 1");
	speak_as(t, 0);
	expect_nothing(t);
	advance(t, 500);
	expect(t, "S. 0:0(0) ack 1");
	expect_nothing(t);
	assert_int_equal(syn_records_next(room(t)), t->now_ns + 1500 * MS); /* the younger one's */
}

static void
listen_syn_beyond_the_limit_is_dropped_without_cookies(void **state)
{
	struct fixture *t = *state;

	t->config.limits.syn_records = 2;
	t->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_NEVER;
	in_listen(t);
	for (unsigned int i = 0; i < 3; i++) {
		speak_as(t, i);
		arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	}
	assert_int_equal(ignore_sent(t), 2);
	assert_int_equal(records(t), 2);
	assert_drops(t, TCP_SYN_RECORDS_FULL, 1);
	speak_as(t, 0);
	arrive(t, ". 1:1(0) ack 1"); /* a handshake ends: room again */
	speak_as(t, 2);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
}

static void
listen_syn_beyond_the_limit_is_answered_with_a_cookie(void **state)
{
	struct fixture *t = *state;

	t->config.limits.syn_records = 1;
	in_syn_received(t);
	speak_as(t, 1);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	assert_int_equal(records(t), 1);
	assert_int_equal(stats_now(t).syn_cookies_sent, 1);
	arrive(t, ". 1:1(0) ack 1");
	assert_int_equal(stats_now(t).syn_cookies_accepted, 1);
	app_accept(t);
}

static void
syn_received_same_syn_gets_the_same_syn_ack(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	advance(t, 300);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	assert_drops(t, TCP_DUPLICATE_SYN, 1);
	assert_int_equal(records(t), 1);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	assert_int_equal(status_now(t).rtt_us, 0); /* Karn: which of the two was acknowledged? */
}

static void
syn_received_first_syn_ack_is_timed(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	advance(t, 80);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	assert_int_equal(status_now(t).rtt_us, 80000);
}

/* RFC 5961 3.2: exactly RCV.NXT ends it, else it is challenged with all that an ACK carries. */
static void
syn_received_reset_is_believed_at_rcv_nxt_only(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	arrive(t, "R 5:5(0) win 0");
	expect(t, ". 1:1(0) ack 1 win 65535");
	assert_drops(t, TCP_RST_UNACCEPTABLE, 1);
	arrive(t, "R 70000:70000(0) win 0"); /* outside of the window: not even that */
	expect_nothing(t);
	assert_int_equal(records(t), 1);
	arrive(t, "R 1:1(0) win 0");
	expect_nothing(t);
	assert_int_equal(records(t), 0);
	assert_int_equal(stats_now(t).rst_received, 1);
}

/* Fourth: "If the connection was initiated with a passive OPEN, then return this connection to the
 * LISTEN state" */
static void
syn_received_other_syn_in_the_window_returns_to_listen(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	arrive(t, "S 100:100(0) win 65535");
	expect_nothing(t);
	assert_int_equal(records(t), 0);
	assert_drops(t, TCP_SYN_UNEXPECTED, 1);
	arrive(t, "S 100:100(0) win 65535");
	assert_non_null(next_sent(t));
	assert_int_equal(records(t), 1);
}

static void
syn_received_segment_outside_of_the_window_is_told_where_we_are(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000,wscale 7,TS val 1000 ecr 0>");
	expect(t, "S. 0:0(0) ack 1 win 65535");
	arrive(t, ". 90000:90010(10) ack 1 <TS val 1001 ecr *>");
	expect(t, ". 1:1(0) ack 1 win %u <TS val * ecr 1000>", 65535 >> 3); /* of 256 KiB */
	assert_drops(t, TCP_OUT_OF_WINDOW, 1);
	assert_int_equal(records(t), 1);
}

/* 3.10.7.4, fifth: "form a reset segment <SEQ=SEG.ACK><CTL=RST>". */
static void
syn_received_ack_of_something_else_is_reset(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	arrive(t, ". 1:1(0) ack 2");
	expect(t, "R 2:2(0)");
	arrive(t, ". 1:1(0) ack 0");
	expect(t, "R 0:0(0)");
	arrive(t, " 1:11(10)");
	expect_nothing(t);
	assert_drops(t, TCP_ACK_UNACCEPTABLE, 2);
	assert_drops(t, TCP_ACK_MISSING, 1);
	assert_int_equal(records(t), 1);
}

/* A segment that is not to be believed must not turn the record into a connection. */
static void
syn_received_ack_without_or_with_old_timestamps_changes_nothing(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000,TS val 1000 ecr 0>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	assert_drops(t, TCP_TIMESTAMP_MISSING, 1);
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 1 <TS val 999 ecr *>");
	assert_drops(t, TCP_PAWS, 1);
	expect(t, ". 1:1(0) ack 1 <TS val * ecr 1000>");
	assert_int_equal(records(t), 1);
	assert_int_equal(stats_now(t).connections_open, 0);
	advance(t, 1000);
	expect(t, "S. 0:0(0) ack 1");
	advance(t, 600000);
	ignore_sent(t);
	assert_int_equal(records(t), 0);
}

static void
syn_received_with_no_room_for_a_connection_keeps_its_record(void **state)
{
	struct fixture *t = *state;

	t->config.limits.connections = 1;
	in_established(t);
	speak_as(t, 1);
	in_syn_received(t);
	arrive(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	assert_drops(t, TCP_CONNECTIONS_FULL, 1);
	assert_int_equal(records(t), 1);
	speak_as(t, 0);
	app_abort(t);
	expect(t, "R 1:1(0)");
	speak_as(t, 1);
	advance(t, 1000);
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
}

/* A full burst sends the rest in the next turn, each once. */
static void
syn_received_records_due_in_a_full_burst_wait_for_the_next(void **state)
{
	static struct burst burst;
	struct fixture *t = *state;

	in_listen(t);
	for (unsigned int i = 0; i < 5; i++) {
		speak_as(t, i);
		arrive(t, "S 0:0(0) win 65535 <mss 1000>");
		expect(t, "S. 0:0(0) ack 1");
	}
	tcp_set_now(room(t), t->now_ns + SECOND);
	burst.out_count = BURST_OUT_MAX - 2;
	syn_records_expire(room(t), &burst);
	assert_int_equal(burst.out_count, BURST_OUT_MAX);
	assert_true(syn_records_next(room(t)) <= room(t)->now_ns);
	burst.out_count = 0;
	syn_records_expire(room(t), &burst);
	assert_int_equal(burst.out_count, 3);
	burst.out_count = 0;
	syn_records_expire(room(t), &burst);
	assert_int_equal(burst.out_count, 0);
	t->now_ns += SECOND;
}

static void
forgetting_a_listeners_records_leaves_the_others(void **state)
{
	const struct estab_listen_config other = { .local.port = 81 };
	struct fixture *t = *state;
	struct estab_listener *listener;

	in_syn_received(t);
	assert_int_equal(estab_listen(t->stack, &other, &listener), 0);
	speak_as(t, 1);
	t->peer->stack_port = 81;
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	assert_int_equal(records(t), 2);
	estab_listener_close(listener);
	assert_int_equal(records(t), 1);
	arrive(t, ". 1:1(0) ack 1");
	expect(t, "R 1:1(0)");
	speak_as(t, 0);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
}

/* Numbers are chosen for a whole burst; who comes again within it must meet his own. */
static void
syn_received_same_syn_in_the_same_burst_gets_the_same_number(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive_later(t, "S 0:0(0) win 65535 <mss 1000>");
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
}

/* The record of the first is given back within the burst, and the second gets its place. */
static void
syn_received_reset_in_the_same_burst_leaves_the_next_its_number(void **state)
{
	struct fixture *t = *state;

	t->config.limits.syn_records = 1;
	in_listen(t);
	arrive_later(t, "S 0:0(0) win 65535 <mss 1000>");
	arrive_later(t, "R 1:1(0)");
	speak_as(t, 1);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	speak_as(t, 0);
	expect(t, "S. 0:0(0) ack 1");
}

/* More than are hashed at once, each with a number of its own. */
static void
listen_burst_of_syns_is_answered_each_with_its_own_number(void **state)
{
	struct fixture *t = *state;
	const struct tcp *tcp;

	t->config.burst = FIXTURE_PEERS;
	t->config.limits.syn_records = FIXTURE_PEERS;
	in_listen(t);
	tcp = room(t);
	for (unsigned int n = 0; n < FIXTURE_PEERS; n++) {
		speak_as(t, n);
		arrive_later(t, "S 0:0(0) win 65535 <mss 1000>");
	}
	turn(t);
	for (unsigned int n = 0; n < FIXTURE_PEERS; n++) {
		struct path path = { .family = t->family };

		speak_as(t, n);
		expect(t, "S. 0:0(0) ack 1");
		path = ((const struct syn_record *)pool_at(&tcp->syn_records, n))->path;
		assert_int_equal(rte_be_to_cpu_16(path.remote_port), t->peer->port);
		assert_int_equal(t->peer->stack_iss,
				isn_choose(&tcp->path_key, &path, tcp->now_ns));
	}
}

/* A SYN from that port of the peer becomes a record; its SYN-ACK is not built. */
static void
add_record(struct fixture *t, uint16_t port)
{
	struct segment seg = { .flags = TCP_FLAG_SYN, .seq = port, .len = 1 };

	seg.path.family = ESTAB_FAMILY_IPV4;
	seg.path.remote_port = port;
	seg.hash = flow_hash(room(t)->flows, &seg.path);
	assert_non_null(syn_record_create(room(t), &t->stack->burst, &seg,
			(struct listener *)t->listener));
	isn_lanes_finish(room(t));
	t->stack->burst.out_count = 0;
}

/* A flood whose SYN-ACKs are due at once leaves most of a turn to connections. */
static void
syn_received_records_due_together_share_the_turn_with_connections(void **state)
{
	struct fixture *t = *state;
	struct burst *burst;
	uint32_t sent;

	t->config.limits.syn_records = 600;
	in_listen(t);
	burst = &t->stack->burst;
	for (uint16_t port = 1; port <= 600; port++)
		add_record(t, port);
	tcp_set_now(room(t), t->now_ns + 1500 * MS);
	syn_records_expire(room(t), burst);
	assert_in_range(burst->out_count, 1, BURST_OUT_MAX / 4);
	for (sent = burst->out_count; sent < 600; sent += burst->out_count) {
		assert_true(syn_records_next(room(t)) <= room(t)->now_ns);
		burst->out_count = 0;
		syn_records_expire(room(t), burst);
		assert_true(burst->out_count > 0);
	}
	burst->out_count = 0;
	assert_true(syn_records_next(room(t)) > room(t)->now_ns);
	syn_records_forget(room(t), NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(syn_received_syn_ack_is_sent_again_after_1_2_4_8_16_seconds),
		FIXTURE_TEST(syn_received_most_retransmissions_that_may_be_configured_are_all_sent),
		FIXTURE_TEST(syn_received_records_of_different_ages_keep_their_own_times),
		FIXTURE_TEST(listen_syn_beyond_the_limit_is_dropped_without_cookies),
		FIXTURE_TEST(listen_syn_beyond_the_limit_is_answered_with_a_cookie),
		FIXTURE_TEST(syn_received_same_syn_gets_the_same_syn_ack),
		FIXTURE_TEST(syn_received_same_syn_in_the_same_burst_gets_the_same_number),
		FIXTURE_TEST(syn_received_reset_in_the_same_burst_leaves_the_next_its_number),
		FIXTURE_TEST(listen_burst_of_syns_is_answered_each_with_its_own_number),
		FIXTURE_TEST(syn_received_first_syn_ack_is_timed),
		FIXTURE_TEST(syn_received_reset_is_believed_at_rcv_nxt_only),
		FIXTURE_TEST(syn_received_other_syn_in_the_window_returns_to_listen),
		FIXTURE_TEST(syn_received_segment_outside_of_the_window_is_told_where_we_are),
		FIXTURE_TEST(syn_received_ack_of_something_else_is_reset),
		FIXTURE_TEST(syn_received_ack_without_or_with_old_timestamps_changes_nothing),
		FIXTURE_TEST(syn_received_with_no_room_for_a_connection_keeps_its_record),
		FIXTURE_TEST(syn_received_records_due_in_a_full_burst_wait_for_the_next),
		FIXTURE_TEST(forgetting_a_listeners_records_leaves_the_others),
		FIXTURE_TEST(syn_received_records_due_together_share_the_turn_with_connections),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
