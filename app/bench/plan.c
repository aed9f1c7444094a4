/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan.h"

#include <math.h>
#include <stdlib.h>

#include "clock.h"

/* Until the next, in nanoseconds: exponential. erand48 gives 0 up to 1, and never that. */
static double
draw_pause(struct plan *plan)
{
	return -log1p(-erand48(plan->draws)) * (double)NS_PER_SECOND / plan->rate;
}

void
plan_init(struct plan *plan, bool poisson, uint64_t seed)
{
	*plan = (struct plan){ .poisson = poisson };
	for (unsigned int i = 0; i < 3; i++)
		plan->draws[i] = (unsigned short)(seed >> 16 * i);
}

void
plan_begin(struct plan *plan, uint32_t rate, uint64_t now_ns)
{
	plan->rate = rate;
	plan->begin_ns = now_ns;
	plan->taken = 0;
	plan->passed_ns = plan->poisson && rate != 0 ? draw_pause(plan) : 0;
}

/* Of a constant rate, and without overflow. */
static uint64_t
due_after_ns(const struct plan *plan)
{
	return plan->taken / plan->rate * NS_PER_SECOND +
			plan->taken % plan->rate * NS_PER_SECOND / plan->rate;
}

uint64_t
plan_next_ns(const struct plan *plan, uint64_t now_ns)
{
	if (plan->rate == 0)
		return now_ns;
	if (plan->poisson)
		return plan->begin_ns + (uint64_t)plan->passed_ns;
	return plan->begin_ns + due_after_ns(plan);
}

void
plan_take(struct plan *plan)
{
	plan->taken++;
	if (plan->poisson && plan->rate != 0)
		plan->passed_ns += draw_pause(plan);
}

/* Those k with k / rate <= since. */
static uint64_t
due_within(const struct plan *plan, uint64_t since_ns)
{
	const uint64_t whole = since_ns / NS_PER_SECOND * plan->rate;

	return whole +
			((since_ns % NS_PER_SECOND + 1) * plan->rate + NS_PER_SECOND - 1) /
			NS_PER_SECOND;
}

static uint64_t
expected_within(const struct plan *plan, uint64_t since_ns)
{
	const double late_ns = (double)since_ns - plan->passed_ns;

	return late_ns < 0 ? 0 : 1 + (uint64_t)(late_ns * plan->rate / (double)NS_PER_SECOND);
}

uint64_t
plan_overdue(const struct plan *plan, uint64_t now_ns)
{
	uint64_t since_ns, due;

	if (plan->rate == 0 || now_ns < plan->begin_ns)
		return 0;
	since_ns = now_ns - plan->begin_ns;
	if (plan->poisson)
		return expected_within(plan, since_ns);
	due = due_within(plan, since_ns);
	return due > plan->taken ? due - plan->taken : 0;
}
