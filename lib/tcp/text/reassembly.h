/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Out-of-order text, kept until the gap before it closes (RFC 9293 SHLD-31), and the SACK blocks
 * that tell the peer of it (RFC 2018 4).
 *
 * A connection has one only while it has a gap. It is a sorted array of blocks of contiguous text;
 * blocks, segments and bytes are limited, so the work per segment is bounded whatever the peer sends.
 */
#ifndef LIB_TCP_TEXT_REASSEMBLY_H
#define LIB_TCP_TEXT_REASSEMBLY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "burst.h"
#include "tcp/text/text_queue.h"

struct tcb;

enum { REASSEMBLY_BLOCKS_MAX = 32 };

struct reassembly_block {
	uint32_t left, right; /* first sequence number, and the one after the last */
	uint16_t segments;    /* that brought it */
	uint32_t arrival;     /* of the latest of them */
	struct text_queue text;
};

struct reassembly {
	TAILQ_ENTRY(reassembly) link; /* all of the stack, by age */
	struct tcb *tcb;
	uint16_t block_count;
	uint16_t segments; /* in all blocks */
	bool fin;          /* the peer's FIN was seen, beyond a gap */
	uint32_t fin_seq;  /* its sequence number */
	uint32_t arrivals; /* so far: says which block grew last */
	struct reassembly_block blocks[REASSEMBLY_BLOCKS_MAX];
};

/*
 * Keep the text (and FIN) of a segment that lies beyond RCV.NXT and within the window. Takes the
 * segment's mbuf where it keeps any of it.
 *
 * @return false where there was no room or nothing new: seg->fate says which
 */
bool reassembly_insert(struct tcb *tcb, struct segment *seg);

/*
 * Cut off what lies beyond a FIN that is known already: after it there is no text.
 *
 * @return false where nothing of the segment is left: seg->fate says so
 */
bool reassembly_trim_to_fin(const struct reassembly *reassembly, struct segment *seg);

/* Where a segment brings again what is kept already, that is to be told (RFC 2883 4). */
void reassembly_note_overlap(struct tcb *tcb, const struct segment *seg);

/* Move what has become contiguous with RCV.NXT to the receive queue; true when RCV.NXT moved. */
bool reassembly_collect(struct tcb *tcb);

/* True when the peer's FIN was kept and RCV.NXT has now reached it. */
bool reassembly_reached_fin(const struct tcb *tcb);

/* Fill in SACK blocks, the one that grew last first (RFC 2018 4), as many as fit. */
void reassembly_sack(const struct tcb *tcb, struct tcp_options *options, uint8_t blocks_max);

/* Octets of memory that the blocks pin. */
uint64_t reassembly_pinned(const struct reassembly *reassembly);

/* Octets of text in its blocks. */
uint32_t reassembly_octets(const struct reassembly *reassembly);

/* Free everything that is kept. */
void reassembly_destroy(struct tcb *tcb);

#endif
