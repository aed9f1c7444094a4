/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line of sim_swarm.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "order.h"

static const char *const names[] = {
#define NAME(name, text, chance, what) text,
	SIM_TROUBLES(NAME)
#undef NAME
};

const char *
trouble_name(unsigned int trouble)
{
	return names[trouble];
}

void
order_init(struct sim_order *order, uint64_t seed)
{
	memset(order, 0, sizeof(*order));
	order->seed = seed;
	order->conversations = UINT32_MAX;
	order->until = UINT32_MAX;
}

static int
usage(const char *program)
{
	fprintf(stderr,
			"usage: %s [--from N] [--count N] [--seconds N] [--compare]\n"
			"       %s --seed N [--quiet | --shrink] [--long-way] [--without TROUBLE,...]\n"
			"           [--conversations N,...] [--until N] [--skip N,...]\n"
			"troubles:\n",
			program, program);
#define DESCRIBE(name, text, chance, what) fprintf(stderr, "  %-12s %s\n", text, what);
	SIM_TROUBLES(DESCRIBE)
#undef DESCRIBE
	return -1;
}

static int
parse_number(const char *text, uint64_t *value)
{
	char *rest;

	*value = strtoull(text, &rest, 10);
	return *text != '\0' && *rest == '\0' ? 0 : -1;
}

static int
take_trouble(struct sim_order *order, const char *item)
{
	for (unsigned int i = 0; i < RTE_DIM(names); i++) {
		if (strcmp(names[i], item) == 0) {
			order->without |= UINT64_C(1) << i;
			return 0;
		}
	}
	return -1;
}

static int
take_conversation(struct sim_order *order, const char *item)
{
	uint64_t number;

	if (parse_number(item, &number) != 0 || number >= SIM_CONVERSATIONS)
		return -1;
	order->conversations |= UINT32_C(1) << number;
	return 0;
}

static int
take_skip(struct sim_order *order, const char *item)
{
	uint64_t number;

	if (parse_number(item, &number) != 0 || number >= ORDER_EVENTS_MAX)
		return -1;
	order->skipped[number / 64] |= UINT64_C(1) << number % 64;
	return 0;
}

static int
take_list(struct sim_order *order, char *list, int (*take)(struct sim_order *, const char *))
{
	char *rest = NULL;

	for (char *item = strtok_r(list, ",", &rest); item != NULL;
			item = strtok_r(NULL, ",", &rest)) {
		if (take(order, item) != 0)
			return -1;
	}
	return 0;
}

/* One option with its value. */
static int
take_option(struct order_command *command, const char *option, char *value)
{
	struct sim_order *order = &command->order;
	uint64_t number = 0;

	if (strcmp(option, "--without") == 0)
		return take_list(order, value, take_trouble);
	if (strcmp(option, "--skip") == 0)
		return take_list(order, value, take_skip);
	if (strcmp(option, "--conversations") == 0) {
		order->conversations = 0;
		return take_list(order, value, take_conversation);
	}
	if (parse_number(value, &number) != 0)
		return -1;
	if (strcmp(option, "--until") == 0)
		order->until = (uint32_t)number;
	else if (strcmp(option, "--count") == 0)
		command->count = number;
	else if (strcmp(option, "--seconds") == 0)
		command->seconds = number;
	else if (strcmp(option, "--from") == 0 || strcmp(option, "--seed") == 0)
		order->seed = number;
	else
		return -1;
	if (strcmp(option, "--seed") == 0) {
		order->trace = true;
		command->count = 1;
	}
	return 0;
}

int
order_parse(int argc, char **argv, struct order_command *command)
{
	bool quiet = false;

	memset(command, 0, sizeof(*command));
	order_init(&command->order, 1);
	command->count = 200;
	command->seconds = UINT32_MAX;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--quiet") == 0)
			quiet = true;
		else if (strcmp(argv[i], "--shrink") == 0)
			command->shrink = true;
		else if (strcmp(argv[i], "--compare") == 0)
			command->compare = true;
		else if (strcmp(argv[i], "--long-way") == 0)
			command->order.unpredicted = true;
		else if (i + 1 == argc || take_option(command, argv[i], argv[i + 1]) != 0)
			return usage(argv[0]);
		else
			i++;
	}
	command->order.trace = command->order.trace && !quiet;
	return 0;
}

struct text {
	char *at;
	size_t room;
};

static void
add(struct text *text, const char *lead, const char *item)
{
	const int n = snprintf(text->at, text->room, "%s%s", lead, item);
	const size_t taken = RTE_MIN((size_t)n, text->room - 1);

	text->at += taken;
	text->room -= taken;
}

static void
add_number(struct text *text, const char *lead, uint64_t number)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRIu64, number);
	add(text, lead, digits);
}

void
order_print(const struct sim_order *order, char *buffer, size_t size)
{
	struct text text = { buffer, size };
	const char *lead = " --without ";

	add_number(&text, "--seed ", order->seed);
	for (unsigned int i = 0; i < SIM_TROUBLE_COUNT; i++) {
		if ((order->without >> i & 1) != 0) {
			add(&text, lead, names[i]);
			lead = ",";
		}
	}
	lead = " --conversations ";
	for (unsigned int i = 0; i < SIM_CONVERSATIONS && order->conversations != UINT32_MAX; i++) {
		if ((order->conversations >> i & 1) != 0) {
			add_number(&text, lead, i);
			lead = ",";
		}
	}
	if (order->until != UINT32_MAX)
		add_number(&text, " --until ", order->until);
	lead = " --skip ";
	for (unsigned int i = 0; i < ORDER_EVENTS_MAX; i++) {
		if ((order->skipped[i / 64] >> i % 64 & 1) != 0 && i < order->until) {
			add_number(&text, lead, i);
			lead = ",";
		}
	}
}
