/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * estab-echo [EAL arguments] -- [options]: a small TCP server that shows how the library is used.
 *
 *	echo_options.c  the command line
 *	setup.c         devices, queues to lcores (places.c), memory, stacks
 *	server.c        one stack at work: poll, accept, events; ages.c: whose time is over
 *	service_*.c     the services (http_*.c: requests and answers)
 *	run.c           the loop of every lcore, the end
 *	report.c        what is printed; echo_telemetry.c: what is told when asked;
 *	                echo_prompt.c: what is done when told
 */
#include <stdlib.h>

#include <rte_eal.h>

#include "complain.h"
#include "eal.h"
#include "echo.h"
#include "echo_options.h"
#include "pdump.h"
#include "privileges.h"
#include "signals.h"

static struct echo_options options; /* large: kept off the stack */
static struct echo echo;

/* @return the exit code */
static int
serve(void)
{
	const int ret = echo_prompt_begin(&echo);

	if (ret < 0)
		echo_run(&echo);
	prompt_end();
	if (ret < 0)
		echo_print_totals(&echo);
	return capture_finish(&echo.capture, stdout, ret < 0 ? EXIT_SUCCESS : ret);
}

int
main(int argc, char **argv)
{
	static struct command_line line; /* options point into it */
	int ret = echo_options_read(&options, &line, argc, argv);

	if (ret < 0)
		ret = privileges_prepare(&options.user);
	if (ret < 0)
		ret = eal_start(&line);
	if (ret >= 0)
		return ret;
	pdump_begin(&line);
	signals_init();
	ret = echo_create(&echo, &options);
	if (ret < 0)
		ret = privileges_drop(&options.user);
	if (ret < 0) {
		echo_telemetry_begin(&echo, argc, argv);
		echo_print_start(&echo);
		ret = serve();
		telemetry_end();
	}
	echo_destroy(&echo);
	pdump_end();
	rte_eal_cleanup();
	return complain_of_output(ret);
}
