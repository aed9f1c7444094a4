/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The retransmission timeout, RFC 6298: from samples of the round-trip time to a time to wait.
 * Pure arithmetic in microseconds. Which segments may be timed (Karn's algorithm, RFC 6298 3, or
 * RFC 7323 timestamps) and when the timer runs (RFC 6298 5) is for the caller to decide.
 */
#ifndef LIB_TCP_RECOVERY_RTO_H
#define LIB_TCP_RECOVERY_RTO_H

#include <stdbool.h>
#include <stdint.h>

enum rto_limits {
	RTO_GRANULARITY_US = 100,    /* G: a tick of the room's timer wheel */
	RTO_SAMPLE_MAX_US = 1 << 28, /* what is longer counts as this: no sum overflows */
};

/* SRTT and RTTVAR keep the fractions that alpha = 1/8 and beta = 1/4 make. */
struct rtt_estimator {
	uint32_t srtt_us8;   /* SRTT times 8; 0: no sample yet */
	uint32_t rttvar_us4; /* RTTVAR times 4 */
	uint32_t rto_us;     /* RTO, backed off as it may be */
};

_Static_assert(sizeof(struct rtt_estimator) == 12, "each TCB has one");

/* No sample yet (2.1). */
void rto_init(struct rtt_estimator *e, uint32_t initial_us);

/*
 * A round trip took rtt_us, which may be 0 (counted as 1) and is meant to be below 2^31.
 * Computes RTO anew (2.2, 2.3), which ends a back-off.
 */
void rto_on_sample(struct rtt_estimator *e, uint32_t rtt_us, uint32_t rto_min_us,
		uint32_t rto_max_us);

/* After a sample: let RTO be SRTT plus slack_us at least (as Linux). */
void rto_keep_slack(struct rtt_estimator *e, uint32_t slack_us, uint32_t rto_max_us);

/* The timer expired: double RTO (5.5), up to the limit. */
void rto_back_off(struct rtt_estimator *e, uint32_t rto_max_us);

static inline bool
rto_has_sample(const struct rtt_estimator *e)
{
	return e->srtt_us8 != 0;
}

/* For estab_conn_status. */
static inline uint32_t
rto_srtt_us(const struct rtt_estimator *e)
{
	return e->srtt_us8 / 8;
}

static inline uint32_t
rto_rttvar_us(const struct rtt_estimator *e)
{
	return e->rttvar_us4 / 4;
}

#endif
