/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What DCTCP (RFC 8257 3.3) keeps of a connection.
 */
#ifndef LIB_TCP_CONGESTION_CONGESTION_DCTCP_H
#define LIB_TCP_CONGESTION_CONGESTION_DCTCP_H

#include <stdint.h>

struct dctcp {
	uint32_t alpha;      /* how much of what is sent is marked, of DCTCP_ONE */
	uint32_t window_end; /* DCTCP.WindowEnd */
	uint32_t acked;      /* bytes in this window of data */
	uint32_t marked;     /* bytes of them that were acknowledged with ECE */
};

#define DCTCP_ONE (UINT32_C(1) << 16)

#endif
