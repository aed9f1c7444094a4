/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every frame that is sent, in packetdrill's notation, with the numbers of each side relative to
 * its initial one.
 */
#include <inttypes.h>
#include <stdio.h>

#include "frame.h"
#include "sim.h"

/* The conversation that a frame belongs to; SIM_CONVERSATIONS: none. */
static unsigned int
conversation_of(const struct frame_ends *ends)
{
	const unsigned int source = (unsigned int)(ends->source_port - SIM_CLIENT_PORT);
	const unsigned int target = (unsigned int)(ends->target_port - SIM_CLIENT_PORT);

	if (source < SIM_CONVERSATIONS)
		return source;
	return target < SIM_CONVERSATIONS ? target : SIM_CONVERSATIONS;
}

void
trace_frame(void *watcher, unsigned int end, const uint8_t *frame, size_t size, const char *fate)
{
	struct sim *sim = watcher;
	char text[PACKET_NOTATION_MAX];
	static struct packet packet;
	struct frame_ends ends;
	const char *error;
	unsigned int c;

	if (frame_classify(frame, size) != FRAME_TCP_SEGMENT)
		return;
	error = frame_parse(frame, size, &ends, &packet);
	c = conversation_of(&ends);
	if (error != NULL || c == SIM_CONVERSATIONS) {
		printf("%12.6f %s\n", (double)sim->now_ns / 1e9, error != NULL ? error : "stray");
		return;
	}
	if (packet.flags & PACKET_SYN)
		sim->iss[c][end] = packet.seq;
	packet.seq -= sim->iss[c][end];
	packet.ack -= sim->iss[c][1 - end];
	for (unsigned int i = 0; i < packet.sack_count; i++) {
		packet.sack[i].left -= sim->iss[c][1 - end];
		packet.sack[i].right -= sim->iss[c][1 - end];
	}
	printf("%12.6f %2u %s %s %s\n", (double)sim->now_ns / 1e9, c, end == 0 ? ">" : "<",
			packet_format(&packet, text, sizeof(text)), fate);
}
