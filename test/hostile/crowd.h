/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One stack in virtual time among any number of strangers. A stranger is an address, a port and two
 * sequence numbers; what it says is written as in test/support/packet.h, and what the stack answers is
 * counted. Visitors are strangers of good will: each opens a connection, has a request echoed, and
 * closes; a test lets some come before, during and after what it does.
 *
 * After every turn received = delivered + drops, and the teardown finds every mbuf in its pool.
 */
#ifndef TEST_HOSTILE_CROWD_H
#define TEST_HOSTILE_CROWD_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include <rte_common.h>

#include <estab/conn.h>
#include <estab/drop.h>
#include <estab/event.h>
#include <estab/listen.h>
#include <estab/memory.h>
#include <estab/stack.h>
#include <estab/stats.h>

#include "eal.h"
#include "frame.h"
#include "memory_port.h"
#include "packet.h"

#define MS UINT64_C(1000000)

enum crowd_limits {
	CROWD_PORT = 80,
	CROWD_MBUFS = 4096,
	CROWD_HEARD = 256, /* of the last turn */
	CROWD_BURST = 64,
	CROWD_STACK = 0x0a000001, /* 10.0.0.1, of 10.0.0.0/8; 2001:db8::a00:1, of 2001:db8::/64 */
};

/* Numbers in what it says are relative to iss, acknowledgments to stack_iss. */
struct stranger {
	uint32_t address; /* IPv4, host byte order; in IPv6 the end of it */
	uint16_t port;
	uint16_t to_port;
	uint32_t iss;
	uint32_t stack_iss;
	uint32_t ts_ecr; /* TSval of the SYN-ACK */
	struct estab_conn *conn;
};

/* What a stack has sent, in the order of the turn. */
struct heard {
	uint32_t address;
	uint16_t port;
	struct packet packet; /* numbers as on the wire */
};

struct crowd {
	uint8_t family; /* enum estab_family */
	char name[16];
	uint64_t now_ns;
	struct rte_mempool *pool; /* where one is given before crowd_start, it is the caller's */
	bool pool_is_given;
	uint32_t mbufs; /* of the pool; may be altered before crowd_start */
	struct memory_port port;
	struct estab_stack_config config; /* may be altered before crowd_start */
	uint32_t backlog;                 /* likewise; 0: the library's default */
	struct estab_stack *stack;
	struct estab_listener *listener;
	unsigned int queued; /* frames that wait for a turn */
	bool accepts_not;
	uint16_t visit_port; /* where visitors go; 0: CROWD_PORT */
	bool quiet;          /* answers are counted, not read */
	uint64_t frames_in, bytes_in, frames_out, bytes_out;
	unsigned int heard_count;
	struct heard heard[CROWD_HEARD];
	struct estab_memory before; /* when the stack was made */
};

/* cmocka setup and teardown; *state is the family as an int (NULL: IPv4), then the crowd. */
int crowd_setup(void **state);
int crowd_teardown(void **state);

#define CROWD_TEST(name)                                                                           \
	{                                                                                          \
#name, name, crowd_setup, crowd_teardown, NULL                                     \
	}

#define CROWD_TEST_IPV6(name)                                                                      \
	{                                                                                          \
#name "_ipv6", name, crowd_setup, crowd_teardown,                                  \
				(void *)(uintptr_t)ESTAB_FAMILY_IPV6                               \
	}

/* Two cases, one over each family. */
#define CROWD_TESTS(name) CROWD_TEST(name), CROWD_TEST_IPV6(name)

/* Create the pool and the stack, and listen. */
void crowd_start(struct crowd *c);

/* Stranger number n: address and port differ from all others', in every bit over the whole crowd. */
struct stranger crowd_stranger(uint32_t n);

/* It says this; a full burst is a turn. */
void crowd_say(struct crowd *c, const struct stranger *s, const char *notation, ...)
		__attribute__((format(printf, 3, 4)));

/* Bytes arrive as they are, from its address. */
void crowd_put(struct crowd *c, const uint8_t *frame, size_t size);

/* The frame of what it would say. */
size_t crowd_frame(const struct crowd *c, const struct stranger *s, uint8_t frame[FRAME_MAX],
		const char *notation, ...) __attribute__((format(printf, 4, 5)));

/* An address of the crowd's family, as on the wire. */
void crowd_address(const struct crowd *c, uint32_t address, uint8_t bytes[16]);

/* Turns until nothing is left to be done now. */
void crowd_turn(struct crowd *c);

/* Time passes; turns whenever the stack's deadline comes. */
void crowd_advance(struct crowd *c, uint64_t ms);

/* The last segment of the last turns to this stranger; NULL: none. */
const struct packet *crowd_heard(const struct crowd *c, const struct stranger *s);

/* A whole handshake, with one retransmission; accepted unless the crowd accepts_not. @return success */
bool crowd_open(struct crowd *c, struct stranger *s, const char *options);

/* Stranger n, with a connection and an MSS of 1460: it must succeed. */
struct stranger crowd_opened(struct crowd *c, uint32_t n);

/* The user writes so many bytes, as many as are taken. @return how many */
uint32_t crowd_write(struct stranger *s, uint32_t bytes);

/* It closes its window, and then the user writes so many bytes. @return how many are taken */
uint32_t crowd_close_window(struct crowd *c, struct stranger *s, uint32_t bytes);

/* For so many seconds n of them say once a second that they are there, and take nothing. */
void crowd_keep_closed(struct crowd *c, const struct stranger *s, uint32_t n, unsigned int seconds);

/* Visitors first to first + n - 1 come and go. @return how many got what they came for */
unsigned int crowd_visits(struct crowd *c, uint32_t first, unsigned int n);

/* A ping. @return whether it was answered, by the count */
bool crowd_ping(struct crowd *c, const struct stranger *s);

struct estab_stats crowd_stats(const struct crowd *c);

/* Nothing was reserved since the stack was made, and nothing is used beyond what was. */
void crowd_assert_memory(const struct crowd *c);

#define assert_crowd_drops(c, reason, n)                                                           \
	assert_int_equal(crowd_stats(c).drops[ESTAB_DROP_##reason], n)

#endif
