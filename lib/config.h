/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration of a stack: defaults in one place.
 */
#ifndef LIB_CONFIG_H
#define LIB_CONFIG_H

struct estab_stack_config;

/* Replace every 0 that means a default by the default. */
void config_fill_defaults(struct estab_stack_config *config);

#endif
