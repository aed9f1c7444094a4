/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The other user of the client's wire: it sends a flood by a plan, or as fast as the wire takes it,
 * and counts the answers, which it sorts out before the client's stack sees them. It keeps no
 * state of what it has sent.
 *
 * The client goes first: as long as the wire has not taken all that its stack has, nothing is added to
 * the flood.
 */
#ifndef APP_BENCH_FLOOD_H
#define APP_BENCH_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "flood_frame.h"
#include "port_layer.h"

struct bench_options;
struct party;
struct party_numbers;

enum { FLOOD_BURST = 64 };

/* X(name): what comes back to addresses that nobody has */
#define FLOOD_ANSWERS(X)                                                                           \
	X(syn_ack)                                                                                 \
	X(rst)                                                                                     \
	X(ack)                                                                                     \
	X(other)

enum flood_answer {
#define FLOOD_ANSWER_ENUM(name) FLOOD_ANSWER_##name,
	FLOOD_ANSWERS(FLOOD_ANSWER_ENUM)
#undef FLOOD_ANSWER_ENUM
			FLOOD_ANSWER_COUNT
};

struct flood_count {
	uint64_t sent; /* that the wire took */
	uint64_t answers[FLOOD_ANSWER_COUNT];
};

/* What is counted from the beginning of a plan; that of several floods adds up. */
struct flood_tally {
	struct flood_count count;
	uint64_t overdue;    /* planned within the time, and not sent */
	uint64_t pool_empty; /* turns without an mbuf */
};

struct flood {
	struct port_layer wire; /* over it lies the client's port */
	struct rte_mempool *pool;
	struct flood_frames frames;
	struct estab_endpoint server;
	uint8_t mac[6]; /* ours */
	bool knows_way; /* the server's MAC address, or the gateway's, was heard */
	bool runs;
	bool client_waits; /* the wire has not taken all that the client's stack had */
	uint32_t rate;     /* 0: as fast as the wire takes it */
	uint64_t begin_ns;
	struct flood_tally tally;
	unsigned int waiting_count; /* written, and not yet taken by the wire */
	struct rte_mbuf *waiting[FLOOD_BURST];
};

/* mac: ours. */
void flood_init(struct flood *flood, const struct bench_options *options,
		const struct estab_endpoint *server, struct rte_mempool *pool,
		const uint8_t mac[6]);

/* No frame comes from this address: it is somebody's. */
void flood_spare(struct flood *flood, const struct estab_address *address);

/* Put it between a port and the client's stack. It must not move in memory afterwards. */
void flood_attach(struct flood *flood, struct estab_port *port);

/* The plan begins now; it ends with its time. */
void flood_begin(struct flood *flood, uint64_t now_ns);
void flood_end(struct flood *flood, uint64_t now_ns);

/* Free what was never sent. */
void flood_fini(struct flood *flood);

/* What has come since before. */
struct flood_count flood_since(const struct flood_count *now, const struct flood_count *before);

void flood_count_add(struct flood_count *sum, const struct flood_count *count);
void flood_tally_add(struct flood_tally *sum, const struct flood_tally *tally);

uint64_t flood_answer_sum(const struct flood_count *count);

const char *flood_answer_name(enum flood_answer answer);

/* The word for a kind, or NULL. */
const char *flood_kind_word(uint32_t kind);

/* What this turn may send. @return whether the wire took anything */
bool flood_send(struct flood *flood, uint64_t now_ns);

/* The client's turn, and the flood's. */
bool flood_work(struct party *party, uint64_t now_ns);
void flood_count(const struct party *party, struct party_numbers *numbers);

#endif
