/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PSH on the last text of all (MUST-61), and elsewhere as is the policy. Where Linux hands several
 * segments to segmentation offload as one, PSH stands on the last of them. As there, such a chunk is
 * at most half of cwnd, and one segment alone is none. A port that cuts puts it on the last segment
 * that it makes of a packet.
 */
#include "tcp/text/push.h"

#include <rte_common.h>

#include "tcp/seq.h"
#include "tcp/tcb.h"

/* So long has nothing been pushed that a receiver which waits for it may hold half a window. */
static bool
is_overdue(const struct tcb *tcb, uint32_t seq)
{
	return tcb->tcp->config.push_half_window &&
			seq_gt(seq, tcb->work->pushed + tcb->snd_wnd_max / 2);
}

void
push_text(struct tcb *tcb, struct outgoing *out, bool last)
{
	if (!last && !is_overdue(tcb, out->seq))
		return;
	out->flags |= TCP_FLAG_PSH;
	tcb->work->pushed = out->seq + out->text_len;
}

void
push_together(const struct tcb *tcb, struct burst *burst, uint16_t first)
{
	const uint32_t half = tcb->cwnd / tcb->snd_mss / 2;
	const uint32_t chunk = RTE_MIN(half, (uint32_t)tcb->tcp->config.push_segments);
	uint32_t segments = 0;
	uint16_t i;

	if (chunk < 2)
		return;
	for (i = first; i < burst->out_count; i++) {
		struct outgoing *out = &burst->out[i];

		segments += out->cut != 0 ? out->text_len / out->cut : 1;
		if (segments < chunk && i + 1 < burst->out_count)
			continue;
		if (segments > 1)
			out->flags |= TCP_FLAG_PSH;
		segments = 0;
	}
}
