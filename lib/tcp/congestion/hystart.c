/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HyStart++, RFC 9406 4.2, with the constants of 4.3.
 */
#include "tcp/congestion/hystart.h"

#include <rte_common.h>

#include "tcp/seq.h"

enum {
	MIN_RTT_THRESH_US = 4000,
	MAX_RTT_THRESH_US = 16000,
	MIN_RTT_DIVISOR = 8,
	N_RTT_SAMPLE = 8,
	CSS_GROWTH_DIVISOR = 4,
	CSS_ROUNDS = 5,
};

static const struct round_trip no_sample = { HYSTART_NONE, HYSTART_NONE };

static void
begin_round(struct hystart *hystart, uint32_t snd_nxt)
{
	hystart->last_min_us = hystart->round_min.most_us;
	hystart->round_min = no_sample;
	hystart->samples = 0;
	hystart->window_end = snd_nxt;
}

static bool
is_conservative(const struct hystart *hystart)
{
	return hystart->baseline_us != HYSTART_NONE;
}

void
hystart_init(struct hystart *hystart, uint32_t snd_nxt)
{
	*hystart = (struct hystart){
		.round_min = no_sample,
		.baseline_us = HYSTART_NONE,
	};
	begin_round(hystart, snd_nxt);
}

/* Whatever it was between the bounds, now and in the last round. */
static bool
round_trip_has_grown(const struct hystart *hystart)
{
	const uint32_t eighth = hystart->last_min_us / MIN_RTT_DIVISOR;
	const uint32_t threshold = RTE_MAX(RTE_MIN(eighth, (uint32_t)MAX_RTT_THRESH_US),
			(uint32_t)MIN_RTT_THRESH_US);

	return hystart->last_min_us != HYSTART_NONE &&
			hystart->round_min.least_us >= hystart->last_min_us + threshold;
}

/* Enough is known of this round: slow down, or find that there was no reason to. */
static void
judge(struct hystart *hystart)
{
	if (is_conservative(hystart)) {
		if (hystart->round_min.most_us < hystart->baseline_us)
			hystart->baseline_us = HYSTART_NONE;
	} else if (round_trip_has_grown(hystart)) {
		hystart->baseline_us = hystart->round_min.most_us;
		hystart->css_rounds = 0;
	}
}

bool
hystart_on_sample(struct hystart *hystart, const struct round_trip *sample, uint32_t snd_una,
		uint32_t snd_nxt)
{
	struct round_trip *least = &hystart->round_min;

	least->least_us = RTE_MIN(least->least_us, sample->least_us);
	least->most_us = RTE_MIN(least->most_us, sample->most_us);
	if (hystart->samples < N_RTT_SAMPLE)
		hystart->samples++;
	if (hystart->samples == N_RTT_SAMPLE)
		judge(hystart);
	if (seq_lt(snd_una, hystart->window_end))
		return false;
	begin_round(hystart, snd_nxt);
	return is_conservative(hystart) && ++hystart->css_rounds == CSS_ROUNDS;
}

uint32_t
hystart_growth(const struct hystart *hystart, uint32_t growth)
{
	return is_conservative(hystart) ? growth / CSS_GROWTH_DIVISOR : growth;
}
