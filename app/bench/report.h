/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The result, for people and for programs: a line per second and a table as text, and the same
 * numbers as one JSON object. README.md in this folder has the fields.
 */
#ifndef APP_BENCH_REPORT_H
#define APP_BENCH_REPORT_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "bench_options.h"
#include "histogram.h"
#include "latencies.h"
#include "live_line.h"
#include "party.h"
#include "series.h"

struct bench;
struct step;

struct report {
	const struct outputs *outputs;
	struct series series;
	struct live_line line;
	uint64_t begin_ns;
	uint64_t last_ns;
	struct party_numbers before[2]; /* by end, as of the last line */
	struct latencies latencies_before;
	struct latencies latencies; /* between the last two lines */
};

/* One interval: what happened since the one before. */
struct interval {
	double second; /* since the measurement began, at its end */
	double seconds;
	uint64_t connections;
	uint64_t transactions;
	uint64_t bytes_to_server, bytes_from_server;
	struct flood_count flood;
	uint64_t errors;
	uint64_t open;
	struct estab_stats stats[2]; /* by end */
	double busy_ratio[2];
	const struct latencies *latencies;
};

/* Derived numbers that text and JSON both show. */
struct summary {
	double seconds;
	double connections_per_second;
	double packets_per_connection;
	uint64_t transactions;
	double transactions_per_second;
	double to_server_bps, from_server_bps; /* goodput: text that arrived, bits */
	double to_server_pps, from_server_pps; /* packets of the client's stack */
	uint64_t retransmitted;                /* segments, of both stacks */
	double busy_ratio[2];
	double busy_cycles_per_connection[2];
	int64_t unaccounted[2];
	struct estab_stats stats
			[2]; /* from the beginning of the measurement to the end of the drain */
};

/* What one lcore had of it: a party's share of the sum, over the same time. */
struct party_result {
	struct estab_stats stats;
	uint64_t connections; /* that its stack had, opened or accepted */
	double busy_ratio;
};

/* What there is to write when all is over. */
struct result {
	uint32_t workload;
	json_t *root;                                     /* as --json has it */
	const struct histogram *latencies[LATENCY_COUNT]; /* those that the workload counts */
};

/* No bytes are written yet. */
void report_init(struct report *report, const struct outputs *outputs);

/* The first lines: what is in force. */
void report_begin(struct report *report, const struct bench *bench);

/* The clock of the measurement starts: lines count from here. */
void report_start(struct report *report, const struct bench *bench);

/* A line for what the parties' mailboxes hold. */
void report_interval(struct report *report, const struct bench *bench);

/* The table, and what is written to files. */
void report_end(struct report *report, const struct bench *bench, int argc, char **argv);

void report_fini(struct report *report);

/* report_files.c: --json, --hgrm, --report */
void report_files(const struct result *result, const struct outputs *outputs);

void party_result_make(struct party_result *result, const struct party *party);

void summary_make(struct summary *summary, const struct bench *bench);

/* A table of latencies: its head, and a line of it; nothing where nothing was recorded. */
void report_print_latency_head(FILE *out);
void report_print_latency(const char *name, const struct histogram *histogram, FILE *out);

/* report_work.c: what the workload is about, in the first line, in an interval's and in the last */
void report_work_begin(const struct bench_options *options, FILE *out);
void report_work_interval(const struct interval *interval, uint32_t workload, FILE *out);
void report_work_result(const struct bench *bench, const struct summary *summary, FILE *out);

/* report_steps.c: one of several measurements, when it is over, and all of them in the end */
void report_step(struct report *report, const struct bench *bench, const struct step *step);
void report_steps_result(const struct bench *bench, FILE *out);
json_t *report_steps_json(const struct bench *bench);

/* report_flood.c: the same of a flood, and what JSON says of it */
void report_flood_begin(const struct bench_options *options, FILE *out);
void report_flood_interval(const struct interval *interval, FILE *out);
void report_flood_result(const struct bench *bench, FILE *out);
void report_flood_json_interval(json_t *object, const struct interval *interval);
void report_flood_json(json_t *object, const struct bench *bench);

/* report_json.c */
json_t *report_json_interval(const struct interval *interval, uint32_t workload,
		unsigned int end_count);
/* What every result begins with, and all counters of a stack. */
json_t *report_json_head(const struct bench_options *options, const char *workload, int argc,
		char **argv);
/* report_config.c: what is in force, wherever it was given: by section, and EAL's arguments. */
json_t *report_json_config(const struct command_line *line);
json_t *report_json_stack(const struct estab_stats *stats);
json_t *report_json_drops(const struct estab_stats *stats); /* that are not zero */
json_t *report_json_latency(const struct histogram *histogram);
json_t *report_json_end(const struct estab_stats *stats); /* of one end, in an interval */
/* Those that the workload counts. */
json_t *report_json_latencies(const struct latencies *latencies, uint32_t workload);
json_t *report_json(const struct bench *bench, const struct summary *summary, json_t *intervals,
		int argc, char **argv);

#endif
