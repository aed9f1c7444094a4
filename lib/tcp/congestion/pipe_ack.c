/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 7661 4.2, with two bins where 4.5.1 has an example of five.
 */
#include "tcp/congestion/pipe_ack.h"

#include <rte_branch_prediction.h>
#include <rte_common.h>

enum { PERIOD_MIN_MS = 1000, PERIOD_ROUND_TRIPS = 3 };

uint32_t
pipe_ack_period_ms(uint32_t srtt_us)
{
	if (likely(srtt_us <= (uint32_t)PERIOD_MIN_MS * 1000 / PERIOD_ROUND_TRIPS))
		return PERIOD_MIN_MS;
	return (uint32_t)((uint64_t)srtt_us * PERIOD_ROUND_TRIPS / 1000);
}

void
pipe_ack_forget(struct pipe_ack *pipe_ack)
{
	*pipe_ack = (struct pipe_ack){ .most = { PIPE_ACK_UNDEFINED, PIPE_ACK_UNDEFINED } };
}

/* Bins follow each other without a gap, or begin anew where both would be empty. */
static void
turn_bins(struct pipe_ack *pipe_ack, uint32_t now_ms, uint32_t half_ms)
{
	const uint32_t age_ms = now_ms - pipe_ack->bin_ms;

	if (age_ms < half_ms)
		return;
	pipe_ack->most[1] = age_ms < 2 * half_ms ? pipe_ack->most[0] : 0;
	pipe_ack->most[0] = 0;
	pipe_ack->bin_ms = age_ms < 2 * half_ms ? pipe_ack->bin_ms + half_ms : now_ms;
}

void
pipe_ack_sample(struct pipe_ack *pipe_ack, uint32_t octets, uint32_t now_ms, uint32_t period_ms)
{
	if (pipe_ack->most[0] == PIPE_ACK_UNDEFINED)
		*pipe_ack = (struct pipe_ack){ .bin_ms = now_ms };
	else
		turn_bins(pipe_ack, now_ms, period_ms / 2);
	pipe_ack->most[0] = RTE_MAX(pipe_ack->most[0], octets);
}

uint32_t
pipe_ack_value(const struct pipe_ack *pipe_ack, uint32_t now_ms, uint32_t period_ms)
{
	const uint32_t age_ms = now_ms - pipe_ack->bin_ms, half_ms = period_ms / 2;

	if (pipe_ack->most[0] == PIPE_ACK_UNDEFINED)
		return PIPE_ACK_UNDEFINED;
	if (age_ms < half_ms)
		return RTE_MAX(pipe_ack->most[0], pipe_ack->most[1]);
	return age_ms < 2 * half_ms ? pipe_ack->most[0] : 0;
}
