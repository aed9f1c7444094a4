/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One mark in the TCB, or a block of them; never both.
 */
#include "tcp/recovery/flight.h"

#include "tcp/recovery/scoreboard.h"
#include "tcp/recovery/send_marks.h"
#include "tcp/seq.h"

/* True where the mark in the TCB is of something that is in flight, not of 2^31 octets ago. */
static bool
has_mark(const struct tcb *tcb)
{
	return tcb->work->sent.end - tcb->snd_una - 1 < tcb_flight_size(tcb);
}

/* A second run: take a block, with the mark of the first in it. */
static bool
take_block(struct tcb *tcb)
{
	tcb->work->sent_more = pool_get(&tcb->tcp->send_marks);
	if (tcb->work->sent_more == NULL)
		return false;
	tcb->work->sent_more->count = 1;
	tcb->work->sent_more->marks[0] = tcb->work->sent;
	return true;
}

void
flight_sent(struct tcb *tcb, uint32_t end, uint32_t now_us)
{
	if (tcb->work->sent_more == NULL && !has_mark(tcb)) {
		tcb->work->sent = (struct send_mark){ end, now_us, now_us };
		return;
	}
	if (tcb->work->sent_more == NULL &&
			(tcb->work->sent.last_us == now_us || !take_block(tcb))) {
		tcb->work->sent.end = end;
		tcb->work->sent.last_us = now_us;
		return;
	}
	send_marks_push(tcb->work->sent_more, end, now_us, rto_srtt_us(&tcb->rtt) / 8);
}

const struct send_mark *
flight_mark_of(const struct tcb *tcb, uint32_t ack)
{
	const struct send_marks *more = tcb->work->sent_more;
	const struct send_mark *marks = more != NULL ? more->marks : &tcb->work->sent;
	const unsigned int count = more != NULL ? more->count : has_mark(tcb);

	for (unsigned int i = 0; i < count; i++) {
		if (seq_leq(ack, marks[i].end))
			return &marks[i];
	}
	return NULL;
}

void
flight_trim(struct tcb *tcb)
{
	struct send_marks *more = tcb->work->sent_more;

	send_marks_acknowledge(more, tcb->snd_una);
	if (more->count > 1)
		return;
	tcb->work->sent = more->count == 1 ? more->marks[0]
					   : (struct send_mark){ .end = tcb->snd_una };
	flight_forget(tcb);
}

void
flight_forget(struct tcb *tcb)
{
	if (tcb->work->sent_more == NULL)
		return;
	pool_put(&tcb->tcp->send_marks, tcb->work->sent_more);
	tcb->work->sent_more = NULL;
}

void
flight_fill_board(const struct tcb *tcb, struct scoreboard *board)
{
	const struct send_marks *more = tcb->work->sent_more;
	const struct send_mark *marks = more != NULL ? more->marks : &tcb->work->sent;
	const unsigned int count = more != NULL ? more->count : has_mark(tcb);
	const uint32_t now_us = tcp_now_us(tcb->tcp);
	uint32_t end = tcb->snd_una;

	scoreboard_init(board, tcb->snd_una);
	for (unsigned int i = 0; i < count; i++) {
		scoreboard_append(board, marks[i].end, marks[i].first_us, marks[i].last_us);
		end = marks[i].end;
	}
	if (end != tcb->snd_nxt)
		scoreboard_append(board, tcb->snd_nxt, now_us, now_us);
}
