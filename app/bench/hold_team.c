/* SPDX-License-Identifier: BSD-3-Clause */
#include "hold_team.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "bench.h"
#include "bench_options.h"
#include "complain.h"
#include "cores.h"
#include "hold_report.h"
#include "host.h"
#include "stats_print.h"

static unsigned int
team_size(const struct bench_options *options)
{
	uint32_t most = RTE_MIN(options->connections, (uint32_t)BENCH_LCORES_MAX);

	if (options->rate != 0)
		most = RTE_MIN(most, options->rate);
	return RTE_MIN(most, rte_lcore_count());
}

static void
add_numbers(struct hold_numbers *sum, const struct hold_numbers *numbers)
{
	sum->opened += numbers->opened;
	sum->echoed += numbers->echoed;
	sum->closed += numbers->closed;
	sum->faults += numbers->faults;
	stats_add(&sum->stats, &numbers->stats);
	histogram_add(&sum->response_ns, &numbers->response_ns);
}

static void
tell(struct hold *hold)
{
	struct hold_numbers *now = &hold->now;

	now->opened = hold->judge.open_count;
	now->echoed = hold->judge.echo_count;
	now->closed = hold->judge.close_count;
	now->faults = hold_judge_fault_sum(&hold->judge);
	estab_stack_stats(hold->stack, &now->stats);
	histogram_copy(&now->response_ns, &hold->response_ns);
}

static bool
all_have_answered(struct hold_team *team)
{
	for (unsigned int i = 0; i < team->count; i++) {
		if (!mailbox_is_answered(&team->holds[i].mailbox))
			return false;
	}
	return true;
}

static void
write_line(struct hold_team *team, uint64_t now_ns)
{
	struct hold_numbers *sum = &team->total.now;

	memset(sum, 0, sizeof(*sum));
	histogram_init(&sum->response_ns);
	for (unsigned int i = 0; i < team->count; i++)
		add_numbers(sum, &team->holds[i].now);
	team->total.phase = team->holds[0].phase;
	hold_report_line(team->report, &team->total, now_ns);
	team->line_ns = now_ns;
	team->asked = false;
}

static void
watch(struct hold_team *team, uint64_t now_ns)
{
	if (team->asked) {
		if (all_have_answered(team))
			write_line(team, now_ns);
		return;
	}
	if (now_ns < team->line_ns + NS_PER_SECOND)
		return;
	for (unsigned int i = 0; i < team->count; i++)
		mailbox_ask(&team->holds[i].mailbox);
	team->asked = true;
}

void
hold_team_turn(struct hold *hold, uint64_t now_ns)
{
	if (mailbox_is_asked(&hold->mailbox)) {
		tell(hold);
		mailbox_answer(&hold->mailbox);
	}
	if (hold->number == 0)
		watch(hold->team, now_ns);
	if (hold->team->cores_are_shared)
		cores_yield(true);
}

void
hold_team_meet(struct hold *hold, enum hold_phase phase)
{
	struct hold_team *team = hold->team;
	uint64_t now_ns;

	atomic_fetch_add_explicit(&team->arrived[phase], 1, memory_order_release);
	while (atomic_load_explicit(&team->arrived[phase], memory_order_acquire) < team->count) {
		now_ns = clock_now(&hold->clock);
		hold_turn(hold, now_ns);
		hold_team_turn(hold, now_ns);
	}
	if (phase == HOLD_OPENING && hold->number == 0)
		team->rss_standing = host_rss();
}

static int
lcore_main(void *hold)
{
	hold_run(hold);
	return 0;
}

static void
run(struct hold_team *team)
{
	hold_report_begin(team->report, team);
	for (unsigned int i = 1; i < team->count; i++)
		rte_eal_remote_launch(lcore_main, &team->holds[i], team->holds[i].lcore);
	hold_run(&team->holds[0]);
	rte_eal_mp_wait_lcore();
}

static void
add_memory(struct estab_memory *sum, const struct estab_memory *memory)
{
#define ADD_PART(name, text)                                                                       \
	sum->name.reserved += memory->name.reserved;                                               \
	sum->name.touched += memory->name.touched;                                                 \
	sum->name.used += memory->name.used;
	ESTAB_MEMORY_PARTS(ADD_PART)
#undef ADD_PART
}

/* From when the first began to when the last ended. */
static void
add_times(struct hold *sum, const struct hold *hold)
{
	for (unsigned int i = 0; i < HOLD_PHASE_COUNT; i++) {
		if (hold->number == 0 || hold->begin_ns[i] < sum->begin_ns[i])
			sum->begin_ns[i] = hold->begin_ns[i];
		sum->end_ns[i] = RTE_MAX(sum->end_ns[i], hold->end_ns[i]);
	}
}

static void
add_hold(struct hold *sum, const struct hold *hold)
{
	sum->connections += hold->connections;
	sum->offered += hold->offered;
	sum->heard += hold->heard;
	sum->echoes_in_time += hold->echoes_in_time;
	sum->overdue += hold->overdue;
	sum->mbufs_leaked += hold->mbufs_leaked;
	sum->tcbs_leaked += hold->tcbs_leaked;
	hold_judge_add(&sum->judge, &hold->judge);
	histogram_add(&sum->response_ns, &hold->response_ns);
	stats_add(&sum->stats, &hold->stats);
	add_memory(&sum->memory, &hold->memory);
	add_times(sum, hold);
}

static void
sum_up(struct hold_team *team)
{
	team->total.options = team->options;
	histogram_init(&team->total.response_ns);
	for (unsigned int i = 0; i < team->count; i++)
		add_hold(&team->total, &team->holds[i]);
}

static bool
all_are_clean(const struct hold_team *team)
{
	for (unsigned int i = 0; i < team->count; i++) {
		if (!hold_is_clean(&team->holds[i]))
			return false;
	}
	return true;
}

/* The main lcore is the first: it has the line to write. */
static void
place(struct hold_team *team)
{
	uint16_t lcores[BENCH_LCORES_MAX] = { (uint16_t)rte_get_main_lcore() };
	uint16_t n = 1;
	unsigned int lcore;

	RTE_LCORE_FOREACH_WORKER(lcore) {
		if (n < team->count)
			lcores[n++] = (uint16_t)lcore;
	}
	for (unsigned int i = 0; i < team->count; i++) {
		struct hold *hold = &team->holds[i];

		hold->team = team;
		hold->number = i;
		hold->lcore = lcores[i];
		hold->clock = team->clock;
		hold->connections = bench_share(team->options->connections, i, team->count);
		hold->rate = bench_share(team->options->rate, i, team->count);
	}
	team->cores_are_shared = cores_are_shared(lcores, (uint16_t)team->count);
}

/* How many addresses the peers of the first n holds have. */
static uint64_t
addresses_of(const struct hold_team *team, unsigned int n)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < n; i++)
		sum += (team->holds[i].connections + PEER_PORTS - 1) / PEER_PORTS;
	return sum;
}

/* Neither the address of the network nor the broadcast address. */
static uint64_t
hosts_of(const struct estab_local_address *clients)
{
	return (UINT64_C(1) << (32 - clients->prefix_length)) - 2;
}

static uint32_t
first_address(const struct estab_local_address *clients)
{
	const uint8_t *b = clients->address.bytes;
	const uint32_t address = RTE_IPV4((uint32_t)b[0], b[1], b[2], b[3]);

	return (address & ~(uint32_t)((UINT64_C(1) << (32 - clients->prefix_length)) - 1)) + 1;
}

static int
create_all(struct hold_team *team)
{
	const uint32_t first = first_address(&team->options->clients);
	int ret = -1;

	clock_init(&team->clock);
	place(team);
	if (addresses_of(team, team->count) > hosts_of(&team->options->clients))
		return complain(EXIT_USAGE,
				"--clients: too few addresses for %" PRIu32
				" connections on %u lcores, each with its own",
				team->options->connections, team->count);
	team->rss_before = host_rss();
	for (unsigned int i = 0; ret < 0 && i < team->count; i++)
		ret = hold_create(&team->holds[i], team->options,
				first + (uint32_t)addresses_of(team, i));
	return ret;
}

static int
report_all(struct hold_team *team, int argc, char **argv)
{
	sum_up(team);
	hold_report_end(team->report, team, argc, argv);
	return all_are_clean(team) ? EXIT_FINE : EXIT_ENVIRONMENT;
}

int
hold_team_main(const struct bench_options *options, int argc, char **argv)
{
	static struct hold_report report; /* histograms make it large */
	const unsigned int count = team_size(options);
	struct hold_team *team = calloc(1, sizeof(*team) + count * sizeof(team->holds[0]));
	int ret;

	if (team == NULL)
		return complain(EXIT_ENVIRONMENT, "no memory for the workload itself");
	report = (struct hold_report){ .options = options };
	team->options = options;
	team->report = &report;
	team->count = count;
	ret = create_all(team);
	if (ret < 0)
		run(team);
	for (unsigned int i = 0; i < count; i++)
		hold_destroy(&team->holds[i]);
	if (ret < 0)
		ret = report_all(team, argc, argv);
	free(team);
	return ret;
}
