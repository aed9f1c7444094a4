/* SPDX-License-Identifier: BSD-3-Clause */
#include "flood_frame.h"

#include <assert.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_memcpy.h>
#include <rte_tcp.h>

enum flood_frame_values {
	WINDOW = 65535,
	HOP_LIMIT = 64,
	PORT_FIRST = 1024, /* of the sources: those above the well-known ones */
	PORT_COUNT = UINT16_MAX + 1 - PORT_FIRST,
	SOURCE_IPV4_AT = RTE_ETHER_HDR_LEN + offsetof(struct rte_ipv4_hdr, src_addr),
	SOURCE_IPV6_AT = RTE_ETHER_HDR_LEN + offsetof(struct rte_ipv6_hdr, src_addr),
	SUM_IPV4_AT = RTE_ETHER_HDR_LEN + offsetof(struct rte_ipv4_hdr, hdr_checksum),
};

/* MSS 1460, SACK-permitted, timestamps, NOP, window scale 7: what Linux offers. */
static const uint8_t syn_options[20] = { 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1,
	3, 3, 7 };

static const uint8_t flags_of[FLOOD_KIND_COUNT] = {
	[FLOOD_SYN] = RTE_TCP_SYN_FLAG,
	[FLOOD_ACK] = RTE_TCP_ACK_FLAG,
	[FLOOD_RST] = RTE_TCP_RST_FLAG,
	[FLOOD_FIN] = RTE_TCP_FIN_FLAG | RTE_TCP_ACK_FLAG,
	[FLOOD_SYN_ACK] = RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG,
};

static uint64_t
read_64(const uint8_t *bytes)
{
	rte_be64_t word;

	memcpy(&word, bytes, sizeof(word));
	return rte_be_to_cpu_64(word);
}

static uint32_t
read_32(const uint8_t *bytes)
{
	rte_be32_t word;

	memcpy(&word, bytes, sizeof(word));
	return rte_be_to_cpu_32(word);
}

struct flood_address
flood_address_of(const struct estab_address *address)
{
	if (address->family == ESTAB_FAMILY_IPV4)
		return (struct flood_address){ 0, read_32(address->bytes) };
	return (struct flood_address){ read_64(address->bytes), read_64(address->bytes + 8) };
}

/* So many ones at the low end. */
static uint64_t
low_ones(unsigned int count)
{
	return count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

/* The address of the network and, in IPv4, its broadcast address are nobody's. */
static void
reserve_ends(struct flood_frames *frames)
{
	const struct flood_address mask = frames->host_mask;

	frames->reserved[0] = frames->prefix;
	frames->reserved[1] = (struct flood_address){ frames->prefix.high | mask.high,
		frames->prefix.low | mask.low };
	frames->reserved_count = 2;
}

static void
set_prefix(struct flood_frames *frames, const struct estab_local_address *from)
{
	const unsigned int bits = from->address.family == ESTAB_FAMILY_IPV4 ? 32 : 128;
	const unsigned int host = bits - from->prefix_length;

	frames->prefix = flood_address_of(&from->address);
	frames->host_mask = (struct flood_address){ host > 64 ? low_ones(host - 64) : 0,
		low_ones(host) };
	frames->prefix.high &= ~frames->host_mask.high;
	frames->prefix.low &= ~frames->host_mask.low;
	reserve_ends(frames);
}

static uint16_t
write_ipv4(struct flood_frames *frames, const struct estab_endpoint *server, uint16_t tcp_len)
{
	struct rte_ipv4_hdr header = {
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = rte_cpu_to_be_16((uint16_t)(sizeof(header) + tcp_len)),
		.fragment_offset = RTE_BE16(RTE_IPV4_HDR_DF_FLAG),
		.time_to_live = HOP_LIMIT,
		.next_proto_id = IPPROTO_TCP,
	};

	memcpy(&header.dst_addr, server->address.bytes, sizeof(header.dst_addr));
	memcpy(frames->template + RTE_ETHER_HDR_LEN, &header, sizeof(header));
	frames->address_sum = rte_raw_cksum(&header, sizeof(header));
	return RTE_ETHER_HDR_LEN + sizeof(header);
}

static uint16_t
write_ipv6(struct flood_frames *frames, const struct estab_endpoint *server, uint16_t tcp_len)
{
	struct rte_ipv6_hdr header = {
		.vtc_flow = RTE_BE32(UINT32_C(6) << 28),
		.payload_len = rte_cpu_to_be_16(tcp_len),
		.proto = IPPROTO_TCP,
		.hop_limits = HOP_LIMIT,
	};
	uint8_t *at = frames->template + RTE_ETHER_HDR_LEN;

	memcpy(at, &header, sizeof(header));
	memcpy(at + offsetof(struct rte_ipv6_hdr, dst_addr), server->address.bytes, 16);
	return RTE_ETHER_HDR_LEN + sizeof(header);
}

/* The segment as all frames have it, and what it and the pseudo-header without its source sum up to. */
static void
write_tcp(struct flood_frames *frames, enum flood_kind kind, uint16_t options)
{
	const struct rte_tcp_hdr header = {
		.data_off = (uint8_t)((sizeof(header) + options) / 4 << 4),
		.tcp_flags = flags_of[kind],
		.rx_win = RTE_BE16(WINDOW),
	};
	uint8_t *at = frames->template + frames->tcp_at;
	const uint16_t length = (uint16_t)(sizeof(header) + options);

	memcpy(at, &header, sizeof(header));
	memcpy(at + sizeof(header), syn_options, options);
	frames->tcp_sum = rte_raw_cksum(at, length) + rte_cpu_to_be_16(IPPROTO_TCP) +
			rte_cpu_to_be_16(length);
}

/* The server's address is of the pseudo-header too. */
static uint32_t
sum_of_address(const struct estab_address *address)
{
	return rte_raw_cksum(address->bytes, address->family == ESTAB_FAMILY_IPV4 ? 4 : 16);
}

void
flood_frames_init(struct flood_frames *frames, enum flood_kind kind,
		const struct estab_local_address *from, const struct estab_endpoint *server,
		uint32_t ports, uint64_t seed)
{
	const bool ipv6 = server->address.family == ESTAB_FAMILY_IPV6;
	const bool offers = (flags_of[kind] & RTE_TCP_SYN_FLAG) != 0;
	const uint16_t options = offers ? sizeof(syn_options) : 0;
	const uint16_t tcp_len = (uint16_t)(sizeof(struct rte_tcp_hdr) + options);
	const rte_be16_t type =
			ipv6 ? RTE_BE16(RTE_ETHER_TYPE_IPV6) : RTE_BE16(RTE_ETHER_TYPE_IPV4);

	assert(from->address.family == server->address.family);
	*frames = (struct flood_frames){
		.seed = seed,
		.port_first = server->port,
		.port_count = (uint16_t)ports,
		.ipv6 = ipv6,
		.acks = (flags_of[kind] & RTE_TCP_ACK_FLAG) != 0,
	};
	set_prefix(frames, from);
	memcpy(frames->template + offsetof(struct rte_ether_hdr, ether_type), &type, sizeof(type));
	frames->tcp_at = ipv6 ? write_ipv6(frames, server, tcp_len)
			      : write_ipv4(frames, server, tcp_len);
	write_tcp(frames, kind, options);
	frames->tcp_sum += sum_of_address(&server->address);
	frames->length = (uint16_t)(frames->tcp_at + tcp_len);
	flood_frames_reserve(frames, &server->address);
}

void
flood_frames_reserve(struct flood_frames *frames, const struct estab_address *address)
{
	assert(frames->reserved_count < FLOOD_RESERVED_MAX);
	frames->reserved[frames->reserved_count++] = flood_address_of(address);
}

void
flood_frames_set_macs(struct flood_frames *frames, const uint8_t to[6], const uint8_t from[6])
{
	memcpy(frames->template, to, RTE_ETHER_ADDR_LEN);
	memcpy(frames->template + RTE_ETHER_ADDR_LEN, from, RTE_ETHER_ADDR_LEN);
}

static inline bool
is_reserved(const struct flood_frames *frames, struct flood_address address)
{
	for (unsigned int i = 0; i < frames->reserved_count; i++) {
		if (frames->reserved[i].low == address.low &&
				frames->reserved[i].high == address.high)
			return true;
	}
	return false;
}

bool
flood_frames_has_source(const struct flood_frames *frames, struct flood_address address)
{
	return (address.high & ~frames->host_mask.high) == frames->prefix.high &&
			(address.low & ~frames->host_mask.low) == frames->prefix.low &&
			!is_reserved(frames, address);
}

/* SplitMix64: a bijection of 64 bits that leaves no trace of the counter. */
static inline uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static inline uint64_t
next_random(struct flood_frames *frames)
{
	return mix(frames->seed + ++frames->next * UINT64_C(0x9e3779b97f4a7c15));
}

static inline struct flood_address
source_of(const struct flood_frames *frames, uint64_t random)
{
	return (struct flood_address){
		frames->prefix.high |
				(random * UINT64_C(0xd1342543de82ef95) & frames->host_mask.high),
		frames->prefix.low | (random & frames->host_mask.low),
	};
}

/* The sum of words in the order in which they lie in memory. */
static inline uint32_t
sum_32(uint32_t word)
{
	return (word & UINT16_MAX) + (word >> 16);
}

static inline uint16_t
fold(uint32_t sum)
{
	sum = sum_32(sum);
	return (uint16_t)~sum_32(sum);
}

/* @return what it adds to sums */
static inline uint32_t
write_32(uint8_t *at, uint32_t value)
{
	const rte_be32_t word = rte_cpu_to_be_32(value);

	memcpy(at, &word, sizeof(word));
	return sum_32(word);
}

static inline uint32_t
write_source_ipv4(const struct flood_frames *frames, uint8_t *frame, struct flood_address source)
{
	const uint32_t sum = write_32(frame + SOURCE_IPV4_AT, (uint32_t)source.low);
	const uint16_t check = fold(frames->address_sum + sum);

	memcpy(frame + SUM_IPV4_AT, &check, sizeof(check));
	return sum;
}

static inline uint32_t
write_source_ipv6(uint8_t *frame, struct flood_address source)
{
	return write_32(frame + SOURCE_IPV6_AT, (uint32_t)(source.high >> 32)) +
			write_32(frame + SOURCE_IPV6_AT + 4, (uint32_t)source.high) +
			write_32(frame + SOURCE_IPV6_AT + 8, (uint32_t)(source.low >> 32)) +
			write_32(frame + SOURCE_IPV6_AT + 12, (uint32_t)source.low);
}

/* Ports and numbers of a frame: one more mixture of the same number. */
static inline uint32_t
write_numbers(const struct flood_frames *frames, uint8_t *tcp, uint64_t random)
{
	const uint32_t from = PORT_FIRST + (uint32_t)((random & UINT16_MAX) * PORT_COUNT >> 16);
	const uint32_t to = frames->port_first +
			(uint32_t)((random >> 16 & UINT16_MAX) * frames->port_count >> 16);
	uint32_t sum = write_32(tcp, from << 16 | to);

	sum += write_32(tcp + offsetof(struct rte_tcp_hdr, sent_seq), (uint32_t)(random >> 32));
	if (frames->acks)
		sum += write_32(tcp + offsetof(struct rte_tcp_hdr, recv_ack),
				(uint32_t)(random >> 13));
	return sum;
}

void
flood_frames_write(struct flood_frames *frames, uint8_t *frame)
{
	uint8_t *tcp = frame + frames->tcp_at;
	struct flood_address source;
	uint64_t random;
	uint32_t sum;
	uint16_t check;

	do {
		random = next_random(frames);
		source = source_of(frames, random);
	} while (is_reserved(frames, source));
	rte_memcpy(frame, frames->template, FLOOD_FRAME_MAX);
	sum = frames->ipv6 ? write_source_ipv6(frame, source)
			   : write_source_ipv4(frames, frame, source);
	sum += write_numbers(frames, tcp, mix(random));
	check = fold(frames->tcp_sum + sum);
	memcpy(tcp + offsetof(struct rte_tcp_hdr, cksum), &check, sizeof(check));
}
