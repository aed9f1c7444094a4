/* SPDX-License-Identifier: BSD-3-Clause */
#include "state_log.h"

#include <inttypes.h>
#include <stdatomic.h>

#include <rte_log.h>

#include <estab/address.h>
#include <estab/watch.h>

#include "answers.h"
#include "clock.h"
#include "telemetry_ask.h"
#include "teller.h"

/* Of a stack. Its lcore alone writes; who asks for the sums only reads them. */
struct state_log {
	struct estab_stack *stack;
	unsigned int lcore;
	uint64_t second;      /* of the lines that are counted now */
	uint32_t lines, more; /* in it: written, and not */
	atomic_uint_fast64_t written, suppressed;
};

RTE_LOG_REGISTER(estab_state_logtype, lib.estab.tcp, NOTICE);

static struct state_log logs[TELEMETRY_STACKS_MAX];

static bool
is_wanted(void)
{
	return rte_log_can_log((uint32_t)estab_state_logtype, RTE_LOG_DEBUG);
}

/* @return false: enough for this second */
static bool
may_write(struct state_log *log, uint64_t now_ns)
{
	if (log->second != now_ns / NS_PER_SECOND) {
		if (log->more > 0)
			rte_log(RTE_LOG_DEBUG, (uint32_t)estab_state_logtype,
					"estab: lcore %u: %" PRIu32 " more in that second\n",
					log->lcore, log->more);
		log->second = now_ns / NS_PER_SECOND;
		log->lines = log->more = 0;
	}
	if (log->lines < STATE_LOG_PER_SECOND) {
		log->lines++;
		atomic_fetch_add_explicit(&log->written, 1, memory_order_relaxed);
		return true;
	}
	log->more++;
	atomic_fetch_add_explicit(&log->suppressed, 1, memory_order_relaxed);
	return false;
}

static void
on_change(void *context, const struct estab_state_change *change)
{
	char local[ESTAB_ADDRESS_TEXT_MAX], remote[ESTAB_ADDRESS_TEXT_MAX];
	struct state_log *log = context;

	if (!may_write(log, change->now_ns))
		return;
	rte_log(RTE_LOG_DEBUG, (uint32_t)estab_state_logtype,
			"estab: lcore %u: %s %s: %s -> %s: %s\n", log->lcore,
			estab_endpoint_format(&change->local, local, sizeof(local)),
			estab_endpoint_format(&change->remote, remote, sizeof(remote)),
			change->from, change->to, change->event);
}

/* On the stack's own lcore. */
static int
follow(void *owner, void *argument)
{
	struct state_log *log = argument;
	const struct estab_watch watch = { .context = log, .state = on_change };

	(void)owner;
	estab_stack_watch(log->stack, is_wanted() ? &watch : NULL);
	return 0;
}

void
state_log_begin(const struct telemetry_source *source)
{
	for (unsigned int i = 0; i < source->stack_count; i++) {
		logs[i] = (struct state_log){
			.stack = source->stacks[i].stack,
			.lcore = source->stacks[i].lcore,
		};
		follow(NULL, &logs[i]);
	}
}

void
state_log_follow(const struct telemetry_source *source)
{
	for (unsigned int i = 0; i < source->stack_count; i++) {
		struct telemetry_paper *paper = telemetry_paper(source, i);

		if (paper != NULL)
			telemetry_ask_act(paper, follow, &logs[i]);
	}
}

void
answer_log(const struct question *question)
{
	uint64_t written = 0, suppressed = 0;

	if (question->params != NULL) {
		tell_words(question->teller, "takes nothing");
		return;
	}
	for (unsigned int i = 0; i < question->source->stack_count; i++) {
		written += atomic_load_explicit(&logs[i].written, memory_order_relaxed);
		suppressed += atomic_load_explicit(&logs[i].suppressed, memory_order_relaxed);
	}
	tell_string(question->teller, "states", is_wanted() ? "on" : "off");
	tell_number(question->teller, "lines", written);
	tell_number(question->teller, "suppressed", suppressed);
}
