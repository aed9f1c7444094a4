/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From marks to segments: what leaves in which order, where FIN and PSH go, and that a burst which
 * is full in the middle of anything loses nothing and repeats nothing. Segments are taken from
 * out[], before they are packets.
 */
#include "bench.h"
#include "text.h"

#include "eal.h"
#include "tcp/output.h"
#include "tcp/recovery/recovery.h"
#include "tcp/tcb_list.h"

enum { MSS = 1000, KEY = 5 };

static struct burst burst;

/* Let marks become segments while there is room for n; returns how many there are. */
static uint16_t
output(struct fixture *t, uint16_t n)
{
	const uint16_t before = (uint16_t)(BURST_OUT_MAX - n);

	burst.out_count = before;
	tcp_output(room(t), &burst);
	tcp_output_built(room(t));
	memmove(burst.out, burst.out + before, sizeof(burst.out[0]) * (burst.out_count - before));
	return (uint16_t)(burst.out_count - before);
}

/* Queue text in pieces of so many bytes each; Nagle's algorithm is not at issue here. */
static void
queue_text(struct fixture *t, uint32_t length, uint16_t piece)
{
	struct rte_mbuf *packet = text_packet(t->pool, KEY, 0, length, piece);

	estab_conn_set_no_delay(t->peer->conn, true);
	assert_int_equal(estab_conn_send_burst(t->peer->conn, &packet, 1), 1);
}

/* Text of this pattern is not what the fixture's peers expect. */
static void
forget(struct fixture *t)
{
	estab_conn_abort(t->peer->conn);
	t->peer->conn = NULL;
	output(t, BURST_OUT_MAX);
}

/* The segments carry the text from *at on, each as full as may be; moves *at past it. */
static void
assert_text(struct fixture *t, uint16_t n, uint32_t *at, uint32_t end)
{
	uint8_t bytes[MSS];

	for (uint16_t i = 0; i < n; i++) {
		const struct outgoing *out = &burst.out[i];
		const uint32_t length = RTE_MIN((uint32_t)MSS, end - *at);

		assert_ptr_equal(out->path, &tcb_of(t)->path);
		assert_int_equal(out->seq, tcb_of(t)->snd_una + *at);
		assert_int_equal(out->text_len, length);
		assert_int_equal(text_copy(out->text, out->text_offset, bytes, length), length);
		assert_int_equal(pattern_check(KEY, *at, bytes, length), length);
		*at += length;
		assert_int_equal((out->flags & TCP_FLAG_PSH) != 0, *at == end); /* MUST-61 */
		assert_true((out->flags & TCP_FLAG_ACK) != 0);
	}
}

static void
established_text_is_cut_into_full_segments_whatever_the_mbufs(void **state)
{
	static const uint16_t pieces[] = { 1, 7, 333, 500, 999, 1000, 1001, 2000 };
	struct fixture *t = *state;

	for (unsigned int i = 0; i < RTE_DIM(pieces); i++) {
		uint32_t at = 0;

		speak_as(t, i);
		in_established(t);
		queue_text(t, pieces[i] == 1 ? 200 : 5500, pieces[i]);
		if (pieces[i] == 1) {
			assert_int_equal(output(t, BURST_OUT_MAX), 1);
			assert_text(t, 1, &at, 200);
		} else {
			assert_int_equal(output(t, BURST_OUT_MAX), 6);
			assert_text(t, 6, &at, 5500);
		}
		assert_int_equal(output(t, BURST_OUT_MAX), 0);
		forget(t);
	}
}

static void
established_burst_full_in_the_middle_goes_on_where_it_was(void **state)
{
	struct fixture *t = *state;

	for (uint16_t first = 0; first <= 6; first++) {
		uint32_t at = 0;

		speak_as(t, first);
		in_established(t);
		queue_text(t, 5500, 300);
		tcb_mark(tcb_of(t), MARK_ACK);
		assert_int_equal(output(t, first), first);
		assert_text(t, first, &at, 5500);
		assert_int_equal(tcb_list_is_empty(&room(t)->output_list), first == 6);
		for (unsigned int i = 0; i < 3; i++)
			assert_text(t, output(t, 2), &at, 5500);
		assert_int_equal(at, 5500);
		assert_int_equal(output(t, 2), 0); /* and no ACK of its own behind them */
		tcb_check(tcb_of(t));
		forget(t);
	}
}

/* Who was cut short goes to the end of the queue: one bulk sender does not starve the others. */
static void
established_burst_full_with_one_connection_serves_the_other_next(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	speak_as(t, 1);
	in_established(t);
	speak_as(t, 0);
	queue_text(t, 9000, 1000);
	speak_as(t, 1);
	queue_text(t, 500, 500);
	assert_int_equal(output(t, 3), 3);
	assert_ptr_equal(burst.out[2].path, &((struct tcb *)t->peers[0].conn)->path);
	assert_int_equal(output(t, 3), 3);
	assert_ptr_equal(burst.out[0].path, &tcb_of(t)->path);
	assert_ptr_equal(burst.out[1].path, &((struct tcb *)t->peers[0].conn)->path);
	forget(t);
	speak_as(t, 0);
	forget(t);
}

/* RFC 5681 4.2: one ACK for each out-of-order segment, however small the burst. */
static void
established_burst_full_of_duplicate_acks_sends_the_rest_later(void **state)
{
	struct fixture *t = *state;
	struct tcb *tcb;

	in_established(t);
	tcb = tcb_of(t);
	assert_true(tcb_work(tcb));
	tcb->work->dupacks_owed = 5;
	tcb_mark(tcb, MARK_ACK);
	assert_int_equal(output(t, 2), 2);
	assert_int_equal(output(t, 2), 2);
	assert_int_equal(output(t, 2), 1);
	assert_int_equal(output(t, 2), 0);
	assert_int_equal(tcb->work->dupacks_owed, 0);
}

static void
established_ack_in_a_full_burst_is_owed_still(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	tcb_mark(tcb_of(t), MARK_ACK);
	assert_int_equal(output(t, 0), 0);
	assert_int_equal(output(t, 1), 1);
	assert_int_equal(burst.out[0].flags, TCP_FLAG_ACK);
	assert_int_equal(burst.out[0].text_len, 0);
	assert_int_equal(output(t, 1), 0);
}

/* The RST is the last thing that is owed: the TCB stays until it has left. */
static void
aborted_reset_in_a_full_burst_keeps_the_tcb(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	queue_text(t, 100, 100);
	estab_conn_abort(t->peer->conn);
	t->peer->conn = NULL;
	assert_int_equal(output(t, 0), 0);
	assert_int_equal(stats_now(t).connections_open, 1);
	assert_int_equal(output(t, 5), 1);
	assert_int_equal(burst.out[0].flags, TCP_FLAG_RST);
	assert_int_equal(stats_now(t).connections_open, 0);
}

static void
syn_sent_syn_in_a_full_burst_leaves_in_the_next(void **state)
{
	struct fixture *t = *state;
	struct estab_connect_config config = { .local.port = FIXTURE_PORT };
	struct tcb *tcb;

	start(t);
	config.remote.port = t->peer->port;
	config.remote.address = t->config.interface.addresses[t->family == 4 ? 0 : 1].address;
	config.remote.address.bytes[t->family == 4 ? 3 : 15] = 100;
	assert_int_equal(estab_connect(t->stack, &config, &t->peer->conn), 0);
	tcb = tcb_of(t);
	assert_int_equal(output(t, 0), 0);
	assert_int_equal(output(t, 1), 1);
	assert_int_equal(burst.out[0].flags, TCP_FLAG_SYN);
	assert_int_equal(burst.out[0].seq, tcb->work->iss);
	assert_int_equal(burst.out[0].ack, 0);
	assert_int_equal(tcb->snd_nxt, tcb->work->iss + 1);
	assert_int_equal(output(t, 1), 0);
	forget(t);
}

static void
established_lost_text_in_a_full_burst_is_sent_again_once(void **state)
{
	struct fixture *t = *state;
	uint32_t at = 0;

	in_established(t);
	queue_text(t, 4000, 700);
	assert_int_equal(output(t, 10), 4);
	recovery_send_again(tcb_of(t));
	assert_int_equal(output(t, 0), 0);
	assert_int_equal(output(t, 1), 1);
	assert_text(t, 1, &at, 4000);
	assert_int_equal(output(t, 10), 3);
	assert_text(t, 3, &at, 4000);
	assert_int_equal(output(t, 10), 0);
	assert_int_equal(stats_now(t).segments_retransmitted, 4);
	assert_int_equal(stats_now(t).text_bytes_sent, 4000);
	tcb_check(tcb_of(t));
	forget(t);
}

/* Wherever the holes are, and from left to right or back: the right bytes. */
static void
established_lost_text_is_found_in_the_queue_whatever_the_mbufs(void **state)
{
	static const uint16_t pieces[] = { 7, 333, 999, 1000, 1001, 2000 };
	struct fixture *t = *state;

	for (unsigned int i = 0; i < RTE_DIM(pieces); i++) {
		struct delivery delivery = { 0 };
		struct tcb *tcb;

		speak_as(t, i);
		in_established(t);
		tcb = tcb_of(t);
		queue_text(t, 6000, pieces[i]);
		assert_int_equal(output(t, 10), 6);
		for (unsigned int round = 0; round < 2; round++) {
			uint32_t at = 0;

			recovery_send_again(tcb);
			scoreboard_sack(&tcb->work->recovery->board, tcb->snd_una + 1000,
					tcb->snd_una + 4000, &delivery);
			assert_int_equal(output(t, 1), 1);
			assert_text(t, 1, &at, 6000);
			at = 4000;
			assert_int_equal(output(t, 10), 2);
			assert_text(t, 2, &at, 6000);
		}
		tcb_check(tcb);
		forget(t);
	}
}

/* The initial window, and then nothing more until something is acknowledged. */
static void
established_text_stops_at_the_congestion_window(void **state)
{
	struct fixture *t = *state;
	uint32_t at = 0;

	in_established(t);
	queue_text(t, 20000, 512);
	assert_int_equal(output(t, BURST_OUT_MAX), 10);
	assert_text(t, 10, &at, 20000);
	forget(t);
}

/* RFC 6675 4: what is sent again is within cwnd, to the octet. */
static void
established_lost_text_stops_at_the_congestion_window(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	queue_text(t, 2000, 700);
	assert_int_equal(output(t, 10), 2);
	recovery_send_again(tcb_of(t));
	tcb_of(t)->cwnd = 1999;
	assert_int_equal(output(t, 10), 1);
	tcb_of(t)->cwnd = 2000;
	tcb_mark(tcb_of(t), MARK_TEXT);
	assert_int_equal(output(t, 10), 1);
	forget(t);
}

/* A FIN has a number, and burdens no network: beside it, a window of one segment lets one go. */
static void
fin_in_flight_takes_no_room_from_lost_text(void **state)
{
	struct fixture *t = *state;
	struct tcb *tcb;

	in_established(t);
	tcb = tcb_of(t);
	queue_text(t, 1000, 700);
	assert_int_equal(output(t, 10), 1);
	assert_int_equal(estab_conn_shutdown(t->peer->conn), 0);
	assert_int_equal(output(t, 10), 1);
	scoreboard_lose_first(&recovery_get(tcb)->board, 1000);
	tcb->cwnd = 1000;
	assert_int_equal(recovery_pipe(tcb), 1);
	tcb_mark(tcb, MARK_TEXT);
	assert_int_equal(output(t, 10), 1);
	assert_int_equal(burst.out[0].text_len, 1000);
	forget(t);
}

static void
established_text_stops_at_the_peers_window(void **state)
{
	struct fixture *t = *state;
	uint32_t at = 0;

	in_established(t);
	tcb_of(t)->snd_wnd = 3000;
	queue_text(t, 20000, 512);
	assert_int_equal(output(t, BURST_OUT_MAX), 3);
	assert_text(t, 3, &at, 20000);
	forget(t);
}

/* FIN has a sequence number behind the last octet, and needs room for it in the window. */
static void
fin_rides_on_the_last_text_where_the_window_has_room_for_both(void **state)
{
	struct fixture *t = *state;

	for (unsigned int i = 0; i < 2; i++) {
		const bool fits = i == 1;

		speak_as(t, i);
		in_established(t);
		tcb_of(t)->snd_wnd = 1500 + fits;
		queue_text(t, 1500, 512);
		assert_int_equal(estab_conn_shutdown(t->peer->conn), 0);
		assert_int_equal(output(t, 10), 2);
		assert_int_equal(burst.out[0].flags & TCP_FLAG_FIN, 0);
		assert_int_equal((burst.out[1].flags & TCP_FLAG_FIN) != 0, fits);
		assert_int_equal(tcb_of(t)->snd_nxt - tcb_of(t)->snd_una, 1500 + fits);
		assert_int_equal(output(t, 10), 0);
		if (!fits) {
			tcb_of(t)->snd_wnd++;
			tcb_mark(tcb_of(t), MARK_TEXT);
			assert_int_equal(output(t, 10), 1);
			assert_int_equal(burst.out[0].flags, TCP_FLAG_FIN | TCP_FLAG_ACK);
			assert_int_equal(burst.out[0].seq, tcb_of(t)->snd_una + 1500);
			assert_int_equal(output(t, 10), 0);
		}
		tcb_check(tcb_of(t));
		forget(t);
	}
}

/* MUST-58: an ACK of its own only where nothing else has carried it. */
static void
established_text_carries_the_ack(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	queue_text(t, 100, 100);
	tcb_mark(tcb_of(t), MARK_ACK);
	assert_int_equal(output(t, 10), 1);
	assert_int_equal(burst.out[0].ack, tcb_of(t)->rcv_nxt);
	assert_int_equal(tcb_of(t)->work->last_ack_sent, tcb_of(t)->rcv_nxt);
	forget(t);
}

/* MUST-16 and RFC 2018: SACK blocks take their place from the text beside them. */
static void
established_sack_blocks_shorten_the_text_beside_them(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,sackOK");
	arrive(t, ". 101:201(100) ack 1");
	arrive(t, ". 301:401(100) ack 1");
	ignore_sent(t);
	queue_text(t, 3000, 1000);
	assert_int_equal(output(t, 10), 4); /* 1000 - 2 - 2 - 2 * 8 = 980 */
	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(burst.out[i].text_len, i < 3 ? 980 : 60);
		assert_int_equal(burst.out[i].options.seen, TCP_OPTION_SACK);
		assert_int_equal(burst.out[i].options.sack_count, 2);
	}
	forget(t);
}

static void
syn_options_are_what_was_agreed_and_always_the_mss(void **state)
{
	struct fixture *t = *state;
	const uint8_t all =
			TCP_OPTION_TIMESTAMPS | TCP_OPTION_WINDOW_SCALE | TCP_OPTION_SACK_PERMITTED;
	struct outgoing out = { 0 };

	output_syn_options(room(t), &out, 1460, 0);
	assert_int_equal(out.options.seen, TCP_OPTION_MSS); /* MUST-14, SHLD-5 */
	assert_int_equal(out.options.mss, 1460);
	output_syn_options(room(t), &out, 1440, all);
	assert_int_equal(out.options.seen, TCP_OPTION_MSS | all);
	assert_int_equal(out.options.mss, 1440);
	assert_int_equal(out.options.window_scale, 3); /* 256 KiB */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(established_text_is_cut_into_full_segments_whatever_the_mbufs),
		FIXTURE_TEST(established_burst_full_in_the_middle_goes_on_where_it_was),
		FIXTURE_TEST(established_burst_full_with_one_connection_serves_the_other_next),
		FIXTURE_TEST(established_burst_full_of_duplicate_acks_sends_the_rest_later),
		FIXTURE_TEST(established_ack_in_a_full_burst_is_owed_still),
		FIXTURE_TEST(aborted_reset_in_a_full_burst_keeps_the_tcb),
		FIXTURE_TEST(syn_sent_syn_in_a_full_burst_leaves_in_the_next),
		FIXTURE_TEST(established_lost_text_in_a_full_burst_is_sent_again_once),
		FIXTURE_TEST(established_lost_text_is_found_in_the_queue_whatever_the_mbufs),
		FIXTURE_TEST(established_text_stops_at_the_congestion_window),
		FIXTURE_TEST(established_lost_text_stops_at_the_congestion_window),
		FIXTURE_TEST(fin_in_flight_takes_no_room_from_lost_text),
		FIXTURE_TEST(established_text_stops_at_the_peers_window),
		FIXTURE_TEST(fin_rides_on_the_last_text_where_the_window_has_room_for_both),
		FIXTURE_TEST(established_text_carries_the_ack),
		FIXTURE_TEST(established_sack_blocks_shorten_the_text_beside_them),
		FIXTURE_TEST(syn_options_are_what_was_agreed_and_always_the_mss),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
