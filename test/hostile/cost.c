/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a hostile packet costs beside an honest one: cycles of a turn for each packet of a full burst, the
 * median of many bursts, and the ratio to a segment with 100 octets of text in order on one of 512 connections
 * (its ACK included). Not a test: a program to be run on a quiet machine from a release build, without
 * arguments. SECURITY.md says what came out.
 */
#include "crowd.h"

#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>
#include <rte_mbuf.h>

enum {
	BURSTS = 501,
	PEERS = 512,
	TEXT = 100,
	MBUFS = 16384,
	FLIGHT = 60000,
};

/* What packet number i is, of all that are sent. */
struct attack {
	const char *name;
	void (*say)(struct crowd *c, struct stranger *peers, uint32_t i);
	bool cookies; /* always; else records */
};

static void
say_text(struct crowd *c, struct stranger *peers, uint32_t i)
{
	const uint32_t at = 1 + i / PEERS * TEXT;

	crowd_say(c, &peers[i % PEERS], "P. %u:%u(%d) ack 1", at, at + TEXT, TEXT);
}

static void
say_as_stranger(struct crowd *c, uint32_t i, const char *segment)
{
	const struct stranger s = crowd_stranger(i);

	crowd_say(c, &s, "%s", segment);
}

#define STRAY(name, segment)                                                                       \
	static void name(struct crowd *c, struct stranger *peers, uint32_t i)                      \
	{                                                                                          \
		(void)peers;                                                                       \
		say_as_stranger(c, i, segment);                                                    \
	}

#define TO_ONE(name, ...)                                                                          \
	static void name(struct crowd *c, struct stranger *peers, uint32_t i)                      \
	{                                                                                          \
		const uint32_t n = i % 16000;                                                      \
                                                                                                   \
		(void)n;                                                                           \
		crowd_say(c, &peers[0], __VA_ARGS__);                                              \
	}

STRAY(say_syn, "S 0:0(0) <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>")
STRAY(say_syn_text, "S 0:100(100) <mss 1460>")
STRAY(say_ack, ". 1:1(0) ack 12345")
STRAY(say_rst, "R 1:1(0)")
STRAY(say_fin, "F 1:1(0)")
STRAY(say_syn_ack, "S. 0:0(0) ack 12345 <mss 1460>")
TO_ONE(say_outside, ". 900000:900000(0) ack 1")
TO_ONE(say_rst_inside, "R 500:500(0)")
TO_ONE(say_syn_inside, "S 5:5(0)")
TO_ONE(say_old_text, "P. 4294967197:1(100) ack 1")
TO_ONE(say_duplicate_ack, ". 1:1(0) ack 1")
TO_ONE(say_premature_ack, ". 1:1(0) ack %u", 1000000 + n)
TO_ONE(say_closed_window, ". 1:1(0) ack 1 win 0")
TO_ONE(say_every_other, "P. %u:%u(1) ack 1", 2 + 2 * (n * 7919 % 16000), 3 + 2 * (n * 7919 % 16000))
TO_ONE(say_gap_again, "P. 101:201(100) ack 1")
TO_ONE(say_sacks, ". 1:1(0) ack 1 <nop,nop,sack %u:%u %u:%u %u:%u>", 2 + n % 7000 * 8,
		3 + n % 7000 * 8, 4 + n % 7000 * 8, 5 + n % 7000 * 8, 6 + n % 7000 * 8,
		7 + n % 7000 * 8)
TO_ONE(say_false_sacks, ". 1:1(0) ack 1 <nop,nop,sack %u:%u %u:%u %u:%u>", 100000 + n, 100001 + n,
		200000 + n, 200001 + n, 300000 + n, 300001 + n)
TO_ONE(say_split_ack, ". 1:1(0) ack %u", 1 + n)

static const struct attack attacks[] = {
	{ "an honest segment of text", say_text, false },
	{ "SYN, a record", say_syn, false },
	{ "SYN, a cookie", say_syn, true },
	{ "SYN with text", say_syn_text, false },
	{ "ACK, forged cookie", say_ack, true },
	{ "ACK, no cookies", say_ack, false },
	{ "RST to nobody", say_rst, false },
	{ "FIN to nobody", say_fin, false },
	{ "SYN-ACK to nobody", say_syn_ack, false },
	{ "ACK outside of the window", say_outside, false },
	{ "RST inside of it", say_rst_inside, false },
	{ "SYN on a connection", say_syn_inside, false },
	{ "text of before", say_old_text, false },
	{ "duplicate ACK", say_duplicate_ack, false },
	{ "ACK of nothing sent", say_premature_ack, false },
	{ "closed window again", say_closed_window, false },
	{ "every other octet", say_every_other, false },
	{ "the same beyond a gap", say_gap_again, false },
	{ "three SACK blocks of an octet", say_sacks, false },
	{ "three SACK blocks of nothing", say_false_sacks, false },
	{ "ACK of an octet", say_split_ack, false },
};

static int
compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* What the user does between turns is not the packet's. */
static void
read_all(struct stranger *peers)
{
	uint8_t text[4096];

	for (unsigned int i = 0; i < PEERS; i++)
		while (estab_conn_read(peers[i].conn, text, sizeof(text)) > 0)
			;
}

static void
discard_sent(struct crowd *c)
{
	uint8_t frame[FRAME_MAX];

	while (memory_port_take(&c->port, frame, sizeof(frame)) > 0)
		;
}

/* Cycles of one turn for each packet of a burst; crowd_say must not take the turn itself. */
static uint64_t
one_burst(struct crowd *c, const struct attack *attack, struct stranger *peers, uint32_t burst)
{
	uint64_t begin, cycles;

	for (uint32_t i = 0; i < CROWD_BURST - 1; i++)
		attack->say(c, peers, burst * (CROWD_BURST - 1) + i);
	c->queued = 0;
	c->now_ns += 100000;
	begin = rte_rdtsc_precise();
	estab_stack_poll(c->stack, c->now_ns);
	cycles = rte_rdtsc_precise() - begin;
	discard_sent(c);
	return cycles / (CROWD_BURST - 1);
}

static uint64_t
median_cycles(const struct attack *attack, struct rte_mempool *pool)
{
	static struct stranger peers[PEERS];
	uint64_t cycles[BURSTS];
	void *state = NULL;
	struct crowd *c;

	if (crowd_setup(&state) != 0)
		return 0;
	c = state;
	c->pool = pool;
	c->config.tcp.initial_window = 255;
	c->config.limits.syn_records = attack->cookies ? 256 : 65536;
	if (attack->cookies)
		c->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	crowd_start(c);
	for (uint32_t n = 0; n < PEERS; n++) {
		peers[n] = crowd_stranger(1000000 + n);
		if (!crowd_open(c, &peers[n], "mss 1460,sackOK"))
			exit(1);
	}
	if (attack->say != say_text)
		(void)crowd_write(&peers[0], FLIGHT);
	crowd_turn(c);
	for (uint32_t i = 0; i < BURSTS; i++) {
		cycles[i] = one_burst(c, attack, peers, i);
		if (attack->say == say_text)
			read_all(peers);
	}
	qsort(cycles, BURSTS, sizeof(cycles[0]), compare);
	estab_stack_destroy(c->stack);
	c->stack = NULL;
	crowd_teardown(&state);
	return cycles[BURSTS / 2];
}

int
main(void)
{
	uint64_t honest = 0;

	if (eal_start(NULL) != 0)
		return 1;
	for (unsigned int i = 0; i < RTE_DIM(attacks); i++) {
		struct rte_mempool *pool = rte_pktmbuf_pool_create("cost", MBUFS, 0, 0,
				RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
		uint64_t cycles;

		if (pool == NULL)
			return 1;
		cycles = median_cycles(&attacks[i], pool);
		rte_mempool_free(pool);
		if (i == 0)
			honest = cycles;
		printf("%-32s %6u cycles  %5.2f\n", attacks[i].name, (unsigned int)cycles,
				(double)cycles / (double)honest);
	}
	return eal_stop(NULL);
}
