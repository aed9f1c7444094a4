/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * STATUS (3.10.6): every field says what the peer, too, would say of the connection.
 */
#include "bench.h"

#include "eal.h"

static void
established_status_tells_both_ends(void **state)
{
	struct fixture *t = *state;
	struct estab_conn_info info;

	in_established(t);
	info = status_now(t);
	assert_string_equal(info.state, "ESTABLISHED");
	assert_int_equal(info.local.port, FIXTURE_PORT);
	assert_int_equal(info.remote.port, FIXTURE_PEER_PORT);
	assert_int_equal(info.local.address.family, t->family);
	assert_int_equal(info.remote.address.family, t->family);
	assert_int_equal(info.local.address.bytes[t->family == 4 ? 3 : 15], 1);
	assert_int_equal(info.remote.address.bytes[t->family == 4 ? 3 : 15], 100);
}

static void
established_status_tells_the_numbers(void **state)
{
	struct fixture *t = *state;
	struct estab_conn_info info;

	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 5000");
	app_write(t, 3000);
	arrive(t, ". 1:301(300) ack 1001 win 4000");
	ignore_sent(t);
	info = status_now(t);
	assert_int_equal(info.snd_una, t->peer->stack_iss + 1001);
	assert_int_equal(info.snd_nxt, t->peer->stack_iss + 3001);
	assert_int_equal(info.snd_wnd, 4000);
	assert_int_equal(info.rcv_nxt, t->peer->iss + 301);
	assert_int_equal(info.send_queued, 2000);
	assert_int_equal(info.receive_queued, 300);
	assert_int_equal(info.mss, 1000);
	assert_string_equal(info.congestion, "cubic");
	assert_int_equal(info.cwnd, 10000); /* ten segments, of which three were used */
	assert_true(info.ssthresh >= UINT32_C(1) << 30);
	assert_int_equal(info.retransmissions, 0);
	app_read(t, 300);
	ignore_sent(t);
}

/* RFC 6298 2.2: "SRTT <- R, RTTVAR <- R/2, RTO <- SRTT + max (G, K*RTTVAR)". */
static void
established_status_tells_the_round_trip(void **state)
{
	struct fixture *t = *state;
	struct estab_conn_info info;

	in_syn_received(t);
	advance(t, 200);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	info = status_now(t);
	assert_int_equal(info.rtt_us, 200000);
	assert_int_equal(info.rttvar_us, 100000);
	assert_int_equal(info.rto_us, 600000);
}

static void
established_status_tells_what_was_negotiated(void **state)
{
	static const struct {
		const char *options;
		bool timestamps, sack, window_scale;
		uint8_t snd_wscale, rcv_wscale;
		uint16_t mss;
	} cases[] = {
		{ "mss 1000", false, false, false, 0, 0, 1000 },
		{ "mss 1000,sackOK", false, true, false, 0, 0, 1000 },
		{ "mss 1000,wscale 9", false, false, true, 9, 3, 1000 },
		{ "mss 1000,TS val 1000 ecr 0", true, false, false, 0, 0, 988 },
		{ "mss 1000,sackOK,TS val 1000 ecr 0,wscale 0", true, true, true, 0, 3, 988 },
	};
	struct fixture *t = *state;

	for (unsigned int i = 0; i < RTE_DIM(cases); i++) {
		struct estab_conn_info info;

		speak_as(t, i);
		in_established_with(t, cases[i].options);
		info = status_now(t);
		assert_int_equal(info.timestamps, cases[i].timestamps);
		assert_int_equal(info.sack, cases[i].sack);
		assert_int_equal(info.window_scale, cases[i].window_scale);
		assert_int_equal(info.snd_wscale, cases[i].snd_wscale);
		assert_int_equal(info.rcv_wscale, cases[i].rcv_wscale);
		assert_int_equal(info.mss, cases[i].mss);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(established_status_tells_both_ends),
		FIXTURE_TEST(established_status_tells_the_numbers),
		FIXTURE_TEST(established_status_tells_the_round_trip),
		FIXTURE_TEST(established_status_tells_what_was_negotiated),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
