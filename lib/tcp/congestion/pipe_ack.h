/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pipeACK (RFC 7661 4.2): the most that was acknowledged in one round trip of late, which is what the
 * path is known to carry. A sample is made once in a round trip; of samples older than the sampling
 * period nothing is left. Two bins of half a period each stand for all of its samples, so that what
 * is told is of the last half to whole period. Pure arithmetic, in octets and milliseconds.
 */
#ifndef LIB_TCP_CONGESTION_PIPE_ACK_H
#define LIB_TCP_CONGESTION_PIPE_ACK_H

#include <stdint.h>

#define PIPE_ACK_UNDEFINED UINT32_MAX

struct pipe_ack {
	uint32_t most[2]; /* of the bin that is being filled, and of the one before it */
	uint32_t bin_ms;  /* when the first of them began; it lasts for half a period */
};

/* No sample is known: the undefined value, which is more than any window. */
void pipe_ack_forget(struct pipe_ack *pipe_ack);

/* So much was acknowledged in the round trip that ends now. */
void pipe_ack_sample(struct pipe_ack *pipe_ack, uint32_t octets, uint32_t now_ms,
		uint32_t period_ms);

/* The greatest sample of the period; 0: all are older; PIPE_ACK_UNDEFINED: none was ever made. */
uint32_t pipe_ack_value(const struct pipe_ack *pipe_ack, uint32_t now_ms, uint32_t period_ms);

/* pipeACK Sampling Period: Max(3*RTT, 1 second). */
uint32_t pipe_ack_period_ms(uint32_t srtt_us);

#endif
