/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the fixture share with one another and not with the tests.
 */
#ifndef TEST_SUPPORT_FIXTURE_INTERNAL_H
#define TEST_SUPPORT_FIXTURE_INTERNAL_H

#include "fixture.h"
#include "pattern.h"

/* Keys of the text that peers send, and of the text that the stack's user sends. */
#define PEER_TEXT_KEY  UINT64_C(0x7065657220746578)
#define STACK_TEXT_KEY UINT64_C(0x0123456789abcdef)

/* What the frames of a peer carry; the stack's frames carry the same the other way round. */
void fixture_ends(const struct fixture *t, const struct peer *peer, struct frame_ends *ends);

struct estab_endpoint fixture_stack_endpoint(const struct fixture *t, uint8_t host, uint16_t port);
struct estab_endpoint fixture_peer_endpoint(const struct fixture *t);

/* Learn from a segment of the stack, make its numbers relative, check what holds of each. */
void segment_sent(const struct fixture *t, struct peer *peer, struct packet *packet);

#endif
