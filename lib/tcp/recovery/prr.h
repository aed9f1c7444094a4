/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Proportional rate reduction (RFC 9937, which obsoletes RFC 6937): how much may be sent with each
 * ACK of a recovery, so that the flight arrives at ssthresh when recovery ends, without a pause and
 * without a burst. Pure arithmetic, in octets.
 */
#ifndef LIB_TCP_RECOVERY_PRR_H
#define LIB_TCP_RECOVERY_PRR_H

#include <stdbool.h>
#include <stdint.h>

struct prr {
	uint32_t flight;    /* RecoverFS: what was in flight when recovery began; not 0 */
	uint32_t delivered; /* prr_delivered: since then */
	uint32_t out;       /* prr_out: sent since then */
};

/*
 * What an ACK allows to be sent (sndcnt).
 *
 * @param delivered  by this ACK (DeliveredData)
 * @param safe       SND.UNA moved and nothing more was found lost (SafeACK)
 */
uint32_t prr_on_ack(struct prr *prr, uint32_t delivered, uint32_t pipe, uint32_t ssthresh,
		uint32_t mss, bool safe);

#endif
