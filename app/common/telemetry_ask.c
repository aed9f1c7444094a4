/* SPDX-License-Identifier: BSD-3-Clause */
#include "telemetry_ask.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_cycles.h>

enum {
	PATIENCE_SECONDS = 1,
	NAP_US = 50, /* a turn takes less; a core that is shared is needed for it */
};

static struct telemetry_paper
		papers[TELEMETRY_STACKS_MAX]; /* only what is asked for takes memory */
static atomic_bool over;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* telemetry's threads, and ours */

void
telemetry_ask_begin(void)
{
	pthread_mutex_lock(&lock);
}

void
telemetry_ask_end(void)
{
	pthread_mutex_unlock(&lock);
}

void
telemetry_ask_no_more(void)
{
	atomic_store(&over, true);
}

static bool
await(struct desk *desk)
{
	const uint64_t begin = rte_rdtsc(), patience = PATIENCE_SECONDS * rte_get_tsc_hz();

	while (!mailbox_is_answered(&desk->mailbox)) {
		if (atomic_load(&over) || rte_rdtsc() - begin > patience)
			return false;
		usleep(NAP_US);
	}
	return true;
}

static bool
ask(struct telemetry_paper *paper, void (*answer)(void *paper))
{
	struct desk *desk = paper->stack->desk;

	desk->answer = answer;
	desk->paper = paper;
	mailbox_ask(&desk->mailbox);
	return await(desk);
}

struct telemetry_paper *
telemetry_paper(const struct telemetry_source *source, unsigned int stack)
{
	struct telemetry_paper *paper = &papers[stack];

	if (!await(source->stacks[stack].desk))
		return NULL;
	paper->source = source;
	paper->stack = &source->stacks[stack];
	return paper;
}

static void
answer_stats(void *argument)
{
	struct telemetry_paper *paper = argument;
	const struct telemetry_source *source = paper->source;

	estab_stack_stats(paper->stack->stack, &paper->stats);
	for (unsigned int i = 0; i < source->counter_count; i++)
		paper->counters[i] = source->counter(paper->stack->owner, i);
}

bool
telemetry_ask_stats(struct telemetry_paper *paper)
{
	return ask(paper, answer_stats);
}

static void
answer_conns(void *argument)
{
	struct telemetry_paper *paper = argument;
	const struct telemetry_stack *stack = paper->stack;
	const uint32_t end = paper->from + paper->looked;
	uint32_t slot;

	paper->found = 0;
	for (slot = paper->from; slot < end && paper->found < paper->wanted; slot++) {
		const struct estab_conn *conn = paper->source->conn(stack->owner, slot);

		if (conn == NULL)
			continue;
		if (paper->found < TELEMETRY_INFOS)
			estab_conn_status(conn, &paper->infos[paper->found]);
		paper->slots[paper->found++] = slot;
	}
	paper->looked = slot - paper->from;
}

bool
telemetry_ask_conns(struct telemetry_paper *paper, uint32_t from, uint32_t slots, uint32_t wanted)
{
	paper->from = RTE_MIN(from, paper->stack->slots);
	paper->looked = RTE_MIN(slots, paper->stack->slots - paper->from);
	paper->looked = RTE_MIN(paper->looked, (uint32_t)TELEMETRY_SCAN);
	paper->wanted = RTE_MIN(wanted, (uint32_t)TELEMETRY_PAGE);
	return ask(paper, answer_conns);
}

static void
answer_act(void *argument)
{
	struct telemetry_paper *paper = argument;

	paper->result = paper->act(paper->stack->owner, paper->argument);
}

bool
telemetry_ask_act(struct telemetry_paper *paper, int (*act)(void *owner, void *argument),
		void *argument)
{
	paper->act = act;
	paper->argument = argument;
	return ask(paper, answer_act);
}

static void
answer_histogram(void *argument)
{
	struct telemetry_paper *paper = argument;
	const struct histogram *histogram =
			paper->source->histogram(paper->stack->owner, paper->name);

	paper->has_histogram = histogram != NULL;
	if (histogram != NULL)
		paper->histogram = *histogram;
}

bool
telemetry_ask_histogram(struct telemetry_paper *paper, const char *name)
{
	snprintf(paper->name, sizeof(paper->name), "%s", name);
	return ask(paper, answer_histogram);
}
