/* SPDX-License-Identifier: BSD-3-Clause */
/* A client of estab-bench on the fixture's stack, in virtual time; the test speaks for its servers. */
#ifndef TEST_UNIT_APP_SCENE_H
#define TEST_UNIT_APP_SCENE_H

#include <stdint.h>

#include "client.h"
#include "fixture.h"
#include "party.h"

#define MS UINT64_C(1000000)

/* A client on the fixture's stack; its servers are the fixture's peers 0 and 1. */
struct scene {
	struct fixture *t;
	struct bench_options options;
	struct party party;
	struct client client;
};

/* Start the stack and the client, and take the first turns. */
struct scene *scene_begin(void **state, const struct bench_options *options, uint64_t budget);

/* Nothing is open any more, and no mbuf of the payload is missing. */
void scene_end(struct scene *s);

/* Turns, as party_turn has them, until there is nothing left to do at this time. */
void scene_turns(struct scene *s);

/* Let time pass, without a turn. */
void scene_after(struct scene *s, uint64_t ms);

/* The server's SYN-ACK, with an MSS of 1000. */
void scene_answer_syn(struct scene *s);

#endif
