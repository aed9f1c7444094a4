/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A dispatch made and unmade, and the one question that all of it turns on: whose connection is this?
 */
#include "port/dispatch.h"

#include <errno.h>

#include <rte_errno.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>

#include <estab/stats.h>

enum { RING_DEFAULT = 1023 };

/* What is asked of the queue through which a packet leaves. */
enum {
	TX_OFFLOADS = ESTAB_PORT_TX_IPV4_CHECKSUM | ESTAB_PORT_TX_TCP_CHECKSUM |
			ESTAB_PORT_TX_MULTI_SEGMENT | ESTAB_PORT_TX_TCP_SEGMENTATION,
	RX_OFFLOADS = ESTAB_PORT_RX_IPV4_CHECKSUM | ESTAB_PORT_RX_TCP_CHECKSUM,
};

static uint32_t
keyed_hash(const struct siphash_key *key, const struct path *path)
{
	const uint64_t ports = path->local_port | (uint64_t)path->remote_port << 16;
	const uint64_t ipv4[] = { path->local.words[0] | (uint64_t)path->remote.words[0] << 32,
		ports };
	const uint64_t ipv6[] = { path->local.halves[0], path->local.halves[1],
		path->remote.halves[0], path->remote.halves[1], ports };

	return path->family == ESTAB_FAMILY_IPV4
			? (uint32_t)siphash_2_4_words(key, ipv4, RTE_DIM(ipv4))
			: (uint32_t)siphash_2_4_words(key, ipv6, RTE_DIM(ipv6));
}

uint16_t
dispatch_owner(const struct estab_dispatch *dispatch, const struct path *path)
{
	if (dispatch->has_rss)
		return dispatch->rss_table[toeplitz_of_path(dispatch->toeplitz, path) &
				dispatch->rss_mask];
	return (uint16_t)((uint64_t)keyed_hash(&dispatch->key, path) * dispatch->count >> 32);
}

static bool
owns(const void *context, const struct estab_endpoint *local, const struct estab_endpoint *remote)
{
	const struct dispatch_member *member = context;
	struct path path = {
		.family = local->address.family,
		.local_port = rte_cpu_to_be_16(local->port),
		.remote_port = rte_cpu_to_be_16(remote->port),
	};

	path_address_import(&local->address, &path.local);
	path_address_import(&remote->address, &path.remote);
	return dispatch_owner(member->dispatch, &path) == member->index;
}

/* Packets that a full ring has cost were received here, and nowhere else. */
static void
count(const void *context, struct estab_stats *stats)
{
	const struct dispatch_member *member = context;

	stats->rx_packets += member->lost;
	stats->rx_bytes += member->lost_bytes;
	stats->drops[ESTAB_DROP_DISPATCH_RING_FULL] += member->lost;
	stats->dispatch_handed_over += member->handed_over;
	stats->dispatch_copied += member->copies;
	stats->dispatch_not_copied += member->not_copied;
	stats->tx_dropped_refused += member->refused;
}

void
estab_dispatch_port(struct estab_dispatch *dispatch, uint16_t index, struct estab_port *port)
{
	struct dispatch_member *member = &dispatch->members[index];
	const struct estab_port *queue = &dispatch->members[member->sender].queue;

	assert(index < dispatch->count);
	*port = (struct estab_port){
		.context = member,
		.rx_burst = dispatch_receive,
		.tx_prepare = member->sent == NULL && queue->tx_prepare != NULL ? dispatch_prepare
										: NULL,
		.tx_burst = dispatch_transmit,
		.offloads = dispatch->offloads_rx | (queue->offloads & TX_OFFLOADS) |
				(index > 0 ? ESTAB_PORT_NEIGHBOURS_ANSWERED : 0),
		.mbufs_max = queue->mbufs_max,
		.mbufs_cut_max = queue->mbufs_cut_max,
		.owns = owns,
		.count = count,
	};
}

static struct rte_ring *
make_ring(const struct estab_dispatch_config *config, unsigned int flags)
{
	const uint32_t packets = config->ring_packets != 0 ? config->ring_packets : RING_DEFAULT;
	const unsigned int size = rte_align32pow2(packets + 1);
	const ssize_t bytes = rte_ring_get_memsize(size);
	struct rte_ring *ring;

	if (bytes < 0)
		return NULL;
	ring = rte_malloc_socket("estab_dispatch", (size_t)bytes, RTE_CACHE_LINE_SIZE,
			config->socket_id);
	if (ring != NULL && rte_ring_init(ring, "estab_dispatch", size, flags) != 0) {
		rte_free(ring);
		ring = NULL;
	}
	return ring;
}

static uint16_t
senders(const struct estab_dispatch_config *config)
{
	uint16_t sum = 0;

	for (uint16_t i = 0; i < config->port_count; i++)
		sum = (uint16_t)(sum + (config->queues[i].tx_burst != NULL));
	return sum;
}

/* Itself, or one of those with a queue to send through, in turn. */
static uint16_t
choose_sender(const struct estab_dispatch_config *config, uint16_t index)
{
	uint16_t before = (uint16_t)(index % senders(config)), sender = 0;

	if (config->queues[index].tx_burst != NULL)
		return index;
	while (config->queues[sender].tx_burst == NULL || before-- > 0)
		sender++;
	return sender;
}

static uint16_t
receivers(const struct estab_dispatch_config *config)
{
	uint16_t sum = 0;

	for (uint16_t i = 0; i < config->port_count; i++)
		sum = (uint16_t)(sum + (config->queues[i].rx_burst != NULL));
	return sum;
}

/*
 * Where several lcores put packets into one ring, one that is preempted in the middle of it must not
 * hold up the others: hence RTS.
 */
static int
init_member(struct estab_dispatch *dispatch, const struct estab_dispatch_config *config,
		uint16_t index)
{
	struct dispatch_member *member = &dispatch->members[index];
	const unsigned int put = receivers(config) > 1 ? RING_F_MP_RTS_ENQ : RING_F_SP_ENQ;

	member->dispatch = dispatch;
	member->queue = config->queues[index];
	member->index = index;
	member->sender = choose_sender(config, index);
	member->handed = make_ring(config, put | RING_F_SC_DEQ);
	if (member->handed == NULL)
		return -ENOMEM;
	if (member->sender != index) {
		member->sent = make_ring(config, RING_F_SP_ENQ | RING_F_SC_DEQ);
		if (member->sent == NULL)
			return -ENOMEM;
	}
	if (member->queue.rx_burst == NULL)
		return 0;
	dispatch->offloads_rx &= member->queue.offloads;
	member->batches = rte_calloc_socket("estab_dispatch", config->port_count,
			sizeof(*member->batches), RTE_CACHE_LINE_SIZE, config->socket_id);
	return member->batches == NULL ? -ENOMEM : 0;
}

static int
init_rss(struct estab_dispatch *dispatch, const struct estab_dispatch_config *config)
{
	const struct estab_rss *rss = config->rss;

	if (rss == NULL)
		return 0;
	dispatch->toeplitz = rte_malloc_socket("estab_dispatch", sizeof(*dispatch->toeplitz),
			RTE_CACHE_LINE_SIZE, config->socket_id);
	if (dispatch->toeplitz == NULL)
		return -ENOMEM;
	toeplitz_init(dispatch->toeplitz, rss->key);
	memcpy(dispatch->rss_table, rss->table, sizeof(dispatch->rss_table));
	dispatch->rss_mask = (uint16_t)(rss->table_size - 1);
	dispatch->has_rss = true;
	return 0;
}

static int
init(struct estab_dispatch *dispatch, const struct estab_dispatch_config *config)
{
	struct siphash_key secret;
	int ret = init_rss(dispatch, config);

	siphash_key_init(&secret, config->secret);
	siphash_derive(&secret, "dispatch", &dispatch->key);
	dispatch->mbuf_pool = config->mbuf_pool;
	dispatch->offloads_rx = RX_OFFLOADS;
	dispatch->members = rte_calloc_socket("estab_dispatch", config->port_count,
			sizeof(*dispatch->members), RTE_CACHE_LINE_SIZE, config->socket_id);
	if (dispatch->members == NULL)
		return -ENOMEM;
	dispatch->count = config->port_count;
	for (uint16_t i = 0; ret == 0 && i < config->port_count; i++)
		ret = init_member(dispatch, config, i);
	return ret;
}

static bool
rss_is_possible(const struct estab_dispatch_config *config)
{
	const struct estab_rss *rss = config->rss;

	if (rss == NULL)
		return true;
	if (rss->key_length < TOEPLITZ_KEY_MIN || !rte_is_power_of_2(rss->table_size) ||
			rss->table_size > ESTAB_RSS_TABLE_MAX ||
			receivers(config) < config->port_count)
		return false;
	for (uint16_t i = 0; i < rss->table_size; i++)
		if (rss->table[i] >= config->port_count)
			return false;
	return true;
}

static bool
is_possible(const struct estab_dispatch_config *config)
{
	if (config->port_count == 0 || config->port_count > ESTAB_DISPATCH_PORTS_MAX ||
			config->queues == NULL || config->mbuf_pool == NULL ||
			config->ring_packets >= RTE_RING_SZ_MASK / 2)
		return false;
	return senders(config) > 0 && receivers(config) > 0 && rss_is_possible(config);
}

struct estab_dispatch *
estab_dispatch_create(const struct estab_dispatch_config *config)
{
	struct estab_dispatch *dispatch;

	rte_errno = EINVAL;
	if (!is_possible(config))
		return NULL;
	rte_errno = ENOMEM;
	dispatch = rte_zmalloc_socket("estab_dispatch", sizeof(*dispatch), RTE_CACHE_LINE_SIZE,
			config->socket_id);
	if (dispatch == NULL)
		return NULL;
	if (init(dispatch, config) != 0) {
		estab_dispatch_destroy(dispatch);
		rte_errno = ENOMEM;
		return NULL;
	}
	return dispatch;
}

static void
free_ring(struct rte_ring *ring)
{
	void *packet;

	while (ring != NULL && rte_ring_dequeue(ring, &packet) == 0)
		rte_pktmbuf_free(packet);
	rte_free(ring);
}

void
estab_dispatch_destroy(struct estab_dispatch *dispatch)
{
	if (dispatch == NULL)
		return;
	for (uint16_t i = 0; i < dispatch->count; i++) {
		struct dispatch_member *member = &dispatch->members[i];

		rte_pktmbuf_free_bulk(member->waiting, member->waiting_count);
		free_ring(member->handed);
		free_ring(member->sent);
		rte_free(member->batches);
	}
	rte_free(dispatch->members);
	rte_free(dispatch->toeplitz);
	rte_free(dispatch);
}
