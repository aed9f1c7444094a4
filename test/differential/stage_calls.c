/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The user calls (RFC 9293 3.9.1) of the stage, by name. The results are those of POSIX: the name of
 * an error, a number, or bytes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "stage.h"

typedef void (*call)(struct stage *stage, const char *words, struct stage_answer *answer);

static void
say(struct stage_answer *answer, const char *text)
{
	snprintf(answer->text, sizeof(answer->text), "%s", text);
}

static void
say_result(struct stage_answer *answer, ssize_t result)
{
	if (result < 0)
		say(answer, strerrorname_np((int)-result));
	else
		snprintf(answer->text, sizeof(answer->text), "%zd", result);
}

static void
call_listen(struct stage *stage, const char *words, struct stage_answer *answer)
{
	const struct estab_listen_config config = {
		.local = { .port = STAGE_PORT },
		.backlog = (uint32_t)strtoul(words, NULL, 10),
	};

	say_result(answer, estab_listen(stage->stack, &config, &stage->listener));
}

static void
call_unlisten(struct stage *stage, const char *words, struct stage_answer *answer)
{
	(void)words;
	estab_listener_close(stage->listener);
	stage->listener = NULL;
	say_result(answer, 0);
}

static void
call_accept(struct stage *stage, const char *words, struct stage_answer *answer)
{
	struct estab_conn *conn;

	(void)words;
	if (stage->listener == NULL || stage->conn != NULL ||
			estab_accept_burst(stage->listener, &conn, 1) == 0) {
		say_result(answer, -EAGAIN);
		return;
	}
	stage->conn = conn;
	say_result(answer, 0);
}

static void
call_connect(struct stage *stage, const char *words, struct stage_answer *answer)
{
	struct estab_connect_config config = {
		.remote.port = STAGE_PEER_PORT,
		.local.port = STAGE_PORT,
	};

	(void)words;
	estab_address_parse(stage->family == 4 ? "192.0.2.100" : "2001:db8::64",
			&config.remote.address);
	say_result(answer, estab_connect(stage->stack, &config, &stage->conn));
}

static void
call_write(struct stage *stage, const char *words, struct stage_answer *answer)
{
	static uint8_t bytes[STAGE_TEXT_MAX];
	const size_t size = stage_read_hex(words, bytes, sizeof(bytes));

	say_result(answer, estab_conn_write(stage->conn, bytes, size));
}

static void
call_write_more(struct stage *stage, const char *words, struct stage_answer *answer)
{
	static uint8_t bytes[STAGE_TEXT_MAX];
	const size_t size = stage_read_hex(words, bytes, sizeof(bytes));

	say_result(answer, estab_conn_write_more(stage->conn, bytes, size));
}

static void
call_write_urgent(struct stage *stage, const char *words, struct stage_answer *answer)
{
	static uint8_t bytes[STAGE_TEXT_MAX];
	const size_t size = stage_read_hex(words, bytes, sizeof(bytes));

	say_result(answer, estab_conn_write_urgent(stage->conn, bytes, size));
}

static void
call_read(struct stage *stage, const char *words, struct stage_answer *answer)
{
	const size_t size = RTE_MIN(strtoul(words, NULL, 10), sizeof(answer->bytes));
	const ssize_t result = estab_conn_read(stage->conn, answer->bytes, size);

	if (result > 0)
		answer->size = (size_t)result;
	else
		say_result(answer, result);
}

static void
call_waiting(struct stage *stage, const char *words, struct stage_answer *answer)
{
	(void)words;
	say_result(answer, (ssize_t)estab_conn_receive_waiting(stage->conn));
}

static void
call_shutdown(struct stage *stage, const char *words, struct stage_answer *answer)
{
	(void)words;
	say_result(answer, estab_conn_shutdown(stage->conn));
}

static void
call_close(struct stage *stage, const char *words, struct stage_answer *answer)
{
	(void)words;
	estab_conn_close(stage->conn);
	stage->conn = NULL;
	say_result(answer, 0);
}

static void
call_abort(struct stage *stage, const char *words, struct stage_answer *answer)
{
	(void)words;
	estab_conn_abort(stage->conn);
	stage->conn = NULL;
	say_result(answer, 0);
}

static void
call_error(struct stage *stage, const char *words, struct stage_answer *answer)
{
	(void)words;
	say_result(answer, estab_conn_error(stage->conn));
}

const char *
stage_state(const struct stage *stage)
{
	struct estab_conn_info info = { .state = "EBADF" };

	if (stage->conn != NULL)
		estab_conn_status(stage->conn, &info);
	return info.state;
}

static void
call_state(struct stage *stage, const char *words, struct stage_answer *answer)
{
	(void)words;
	say(answer, stage_state(stage));
}

static void
call_nodelay(struct stage *stage, const char *words, struct stage_answer *answer)
{
	estab_conn_set_no_delay(stage->conn, atoi(words) != 0);
	say_result(answer, 0);
}

static void
call_cork(struct stage *stage, const char *words, struct stage_answer *answer)
{
	estab_conn_set_cork(stage->conn, atoi(words) != 0);
	say_result(answer, 0);
}

static const struct {
	const char *name;
	call call;
	bool on_conn; /* needs a connection */
} calls[] = {
	{ "listen", call_listen, false },
	{ "unlisten", call_unlisten, false },
	{ "accept", call_accept, false },
	{ "connect", call_connect, false },
	{ "write", call_write, true },
	{ "write_more", call_write_more, true },
	{ "write_urgent", call_write_urgent, true },
	{ "read", call_read, true },
	{ "waiting", call_waiting, true },
	{ "shutdown", call_shutdown, true },
	{ "close", call_close, true },
	{ "abort", call_abort, true },
	{ "error", call_error, true },
	{ "state", call_state, true },
	{ "nodelay", call_nodelay, true },
	{ "cork", call_cork, true },
};

bool
stage_call(struct stage *stage, const char *name, const char *words, struct stage_answer *answer)
{
	for (size_t i = 0; i < RTE_DIM(calls); i++) {
		if (strcmp(calls[i].name, name) != 0)
			continue;
		if (calls[i].on_conn && stage->conn == NULL)
			say(answer, "EBADF");
		else
			calls[i].call(stage, words, answer);
		return true;
	}
	return false;
}
