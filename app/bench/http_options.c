/* SPDX-License-Identifier: BSD-3-Clause */
#include "http_options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include <estab/version.h>

#include "bench_options.h"
#include "complain.h"

/* RFC 9112 3.2.1: begins with a slash, and has nothing that would end the request line. */
static int
take_target(const char *text, void *value)
{
	if (text[0] != '/' || strlen(text) > HTTP_TARGET_MAX)
		return -EINVAL;
	for (const char *c = text; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			return -EINVAL;
	*(const char **)value = text;
	return 0;
}

const struct option_row http_option_rows[] = {
	{ .name = "http",
			.argument = "PATH",
			.kind = OPTION_TAKE,
			.take = take_target,
			.offset = offsetof(struct bench_options, http.target),
			.expected = "a path such as /index.html, without spaces and controls",
			.help = "crr, rr: each request is a GET of it in HTTP/1.1, and the response is\n"
				"looked at: its status, and with --response-size its length; crr asks\n"
				"for the connection to be closed, unless --close client; rr keeps it" },
	{ .name = "http-status",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 200,
			.max = 599,
			.offset = offsetof(struct bench_options, http.status),
			.help = "what a good response has (200)" },
};
const unsigned int http_option_count = RTE_DIM(http_option_rows);

int
http_options_check(const struct bench_options *options)
{
	const uint32_t workload = options->workload;

	if (options->http.target == NULL && options->http.status != 0)
		return complain(EXIT_USAGE, "--http-status: goes with --http PATH");
	if (options->http.target == NULL)
		return -1;
	if (workload != WORKLOAD_CRR && workload != WORKLOAD_RR)
		return complain(EXIT_USAGE, "--http: goes with --workload crr or rr");
	if (options->loopback)
		return complain(EXIT_USAGE, "--http: goes with --server, a web server");
	if (options->request_size != 0 || options->message_size != 0)
		return complain(EXIT_USAGE, "--%s: does not go with --http",
				options->request_size != 0 ? "request-size" : "message-size");
	return -1;
}

uint32_t
http_options_request(const struct bench_options *options, char text[HTTP_REQUEST_MAX])
{
	const bool closes = options->workload == WORKLOAD_CRR && options->closer != CLOSER_CLIENT;
	char host[ESTAB_ADDRESS_TEXT_MAX];

	return (uint32_t)snprintf(text, HTTP_REQUEST_MAX,
			"GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: estab-bench/%s\r\nAccept: */*\r\n%s\r\n",
			options->http.target,
			estab_endpoint_format(&options->servers.servers[0], host, sizeof(host)),
			estab_version(), closes ? "Connection: close\r\n" : "");
}
