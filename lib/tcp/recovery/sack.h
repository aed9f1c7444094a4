/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the SACK option of an arriving segment says (RFC 2018 5, RFC 2883 4), checked and put in
 * order. What cannot be true is left out and counted.
 */
#ifndef LIB_TCP_RECOVERY_SACK_H
#define LIB_TCP_RECOVERY_SACK_H

#include <stdbool.h>
#include <stdint.h>

#include "burst.h"

struct tcb;

struct sack_report {
	struct sack_block blocks[SACK_BLOCKS_MAX]; /* by rising number, within SND.UNA .. SND.NXT */
	uint8_t count;
	bool duplicate;               /* the first block told of text that came twice */
	struct sack_block came_twice; /* that text */
};

/* The option's first block, of which there is one, tells of text that came twice (D-SACK). */
bool sack_tells_duplicate(const struct segment *seg);

/* Read it; an empty report where there is no option, or it was not negotiated. */
void sack_read(struct tcb *tcb, const struct segment *seg, struct sack_report *report);

#endif
