/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.10.7.2 SEGMENT ARRIVES in LISTEN: a SYN is answered from a record or by a cookie; an
 * ACK may be the answer to a cookie (RFC 4987 3.6).
 */
#include "tcp/input.h"

#include "tcp/open/cookie.h"
#include "tcp/open/listener.h"
#include "tcp/reset.h"
#include "tcp/open/syn_record.h"
#include "tcp/tcb.h"

/* Third: check for a SYN. */
static void
check_syn(struct tcp *tcp, struct burst *burst, struct segment *seg, struct listener *listener)
{
	tcp->stats->syn_received++;
	if (tcp->draining) {
		seg->fate = ESTAB_DROP_TCP_SHUTTING_DOWN;
		reply_rst(burst, seg);
		return;
	}
	if (unlikely(tcp->shed.refuses)) {
		seg->fate = ESTAB_DROP_TCP_MBUFS_SHORT;
		return;
	}
	if (listener_is_full(listener)) {
		tcp->stats->accept_queue_overflows++;
		seg->fate = ESTAB_DROP_TCP_ACCEPT_QUEUE_FULL;
		return;
	}
	if (tcp->config.syn_cookies != ESTAB_SYN_COOKIES_ALWAYS &&
			syn_record_create(tcp, burst, seg, listener) != NULL)
		return;
	if (tcp->config.syn_cookies == ESTAB_SYN_COOKIES_NEVER) {
		seg->fate = ESTAB_DROP_TCP_SYN_RECORDS_FULL;
		return;
	}
	cookie_answer(tcp, burst, seg, listener);
}

/* Second: check for an ACK: a cookie that comes back, or a mistake. */
static struct tcb *
check_ack(struct tcp *tcp, struct burst *burst, struct segment *seg, struct listener *listener)
{
	if ((seg->flags & TCP_FLAG_SYN) == 0 && cookies_are_in_force(tcp))
		return cookie_take(tcp, burst, seg, listener);
	seg->fate = ESTAB_DROP_TCP_LISTEN_UNACCEPTABLE;
	reply_rst(burst, seg);
	return NULL;
}

struct tcb *
segment_arrives_listen(struct tcp *tcp, struct burst *burst, struct segment *seg,
		struct listener *listener)
{
	if ((seg->flags & TCP_FLAG_RST) != 0) {
		seg->fate = ESTAB_DROP_TCP_STRAY_RST; /* first */
		return NULL;
	}
	if ((seg->flags & TCP_FLAG_ACK) != 0)
		return check_ack(tcp, burst, seg, listener); /* second */
	if ((seg->flags & TCP_FLAG_SYN) != 0)
		check_syn(tcp, burst, seg, listener); /* third */
	else
		seg->fate = ESTAB_DROP_TCP_LISTEN_UNACCEPTABLE; /* fourth */
	return NULL;
}
