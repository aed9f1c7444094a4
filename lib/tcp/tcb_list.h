/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists of TCBs: first in, first out, and out of the middle too. Links are numbers and not pointers,
 * since each connection has them for ever: where in the pool a TCB lies, in units of its alignment,
 * plus one; 0 is none. An empty list is zero.
 */
#ifndef LIB_TCP_TCB_LIST_H
#define LIB_TCP_TCB_LIST_H

#include <assert.h>

#include "tcp/tcb.h"

static inline uint32_t
tcb_number(const struct tcb *tcb)
{
	const uintptr_t first = (uintptr_t)tcb->tcp->tcbs.objects;

	return (uint32_t)(((uintptr_t)tcb - first) / TCB_ALIGN) + 1;
}

/* NULL for 0. */
static inline struct tcb *
tcb_numbered(const struct tcp *tcp, uint32_t number)
{
	if (number == 0)
		return NULL;
	return (struct tcb *)(void *)(tcp->tcbs.objects + (size_t)(number - 1) * TCB_ALIGN);
}

static inline bool
tcb_list_is_empty(const struct tcb_list *list)
{
	return list->first == 0;
}

static inline struct tcb *
tcb_list_first(const struct tcp *tcp, const struct tcb_list *list)
{
	return tcb_numbered(tcp, list->first);
}

static inline struct tcb *
tcb_list_next(const struct tcb *tcb, enum tcb_link_kind kind)
{
	return tcb_numbered(tcb->tcp, tcb->links[kind].next);
}

static inline void
tcb_list_append(struct tcb_list *list, enum tcb_link_kind kind, struct tcb *tcb)
{
	const uint32_t number = tcb_number(tcb);

	tcb->links[kind] = (struct tcb_link){ .previous = list->last };
	if (list->last != 0)
		tcb_numbered(tcb->tcp, list->last)->links[kind].next = number;
	else
		list->first = number;
	list->last = number;
}

static inline void
tcb_list_remove(struct tcb_list *list, enum tcb_link_kind kind, struct tcb *tcb)
{
	const struct tcb_link link = tcb->links[kind];

	if (link.next != 0)
		tcb_numbered(tcb->tcp, link.next)->links[kind].previous = link.previous;
	else
		list->last = link.previous;
	if (link.previous != 0)
		tcb_numbered(tcb->tcp, link.previous)->links[kind].next = link.next;
	else
		list->first = link.next;
}

/* Take the first off a list that has one. */
static inline void
tcb_list_remove_first(struct tcb_list *list, enum tcb_link_kind kind, const struct tcb *first)
{
	const uint32_t next = first->links[kind].next;

	assert(list->first == tcb_number(first) && first->links[kind].previous == 0);
	list->first = next;
	if (next != 0)
		tcb_numbered(first->tcp, next)->links[kind].previous = 0;
	else
		list->last = 0;
}

#endif
