/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The questions of telemetry.c that an lcore answers. Each waits until the lcore has answered, a second at
 * most: it may be busy, or the kernel may let it wait.
 */
#ifndef APP_COMMON_TELEMETRY_ASK_H
#define APP_COMMON_TELEMETRY_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include <estab/conn.h>
#include <estab/stats.h>

#include "histogram.h"
#include "telemetry.h"

enum telemetry_ask_limits {
	TELEMETRY_PAGE = 256,  /* entries of one answer: of 512, and of 16 KB */
	TELEMETRY_SCAN = 4096, /* slots that an lcore looks at between two turns */
	TELEMETRY_INFOS = 32,  /* connections that it tells all of, likewise */
	TELEMETRY_NAME_MAX = 32,
};

/* A question about one stack and its answer. Stays where it is: the answer may come too late. */
struct telemetry_paper {
	const struct telemetry_source *source;
	const struct telemetry_stack *stack;

	struct estab_stats stats;
	uint64_t counters[TELEMETRY_COUNTERS_MAX];

	uint32_t from;   /* the first slot to look at */
	uint32_t looked; /* how many slots are to be, and were, looked at */
	uint32_t wanted; /* at most so many connections */
	uint32_t found;
	uint32_t slots[TELEMETRY_PAGE];
	struct estab_conn_info infos[TELEMETRY_INFOS]; /* of the first */

	int (*act)(void *owner, void *argument);
	void *argument;
	int result;

	char name[TELEMETRY_NAME_MAX];
	bool has_histogram;
	struct histogram histogram;
};

/* Papers are of one caller at a time: who asks, and reads the answers, does it between these. */
void telemetry_ask_begin(void);
void telemetry_ask_end(void);

/* Stop waiting, now and from now on. */
void telemetry_ask_no_more(void);

/* @return the stack's paper, for questions; NULL: its lcore does not answer */
struct telemetry_paper *telemetry_paper(const struct telemetry_source *source, unsigned int stack);

/* Its counters. @return false: its lcore does not answer, and the paper must not be read */
bool telemetry_ask_stats(struct telemetry_paper *paper);

/* The connections in so many slots from one on, or in fewer: of up to TELEMETRY_SCAN slots. @return likewise */
bool telemetry_ask_conns(struct telemetry_paper *paper, uint32_t from, uint32_t slots,
		uint32_t wanted);

/* Have the owner do something; paper->result is what that returned. @return likewise */
bool telemetry_ask_act(struct telemetry_paper *paper, int (*act)(void *owner, void *argument),
		void *argument);

/* The histogram of this name. @return likewise */
bool telemetry_ask_histogram(struct telemetry_paper *paper, const char *name);

#endif
