/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A way of the relay. A frame's fate hangs on its number among the TCP frames and the seed alone:
 * two numbers are drawn for each, one for loss and one for reordering, whatever becomes of it.
 */
#include "relay.h"

#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>

enum { SOCKET_BUFFER = 32 << 20 }; /* bytes: what arrives while we are not scheduled */

/* splitmix64 (Steele, Lea, Flood 2014), the upper half. */
static uint64_t
draw(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) >> 32;
}

/* @return a packet socket that hears everything that arrives, or a negative errno */
static int
open_socket(const char *interface)
{
	const int one = 1, buffer = SOCKET_BUFFER;
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(interface),
	};
	struct packet_mreq promiscuous = {
		.mr_ifindex = address.sll_ifindex,
		.mr_type = PACKET_MR_PROMISC,
	};
	int fd;

	if (address.sll_ifindex == 0)
		return -ENODEV;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) != 0 ||
			setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous,
					sizeof(promiscuous)) != 0 ||
			setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) != 0 ||
			setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer)) != 0 ||
			bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		const int error = errno;

		close(fd);
		return -error;
	}
	return fd;
}

int
ways_open(struct way ways[2], const struct relay_options *options)
{
	int sockets[2];

	for (int i = 0; i < 2; i++) {
		sockets[i] = open_socket(options->interfaces[i]);
		if (sockets[i] < 0) {
			fprintf(stderr, "relay: %s: %s\n", options->interfaces[i],
					strerror(-sockets[i]));
			return sockets[i];
		}
	}
	for (int i = 0; i < 2; i++) {
		ways[i] = (struct way){
			.options = options,
			.loss = options->loss[i],
			.state = options->seed * 2 + (uint64_t)i,
			.from = sockets[i],
			.to = sockets[1 - i],
			.line = calloc(LINE_FRAMES, sizeof(struct frame)),
		};
		if (ways[i].line == NULL)
			return -ENOMEM;
	}
	return 0;
}

static bool
is_tcp(const struct frame *frame)
{
	const uint8_t *bytes = frame->bytes;

	if (frame->size < ETH_HLEN + 20)
		return false;
	if (bytes[12] == 0x08 && bytes[13] == 0x00)
		return bytes[ETH_HLEN + 9] == IPPROTO_TCP;
	return bytes[12] == 0x86 && bytes[13] == 0xdd && bytes[ETH_HLEN + 6] == IPPROTO_TCP;
}

static void
give(struct way *way, const struct frame *frame)
{
	if (send(way->to, frame->bytes, frame->size, 0) == (ssize_t)frame->size)
		way->count.given++;
	else
		way->count.refused++;
}

/* How long the wire takes for it. */
static uint64_t
wire_time(const struct way *way, uint32_t size)
{
	return way->options->rate_mbit == 0 ? 0
					    : size * 8 * UINT64_C(1000) / way->options->rate_mbit;
}

/* Onto the wire, where it waits for those before it, or nowhere where too many wait. */
static bool
enter_wire(struct way *way, struct frame *frame, uint64_t now_ns)
{
	const uint64_t begin = way->wire_free_ns > now_ns ? way->wire_free_ns : now_ns;
	const uint64_t takes = wire_time(way, frame->size);

	if (way->tail - way->head == LINE_FRAMES - 1 ||
			begin - now_ns > takes * way->options->queue) {
		way->count.queue_full++;
		return false;
	}
	way->wire_free_ns = begin + takes;
	frame->due_ns = way->wire_free_ns + way->options->delay_ns;
	return true;
}

/* What becomes of the frame at the tail of the line. */
static void
decide(struct way *way, struct frame *frame, uint64_t now_ns)
{
	if (is_tcp(frame)) {
		const bool lost = draw(&way->state) < way->loss;
		const bool overtakes = draw(&way->state) < way->options->reorder;

		if (lost) {
			way->count.lost++;
			return;
		}
		if (overtakes) {
			way->count.overtaking++;
			give(way, frame);
			return;
		}
	}
	if (enter_wire(way, frame, now_ns))
		way->tail++;
}

void
way_take(struct way *way, uint64_t now_ns)
{
	for (int i = 0; i < TAKEN_AT_ONCE; i++) {
		struct frame *frame = &way->line[way->tail % LINE_FRAMES];
		const ssize_t size = recv(way->from, frame->bytes, FRAME_MAX, MSG_TRUNC);

		if (size <= 0)
			return;
		way->count.taken++;
		frame->size = (uint32_t)size;
		if (size > FRAME_MAX)
			way->count.too_long++;
		else
			decide(way, frame, now_ns);
	}
}

void
way_give(struct way *way, uint64_t now_ns)
{
	while (way->head != way->tail && way->line[way->head % LINE_FRAMES].due_ns <= now_ns) {
		give(way, &way->line[way->head % LINE_FRAMES]);
		way->head++;
	}
}

uint64_t
way_next(const struct way *way)
{
	return way->head == way->tail ? UINT64_MAX : way->line[way->head % LINE_FRAMES].due_ns;
}

/* What the kernel threw away because we did not take it in time. */
static unsigned int
unheard(const struct way *way)
{
	struct tpacket_stats stats = { 0 };
	socklen_t size = sizeof(stats);

	getsockopt(way->from, SOL_PACKET, PACKET_STATISTICS, &stats, &size);
	return stats.tp_drops;
}

void
way_print(const struct way *way, const char *name, FILE *out)
{
	fprintf(out,
			"%s: taken %" PRIu64 ", given %" PRIu64 ", lost %" PRIu64
			", overtaking %" PRIu64 ", queue_full %" PRIu64 ", too_long %" PRIu64
			", refused %" PRIu64 ", on_the_way %" PRIu64 ", unheard %u\n",
			name, way->count.taken, way->count.given, way->count.lost,
			way->count.overtaking, way->count.queue_full, way->count.too_long,
			way->count.refused, way->tail - way->head, unheard(way));
}
