/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A simulation: a few stacks, one wire, one clock, conversations between applications, and what
 * troubles them. All of it follows from one seed. Each trouble draws from a stream of its own, so
 * that one can be left out and the others stay as they were.
 */
#ifndef TEST_SIM_SIM_H
#define TEST_SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include <estab/conn.h>
#include <estab/listen.h>
#include <estab/stack.h>

#include "cutting_port.h"
#include "pattern.h"
#include "wire.h"

enum sim_limits {
	SIM_STACKS = WIRE_ENDS,
	SIM_POOLS,       /* one for each, and one for what ports cut */
	SIM_TALKERS = 2, /* in a conversation: client and server */
	SIM_CONVERSATIONS = 16,
	SIM_SERVER_PORT = 7,
	SIM_CLIENT_PORT = 10000, /* of conversation 0; the others follow */
};

/* What can trouble a simulation. X(NAME, "name", chance in a million, "what it does") */
#define SIM_TROUBLES(X)                                                                            \
	X(LOSS, "loss", 400000, "frames are lost at random")                                       \
	X(BURSTS, "bursts", 150000, "frames are lost in bursts")                                   \
	X(DUPLICATION, "duplication", 300000, "frames come twice")                                 \
	X(REORDERING, "reordering", 300000, "frames are overtaken")                                \
	X(CORRUPTION, "corruption", 300000, "a bit turns over")                                    \
	X(TRUNCATION, "truncation", 150000, "the end of a frame is missing")                       \
	X(JITTER, "jitter", 500000, "the delay varies")                                            \
	X(PADDING, "padding", 500000, "short frames end in noise")                                 \
	X(RATE, "rate", 200000, "the links are slow and have queues")                              \
	X(PATH_MTU, "path-mtu", 100000, "the path takes smaller packets than the links")           \
	X(REFUSAL, "refusal", 200000, "the port does not take all of a burst")                     \
	X(LIMITS, "limits", 300000, "records, TCBs, blocks and backlogs are few")                  \
	X(OPTIONS, "options", 500000, "some do without timestamps, scaling, SACK")                 \
	X(COOKIES, "cookies", 500000, "SYN cookies: always, never, or where records are few")      \
	X(NUMBERS, "numbers", 500000, "numbers begin near 2^31 or 2^32")                           \
	X(RUDENESS, "rudeness", 300000, "applications abort, or close with text unread")           \
	X(STALLS, "stalls", 200000, "applications stop reading for a while, and accept late")      \
	X(ALLOCATION, "allocation", 200000, "the mempool is empty now and then")                   \
	X(CLOCK, "clock", 150000, "the clock jumps forward")                                       \
	X(BLIND, "blind", 250000, "somebody sends what an endpoint has to withstand")              \
	X(DEADLY, "deadly", 150000, "somebody on the wire sends anything at all")                  \
	X(FLOOD, "flood", 100000, "segments from addresses that do not exist")                     \
	X(SILENCE, "silence", 100000, "a stack goes silent for ever")                              \
	X(RESTART, "restart", 100000, "a stack is killed and begins anew")                         \
	X(DRAIN, "drain", 50000, "a stack is drained in the middle of it all")                     \
	X(SETTINGS, "settings", 300000, "keep-alive, urgent text, Diffserv, no Nagle, linger")     \
	X(BARE, "bare", 200000, "stacks without a port: the application moves the packets")        \
	X(OUTAGES, "outages", 150000, "the link of a stack is down for a while")                   \
	X(MEMORY, "memory", 150000, "memory for text is little, and mbufs run short")              \
	X(POLICIES, "policies", 300000, "policies that are rarer; keys of cookies change")         \
	X(SCATTER, "scatter", 200000, "frames arrive in several mbufs")                            \
	X(OFFLOADS, "offloads", 200000, "ports fill in checksums, and cut text into segments")     \
	X(ENCORES, "encores", 200000, "who has talked talks again, from the same port")

enum sim_trouble {
#define SIM_TROUBLE_ENUM(name, text, chance, what) SIM_##name,
	SIM_TROUBLES(SIM_TROUBLE_ENUM)
#undef SIM_TROUBLE_ENUM
			SIM_TROUBLE_COUNT
};

/* When a side ends its own direction. */
enum talk_order {
	TALK_END_WHEN_SENT,      /* half-close as soon as all is written */
	TALK_END_AFTER_THE_PEER, /* only after the peer's end of file */
};

/* One side of a conversation. */
struct talker {
	struct conversation *conversation;
	unsigned int side; /* of the wire */
	struct random random;
	struct estab_conn *conn;
	uint64_t key; /* of the text it sends */
	uint64_t to_send, sent;
	uint64_t received;
	uint64_t abort_at;   /* bytes sent and received; UINT64_MAX: never */
	bool abort_by_close; /* close with text unread rather than abort */
	uint64_t stall_at;   /* bytes received, at which it stops reading; UINT64_MAX: never */
	uint64_t stall_ns;
	enum talk_order order;
	uint64_t think_ns; /* up to so long between two calls */
	uint64_t next_ns;  /* no call before */
	bool begun, over;
	bool urgent;              /* some of its text is sent with the urgent mark */
	bool corks;               /* some is held back for more to come */
	bool can_read, can_write; /* until a call says otherwise */
	bool shut, at_end;
};

struct conversation {
	struct sim *sim;
	unsigned int number;
	uint8_t family;    /* enum estab_family */
	bool left_out;     /* by the command line */
	bool simultaneous; /* both sides open actively */
	uint8_t encores;   /* so often it is yet to be held again */
	bool rude;         /* something may lawfully end it, and either side be told of an error */
	bool spoiled;      /* ... or even change its text */
	uint64_t begin_ns;
	uint64_t aborted_ns;                /* when one side did; UINT64_MAX: not yet */
	struct talker talkers[SIM_TALKERS]; /* [0] is the client */
};

/* mbufs taken out of a pool, as by a driver's ring or another stack. */
struct hoard {
	struct rte_mbuf **mbufs;
	unsigned int count;
	uint64_t until_ns; /* UINT64_MAX: there are none */
};

/* One of the stacks, with the application's listener. */
struct side {
	struct rte_mempool *pool;
	struct cutting_port cutting; /* in front of the wire, where ports have offloads */
	const struct estab_port *port;
	struct estab_stack_config config;
	struct estab_stack *stack;
	struct estab_listener *listener;
	uint64_t sent_before, delivered_before; /* by the wire, to a stack that was killed */
	uint64_t dry_until_ns;                  /* allocations may fail; UINT64_MAX: none does */
	uint64_t down_until_ns;   /* its link is down; UINT64_MAX: it is not, or for ever */
	struct hoard hoard;       /* mbufs that somebody else has */
	uint64_t shed;            /* connections that the stack gave up so far */
	uint64_t accept_ns;       /* nothing is accepted before */
	uint64_t accept_think_ns; /* up to so long between two accepts */
	bool bare;                /* the application moves its packets */
	bool drained;             /* the application may use nothing of it any more */
	char name[16];
};

/* Something that happens at times of its own. */
struct clockwork {
	struct random random;
	uint64_t next_ns; /* UINT64_MAX: not any more */
	uint64_t mean_ns; /* between two */
	uint32_t left;    /* times */
};

/* What is to be run, from the command line. */
struct sim_order {
	uint64_t seed;
	uint64_t without;       /* set of 1 << enum sim_trouble */
	uint32_t conversations; /* set of those to be held */
	uint32_t until;         /* so many events of trouble happen; UINT32_MAX: all */
	uint64_t skipped[16];   /* set of the first 1024 events that do not */
	bool trace;
	bool unpredicted; /* every segment goes the long way */
	uint64_t *digest; /* of all frames and their times; NULL: not wanted */
};

struct sim {
	const struct sim_order *order;
	uint64_t seed;
	uint64_t troubles; /* set of 1 << enum sim_trouble */
	uint64_t now_ns;
	bool trace;
	bool half_turns; /* the application works between receive and transmit */
	struct wire wire;
	unsigned int side_count;
	struct side sides[SIM_STACKS];
	struct random accept_random;
	uint32_t event_count;                         /* troubles that had their turn so far */
	struct clockwork blind, deadly, flood;        /* hostile.c */
	struct clockwork allocation, clock;           /* trouble.c */
	struct clockwork silence, restart, drain;     /* trouble.c */
	struct clockwork outage, memory, keys;        /* trouble.c */
	uint32_t iss[SIM_CONVERSATIONS][SIM_TALKERS]; /* for the trace */
	uint32_t ghosts; /* connections that old duplicates of cookies made */
	uint32_t missed; /* connections that cookies could not make */
	unsigned int conversation_count;
	struct conversation conversations[SIM_CONVERSATIONS];
};

static inline bool
sim_has(const struct sim *sim, enum sim_trouble trouble)
{
	return (sim->troubles >> trouble & 1) != 0;
}

/* A stream of random numbers for one purpose. */
struct random sim_stream(const struct sim *sim, const char *purpose, unsigned int number);

/* True where the next event of trouble is to happen: the shrinker leaves events out. */
bool sim_event_happens(struct sim *sim);

/* Say what went wrong, and how to see it again; does not return (main.c). */
void sim_fail(const struct sim *sim, const char *format, ...)
		__attribute__((format(printf, 2, 3), noreturn));

/* Choose everything from the seed (plan.c, plan_talk.c). */
void sim_plan(struct sim *sim);
void sim_plan_conversations(struct sim *sim);
void sim_plan_encore(struct conversation *conversation);

/* Run it to its end, with all checks (world.c). */
void sim_run(const struct sim_order *order, struct rte_mempool *const pools[SIM_POOLS]);
void sim_stack_begin(struct sim *sim, unsigned int side);
void sim_stack_end(struct sim *sim, unsigned int side);

/* What must be true at any time, and at the end (check.c). */
void check_stacks(const struct sim *sim);
void check_accounts(const struct sim *sim, unsigned int side);
void check_end(const struct sim *sim);

/* The applications (talk.c): connect, accept, collect events, and do what is due. */
void talk_turn(struct sim *sim);

/* When an application wants to do something next; UINT64_MAX: all wait for their stacks. */
uint64_t talk_next(const struct sim *sim);

/* True when both sides of every conversation are over. */
bool talk_is_over(const struct sim *sim);

/* A connection may be ended by somebody else from now on; all of a stack's; all that are new. */
void talk_excuse(struct conversation *conversation);
void talk_excuse_side(struct sim *sim, unsigned int side);
void talk_excuse_handshakes(struct sim *sim);

/* The stack of that side is gone, and the application's pointers with it. */
void talk_lose_side(struct sim *sim, unsigned int side);

/* Opening and accepting (talk_open.c). */
void talk_begin(struct talker *talker, struct estab_conn *conn, bool connected);
void talk_open_conversations(struct sim *sim);
void talk_accept_all(struct sim *sim);
void talk_plan_encores(struct sim *sim);

/* What goes wrong with machines (trouble.c), and who means harm (hostile.c). */
void trouble_plan(struct sim *sim);
void trouble_turn(struct sim *sim);
uint64_t trouble_next(const struct sim *sim);
void trouble_end(struct sim *sim); /* what was taken is given back */
uint64_t sim_packets_sent(const struct sim *sim, unsigned int side); /* that a stack's port took */
void hostile_plan(struct sim *sim);
void hostile_turn(struct sim *sim);
uint64_t hostile_next(const struct sim *sim);
void hostile_too_big(void *sim, unsigned int end, const uint8_t *frame, size_t size);

/* Times of their own. */
void clockwork_start(struct clockwork *clockwork, struct random random, uint64_t begin_ns,
		uint64_t mean_ns, uint32_t times);
bool clockwork_strikes(struct clockwork *clockwork, uint64_t now_ns);

/* Print frames as they are sent (trace.c). */
void trace_frame(void *sim, unsigned int end, const uint8_t *frame, size_t size, const char *fate);
void trace_digest(void *sim, unsigned int end, const uint8_t *frame, size_t size, const char *fate);
void trace_summary(const struct sim *sim);
void trace_note(const struct sim *sim, const char *format, ...)
		__attribute__((format(printf, 2, 3)));

/* Make a failing order small and print it (shrink.c). */
int shrink(const char *program, const struct sim_order *order);
void order_print(const struct sim_order *order, char *text, size_t size);

#endif
