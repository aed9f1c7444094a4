/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between which ends connections are opened: servers and their ports in turn, and, with --clients, from
 * one address after the other. Each server's turn comes first, then the next port, then the next client.
 */
#ifndef APP_BENCH_TARGETS_H
#define APP_BENCH_TARGETS_H

#include <stdbool.h>
#include <stdint.h>

#include <estab/address.h>
#include <estab/stack.h>

struct bench_options;
struct estab_connect_config;

enum { TARGETS_SERVERS_MAX = 64 };

struct server_list {
	uint32_t count;
	struct estab_endpoint servers[TARGETS_SERVERS_MAX]; /* each with the first of its ports */
};

struct targets {
	struct server_list list;
	uint32_t ports; /* of each server, from its first on */
	struct estab_local_address clients;
	uint32_t client_count;         /* 0: the stack chooses */
	uint32_t server, port, client; /* whose turn it is */
};

/* Clients begin with this one of them, so that several lcores do not all begin with the first. */
void targets_init(struct targets *targets, const struct server_list *list, uint32_t ports,
		const struct estab_local_address *clients, uint32_t first_client);

/* Both ends of the next connection; its other fields are left alone. */
void targets_next(struct targets *targets, struct estab_connect_config *config);

/* How many hosts a prefix has, 2^24 at most: of IPv4 neither the network's address nor the broadcast's. */
uint32_t targets_hosts(const struct estab_local_address *prefix);

/* Whether the prefix holds the address, of whatever family. */
bool targets_hold(const struct estab_local_address *prefix, const struct estab_address *address);

/* The host of that number, from 0 on. */
struct estab_address targets_host(const struct estab_local_address *prefix, uint32_t number);

#endif
