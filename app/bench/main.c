/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * estab-bench [EAL arguments] -- --workload W [options]: measures how fast connections are made and
 * used.
 *
 *	bench_options.c  the command line (*_options.c)
 *	allot.c          which lcore does what, and how much of it
 *	setup.c          devices, memory (pools.c), stacks (loopback.c: two devices made of rings)
 *	client.c         one side of every connection; endpoint.c the other, with --loopback
 *	client_*.c       what the workloads do with a connection; pump.c text without end;
 *	                 http_response.c what a web server answers
 *	flood.c          a flood on the client's wire, and its answers; flood_frame.c its frames;
 *	                 flood_result.c what became of every packet
 *	plan.c           when connections are due; targets.c between whom; addresses.c whose those are
 *	party.c          one turn of either side, and what it costs; sums.c what all have counted
 *	warm_up.c        connections before the clock starts
 *	run.c            measure, finish, drain; turns.c all from one thread
 *	steps.c          several measurements: a ramp, the search for the highest rate
 *	verdict.c        the exit code
 *	bench_prompt.c   what is done when told; bench_telemetry.c what is told when asked
 *	report.c         the result as text; report_json.c as JSON; series.c second by second;
 *	                 outputs.c the files it goes to
 *	report_html.c    the result as a page (report_html_*.c), with plots (plot.c, plot_scale.c)
 *	hold.c           very many connections of peers that keep none (hold_*.c)
 *	engine.c         --engine, the ledger of cycles: a stack alone (engine_*.c)
 */
#include <stdlib.h>

#include <rte_eal.h>

#include "bench.h"
#include "bench_options.h"
#include "complain.h"
#include "eal.h"
#include "engine.h"
#include "hold_team.h"
#include "pdump.h"
#include "report.h"
#include "privileges.h"
#include "secret.h"
#include "signals.h"

static struct command_line line;
static struct bench_options options;
static struct bench bench; /* holds two histograms: kept off the stack */
static struct report report;

/* @return the exit code */
static int
measure(int argc, char **argv)
{
	int ret = bench_create(&bench, &options), captured;

	if (ret < 0)
		ret = privileges_drop(&options.user);

	if (ret < 0) {
		bench_telemetry_begin(&bench, argc, argv);
		ret = bench_warm_up(&bench);
	}
	if (ret < 0)
		ret = bench_open_standing(&bench);
	if (ret < 0)
		ret = bench_prompt_begin(&bench);
	if (ret < 0)
		ret = bench_wait_for_start(&bench);
	if (ret < 0)
		bench_run(&bench, &report);
	prompt_end();
	telemetry_end();
	captured = capture_finish(&bench.capture, options.outputs.text, EXIT_FINE);
	bench_destroy(&bench);
	if (ret < 0) {
		report_end(&report, &bench, argc, argv);
		ret = bench_judge(&bench);
	}
	bench_forget(&bench);
	return ret == EXIT_FINE ? captured : ret;
}

/* @return the exit code that it was given, unless the result could not be written */
static int
end(int code)
{
	pdump_end();
	rte_eal_cleanup();
	return complain_of_output(outputs_close(&options.outputs, code));
}

int
main(int argc, char **argv)
{
	int ret = bench_options_read(&options, &line, argc, argv);

	if (ret < 0 && !options.seed_given && secret_fill(&options.seed, sizeof(options.seed)) != 0)
		ret = complain(EXIT_ENVIRONMENT, "getrandom gives no seed: give one with --seed");
	options.seed &= INT64_MAX; /* JSON's integers are signed */
	if (ret < 0)
		ret = privileges_prepare(&options.user);
	if (ret < 0)
		ret = eal_start(&line);
	if (ret >= 0)
		return ret;
	pdump_begin(&line);
	signals_init();
	if (options.engine)
		return end(engine_main(&options, argc, argv));
	if (options.workload == WORKLOAD_HOLD)
		return end(hold_team_main(&options, argc, argv));
	report_init(&report, &options.outputs);
	ret = measure(argc, argv);
	report_fini(&report);
	return end(ret);
}
