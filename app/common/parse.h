/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text from the command line into values: numbers, times, addresses, lists. Pure functions: nothing
 * is printed and nothing is read but the text.
 *
 * Each returns 0, or a negative errno and leaves its target alone: -EINVAL where the text is not of
 * the form, -ERANGE where it is but the value does not fit.
 */
#ifndef APP_COMMON_PARSE_H
#define APP_COMMON_PARSE_H

#include <stdint.h>

#include <estab/address.h>
#include <estab/stack.h>

enum parse_limits {
	PARSE_PORTS_MAX = 1024, /* entries of a port list: one listener each */
	PARSE_QUEUES_MAX = 128, /* entries of a queue map: as many as DPDK has lcores by default */
};

struct port_list {
	uint16_t count;
	uint16_t ports[PARSE_PORTS_MAX];
};

/*
 * One queue of one device, and an lcore with a stack for its connections. Where a queue has several
 * lcores, the first of them receives from it and hands over to the others.
 */
struct queue_place {
	uint16_t port;
	uint16_t queue;
	uint16_t lcore;
};

struct queue_map {
	uint16_t count;
	struct queue_place places[PARSE_QUEUES_MAX];
};

/* "64", "0x40", "2k", "1m", "1g": k, m and g are powers of 1000. */
int parse_number(const char *text, uint64_t *number);

/* "10", "1.5s", "250ms", "20us", "5m", "1h" into nanoseconds; without a unit: seconds. */
int parse_time(const char *text, uint64_t *ns);

/* "192.0.2.2/24" or "2001:db8::2/64". */
int parse_prefix(const char *text, struct estab_local_address *address);

/* "192.0.2.1:80" or "[2001:db8::1]:80". */
int parse_endpoint(const char *text, struct estab_endpoint *endpoint);

/* "02:00:00:00:00:01": unicast and not zero. */
int parse_mac(const char *text, uint8_t mac[6]);

/* "7" or "7,8080-8090": 1 to 65535, none twice. */
int parse_ports(const char *text, struct port_list *list);

/* "(port,queue,lcore),(port,queue,lcore)", as l3fwd's --config: no entry twice. */
int parse_queue_map(const char *text, struct queue_map *map);

#endif
