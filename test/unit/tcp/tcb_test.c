/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of a TCB: what holds it, what gives it back, the list of events, timers that move
 * without touching the wheel.
 */
#include <errno.h>

#include "bench.h"

#include "eal.h"
#include "tcp/tcb_list.h"

static uint32_t
in_use(struct fixture *t)
{
	return pool_used_count(&room(t)->tcbs);
}

/* A second connection beside the one at hand, in ESTABLISHED and held. */
static struct tcb *
another(struct fixture *t, unsigned int n)
{
	struct tcb *tcb;

	speak_as(t, n);
	in_established(t);
	tcb = tcb_of(t);
	speak_as(t, 0);
	return tcb;
}

static void
create_puts_a_zeroed_tcb_where_packets_find_it(void **state)
{
	struct fixture *t = *state;
	struct path path = { .family = ESTAB_FAMILY_IPV4, .local_port = 1, .remote_port = 2 };
	const uint32_t hash = flow_hash(room(t)->flows, &path);
	struct tcb *tcb = tcb_create(room(t), &path, hash, FLOW_NONE);

	assert_int_equal(flow_find(room(t)->flows, &path, hash), flow_make(FLOW_TCB, tcb));
	assert_true(tcp_flow_has_changed(room(t), hash));
	assert_int_equal(tcb->flags, TCB_IN_USE | TCB_IN_FLOW_TABLE);
	assert_int_equal(tcb->state, TCP_STATE_CLOSED);
	assert_int_equal(tcb->snd_nxt | tcb->rcv_nxt | tcb->marks | tcb->events, 0);
	assert_null(tcb->work->reassembly);
	tcb_leave_flow_table(tcb);
	assert_int_equal(flow_find(room(t)->flows, &path, hash), FLOW_NONE);
	tcb_leave_flow_table(tcb); /* a second time: nothing */
	tcb_release(tcb);
	assert_int_equal(in_use(t), 0);
}

static void
create_beyond_the_limit_gives_none(void **state)
{
	struct fixture *t = *state;
	struct path path = { .family = ESTAB_FAMILY_IPV4, .local_port = 1 };
	struct tcb *tcbs[3];

	t->config.limits.connections = 2;
	for (uint16_t i = 0; i < 3; i++) {
		path.remote_port = i;
		tcbs[i] = tcb_create(room(t), &path, flow_hash(room(t)->flows, &path), FLOW_NONE);
		assert_int_equal(tcbs[i] != NULL, i < 2);
	}
	assert_int_equal(flow_find(room(t)->flows, &path, flow_hash(room(t)->flows, &path)),
			FLOW_NONE);
	for (uint16_t i = 0; i < 2; i++) {
		tcb_leave_flow_table(tcbs[i]);
		tcb_release(tcbs[i]);
	}
}

/* Each of these alone keeps it: packets find it, the user holds it, it waits for accept. */
static void
release_waits_until_nothing_holds_it(void **state)
{
	static const uint32_t holders[] = { TCB_IN_FLOW_TABLE, TCB_HELD, TCB_IN_ACCEPT_QUEUE };
	struct fixture *t = *state;
	struct path path = { .family = ESTAB_FAMILY_IPV4, .local_port = 1 };
	struct tcb *tcb = tcb_create(room(t), &path, flow_hash(room(t)->flows, &path), FLOW_NONE);

	tcb_leave_flow_table(tcb);
	for (unsigned int i = 0; i < RTE_DIM(holders); i++) {
		tcb->flags = TCB_IN_USE | holders[i];
		tcb_release(tcb);
		assert_int_equal(in_use(t), 1);
	}
	tcb->flags = TCB_IN_USE;
	tcb->marks = MARK_RST; /* owed to the peer */
	tcb_release(tcb);
	assert_int_equal(in_use(t), 1);
	tcb->marks = 0;
	tcb_release(tcb);
	assert_int_equal(in_use(t), 0);
}

/* Given back with marks, events, a timer and text: no list and no pool keeps a trace. */
static void
release_takes_it_off_every_list(void **state)
{
	struct fixture *t = *state;
	struct tcb *tcb;

	in_established(t);
	arrive(t, ". 1:101(100) ack 1");
	arrive(t, ". 201:301(100) ack 1");
	app_write(t, 100);
	ignore_sent(t);
	tcb = tcb_of(t);
	tcb_mark(tcb, MARK_ACK);
	tcb_tell(tcb, ESTAB_EVENT_READABLE);
	assert_true(timer_node_is_armed(&tcb->work->timer));
	assert_non_null(tcb->work->reassembly);
	tcb_leave_flow_table(tcb);
	tcb->flags &= ~(uint32_t)TCB_HELD;
	t->peer->conn = NULL;
	tcb_release(tcb);
	assert_int_equal(in_use(t), 0);
	assert_int_equal(pool_used_count(&room(t)->reassemblies), 0);
	assert_true(tcb_list_is_empty(&room(t)->output_list));
	assert_true(tcb_list_is_empty(&room(t)->event_list));
	assert_int_equal(rte_mempool_in_use_count(t->pool), 0);
	advance(t, 2000); /* what is in the wheel still expires for nobody */
	expect_nothing(t);
	assert_int_equal(timer_wheel_next(&room(t)->wheel), UINT64_MAX);
}

static void
close_keeps_received_text_and_the_error_for_the_user(void **state)
{
	struct fixture *t = *state;
	struct tcb *tcb;

	in_established(t);
	arrive(t, ". 1:101(100) ack 1");
	app_write(t, 100);
	ignore_sent(t);
	app_events(t);
	tcb = tcb_of(t);
	tcb_close(tcb, -ETIMEDOUT);
	assert_int_equal(tcb->state, TCP_STATE_CLOSED);
	assert_int_equal(tcb->flags & TCB_IN_FLOW_TABLE, 0);
	assert_int_equal(tcb->work->send.bytes, 0);
	for (unsigned int i = 0; i < TIMER_COUNT; i++)
		assert_int_equal(tcb->work->deadlines[i], 0);
	tcb_check(tcb);
	turn(t);
	assert_int_equal(app_events(t), ESTAB_EVENT_CLOSED);
	app_read(t, 100);
	app_read_error(t, -ETIMEDOUT);
	assert_int_equal(in_use(t), 1);
	app_close(t);
	assert_int_equal(in_use(t), 0);
	expect_nothing(t);
}

static void
marks_put_it_on_the_output_list_once(void **state)
{
	struct fixture *t = *state;
	struct tcb *tcb, *other;

	in_established(t);
	tcb = tcb_of(t);
	other = another(t, 1);
	tcb_mark(other, MARK_ACK);
	tcb_mark(tcb, MARK_ACK);
	tcb_mark(other, MARK_TEXT);
	assert_int_equal(other->marks, MARK_ACK | MARK_TEXT);
	assert_ptr_equal(tcb_list_first(room(t), &room(t)->output_list), other);
	assert_ptr_equal(tcb_list_next(other, TCB_LINK_OUTPUT), tcb);
	assert_null(tcb_list_next(tcb, TCB_LINK_OUTPUT));
	assert_int_equal(estab_stack_deadline(t->stack), 0);
	turn(t);
	assert_int_equal(ignore_sent(t), 2);
}

/* One event per connection, what it says added up, oldest connection first. */
static void
events_are_collected_once_and_oldest_first(void **state)
{
	struct fixture *t = *state;
	struct estab_event events[4];
	struct tcb *tcb, *other;

	in_established(t);
	estab_conn_set_user(t->peer->conn, &t->pool);
	tcb = tcb_of(t);
	other = another(t, 1);
	assert_int_equal(estab_event_burst(t->stack, events, 4), 0);
	tcb_tell(other, ESTAB_EVENT_READABLE);
	tcb_tell(tcb, ESTAB_EVENT_WRITABLE);
	tcb_tell(other, ESTAB_EVENT_CLOSED);
	assert_int_equal(estab_event_burst(t->stack, events, 0), 0);
	assert_int_equal(estab_event_burst(t->stack, events, 1), 1);
	assert_ptr_equal(events[0].conn, (struct estab_conn *)other);
	assert_int_equal(events[0].what, ESTAB_EVENT_READABLE | ESTAB_EVENT_CLOSED);
	assert_int_equal(estab_event_burst(t->stack, events, 4), 1);
	assert_ptr_equal(events[0].conn, t->peer->conn);
	assert_ptr_equal(events[0].user, &t->pool);
	assert_int_equal(events[0].what, ESTAB_EVENT_WRITABLE);
	tcb_tell(other, ESTAB_EVENT_READABLE); /* again */
	assert_int_equal(estab_event_burst(t->stack, events, 4), 1);
	assert_int_equal(events[0].what, ESTAB_EVENT_READABLE);
	assert_int_equal(estab_event_burst(t->stack, events, 4), 0);
}

/* What happens in the accept queue is told when the connection is accepted. */
static void
events_before_accept_are_told_after_it(void **state)
{
	struct fixture *t = *state;
	struct estab_event event;
	struct estab_conn *conn;

	in_syn_received(t);
	arrive(t, ". 1:1(0) ack 1");
	arrive(t, "F. 1:11(10) ack 1");
	ignore_sent(t);
	assert_int_equal(estab_event_burst(t->stack, &event, 1), 0);
	assert_int_equal(estab_accept_burst(t->listener, &conn, 1), 1);
	t->peer->conn = conn;
	assert_int_equal(estab_event_burst(t->stack, &event, 1), 1);
	assert_ptr_equal(event.conn, conn);
	assert_int_equal(event.what, ESTAB_EVENT_READABLE);
}

static void
nobody_is_told_of_a_connection_that_was_let_go(void **state)
{
	struct fixture *t = *state;
	struct estab_event event;

	in_established(t);
	tcb_tell(tcb_of(t), ESTAB_EVENT_READABLE | ESTAB_EVENT_WRITABLE);
	estab_conn_close(t->peer->conn);
	t->peer->conn = NULL;
	assert_int_equal(estab_event_burst(t->stack, &event, 1), 0);
	turn(t);
	arrive(t, "R. 1:1(0) ack 2");
	assert_int_equal(estab_event_burst(t->stack, &event, 1), 0);
	ignore_sent(t);
}

/* The program ends: events of before name connections that are not the user's any more. */
static void
nobody_is_told_of_a_connection_once_draining_has_begun(void **state)
{
	struct fixture *t = *state;
	struct estab_event event;

	in_established(t);
	tcb_tell(tcb_of(t), ESTAB_EVENT_READABLE);
	t->peer->conn = NULL;
	t->app_gone = true;
	estab_stack_drain(t->stack, t->now_ns);
	assert_int_equal(estab_event_burst(t->stack, &event, 1), 0);
	turn(t);
	ignore_sent(t);
}

/* A later deadline leaves the node where it is; an earlier one moves it. */
static void
timers_move_the_node_forward_only(void **state)
{
	struct fixture *t = *state;
	struct tcb *tcb;

	in_established(t);
	tcb = tcb_of(t);
	assert_true(tcb_work(tcb));
	tcb_arm(tcb, TIMER_RETRANSMIT, SECOND);
	assert_int_equal(tcb->work->deadlines[TIMER_RETRANSMIT], tick_in(t, 1000));
	assert_int_equal((uint32_t)tcb->work->timer.expires, tick_in(t, 1000));
	tcb_arm(tcb, TIMER_RETRANSMIT, 2 * SECOND);
	assert_int_equal(tcb->work->deadlines[TIMER_RETRANSMIT], tick_in(t, 2000));
	assert_int_equal((uint32_t)tcb->work->timer.expires, tick_in(t, 1000));
	tcb_arm(tcb, TIMER_DELAYED_ACK, 40 * MS);
	assert_int_equal((uint32_t)tcb->work->timer.expires, tick_in(t, 40));
	tcb_cancel(tcb, TIMER_DELAYED_ACK);
	assert_true(timer_node_is_armed(&tcb->work->timer));
	advance(t, 1999); /* the node comes out, finds nothing due and goes back */
	assert_int_equal(stats_now(t).delayed_acks, 0);
	assert_int_equal(stats_now(t).retransmission_timeouts, 0);
	assert_int_equal((uint32_t)tcb->work->timer.expires, tick_in(t, 1));
	expect_nothing(t);
}

/* Not even half a tick early, and never at "not armed". */
static void
timers_round_up_to_a_tick(void **state)
{
	struct fixture *t = *state;
	struct tcb *tcb;

	in_established(t);
	tcb = tcb_of(t);
	assert_true(tcb_work(tcb));
	tcb_arm(tcb, TIMER_RETRANSMIT, 0);
	assert_int_equal(tcb->work->deadlines[TIMER_RETRANSMIT], tick_in(t, 0) + 1);
	tcb_arm(tcb, TIMER_RETRANSMIT, TCP_TICK_NS + 1);
	assert_int_equal(tcb->work->deadlines[TIMER_RETRANSMIT], tick_in(t, 0) + 2);
	tcb_arm(tcb, TIMER_RETRANSMIT,
			((UINT64_C(1) << 32) - tick_in(t, 0)) * TCP_TICK_NS); /* low 32 bits: 0 */
	assert_int_equal(tcb->work->deadlines[TIMER_RETRANSMIT], 1);
	tcb_cancel(tcb, TIMER_RETRANSMIT);
}

/* 3.4: numbers wrap. After more than 2 GiB the initial ones say nothing of what is in use. */
static void
check_holds_after_gigabytes_both_ways(void **state)
{
	static const uint32_t carried[] = { UINT32_C(1) << 31, UINT32_C(3) << 30, UINT32_MAX };
	struct fixture *t = *state;
	struct tcb *tcb;

	in_established(t);
	tcb = tcb_of(t);
	assert_true(tcb_work(tcb));
	for (size_t i = 0; i < RTE_DIM(carried); i++) {
		tcb->work->iss = tcb->snd_una - 1 - carried[i];
		tcb->work->irs = tcb->rcv_nxt - 1 - carried[i];
		tcb_check(tcb);
	}
	assert_int_equal(tcb->snd_una, tcb->work->iss);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(create_puts_a_zeroed_tcb_where_packets_find_it),
		FIXTURE_TEST(create_beyond_the_limit_gives_none),
		FIXTURE_TEST(release_waits_until_nothing_holds_it),
		FIXTURE_TEST(release_takes_it_off_every_list),
		FIXTURE_TEST(close_keeps_received_text_and_the_error_for_the_user),
		FIXTURE_TEST(marks_put_it_on_the_output_list_once),
		FIXTURE_TEST(events_are_collected_once_and_oldest_first),
		FIXTURE_TEST(events_before_accept_are_told_after_it),
		FIXTURE_TEST(nobody_is_told_of_a_connection_that_was_let_go),
		FIXTURE_TEST(nobody_is_told_of_a_connection_once_draining_has_begun),
		FIXTURE_TEST(timers_move_the_node_forward_only),
		FIXTURE_TEST(timers_round_up_to_a_tick),
		FIXTURE_TEST(check_holds_after_gigabytes_both_ways),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
