/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every congestion controller has in common (RFC 5681, RFC 6582): initial and loss window,
 * slow start, the window during recovery, and the way back from a loss that was none.
 */
#include "tcp/congestion.h"

#include <rte_common.h>

#include "tcp/seq.h"
#include "tcp/tcb.h"

static const struct congestion_control *const controls[] = {
	[ESTAB_CONGESTION_NEWRENO] = &congestion_newreno,
};

static const struct congestion_control *
control_of(const struct tcb *tcb)
{
	return controls[tcb->congestion.control];
}

const char *
congestion_name(const struct tcb *tcb)
{
	return control_of(tcb)->name;
}

uint32_t
congestion_half_of_flight(const struct tcb *tcb)
{
	return RTE_MAX(tcb_flight_size(tcb) / 2, 2U * tcb->snd_mss);
}

void
congestion_init(struct tcb *tcb)
{
	const bool lost = (tcb->flags & TCB_SYN_LOST) != 0; /* RFC 5681 3.1: then one segment */

	tcb->congestion = (struct congestion){ .control = (uint8_t)tcb->tcp->config.congestion };
	tcb->cwnd = (lost ? 1U : tcb->tcp->config.initial_window) * tcb->snd_mss;
	tcb->ssthresh = CWND_MAX;
	if (control_of(tcb)->init != NULL)
		control_of(tcb)->init(tcb);
}

/* RFC 3465 2.3: L is 2, but 1 while what was lost at a timeout is being repaired. */
static uint32_t
slow_start_limit(const struct tcb *tcb)
{
	return seq_lt(tcb->snd_una, tcb->recover) ? 1 : 2;
}

void
congestion_grow(struct tcb *tcb, uint32_t bytes)
{
	tcb->cwnd = (uint32_t)RTE_MIN((uint64_t)tcb->cwnd + bytes, (uint64_t)CWND_MAX);
}

void
congestion_slow_start(struct tcb *tcb, uint32_t acked)
{
	congestion_grow(tcb, RTE_MIN(acked, slow_start_limit(tcb) * tcb->snd_mss));
}

void
congestion_on_ack(struct tcb *tcb, uint32_t acked)
{
	control_of(tcb)->on_ack(tcb, acked);
}

/* Remember what undoing restores. */
static void
keep_prior(struct tcb *tcb)
{
	tcb->congestion.prior_cwnd = tcb->cwnd;
	tcb->congestion.prior_ssthresh = tcb->ssthresh;
}

void
congestion_reduce(struct tcb *tcb)
{
	keep_prior(tcb);
	control_of(tcb)->on_loss(tcb);
}

void
congestion_on_loss(struct tcb *tcb)
{
	congestion_reduce(tcb);
	tcb->cwnd = tcb->ssthresh + 3U * tcb->snd_mss;
}

void
congestion_on_duplicate(struct tcb *tcb)
{
	congestion_grow(tcb, tcb->snd_mss);
}

void
congestion_on_partial_ack(struct tcb *tcb, uint32_t acked)
{
	tcb->cwnd = tcb->cwnd > acked ? tcb->cwnd - acked : 0;
	if (acked >= tcb->snd_mss)
		tcb->cwnd += tcb->snd_mss;
	tcb->cwnd = RTE_MAX(tcb->cwnd, (uint32_t)tcb->snd_mss);
}

void
congestion_on_recovered(struct tcb *tcb)
{
	const uint32_t flight = RTE_MAX(tcb_flight_size(tcb), (uint32_t)tcb->snd_mss);

	tcb->cwnd = RTE_MIN(tcb->ssthresh, flight + tcb->snd_mss);
}

void
congestion_on_timeout(struct tcb *tcb)
{
	keep_prior(tcb);
	control_of(tcb)->on_timeout(tcb);
	tcb->cwnd = tcb->snd_mss;
}

void
congestion_undo(struct tcb *tcb)
{
	struct congestion *congestion = &tcb->congestion;

	if (congestion->prior_cwnd == 0)
		return;
	tcb->cwnd = RTE_MAX(tcb->cwnd, congestion->prior_cwnd);
	tcb->ssthresh = RTE_MAX(tcb->ssthresh, congestion->prior_ssthresh);
	congestion->prior_cwnd = 0;
	if (control_of(tcb)->undo != NULL)
		control_of(tcb)->undo(tcb);
}
