/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a finished handshake to the application: the accept queue, bounded by the backlog.
 */
#include "tcp/open/listener.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <estab/listen.h>

#include "tcp/open/syn_record.h"
#include "tcp/tcb.h"
#include "tcp/tcb_list.h"
#include "tcp/user/user.h"

enum { BACKLOG_DEFAULT = 128 };

struct listener *
listener_create(struct tcp *tcp, const struct listener_link *link,
		const struct estab_listen_config *config, int *error)
{
	struct listener *listener = pool_get(&tcp->listeners_pool);

	if (listener == NULL) {
		*error = -ENOBUFS;
		return NULL;
	}
	memset(listener, 0, sizeof(*listener));
	listener->link = *link;
	listener->tcp = tcp;
	listener->backlog = config->backlog != 0 ? config->backlog : BACKLOG_DEFAULT;
	listener->user = config->user;
	listener->mss = config->mss;
	*error = listener_table_insert(&tcp->listeners, &listener->link);
	if (*error != 0) {
		pool_put(&tcp->listeners_pool, listener);
		return NULL;
	}
	return listener;
}

struct listener *
listener_find(struct tcp *tcp, const struct path *path)
{
	struct listener_link *link = listener_table_find(&tcp->listeners, path);

	return (struct listener *)link; /* its first member */
}

bool
listener_is_full(const struct listener *listener)
{
	return listener->accept_count >= listener->backlog;
}

void
listener_queue(struct listener *listener, struct tcb *tcb)
{
	tcb->flags |= TCB_IN_ACCEPT_QUEUE;
	tcb->listener = listener;
	tcb_list_append(&listener->accept_queue, TCB_LINK_EVENT, tcb);
	listener->accept_count++;
}

void
listener_unqueue(struct tcb *tcb)
{
	struct listener *listener = tcb->listener;

	assert(listener != NULL);
	tcb_list_remove(&listener->accept_queue, TCB_LINK_EVENT, tcb);
	listener->accept_count--;
	tcb->flags &= ~(uint32_t)TCB_IN_ACCEPT_QUEUE;
	tcb->listener = NULL;
}

uint16_t
estab_accept_burst(struct estab_listener *handle, struct estab_conn **conns, uint16_t n)
{
	struct listener *listener = (struct listener *)handle;
	uint16_t count = 0;

	while (count < n && !tcb_list_is_empty(&listener->accept_queue)) {
		struct tcb *tcb = tcb_list_first(listener->tcp, &listener->accept_queue);

		listener_unqueue(tcb);
		tcb->user = listener->user;
		tcb->flags |= TCB_HELD;
		if (tcb->events != 0)
			tcb_tell(tcb, tcb->events);
		conns[count++] = (struct estab_conn *)tcb;
	}
	return count;
}

void
listener_destroy(struct listener *listener)
{
	struct tcp *tcp = listener->tcp;

	while (!tcb_list_is_empty(&listener->accept_queue)) {
		struct tcb *tcb = tcb_list_first(listener->tcp, &listener->accept_queue);

		listener_unqueue(tcb);
		tcb->events = 0; /* nobody is left to be told */
		user_abort(tcb);
	}
	syn_records_forget(tcp, listener);
	listener_table_remove(&tcp->listeners, &listener->link);
	pool_put(&tcp->listeners_pool, listener);
}

void
estab_listener_close(struct estab_listener *handle)
{
	listener_destroy((struct listener *)handle);
}
