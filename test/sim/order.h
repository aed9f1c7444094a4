/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is to be simulated, as a command line and back.
 */
#ifndef TEST_SIM_ORDER_H
#define TEST_SIM_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim.h"

enum {
	ORDER_TEXT_MAX = 8192,
	ORDER_EVENTS_MAX = 64 * RTE_DIM(((struct sim_order *)0)->skipped),
};

struct order_command {
	struct sim_order order;
	uint64_t count;
	uint64_t seconds; /* of real time, after which no other seed begins */
	bool shrink;
	bool compare; /* run each seed both ways: predicted.h */
};

/* Everything of one seed happens. */
void order_init(struct sim_order *order, uint64_t seed);

/* @return 0, or -1 after it has said what is wrong */
int order_parse(int argc, char **argv, struct order_command *command);

/* The arguments that give this order. */
void order_print(const struct sim_order *order, char *text, size_t size);

const char *trouble_name(unsigned int trouble);

#endif
