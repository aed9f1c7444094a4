/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.5.2 Reset Generation and 3.10.7.1 CLOSED. The answer's numbers make it acceptable to
 * the TCP that sent the offending segment.
 */
#include "tcp/reset.h"

#include "tcp/tcb.h"
#include "tcp/timestamps.h"

struct outgoing *
reply(struct burst *burst, const struct segment *seg, uint32_t seq, uint32_t ack, uint8_t flags)
{
	struct outgoing *out = burst_outgoing(burst);

	if (out == NULL)
		return NULL;
	out->path = &seg->path;
	out->seq = seq;
	out->ack = ack;
	out->flags = flags;
	return out;
}

/* 3.5.2, groups 1 and 2. */
struct outgoing *
reply_rst(struct burst *burst, const struct segment *seg)
{
	if ((seg->flags & TCP_FLAG_RST) != 0)
		return NULL;
	if ((seg->flags & TCP_FLAG_ACK) != 0)
		return reply(burst, seg, seg->ack, 0, TCP_FLAG_RST);
	return reply(burst, seg, 0, seg->seq + seg->len, TCP_FLAG_RST | TCP_FLAG_ACK);
}

void
reply_rst_of(const struct tcb *tcb, struct burst *burst, const struct segment *seg)
{
	struct outgoing *out = reply_rst(burst, seg);

	if (out != NULL)
		timestamps_put(tcb, out);
}

void
segment_arrives_closed(struct tcp *tcp, struct burst *burst, struct segment *seg)
{
	(void)tcp;
	seg->fate = (seg->flags & TCP_FLAG_RST) != 0 ? ESTAB_DROP_TCP_STRAY_RST
						     : ESTAB_DROP_TCP_NO_CONNECTION;
	reply_rst(burst, seg);
}
