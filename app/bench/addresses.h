/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which addresses each end has: those of --loopback are of the networks that are set aside for
 * benchmarks; all others were said. With --clients the client's end is every host of that prefix, beside.
 */
#ifndef APP_BENCH_ADDRESSES_H
#define APP_BENCH_ADDRESSES_H

#include <stdbool.h>

#include <estab/stack.h>

#include "targets.h"

struct bench_options;

/* What an end appears as on its link: addresses and gateways; the rest is left alone. */
void addresses_of_client(const struct bench_options *options, struct estab_interface *interface);
void addresses_of_server(const struct bench_options *options, struct estab_interface *interface);

/* The servers that were said, or that of --loopback. */
struct server_list addresses_servers(const struct bench_options *options);

/* Why --clients cannot be, or NULL. */
const char *addresses_clients_fault(const struct bench_options *options);

#endif
