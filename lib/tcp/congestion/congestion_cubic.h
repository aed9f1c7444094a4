/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What CUBIC (RFC 9438) keeps of a connection. Windows are bytes, not segments as in the RFC.
 */
#ifndef LIB_TCP_CONGESTION_CONGESTION_CUBIC_H
#define LIB_TCP_CONGESTION_CONGESTION_CUBIC_H

#include <stdint.h>

/* RFC 9438 4.1.2, all that a spurious loss event restores (4.9). */
struct cubic_epoch {
	uint32_t begin_ms;   /* of congestion avoidance, moved on by pauses; 0: not begun */
	uint32_t w_max;      /* W_max: the plateau; 0: none known */
	uint32_t w_est;      /* W_est: what Reno would have by now */
	uint32_t cwnd_prior; /* before the last reduction */
	uint32_t k_ms;       /* K: from begin_ns to the plateau */
	uint32_t acked;      /* bytes, towards the next segment of w_est */
};

struct cubic {
	struct cubic_epoch epoch;
};

#endif
