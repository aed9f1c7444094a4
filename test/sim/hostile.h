/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What somebody who means harm puts together.
 */
#ifndef TEST_SIM_HOSTILE_H
#define TEST_SIM_HOSTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "packet.h"
#include "pattern.h"

struct conversation;
struct estab_interface;
struct sim;
struct tcb;

struct victim {
	struct conversation *conversation;
	unsigned int side;
	const struct tcb *tcb;
};

/* A segment that must change nothing; false: there is none for this connection now. */
bool blind_packet(struct random *r, const struct tcb *tcb, struct packet *packet);

/* Any segment, near what works. */
void deadly_packet(struct random *r, const struct tcb *tcb, struct packet *packet);

/* A segment from an address that does not exist, to anywhere in that stack. */
void flood_packet(struct random *r, const struct estab_interface *there, struct frame_ends *ends,
		struct packet *packet);

/* An ICMP error that quotes a frame, towards its sender; returns its size (icmp_frame.c). */
size_t icmp_build(struct random *r, const uint8_t *quoted, size_t quoted_size, unsigned int end,
		uint8_t frame[FRAME_MAX]);

/* "Packet too big"; 0: of what is not IP. */
size_t icmp_build_too_big(const uint8_t *quoted, size_t quoted_size, unsigned int end, uint16_t mtu,
		uint8_t frame[FRAME_MAX]);

/* Print a frame that was put in (trace.c). */
void trace_injected(const struct sim *sim, unsigned int side, const uint8_t *frame, size_t size);

#endif
