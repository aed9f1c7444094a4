/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The puppet's commands as a table: name, how many arguments, and the function that obeys.
 */
#include "puppet.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

enum { WORDS_MAX = 6 };

#define NS_PER_MS UINT64_C(1000000)

struct command {
	const char *name;
	unsigned int arguments;
	int (*obey)(struct puppet *puppet, char **words); /* words[0] is the name */
};

static uint64_t
number(const char *word)
{
	return strtoull(word, NULL, 10);
}

/* The string that words[1] names, with a connection. */
static struct string *
held(struct puppet *puppet, char **words)
{
	struct string *string = &puppet->strings[number(words[1]) % STRINGS_MAX];

	return string->conn != NULL ? string : NULL;
}

static int
obey_listen(struct puppet *puppet, char **words)
{
	const struct estab_listen_config config = { .local.port = (uint16_t)number(words[1]) };

	return estab_listen(puppet->stack, &config, &puppet->listener);
}

static void
begin(struct puppet *puppet, char **words, struct estab_conn *conn)
{
	puppet->strings[number(words[1]) % STRINGS_MAX] = (struct string){ .conn = conn };
}

static int
obey_accept(struct puppet *puppet, char **words)
{
	struct estab_conn *conn;

	if (puppet->listener == NULL || estab_accept_burst(puppet->listener, &conn, 1) == 0)
		return -EAGAIN;
	begin(puppet, words, conn);
	return 0;
}

static int
obey_connect(struct puppet *puppet, char **words)
{
	struct estab_connect_config config = {
		.remote.port = (uint16_t)number(words[3]),
		.local.port = (uint16_t)number(words[4]),
	};
	struct estab_conn *conn;
	int ret = estab_address_parse(words[2], &config.remote.address);

	if (ret == 0)
		ret = estab_connect(puppet->stack, &config, &conn);
	if (ret == 0)
		begin(puppet, words, conn);
	return ret;
}

static int
obey_send(struct puppet *puppet, char **words)
{
	struct string *string = held(puppet, words);

	if (string == NULL)
		return -EBADF;
	string->send_goal += number(words[2]);
	return 0;
}

static int
obey_receive(struct puppet *puppet, char **words)
{
	struct string *string = held(puppet, words);

	if (string == NULL)
		return -EBADF;
	string->receive_goal += number(words[2]);
	return 0;
}

static int
obey_shutdown(struct puppet *puppet, char **words)
{
	struct string *string = held(puppet, words);

	if (string == NULL)
		return -EBADF;
	string->wants_no_more = true;
	return 0;
}

static int
obey_close(struct puppet *puppet, char **words)
{
	struct string *string = held(puppet, words);

	if (string == NULL)
		return -EBADF;
	estab_conn_close(string->conn);
	string->conn = NULL;
	return 0;
}

static int
obey_abort(struct puppet *puppet, char **words)
{
	struct string *string = held(puppet, words);

	if (string == NULL)
		return -EBADF;
	estab_conn_abort(string->conn);
	string->conn = NULL;
	return 0;
}

static int
obey_keepalive(struct puppet *puppet, char **words)
{
	const struct estab_keepalive how = {
		.idle_ns = number(words[2]) * NS_PER_MS,
		.interval_ns = number(words[3]) * NS_PER_MS,
		.probes = (uint8_t)number(words[4]),
	};
	struct string *string = held(puppet, words);

	return string != NULL ? estab_conn_set_keepalive(string->conn, &how) : -EBADF;
}

static int
obey_deaf(struct puppet *puppet, char **words)
{
	puppet->deaf = number(words[1]) != 0;
	return 0;
}

/* "ok STATE SENT RECEIVED WRONG-AT AT-END ERRNO OPTIONS" */
static int
obey_status(struct puppet *puppet, char **words)
{
	const struct string *string = held(puppet, words);
	struct estab_conn_info info;

	if (string == NULL)
		return -EBADF;
	estab_conn_status(string->conn, &info);
	printf("ok %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %d %d %d\n", info.state, string->sent,
			string->received, string->wrong_at, string->at_end, -string->error,
			info.timestamps | info.sack << 1 | info.window_scale << 2);
	return 1;
}

static int
obey_count(struct puppet *puppet, char **words)
{
	struct estab_stats stats;

	estab_stack_stats(puppet->stack, &stats);
#define ANSWER(name, text)                                                                         \
	if (strcmp(words[1], #name) == 0)                                                          \
		return printf("ok %" PRIu64 "\n", stats.name);
	ESTAB_COUNTERS(ANSWER)
	ESTAB_GAUGES(ANSWER)
#undef ANSWER
	return -EINVAL;
}

static const struct command commands[] = {
	{ "listen", 1, obey_listen },
	{ "accept", 1, obey_accept },
	{ "connect", 4, obey_connect },
	{ "send", 2, obey_send },
	{ "receive", 2, obey_receive },
	{ "shutdown", 1, obey_shutdown },
	{ "close", 1, obey_close },
	{ "abort", 1, obey_abort },
	{ "keepalive", 4, obey_keepalive },
	{ "deaf", 1, obey_deaf },
	{ "status", 1, obey_status },
	{ "count", 1, obey_count },
};

/* @return 0: "ok" is the answer; more: it has answered itself; else a negative errno */
static int
obey(struct puppet *puppet, char **words, unsigned int count)
{
	for (unsigned int i = 0; count > 0 && i < RTE_DIM(commands); i++) {
		if (strcmp(commands[i].name, words[0]) == 0)
			return commands[i].arguments == count - 1 ? commands[i].obey(puppet, words)
								  : -EINVAL;
	}
	return -ENOSYS;
}

void
command_obey(struct puppet *puppet, char *line)
{
	char *words[WORDS_MAX], *rest = line, *word;
	unsigned int count = 0;
	int ret;

	while (count < WORDS_MAX && (word = strtok_r(rest, " ", &rest)) != NULL)
		words[count++] = word;
	ret = obey(puppet, words, count);
	if (ret < 0)
		printf("error %s\n", strerrorname_np(-ret));
	else if (ret == 0)
		printf("ok\n");
	fflush(stdout);
}
