/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the prompt share: see prompt.h. */
#ifndef APP_COMMON_PROMPT_PARTS_H
#define APP_COMMON_PROMPT_PARTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include "answers.h"
#include "prompt.h"
#include "prompt_grammar.h"

struct prompt {
	const struct prompt_options *options;
	const struct prompt_program *program; /* NULL: lines are only checked */
	struct prompt_grammar *grammar;
	struct cmdline *reader;   /* of lines that are whole: a file's, a pipe's */
	struct cmdline *terminal; /* NULL: stdin is none */
	atomic_bool over;
	FILE *out; /* of the command that is carried out: shown when it is done */
	struct answers_sum
			*since; /* of each stack, by "clear tcp stats"; NULL: from the beginning */
};

/* The table of prompt_commands.c. */
extern const struct prompt_row prompt_rows[];
extern const size_t prompt_row_count;

/* Have this answered into the prompt. Papers are the caller's. */
void prompt_ask(struct prompt *prompt, answer_t answer, const char *params, bool counters);

/* "all" or a number: call for each device that is meant. */
void prompt_ports(struct prompt *prompt, const char *which,
		void (*each)(FILE *out, const struct device *device));

void prompt_port_stats(FILE *out, const struct device *device);
void prompt_port_xstats(FILE *out, const struct device *device);
void prompt_port_info(FILE *out, const struct device *device);
void prompt_port_stats_clear(FILE *out, const struct device *device);
void prompt_port_xstats_clear(FILE *out, const struct device *device);

/*
 * A line for each connection whose line has the filter in it, a page of them, and how to go on. Papers are the
 * caller's. filter: NULL: all
 */
void prompt_conns(struct prompt *prompt, const char *filter, uint64_t start);

/* A line for each lcore. */
void prompt_lcores(struct prompt *prompt);

#endif
