/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The files that the result is written to, as asked for on the command line: opened before anything is
 * measured, so that a wrong name costs no time, and closed at the end of main, which is where it is
 * said that one could not be written.
 */
#ifndef APP_BENCH_OUTPUTS_H
#define APP_BENCH_OUTPUTS_H

#include <stdint.h>
#include <stdio.h>

#include "latencies.h"
#include "options.h"

enum output_kind {
	OUTPUT_JSON,
	OUTPUT_CSV,
	OUTPUT_HGRM,
	OUTPUT_REPORT,
	OUTPUT_COUNT,
};

struct output {
	const char *path; /* "-": standard output; NULL: not wanted */
	FILE *file;       /* NULL: not wanted */
};

struct outputs {
	struct output of[OUTPUT_COUNT];
	uint32_t hgrm_of; /* enum latency and 1; 0: the workload's main one */
	FILE *text;       /* for people: stdout, or stderr where something else goes to stdout */
};

/* The rows for --json, --csv, --hgrm, --hgrm-of and --report; their target is struct outputs. */
extern const struct option_row output_option_rows[];
extern const unsigned int output_option_count;

/* Refuse those for which a workload, or none, has nothing to write. @return -1 to go on, else the exit code */
int outputs_check(const struct outputs *outputs, uint32_t workload);

/* The latency that --hgrm is of. */
enum latency outputs_hgrm_of(const struct outputs *outputs, uint32_t workload);

/*
 * What is in them stays as yet. No two may be one file, by whatever names.
 *
 * @return -1 to go on, else the exit code; complains
 */
int outputs_open(struct outputs *outputs);

/* Refuse another option's file where it is one of these. path: NULL: none. @return as of outputs_open */
int outputs_check_other(const struct outputs *outputs, const char *option, const char *path);

/* Give up what was in them: nothing on the command line is wrong. @return as of outputs_open */
int outputs_empty(const struct outputs *outputs);

/*
 * Close them all, and complain of each that could not be written.
 *
 * @return the code, or EXIT_ENVIRONMENT
 */
int outputs_close(const struct outputs *outputs, int code);

#endif
