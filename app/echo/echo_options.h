/* SPDX-License-Identifier: BSD-3-Clause */
/* What the command line says to estab-echo. */
#ifndef APP_ECHO_ECHO_OPTIONS_H
#define APP_ECHO_ECHO_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "capture.h"
#include "device.h"
#include "options.h"
#include "parse.h"
#include "privileges.h"
#include "prompt.h"
#include "service.h"
#include "stack_options.h"

struct echo_options {
	const struct service *service;
	struct port_list ports; /* none: the service's own */
	uint32_t backlog;
	uint32_t connections; /* limit of each stack */
	uint32_t portmask;    /* Ethernet devices to use */
	uint64_t stats_period_ns;
	uint64_t duration_ns; /* 0: until a signal */
	uint64_t drain_timeout_ns;
	uint64_t idle_timeout_ns; /* 0: none */
	uint32_t max_connections; /* of all lcores together; 0: none */
	uint32_t response_size;   /* of http, bytes */
	bool http_close;
	struct queue_map config; /* empty: automatic */
	struct prompt_options prompt;
	struct capture_options capture;
	struct device_options device;
	struct stack_options stack;
	struct user_options user;
};

/* @return -1 to go on, with the EAL arguments in line; else the exit code */
int echo_options_read(struct echo_options *options, struct command_line *line, int argc,
		char **argv);

#endif
