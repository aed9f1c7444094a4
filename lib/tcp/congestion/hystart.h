/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HyStart++ (RFC 9406): slow start ends where the round trip grows longer, before it ends in losses.
 * First it only slows down ("conservative slow start"), and goes back if the delay was jitter.
 */
#ifndef LIB_TCP_CONGESTION_HYSTART_H
#define LIB_TCP_CONGESTION_HYSTART_H

#include <stdbool.h>
#include <stdint.h>

/* How long what an ACK acknowledges was under way: exactly, or between two bounds. */
struct round_trip {
	uint32_t least_us, most_us;
};

struct hystart {
	uint32_t window_end;         /* SND.NXT when this round began */
	struct round_trip round_min; /* currentRoundMinRTT; HYSTART_NONE: no sample yet */
	uint32_t last_min_us;        /* lastRoundMinRTT, the greater bound */
	uint32_t baseline_us; /* cssBaselineMinRtt; HYSTART_NONE: not in conservative slow start */
	uint8_t samples;      /* rttSampleCount, up to what is asked for */
	uint8_t css_rounds;   /* rounds of conservative slow start that have ended */
};

#define HYSTART_NONE UINT32_MAX

void hystart_init(struct hystart *hystart, uint32_t snd_nxt);

/*
 * A round trip was measured, by an ACK that has moved SND.UNA.
 *
 * @return true where conservative slow start has lasted long enough: ssthresh is to be cwnd
 */
bool hystart_on_sample(struct hystart *hystart, const struct round_trip *sample, uint32_t snd_una,
		uint32_t snd_nxt);

/* How much of slow start's growth is let through. */
uint32_t hystart_growth(const struct hystart *hystart, uint32_t growth);

#endif
