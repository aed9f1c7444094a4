/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Copies of all lanes in order of time. Each lane is in order by itself. What an lcore has noted and not yet
 * put into its ring is missed by whoever looks too early, so the writer asks for what is older than a while.
 */
#include <rte_mbuf.h>
#include <rte_ring.h>

#include "capture_parts.h"

/* The oldest of a lane, which stays there; NULL: it is empty. */
static struct rte_mbuf *
head_of(struct capture_lane *lane)
{
	if (lane->head == lane->head_count) {
		if (lane->ring == NULL)
			return NULL;
		lane->head = 0;
		lane->head_count = (uint16_t)rte_ring_sc_dequeue_burst(lane->ring,
				(void **)lane->heads, CAPTURE_HEADS_MAX, NULL);
	}
	return lane->head < lane->head_count ? lane->heads[lane->head] : NULL;
}

struct rte_mbuf *
capture_order_next(struct capture *capture, uint64_t before_ns)
{
	struct capture_lane *oldest = NULL;

	for (struct capture_lane *lane = capture->lanes; lane != NULL; lane = lane->next) {
		struct rte_mbuf *head = head_of(lane);

		if (head != NULL && capture_note_of(head)->time_ns < before_ns) {
			before_ns = capture_note_of(head)->time_ns;
			oldest = lane;
		}
	}
	return oldest != NULL ? oldest->heads[oldest->head++] : NULL;
}
