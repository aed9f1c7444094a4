/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One stack in a test, in virtual time, with scripted peers around it. A test reads as a
 * conversation:
 *
 *	in_syn_received(t);
 *	arrive(t, ". 1:1(0) ack 1");
 *	app_accept(t);
 *	app_write(t, 100);
 *	expect(t, "P. 1:101(100) ack 1");
 *
 * Whatever the stack sends is checked for form (frame.h), for what holds of every segment of a
 * connection (the window's right edge never moves left, timestamps are in all or in none), and
 * after every turn received = delivered + drops. The teardown waits until all timers have run out
 * and checks that no TCB, no record and no mbuf is left.
 *
 * Text is never arbitrary: a byte tells its side and its place in the stream (pattern.h), so that
 * every expect and every app_read also checks the bytes.
 */
#ifndef TEST_SUPPORT_FIXTURE_H
#define TEST_SUPPORT_FIXTURE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <estab/conn.h>
#include <estab/drop.h>
#include <estab/event.h>
#include <estab/listen.h>
#include <estab/stack.h>
#include <estab/stats.h>

#include "frame.h"
#include "memory_port.h"
#include "packet.h"

enum fixture_limits {
	FIXTURE_PEERS = 64,
	FIXTURE_SENT = 16384, /* segments of the stack that nobody has looked at yet */
	FIXTURE_MBUFS = 4096,
	FIXTURE_PORT = 80,         /* where the listener is */
	FIXTURE_PEER_PORT = 40000, /* of the first peer; the others follow */
};

/* One scripted connection from outside. */
struct peer {
	uint16_t port;
	uint16_t stack_port;
	uint8_t stack_host; /* last byte of the stack's address: 1, 2; 9 is not the stack's */
	uint32_t iss;       /* the peer's */
	uint32_t stack_iss; /* learnt from the first SYN of the stack */
	bool stack_iss_known;
	bool timestamps;     /* both SYNs carried the option */
	bool syn_timestamps; /* the peer's SYN did */
	uint32_t ts_val;     /* the last of the stack */
	uint8_t wscale;      /* with which the stack's windows are to be read */
	bool syn_wscale;     /* the peer's SYN had the option */
	bool edge_known;
	uint32_t edge; /* right edge of the window that the stack has offered, relative */
	struct estab_conn *conn;
	uint32_t read_at; /* relative number of the next byte to be read, 1 at first */
	uint32_t write_at;
	uint32_t events; /* told since last asked for */
};

/* A segment of the stack, numbers made relative. */
struct sent {
	uint64_t at_ns;
	struct peer *peer;
	struct packet packet;
};

struct fixture {
	uint8_t family; /* enum estab_family, of the peers */
	uint64_t now_ns;
	struct rte_mempool *pool;
	struct memory_port port;
	char name[16];                    /* of the stack */
	struct estab_stack_config config; /* may be altered until the stack is needed */
	uint16_t mss;                     /* that app_listen and app_connect ask for; 0: none */
	struct estab_stack *stack;
	struct estab_listener *listener;
	struct peer peers[FIXTURE_PEERS];
	struct peer *peer; /* who speaks */
	uint32_t sent_count;
	struct sent *sent[FIXTURE_SENT];
	uint32_t stack_frames; /* sent by the stack in all */
	bool lenient;          /* peers say anything: nobody remembers what was negotiated */
	bool app_gone;         /* draining: the stack has taken the connections */
	uint32_t draining;     /* connections that the last turn of the drain left open */
};

/* cmocka setup and teardown; *state is the family as an int, then the fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/*
 * The same without cmocka, on a pool of the caller's that must hold all its mbufs again at the end.
 * @return NULL without memory
 */
struct fixture *fixture_begin(uint8_t family, struct rte_mempool *pool);
void fixture_end(struct fixture *t);

/* Two cases, one over each family. */
#define FIXTURE_TEST(name)                                                                         \
	{ #name "_ipv4", name, fixture_setup, fixture_teardown, (void *)(uintptr_t)4 },            \
	{                                                                                          \
#name "_ipv6", name, fixture_setup, fixture_teardown, (void *)(uintptr_t)6         \
	}

/* Where a complaint points to. */
struct place {
	const char *file;
	int line;
};

#define HERE ((struct place){ __FILE__, __LINE__ })

/* The peer sends a segment, and the stack has its turn. */
#define arrive(t, ...) arrive_at(t, HERE, __VA_ARGS__)

/* The peer sends a segment that waits for the next turn, so that several make one burst. */
#define arrive_later(t, ...) arrive_later_at(t, HERE, __VA_ARGS__)

/* The next segment that this peer gets is this one. */
#define expect(t, ...) expect_at(t, HERE, __VA_ARGS__)

/* No segment to any peer is left that was not expected. */
#define expect_nothing(t) expect_nothing_at(t, HERE)

void arrive_at(struct fixture *t, struct place place, const char *notation, ...)
		__attribute__((format(printf, 3, 4)));
void arrive_later_at(struct fixture *t, struct place place, const char *notation, ...)
		__attribute__((format(printf, 3, 4)));
void expect_at(struct fixture *t, struct place place, const char *notation, ...)
		__attribute__((format(printf, 3, 4)));
void expect_nothing_at(struct fixture *t, struct place place);

/* The next segment to this peer, whatever it is; NULL: none. Valid until the next expectation. */
const struct packet *next_sent(struct fixture *t);

/* Forget what was sent and not yet looked at; returns how many segments. */
uint32_t ignore_sent(struct fixture *t);

/* One turn of the stack, and more as long as it says that it needs one at once. */
void turn(struct fixture *t);

/* Time passes; the stack has a turn whenever its deadline comes, and one at the end. */
void advance(struct fixture *t, uint64_t ms);

/*
 * So many packets (to peer 1) wait for a port that takes none that connections must wait too, until
 * t->port.tx_room is set anew. Peer 0 speaks.
 */
void stick_the_port(struct fixture *t);

/* Create the stack of t->config (the helpers below do it when it is needed). */
void start(struct fixture *t);

/* Speak as another peer: n < FIXTURE_PEERS. */
void speak_as(struct fixture *t, unsigned int n);

/* The same peer with the same port begins anew, with this initial sequence number. */
void speak_anew(struct fixture *t, uint32_t iss);

/* The user calls (RFC 9293 3.9.1) on this peer's connection; each is followed by a turn. */
void app_listen(struct fixture *t);
void app_listen_backlog(struct fixture *t, uint32_t backlog);
void app_accept(struct fixture *t);     /* exactly one waits, and it is this peer's */
void app_accept_any(struct fixture *t); /* the oldest of several, whosever it is */
void app_accept_nothing(struct fixture *t);
void app_connect(struct fixture *t);               /* from port 80 to this peer */
void app_write(struct fixture *t, uint32_t bytes); /* all are taken */
void app_queue_pieces(struct fixture *t, unsigned int count,
		uint16_t octets); /* an mbuf each, and never copied together; no turn follows */
/* So many segments are written and acknowledged one by one. @return the number after the last */
uint32_t app_write_acknowledged(struct fixture *t, uint32_t from, uint32_t mss, uint32_t segments);
void app_write_more(struct fixture *t, uint32_t bytes);
void app_write_urgent(struct fixture *t, uint32_t bytes);
void app_read(struct fixture *t, uint32_t bytes); /* so many come, and they are right */
void app_read_nothing(struct fixture *t);
void app_read_end(struct fixture *t);              /* end of file */
void app_read_error(struct fixture *t, int error); /* e.g. -ECONNRESET */
void app_shutdown(struct fixture *t);
void app_close(struct fixture *t);
void app_abort(struct fixture *t);

/* The program ends: the stack takes all connections, and every turn from now on is one of the
 * drain. @return connections still open after the first */
uint32_t app_drain(struct fixture *t);

/* What was told about this peer's connection since last asked. */
uint32_t app_events(struct fixture *t);

/* Bring a connection of this peer to the state; afterwards nothing waits to be expected. */
void in_listen(struct fixture *t);
void in_syn_sent(struct fixture *t);     /* the stack's SYN has been expected */
void in_syn_received(struct fixture *t); /* and the SYN-ACK, with a record */
void in_established(struct fixture *t);  /* passive; accepted; nothing sent either way */
void in_fin_wait_1(struct fixture *t);   /* shut down; the stack's FIN is number 1 */
void in_fin_wait_2(struct fixture *t);   /* and acknowledged */
void in_closing(struct fixture *t);      /* the peer's FIN is number 1 */
void in_time_wait(struct fixture *t);    /* closed by the user */
void in_close_wait(struct fixture *t);
void in_last_ack(struct fixture *t); /* closed by the user */

/* Established with these options in the peer's SYN, e.g. "mss 1000,wscale 7". */
void in_established_with(struct fixture *t, const char *options);

/* The connection's state is said to be this one. */
void assert_state(struct fixture *t, const char *state);

struct estab_stats stats_now(const struct fixture *t);
struct estab_conn_info status_now(const struct fixture *t);

/* Exactly so many packets have been dropped for that reason. */
#define assert_drops(t, reason, n) assert_int_equal(stats_now(t).drops[ESTAB_DROP_##reason], n)

#endif
