/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When what is in flight was sent, as RACK wants to know it (RFC 8985 5.2), in a few words.
 *
 * Segments that leave in one turn have one time, so a mark stands for a run of them. A connection
 * that loses nothing keeps no more than these marks; where one has more runs in flight than marks,
 * runs less than an eighth of a round trip apart share one, and its times become an interval.
 */
#ifndef LIB_TCP_RECOVERY_SEND_MARKS_H
#define LIB_TCP_RECOVERY_SEND_MARKS_H

#include <stdint.h>

enum { SEND_MARKS_MAX = 6 };

struct send_mark {
	uint32_t end;      /* the sequence number after the run's last */
	uint32_t first_us; /* when its first segment was sent ... */
	uint32_t last_us;  /* ... and when its last */
};

struct send_marks {
	uint8_t count;
	struct send_mark
			marks[SEND_MARKS_MAX]; /* in order; the first begins at SND.UNA or before */
};

/* Something new was sent: all up to end. Runs closer than apart_us may share a mark. */
void send_marks_push(struct send_marks *marks, uint32_t end, uint32_t now_us, uint32_t apart_us);

/* SND.UNA has moved on. */
void send_marks_acknowledge(struct send_marks *marks, uint32_t snd_una);

#endif
