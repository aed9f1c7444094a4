/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What another thread wants to know of an lcore, done by the lcore itself between two turns: connections
 * and stacks are its alone. Who asks writes the question first and reads the answer last, and asks for
 * nothing more until the answer is there, however long that takes; so there is no lock.
 */
#ifndef APP_COMMON_DESK_H
#define APP_COMMON_DESK_H

#include "mailbox.h"

struct desk {
	struct mailbox mailbox;
	void (*answer)(void *paper); /* the question; runs on the lcore */
	void *paper;                 /* what the question is about, and room for the answer */
};

/* Of the lcore, once a turn. */
static inline void
desk_serve(struct desk *desk)
{
	if (!mailbox_is_asked(&desk->mailbox))
		return;
	desk->answer(desk->paper);
	mailbox_answer(&desk->mailbox);
}

#endif
