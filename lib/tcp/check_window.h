/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cwnd limits what is in flight (RFC 5681 2, RFC 6675 4): asserted for each segment of text when it
 * leaves, in builds with asserts.
 */
#ifndef LIB_TCP_CHECK_WINDOW_H
#define LIB_TCP_CHECK_WINDOW_H

#include <stdint.h>

struct tcb;

/* Why text leaves, which says what bounds it. */
enum sending {
	SENDING_TEXT,       /* new, or again because it was lost */
	SENDING_TAIL_PROBE, /* RFC 8985 7.3: one segment, whatever cwnd says; one probe at a time */
	SENDING_WINDOW_PROBE, /* 3.8.6.1: one octet; or 3.8.6.2.1 (4), one segment */
};

#ifdef NDEBUG
static inline void
check_window(const struct tcb *tcb, uint32_t text_len, enum sending why)
{
	(void)tcb;
	(void)text_len;
	(void)why;
}
#else
void check_window(const struct tcb *tcb, uint32_t text_len, enum sending why);
#endif

#endif
