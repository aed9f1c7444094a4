/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which lcore serves which queue of which device: l3fwd's map, or the automatic one. Each entry is a
 * stack; of several at one queue the first receives, and hands over to the others.
 */
#ifndef APP_COMMON_PLACES_H
#define APP_COMMON_PLACES_H

#include <stdbool.h>
#include <stdint.h>

#include "parse.h"

struct device_options;

/* The lcores that may serve: workers; the main lcore where it is alone. @return how many */
uint16_t places_lcores(uint16_t lcores[PARSE_QUEUES_MAX]);

/*
 * A stack for each lcore, or more where more queues were asked for; queues to stacks in turn.
 *
 * @param queues_asked  from --rxq; 0: as many as there are lcores, up to queues_max
 */
void places_spread(struct queue_map *map, uint16_t port, uint16_t queues_max, uint32_t queues_asked,
		const uint16_t *lcores, uint16_t lcore_count);

/* How many queues of this port the map has, and how many stacks. */
uint16_t places_queues(const struct queue_map *map, uint16_t port);
uint16_t places_stacks(const struct queue_map *map, uint16_t port);

/* Whether the stack of this entry receives from its queue itself. */
bool places_receives(const struct queue_map *map, uint16_t entry);

/* Which of its port's stacks this entry is: those that receive by their queues, then the others. */
uint16_t places_stack(const struct queue_map *map, uint16_t entry);

/*
 * Check a map from the command line: every lcore must be one of EAL's, every port one that is used,
 * the queues of a port must count from 0 without a gap, and an lcore has one stack at a queue.
 *
 * @return -1 to go on, else the exit code
 */
int places_check(const struct queue_map *map, uint32_t portmask);

/* Refuse --rxq and --txq that do not go together, or not with the map. @return as above */
int places_check_queues(const struct queue_map *map, const struct device_options *device);

#endif
