/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the command line says of a stack: its addresses, its policies, its limits. Both applications
 * have these options.
 */
#ifndef APP_COMMON_STACK_OPTIONS_H
#define APP_COMMON_STACK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <estab/stack.h>

#include "key_change.h"
#include "options.h"

struct stack_options {
	struct estab_interface interface; /* MAC, VLAN and MTU are filled in by apply */
	uint32_t vlan;
	uint32_t burst;
	uint32_t mbufs;       /* of all stacks together; 0: by memory and load */
	uint32_t syn_cookies; /* enum estab_syn_cookies */
	uint32_t congestion;  /* enum estab_congestion */
	uint32_t ecn;         /* enum estab_ecn */
	uint32_t receive_buffer, send_buffer;
	uint64_t time_wait_ns;
	struct key_options keys;
	bool no_tso; /* cut segments in the stack also where the device could */
};

extern const struct option_row stack_option_rows[];
extern const unsigned int stack_option_count;

/* What stands in place of what was not said, where that is not 0. */
#define STACK_OPTIONS_DEFAULT                                                                      \
	{                                                                                          \
		.keys.period_ns = UINT64_C(3600000000000)                                          \
	}

/* Read what the options name. @return -1 to go on, else the exit code */
int stack_options_load(struct stack_options *options);

/* Write the options into a configuration; what was not given stays at its default. */
void stack_options_apply(const struct stack_options *options, struct estab_stack_config *config);

/* "addresses: 192.0.2.2/24 2001:db8::2/64, gateway 192.0.2.1, VLAN 7" */
void stack_options_print(const struct stack_options *options, FILE *out);

#endif
