/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The RSS that is in force on an Ethernet device, read back from it: what was asked for and what a
 * driver made of it are two things.
 */
#include <errno.h>
#include <string.h>

#include <rte_common.h>
#include <rte_ethdev.h>
#include <rte_thash.h>

#include <estab/rss.h>

#include "compat.h"

/* That a segment's hash is of both addresses and ports, and of nothing else. */
static bool
covers_tcp(uint64_t types)
{
	const uint64_t both = RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_NONFRAG_IPV6_TCP;
	const uint64_t parts = RTE_ETH_RSS_L3_SRC_ONLY | RTE_ETH_RSS_L3_DST_ONLY |
			RTE_ETH_RSS_L4_SRC_ONLY | RTE_ETH_RSS_L4_DST_ONLY;

	return (types & both) == both && (types & parts) == 0;
}

static int
read_key(struct estab_rss *rss, uint16_t device, const struct rte_eth_dev_info *info)
{
	struct rte_eth_rss_conf conf = { .rss_key = rss->key, .rss_key_len = info->hash_key_size };

	if (info->hash_key_size < ESTAB_RSS_KEY_MIN || info->hash_key_size > ESTAB_RSS_KEY_MAX ||
			info->hash_key_size % 4 != 0)
		return -ENOTSUP;
	if (rte_eth_dev_rss_hash_conf_get(device, &conf) != 0 || !covers_tcp(conf.rss_hf) ||
			!COMPAT_RSS_IS_TOEPLITZ(&conf))
		return -ENOTSUP;
	rss->key_length = info->hash_key_size;
	return 0;
}

static int
read_table(struct estab_rss *rss, uint16_t device, uint16_t size)
{
	struct rte_eth_rss_reta_entry64 groups[ESTAB_RSS_TABLE_MAX / RTE_ETH_RETA_GROUP_SIZE];

	if (size == 0 || size > ESTAB_RSS_TABLE_MAX || !rte_is_power_of_2(size))
		return -ENOTSUP;
	memset(groups, 0, sizeof(groups));
	for (unsigned int i = 0; i < RTE_DIM(groups); i++)
		groups[i].mask = UINT64_MAX;
	if (rte_eth_dev_rss_reta_query(device, groups, size) != 0)
		return -ENOTSUP;
	for (uint16_t i = 0; i < size; i++)
		rss->table[i] = groups[i / RTE_ETH_RETA_GROUP_SIZE]
						.reta[i % RTE_ETH_RETA_GROUP_SIZE];
	rss->table_size = size;
	return 0;
}

int
estab_rss_read(struct estab_rss *rss, uint16_t device)
{
	struct rte_eth_dev_info info;
	int ret;

	memset(rss, 0, sizeof(*rss));
	if (!rte_eth_dev_is_valid_port(device) || rte_eth_dev_info_get(device, &info) != 0)
		return -ENODEV;
	ret = read_key(rss, device, &info);
	return ret == 0 ? read_table(rss, device, info.reta_size) : ret;
}

/* Both ends as rte_softrss_be has them: 32-bit words in host order, the source first. */
static size_t
fill_words(uint32_t words[9], const struct estab_endpoint *local,
		const struct estab_endpoint *remote)
{
	const size_t size = local->address.family == ESTAB_FAMILY_IPV4 ? 1 : 4;

	memcpy(words, remote->address.bytes, size * sizeof(*words));
	memcpy(words + size, local->address.bytes, size * sizeof(*words));
	for (size_t i = 0; i < 2 * size; i++)
		words[i] = rte_be_to_cpu_32(words[i]);
	words[2 * size] = (uint32_t)remote->port << 16 | local->port;
	return 2 * size + 1;
}

uint16_t
estab_rss_queue(const struct estab_rss *rss, const struct estab_endpoint *local,
		const struct estab_endpoint *remote)
{
	uint32_t words[9], given[ESTAB_RSS_KEY_MIN / 4], key[ESTAB_RSS_KEY_MIN / 4];
	const size_t count = fill_words(words, local, remote);
	uint32_t hash;

	if (rss->table_size == 0)
		return 0;
	memcpy(given, rss->key, sizeof(given));
	rte_convert_rss_key(given, key, sizeof(given));
	hash = rte_softrss_be(words, (uint32_t)count, (const uint8_t *)key);
	return rss->table[hash & (rss->table_size - 1u)];
}
