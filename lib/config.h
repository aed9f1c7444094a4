/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration of a stack: defaults in one place.
 */
#ifndef LIB_CONFIG_H
#define LIB_CONFIG_H

#include <stdint.h>

#include <estab/stack.h>

/* Replace every 0 that means a default by the default. */
void config_fill_defaults(struct estab_stack_config *config);

/* Mbufs that a packet may consist of, where the port takes chains. */
static inline uint16_t
config_mbufs_max(const struct estab_stack_config *config)
{
	const uint16_t max =
			config->port != NULL ? config->port->mbufs_max : config->port_mbufs_max;

	return max != 0 ? max : UINT16_MAX;
}

/* The same of a packet that the port cuts. */
static inline uint16_t
config_mbufs_cut_max(const struct estab_stack_config *config)
{
	const uint16_t max = config->port != NULL ? config->port->mbufs_cut_max
						  : config->port_mbufs_cut_max;

	return max != 0 ? max : UINT16_MAX;
}

#endif
