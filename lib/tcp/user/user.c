/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.10.1 OPEN, 3.10.2 SEND, 3.10.3 RECEIVE, 3.10.4 CLOSE, 3.10.5 ABORT. A call changes the
 * TCB and marks what is owed; the stack's next turn sends it.
 */
#include "tcp/user/user.h"

#include <errno.h>

#include <rte_mbuf.h>

#include <estab/conn.h>
#include <estab/event.h>

#include "tcp/text/cork.h"
#include "tcp/user/custom.h"
#include "tcp/open/isn.h"
#include "tcp/open/listener.h"
#include "tcp/open/handshake.h"
#include "tcp/text/receive_buffer.h"
#include "tcp/text/send_buffer.h"
#include "tcp/tcb.h"
#include "tcp/tcb_list.h"
#include "tcp/window.h"

static struct tcb *
tcb_of(struct estab_conn *conn)
{
	return (struct tcb *)conn;
}

static const struct tcb *
const_tcb_of(const struct estab_conn *conn)
{
	return (const struct tcb *)conn;
}

/* The complete path with a free local port, and its whole hash; 0 or a negative errno. */
static int
choose_tuple(struct tcp *tcp, struct path *path, uint64_t *hash)
{
	if (path->local_port == 0)
		return ephemeral_port_choose(&tcp->ports, tcp->flows, path, hash);
	if (!ephemeral_port_is_owned(&tcp->ports, path))
		return -EADDRNOTAVAIL;
	*hash = flow_hash_whole(&tcp->flows->key, path);
	return flow_find(tcp->flows, path, (uint32_t)*hash) == 0 ? 0 : -EADDRINUSE;
}

struct tcb *
user_open_active(struct tcp *tcp, struct path *path, const struct estab_connect_config *config,
		int *error)
{
	const uint8_t offer = handshake_offer(tcp);
	struct tcb *tcb;
	uint64_t hash;

	*error = choose_tuple(tcp, path, &hash);
	if (*error != 0)
		return NULL;
	tcb = tcb_create(tcp, path, (uint32_t)hash, FLOW_NONE);
	if (tcb == NULL) {
		*error = -ENOBUFS;
		return NULL;
	}
	tcb->user = config->user;
	tcb->work->mss_asked = config->mss;
	tcb->flags |= TCB_HELD;
	tcb->work->iss = isn_choose(&tcp->path_key, path, tcp->now_ns);
	tcb->ts_offset = timestamp_offset_of(hash);
	tcb->snd_una = tcb->snd_nxt = tcb->work->snd_cursor = tcb->work->iss;
	tcb->work->recover = tcb->work->pushed = tcb->work->iss;
	tcb->rcv_wnd = window_accepted_initially(tcp);
	rto_init(&tcb->rtt, (uint32_t)(tcp->config.rto_initial_ns / 1000));
	handshake_apply(tcb, offer, 0, 0);
	tcb_enter(tcb, TCP_STATE_SYN_SENT);
	tcb_mark(tcb, MARK_SYN);
	return tcb;
}

void
user_enter_closing_state(struct tcb *tcb)
{
	if (tcb->state == TCP_STATE_ESTABLISHED)
		tcb_enter(tcb, TCP_STATE_FIN_WAIT_1);
	else if (tcb->state == TCP_STATE_CLOSE_WAIT)
		tcb_enter(tcb, TCP_STATE_LAST_ACK);
	tcb_mark(tcb, MARK_TEXT);
}

void
user_shutdown(struct tcb *tcb)
{
	if (!tcb_may_send(tcb))
		return;
	tcb->flags |= TCB_FIN_QUEUED;
	if (tcb_is_synchronized(tcb))
		user_enter_closing_state(tcb);
}

/*
 * States in which the peer must be told that the connection is gone (3.10.5). In the RFC a connection whose
 * FIN still waits behind text is in CLOSE-WAIT; here it is in CLOSING or LAST-ACK since the user's call.
 */
static bool
peer_knows(const struct tcb *tcb)
{
	if (tcb->state == TCP_STATE_CLOSING || tcb->state == TCP_STATE_LAST_ACK)
		return (tcb->flags & TCB_FIN_SENT) == 0;
	return tcb->state >= TCP_STATE_SYN_RECEIVED && tcb->state <= TCP_STATE_CLOSE_WAIT;
}

/* The connection is over at once, with a RST where the peer is to be told. */
static void
give_up(struct tcb *tcb, bool tell)
{
	tcb->flags &= ~(uint32_t)TCB_HELD;
	if (tcb->state == TCP_STATE_CLOSED || tcb->state == TCP_STATE_TIME_WAIT) {
		tcb_release(tcb);
		return;
	}
	if (tell) {
		tcb_mark(tcb, MARK_RST);
		tcb->tcp->stats->connections_reset++;
	}
	tcb_close(tcb, 0);
}

void
user_abort(struct tcb *tcb)
{
	give_up(tcb, peer_knows(tcb));
}

/* Give the pointer up: nothing names it from now on. */
static void
let_go(struct tcb *tcb)
{
	tcb->flags &= ~(uint32_t)TCB_HELD;
	tcb->events = 0;
	if ((tcb->flags & TCB_ON_EVENT_LIST) != 0) {
		tcb_list_remove(&tcb->tcp->event_list, TCB_LINK_EVENT, tcb);
		tcb->flags &= ~(uint32_t)TCB_ON_EVENT_LIST;
	}
}

/* Text to send that close must not wait for: the user has said so. */
static bool
must_not_linger(const struct tcb *tcb)
{
	return tcb->work->custom != NULL && tcb->work->custom->linger_ns == 0;
}

/* How long close sees text and FIN out, where the user has set a limit; FIN-WAIT-2 has its own. */
static void
limit_linger(struct tcb *tcb)
{
	if (tcb->work->custom != NULL && tcb->work->custom->linger_ns != UINT64_MAX &&
			tcb_is_alive(tcb) && tcb->state != TCP_STATE_TIME_WAIT)
		tcb_arm(tcb, TIMER_LINGER, tcb->work->custom->linger_ns);
}

/* CLOSE of a connection that is let go: our FIN, and a limit to the wait for the peer's. */
static void
see_out(struct tcb *tcb)
{
	if (tcb->state == TCP_STATE_CLOSED || tcb->state == TCP_STATE_TIME_WAIT) {
		tcb_release(tcb);
		return;
	}
	user_shutdown(tcb);
	if (tcb->state == TCP_STATE_FIN_WAIT_2)
		tcb_arm(tcb, TIMER_LINGER, tcb->tcp->config.fin_wait_2_ns);
}

void
user_drain(struct tcb *tcb)
{
	if ((tcb->flags & TCB_IN_ACCEPT_QUEUE) != 0)
		listener_unqueue(tcb);
	let_go(tcb);
	tcb->flags |= TCB_DISCARD;
	text_queue_clear(&tcb->work->receive);
	if (tcb->state == TCP_STATE_SYN_SENT) {
		tcb_close(tcb, 0);
		return;
	}
	window_reopen(tcb);
	see_out(tcb);
}

void
estab_conn_close(struct estab_conn *conn)
{
	struct tcb *tcb = tcb_of(conn);
	const bool unread = tcb->work->receive.bytes > 0 && tcb->state != TCP_STATE_TIME_WAIT;

	let_go(tcb);
	if (unread) {
		give_up(tcb, true); /* 3.6.1: the peer must learn that text was lost */
	} else if (tcb->state == TCP_STATE_SYN_SENT || must_not_linger(tcb)) {
		user_abort(tcb);
	} else {
		limit_linger(tcb);
		see_out(tcb);
	}
}

void
estab_conn_abort(struct estab_conn *conn)
{
	let_go(tcb_of(conn));
	user_abort(tcb_of(conn));
}

int
estab_conn_shutdown(struct estab_conn *conn)
{
	struct tcb *tcb = tcb_of(conn);

	if (tcb->state == TCP_STATE_CLOSED)
		return -ENOTCONN;
	user_shutdown(tcb);
	return 0;
}

uint32_t
estab_conn_send_room(const struct estab_conn *conn)
{
	const struct tcb *tcb = const_tcb_of(conn);

	return tcb_may_send(tcb) ? send_buffer_room(tcb) : 0;
}

uint16_t
estab_conn_send_burst(struct estab_conn *conn, struct rte_mbuf **packets, uint16_t n)
{
	struct tcb *tcb = tcb_of(conn);
	uint16_t i;

	if (!tcb_may_send(tcb))
		return 0;
	for (i = 0; i < n && send_buffer_room(tcb) > 0 && tcb_work(tcb); i++)
		text_queue_append(&tcb->work->send, packets[i]);
	if (i < n)
		send_fell_short(tcb);
	if (i > 0) {
		cork_push(tcb);
		tcb_mark(tcb, MARK_TEXT);
	}
	return i;
}

uint16_t
estab_conn_receive_burst(struct estab_conn *conn, struct rte_mbuf **packets, uint16_t n)
{
	struct tcb *tcb = tcb_of(conn);
	const uint32_t waiting = tcb->work->receive.bytes;
	uint16_t i = 0;

	while (i < n && (packets[i] = text_queue_take(&tcb->work->receive)) != NULL)
		i++;
	if (i > 0) {
		work_stir(&tcb->tcp->works, tcb->work);
		receive_buffer_read(tcb, waiting - tcb->work->receive.bytes);
		window_reopen(tcb);
	}
	return i;
}

uint32_t
estab_conn_receive_waiting(const struct estab_conn *conn)
{
	return const_tcb_of(conn)->work->receive.bytes;
}

bool
estab_conn_at_end(const struct estab_conn *conn)
{
	const struct tcb *tcb = const_tcb_of(conn);

	return (tcb->flags & TCB_FIN_RECEIVED) != 0 && tcb->work->receive.bytes == 0;
}

int
estab_conn_error(struct estab_conn *conn)
{
	return tcb_take_error(tcb_of(conn));
}

void *
estab_conn_user(const struct estab_conn *conn)
{
	return const_tcb_of(conn)->user;
}

void
estab_conn_set_user(struct estab_conn *conn, void *user)
{
	tcb_of(conn)->user = user;
}

void
estab_conn_set_no_delay(struct estab_conn *conn, bool no_delay)
{
	struct tcb *tcb = tcb_of(conn);

	tcb->flags &= ~(uint32_t)TCB_NO_DELAY;
	if (!no_delay)
		return;
	tcb->flags |= TCB_NO_DELAY;
	cork_release(tcb);
	tcb_mark(tcb, MARK_TEXT);
}
