/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The side that opens connections. It keeps so many open at once (closed loop), or opens them by a
 * plan (open loop): then latency counts from the planned time, so that a server that stalls, or a
 * client that comes late, cannot hide it.
 */
#ifndef APP_BENCH_CLIENT_H
#define APP_BENCH_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "bench_options.h"
#include "histogram.h"
#include "latencies.h"
#include "later.h"
#include "plan.h"
#include "pump.h"
#include "slots.h"
#include "targets.h"

struct client_http;
struct client_steps;
struct estab_conn;
struct estab_stack;
struct party;
struct party_numbers;

/* X(name): how a connection can fail. */
#define CLIENT_ERRORS(X)                                                                           \
	X(connect_refused)                                                                         \
	X(connect_reset)                                                                           \
	X(connect_timed_out)                                                                       \
	X(connect_not_possible) /* estab_connect refused for good */                               \
	X(reset)                                                                                   \
	X(timed_out)                                                                               \
	X(closed_early) /* end of file before the whole response */                                \
	X(response_too_long)                                                                       \
	X(http_malformed) /* no HTTP response */                                                   \
	X(http_status)    /* not what --http-status says */                                        \
	X(http_length)    /* not what --response-size says */                                      \
	X(no_mbuf)                                                                                 \
	X(unfinished) /* still open when the time to finish was over */

enum client_error {
#define CLIENT_ERROR_ENUM(name) CLIENT_ERROR_##name,
	CLIENT_ERRORS(CLIENT_ERROR_ENUM)
#undef CLIENT_ERROR_ENUM
			CLIENT_ERROR_COUNT
};

/* X(name): what made an estab_connect wait for another turn; no connection is lost by it. */
#define CLIENT_RETRIES(X)                                                                          \
	X(no_free_port)                                                                            \
	X(no_room_for_connection)                                                                  \
	X(kept_alive_no_longer) /* HTTP: ended by the server between two requests; opened anew */

enum client_retry {
#define CLIENT_RETRY_ENUM(name) CLIENT_RETRY_##name,
	CLIENT_RETRIES(CLIENT_RETRY_ENUM)
#undef CLIENT_RETRY_ENUM
			CLIENT_RETRY_COUNT
};

/* What a connection wants of the server next. */
enum client_wait {
	CLIENT_WAITS_FOR_NOTHING, /* there is none */
	CLIENT_WAITS_FOR_ANSWER,  /* to its SYN */
	CLIENT_WAITS_FOR_RESPONSE,
	CLIENT_WAITS_FOR_CLOSE, /* first, or after its own */
};

/* One connection on its way. It holds its slot until both sides have closed. */
struct client_conn {
	struct estab_conn *conn;
	uint64_t planned_ns; /* when it was to be opened */
	uint64_t request_ns; /* when its request was to be sent */
	uint32_t request_left;
	uint32_t response_left;
	bool connected;
	bool closes_later;
};

/* What is counted from the beginning of a plan; that of several clients adds up. */
struct client_tally {
	uint64_t planned; /* connections whose planned time was taken up */
	uint64_t done;
	uint64_t errors[CLIENT_ERROR_COUNT];
	uint64_t retries[CLIENT_RETRY_COUNT];
	struct histogram connect_ns;
	struct histogram response_ns;
	struct histogram transaction_ns; /* from the plan to the last byte of the response */
};

struct client {
	const struct bench_options *options;
	const struct client_steps *steps; /* of the workload */
	struct estab_stack *stack;
	struct targets targets;
	struct plan plan;
	uint64_t budget;       /* how many may still be opened */
	bool ending;           /* what stands begins no more work, and ends */
	uint64_t transactions; /* whole responses, from the very beginning */
	uint64_t sent;         /* bytes handed over, from the very beginning */
	uint64_t received;     /* bytes read, from the very beginning */
	struct slots slots;
	struct client_conn *conns;
	struct later closing;     /* with --closes textbook */
	struct pump pump;         /* of a stream that is sent */
	struct client_http *http; /* NULL: no HTTP */
	struct client_tally tally;
	struct latencies noted; /* when they were last asked for */
};

/* name: unique in the process. @return 0 or a negative errno */
int client_init(struct client *client, const char *name, const struct bench_options *options,
		const struct server_list *servers);

/* @return mbufs of the payload that have not come home */
uint32_t client_fini(struct client *client);

/*
 * Forget what was counted, and open connections from now on.
 *
 * @param rate    of the plan, per second; 0: all at once, as far as there is room
 * @param budget  how many in all
 */
void client_begin(struct client *client, uint32_t rate, uint64_t now_ns, uint64_t budget);

/* The time is over: open no more, and let what stands end. */
void client_end(struct client *client);

/* Bytes that were handed over and acknowledged, from the very beginning. */
uint64_t client_acknowledged(const struct client *client);

/* True when nothing is open. */
bool client_is_idle(const struct client *client);

/* Count what is still open as unfinished and abort it. */
void client_give_up(struct client *client);

/* What one of the open connections waits for. */
enum client_wait client_waits_for(const struct client *client);

uint64_t client_error_sum(const struct client_tally *tally);

void client_tally_add(struct client_tally *sum, const struct client_tally *tally);

const char *client_error_name(enum client_error error);
const char *client_retry_name(enum client_retry retry);

/* The party's work and count. */
bool client_work(struct party *party, uint64_t now_ns);
void client_count(const struct party *party, struct party_numbers *numbers);

#endif
