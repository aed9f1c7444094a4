/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What who watches is told: connections as they walk along the arrows of RFC 9293 Figure 5, by the events
 * that are written there, and what ends them otherwise.
 */
#include "bench.h"

#include <string.h>

#include <estab/watch.h>

#include "eal.h"

enum { TOLD_MAX = 1000, TWO_MSL = 60000 };

/* All that was told, a line each. */
struct told {
	struct fixture *t;
	uint64_t now_ns; /* of the last */
	unsigned int length;
	char text[TOLD_MAX];
};

static struct told told;

/* Whose it is and when is the same for all. */
static void
note(void *context, const struct estab_state_change *change)
{
	struct told *to = context;
	const unsigned int last = to->t->family == ESTAB_FAMILY_IPV4 ? 3 : 15;

	assert_int_equal(change->local.port, FIXTURE_PORT);
	assert_int_equal(change->remote.port, FIXTURE_PEER_PORT);
	assert_int_equal(change->local.address.family, to->t->family);
	assert_int_equal(change->remote.address.family, to->t->family);
	assert_int_equal(change->local.address.bytes[last], 1);
	assert_int_equal(change->remote.address.bytes[last], 100);
	to->now_ns = change->now_ns;
	to->length += (unsigned int)snprintf(to->text + to->length, TOLD_MAX - to->length,
			"%s, %s: %s\n", change->from, change->event, change->to);
	assert_true(to->length < TOLD_MAX);
}

static void
watch(struct fixture *t)
{
	const struct estab_watch watch = { .state = note, .context = &told };

	told = (struct told){ .t = t };
	start(t);
	estab_stack_watch(t->stack, &watch);
}

/* So much was told since this was asked last. */
static void
assert_told(const char *text)
{
	assert_string_equal(told.text, text);
	told.length = 0;
	told.text[0] = '\0';
}

#define PASSIVE_OPEN                                                                               \
	"LISTEN, rcv SYN: SYN-RECEIVED\n"                                                          \
	"SYN-RECEIVED, rcv ACK of SYN: ESTABLISHED\n"

static void
passive_open_is_told_when_its_handshake_is_over(void **state)
{
	struct fixture *t = *state;

	watch(t);
	in_syn_received(t);
	assert_told("");
	arrive(t, ". 1:1(0) ack 1");
	assert_told(PASSIVE_OPEN);
	assert_int_equal(told.now_ns, t->now_ns);
	arrive(t, ". 1:11(10) ack 1");
	ignore_sent(t);
	assert_told("");
}

static void
active_open_is_told_step_by_step(void **state)
{
	struct fixture *t = *state;

	watch(t);
	app_connect(t);
	assert_told("CLOSED, active OPEN: SYN-SENT\n");
	arrive(t, "S. 0:0(0) ack 1 win 65535 <mss 1000>");
	assert_told("SYN-SENT, rcv SYN,ACK: ESTABLISHED\n");
}

static void
simultaneous_open_is_told_by_its_own_arrow(void **state)
{
	struct fixture *t = *state;

	watch(t);
	in_syn_sent(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	assert_told("CLOSED, active OPEN: SYN-SENT\n"
		    "SYN-SENT, rcv SYN: SYN-RECEIVED\n");
}

static void
close_is_told_up_to_the_end_of_time_wait(void **state)
{
	struct fixture *t = *state;

	watch(t);
	in_time_wait(t);
	assert_told(PASSIVE_OPEN "ESTABLISHED, CLOSE: FIN-WAIT-1\n"
				 "FIN-WAIT-1, rcv ACK of FIN: FIN-WAIT-2\n"
				 "FIN-WAIT-2, rcv FIN: TIME-WAIT\n");
	advance(t, TWO_MSL - 1);
	assert_told("");
	advance(t, 1);
	assert_told("TIME-WAIT, Timeout=2MSL: CLOSED\n");
}

static void
time_wait_that_a_syn_takes_over_is_told(void **state)
{
	struct fixture *t = *state;

	watch(t);
	in_time_wait(t);
	told.length = 0;
	speak_anew(t, t->peer->iss + 100000);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	assert_told("TIME-WAIT, rcv SYN: CLOSED\n");
}

static void
simultaneous_close_is_told_by_closing(void **state)
{
	struct fixture *t = *state;

	watch(t);
	in_closing(t);
	arrive(t, ". 2:2(0) ack 2");
	assert_told(PASSIVE_OPEN "ESTABLISHED, CLOSE: FIN-WAIT-1\n"
				 "FIN-WAIT-1, rcv FIN: CLOSING\n"
				 "CLOSING, rcv ACK of FIN: TIME-WAIT\n");
}

static void
close_of_the_peer_is_told_up_to_closed(void **state)
{
	struct fixture *t = *state;

	watch(t);
	in_last_ack(t);
	arrive(t, ". 2:2(0) ack 2");
	assert_told(PASSIVE_OPEN "ESTABLISHED, rcv FIN: CLOSE-WAIT\n"
				 "CLOSE-WAIT, CLOSE: LAST-ACK\n"
				 "LAST-ACK, rcv ACK of FIN: CLOSED\n");
}

static void
established_that_ends_otherwise_is_told_why(void **state)
{
	struct fixture *t = *state;

	watch(t);
	in_established(t);
	arrive(t, "R 1:1(0)");
	assert_told(PASSIVE_OPEN "ESTABLISHED, reset: CLOSED\n");
	app_read_error(t, -ECONNRESET);
	app_close(t);
	speak_anew(t, 7000);
	in_established(t);
	app_abort(t);
	assert_told(PASSIVE_OPEN "ESTABLISHED, ABORT: CLOSED\n");
}

static void
syn_sent_that_comes_to_nothing_is_told_why(void **state)
{
	struct fixture *t = *state;

	watch(t);
	in_syn_sent(t);
	arrive(t, "R. 0:0(0) ack 1");
	assert_told("CLOSED, active OPEN: SYN-SENT\n"
		    "SYN-SENT, refused: CLOSED\n");
}

static void
silence_is_told_as_a_timeout(void **state)
{
	struct fixture *t = *state;

	watch(t);
	in_syn_sent(t);
	advance(t, 600000);
	ignore_sent(t);
	assert_told("CLOSED, active OPEN: SYN-SENT\n"
		    "SYN-SENT, timeout: CLOSED\n");
}

static void
who_watches_no_more_is_told_nothing(void **state)
{
	struct fixture *t = *state;

	watch(t);
	in_established(t);
	told.length = 0;
	told.text[0] = '\0';
	estab_stack_watch(t->stack, NULL);
	app_abort(t);
	assert_told("");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(passive_open_is_told_when_its_handshake_is_over),
		FIXTURE_TEST(active_open_is_told_step_by_step),
		FIXTURE_TEST(simultaneous_open_is_told_by_its_own_arrow),
		FIXTURE_TEST(close_is_told_up_to_the_end_of_time_wait),
		FIXTURE_TEST(time_wait_that_a_syn_takes_over_is_told),
		FIXTURE_TEST(simultaneous_close_is_told_by_closing),
		FIXTURE_TEST(close_of_the_peer_is_told_up_to_closed),
		FIXTURE_TEST(established_that_ends_otherwise_is_told_why),
		FIXTURE_TEST(syn_sent_that_comes_to_nothing_is_told_why),
		FIXTURE_TEST(silence_is_told_as_a_timeout),
		FIXTURE_TEST(who_watches_no_more_is_told_nothing),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
