/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A peer that acknowledges in every odd way for a while: parts of segments, blocks of text that it never
 * had or has dropped since (RFC 2018 8), duplicates that never came, old ACKs, windows that shrink and
 * close, echoes that are wrong or missing; and that sends its own text in any order. Later it is honest.
 */
#ifndef TEST_HOSTILE_ODD_PEER_H
#define TEST_HOSTILE_ODD_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "fixture.h"
#include "pattern.h"

enum {
	ODD_TEXT_MAX = 60000,
	ODD_ANSWERS_MAX = 256,
};

/* On its way to the stack; what is early may overtake. */
struct odd_answer {
	uint64_t due_ns;
	struct packet packet;
};

/* All numbers are relative, as in the fixture. */
struct odd_peer {
	struct fixture *t;
	unsigned int n; /* of the fixture's peers */
	struct random random;
	bool honest;
	uint32_t total, own_total; /* octets of text: of the stack's user, and of the peer */
	uint32_t mss;
	uint8_t wscale;
	bool sack, timestamps, ecn;

	uint8_t have[ODD_TEXT_MAX + 3]; /* by number: it came, and was not dropped */
	uint32_t next;                  /* the first that is missing */
	uint32_t sent_end;              /* after the highest that the stack has sent */
	uint32_t last_left, last_right; /* the last segment of text that came */
	uint32_t edge;                  /* the highest right edge ever offered */
	uint32_t acked;                 /* of the peer's own text ... */
	uint32_t own_end;               /* ... and after the highest of it that was sent */
	struct odd_answer answers[ODD_ANSWERS_MAX];
	unsigned int answer_count;
};

static inline uint32_t
odd_below(struct odd_peer *peer, uint32_t n)
{
	return (uint32_t)random_below(&peer->random, n);
}

static inline bool
odd_one_in(struct odd_peer *peer, uint32_t n)
{
	return odd_below(peer, n) == 0;
}

/* Connect to the listener, with options as they come; the user accepts. */
void odd_establish(struct odd_peer *peer);

/* An ACK of what there is, or of something else, arrives at once. */
void odd_acknowledge(struct odd_peer *peer);

/* Some of its own text does, from anywhere near where it is. */
void odd_send(struct odd_peer *peer);

/* Answers that are due arrive, alone or in bursts. */
void odd_answer(struct odd_peer *peer);

/* Look at what the stack has sent, and answer later. */
void odd_take(struct odd_peer *peer);

/* Drop all that was told of by SACK. */
void odd_renege(struct odd_peer *peer);

/* From now on it says what is so. */
void odd_become_honest(struct odd_peer *peer);

#endif
