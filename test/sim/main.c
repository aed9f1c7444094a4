/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim_swarm [--from N] [--count N] [--seconds N] [--compare]
 *         | --seed N [--quiet | --shrink] [--long-way] [--without TROUBLE,...]
 *           [--conversations N,...] [--until N] [--skip N,...]
 *
 * Production code in simulated worlds, in the manner of TigerBeetle's VOPR: each seed has another
 * set of troubles. A failure prints its seed; --seed runs that one again and prints its frames;
 * --shrink leaves out of it what is not needed for it to fail, and prints the rest as a command.
 * --compare runs each seed twice, with header prediction and without (--long-way), and wants the same
 * frames at the same times.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_mbuf.h>

#include "eal.h"
#include "malloc_mempool.h"
#include "order.h"
#include "sim.h"

enum {
	MBUFS = 8192,
	PATIENCE_S = 300, /* of the processor's time, for one seed: longer is a loop inside of a call */
	WARM = 1000,      /* seeds after which the allocator has what it needs */
};

static const char *program;
static char replay[ORDER_TEXT_MAX + 256]; /* for handlers of signals */

static void
prepare_replay(const struct sim_order *order)
{
	char text[ORDER_TEXT_MAX];

	order_print(order, text, sizeof(text));
	snprintf(replay, sizeof(replay), "replay: %s %s\n", program, text);
}

static void
on_signal(int number)
{
	static const char crash[] = "the simulation crashed\n", hang[] = "the simulation hangs\n";
	ssize_t n = number == SIGPROF ? write(STDERR_FILENO, hang, sizeof(hang) - 1)
				      : write(STDERR_FILENO, crash, sizeof(crash) - 1);

	n = write(STDERR_FILENO, replay, strlen(replay));
	_exit(n < 0 ? 2 : 1);
}

static void
print_troubles(const struct sim *sim)
{
	for (unsigned int i = 0; i < SIM_TROUBLE_COUNT; i++) {
		if (sim_has(sim, (enum sim_trouble)i))
			fprintf(stderr, " %s", trouble_name(i));
	}
}

void
sim_fail(const struct sim *sim, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "seed %" PRIu64 ", at %.6f s: ", sim->seed, (double)sim->now_ns / 1e9);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\ntroubles, up to number %u:", sim->event_count);
	print_troubles(sim);
	fprintf(stderr, "\n%s", replay);
	exit(1);
}

/* The short way and the long way must be one to the peer, and to the clock. */
static void
compare(struct sim_order *order, struct rte_mempool *const pools[SIM_POOLS])
{
	uint64_t digests[2] = { 0, 0 };

	for (unsigned int i = 0; i < RTE_DIM(digests); i++) {
		order->digest = &digests[i];
		order->unpredicted = i != 0;
		sim_run(order, pools);
	}
	order->digest = NULL;
	if (digests[0] == digests[1])
		return;
	fprintf(stderr,
			"seed %" PRIu64 ": another course with header prediction than without:\n%s"
			"and the same with --long-way\n",
			order->seed, replay);
	exit(1);
}

static long
resident_kib(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (file == NULL || fscanf(file, "%*s %ld", &pages) != 1)
		pages = 0;
	if (file != NULL)
		fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* What a soak is to show: that memory is flat. */
static void
report(uint64_t done, uint64_t next_seed, long warm_kib)
{
	printf("%" PRIu64 " simulations, up to seed %" PRIu64 "\n", done, next_seed - 1);
	if (warm_kib != 0)
		printf("%ld KiB resident after %u of them, %ld KiB at the end\n", warm_kib, WARM,
				resident_kib());
}

/* Others may have the processor for as long as they like: a soak takes what is left. */
static void
be_patient(void)
{
	const struct itimerval patience = { .it_value.tv_sec = PATIENCE_S };

	setitimer(ITIMER_PROF, &patience, NULL);
}

static void
run_all(struct order_command *command)
{
	struct sim_order *order = &command->order;
	const time_t end = time(NULL) + (time_t)command->seconds;
	struct rte_mempool *pools[SIM_POOLS];
	uint64_t done = 0;
	long warm_kib = 0;

	for (unsigned int i = 0; i < SIM_POOLS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "side_%u", i);
		pools[i] = malloc_mempool_create(name, MBUFS, RTE_MBUF_DEFAULT_BUF_SIZE);
		if (pools[i] == NULL)
			exit(1);
	}
	for (; done < command->count && time(NULL) < end; done++, order->seed++) {
		if (done == WARM)
			warm_kib = resident_kib();
		prepare_replay(order);
		be_patient();
		if (command->compare)
			compare(order, pools);
		else
			sim_run(order, pools);
	}
	report(done, order->seed, warm_kib);
	for (unsigned int i = 0; i < SIM_POOLS; i++)
		malloc_mempool_destroy(pools[i]);
}

static void
catch_signals(void)
{
	signal(SIGABRT, on_signal);
	signal(SIGPROF, on_signal);
#ifndef __SANITIZE_ADDRESS__
	signal(SIGSEGV, on_signal);
#endif
}

int
main(int argc, char **argv)
{
	struct order_command command;

	program = argv[0];
	if (order_parse(argc, argv, &command) != 0)
		return 2;
	if (command.shrink)
		return shrink(program, &command.order);
	if (eal_start(NULL) != 0)
		return 1;
	catch_signals();
	run_all(&command);
	eal_stop(NULL);
	return 0;
}
