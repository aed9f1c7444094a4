/* SPDX-License-Identifier: BSD-3-Clause */
#include "answers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_version.h>

#include <estab/stack.h>
#include <estab/version.h>

#include "pdump.h"
#include "stats_print.h"
#include "telemetry_ask.h"
#include "teller.h"

void
answers_silent(const struct question *question, unsigned int stack)
{
	tell_words(question->teller, "lcore %u does not answer",
			question->source->stacks[stack].lcore);
}

bool
answers_take_number(const char *params, uint64_t max, uint64_t *number)
{
	if (params == NULL || *params == '\0' || strspn(params, "0123456789") != strlen(params))
		return false;
	errno = 0;
	*number = strtoull(params, NULL, 10);
	return errno == 0 && *number <= max;
}

/* Add what a stack has counted, since it began or since another time. */
static void
add_paper(struct answers_sum *sum, const struct telemetry_paper *paper, unsigned int counters,
		const struct answers_sum *since)
{
	struct estab_stats stats = paper->stats;

	if (since != NULL)
		stats_since(&stats, &paper->stats, &since->stats);
	stats_add(&sum->stats, &stats);
	for (unsigned int i = 0; i < counters; i++)
		sum->counters[i] += paper->counters[i] - (since != NULL ? since->counters[i] : 0);
	sum->stacks++;
}

int
answers_sum(const struct question *question, struct answers_sum *sum, uint64_t lcore)
{
	const struct telemetry_source *source = question->source;

	memset(sum, 0, sizeof(*sum));
	for (unsigned int i = 0; i < source->stack_count; i++) {
		struct telemetry_paper *paper;

		if (lcore != UINT64_MAX && source->stacks[i].lcore != lcore)
			continue;
		paper = telemetry_paper(source, i);
		if (paper == NULL || !telemetry_ask_stats(paper))
			return (int)i;
		add_paper(sum, paper, source->counter_count,
				question->since != NULL ? &question->since[i] : NULL);
	}
	return -1;
}

static void
tell_counters(const struct question *question, const struct answers_sum *sum)
{
	const struct telemetry_source *source = question->source;

	for (unsigned int i = 0; i < stats_count(); i++)
		tell_number(question->teller, stats_name(i), stats_value(&sum->stats, i));
	for (unsigned int i = 0; i < source->counter_count; i++)
		tell_number(question->teller, source->counter_name(i), sum->counters[i]);
}

void
answer_stats(const struct question *question)
{
	struct answers_sum sum;
	int silent;

	if (question->params != NULL) {
		tell_words(question->teller, "takes nothing; for one lcore ask /estab/lcore,N");
		return;
	}
	silent = answers_sum(question, &sum, UINT64_MAX);
	if (silent >= 0)
		answers_silent(question, (unsigned int)silent);
	else
		tell_counters(question, &sum);
}

static void
tell_drops(struct teller *teller, const struct estab_stats *stats)
{
	for (unsigned int i = 0; i < ESTAB_DROP_COUNT; i++)
		tell_number(teller, estab_drop_name(i), stats->drops[i]);
	tell_number(teller, "unaccounted", (uint64_t)stats_unaccounted(stats));
}

void
answer_drops(const struct question *question)
{
	struct answers_sum sum;
	int silent;

	if (question->params != NULL) {
		tell_words(question->teller, "takes nothing");
		return;
	}
	silent = answers_sum(question, &sum, UINT64_MAX);
	if (silent >= 0)
		answers_silent(question, (unsigned int)silent);
	else
		tell_drops(question->teller, &sum.stats);
}

void
answer_lcore(const struct question *question)
{
	struct answers_sum sum;
	uint64_t lcore;
	int silent;

	if (!answers_take_number(question->params, UINT32_MAX, &lcore)) {
		tell_words(question->teller, "wants the number of an lcore, such as %u",
				question->source->stacks[0].lcore);
		return;
	}
	silent = answers_sum(question, &sum, lcore);
	if (silent >= 0) {
		answers_silent(question, (unsigned int)silent);
		return;
	}
	if (sum.stacks == 0) {
		tell_words(question->teller, "lcore %" PRIu64 " has no stack", lcore);
		return;
	}
	tell_number(question->teller, "lcore", lcore);
	tell_number(question->teller, "stacks", sum.stacks);
	tell_counters(question, &sum);
}

static void
tell_addresses(struct teller *teller, const struct estab_interface *interface)
{
	char text[ESTAB_ADDRESS_TEXT_MAX];

	tell_strings(teller, "addresses");
	for (unsigned int i = 0; i < interface->address_count; i++)
		tell_list_string(teller,
				estab_address_format(&interface->addresses[i].address, text,
						sizeof(text)));
	tell_list_end(teller);
}

/* Every port at every address. */
static void
tell_listeners(const struct question *question, uint64_t start)
{
	const struct telemetry_source *source = question->source;
	unsigned int i = (unsigned int)RTE_MIN(start, (uint64_t)source->port_count);

	tell_string(question->teller, "service", source->service);
	tell_number(question->teller, "backlog", source->backlog);
	tell_addresses(question->teller, source->interface);
	tell_numbers(question->teller, "ports");
	for (unsigned int n = 0; n < TELEMETRY_PAGE && i < source->port_count; n++)
		tell_list_number(question->teller, source->ports[i++]);
	tell_list_end(question->teller);
	if (i < source->port_count)
		tell_number(question->teller, "next", i);
}

void
answer_listeners(const struct question *question)
{
	uint64_t start = 0;

	if (question->params != NULL && !answers_take_number(question->params, UINT64_MAX, &start))
		tell_words(question->teller, "wants nothing, or where the page begins");
	else if (question->source->service == NULL)
		tell_words(question->teller, "not told by this program");
	else
		tell_listeners(question, start);
}

static void
tell_histogram(struct teller *teller, const char *name, const struct histogram *histogram)
{
	tell_string(teller, "name", name);
	tell_number(teller, "count", histogram->count);
	for (unsigned int i = 0; i < HISTOGRAM_SHARES; i++) {
		char key[TELLER_WORDS_MAX];

		snprintf(key, sizeof(key), "%s_ns", histogram_shares[i].key);
		tell_number(teller, key,
				histogram_quantile(histogram, histogram_shares[i].per_million));
	}
	tell_number(teller, "max_ns", histogram->max);
}

/* The sum over all stacks that have one of this name. */
static void
find_histogram(const struct question *question)
{
	static struct histogram sum; /* large; one question at a time */
	const struct telemetry_paper *found = NULL;

	histogram_init(&sum);
	for (unsigned int i = 0; i < question->source->stack_count; i++) {
		struct telemetry_paper *paper = telemetry_paper(question->source, i);

		if (paper == NULL || !telemetry_ask_histogram(paper, question->params)) {
			answers_silent(question, i);
			return;
		}
		if (!paper->has_histogram)
			continue;
		histogram_add(&sum, &paper->histogram);
		found = paper;
	}
	if (found != NULL)
		tell_histogram(question->teller, found->name, &sum);
	else
		tell_words(question->teller, "none of this name");
}

void
answer_histogram(const struct question *question)
{
	if (question->source->histogram == NULL)
		tell_words(question->teller, "there are none");
	else if (question->params == NULL)
		tell_words(question->teller, "wants a name");
	else
		find_histogram(question);
}

/* From the seed the stacks' secrets are made. */
static bool
is_secret(const char *argument)
{
	return strncmp(argument, "--seed", strlen("--seed")) == 0;
}

static void
tell_arguments(struct teller *teller, int count, char *const *arguments)
{
	tell_strings(teller, "arguments");
	for (int i = 0; i < count; i++) {
		if (!is_secret(arguments[i])) {
			tell_list_string(teller, arguments[i]);
			continue;
		}
		i += strchr(arguments[i], '=') == NULL;
		tell_list_string(teller, "--seed=...");
	}
	tell_list_end(teller);
}

void
answer_config(const struct question *question)
{
	const struct telemetry_source *source = question->source;

	if (question->params != NULL) {
		tell_words(question->teller, "takes nothing");
		return;
	}
	tell_string(question->teller, "program", program_invocation_short_name);
	tell_string(question->teller, "estab", estab_version());
	tell_string(question->teller, "dpdk", rte_version());
	tell_arguments(question->teller, source->argument_count, source->arguments);
	tell_string(question->teller, "dpdk_dumpcap", pdump_why_not() == NULL ? "yes" : "no");
	source->config(source->program, question->teller);
}
