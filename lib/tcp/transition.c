/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The arrows of RFC 9293 Figure 5 by their events, in its words; and what ends a connection beside it: a
 * reset, a timeout, ABORT, errors of ICMP.
 */
#include "tcp/transition.h"

#include <errno.h>
#include <stddef.h>

#include <rte_byteorder.h>

#include <estab/watch.h>

#include "tcp/tcb.h"

#define FROM(from, to) [TCP_STATE_##from][TCP_STATE_##to]

static const char *const arrows[TCP_STATE_COUNT][TCP_STATE_COUNT] = {
	FROM(CLOSED, SYN_SENT) = "active OPEN",
	FROM(CLOSED, SYN_RECEIVED) = "rcv SYN", /* LISTEN is the listener's */
	FROM(SYN_SENT, SYN_RECEIVED) = "rcv SYN",
	FROM(SYN_SENT, ESTABLISHED) = "rcv SYN,ACK",
	FROM(SYN_RECEIVED, ESTABLISHED) = "rcv ACK of SYN",
	FROM(SYN_RECEIVED, FIN_WAIT_1) = "CLOSE",
	FROM(SYN_RECEIVED, CLOSE_WAIT) = "rcv FIN",
	FROM(ESTABLISHED, FIN_WAIT_1) = "CLOSE",
	FROM(ESTABLISHED, CLOSE_WAIT) = "rcv FIN",
	FROM(FIN_WAIT_1, FIN_WAIT_2) = "rcv ACK of FIN",
	FROM(FIN_WAIT_1, CLOSING) = "rcv FIN",
	FROM(FIN_WAIT_1, TIME_WAIT) = "rcv FIN, ACK of FIN",
	FROM(FIN_WAIT_2, TIME_WAIT) = "rcv FIN",
	FROM(CLOSE_WAIT, LAST_ACK) = "CLOSE",
	FROM(CLOSING, TIME_WAIT) = "rcv ACK of FIN",
};

/* Without an error. A RST in answer to our FIN says that it has come, too. */
static const char *
why_closed_well(const struct tcb *tcb, enum tcp_state from)
{
	if ((tcb->marks & MARK_RST) != 0)
		return "ABORT";
	if (from == TCP_STATE_LAST_ACK)
		return "rcv ACK of FIN";
	if (from == TCP_STATE_CLOSING)
		return "rcv RST";
	return from == TCP_STATE_FIN_WAIT_2 ? "timeout" : "CLOSE";
}

static const char *
why_closed(const struct tcb *tcb, enum tcp_state from)
{
	switch (tcb->error) {
	case 0:
		return why_closed_well(tcb, from);
	case ECONNREFUSED:
		return "refused";
	case ECONNRESET:
		return "reset";
	case ETIMEDOUT:
		return "timeout";
	case ENOBUFS:
		return "memory short";
	default:
		return "ICMP error";
	}
}

static void
tell(const struct tcp *tcp, const struct path *path, struct estab_state_change *change)
{
	change->now_ns = tcp->now_ns;
	change->local.port = rte_be_to_cpu_16(path->local_port);
	change->remote.port = rte_be_to_cpu_16(path->remote_port);
	path_address_export(&path->local, path->family, &change->local.address);
	path_address_export(&path->remote, path->family, &change->remote.address);
	tcp->watch->state(tcp->watch->context, change);
}

void
transition_tell(const struct tcb *tcb, enum tcp_state from)
{
	const enum tcp_state to = (enum tcp_state)tcb->state;
	const bool is_passive_open = from == TCP_STATE_CLOSED && to == TCP_STATE_SYN_RECEIVED;
	struct estab_state_change change = {
		.from = tcp_state_text(is_passive_open ? TCP_STATE_LISTEN : from),
		.event = to == TCP_STATE_CLOSED ? why_closed(tcb, from) : arrows[from][to],
		.to = tcp_state_text(to),
	};

	tell(tcb->tcp, &tcb->path, &change);
}

void
transition_tell_end(const struct tcp *tcp, const struct path *path, const char *event)
{
	struct estab_state_change change = {
		.from = tcp_state_text(TCP_STATE_TIME_WAIT),
		.event = event,
		.to = tcp_state_text(TCP_STATE_CLOSED),
	};

	tell(tcp, path, &change);
}
