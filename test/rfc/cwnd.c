/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cwnd limits what is in flight (3.8.2; RFC 5681 2 and 3.1, RFC 6675 4, RFC 9937): under each controller,
 * with SACK and without, with loss and without, what is in the network is counted from outside and
 * compared with the cwnd that the status tells of, whenever text has left. What may go beyond it:
 *
 *	tail probe        RFC 8985 7.3: one segment
 *	timeout           RFC 5681 3.1: what left before it counts as lost, in the network or not
 *	limited transmit  RFC 3042 2: without SACK, two segments, since duplicates may be echoes of what was
 *	                  sent again needlessly; that takes a timeout
 */
#include "eal.h"
#include "fixture.h"
#include "receiver.h"

#define MS UINT64_C(1000000)

enum {
	MSS = 100,
	RTT_MS = 40,
	SEGMENTS = 2000,
	PATIENCE_MS = 120 * 1000,
	ANSWERS_MAX = 16, /* fit in one burst: what is sent in two turns is sent at two times */
	LIMITED_TRANSMIT = 2,
};

struct observed {
	struct receiver receiver;
	uint32_t sent; /* segments until now */
	uint64_t tail_probes, timeouts;
	uint64_t timeout_ns; /* the last one */
	uint32_t full;       /* times when no other segment would have fitted */
};

static struct observed observed;

/* Each hole by itself, and what is sent again arrives. */
static bool
one_of_ninety(uint32_t segment, uint8_t times)
{
	return segment > 60 && segment % 90 == 0 && times == 0;
}

/* Now and then several in a row, and of what is sent again every other is lost again. */
static bool
again_and_again(uint32_t segment, uint8_t times)
{
	return segment % 300 < 4 && segment > 100 && times < segment % 2 + 1;
}

/* Nothing arrives any more, until a timeout tells. */
static bool
outage(uint32_t segment, uint8_t times)
{
	return segment >= 300 && observed.timeouts == 0 && times == 0;
}

/* Octets in the network that left since the last timeout. */
static uint32_t
count_in_network(void)
{
	const struct receiver *r = &observed.receiver;
	uint32_t octets = 0;

	for (uint32_t i = 0; i < r->count; i++) {
		const struct receiver_answer *answer =
				&r->answers[(r->first + i) % RECEIVER_SEGMENTS];

		if (answer->due_ns >= observed.timeout_ns + RTT_MS * MS)
			octets += answer->octets;
	}
	return octets;
}

static void
look(struct receiver *receiver)
{
	const struct estab_stats stats = stats_now(receiver->t);
	const uint32_t cwnd = status_now(receiver->t).cwnd;
	uint32_t beyond = 0, octets;

	if (stats.retransmission_timeouts != observed.timeouts)
		observed.timeout_ns = receiver->t->now_ns;
	if (stats.tail_probes != observed.tail_probes)
		beyond += MSS;
	if (!receiver->sacks && stats.retransmission_timeouts > 0)
		beyond += LIMITED_TRANSMIT * MSS;
	octets = count_in_network();
	if (receiver->sent != observed.sent && octets > cwnd + beyond)
		fail_msg("%u octets in the network, cwnd is %u, at %u", octets, cwnd,
				receiver->next);
	observed.full += octets + MSS > cwnd;
	observed.sent = receiver->sent;
	observed.timeouts = stats.retransmission_timeouts;
	observed.tail_probes = stats.tail_probes;
}

static void
in_established_at_rtt(struct fixture *t, bool sacks)
{
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 100%s,wscale 7>", sacks ? ",sackOK" : "");
	ignore_sent(t);
	advance(t, RTT_MS);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	ignore_sent(t);
}

static void
check(struct fixture *t, enum estab_congestion controller, bool sacks,
		bool (*drops)(uint32_t segment, uint8_t times))
{
	struct receiver *receiver = &observed.receiver;

	observed = (struct observed){ .receiver = { .t = t,
						      .mss = MSS,
						      .rtt_ms = RTT_MS,
						      .answers_max = ANSWERS_MAX,
						      .sacks = sacks,
						      .drops = drops,
						      .look = look } };
	t->config.tcp.congestion = controller;
	t->config.tcp.send_buffer_bytes = 1 << 20;
	in_established_at_rtt(t, sacks);
	app_write(t, SEGMENTS * MSS);
	for (uint32_t ms = 0; receiver->next < SEGMENTS && ms < PATIENCE_MS; ms += RTT_MS)
		receiver_run(receiver, RTT_MS);
	receiver_run(receiver, 4 * RTT_MS);
	assert_int_equal(receiver->next, SEGMENTS);
	assert_int_equal(status_now(t).snd_una, status_now(t).snd_nxt);
	assert_true(observed.full > 0);
	assert_int_equal(stats_now(t).segments_retransmitted > 0, drops != NULL);
	assert_int_equal(stats_now(t).fast_retransmits > 0, drops != NULL && drops != outage);
	assert_true(drops != outage || stats_now(t).retransmission_timeouts > 0);
}

#define CELLS(CELL)                                                                                \
	CELL(within_cwnd_newreno_sack_no_loss, ESTAB_CONGESTION_NEWRENO, true, NULL)               \
	CELL(within_cwnd_newreno_sack_loss, ESTAB_CONGESTION_NEWRENO, true, one_of_ninety)         \
	CELL(within_cwnd_newreno_sack_losses, ESTAB_CONGESTION_NEWRENO, true, again_and_again)     \
	CELL(within_cwnd_newreno_sack_outage, ESTAB_CONGESTION_NEWRENO, true, outage)              \
	CELL(within_cwnd_newreno_no_sack_no_loss, ESTAB_CONGESTION_NEWRENO, false, NULL)           \
	CELL(within_cwnd_newreno_no_sack_loss, ESTAB_CONGESTION_NEWRENO, false, one_of_ninety)     \
	CELL(within_cwnd_newreno_no_sack_losses, ESTAB_CONGESTION_NEWRENO, false, again_and_again) \
	CELL(within_cwnd_newreno_no_sack_outage, ESTAB_CONGESTION_NEWRENO, false, outage)          \
	CELL(within_cwnd_cubic_sack_no_loss, ESTAB_CONGESTION_CUBIC, true, NULL)                   \
	CELL(within_cwnd_cubic_sack_loss, ESTAB_CONGESTION_CUBIC, true, one_of_ninety)             \
	CELL(within_cwnd_cubic_sack_losses, ESTAB_CONGESTION_CUBIC, true, again_and_again)         \
	CELL(within_cwnd_cubic_sack_outage, ESTAB_CONGESTION_CUBIC, true, outage)                  \
	CELL(within_cwnd_cubic_no_sack_no_loss, ESTAB_CONGESTION_CUBIC, false, NULL)               \
	CELL(within_cwnd_cubic_no_sack_loss, ESTAB_CONGESTION_CUBIC, false, one_of_ninety)         \
	CELL(within_cwnd_cubic_no_sack_losses, ESTAB_CONGESTION_CUBIC, false, again_and_again)     \
	CELL(within_cwnd_cubic_no_sack_outage, ESTAB_CONGESTION_CUBIC, false, outage)              \
	CELL(within_cwnd_dctcp_sack_no_loss, ESTAB_CONGESTION_DCTCP, true, NULL)                   \
	CELL(within_cwnd_dctcp_sack_loss, ESTAB_CONGESTION_DCTCP, true, one_of_ninety)             \
	CELL(within_cwnd_dctcp_sack_losses, ESTAB_CONGESTION_DCTCP, true, again_and_again)         \
	CELL(within_cwnd_dctcp_sack_outage, ESTAB_CONGESTION_DCTCP, true, outage)                  \
	CELL(within_cwnd_dctcp_no_sack_no_loss, ESTAB_CONGESTION_DCTCP, false, NULL)               \
	CELL(within_cwnd_dctcp_no_sack_loss, ESTAB_CONGESTION_DCTCP, false, one_of_ninety)         \
	CELL(within_cwnd_dctcp_no_sack_losses, ESTAB_CONGESTION_DCTCP, false, again_and_again)     \
	CELL(within_cwnd_dctcp_no_sack_outage, ESTAB_CONGESTION_DCTCP, false, outage)              \
	CELL(within_cwnd_bbr_sack_no_loss, ESTAB_CONGESTION_BBR, true, NULL)                       \
	CELL(within_cwnd_bbr_sack_loss, ESTAB_CONGESTION_BBR, true, one_of_ninety)                 \
	CELL(within_cwnd_bbr_sack_losses, ESTAB_CONGESTION_BBR, true, again_and_again)             \
	CELL(within_cwnd_bbr_sack_outage, ESTAB_CONGESTION_BBR, true, outage)                      \
	CELL(within_cwnd_bbr_no_sack_no_loss, ESTAB_CONGESTION_BBR, false, NULL)                   \
	CELL(within_cwnd_bbr_no_sack_loss, ESTAB_CONGESTION_BBR, false, one_of_ninety)             \
	CELL(within_cwnd_bbr_no_sack_losses, ESTAB_CONGESTION_BBR, false, again_and_again)         \
	CELL(within_cwnd_bbr_no_sack_outage, ESTAB_CONGESTION_BBR, false, outage)

#define DEFINE(name, controller, sacks, drops)                                                     \
	static void name(void **state)                                                             \
	{                                                                                          \
		check(*state, controller, sacks, drops);                                           \
	}

CELLS(DEFINE)

#define ENTER(name, controller, sacks, drops) FIXTURE_TEST(name),

int
main(void)
{
	const struct CMUnitTest tests[] = { CELLS(ENTER) };

	return cmocka_run_group_tests_name("cwnd", tests, eal_start, eal_stop);
}
