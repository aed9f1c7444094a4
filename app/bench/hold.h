/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * --workload hold: a stack that keeps very many connections, and peers that keep none of them. Stack
 * and peers take turns on one lcore; the wire between them is two queues in memory. Each lcore has
 * such a hold, with its share of the connections: see hold_team.h.
 *
 * A peer knows of its connection what is in the packet that it answers. Its ISS is a function of its
 * number. To say something on a connection that stands, it first sends an octet of long ago, which
 * every TCP answers by an ACK that has both numbers in it (RFC 9293 3.8.4, 3.10.7.4); a request, or a
 * FIN, answers that ACK. When a request was sent stands in the request.
 *
 *	opening   SYN, SYN-ACK, ACK
 *	holding   old octet, ACK, request, response, ACK; each connection once in a pass
 *	closing   old octet, ACK, FIN, FIN, ACK
 */
#ifndef APP_BENCH_HOLD_H
#define APP_BENCH_HOLD_H

#include <stdbool.h>
#include <stdint.h>

#include <estab/memory.h>
#include <estab/stats.h>

#include "clock.h"
#include "engine_peer.h"
#include "histogram.h"
#include "hold_judge.h"
#include "mailbox.h"
#include "packet_queue.h"

struct bench_options;
struct hold_team;
struct estab_listener;
struct estab_stack;

#define HOLD_SERVER RTE_IPV4(198U, 18, 0, 1)

enum { HOLD_FLIGHT = 256 }; /* connections with something on its way, at most */

enum hold_phase {
	HOLD_OPENING,
	HOLD_HOLDING,
	HOLD_CLOSING,
	HOLD_PHASE_COUNT,
};

/* What a line per second is made of. */
struct hold_numbers {
	uint64_t opened, echoed, closed, faults;
	struct estab_stats stats;
	struct histogram response_ns;
};

struct hold {
	const struct bench_options *options;
	struct hold_team *team;
	unsigned int number; /* in it */
	unsigned int lcore;
	uint32_t connections; /* that are to stand; fewer than asked for where a signal came */
	uint32_t rate;        /* echoes a second; 0: as many as go */
	uint16_t burst;
	struct clock clock;
	struct rte_mempool *pool;
	struct estab_stack *stack;
	struct estab_listener *listener;
	struct packet_queue to, from; /* the stack */
	struct peer peer;
	struct hold_judge judge;
	struct histogram response_ns;
	struct mailbox mailbox;
	struct hold_numbers now; /* written when asked through the mailbox */
	uint64_t offered, heard; /* packets on the wire, each way */
	uint64_t accepted;       /* by the server's user */

	enum hold_phase phase;
	uint32_t next;      /* number of the peer that opens or closes next */
	uint32_t order;     /* of the echoes: see order_next */
	uint32_t pass_left; /* connections that have not had their turn in this pass */
	uint32_t in_flight; /* begun and not heard of */
	uint64_t begun;     /* echoes */
	uint64_t progress_ns;
	bool gave_up;

	uint64_t begin_ns[HOLD_PHASE_COUNT], end_ns[HOLD_PHASE_COUNT];
	uint64_t echoes_in_time;
	uint64_t overdue;           /* echoes planned within the time, and not begun */
	struct estab_memory memory; /* while all stand */
	struct estab_stats stats;
	int64_t mbufs_leaked, tcbs_leaked;
};

/*
 * Stack, pool, peers. What the team says of it (number, lcore, connections, rate) is there already.
 *
 * @param address  of its first peer, in host order
 * @return -1 to go on, else the exit code; complains
 */
int hold_create(struct hold *hold, const struct bench_options *options, uint32_t address);

/* Free it all, and count what is missing. */
void hold_destroy(struct hold *hold);

/* The three phases and what is on the wire after them, on its own lcore. */
void hold_run(struct hold *hold);

/* One turn of both sides. */
void hold_turn(struct hold *hold, uint64_t now_ns);

/* What the peer says of itself: a SYN, or an old octet that asks where the connection is. */
void hold_peer_opens(struct hold *hold, uint32_t number);
void hold_peer_asks(struct hold *hold, uint32_t number);

/* What has come from the stack is judged and answered. */
void hold_peers_hear(struct hold *hold);

/* The server's user: accepts, echoes, closes after the peer. */
void hold_serve(struct hold *hold);

/* Whether all was as it should be. */
bool hold_is_clean(const struct hold *hold);

#endif
