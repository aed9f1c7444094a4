/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Silence is measured from the last acceptable segment (MUST-26). A probe is an ACK one octet to the
 * left of SND.NXT, without text (SHLD-12): the peer finds it unacceptable and answers. It takes
 * several unanswered ones to give a connection up (MUST-29).
 */
#include "tcp/keepalive.h"

#include <errno.h>

#include "tcp/output.h"
#include "tcp/user/custom.h"
#include "tcp/tcb.h"

void
keepalive_arm(struct tcb *tcb)
{
	const struct custom *custom = tcb->work->custom;

	if (custom == NULL || custom->keepalive_idle_ns == 0 || !tcb_is_synchronized(tcb) ||
			!tcb_is_alive(tcb) || tcb->state == TCP_STATE_TIME_WAIT)
		return;
	tcb_arm(tcb, TIMER_KEEPALIVE, custom->keepalive_idle_ns);
}

void
keepalive_heard(struct tcb *tcb)
{
	struct custom *custom = tcb->work->custom;

	custom->heard_ns = tcb->tcp->now_ns;
	if (custom->keepalive_sent > 0) {
		custom->keepalive_sent = 0;
		keepalive_arm(tcb);
	}
}

static void
give_up(struct tcb *tcb)
{
	tcb->tcp->stats->connections_timed_out++;
	tcb_mark(tcb, MARK_RST); /* it may live after all, and must not be left half-open */
	tcb_close(tcb, -ETIMEDOUT);
}

void
keepalive_timeout(struct tcb *tcb)
{
	struct custom *custom = tcb->work->custom;
	const uint64_t silent_ns = tcb->tcp->now_ns - custom->heard_ns;

	if (custom->keepalive_sent == 0 && silent_ns < custom->keepalive_idle_ns) {
		tcb_arm(tcb, TIMER_KEEPALIVE, custom->keepalive_idle_ns - silent_ns);
	} else if (tcb_flight_size(tcb) > 0) {
		keepalive_arm(tcb); /* retransmission finds out by itself */
	} else if (custom->keepalive_sent >= custom->keepalive_probes) {
		give_up(tcb);
	} else {
		custom->keepalive_sent++;
		tcb_mark(tcb, MARK_KEEPALIVE);
		tcb_arm(tcb, TIMER_KEEPALIVE, custom->keepalive_interval_ns);
	}
}

bool
keepalive_output(struct tcb *tcb, struct burst *burst)
{
	if (output_begin_segment(tcb, burst, tcb->snd_nxt - 1, 0) == NULL)
		return false;
	tcb->tcp->stats->keepalive_probes++;
	return true;
}
