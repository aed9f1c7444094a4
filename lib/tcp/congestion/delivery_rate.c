/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * OnPacketSent, UpdateRateSample and GenerateRateSample of draft-ietf-ccwg-bbr, over a ring of notes.
 * Where the ring is full, the oldest goes: its octets are then delivered without a sample.
 */
#include "tcp/congestion/delivery_rate.h"

#include <assert.h>

#include <rte_common.h>

#include "tcp/recovery/scoreboard.h"
#include "tcp/seq.h"

#define SECOND_US UINT64_C(1000000)

_Static_assert((SENDINGS_MAX & (SENDINGS_MAX - 1)) == 0, "places in the ring wrap");

void
delivery_rate_init(struct delivery_rate *rate, uint32_t now_us)
{
	*rate = (struct delivery_rate){
		.delivered_us = now_us,
		.first_sent_us = now_us,
		.min_rtt_us = RTT_NONE,
	};
}

static struct sending *
at(struct delivery_rate *rate, unsigned int i)
{
	return &rate->sendings[(rate->first + i) % SENDINGS_MAX];
}

/* It goes on where the last ended, in the same turn or, by the measure of a round trip, soon after. */
static bool
joins_last(struct delivery_rate *rate, const struct sending *sending, uint32_t srtt_us)
{
	const struct sending *last = at(rate, rate->count - 1u);
	const uint32_t since_us = sending->first_us - last->first_us;

	return rate->count > 0 && sending->left == last->right && sending->again == last->again &&
			sending->app_limited == last->app_limited &&
			(since_us == 0 || since_us < srtt_us / SENDINGS_PER_ROUND_TRIP);
}

static void
drop_first(struct delivery_rate *rate)
{
	rate->first = (uint16_t)((rate->first + 1u) % SENDINGS_MAX);
	rate->count--;
}

void
delivery_rate_on_sent(struct delivery_rate *rate, uint32_t left, uint32_t right, bool again,
		uint32_t in_flight, uint32_t now_us, uint32_t srtt_us)
{
	struct sending sending = {
		.left = left,
		.right = right,
		.first_us = now_us,
		.last_us = now_us,
		.delivered = (uint32_t)rate->delivered,
		.lost = (uint32_t)rate->lost,
		.in_flight = in_flight,
		.app_limited = rate->app_limited != 0,
		.again = again,
	};

	if (in_flight <= right - left)
		rate->first_sent_us = rate->delivered_us = now_us;
	sending.delivered_us = rate->delivered_us;
	sending.first_sent_us = rate->first_sent_us;
	if (joins_last(rate, &sending, srtt_us)) {
		struct sending *last = at(rate, rate->count - 1u);

		last->right = right;
		last->last_us = now_us;
		last->in_flight = in_flight;
		return;
	}
	if (rate->count == SENDINGS_MAX)
		drop_first(rate);
	*at(rate, rate->count++) = sending;
}

void
delivery_rate_limited(struct delivery_rate *rate, uint32_t in_flight)
{
	rate->app_limited = RTE_MAX(rate->delivered + in_flight, UINT64_C(1));
}

/* Some of [left, right) left then. */
static bool
overlaps(const struct sending *sending, uint32_t left, uint32_t right)
{
	return seq_lt(sending->left, right) && seq_gt(sending->right, left);
}

int
delivery_rate_find(const struct delivery_rate *rate, unsigned int i, uint32_t left, uint32_t right,
		bool again)
{
	int found = -1;

	for (; i < rate->count; i++) {
		const struct sending *sending = delivery_rate_at(rate, i);

		if (sending->again != again || !overlaps(sending, left, right))
			continue;
		found = (int)i;
		if (!again)
			break;
	}
	return found;
}

/* UpdateRateSample, for the latest of what was delivered. */
static uint32_t
update_sample(struct delivery_rate *rate, const struct sending *sending, uint32_t end,
		bool ambiguous, uint32_t now_us, struct rate_sample *sample)
{
	const uint32_t send_us = sending->first_us - sending->first_sent_us;
	const uint32_t ack_us = now_us - sending->delivered_us;

	sample->has_data = true;
	sample->app_limited = sending->app_limited;
	sample->prior_delivered = delivery_rate_prior(rate, sending);
	sample->delivered = (uint32_t)(rate->delivered - sample->prior_delivered);
	sample->in_flight = sending->in_flight;
	sample->lost = (uint32_t)rate->lost - sending->lost;
	if (!ambiguous)
		sample->rtt_us = now_us -
				(end == sending->right ? sending->last_us : sending->first_us);
	rate->first_sent_us = sending->first_us;
	return RTE_MAX(send_us, ack_us);
}

/* GenerateRateSample. A time shorter than any round trip is that of an ACK of something older. */
static void
generate_sample(struct delivery_rate *rate, uint32_t interval_us, struct rate_sample *sample)
{
	if (rate->app_limited != 0 && rate->delivered > rate->app_limited)
		rate->app_limited = 0;
	rate->min_rtt_us = RTE_MIN(rate->min_rtt_us, sample->rtt_us);
	if (!sample->has_data || interval_us == 0 ||
			(rate->min_rtt_us != RTT_NONE && interval_us < rate->min_rtt_us))
		return;
	sample->rate = RTE_MIN(sample->delivered * SECOND_US / interval_us, DELIVERY_RATE_MAX);
}

void
delivery_rate_on_delivered(struct delivery_rate *rate, const struct delivery *delivery,
		uint32_t snd_una, uint32_t now_us, struct rate_sample *sample)
{
	const uint32_t end = delivery->latest_end;
	uint32_t interval_us = 0;
	int i = -1;

	*sample = (struct rate_sample){ .newly_acked = delivery->octets, .rtt_us = RTT_NONE };
	rate->delivered += delivery->octets;
	if (delivery->octets > 0)
		rate->delivered_us = now_us;
	if (delivery->any)
		i = delivery_rate_find(rate, 0, end - 1, end, delivery->latest_ambiguous);
	if (i >= 0)
		interval_us = update_sample(rate, delivery_rate_at(rate, (unsigned int)i), end,
				delivery->latest_ambiguous, now_us, sample);
	generate_sample(rate, interval_us, sample);
	while (rate->count > 0 && seq_leq(at(rate, 0)->right, snd_una))
		drop_first(rate);
}
