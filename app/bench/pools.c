/* SPDX-License-Identifier: BSD-3-Clause */
/* Mbufs: how many there are to be, whose they are, and which of them are missing in the end. */
#include "pools.h"

#include <stdio.h>

#include <rte_common.h>
#include <rte_lcore.h>
#include <rte_mempool.h>

#include "bench.h"
#include "complain.h"
#include "memory.h"
#include "places.h"

enum pool_limits {
	MBUFS_BASE = 3072,        /* bursts, rings and caches */
	MBUFS_PER_CONNECTION = 4, /* and as many more as its text needs */
	TEXT_PER_MBUF = 1024,
	HTTP_TEXT = 65536, /* of a response of unknown length */
};

/* Of a stream a whole send buffer can be, with an mbuf for headers beside each for text. */
static uint64_t
text_on_its_way(const struct bench_options *options)
{
	if (options->workload == WORKLOAD_STREAM)
		return 2 * ((uint64_t)bench_send_buffer(options) + options->message_size);
	if (options->http.target != NULL && options->response_size == 0)
		return HTTP_TEXT;
	return (uint64_t)options->request_size + options->response_size;
}

static uint32_t
mbufs_wanted(const struct bench_options *options)
{
	const uint64_t text = text_on_its_way(options);
	const uint64_t per_connection = MBUFS_PER_CONNECTION + text / TEXT_PER_MBUF;
	const uint64_t wanted = MBUFS_BASE + per_connection * options->connections;

	return (uint32_t)RTE_MIN(wanted, (uint64_t)INT32_MAX);
}

/* What was asked for; else what the load wants, as far as two thirds of the memory reach. */
static uint32_t
choose_mbufs(const struct bench *bench, const struct party *party, uint64_t left)
{
	uint64_t mbufs = mbufs_wanted(&party->options);

	if (party->options.stack.mbufs != 0)
		mbufs = party->options.stack.mbufs / bench->party_count;
	else if (left != UINT64_MAX)
		mbufs = RTE_MIN(mbufs,
				left / 3 * 2 / bench->party_count /
						memory_of_mbuf(party->end->device.data_room));
	return (uint32_t)mbufs;
}

static struct rte_mempool *
create_pool(const struct party *party, uint32_t mbufs)
{
	const struct device *device = &party->end->device;
	/* Of a pool that many share, most must not lie in their caches. */
	const uint32_t caches = party->end->sharers > 1 ? 1u + party->end->sharers : 1u;
	const uint32_t cache = RTE_MIN(party->options.device.mbcache, mbufs / (1 + caches));
	char name[RTE_MEMPOOL_NAMESIZE];

	snprintf(name, sizeof(name), "mbufs_%s", party->name);
	return memory_mbuf_pool(name, mbufs, cache, device->data_room, (int)rte_socket_id(),
			"total-num-mbufs");
}

/* Both ends of a wire have one pool, where nobody is to use it up for the other. */
static bool
pairs_share(const struct bench *bench)
{
	const uint32_t workload = bench->options->workload;

	return bench->options->loopback &&
			(workload == WORKLOAD_OPEN || workload == WORKLOAD_CRR ||
					workload == WORKLOAD_RR);
}

/*
 * How many stacks have one pool. Of a pair each writes its answer to what the other has sent, in mbufs that
 * are near: with a pool each these would go home by another way, and be far. Where the packets of one
 * stack may come from the queue of another, all have one.
 */
static uint16_t
sharers_of(const struct bench *bench, const struct end *end)
{
	const uint16_t stacks = end->map.count;

	if (bench->options->loopback)
		return pairs_share(bench) ? ENDS_MAX : 1;
	return stacks > places_queues(&end->map, end->device.id) || end->device.rss_types == 0
			? stacks
			: 1;
}

/* The party whose pool it is, made before or now. */
static struct party *
owner_of(struct bench *bench, struct end *end, uint16_t i)
{
	if (bench->options->loopback)
		return end->sharers > 1 ? &bench->ends[END_CLIENT].parties[i] : &end->parties[i];
	return end->sharers > 1 ? &end->parties[0] : &end->parties[i];
}

int
pools_create(struct bench *bench, struct end *end, uint64_t left)
{
	end->sharers = sharers_of(bench, end);
	for (uint16_t i = 0; i < end->map.count; i++) {
		struct party *party = &end->parties[i], *owner = owner_of(bench, end, i);

		party->has_pool = owner == party;
		if (party->has_pool)
			party->pool = create_pool(party,
					end->sharers * choose_mbufs(bench, party, left));
		else
			party->pool = owner->pool;
		if (party->pool == NULL)
			return EXIT_ENVIRONMENT;
	}
	return -1;
}

/* The stacks are gone and the device is closed: nobody has an mbuf of the pool any more. */
static void
count_missing(struct bench *bench, const struct party *party)
{
	const struct device *device = &party->end->device;
	const uint32_t missing = rte_mempool_in_use_count(party->pool);
	const uint32_t kept = device->name[0] != '\0' ? device_kept(device, missing) : 0;

	bench->mbufs_kept += kept;
	bench->mbufs_leaked += missing - kept;
}

void
pools_destroy(struct bench *bench)
{
	for (unsigned int i = 0; i < bench->party_count; i++) {
		struct party *party = &bench->parties[i];

		if (!party->has_pool || party->pool == NULL)
			continue;
		count_missing(bench, party);
		rte_mempool_free(party->pool);
	}
}
