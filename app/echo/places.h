/* SPDX-License-Identifier: BSD-3-Clause */
/* Which lcore serves which queue of which device: l3fwd's map, or the automatic one. */
#ifndef APP_ECHO_PLACES_H
#define APP_ECHO_PLACES_H

#include <stdint.h>

#include "parse.h"

/* The lcores that may serve: workers; the main lcore where it is alone. @return how many */
uint16_t places_lcores(uint16_t lcores[PARSE_QUEUES_MAX]);

/*
 * Spread queues over lcores in turn: one queue per lcore, fewer where the device has fewer.
 *
 * @param queues_asked  from --rxq; 0: as many as there are lcores, up to queues_max
 */
void places_spread(struct queue_map *map, uint16_t port, uint16_t queues_max, uint32_t queues_asked,
		const uint16_t *lcores, uint16_t lcore_count);

/* How many queues of this port the map has. */
uint16_t places_queues(const struct queue_map *map, uint16_t port);

/*
 * Check a map from the command line: every lcore must be one of EAL's, every port one that is used,
 * and the queues of a port must count from 0 without a gap.
 *
 * @return -1 to go on, else the exit code
 */
int places_check(const struct queue_map *map, uint32_t portmask);

#endif
