/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What both SYNs agree on, and the TCB that comes of it.
 */
#include "bench.h"

#include "eal.h"
#include "tcp/open/handshake.h"

enum {
	ALL = TCP_OPTION_TIMESTAMPS | TCP_OPTION_WINDOW_SCALE | TCP_OPTION_SACK_PERMITTED,
	ISS = 1000,
	IRS = 5000,
};

static struct path
path_of(const struct fixture *t)
{
	return (struct path){ .family = t->family, .local_port = 1, .remote_port = 2 };
}

static struct tcb *
create(struct fixture *t, const struct handshake *handshake)
{
	const struct path path = path_of(t);
	static struct listener listener;
	struct handshake whole = *handshake;

	whole.listener = &listener;
	return handshake_create_tcb(room(t), &path, flow_hash(room(t)->flows, &path), &whole);
}

static void
release(struct tcb *tcb)
{
	tcb_leave_flow_table(tcb);
	tcb_release(tcb);
}

static void
offer_is_everything_that_is_not_turned_off(void **state)
{
	struct fixture *t = *state;
	struct estab_tcp_config *config = &room(t)->config;

	assert_int_equal(handshake_offer(room(t)), ALL);
	config->no_timestamps = true;
	assert_int_equal(handshake_offer(room(t)), ALL & ~TCP_OPTION_TIMESTAMPS);
	config->no_window_scale = true;
	assert_int_equal(handshake_offer(room(t)), TCP_OPTION_SACK_PERMITTED);
	config->no_sack = true;
	assert_int_equal(handshake_offer(room(t)), 0);
}

/* RFC 7323 2.2, 3.2; RFC 2018 2: each only where both SYNs have it. */
static void
agreed_is_what_both_want(void **state)
{
	struct fixture *t = *state;

	room(t)->config.no_sack = true;
	for (unsigned int seen = 0; seen < 32; seen++) {
		const struct tcp_options offered = { .seen = (uint8_t)seen };

		assert_int_equal(handshake_agree(room(t), &offered),
				seen & (TCP_OPTION_TIMESTAMPS | TCP_OPTION_WINDOW_SCALE));
	}
}

static void
peers_mss_is_its_option_or_none(void **state)
{
	struct segment seg = { .options = { .seen = TCP_OPTION_MSS, .mss = 1234 } };

	(void)state;
	assert_int_equal(handshake_peer_mss(&seg), 1234);
	seg.options.seen = TCP_OPTION_TIMESTAMPS;
	assert_int_equal(handshake_peer_mss(&seg), 0);
}

/* 3.10.7.2: RCV.NXT is SEG.SEQ + 1, SND.NXT is ISS + 1, SND.UNA is ISS. */
static void
tcb_begins_in_syn_received_with_the_numbers_of_both_syns(void **state)
{
	struct fixture *t = *state;
	const struct handshake handshake = { .iss = ISS, .irs = IRS, .snd_wnd = 777, .mss = 1000 };
	struct tcb *tcb = create(t, &handshake);

	assert_int_equal(tcb->state, TCP_STATE_SYN_RECEIVED);
	assert_int_equal(tcb->flags & (TCB_PASSIVE | TCB_IN_FLOW_TABLE | TCB_HELD),
			TCB_PASSIVE | TCB_IN_FLOW_TABLE);
	assert_int_equal(tcb->snd_una, ISS);
	assert_int_equal(tcb->snd_nxt, ISS + 1);
	assert_int_equal(tcb->rcv_nxt, IRS + 1);
	assert_int_equal(tcb->rcv_wnd, 65535);
	assert_int_equal(tcb->snd_wnd, 777);
	assert_int_equal(tcb->work->snd_wl1, IRS);
	assert_int_equal(tcb->flags & TCB_RTT_TIMING, 0); /* when it was sent is not known */
	assert_int_equal(tcb->rtt.rto_us, 1000000);
	release(tcb);
}

/* RFC 6298 5.7: "If the timer expires awaiting the ACK of a SYN segment and the TCP implementation
 * is using an RTO less than 3 seconds, the RTO MUST be re-initialized to 3 seconds when data
 * transmission begins". */
static void
tcb_of_a_syn_ack_sent_again_begins_with_three_seconds(void **state)
{
	struct fixture *t = *state;
	const struct handshake handshake = { .iss = ISS, .irs = IRS, .sent_again = true };
	struct tcb *tcb = create(t, &handshake);

	assert_int_equal(tcb->rtt.rto_us, 3000000);
	release(tcb);
}

static void
options_in_force_are_those_agreed_and_no_others(void **state)
{
	struct fixture *t = *state;
	struct handshake handshake = { .mss = 1000, .snd_wscale = 7, .options = ALL };
	const uint16_t announced = t->family == 4 ? 1460 : 1440;
	struct tcb *tcb = create(t, &handshake);

	assert_int_equal(tcb->flags & (TCB_TIMESTAMPS | TCB_SACK | TCB_WINDOW_SCALE),
			TCB_TIMESTAMPS | TCB_SACK | TCB_WINDOW_SCALE);
	assert_int_equal(tcb->snd_wscale, 7);
	assert_int_equal(tcb->rcv_wscale, 3);
	assert_int_equal(tcb->snd_mss, 988);
	assert_int_equal(tcb->rcv_mss, announced - 12);
	handshake_apply(tcb, 0, 7, 0);
	assert_int_equal(tcb->flags & (TCB_TIMESTAMPS | TCB_SACK | TCB_WINDOW_SCALE), 0);
	assert_int_equal(tcb->snd_wscale, 0);
	assert_int_equal(tcb->rcv_wscale, 0);
	assert_int_equal(tcb->snd_mss, t->family == 4 ? 536 : 1220); /* MUST-15 */
	assert_int_equal(tcb->rcv_mss, announced);
	release(tcb);
}

static void
no_room_for_another_connection_gives_none(void **state)
{
	const struct handshake handshake = { .iss = ISS, .irs = IRS };
	struct fixture *t = *state;

	t->config.limits.connections = 1;
	in_established(t);
	assert_null(create(t, &handshake));
}

static void
active_open_that_completes_is_told(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S. 0:0(0) ack 1 win 65535 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	assert_int_equal(app_events(t), ESTAB_EVENT_CONNECTED | ESTAB_EVENT_WRITABLE);
	assert_int_equal(stats_now(t).connections_active, 1);
	assert_int_equal(stats_now(t).connections_passive, 0);
	assert_int_equal(status_now(t).cwnd, 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(offer_is_everything_that_is_not_turned_off),
		FIXTURE_TEST(agreed_is_what_both_want),
		cmocka_unit_test(peers_mss_is_its_option_or_none),
		FIXTURE_TEST(tcb_begins_in_syn_received_with_the_numbers_of_both_syns),
		FIXTURE_TEST(tcb_of_a_syn_ack_sent_again_begins_with_three_seconds),
		FIXTURE_TEST(options_in_force_are_those_agreed_and_no_others),
		FIXTURE_TEST(no_room_for_another_connection_gives_none),
		FIXTURE_TEST(active_open_that_completes_is_told),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
