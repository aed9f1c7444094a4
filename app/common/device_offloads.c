/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which offloads a device is asked for, and which its ports have. The library asks the queues what is
 * in force, and many drivers do not describe theirs (net_ring, net_memif, net_tap, net_virtio and
 * net_vhost among them); the device was configured here, so what it was granted is known all the same.
 */
#include "capture.h"
#include "device.h"

#include <errno.h>
#include <string.h>

#include <rte_common.h>
#include <rte_ethdev.h>
#include <rte_string_fns.h>

#include <estab/port.h>

/* What --offloads may leave out, by name. */
static const struct offload_group {
	const char *name;
	uint64_t rx, tx;
} groups[] = {
	{ "checksum", RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM,
			RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM },
	{ "chains", RTE_ETH_RX_OFFLOAD_SCATTER, RTE_ETH_TX_OFFLOAD_MULTI_SEGS },
	{ "tso", 0, RTE_ETH_TX_OFFLOAD_TCP_TSO },
};

enum {
	EVERY_GROUP = (1 << RTE_DIM(groups)) - 1,
	WORDS_BYTES = 64,
};

/* The bit of a group in the set of those left out; 0: no such name. */
static uint32_t
group_bit(const char *name)
{
	for (unsigned int i = 0; i < RTE_DIM(groups); i++)
		if (strcmp(name, groups[i].name) == 0)
			return UINT32_C(1) << i;
	return 0;
}

int
device_take_offloads(const char *text, void *value)
{
	char words[WORDS_BYTES], *word, *rest = words;
	uint32_t left_out = EVERY_GROUP;

	if (strcmp(text, "none") == 0 || strcmp(text, "all") == 0) {
		*(uint32_t *)value = text[0] == 'n' ? EVERY_GROUP : 0;
		return 0;
	}
	if (rte_strscpy(words, text, sizeof(words)) < 0)
		return -EINVAL;
	while ((word = strsep(&rest, ",")) != NULL) {
		const uint32_t bit = group_bit(word);

		if (bit == 0)
			return -EINVAL;
		left_out &= ~bit;
	}
	*(uint32_t *)value = left_out;
	return 0;
}

void
device_leave_out_tso(struct device_options *options)
{
	options->offloads_left_out |= group_bit("tso");
}

/*
 * What net_tap offers it does by itself, on the lcore. It refuses full segments of packets to be cut, for it
 * counts the Ethernet header against the MTU (22.11 to 26.07), and sums up pieces of odd length wrongly
 * (22.11).
 */
static void
mind_tap(struct device *device)
{
	device->tx_offloads &= ~RTE_ETH_TX_OFFLOAD_TCP_TSO;
	if ((device->tx_offloads & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) != 0)
		device->tx_offloads &= ~RTE_ETH_TX_OFFLOAD_TCP_CKSUM;
}

void
device_choose_offloads(struct device *device, const struct rte_eth_dev_info *info,
		const struct device_options *options)
{
	for (unsigned int i = 0; i < RTE_DIM(groups); i++) {
		if ((options->offloads_left_out & UINT32_C(1) << i) != 0)
			continue;
		device->rx_offloads |= info->rx_offload_capa & groups[i].rx;
		device->tx_offloads |= info->tx_offload_capa & groups[i].tx;
	}
	if (strcmp(device->driver, "net_tap") == 0)
		mind_tap(device);
}

struct grant {
	uint64_t device;
	uint32_t port;
};

static const struct grant tx_grants[] = {
	{ RTE_ETH_TX_OFFLOAD_IPV4_CKSUM, ESTAB_PORT_TX_IPV4_CHECKSUM },
	{ RTE_ETH_TX_OFFLOAD_TCP_CKSUM, ESTAB_PORT_TX_TCP_CHECKSUM },
	{ RTE_ETH_TX_OFFLOAD_MULTI_SEGS, ESTAB_PORT_TX_MULTI_SEGMENT },
	{ RTE_ETH_TX_OFFLOAD_TCP_TSO, ESTAB_PORT_TX_TCP_SEGMENTATION },
};
static const struct grant rx_grants[] = {
	{ RTE_ETH_RX_OFFLOAD_IPV4_CKSUM, ESTAB_PORT_RX_IPV4_CHECKSUM },
	{ RTE_ETH_RX_OFFLOAD_TCP_CKSUM, ESTAB_PORT_RX_TCP_CHECKSUM },
};

static bool
leaves_sums(const struct device *device)
{
	return (device->tx_offloads &
			       (RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM)) != 0;
}

int
device_port(const struct device *device, uint16_t queue, struct estab_port *port)
{
	const int ret = estab_port_ethdev(port, device->id, queue);

	if (ret != 0)
		return ret;
	for (unsigned int i = 0; i < RTE_DIM(tx_grants); i++)
		if ((device->tx_offloads & tx_grants[i].device) != 0)
			port->offloads |= tx_grants[i].port;
	for (unsigned int i = 0; i < RTE_DIM(rx_grants); i++)
		if ((device->rx_offloads & rx_grants[i].device) != 0)
			port->offloads |= rx_grants[i].port;
	if (device->capture == NULL)
		return 0;
	return capture_tap(device->capture, device->id, queue, leaves_sums(device), port);
}
