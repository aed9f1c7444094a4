/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Linked into the programs that ThreadSanitizer looks at: it sees what is compiled with it, so not what DPDK's
 * libraries do between lcores. This tells it, no more than what their documentation promises:
 *
 *	an lcore begins with what its launcher has done, and who has waited for it goes on with what it has done
 *	what is sent to a device was written before who receives it reads it (net_ring: both are ours)
 *	an mbuf that goes home was left before who takes it next writes to it: a mempool over rings that are
 *	compiled here, in place of DPDK's own
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <sanitizer/tsan_interface.h>

#include <rte_common.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_mempool.h>
#include <rte_ring.h>

/* DPDK's own function of that name. */
#define REAL(name) ((__typeof__(&name))real_function(#name))

/* What each lcore does; its address stands for its beginning and its end. */
static struct work {
	lcore_function_t *function;
	void *argument;
} works[RTE_MAX_LCORE];

static void *
real_function(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (function == NULL)
		abort();
	return function;
}

static int
run(void *argument)
{
	struct work *work = argument;
	int ret;

	__tsan_acquire(work);
	ret = work->function(work->argument);
	__tsan_release(work);
	return ret;
}

int
rte_eal_remote_launch(lcore_function_t *function, void *argument, unsigned int worker)
{
	struct work *work = &works[worker];

	__tsan_acquire(work);
	*work = (struct work){ .function = function, .argument = argument };
	__tsan_release(work);
	return REAL(rte_eal_remote_launch)(run, work, worker);
}

enum rte_lcore_state_t
rte_eal_get_lcore_state(unsigned int worker)
{
	const enum rte_lcore_state_t state = REAL(rte_eal_get_lcore_state)(worker);

	if (state == WAIT)
		__tsan_acquire(&works[worker]);
	return state;
}

void
rte_eal_mp_wait_lcore(void)
{
	REAL(rte_eal_mp_wait_lcore)();
	for (unsigned int i = 0; i < RTE_MAX_LCORE; i++)
		__tsan_acquire(&works[i]);
}

static uint16_t
on_sent(uint16_t port, uint16_t queue, struct rte_mbuf **packets, uint16_t n, void *argument)
{
	(void)port;
	(void)queue;
	(void)argument;
	for (uint16_t i = 0; i < n; i++)
		__tsan_release(packets[i]);
	return n;
}

static uint16_t
on_received(uint16_t port, uint16_t queue, struct rte_mbuf **packets, uint16_t n, uint16_t room,
		void *argument)
{
	(void)port;
	(void)queue;
	(void)room;
	(void)argument;
	for (uint16_t i = 0; i < n; i++)
		__tsan_acquire(packets[i]);
	return n;
}

int
rte_eth_dev_start(uint16_t port)
{
	const int ret = REAL(rte_eth_dev_start)(port);
	struct rte_eth_dev_info info;

	if (ret != 0 || rte_eth_dev_info_get(port, &info) != 0)
		return ret;
	for (uint16_t i = 0; i < info.nb_rx_queues; i++)
		if (rte_eth_add_rx_callback(port, i, on_received, NULL) == NULL)
			abort();
	for (uint16_t i = 0; i < info.nb_tx_queues; i++)
		if (rte_eth_add_tx_callback(port, i, on_sent, NULL) == NULL)
			abort();
	return 0;
}

static int
ring_alloc(struct rte_mempool *pool)
{
	char name[RTE_RING_NAMESIZE];

	snprintf(name, sizeof(name), "seen_%.20s", pool->name);
	pool->pool_data =
			rte_ring_create(name, rte_align32pow2(pool->size + 1), pool->socket_id, 0);
	return pool->pool_data != NULL ? 0 : -rte_errno;
}

static void
ring_free(struct rte_mempool *pool)
{
	rte_ring_free(pool->pool_data);
}

static int
ring_enqueue(struct rte_mempool *pool, void *const *objects, unsigned int n)
{
	return rte_ring_mp_enqueue_bulk(pool->pool_data, objects, n, NULL) == n ? 0 : -ENOBUFS;
}

static int
ring_dequeue(struct rte_mempool *pool, void **objects, unsigned int n)
{
	return rte_ring_mc_dequeue_bulk(pool->pool_data, objects, n, NULL) == n ? 0 : -ENOENT;
}

/* How many there are at that moment is asked by all; DPDK's own does not say to the compiler that others write. */
static unsigned int
ring_get_count(const struct rte_mempool *pool)
{
	const struct rte_ring *ring = pool->pool_data;
	const uint32_t put = __atomic_load_n(&ring->prod.tail, __ATOMIC_RELAXED);
	const uint32_t taken = __atomic_load_n(&ring->cons.tail, __ATOMIC_RELAXED);

	return RTE_MIN((put - taken) & ring->mask, ring->capacity);
}

static const struct rte_mempool_ops ops = {
	.name = "estab_seen",
	.alloc = ring_alloc,
	.free = ring_free,
	.enqueue = ring_enqueue,
	.dequeue = ring_dequeue,
	.get_count = ring_get_count,
};

RTE_MEMPOOL_REGISTER_OPS(ops)

int
rte_eal_init(int argc, char **argv)
{
	const int ret = REAL(rte_eal_init)(argc, argv);

	if (ret >= 0 && rte_mbuf_set_platform_mempool_ops(ops.name) != 0)
		abort();
	return ret;
}

/* It cancels a thread amid calls that are not looked at (tsan.supp), which the sanitizer takes for a mistake. */
int
rte_eal_cleanup(void)
{
	return 0;
}
