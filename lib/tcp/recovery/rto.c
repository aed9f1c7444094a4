/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 6298 2 and 5.5 in integers. With SRTT kept times 8 and RTTVAR times 4, "x <- (1 - 1/n) * x +
 * 1/n * y" becomes "scaled += y - scaled / n", and K * RTTVAR with K = 4 is the scaled value itself.
 */
#include "tcp/recovery/rto.h"

#include <assert.h>

#include <rte_common.h>

void
rto_init(struct rtt_estimator *e, uint32_t initial_us)
{
	*e = (struct rtt_estimator){ .rto_us = initial_us };
}

/* 2.2: SRTT <- R, RTTVAR <- R/2 */
static void
take_first_sample(struct rtt_estimator *e, uint32_t rtt_us)
{
	e->srtt_us8 = rtt_us * 8;
	e->rttvar_us4 = rtt_us * 2;
}

/* 2.3: RTTVAR first, from the SRTT of before. */
static void
take_sample(struct rtt_estimator *e, uint32_t rtt_us)
{
	const uint32_t srtt_us = e->srtt_us8 / 8;
	const uint32_t deviation_us = srtt_us > rtt_us ? srtt_us - rtt_us : rtt_us - srtt_us;

	e->rttvar_us4 = e->rttvar_us4 - e->rttvar_us4 / 4 + deviation_us;
	e->srtt_us8 = e->srtt_us8 - e->srtt_us8 / 8 + rtt_us;
}

/* RTO as it follows from SRTT and RTTVAR (2.2, 2.3), within the limits (2.4, 2.5). */
static void
compute(struct rtt_estimator *e, uint32_t rto_min_us, uint32_t rto_max_us)
{
	uint32_t rto_us;

	assert(rto_min_us <= rto_max_us);
	rto_us = e->srtt_us8 / 8 + RTE_MAX((uint32_t)RTO_GRANULARITY_US, e->rttvar_us4);
	rto_us = RTE_MAX(rto_us, rto_min_us);
	e->rto_us = RTE_MIN(rto_us, rto_max_us);
}

void
rto_on_sample(struct rtt_estimator *e, uint32_t rtt_us, uint32_t rto_min_us, uint32_t rto_max_us)
{
	rtt_us = RTE_MAX(rtt_us, UINT32_C(1)); /* so that SRTT never is what says "no sample" */
	rtt_us = RTE_MIN(rtt_us, (uint32_t)RTO_SAMPLE_MAX_US);

	if (rto_has_sample(e))
		take_sample(e, rtt_us);
	else
		take_first_sample(e, rtt_us);
	compute(e, rto_min_us, rto_max_us);
}

void
rto_keep_slack(struct rtt_estimator *e, uint32_t slack_us, uint32_t rto_max_us)
{
	const uint32_t rto_us = rto_srtt_us(e) + slack_us;

	e->rto_us = RTE_MIN(RTE_MAX(e->rto_us, rto_us), rto_max_us);
}

void
rto_back_off(struct rtt_estimator *e, uint32_t rto_max_us)
{
	e->rto_us = e->rto_us > rto_max_us / 2 ? rto_max_us : e->rto_us * 2;
}
