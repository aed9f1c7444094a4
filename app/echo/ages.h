/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sessions in the order in which their time is over. All of a list have the same time to live from when
 * they are put there, so the list is in order by itself, and its first is the only one to look at.
 */
#ifndef APP_ECHO_AGES_H
#define APP_ECHO_AGES_H

#include <stdint.h>
#include <sys/queue.h>

struct session;

struct ages {
	uint64_t period_ns; /* 0: nobody's time is ever over */
	TAILQ_HEAD(, session) sessions;
};

void ages_init(struct ages *ages, uint64_t period_ns);

/* Put it at the end: its time begins anew. A session is in one list at most. */
void ages_renew(struct ages *ages, struct session *session, uint64_t now_ns);

void ages_forget(struct ages *ages, struct session *session);

/* A session whose time is over; it stays where it is. NULL: there is none. */
struct session *ages_over(const struct ages *ages, uint64_t now_ns);

#endif
