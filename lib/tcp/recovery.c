/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NewReno recovery, RFC 6582: recover marks where the loss episode ends.
 */
#include "tcp/recovery.h"

#include "tcp/congestion.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

enum { DUPLICATES_MEAN_LOSS = 3 }; /* RFC 5681 3.2 */

bool
recovery_is_duplicate(const struct tcb *tcb, const struct segment *seg)
{
	return tcb_flight_size(tcb) > 0 && seg->len == 0 && seg->ack == tcb->snd_una &&
			((uint32_t)seg->wnd << tcb->snd_wscale) == tcb->snd_wnd && tcb->snd_wnd > 0;
}

/* RFC 6582 3.2 step 2: not again for losses of an episode that has ended already. */
static bool
begins_episode(const struct tcb *tcb)
{
	return seq_gt(tcb->snd_una, tcb->recover);
}

void
recovery_on_duplicate(struct tcb *tcb)
{
	if ((tcb->flags & TCB_RECOVERY) != 0) {
		congestion_on_duplicate(tcb);
		tcb_mark(tcb, MARK_TEXT);
		return;
	}
	if (tcb->dupacks < UINT8_MAX)
		tcb->dupacks++;
	if (tcb->dupacks != DUPLICATES_MEAN_LOSS || !begins_episode(tcb))
		return;
	congestion_on_loss(tcb);
	tcb->flags |= TCB_RECOVERY;
	tcb->recover = tcb->snd_nxt;
	tcb->tcp->stats->fast_retransmits++;
	tcb_mark(tcb, MARK_RETRANSMIT);
}

void
recovery_on_ack(struct tcb *tcb, uint32_t acked)
{
	tcb->dupacks = 0;
	if ((tcb->flags & TCB_RECOVERY) == 0) {
		congestion_on_ack(tcb, acked);
		if (seq_gt(tcb->snd_una, tcb->recover))
			tcb->recover = tcb->snd_una - 1; /* stays near: numbers wrap */
	} else if (seq_geq(tcb->snd_una, tcb->recover)) {
		tcb->flags &= ~(uint32_t)TCB_RECOVERY;
		congestion_on_recovered(tcb);
	} else {
		congestion_on_partial_ack(tcb, acked);
		tcb_mark(tcb, MARK_RETRANSMIT);
	}
}

void
recovery_on_timeout(struct tcb *tcb)
{
	if (tcb->retransmissions == 0)
		congestion_on_timeout(tcb);
	tcb->flags &= ~(uint32_t)(TCB_RECOVERY | TCB_RTT_TIMING);
	tcb->recover = tcb->snd_nxt;
	tcb->dupacks = 0;
	tcb->snd_cursor = tcb->snd_una;
	tcb->send_at = NULL;
	tcb_mark(tcb, MARK_TEXT);
}
