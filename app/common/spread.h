/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One device and the stacks that share it: how each connection comes to its stack, and the ports that
 * see to it.
 *
 *	single     one stack, one queue
 *	wired      a queue for each stack, and whoever is at its other end sends it what is the stack's
 *	rss        a queue for each stack, and the device spreads by a key and a table that were read back
 *	dispatch   whoever receives hashes in software and hands over: fewer queues than stacks, or a
 *	           device whose rule is not known
 */
#ifndef APP_COMMON_SPREAD_H
#define APP_COMMON_SPREAD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <estab/port.h>
#include <estab/rss.h>

#include "device.h"
#include "parse.h"

struct estab_dispatch;
struct rte_mempool;

enum spread_mode {
	SPREAD_SINGLE,
	SPREAD_WIRED,
	SPREAD_RSS,
	SPREAD_DISPATCH,
};

struct spread {
	const struct device
			*device; /* started, with a receive queue for each of the first stacks */
	enum spread_mode mode;
	uint16_t stacks;
	struct estab_rss rss; /* SPREAD_RSS */
	struct estab_dispatch *dispatch;
};

/*
 * Choose the mode, and make what it needs. Stack number i receives from queue i, where there is one.
 *
 * @param copies  mbufs for copies of what concerns all stacks
 * @return -1 to go on, else the exit code; complains
 */
int spread_create(struct spread *spread, const struct device *device, uint16_t stacks,
		struct rte_mempool *copies);

/* The device needs no mode: each of its queues is a wire to one other stack. */
void spread_wire(struct spread *spread, const struct device *device, uint16_t stacks);

/* The stacks are gone. */
void spread_destroy(struct spread *spread);

/* The port of stack number i. @return 0, or a negative errno */
int spread_port(const struct spread *spread, uint16_t stack, struct estab_port *port);

/* "single", "wired", "rss" or "dispatch" */
const char *spread_mode_name(enum spread_mode mode);

/* The mode, its queues and its key; which lcore does what for which stack. */
void spread_print(const struct spread *spread, const uint16_t *lcores, FILE *out);

#endif
