/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What both programs can say of themselves while they run: counters, drops, lcores, listeners, connections,
 * latencies, what is in force. Telemetry's socket and the prompt ask here, so the names are the same. What
 * cannot be answered is answered by words that say why.
 */
#ifndef APP_COMMON_ANSWERS_H
#define APP_COMMON_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include <estab/stats.h>

#include "telemetry.h"

struct teller;

/* Counters of a stack, or the sum over some. */
struct answers_sum {
	struct estab_stats stats;
	uint64_t counters[TELEMETRY_COUNTERS_MAX];
	unsigned int stacks;
};

struct question {
	const struct telemetry_source *source;
	const char *params; /* NULL: none */
	struct teller *teller;
	const struct answers_sum *since; /* of each stack, where counting begins; NULL: at 0 */
};

/* One at a time: see telemetry_ask_begin. */
typedef void (*answer_t)(const struct question *question);

void answer_stats(const struct question *question);
void answer_drops(const struct question *question);
void answer_lcore(const struct question *question);     /* its number */
void answer_listeners(const struct question *question); /* where to begin, or nothing */
void answer_conn_list(const struct question *question); /* where to begin, or nothing */
void answer_conn(const struct question *question);      /* its number */
void answer_histogram(const struct question *question); /* its name */
void answer_capture(const struct question *question);
void answer_log(const struct question *question);
void answer_config(const struct question *question);

/* Those of one lcore, or of all: UINT64_MAX. @return -1, or the first stack that does not answer */
int answers_sum(const struct question *question, struct answers_sum *sum, uint64_t lcore);

/* Say that this stack's lcore does not answer. */
void answers_silent(const struct question *question, unsigned int stack);

/* Digits only, up to a maximum. */
bool answers_take_number(const char *params, uint64_t max, uint64_t *number);

#endif
