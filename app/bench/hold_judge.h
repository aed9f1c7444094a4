/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who looks at every answer that the peers of --workload hold get: whether its numbers are right, and
 * whether each connection was opened, echoed and closed once. It has a bit for each of these and each
 * connection; the peers have nothing.
 */
#ifndef APP_BENCH_HOLD_JUDGE_H
#define APP_BENCH_HOLD_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine_peer.h"

enum { HOLD_TEXT_MIN = 24 }; /* octets of a request: struct hold_text */

/* X(name): what can go wrong */
#define HOLD_FAULTS(X)                                                                             \
	X(syn_ack_wrong)    /* does not acknowledge the peer's SYN */                              \
	X(ack_wrong)        /* acknowledges what was never sent */                                 \
	X(echo_wrong)       /* not the request, or not with its numbers */                         \
	X(fin_wrong)        /* does not acknowledge the peer's FIN */                              \
	X(reset)            /* of a connection that was fine */                                    \
	X(stranger)         /* to an address or a port that no peer has */                         \
	X(server_lost)      /* the server's user was told of an error */                           \
	X(server_kept_back) /* the server could not send what it had read */                       \
	X(unfinished)       /* no answer when the time to finish was over */

enum hold_fault {
#define HOLD_FAULT_ENUM(name) HOLD_FAULT_##name,
	HOLD_FAULTS(HOLD_FAULT_ENUM)
#undef HOLD_FAULT_ENUM
			HOLD_FAULT_COUNT
};

enum hold_verdict {
	HOLD_RIGHT,
	HOLD_AGAIN, /* right, and heard before: sent again because the machine kept us waiting */
	HOLD_WRONG, /* counted as a fault */
};

/* What stands at the beginning of a request; the rest of it is the lowest octet of the number. */
struct hold_text {
	uint64_t sent; /* TSC */
	uint32_t number;
	uint32_t seq, ack; /* of the segment that carries it */
	uint32_t rest;
};

_Static_assert(sizeof(struct hold_text) == HOLD_TEXT_MIN, "the shortest request");

struct hold_judge {
	uint64_t seed;
	uint32_t connections;
	uint32_t request_size;
	uint64_t *opened, *echoed, *reached, *closed; /* bit per connection; echoed: in this pass */
	uint64_t open_count, echo_count, close_count;
	uint64_t reached_count; /* connections that echoed at least once */
	uint64_t again_count;   /* answers that came once more */
	uint64_t text_taken;    /* octets of requests, as the FINs tell */
	uint64_t faults[HOLD_FAULT_COUNT];
};

/* @return false: no memory */
bool hold_judge_init(struct hold_judge *judge, uint32_t connections, uint32_t request_size,
		uint64_t seed);
void hold_judge_fini(struct hold_judge *judge);

/* The ISS of a peer: it needs no memory. */
uint32_t hold_judge_iss(const struct hold_judge *judge, uint32_t number);

/* Write a request. */
void hold_judge_write(const struct hold_judge *judge, uint8_t *at, const struct hold_text *text);

enum hold_verdict hold_judge_syn_ack(struct hold_judge *judge, const struct heard *heard);

/* An ACK with nothing else. */
enum hold_verdict hold_judge_ack(struct hold_judge *judge, const struct heard *heard);

/* @param bytes  the text of the segment, of the length of a request */
enum hold_verdict hold_judge_echo(struct hold_judge *judge, const struct heard *heard,
		const uint8_t *bytes, struct hold_text *text);

enum hold_verdict hold_judge_fin(struct hold_judge *judge, const struct heard *heard);

/* From now on every connection may echo once more. */
void hold_judge_next_pass(struct hold_judge *judge);

/* The counts of another's connections; the bits stay with each. */
void hold_judge_add(struct hold_judge *sum, const struct hold_judge *judge);

uint64_t hold_judge_fault_sum(const struct hold_judge *judge);

/* Whether all were opened and closed, and each octet that was echoed was taken once. */
bool hold_judge_is_content(const struct hold_judge *judge);

const char *hold_fault_name(enum hold_fault fault);

#endif
