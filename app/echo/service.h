/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is done with a connection: three services that are as old as TCP, and HTTP. A service moves
 * what can be moved now and says what it waits for; it never blocks and never looks at another
 * connection.
 */
#ifndef APP_ECHO_SERVICE_H
#define APP_ECHO_SERVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "http_request.h"
#include "http_site.h"

struct estab_conn;
struct rte_mbuf;

/* X(name, "what it counts"): what a server counts beside its stack */
#define SERVICE_COUNTERS(X)                                                                        \
	X(sessions_refused, "connections reset at once: as many as --max-connections are open")    \
	X(sessions_timed_out, "connections ended by --idle-timeout")                               \
	X(http_requests, "HTTP requests answered")                                                 \
	X(http_requests_refused, "HTTP requests answered by an error")

struct service_counters {
#define SERVICE_COUNTERS_FIELD(name, text) uint64_t name;
	SERVICE_COUNTERS(SERVICE_COUNTERS_FIELD)
#undef SERVICE_COUNTERS_FIELD
};

enum { SERVICE_COUNTER_COUNT = sizeof(struct service_counters) / sizeof(uint64_t) };

/* One of them, by number from 0. */
const char *service_counter_name(unsigned int number);
const char *service_counter_text(unsigned int number);
uint64_t service_counter(const struct service_counters *counters, unsigned int number);

void service_counters_add(struct service_counters *sum, const struct service_counters *counters);

/* http: a request, and the answer to it. */
struct http_talk {
	const struct http_site *site;
	struct service_counters *counters;
	struct http_reader request;
	const struct http_head *head; /* of the answer */
	uint64_t size;                /* of the answer, head and body */
	uint64_t sent;                /* of it */
	uint32_t body_left;           /* of the request: to be skipped */
	bool closes;                  /* after the answer */
	bool lingers;                 /* likewise, and the peer is in the middle of something */
};

/* One accepted connection. */
struct session {
	struct estab_conn *conn;
	struct rte_mbuf *
			pending; /* echo: received, and not yet taken by a send; http: not yet read; owned */
	struct http_talk *http; /* http: its own; NULL otherwise */
	uint32_t offset;        /* chargen: where in the pattern the next byte is */
	bool starved;           /* waits for mbufs, in the server's list */
	bool lingers;           /* served no more: see SESSION_LINGER */
	bool ages;              /* in one of the server's lists, by time */
	uint32_t acknowledged;  /* SND.UNA when it was last looked at */
	uint64_t deadline_ns;
	TAILQ_ENTRY(session) by_age;
};
_Static_assert(sizeof(struct session) <= 64, "there are as many as connections");

enum session_next {
	SESSION_WAIT,  /* an event will come */
	SESSION_RETRY, /* no memory now; no event tells when there is */
	SESSION_LINGER, /* done, but the peer may still be sending: FIN, and forget what comes for a while */
	SESSION_END, /* done: close */
};

struct service {
	const char *name;
	enum session_next (*progress)(struct session *session);
	uint16_t default_port;
	bool talks; /* in requests and answers: has a struct http_talk, and no Nagle, who would let an answer's end wait */
};

/* "echo", "discard", "chargen" or "http"; NULL for another name. */
const struct service *service_named(const char *name);

/* Send back what comes, without copying: receives no more than can be sent. RFC 862. */
enum session_next echo_progress(struct session *session);

/* Forget what comes. RFC 863. */
enum session_next discard_progress(struct session *session);

/* Send the pattern of RFC 864 for as long as the connection lasts, and forget what comes. */
enum session_next chargen_progress(struct session *session);

/* Answer every request alike. RFC 9112. */
enum session_next http_progress(struct session *session);

#endif
