/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory of a stack for text to be sent, when it is used up twice over: nobody is given any then,
 * not even the little that a connection has otherwise, for without mbufs no packet arrives, and so no
 * acknowledgment that would free some. Whoever has nothing in flight waits to be told.
 */
#ifndef LIB_TCP_TEXT_SEND_MEMORY_H
#define LIB_TCP_TEXT_SEND_MEMORY_H

#include <stdbool.h>

struct tcb;
struct tcp;

/* True where nothing may be queued, whoever asks. */
bool send_memory_is_exhausted(const struct tcp *tcp);

/* True where the connection is at rest, and as many as may be active are. */
bool send_memory_has_no_work(const struct tcb *tcb);

/* A send fell short: remember the connection where no acknowledgment of its own would tell its user. */
void send_memory_wait(struct tcb *tcb);

/* The TCB is given back. */
void send_memory_forget(struct tcb *tcb);

/* True where somebody waits and there is memory again: the next turn tells. */
bool send_memory_may_tell(const struct tcp *tcp);

/* Tell some of those who wait, in turns; the work is bounded. */
void send_memory_tell(struct tcp *tcp);

#endif
