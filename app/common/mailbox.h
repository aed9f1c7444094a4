/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One lcore asks another for a copy of its numbers. The owner writes the copy only when asked and
 * the reader reads it only when answered, so there is no lock, and nothing is shared in the path
 * but one word that hardly ever changes.
 *
 *	reader: mailbox_ask(box); while (!mailbox_is_answered(box)) rte_pause(); read the copy
 *	owner:  once per turn: if (mailbox_is_asked(box)) { write the copy; mailbox_answer(box); }
 */
#ifndef APP_COMMON_MAILBOX_H
#define APP_COMMON_MAILBOX_H

#include <stdatomic.h>
#include <stdbool.h>

struct mailbox {
	atomic_uint asked;
	atomic_uint answered;
};

static inline void
mailbox_ask(struct mailbox *box)
{
	atomic_store_explicit(&box->asked,
			atomic_load_explicit(&box->answered, memory_order_relaxed) + 1,
			memory_order_release);
}

static inline bool
mailbox_is_asked(struct mailbox *box)
{
	return atomic_load_explicit(&box->asked, memory_order_acquire) !=
			atomic_load_explicit(&box->answered, memory_order_relaxed);
}

static inline void
mailbox_answer(struct mailbox *box)
{
	atomic_store_explicit(&box->answered,
			atomic_load_explicit(&box->asked, memory_order_relaxed),
			memory_order_release);
}

static inline bool
mailbox_is_answered(struct mailbox *box)
{
	return atomic_load_explicit(&box->answered, memory_order_acquire) ==
			atomic_load_explicit(&box->asked, memory_order_relaxed);
}

#endif
