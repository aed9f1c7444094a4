/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Nothing is recorded twice for the sake of a line per second: whoever asks gets a copy of what was counted
 * since the beginning, of which only the part in use is touched, and takes the difference himself.
 */
#include "latencies.h"

#include <stddef.h>

#include "bench.h"
#include "client.h"

const char *
latency_name(enum latency latency)
{
	static const char *const names[LATENCY_COUNT] = {
#define LATENCY_TEXT(name) #name,
		LATENCIES(LATENCY_TEXT)
#undef LATENCY_TEXT
	};

	return names[latency];
}

const struct histogram *
latency_in(const struct client_tally *tally, enum latency latency)
{
	static const size_t offsets[LATENCY_COUNT] = {
#define LATENCY_OFFSET(name) offsetof(struct client_tally, name##_ns),
		LATENCIES(LATENCY_OFFSET)
#undef LATENCY_OFFSET
	};
	const void *histogram = (const char *)tally + offsets[latency];

	return histogram;
}

bool
latency_is_of(enum latency latency, uint32_t workload)
{
	switch (latency) {
	case LATENCY_connect:
		return workload == WORKLOAD_OPEN || workload == WORKLOAD_CRR ||
				workload == WORKLOAD_FLOOD;
	case LATENCY_response:
		return workload == WORKLOAD_CRR || workload == WORKLOAD_RR ||
				workload == WORKLOAD_HOLD;
	case LATENCY_transaction:
		return workload == WORKLOAD_CRR;
	case LATENCY_COUNT:
		break;
	}
	return false;
}

enum latency
latency_main(uint32_t workload)
{
	for (unsigned int i = LATENCY_COUNT; i-- > 0;) {
		if (latency_is_of(i, workload))
			return i;
	}
	return LATENCY_COUNT;
}

void
latencies_note(struct party *party)
{
	struct client *client = party->role;

	for (unsigned int i = 0; i < LATENCY_COUNT; i++)
		histogram_copy(&client->noted.of[i], latency_in(&client->tally, i));
}

void
latencies_add_up(const struct bench *bench, struct latencies *sum)
{
	for (unsigned int i = 0; i < LATENCY_COUNT; i++) {
		histogram_init(&sum->of[i]);
		for (uint16_t k = 0; k < bench->ends[END_CLIENT].map.count; k++)
			histogram_add(&sum->of[i], &bench->clients[k].noted.of[i]);
	}
}

void
latencies_copy(struct latencies *copy, const struct latencies *latencies)
{
	for (unsigned int i = 0; i < LATENCY_COUNT; i++)
		histogram_copy(&copy->of[i], &latencies->of[i]);
}

void
latencies_since(struct latencies *since, const struct latencies *now,
		const struct latencies *before)
{
	for (unsigned int i = 0; i < LATENCY_COUNT; i++)
		histogram_since(&since->of[i], &now->of[i], &before->of[i]);
}
