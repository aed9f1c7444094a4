/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whole frames: the parser, ARP, neighbour discovery, ICMP and ICMPv6, and TCP behind them. The
 * input is a list of frames, each one of a few true ones with some bytes changed, cut or longer, its
 * checksums mended where the input says so; or nothing but bytes.
 *
 * A stack that listens, with one open connection; it may open others, to neighbours that it has to ask for, and time
 * may pass. Each received packet must be delivered or be in
 * one drop counter, and whatever the stack answers must be well formed.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_mbuf.h>

#include "fixture_internal.h"
#include "fuzz.h"
#include "fuzz_pool.h"
#include "input.h"

enum {
	FRAMES_MAX = 32,
	ETHERNET = 14,
	ROOM = 1600,
	KNOWN = 100,  /* the peer */
	ASKED = 3,    /* behind it, not known */
	WAIT_MS = 20, /* times a byte */
};

/* Bits of an input's first byte for each frame; the rest of it chooses the frame. */
enum mend {
	MEND_IP = 1,
	MEND_ABOVE = 2, /* the checksum of TCP, ICMP or ICMPv6 */
	MEND_LENGTHS = 4,
	MEND_BITS = 3,

	/* From here on; the last are no frames. */
	BEHIND_OPTIONS = 20,
	BEHIND_ROUTING = 25,
	OPEN_TO_SOMEBODY = 30,
	TIME_PASSES = 31,
};

struct frame {
	size_t size;
	uint8_t bytes[ROOM];
};

/* The frames below are those that reach the stack of the fixture: its MAC and addresses end in 1. */
#define TO_STACK   0x02, 0, 0, 0, 0, 0x01, 0x02, 0, 0, 0, 0, 0x64
#define PEER_IPV6  0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100
#define STACK_IPV6 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1

/* RFC 826: who has 192.0.2.1? tell 192.0.2.100 */
static const uint8_t arp_request[] = { TO_STACK, 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1, 0x02, 0, 0, 0,
	0, 0x64, 192, 0, 2, 100, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1 };

static const uint8_t arp_reply[] = { TO_STACK, 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 2, 0x02, 0, 0, 0, 0,
	0x64, 192, 0, 2, 100, 0x02, 0, 0, 0, 0, 0x01, 192, 0, 2, 1 };

/* RFC 792, echo */
static const uint8_t ping[] = { TO_STACK, 0x08, 0x00, 0x45, 0, 0, 36, 0, 0, 0, 0, 64, 1, 0, 0, 192,
	0, 2, 100, 192, 0, 2, 1, 8, 0, 0, 0, 0, 1, 0, 1, 'e', 's', 't', 'a', 'b', 0, 0, 0 };

/* RFC 792, RFC 1191: needs fragmentation, MTU 1000, of the connection's segment 1:101 */
static const uint8_t too_big[] = { TO_STACK, 0x08, 0x00, 0x45, 0, 0, 56, 0, 0, 0, 0, 64, 1, 0, 0,
	192, 0, 2, 100, 192, 0, 2, 1, 3, 4, 0, 0, 0, 0, 3, 232, 0x45, 0, 0, 140, 0, 0, 0x40, 0, 64,
	6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 100, 0, 80, 0x9c, 0x40, 0, 0, 0, 0 };

/* RFC 4861 4.3: neighbour solicitation with the source's link-layer address */
static const uint8_t solicitation[] = { TO_STACK, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 32, 58, 255,
	PEER_IPV6, STACK_IPV6, 135, 0, 0, 0, 0, 0, 0, 0, STACK_IPV6, 1, 1, 0x02, 0, 0, 0, 0, 0x64 };

/* RFC 4861 4.4: neighbour advertisement, solicited and overriding */
static const uint8_t advertisement[] = { TO_STACK, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 32, 58, 255,
	PEER_IPV6, STACK_IPV6, 136, 0, 0, 0, 0x60, 0, 0, 0, PEER_IPV6, 2, 1, 0x02, 0, 0, 0, 0,
	0x64 };

/* RFC 4443 4.1 */
static const uint8_t ping_ipv6[] = { TO_STACK, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 12, 58, 64, PEER_IPV6,
	STACK_IPV6, 128, 0, 0, 0, 0, 1, 0, 1, 'v', '6', '!', '!' };

/* RFC 4443 3.2: packet too big, MTU 1300, of the connection's segment */
static const uint8_t too_big_ipv6[] = { TO_STACK, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 68, 58, 64,
	PEER_IPV6, STACK_IPV6, 2, 0, 0, 0, 0, 0, 0x05, 0x14, 0x60, 0, 0, 0, 0, 120, 6, 64,
	STACK_IPV6, PEER_IPV6, 0, 80, 0x9c, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0x10, 0xff, 0xff, 0,
	0, 0, 0 };

/* RFC 8200 4.3, 4.6: options for each hop and for the destination, and a ping behind them; its checksum is right */
static const uint8_t behind_options[] = { TO_STACK, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 36, 0, 64,
	PEER_IPV6, STACK_IPV6, 60, 0, 1, 4, 0, 0, 0, 0, 58, 1, 0, 1, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 128, 0, 0x8c, 0x88, 0, 1, 0, 1, 'v', '6', '!', '!' };

/* RFC 8200 4.4: a routing header that has been followed to its end, before a SYN to the listener */
static const uint8_t behind_routing[] = { TO_STACK, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 28, 43, 64,
	PEER_IPV6, STACK_IPV6, 6, 0, 4, 0, 0, 0, 0, 0, 0x9c, 0x41, 0, 80, 0, 0, 0, 9, 0, 0, 0, 0,
	0x50, 2, 0xff, 0xff, 0xb7, 0x71, 0, 0 };

static const struct {
	const uint8_t *bytes;
	size_t size;
} templates[] = {
	{ arp_request, sizeof(arp_request) },
	{ arp_reply, sizeof(arp_reply) },
	{ ping, sizeof(ping) },
	{ too_big, sizeof(too_big) },
	{ solicitation, sizeof(solicitation) },
	{ advertisement, sizeof(advertisement) },
	{ ping_ipv6, sizeof(ping_ipv6) },
	{ too_big_ipv6, sizeof(too_big_ipv6) },
};

/* The next segment of the open connection, with text. */
static void
copy_segment(struct fixture *t, struct input *input, struct frame *frame)
{
	struct packet packet = { .flags = PACKET_ACK,
		.seq = t->peer->iss + 1 + input_delta(input),
		.ack = t->peer->stack_iss + 1,
		.win = UINT16_MAX,
		.text_len = input_u8(input) };
	struct frame_ends ends;
	uint8_t bytes[FRAME_MAX];

	fixture_ends(t, t->peer, &ends);
	frame->size = frame_build(&ends, &packet, bytes);
	memcpy(frame->bytes, bytes, frame->size);
}

static void
copy_template(struct frame *frame, const uint8_t *bytes, size_t size)
{
	frame->size = size;
	memcpy(frame->bytes, bytes, size);
}

/* After the templates: a segment of the connection; bytes of the input alone. */
static void
choose_frame(struct fixture *t, struct input *input, unsigned int choice, struct frame *frame)
{
	memset(frame, 0, sizeof(*frame));
	if (choice >= BEHIND_ROUTING) {
		copy_template(frame, behind_routing, sizeof(behind_routing));
		return;
	}
	if (choice >= BEHIND_OPTIONS) {
		copy_template(frame, behind_options, sizeof(behind_options));
		return;
	}
	choice %= RTE_DIM(templates) + 2;
	if (choice < RTE_DIM(templates)) {
		copy_template(frame, templates[choice].bytes, templates[choice].size);
	} else if (choice == RTE_DIM(templates)) {
		copy_segment(t, input, frame);
	} else {
		frame->size = input_u8(input);
		for (size_t i = 0; i < frame->size; i++)
			frame->bytes[i] = input_u8(input);
	}
}

static void
change(struct input *input, struct frame *frame)
{
	const unsigned int changes = input_below(input, 8);
	const int8_t longer = (int8_t)input_u8(input);

	for (unsigned int i = 0; i < changes; i++) {
		const size_t at = input_u8(input);

		frame->bytes[at] ^= input_u8(input);
	}
	if (longer < 0 && frame->size > (size_t)-longer)
		frame->size -= (size_t)-longer;
	else if (longer > 64) /* else a frame keeps its size: most should */
		frame->size += (size_t)longer;
}

static size_t
ip_header_size(const struct frame *frame)
{
	const uint8_t *ip = frame->bytes + ETHERNET;

	return frame->bytes[12] == 0x08 ? (size_t)(ip[0] & 15) * 4 : sizeof(struct rte_ipv6_hdr);
}

static uint16_t
sum_above(const struct frame *frame, const uint8_t *above, size_t size)
{
	const uint8_t *ip = frame->bytes + ETHERNET;
	uint32_t sum = rte_raw_cksum(above, size);

	if (frame->bytes[12] != 0x08)
		sum += rte_ipv6_phdr_cksum((const struct rte_ipv6_hdr *)ip, 0);
	else if (ip[9] == IPPROTO_TCP)
		sum += rte_ipv4_phdr_cksum((const struct rte_ipv4_hdr *)ip, 0);
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)~sum;
}

static void
mend_lengths(struct frame *frame)
{
	const bool is_ipv4 = frame->bytes[12] == 0x08;
	const size_t size = frame->size - ETHERNET - (is_ipv4 ? 0 : sizeof(struct rte_ipv6_hdr));
	uint8_t *length = frame->bytes + ETHERNET + (is_ipv4 ? 2 : 4);

	length[0] = (uint8_t)(size >> 8);
	length[1] = (uint8_t)size;
}

static void
mend_above(struct frame *frame)
{
	const size_t header = ETHERNET + ip_header_size(frame);
	uint8_t *above = frame->bytes + header;
	const uint8_t protocol = frame->bytes[ETHERNET + (frame->bytes[12] == 0x08 ? 9 : 6)];
	const size_t at = protocol == IPPROTO_TCP ? 16 : 2;
	uint16_t sum;

	if (frame->size < header + 20 || protocol > IPPROTO_ICMPV6) /* none of ours is higher */
		return;
	memset(above + at, 0, 2);
	sum = sum_above(frame, above, frame->size - header);
	memcpy(above + at, &sum, 2);
}

static void
mend(struct frame *frame, uint8_t what)
{
	struct rte_ipv4_hdr *ipv4 = (struct rte_ipv4_hdr *)(void *)(frame->bytes + ETHERNET);
	const uint16_t type = (uint16_t)(frame->bytes[12] << 8 | frame->bytes[13]);

	if (frame->size < ETHERNET + sizeof(struct rte_ipv6_hdr) ||
			(type != RTE_ETHER_TYPE_IPV4 && type != RTE_ETHER_TYPE_IPV6))
		return;
	if (what & MEND_LENGTHS)
		mend_lengths(frame);
	if (what & MEND_IP && type == RTE_ETHER_TYPE_IPV4) {
		ipv4->hdr_checksum = 0;
		ipv4->hdr_checksum = (uint16_t)~rte_raw_cksum(ipv4, sizeof(*ipv4));
	}
	if (what & MEND_ABOVE)
		mend_above(frame);
}

/* A neighbour that is not known is asked for; an answer to that is a frame like others. */
static void
open_to_somebody(struct fixture *t, struct input *input)
{
	struct estab_connect_config config = { .remote = fixture_peer_endpoint(t) };
	const unsigned int host = 1 + input_below(input, ASKED);

	if (t->peers[host].conn != NULL)
		return;
	config.remote.address.bytes[t->family == ESTAB_FAMILY_IPV4 ? 3 : 15] =
			(uint8_t)(KNOWN + host);
	if (estab_connect(t->stack, &config, &t->peers[host].conn) == 0)
		turn(t);
	ignore_sent(t);
}

static void
try_frame(struct fixture *t, struct input *input)
{
	const uint8_t head = input_u8(input);
	struct frame frame;

	if (head >> MEND_BITS == OPEN_TO_SOMEBODY) {
		open_to_somebody(t, input);
		return;
	}
	if (head >> MEND_BITS == TIME_PASSES) {
		advance(t, (uint64_t)input_u8(input) * WAIT_MS);
		ignore_sent(t);
		return;
	}
	choose_frame(t, input, head >> MEND_BITS, &frame);
	change(input, &frame);
	mend(&frame, head);
	if (frame.size > 0 && memory_port_put(&t->port, t->pool, frame.bytes, frame.size) == 0)
		turn(t);
	ignore_sent(t);
}

/* An open connection with text on its way, so that there is something to be quoted. */
static void
open_connection(struct fixture *t)
{
	app_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1460>");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	app_write(t, 100);
	ignore_sent(t);
}

void
fuzz_one(const uint8_t *data, size_t size)
{
	struct input input = { .bytes = data, .left = size };
	struct fixture *t = fixture_begin(input_u8(&input) & 1 ? 6 : 4, fuzz_pool);

	must(t != NULL);
	t->lenient = true;
	t->config.limits = (struct estab_stack_limits){ .connections = 4,
		.syn_records = 4,
		.time_waits = 4,
		.listeners = 2,
		.neighbours = 4,
		.reassemblies = 2,
		.recoveries = 2 };
	open_connection(t);
	for (unsigned int i = 0; i < FRAMES_MAX && !input_ended(&input); i++)
		try_frame(t, &input);
	fixture_end(t);
}
