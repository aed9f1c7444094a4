/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Windows: the promise to the peer and its rounding by the scale, the peer's promise, and both
 * halves of silly-window avoidance.
 */
#include "bare.h"

#include "pattern.h"
#include "tcp/user/custom.h"
#include "tcp/window.h"

enum { MSS = BARE_MSS, BUFFER = 10000 };

static struct bare bare;

/* Nothing is queued, and the promise is as large as the buffer. */
static struct tcb *
with_buffer(uint32_t bytes, uint8_t wscale)
{
	struct tcb *tcb = bare_init(&bare);

	bare.tcp.config.receive_buffer_bytes = bytes;
	tcb->rcv_wnd = tcb->rcv_buffer = bytes;
	tcb->rcv_wscale = wscale;
	return tcb;
}

/* Text arrives, and waits to be read. */
static void
arrives(struct tcb *tcb, uint32_t bytes)
{
	tcb->rcv_nxt += bytes;
	tcb->rcv_wnd -= bytes;
	tcb->work->receive.bytes += bytes;
}

static uint8_t
scale_for(uint32_t bytes)
{
	const struct estab_tcp_config config = { .receive_buffer_bytes = bytes };

	return window_scale_choose(&config);
}

static void
scale_is_no_less_than_configured(void **state)
{
	struct estab_tcp_config config = { .receive_buffer_bytes = 65535, .window_scale_min = 8 };

	(void)state;
	assert_int_equal(window_scale_choose(&config), 8);
	config.receive_buffer_bytes = 1U << 30;
	assert_int_equal(window_scale_choose(&config), 14);
}

/* RFC 7323 2.3: the window is a 16-bit number shifted by 0 to 14. */
static void
scale_is_the_smallest_that_can_announce_the_buffer(void **state)
{
	static const struct {
		uint32_t bytes;
		uint8_t shift;
	} cases[] = { { 1, 0 }, { 65535, 0 }, { 65536, 1 }, { 131071, 1 }, { 131072, 2 },
		{ 262143, 2 }, { 262144, 3 }, { 1 << 20, 5 }, { (1U << 30) - 1, 14 },
		{ 1U << 30, 14 }, { UINT32_MAX, 14 } };

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(scale_for(cases[i].bytes), cases[i].shift);
}

/* RFC 7323 2.2: "The window field in a segment where the SYN bit is set ... MUST NOT be scaled." */
static void
initial_window_is_the_buffer_as_far_as_16_bits_go(void **state)
{
	(void)state;
	bare_init(&bare);
	bare.tcp.config.receive_buffer_bytes = 2048;
	assert_int_equal(window_initial(&bare.tcp), 2048);
	bare.tcp.config.receive_buffer_bytes = 65535;
	assert_int_equal(window_initial(&bare.tcp), 65535);
	bare.tcp.config.receive_buffer_bytes = 65536;
	assert_int_equal(window_initial(&bare.tcp), 65535);
}

static void
unread_text_takes_its_place_from_the_window(void **state)
{
	struct tcb *tcb = with_buffer(BUFFER, 0);

	(void)state;
	assert_int_equal(window_announce(tcb), BUFFER);
	arrives(tcb, 3000);
	assert_int_equal(window_announce(tcb), 7000);
	arrives(tcb, 7000);
	assert_int_equal(window_announce(tcb), 0);
	assert_int_equal(tcb->rcv_wnd, 0);
}

/* 3.8.6.2.2: "until ... the increment would be at least min(Fr * RCV.BUFF, Eff.snd.MSS)". */
static void
right_edge_moves_by_a_segment_or_not_at_all(void **state)
{
	struct tcb *tcb = with_buffer(BUFFER, 0);

	(void)state;
	arrives(tcb, BUFFER);
	tcb->work->receive.bytes = BUFFER - (MSS - 1); /* the user reads 999 */
	assert_int_equal(window_announce(tcb), 0);
	tcb->work->receive.bytes = BUFFER - MSS;
	assert_int_equal(window_announce(tcb), MSS);
	assert_int_equal(tcb->rcv_wnd, MSS);
}

static void
right_edge_of_a_small_buffer_moves_by_half_of_it(void **state)
{
	struct tcb *tcb = with_buffer(2048, 0);

	(void)state;
	tcb->rcv_mss = 1460;
	arrives(tcb, 2048);
	tcb->work->receive.bytes = 1025; /* 1023 free */
	assert_int_equal(window_announce(tcb), 0);
	tcb->work->receive.bytes = 1024;
	assert_int_equal(window_announce(tcb), 1024);
}

static void
window_beyond_16_bits_is_cut_where_there_is_no_scale(void **state)
{
	struct tcb *tcb = with_buffer(200000, 0);

	(void)state;
	tcb->rcv_wnd = 65535;
	assert_int_equal(window_announce(tcb), 65535);
	assert_int_equal(tcb->rcv_wnd, 65535);
}

/* What the shift cuts off is rounded up while the buffer has it, so that the edge stays. */
static void
rounding_keeps_the_edge_where_the_buffer_has_room(void **state)
{
	struct tcb *tcb = with_buffer(1 << 17, 2);

	(void)state;
	tcb->rcv_wnd = 65535; /* the SYN-ACK's, not a multiple of 4 */
	tcb->work->receive.bytes = (1 << 17) - 65540;
	assert_int_equal(window_announce(tcb), 65536 / 4);
	assert_int_equal(tcb->rcv_wnd, 65536);
}

static void
rounding_promises_nothing_that_the_buffer_lacks(void **state)
{
	struct tcb *tcb = with_buffer(1 << 17, 2);

	(void)state;
	arrives(tcb, 1); /* 131071 are free: 32767.75 units */
	assert_int_equal(window_announce(tcb), 32767);
	assert_int_equal(tcb->rcv_wnd, 131071); /* what was promised is still taken */
}

/* Whatever arrives and is read: the buffer is never promised twice, what was promised stays
 * promised, and what the peer is told is the promise but for rounding. */
static void
promise_fits_the_buffer_and_never_shrinks_whatever_happens(void **state)
{
	struct random random = { 1 };

	(void)state;
	for (unsigned int round = 0; round < 200; round++) {
		const uint32_t bytes = (uint32_t)(2048 + random_below(&random, 1 << 20));
		const uint8_t wscale = scale_for(bytes);
		struct tcb *tcb = with_buffer(bytes, wscale);

		tcb->rcv_wnd = window_initial(&bare.tcp);
		for (unsigned int i = 0; i < 200; i++) {
			const uint32_t edge = tcb->rcv_nxt + tcb->rcv_wnd;
			uint32_t announced;

			arrives(tcb, (uint32_t)random_below(&random, tcb->rcv_wnd + 1));
			tcb->work->receive.bytes -= (uint32_t)random_below(&random,
					tcb->work->receive.bytes + 1);
			announced = (uint32_t)window_announce(tcb) << wscale;
			assert_true((int32_t)(tcb->rcv_nxt + tcb->rcv_wnd - edge) >= 0);
			assert_true(tcb->work->receive.bytes + tcb->rcv_wnd <= bytes);
			assert_true(announced <= tcb->rcv_wnd);
			assert_true(tcb->rcv_wnd - announced < UINT32_C(1) << wscale);
		}
	}
}

/* The user has read: an update leaves when it is worth one, and is not owed otherwise. */
static void
reading_owes_an_update_when_two_segments_are_free(void **state)
{
	struct tcb *tcb = with_buffer(BUFFER, 0);

	(void)state;
	arrives(tcb, 5000);
	tcb->work->receive.bytes = 5000 - 1999;
	window_reopen(tcb);
	assert_int_equal(tcb->marks, 0);
	tcb->work->receive.bytes = 5000 - 2000;
	window_reopen(tcb);
	assert_int_equal(tcb->marks, MARK_ACK);
}

static void
reading_reopens_a_closed_window_by_one_segment(void **state)
{
	struct tcb *tcb = with_buffer(BUFFER, 0);

	(void)state;
	arrives(tcb, BUFFER);
	tcb->work->receive.bytes = BUFFER - 999;
	window_reopen(tcb);
	assert_int_equal(tcb->marks, 0);
	tcb->work->receive.bytes = BUFFER - 1000;
	window_reopen(tcb);
	assert_int_equal(tcb->marks, MARK_ACK);
}

/* After the peer's FIN nothing more can come: no update. */
static void
reading_after_the_peers_fin_owes_nothing(void **state)
{
	static const uint8_t states[] = { TCP_STATE_CLOSE_WAIT, TCP_STATE_CLOSING,
		TCP_STATE_LAST_ACK, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSED };

	(void)state;
	for (unsigned int i = 0; i < sizeof(states); i++) {
		struct tcb *tcb = with_buffer(BUFFER, 0);

		arrives(tcb, BUFFER);
		tcb->work->receive.bytes = 0;
		tcb->state = states[i];
		window_reopen(tcb);
		assert_int_equal(tcb->marks, 0);
	}
}

static struct segment
segment_of(uint32_t seq, uint32_t ack, uint16_t wnd)
{
	return (struct segment){ .seq = seq, .ack = ack, .wnd = wnd, .flags = TCP_FLAG_ACK };
}

/* 3.10.7.4: "If (SND.WL1 < SEG.SEQ or (SND.WL1 = SEG.SEQ and SND.WL2 =< SEG.ACK))" */
static void
window_is_taken_from_newer_segments_only(void **state)
{
	static const struct {
		int32_t seq, ack;
		bool taken;
	} cases[] = { { 0, 0, true }, { 0, 1, true }, { 0, -1, false }, { 1, 0, true },
		{ 1, -5, true }, { -1, 0, false }, { -1, 100, false } };

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tcb *tcb = bare_init(&bare);
		const uint32_t wl1 = 0xffffffff, wl2 = 0xffffffff; /* their successors are 0 */
		const struct segment seg = segment_of(wl1 + (uint32_t)cases[i].seq,
				wl2 + (uint32_t)cases[i].ack, 1234);

		tcb->work->snd_wl1 = wl1;
		tcb->work->snd_wl2 = wl2;
		window_update(tcb, &seg);
		assert_int_equal(tcb->snd_wnd, cases[i].taken ? 1234 : 64000);
		assert_int_equal(tcb->work->snd_wl1, cases[i].taken ? seg.seq : wl1);
		assert_int_equal(tcb->work->snd_wl2, cases[i].taken ? seg.ack : wl2);
	}
}

static void
window_of_the_peer_is_scaled_but_not_in_a_syn(void **state)
{
	struct tcb *tcb = bare_init(&bare);
	struct segment seg = segment_of(tcb->work->snd_wl1 + 1, tcb->work->snd_wl2, 65535);

	(void)state;
	tcb->snd_wscale = 14;
	seg.flags |= TCP_FLAG_SYN;
	window_update(tcb, &seg);
	assert_int_equal(tcb->snd_wnd, 65535);
	seg.flags = TCP_FLAG_ACK;
	window_update(tcb, &seg);
	assert_int_equal(tcb->snd_wnd, UINT32_C(65535) << 14);
	assert_int_equal(tcb->snd_wnd_max, UINT32_C(65535) << 14);
	seg.wnd = 1;
	window_update(tcb, &seg);
	assert_int_equal(tcb->snd_wnd, 1 << 14);
	assert_int_equal(tcb->snd_wnd_max, UINT32_C(65535) << 14); /* the largest ever */
}

static void
window_that_opens_ends_probing_and_looks_for_text(void **state)
{
	struct tcb *tcb = bare_init(&bare);
	struct segment seg = segment_of(tcb->work->snd_wl1, tcb->work->snd_wl2, 0);

	(void)state;
	tcb->flags |= TCB_PROBING;
	window_update(tcb, &seg);
	assert_int_equal(tcb->snd_wnd, 0);
	assert_true(tcb->flags & TCB_PROBING);
	assert_int_equal(tcb->marks, 0);
	seg.wnd = 1;
	window_update(tcb, &seg);
	assert_int_equal(tcb->flags & TCB_PROBING, 0);
	assert_int_equal(tcb->marks, MARK_TEXT);
}

/* 3.8.6.2.1, cases (1) to (3) of the algorithm, with Nagle (3.7.4) in (2). */
static void
sender_waits_rather_than_send_a_silly_segment(void **state)
{
	static const struct {
		bool idle;
		uint32_t flags, unsent, usable;
		bool goes;
	} cases[] = {
		{ true, 0, MSS, MSS, true }, /* (1) a full segment */
		{ false, 0, 5 * MSS, 5 * MSS, true },
		{ false, 0, MSS - 1, 5 * MSS, false }, /* Nagle: something is in flight */
		{ false, TCB_NO_DELAY, 1, 5 * MSS, true },
		{ false, TCB_FIN_QUEUED, 1, 5 * MSS, true },
		{ true, 0, 1, 5 * MSS, true }, /* (2) all of it, nothing in flight */
		{ true, 0, 1, 1, true },
		{ false, TCB_NO_DELAY, 900, 899, false },
		{ true, 0, 900, 500, true }, /* (3) half of the largest window, 1000 */
		{ true, 0, 900, 499, false },
		{ false, TCB_NO_DELAY, 900, 500, false },
		{ true, 0, 900, 0, false }, /* closed */
		{ true, TCB_NO_DELAY, 900, 0, false },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tcb *tcb = bare_init(&bare);

		tcb->snd_wnd_max = 1000;
		tcb->flags |= cases[i].flags;
		bare_fly(tcb, cases[i].idle ? 0 : MSS);
		if (window_allows_text(tcb, cases[i].unsent, cases[i].usable) != cases[i].goes)
			fail_msg("case %u", i);
	}
}

/* 3.9.1.2, MAY-15: what is less than a segment waits, also with nothing in flight; a cork ends Nagle. */
static void
corked_text_waits_for_a_segment_a_fin_or_the_end_of_its_time(void **state)
{
	static const struct {
		uint32_t flags;
		uint32_t unsent, usable;
		bool goes;
	} cases[] = {
		{ TCB_CORKED, MSS - 1, 9000, false },
		{ TCB_MORE, MSS - 1, 9000, false },
		{ TCB_CORKED | TCB_NO_DELAY, MSS - 1, 9000, false },
		{ TCB_CORKED, MSS, 9000, true },
		{ TCB_CORKED, MSS, MSS - 1, true }, /* by the peer's window: half of it (3) */
		{ TCB_CORKED | TCB_FIN_QUEUED, MSS - 1, 9000, true },
		{ TCB_CORKED | TCB_CORK_OVER, MSS - 1, 9000, true },
		{ 0, MSS - 1, 9000, true },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tcb *tcb = bare_init(&bare);
		struct custom custom = { .urgent_to_send = true };

		tcb->snd_wnd_max = 1000;
		tcb->flags |= cases[i].flags;
		if (window_allows_text(tcb, cases[i].unsent, cases[i].usable) != cases[i].goes)
			fail_msg("case %u", i);
		tcb->work->custom = &custom; /* urgent text waits for no cork */
		if (!window_allows_text(tcb, cases[i].unsent, cases[i].usable))
			fail_msg("case %u, urgent", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scale_is_the_smallest_that_can_announce_the_buffer),
		cmocka_unit_test(scale_is_no_less_than_configured),
		cmocka_unit_test(initial_window_is_the_buffer_as_far_as_16_bits_go),
		cmocka_unit_test(unread_text_takes_its_place_from_the_window),
		cmocka_unit_test(right_edge_moves_by_a_segment_or_not_at_all),
		cmocka_unit_test(right_edge_of_a_small_buffer_moves_by_half_of_it),
		cmocka_unit_test(window_beyond_16_bits_is_cut_where_there_is_no_scale),
		cmocka_unit_test(rounding_keeps_the_edge_where_the_buffer_has_room),
		cmocka_unit_test(rounding_promises_nothing_that_the_buffer_lacks),
		cmocka_unit_test(promise_fits_the_buffer_and_never_shrinks_whatever_happens),
		cmocka_unit_test(reading_owes_an_update_when_two_segments_are_free),
		cmocka_unit_test(reading_reopens_a_closed_window_by_one_segment),
		cmocka_unit_test(reading_after_the_peers_fin_owes_nothing),
		cmocka_unit_test(window_is_taken_from_newer_segments_only),
		cmocka_unit_test(window_of_the_peer_is_scaled_but_not_in_a_syn),
		cmocka_unit_test(window_that_opens_ends_probing_and_looks_for_text),
		cmocka_unit_test(sender_waits_rather_than_send_a_silly_segment),
		cmocka_unit_test(corked_text_waits_for_a_segment_a_fin_or_the_end_of_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
