/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How fast the network delivers (draft-ietf-ccwg-bbr, "Delivery Rate Samples"): what was delivered
 * since a segment left, by the time in which that happened, sending or acknowledging, whichever was
 * longer. For controllers that model the path.
 *
 * The draft keeps its notes with each packet; here they are with each sending, which is what left in
 * one turn. There are few notes: where a flight is long, what leaves within a small part of a round
 * trip shares one.
 */
#ifndef LIB_TCP_CONGESTION_DELIVERY_RATE_H
#define LIB_TCP_CONGESTION_DELIVERY_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct delivery;

enum {
	SENDINGS_MAX = 64,            /* a power of two */
	SENDINGS_PER_ROUND_TRIP = 24, /* with twice the path's capacity in flight, the notes last */
};

/* Text that left together: the draft's per-packet state P, as it was when its first segment left. */
struct sending {
	uint32_t left, right;   /* sequence numbers; the one after the last */
	uint32_t first_us;      /* when its first segment left: P.send_time */
	uint32_t last_us;       /* ... and its last */
	uint32_t delivered;     /* P.delivered, low 32 bits */
	uint32_t delivered_us;  /* P.delivered_time */
	uint32_t first_sent_us; /* P.first_send_time */
	uint32_t lost;          /* P.lost, low 32 bits */
	uint32_t in_flight;     /* P.tx_in_flight: octets, it and all of it included */
	bool app_limited;       /* P.is_app_limited */
	bool again;             /* it had been sent before */
};

/* Per connection: the draft's C. */
struct delivery_rate {
	uint64_t delivered;     /* C.delivered: octets */
	uint64_t lost;          /* C.lost: octets */
	uint64_t app_limited;   /* C.app_limited: until so many are delivered; 0: it is not */
	uint32_t delivered_us;  /* C.delivered_time */
	uint32_t first_sent_us; /* C.first_send_time */
	uint32_t min_rtt_us;    /* C.min_rtt; UINT32_MAX: none yet */
	uint16_t first, count;  /* of the ring */
	struct sending sendings[SENDINGS_MAX];
};

/* What an ACK says: the draft's RS. */
struct rate_sample {
	bool has_data;            /* a sending is known of which something was delivered now */
	bool app_limited;         /* RS.is_app_limited */
	uint64_t rate;            /* RS.delivery_rate: octets per second; 0: none */
	uint64_t prior_delivered; /* RS.prior_delivered */
	uint32_t delivered;       /* RS.delivered: octets since that sending left */
	uint32_t newly_acked;     /* RS.newly_acked: octets, by this ACK */
	uint32_t in_flight;       /* RS.tx_in_flight */
	uint32_t lost;            /* RS.lost: octets since it left */
	uint32_t rtt_us;          /* RS.rtt; UINT32_MAX: not measured */
};

#define RTT_NONE UINT32_MAX

/*
 * No path is believed to be faster: 800 Gbit/s, in octets per second. Products of a rate with a gain in
 * percent of percent, or with a second in nanoseconds, stay below 2^64.
 */
#define DELIVERY_RATE_MAX UINT64_C(100000000000)

/* What is delivered at a rate in so many microseconds; more than any window where 64 bits end. */
static inline uint64_t
delivery_rate_volume(uint64_t rate, uint64_t us)
{
	const uint64_t million = 1000000;

	return us != 0 && rate > UINT64_MAX / us ? UINT64_MAX / million : rate * us / million;
}

void delivery_rate_init(struct delivery_rate *rate, uint32_t now_us);

/* Octets [left, right) have left, again or for the first time; with them so many are in flight. */
void delivery_rate_on_sent(struct delivery_rate *rate, uint32_t left, uint32_t right, bool again,
		uint32_t in_flight, uint32_t now_us, uint32_t srtt_us);

/* There was nothing more to send, and room for it: a bubble is in flight, behind so many octets. */
void delivery_rate_limited(struct delivery_rate *rate, uint32_t in_flight);

/* An ACK has delivered something; SND.UNA has moved on already. */
void delivery_rate_on_delivered(struct delivery_rate *rate, const struct delivery *delivery,
		uint32_t snd_una, uint32_t now_us, struct rate_sample *sample);

/*
 * The next sending, after i (from 0), of which something in [left, right) is; -1: no more. Of what
 * was sent again, only the latest.
 */
int delivery_rate_find(const struct delivery_rate *rate, unsigned int i, uint32_t left,
		uint32_t right, bool again);

/* The sending with that place in the order of time. */
static inline const struct sending *
delivery_rate_at(const struct delivery_rate *rate, unsigned int i)
{
	return &rate->sendings[(rate->first + i) % SENDINGS_MAX];
}

/* Octets delivered when it left, in full. */
static inline uint64_t
delivery_rate_prior(const struct delivery_rate *rate, const struct sending *sending)
{
	return rate->delivered - (uint32_t)((uint32_t)rate->delivered - sending->delivered);
}

#endif
