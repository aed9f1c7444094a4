/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The states against RFC 9293 Figure 5, arrow by arrow as drawn there.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bare.h"

#include "tcp/state.h"

#define S(name) TCP_STATE_##name

struct arrow {
	enum tcp_state from, to;
};

/* Figure 5, from top to bottom. */
static const struct arrow figure_5[] = {
	{ S(CLOSED), S(LISTEN) },            /* passive OPEN / create TCB */
	{ S(LISTEN), S(CLOSED) },            /* CLOSE / delete TCB */
	{ S(CLOSED), S(SYN_SENT) },          /* active OPEN / create TCB, snd SYN */
	{ S(SYN_SENT), S(CLOSED) },          /* CLOSE / delete TCB */
	{ S(LISTEN), S(SYN_RECEIVED) },      /* rcv SYN / snd SYN,ACK */
	{ S(LISTEN), S(SYN_SENT) },          /* SEND / snd SYN */
	{ S(SYN_SENT), S(SYN_RECEIVED) },    /* rcv SYN / snd SYN,ACK */
	{ S(SYN_RECEIVED), S(ESTABLISHED) }, /* rcv ACK of SYN / x */
	{ S(SYN_SENT), S(ESTABLISHED) },     /* rcv SYN,ACK / snd ACK */
	{ S(SYN_RECEIVED), S(FIN_WAIT_1) },  /* CLOSE / snd FIN */
	{ S(ESTABLISHED), S(FIN_WAIT_1) },   /* CLOSE / snd FIN */
	{ S(ESTABLISHED), S(CLOSE_WAIT) },   /* rcv FIN / snd ACK */
	{ S(FIN_WAIT_1), S(FIN_WAIT_2) },    /* rcv ACK of FIN / x */
	{ S(FIN_WAIT_1), S(CLOSING) },       /* rcv FIN / snd ACK */
	{ S(CLOSE_WAIT), S(LAST_ACK) },      /* CLOSE / snd FIN */
	{ S(FIN_WAIT_2), S(TIME_WAIT) },     /* rcv FIN / snd ACK */
	{ S(CLOSING), S(TIME_WAIT) },        /* rcv ACK of FIN / x */
	{ S(LAST_ACK), S(CLOSED) },          /* rcv ACK of FIN / x */
	{ S(TIME_WAIT), S(CLOSED) },         /* Timeout=2MSL / delete TCB */
};

/* What the text around the figure adds. */
static const struct arrow beside_figure_5[] = {
	/* Note 3: FIN-WAIT-1 to TIME-WAIT "if a FIN is received and the local FIN is also
	 * acknowledged". */
	{ S(FIN_WAIT_1), S(TIME_WAIT) },
	/* 3.10.7.4, eighth: "SYN-RECEIVED STATE, ESTABLISHED STATE: Enter the CLOSE-WAIT state." */
	{ S(SYN_RECEIVED), S(CLOSE_WAIT) },
	/* The LISTEN state is the listener's: a passive connection's TCB begins here. */
	{ S(CLOSED), S(SYN_RECEIVED) },
	/* Note 2: "omits a transition to CLOSED from any state if a RST is received" or on ABORT.
	 * Note 1, SYN-RECEIVED to LISTEN, is this one too: the TCB goes, the listener stays. */
	{ S(SYN_RECEIVED), S(CLOSED) },
	{ S(ESTABLISHED), S(CLOSED) },
	{ S(FIN_WAIT_1), S(CLOSED) },
	{ S(FIN_WAIT_2), S(CLOSED) },
	{ S(CLOSE_WAIT), S(CLOSED) },
	{ S(CLOSING), S(CLOSED) },
};

static bool
is_among(const struct arrow *arrows, size_t n, unsigned int from, unsigned int to)
{
	for (size_t i = 0; i < n; i++)
		if (arrows[i].from == from && arrows[i].to == to)
			return true;
	return false;
}

static void
every_arrow_of_the_figure_and_no_other_is_an_edge(void **state)
{
	(void)state;
	for (unsigned int from = 0; from < TCP_STATE_COUNT; from++) {
		for (unsigned int to = 0; to < TCP_STATE_COUNT; to++) {
			const bool drawn = is_among(figure_5, RTE_DIM(figure_5), from, to) ||
					is_among(beside_figure_5, RTE_DIM(beside_figure_5), from,
							to);

			if (tcp_state_has_edge(from, to) != drawn)
				fail_msg("%s -> %s", tcp_state_text(from), tcp_state_text(to));
		}
	}
}

/* 3.3.2 lists them in this order and these words. */
static void
states_have_the_words_and_the_order_of_the_rfc(void **state)
{
	static const char *const words[] = { "CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED",
		"ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK",
		"TIME-WAIT" };

	(void)state;
	assert_int_equal(TCP_STATE_COUNT, RTE_DIM(words));
	for (unsigned int i = 0; i < TCP_STATE_COUNT; i++)
		assert_string_equal(tcp_state_text(i), words[i]);
}

/* 3.3.2: "non-synchronized states (LISTEN, SYN-SENT, SYN-RECEIVED)". */
static void
states_from_established_on_are_synchronized(void **state)
{
	static struct bare bare;
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	for (uint8_t s = TCP_STATE_LISTEN; s < TCP_STATE_COUNT; s++) {
		tcb->state = s;
		assert_int_equal(tcb_is_synchronized(tcb),
				s != S(LISTEN) && s != S(SYN_SENT) && s != S(SYN_RECEIVED));
	}
}

static void
entering_a_state_changes_the_tcb(void **state)
{
	static struct bare bare;
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	tcb_enter(tcb, S(FIN_WAIT_1));
	assert_int_equal(tcb->state, S(FIN_WAIT_1));
	tcb_enter(tcb, S(CLOSING));
	assert_int_equal(tcb->state, S(CLOSING));
}

/* In a child, which must die of it where asserts are in force. */
static void
entering_a_state_without_an_edge_is_our_own_mistake(void **state)
{
#ifdef NDEBUG
	(void)state;
	skip();
#else
	static struct bare bare;
	struct tcb *tcb = bare_init(&bare);
	int status;
	pid_t pid;

	(void)state;
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(3);
		tcb_enter(tcb, S(TIME_WAIT));
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_arrow_of_the_figure_and_no_other_is_an_edge),
		cmocka_unit_test(states_have_the_words_and_the_order_of_the_rfc),
		cmocka_unit_test(states_from_established_on_are_synchronized),
		cmocka_unit_test(entering_a_state_changes_the_tcb),
		cmocka_unit_test(entering_a_state_without_an_edge_is_our_own_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
