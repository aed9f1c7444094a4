/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every frame that is sent, in packetdrill's notation, with the numbers of each side relative to
 * its initial one; and what happens besides.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "frame.h"
#include "hostile.h"
#include "sim.h"

/* The conversation that a frame belongs to; SIM_CONVERSATIONS: none. */
static unsigned int
conversation_of(const struct frame_ends *ends, bool *to_server)
{
	const unsigned int source = (unsigned int)(ends->source_port - SIM_CLIENT_PORT);
	const unsigned int target = (unsigned int)(ends->target_port - SIM_CLIENT_PORT);

	*to_server = source < SIM_CONVERSATIONS;
	if (source < SIM_CONVERSATIONS)
		return source;
	return target < SIM_CONVERSATIONS ? target : SIM_CONVERSATIONS;
}

static void
make_relative(const struct sim *sim, struct packet *packet, unsigned int c, unsigned int from)
{
	packet->seq -= sim->iss[c][from];
	packet->ack -= sim->iss[c][1 - from];
	for (unsigned int i = 0; i < packet->sack_count; i++) {
		packet->sack[i].left -= sim->iss[c][1 - from];
		packet->sack[i].right -= sim->iss[c][1 - from];
	}
}

static void
print_segment(const struct sim *sim, struct packet *packet, const struct frame_ends *ends,
		const char *fate)
{
	char text[PACKET_NOTATION_MAX];
	bool to_server;
	const unsigned int c = conversation_of(ends, &to_server);

	if (c < SIM_CONVERSATIONS)
		make_relative(sim, packet, c, to_server ? 0 : 1);
	printf("%12.6f %2u %s %s %s\n", (double)sim->now_ns / 1e9, c, to_server ? ">" : "<",
			packet_format(packet, text, sizeof(text)), fate);
}

void
trace_frame(void *watcher, unsigned int end, const uint8_t *frame, size_t size, const char *fate)
{
	struct sim *sim = watcher;
	static struct packet packet;
	struct frame_ends ends;
	const char *error;
	bool to_server;
	unsigned int c;

	(void)end;
	if (frame_classify(frame, size) != FRAME_TCP_SEGMENT)
		return;
	error = frame_parse(frame, size, &ends, &packet);
	if (error != NULL) {
		printf("%12.6f %s\n", (double)sim->now_ns / 1e9, error);
		return;
	}
	c = conversation_of(&ends, &to_server);
	if (c < SIM_CONVERSATIONS && (packet.flags & PACKET_SYN) != 0)
		sim->iss[c][to_server ? 0 : 1] = packet.seq;
	print_segment(sim, &packet, &ends, fate);
}

/* FNV-1a. */
static uint64_t
digest_bytes(uint64_t digest, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < size; i++)
		digest = (digest ^ at[i]) * UINT64_C(0x100000001b3);
	return digest;
}

void
trace_digest(void *watcher, unsigned int end, const uint8_t *frame, size_t size, const char *fate)
{
	const struct sim *sim = watcher;
	uint64_t *digest = sim->order->digest;

	(void)fate;
	*digest = digest_bytes(*digest, &sim->now_ns, sizeof(sim->now_ns));
	*digest = digest_bytes(*digest, &end, sizeof(end));
	*digest = digest_bytes(*digest, frame, size);
}

void
trace_injected(const struct sim *sim, unsigned int side, const uint8_t *frame, size_t size)
{
	static struct packet packet;
	struct frame_ends ends;
	const char *error = frame_parse(frame, size, &ends, &packet);

	(void)side;
	if (error != NULL)
		trace_note(sim, "injected: %s", error);
	else
		print_segment(sim, &packet, &ends, "injected");
}

void
trace_note(const struct sim *sim, const char *format, ...)
{
	va_list args;

	if (!sim->trace)
		return;
	printf("%12.6f    # %" PRIu32 ": ", (double)sim->now_ns / 1e9, sim->event_count - 1);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

void
trace_summary(const struct sim *sim)
{
	if (!sim->trace)
		return;
#define PRINT_COUNT(name) printf("%s %" PRIu64 ", ", #name, sim->wire.count.name);
	WIRE_COUNTERS(PRINT_COUNT)
#undef PRINT_COUNT
	printf("reordered %" PRIu64 ", corrupted %" PRIu64 ", truncated %" PRIu64
	       ", marked %" PRIu64 "\n",
			sim->wire.reordered, sim->wire.corrupted, sim->wire.truncated,
			sim->wire.marked);
}
