/* SPDX-License-Identifier: BSD-3-Clause */
#include "flood.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_prefetch.h>
#include <rte_tcp.h>

#include "bench_options.h"
#include "client.h"
#include "clock.h"
#include "party.h"

enum flood_limits {
	RECEIVE_ROUNDS = 4, /* bursts of answers sorted out before the client gets its turn */
	LOOK_AHEAD = 4,
};

const char *
flood_answer_name(enum flood_answer answer)
{
	static const char *const names[] = {
#define FLOOD_ANSWER_NAME(name) #name,
		FLOOD_ANSWERS(FLOOD_ANSWER_NAME)
#undef FLOOD_ANSWER_NAME
	};

	return names[answer];
}

const char *
flood_kind_word(uint32_t kind)
{
	static const char *const words[FLOOD_KIND_COUNT] = {
#define FLOOD_WORD(name, word) [FLOOD_##name] = (word),
		FLOOD_KINDS(FLOOD_WORD)
#undef FLOOD_WORD
	};

	return words[kind];
}

void
flood_init(struct flood *flood, const struct bench_options *options,
		const struct estab_endpoint *server, struct rte_mempool *pool, const uint8_t mac[6])
{
	*flood = (struct flood){ .pool = pool, .server = *server, .rate = options->rate };
	memcpy(flood->mac, mac, sizeof(flood->mac));
	flood_frames_init(&flood->frames, (enum flood_kind)options->flood_with,
			&options->flood_from, server, options->server_ports, options->seed);
}

void
flood_spare(struct flood *flood, const struct estab_address *address)
{
	if (address->family == flood->server.address.family)
		flood_frames_reserve(&flood->frames, address);
}

struct flood_count
flood_since(const struct flood_count *now, const struct flood_count *before)
{
	struct flood_count since = { .sent = now->sent - before->sent };

	for (unsigned int i = 0; i < FLOOD_ANSWER_COUNT; i++)
		since.answers[i] = now->answers[i] - before->answers[i];
	return since;
}

void
flood_count_add(struct flood_count *sum, const struct flood_count *count)
{
	sum->sent += count->sent;
	for (unsigned int i = 0; i < FLOOD_ANSWER_COUNT; i++)
		sum->answers[i] += count->answers[i];
}

void
flood_tally_add(struct flood_tally *sum, const struct flood_tally *tally)
{
	flood_count_add(&sum->count, &tally->count);
	sum->overdue += tally->overdue;
	sum->pool_empty += tally->pool_empty;
}

uint64_t
flood_answer_sum(const struct flood_count *count)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < FLOOD_ANSWER_COUNT; i++)
		sum += count->answers[i];
	return sum;
}

static enum flood_answer
answer_of(const struct rte_tcp_hdr *tcp)
{
	if ((tcp->tcp_flags & RTE_TCP_RST_FLAG) != 0)
		return FLOOD_ANSWER_rst;
	if ((tcp->tcp_flags & RTE_TCP_SYN_FLAG) != 0)
		return FLOOD_ANSWER_syn_ack;
	return FLOOD_ANSWER_ack;
}

/* What of a packet tells whose it is. A packet that is too short for it is the client's. */
struct look {
	const struct rte_ether_hdr *ether;
	const struct rte_tcp_hdr *tcp; /* NULL: of another protocol */
	struct flood_address from, to;
};

static struct flood_address
read_ipv6(const void *bytes)
{
	rte_be64_t words[2];

	memcpy(words, bytes, sizeof(words));
	return (struct flood_address){ rte_be_to_cpu_64(words[0]), rte_be_to_cpu_64(words[1]) };
}

static bool
look_ipv4(struct look *look, const struct rte_mbuf *packet)
{
	const struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod_offset(packet, const struct rte_ipv4_hdr *,
			RTE_ETHER_HDR_LEN);

	if (packet->data_len < RTE_ETHER_HDR_LEN + sizeof(*ip) + sizeof(*look->tcp))
		return false;
	look->from = (struct flood_address){ 0, rte_be_to_cpu_32(ip->src_addr) };
	look->to = (struct flood_address){ 0, rte_be_to_cpu_32(ip->dst_addr) };
	if (ip->next_proto_id == IPPROTO_TCP)
		look->tcp = (const struct rte_tcp_hdr *)(ip + 1);
	return true;
}

static bool
look_ipv6(struct look *look, const struct rte_mbuf *packet)
{
	const struct rte_ipv6_hdr *ip = rte_pktmbuf_mtod_offset(packet, const struct rte_ipv6_hdr *,
			RTE_ETHER_HDR_LEN);

	if (packet->data_len < RTE_ETHER_HDR_LEN + sizeof(*ip) + sizeof(*look->tcp))
		return false;
	look->from = read_ipv6(&ip->src_addr);
	look->to = read_ipv6(&ip->dst_addr);
	if (ip->proto == IPPROTO_TCP)
		look->tcp = (const struct rte_tcp_hdr *)(ip + 1);
	return true;
}

/* @return false where it is no packet of the flood's family */
static bool
look_at(struct look *look, const struct flood *flood, const struct rte_mbuf *packet)
{
	const bool ipv6 = flood->frames.ipv6;
	const rte_be16_t type =
			ipv6 ? RTE_BE16(RTE_ETHER_TYPE_IPV6) : RTE_BE16(RTE_ETHER_TYPE_IPV4);

	look->ether = rte_pktmbuf_mtod(packet, const struct rte_ether_hdr *);
	look->tcp = NULL;
	if (packet->data_len < RTE_ETHER_HDR_LEN || look->ether->ether_type != type)
		return false;
	return ipv6 ? look_ipv6(look, packet) : look_ipv4(look, packet);
}

/* The way to the server is the way by which its first segment has come. */
static void
learn_way(struct flood *flood, const struct look *look)
{
	const struct flood_address server = flood_address_of(&flood->server.address);

	if (look->tcp == NULL || look->from.low != server.low || look->from.high != server.high)
		return;
	flood_frames_set_macs(&flood->frames, look->ether->src_addr.addr_bytes, flood->mac);
	flood->knows_way = true;
}

/* @return whether the packet was an answer to the flood; then it is counted */
static inline bool
take_answer(struct flood *flood, const struct rte_mbuf *packet)
{
	struct look look;

	if (!look_at(&look, flood, packet))
		return false;
	if (unlikely(!flood->knows_way))
		learn_way(flood, &look);
	if (!flood_frames_has_source(&flood->frames, look.to))
		return false;
	flood->tally.count.answers[look.tcp != NULL ? answer_of(look.tcp) : FLOOD_ANSWER_other]++;
	return true;
}

/* Count and free the answers among packets. @return how many others there are, now the first */
static uint16_t
sort_out(struct flood *flood, struct rte_mbuf **packets, uint16_t n)
{
	struct rte_mbuf *answers[ESTAB_BURST_MAX];
	unsigned int answer_count = 0;
	uint16_t kept = 0;

	for (uint16_t i = 0; i < n && i < LOOK_AHEAD; i++)
		rte_prefetch0(rte_pktmbuf_mtod(packets[i], const void *));
	for (uint16_t i = 0; i < n; i++) {
		if (i + LOOK_AHEAD < n)
			rte_prefetch0(rte_pktmbuf_mtod(packets[i + LOOK_AHEAD], const void *));
		if (take_answer(flood, packets[i]))
			answers[answer_count++] = packets[i];
		else
			packets[kept++] = packets[i];
	}
	rte_pktmbuf_free_bulk(answers, answer_count);
	return kept;
}

static uint16_t
flood_rx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct flood *flood = context;
	uint16_t kept = 0;

	for (unsigned int round = 0; round < RECEIVE_ROUNDS && kept < n; round++) {
		const uint16_t want = (uint16_t)RTE_MIN(n - kept, (int)ESTAB_BURST_MAX);
		const uint16_t got = port_layer_receive(&flood->wire, packets + kept, want);

		kept = (uint16_t)(kept + sort_out(flood, packets + kept, got));
		if (got < want)
			break;
	}
	return kept;
}

static uint16_t
flood_tx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct flood *flood = context;
	const uint16_t taken = port_layer_send(&flood->wire, packets, n);

	flood->client_waits = taken < n;
	return taken;
}

void
flood_attach(struct flood *flood, struct estab_port *port)
{
	port_layer_put(&flood->wire, port, flood_rx_burst, flood_tx_burst);
}

void
flood_begin(struct flood *flood, uint64_t now_ns)
{
	memset(&flood->tally, 0, sizeof(flood->tally));
	flood->begin_ns = now_ns;
	flood->runs = flood->knows_way;
}

/* How many frames the plan has until then. */
static uint64_t
due(const struct flood *flood, uint64_t now_ns)
{
	return (uint64_t)((unsigned __int128)(now_ns - flood->begin_ns) * flood->rate /
			NS_PER_SECOND);
}

void
flood_end(struct flood *flood, uint64_t now_ns)
{
	const uint64_t planned = due(flood, now_ns);

	flood->runs = false;
	flood->tally.overdue =
			planned > flood->tally.count.sent ? planned - flood->tally.count.sent : 0;
	flood_fini(flood);
}

void
flood_fini(struct flood *flood)
{
	rte_pktmbuf_free_bulk(flood->waiting, flood->waiting_count);
	flood->waiting_count = 0;
}

/* So many that this turn may send. */
static unsigned int
wanted(const struct flood *flood, uint64_t now_ns)
{
	uint64_t left;

	if (flood->rate == 0)
		return FLOOD_BURST;
	left = due(flood, now_ns) - flood->tally.count.sent;
	return (unsigned int)RTE_MIN(left, (uint64_t)FLOOD_BURST);
}

static void
write_frames(struct flood *flood, unsigned int n)
{
	const uint16_t length = flood->frames.length;

	if (rte_pktmbuf_alloc_bulk(flood->pool, flood->waiting, n) != 0) {
		flood->tally.pool_empty++;
		return;
	}
	for (unsigned int i = 0; i < n; i++) {
		struct rte_mbuf *packet = flood->waiting[i];

		flood_frames_write(&flood->frames, rte_pktmbuf_mtod(packet, uint8_t *));
		packet->data_len = length;
		packet->pkt_len = length;
	}
	flood->waiting_count = n;
}

/* What the wire does not take goes first in the next turn. */
bool
flood_send(struct flood *flood, uint64_t now_ns)
{
	unsigned int n;
	uint16_t taken;

	if (!flood->runs || flood->client_waits)
		return false;
	n = wanted(flood, now_ns);
	if (n == 0)
		return false;
	if (flood->waiting_count == 0)
		write_frames(flood, n);
	taken = port_layer_send(&flood->wire, flood->waiting, (uint16_t)flood->waiting_count);
	flood->tally.count.sent += taken;
	flood->waiting_count -= taken;
	for (unsigned int i = 0; i < flood->waiting_count; i++)
		flood->waiting[i] = flood->waiting[i + taken];
	return taken > 0;
}

bool
flood_work(struct party *party, uint64_t now_ns)
{
	const bool worked = client_work(party, now_ns);

	return flood_send(party->flood, now_ns) || worked;
}

void
flood_count(const struct party *party, struct party_numbers *numbers)
{
	client_count(party, numbers);
	numbers->flood = party->flood->tally.count;
}
