/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When text may leave. A burst begins when all before it has been paid for by time, and ends when a
 * quantum has left. Who comes late (the wheel ticks, and a turn comes when it comes) is given up to
 * half a quantum of what was missed, as Linux does, so that the mean is the rate and not less.
 */
#include "tcp/congestion/pacing.h"

#include <assert.h>

#include <rte_common.h>

#include "tcp/congestion/congestion.h"
#include "tcp/congestion/delivery_rate.h"
#include "tcp/tcb.h"

#define SECOND_NS UINT64_C(1000000000)

enum {
	BURSTS_PER_SECOND = 1000, /* draft-ietf-ccwg-bbr: C.pacing_rate * 1ms, but ... */
	QUANTUM_MAX = 64 * 1024,  /* ... no more than this, which ... */
	TICKS_PER_BURST_MIN = 2,  /* ... must last for as long as the wheel can tell apart */
	SEGMENTS_MIN = 2,
};

size_t
pacing_block_size(const struct estab_tcp_config *config)
{
	const size_t size = congestion_block_size(config->congestion);

	return size == 0 && config->pacing ? sizeof(struct pacing) : size;
}

bool
pacing_begin(struct tcb *tcb)
{
	struct tcp *tcp = tcb->tcp;

	assert(tcb->work->pacing == NULL);
	if (pacing_block_size(&tcp->config) == 0)
		return true;
	tcb->work->pacing = pool_get(&tcp->pacings);
	if (tcb->work->pacing == NULL) {
		tcp->stats->pacing_refused++;
		return false;
	}
	*tcb->work->pacing = (struct pacing){ 0 };
	return true;
}

void
pacing_end(struct tcb *tcb)
{
	if (tcb->work->pacing == NULL)
		return;
	pool_put(&tcb->tcp->pacings, tcb->work->pacing);
	tcb->work->pacing = NULL;
	tcb_cancel(tcb, TIMER_PACING);
}

/* How long so many octets take. */
static uint64_t
duration_ns(const struct pacing *pacing, uint64_t octets)
{
	return octets * SECOND_NS / pacing->rate;
}

/* What has left before its time is a number of octets: at another rate they take another time. */
static uint64_t
rescale(const struct pacing *pacing, uint64_t at_ns, uint64_t now_ns, uint64_t rate)
{
	if (at_ns <= now_ns || pacing->rate == rate)
		return at_ns;
	return now_ns + (at_ns - now_ns) * pacing->rate / rate;
}

void
pacing_set_rate(struct tcb *tcb, uint64_t rate)
{
	struct pacing *pacing = tcb->work->pacing;
	const uint64_t now_ns = tcb->tcp->now_ns;
	uint64_t quantum;

	rate = RTE_MIN(rate, DELIVERY_RATE_MAX);
	rate = RTE_MAX(rate, (uint64_t)tcb->snd_mss); /* a segment in a second: it shall end */
	quantum = RTE_MIN(rate / BURSTS_PER_SECOND, (uint64_t)QUANTUM_MAX);
	quantum = RTE_MAX(quantum, rate * TICKS_PER_BURST_MIN * TCP_TICK_NS / SECOND_NS);
	quantum = RTE_MAX(quantum, (uint64_t)SEGMENTS_MIN * tcb->snd_mss);
	pacing->release_ns = rescale(pacing, pacing->release_ns, now_ns, rate);
	pacing->burst_end_ns = rescale(pacing, pacing->burst_end_ns, now_ns, rate);
	pacing->rate = rate;
	pacing->quantum = (uint32_t)quantum;
}

uint32_t
pacing_room(struct tcb *tcb)
{
	struct pacing *pacing = tcb->work->pacing;
	const uint64_t now_ns = tcb->tcp->now_ns;
	uint64_t room, quantum_ns;

	if (pacing == NULL || pacing->rate == 0)
		return UINT32_MAX;
	if (pacing->release_ns <= now_ns) {
		quantum_ns = duration_ns(pacing, pacing->quantum);
		if (now_ns - pacing->release_ns > quantum_ns / 2)
			pacing->release_ns = now_ns - quantum_ns / 2;
		pacing->burst_end_ns = pacing->release_ns + quantum_ns;
	}
	if (pacing->release_ns >= pacing->burst_end_ns)
		return 0;
	room = (pacing->burst_end_ns - pacing->release_ns) * pacing->rate;
	room = (room + SECOND_NS - 1) / SECOND_NS;
	return (uint32_t)RTE_ALIGN_MUL_CEIL(room, tcb->snd_mss);
}

void
pacing_on_sent(struct tcb *tcb, uint32_t octets)
{
	struct pacing *pacing = tcb->work->pacing;

	if (pacing != NULL && pacing->rate != 0)
		pacing->release_ns += duration_ns(pacing, octets);
}

/*
 * Deadlines begin with the tick, not in the middle of it. Where the retransmission timer has expired
 * and its text waits, the timer runs again from here and not from when that is sent.
 */
void
pacing_wait(struct tcb *tcb)
{
	const struct pacing *pacing = tcb->work->pacing;
	const struct tcp *tcp = tcb->tcp;

	tcb_arm(tcb, TIMER_PACING, pacing->release_ns - tcp->now_tick * TCP_TICK_NS);
	if (tcb_flight_size(tcb) > 0 && tcb->work->deadlines[TIMER_RETRANSMIT] == 0)
		tcb_arm(tcb, TIMER_RETRANSMIT, tcb_rto_ns(tcb));
}
