/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The shortest way into each state of RFC 9293 3.3.2. Every step is itself an expectation.
 */
#include "fixture.h"

void
in_listen(struct fixture *t)
{
	if (t->listener == NULL)
		app_listen(t);
}

void
in_syn_sent(struct fixture *t)
{
	app_connect(t);
	expect(t, "S 0:0(0)");
	expect_nothing(t);
	assert_state(t, "SYN-SENT");
}

void
in_syn_received(struct fixture *t)
{
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_half_open, 1);
}

void
in_established_with(struct fixture *t, const char *options)
{
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <%s>", options);
	expect(t, "S. 0:0(0) ack 1");
	if (t->peer->timestamps && t->peer->syn_timestamps)
		arrive(t, ". 1:1(0) ack 1 <TS val 1000 ecr *>");
	else
		arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	expect_nothing(t);
	assert_state(t, "ESTABLISHED");
}

void
in_established(struct fixture *t)
{
	in_established_with(t, "mss 1000");
}

void
in_fin_wait_1(struct fixture *t)
{
	in_established(t);
	app_shutdown(t);
	expect(t, "F. 1:1(0) ack 1");
	expect_nothing(t);
	assert_state(t, "FIN-WAIT-1");
}

void
in_fin_wait_2(struct fixture *t)
{
	in_fin_wait_1(t);
	arrive(t, ". 1:1(0) ack 2");
	expect_nothing(t);
	assert_state(t, "FIN-WAIT-2");
}

void
in_closing(struct fixture *t)
{
	in_fin_wait_1(t);
	arrive(t, "F. 1:1(0) ack 1");
	expect(t, ". 2:2(0) ack 2");
	expect_nothing(t);
	assert_state(t, "CLOSING");
}

void
in_time_wait(struct fixture *t)
{
	in_fin_wait_2(t);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
	app_close(t);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
	assert_int_equal(stats_now(t).connections_open, 0);
}

void
in_close_wait(struct fixture *t)
{
	in_established(t);
	arrive(t, "F. 1:1(0) ack 1");
	expect(t, ". 1:1(0) ack 2");
	expect_nothing(t);
	assert_state(t, "CLOSE-WAIT");
}

void
in_last_ack(struct fixture *t)
{
	in_close_wait(t);
	app_close(t);
	expect(t, "F. 1:1(0) ack 2");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 1);
}
