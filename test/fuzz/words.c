/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text from a command line: numbers, times, addresses, prefixes, endpoints, lists. The input's first
 * byte chooses the form, the rest is the text. A refusal leaves the target alone; what is taken is
 * within its bounds.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include <estab/address.h>

#include "fuzz.h"
#include "parse.h"

enum { UNTOUCHED = 0xa5, TARGET_MAX = 4096 };

int
fuzz_start(void)
{
	return 0;
}

/* Something of whatever form; the bytes tell whether it was written to. */
union target {
	uint8_t bytes[TARGET_MAX];
	uint64_t number;
	struct estab_local_address prefix;
	struct estab_endpoint endpoint;
	struct port_list ports;
	struct queue_map queues;
};

static void
check_number(const char *text, union target *target, int *ret)
{
	*ret = parse_number(text, &target->number);
}

static void
check_time(const char *text, union target *target, int *ret)
{
	*ret = parse_time(text, &target->number);
}

static void
check_prefix(const char *text, union target *target, int *ret)
{
	const struct estab_local_address *prefix = &target->prefix;

	*ret = parse_prefix(text, &target->prefix);
	must(*ret != 0 ||
			prefix->prefix_length <=
					(prefix->address.family == ESTAB_FAMILY_IPV4 ? 32 : 128));
}

static void
check_endpoint(const char *text, union target *target, int *ret)
{
	*ret = parse_endpoint(text, &target->endpoint);
	must(*ret != 0 || target->endpoint.port != 0);
}

static void
check_mac(const char *text, union target *target, int *ret)
{
	*ret = parse_mac(text, target->bytes);
	must(*ret != 0 || (target->bytes[0] & 1) == 0);
}

static void
check_ports(const char *text, union target *target, int *ret)
{
	*ret = parse_ports(text, &target->ports);
	if (*ret != 0)
		return;
	must(target->ports.count > 0 && target->ports.count <= PARSE_PORTS_MAX);
	for (unsigned int i = 0; i < target->ports.count; i++)
		must(target->ports.ports[i] != 0);
}

static void
check_queues(const char *text, union target *target, int *ret)
{
	*ret = parse_queue_map(text, &target->queues);
	must(*ret != 0 || target->queues.count <= PARSE_QUEUES_MAX);
}

static void (*const forms[])(const char *text, union target *target, int *ret) = { check_number,
	check_time, check_prefix, check_endpoint, check_mac, check_ports, check_queues };

void
fuzz_one(const uint8_t *data, size_t size)
{
	union target *target = malloc(sizeof(*target));
	char *text = malloc(size + 1);
	int ret;

	must(target != NULL && text != NULL);
	memset(target, UNTOUCHED, sizeof(*target));
	memcpy(text, size > 0 ? data + 1 : data, size > 0 ? size - 1 : 0);
	text[size > 0 ? size - 1 : 0] = '\0';
	forms[(size > 0 ? data[0] : 0) % RTE_DIM(forms)](text, target, &ret);
	must(ret == 0 || ret == -EINVAL || ret == -ERANGE);
	for (unsigned int i = 0; ret != 0 && i < sizeof(*target); i++)
		must(target->bytes[i] == UNTOUCHED);
	free(text);
	free(target);
}
