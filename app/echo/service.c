/* SPDX-License-Identifier: BSD-3-Clause */
#include "service.h"

#include <stddef.h>
#include <string.h>

#include <rte_common.h>

static const struct service services[] = {
	{ "echo", echo_progress, 7, false },
	{ "discard", discard_progress, 9, false },
	{ "chargen", chargen_progress, 19, false },
	{ "http", http_progress, 80, true },
};

const struct service *
service_named(const char *name)
{
	for (size_t i = 0; i < RTE_DIM(services); i++) {
		if (strcmp(services[i].name, name) == 0)
			return &services[i];
	}
	return NULL;
}

static const struct {
	const char *name, *text;
} counter_rows[] = {
#define COUNTER_ROW(name, text) { #name, text },
	SERVICE_COUNTERS(COUNTER_ROW)
#undef COUNTER_ROW
};
_Static_assert(RTE_DIM(counter_rows) == SERVICE_COUNTER_COUNT, "only counters");

const char *
service_counter_name(unsigned int number)
{
	return counter_rows[number].name;
}

const char *
service_counter_text(unsigned int number)
{
	return counter_rows[number].text;
}

uint64_t
service_counter(const struct service_counters *counters, unsigned int number)
{
	return ((const uint64_t *)counters)[number];
}

void
service_counters_add(struct service_counters *sum, const struct service_counters *counters)
{
	for (unsigned int i = 0; i < SERVICE_COUNTER_COUNT; i++)
		((uint64_t *)sum)[i] += ((const uint64_t *)counters)[i];
}
