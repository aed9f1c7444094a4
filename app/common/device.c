/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ask a device for all that helps a TCP and that it offers: checksums both ways, chains of mbufs,
 * RSS under a key that is drawn anew for every run. What it does not offer is done in software by
 * the library, so nothing here is required.
 */
#include "device.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <rte_common.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_mbuf.h>
#include <rte_string_fns.h>

#include "complain.h"
#include "eal.h"
#include "parse.h"
#include "secret.h"

enum device_defaults {
	DESCRIPTORS_DEFAULT = 1024, /* as recent testpmd; less where the device takes less */
	RSS_KEY_MAX = 128,
	HEADERS_MAX = 118, /* that the library wants room for beside the MTU, where it cannot chain */
	FRAME_OVERHEAD = RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN,
	DATA_ROOM_MIN = RTE_MBUF_DEFAULT_DATAROOM,
};

#define RSS_TYPES_WANTED                                                                           \
	(RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_NONFRAG_IPV6_TCP | RTE_ETH_RSS_IPV4 |          \
			RTE_ETH_RSS_IPV6)

static int
take_mac(const char *text, void *value)
{
	return parse_mac(text, value);
}

static int
take_rss_key(const char *text, void *value)
{
	if (strcmp(text, "random") != 0 && strcmp(text, "symmetric") != 0)
		return -EINVAL;
	*(bool *)value = text[0] == 's';
	return 0;
}

const struct option_row device_option_rows[] = {
	{ .name = "rxq",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = DEVICE_QUEUES_MAX,
			.offset = offsetof(struct device_options, rxq),
			.help = "receive queues per device (as many as lcores and RSS can use;\nwith fewer than lcores, packets are handed over in software)" },
	{ .name = "txq",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = DEVICE_QUEUES_MAX,
			.offset = offsetof(struct device_options, txq),
			.help = "transmit queues per device (one for each stack, where it has\nas many and they do not end in another program, as memif's do)" },
	{ .name = "rxd",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = UINT16_MAX,
			.offset = offsetof(struct device_options, rxd),
			.help = "descriptors of a receive queue (1024)" },
	{ .name = "txd",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = UINT16_MAX,
			.offset = offsetof(struct device_options, txd),
			.help = "descriptors of a transmit queue (1024)" },
	{ .name = "mbcache",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.max = RTE_MEMPOOL_CACHE_MAX_SIZE,
			.offset = offsetof(struct device_options, mbcache),
			.help = "mbufs that an lcore keeps at hand (250)" },
	{ .name = "mtu",
			.argument = "BYTES",
			.kind = OPTION_NUMBER,
			.min = 1280,
			.max = 16000,
			.offset = offsetof(struct device_options, mtu),
			.help = "size of an IP packet (the device's)" },
	{ .name = "mbuf-size",
			.argument = "BYTES",
			.kind = OPTION_NUMBER,
			.min = 374, /* headers, and text that is copied behind them */
			.max = 16384,
			.offset = offsetof(struct device_options, mbuf_size),
			.help = "that an mbuf takes of a packet; larger packets are chains (a whole\n"
				"packet of the MTU)" },
	{ .name = "offloads",
			.argument = "LIST",
			.kind = OPTION_TAKE,
			.take = device_take_offloads,
			.offset = offsetof(struct device_options, offloads_left_out),
			.expected = "all, none, or some of checksum,chains,tso",
			.help = "what to leave to the device where it can: all (default), none,\nor some of checksum,chains,tso" },
	{ .name = "rss-key",
			.argument = "KIND",
			.kind = OPTION_TAKE,
			.take = take_rss_key,
			.offset = offsetof(struct device_options, rss_is_symmetric),
			.expected = "random or symmetric",
			.help = "random (default), or symmetric: random, but such that both\n"
				"directions of a connection come to one queue" },
	{ .name = "mac",
			.argument = "XX:XX:XX:XX:XX:XX",
			.kind = OPTION_TAKE,
			.take = take_mac,
			.offset = offsetof(struct device_options, mac),
			.expected = "a unicast MAC address such as 02:00:00:00:00:01",
			.help = "of the stacks (the device's; for net_tap, whose kernel side has that,\n"
				"a locally administered one derived from it)" },
};
const unsigned int device_option_count = RTE_DIM(device_option_rows);

/* A MAC of our own beside the device's: locally administered, and different from it. */
static void
derive_mac(uint8_t mac[6], const struct rte_ether_addr *own, uint16_t id)
{
	memcpy(mac, own->addr_bytes, RTE_ETHER_ADDR_LEN);
	if (rte_is_zero_ether_addr(own)) /* as net_ring has it */
		mac[5] = (uint8_t)(id + 1);
	else if (mac[0] & RTE_ETHER_LOCAL_ADMIN_ADDR)
		mac[5] ^= 0x80;
	mac[0] |= RTE_ETHER_LOCAL_ADMIN_ADDR;
}

/*
 * Which address the stacks answer to. The kernel owns a TAP's: frames to it are for the kernel, and
 * two owners of one address would each answer what is meant for the other.
 */
static int
choose_mac(struct device *device, const struct device_options *options)
{
	static const uint8_t none[6];
	struct rte_ether_addr own;

	if (memcmp(options->mac, none, sizeof(none)) != 0) {
		memcpy(device->mac, options->mac, sizeof(device->mac));
		device->mac_is_derived = true;
		return 0;
	}
	if (rte_eth_macaddr_get(device->id, &own) != 0)
		return -EIO;
	memcpy(device->mac, own.addr_bytes, sizeof(device->mac));
	if (strcmp(device->driver, "net_tap") == 0 || rte_is_zero_ether_addr(&own)) {
		derive_mac(device->mac, &own, device->id);
		device->mac_is_derived = true;
	}
	return 0;
}

/* One queue where the device does not spread connections over more by a rule that it can tell. */
static void
choose_queues_max(struct device *device, const struct rte_eth_dev_info *info,
		const struct device_options *options)
{
	uint32_t offered = info->max_rx_queues;

	device->rss_types = info->flow_type_rss_offloads & RSS_TYPES_WANTED;
	device->rss_is_symmetric = options->rss_is_symmetric;
	device->rss_key_size = (uint16_t)RTE_MIN(info->hash_key_size, (uint8_t)RSS_KEY_MAX);
	device->reta_size = info->reta_size;
	if (device->rss_types == 0 || device->reta_size == 0 || device->rss_key_size == 0)
		device->rss_types = 0;
	if (device->rss_types == 0 && options->rxq == 0)
		offered = RTE_MIN(offered, 1u);
	device->queues_max = (uint16_t)RTE_MIN(offered, (uint32_t)DEVICE_QUEUES_MAX);
}

/* An mbuf holds a whole frame, unless the user wants smaller ones: then both ways take chains. */
static int
choose_data_room(struct device *device, const struct device_options *options)
{
	const uint32_t frame = (uint32_t)device->mtu + HEADERS_MAX;
	const uint32_t room = options->mbuf_size != 0 ? options->mbuf_size
						      : RTE_MAX(frame, (uint32_t)DATA_ROOM_MIN);

	device->data_room = (uint16_t)(RTE_ALIGN(room, RTE_CACHE_LINE_SIZE) + RTE_PKTMBUF_HEADROOM);
	if (room >= frame)
		device->rx_offloads &= ~RTE_ETH_RX_OFFLOAD_SCATTER; /* of no use */
	else if ((device->rx_offloads & RTE_ETH_RX_OFFLOAD_SCATTER) == 0 ||
			(device->tx_offloads & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) == 0)
		return complain(EXIT_USAGE,
				"--mbuf-size %" PRIu32
				": %s (%s) takes no chains, and a packet of MTU %u needs "
				"%" PRIu32,
				options->mbuf_size, device->name, device->driver, device->mtu,
				frame);
	return -1;
}

/* The largest packet that the device takes: some say so in frames alone. */
static uint32_t
mtu_max(const struct rte_eth_dev_info *info)
{
	const uint32_t frame = info->max_rx_pktlen -
			RTE_MIN(info->max_rx_pktlen, (uint32_t)FRAME_OVERHEAD);

	return RTE_MIN(frame, (uint32_t)info->max_mtu);
}

/* The device is told after it was configured, and not before (rte_eth_dev_set_mtu). */
static int
choose_mtu(struct device *device, const struct rte_eth_dev_info *info,
		const struct device_options *options)
{
	if (rte_eth_dev_get_mtu(device->id, &device->mtu) != 0)
		return complain(EXIT_ENVIRONMENT, "%s: the device has no MTU", device->name);
	if (options->mtu != 0 && (options->mtu < info->min_mtu || options->mtu > mtu_max(info)))
		return complain(EXIT_USAGE, "--mtu %" PRIu32 ": %s (%s) takes %u to %" PRIu32,
				options->mtu, device->name, device->driver, info->min_mtu,
				mtu_max(info));
	device->mtu_is_asked = options->mtu != 0;
	if (device->mtu_is_asked)
		device->mtu = (uint16_t)options->mtu;
	return choose_data_room(device, options);
}

static uint16_t
choose_descriptors(uint32_t asked, const struct rte_eth_desc_lim *limits)
{
	const uint32_t count = asked != 0 ? asked : DESCRIPTORS_DEFAULT;

	return (uint16_t)(asked == 0 && limits->nb_max != 0 ? RTE_MIN(count, limits->nb_max)
							    : count);
}

int
device_complain_none(const struct device_options *options, const char *otherwise)
{
	if (options->named)
		return complain(EXIT_ENVIRONMENT,
				"no port found: the device of --vdev or -a could not be used; DPDK's reason "
				"is above, if it gave one: does the device or interface exist, and are "
				"you root?");
	return complain(EXIT_ENVIRONMENT,
			"no port found: bind a NIC with dpdk-devbind.py, or add "
			"--vdev=net_tap0,iface=estab0 to the EAL arguments%s",
			otherwise);
}

int
device_probe(struct device *device, uint16_t id, const struct device_options *options)
{
	struct rte_eth_dev_info info;

	*device = (struct device){ .id = id };
	if (rte_eth_dev_info_get(id, &info) != 0 ||
			rte_eth_dev_get_name_by_port(id, device->name) != 0)
		return complain(EXIT_ENVIRONMENT, "port %u: the device does not answer", id);
	device->driver = info.driver_name;
	device->rxd = choose_descriptors(options->rxd, &info.rx_desc_lim);
	device->txd = choose_descriptors(options->txd, &info.tx_desc_lim);
	device_choose_offloads(device, &info, options);
	choose_queues_max(device, &info, options);
	if (choose_mac(device, options) != 0)
		return complain(EXIT_ENVIRONMENT, "%s: the device has no MAC address",
				device->name);
	return choose_mtu(device, &info, options);
}

/*
 * Random, so that nobody outside knows which connections share a queue. A pattern of 16 bits again and
 * again makes both directions hash alike; with an odd number of ones no two sums of the tuple's words
 * have one hash. It is the weaker key: whoever keeps that sum keeps the queue.
 */
static int
make_key(const struct device *device, uint8_t *key)
{
	const int ret = secret_fill(key, RSS_KEY_MAX);

	if (ret != 0 || !device->rss_is_symmetric)
		return ret;
	if (__builtin_popcount((unsigned int)(key[0] << 8 | key[1])) % 2 == 0)
		key[1] ^= 1;
	for (size_t i = 2; i < RSS_KEY_MAX; i++)
		key[i] = key[i % 2];
	return 0;
}

uint16_t
device_tx_queues_wanted(const struct device *device, const struct device_options *options,
		uint16_t queues, uint16_t stacks)
{
	static const char *const paired[] = { "net_memif", "net_vhost", "net_ring" };

	if (options->txq != 0)
		return (uint16_t)options->txq;
	for (size_t i = 0; i < RTE_DIM(paired); i++)
		if (strcmp(device->driver, paired[i]) == 0)
			return queues;
	return stacks;
}

/* As many queues to send through as are wanted; as to receive from, where a driver wants no more. */
static int
configure_queues(struct device *device, const struct rte_eth_dev_info *info,
		const struct rte_eth_conf *conf)
{
	const uint16_t wanted = (uint16_t)RTE_MIN(device->tx_queues, info->max_tx_queues);
	int ret = -ENOTSUP;

	device->tx_queues = device->queues;
	if (wanted > device->queues) {
		eal_hush(true);
		ret = rte_eth_dev_configure(device->id, device->queues, wanted, conf);
		eal_hush(false);
	}
	if (ret == 0)
		device->tx_queues = wanted;
	else
		ret = rte_eth_dev_configure(device->id, device->queues, device->tx_queues, conf);
	return ret;
}

static int
configure(struct device *device)
{
	uint8_t key[RSS_KEY_MAX];
	struct rte_eth_dev_info info;
	struct rte_eth_conf conf = {
		.rxmode = { .offloads = device->rx_offloads },
		.txmode = { .offloads = device->tx_offloads },
	};

	if (rte_eth_dev_info_get(device->id, &info) != 0)
		return -EIO;
	conf.rxmode.mtu = device->mtu;
	if (device->queues == 1)
		device->rss_types = 0;
	if (device->rss_types != 0) {
		if (make_key(device, key) != 0)
			return -EIO;
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf = device->rss_types;
		conf.rx_adv_conf.rss_conf.rss_key = key;
		conf.rx_adv_conf.rss_conf.rss_key_len = (uint8_t)device->rss_key_size;
	}
	return configure_queues(device, &info, &conf);
}

/* A device without the notion carries what its mbufs hold. */
static int
set_mtu(const struct device *device)
{
	const int ret = rte_eth_dev_set_mtu(device->id, device->mtu);

	return ret == -ENOTSUP ? 0 : ret;
}

static int
set_up_queues(struct device *device, struct rte_mempool *const *pools)
{
	const int socket = rte_eth_dev_socket_id(device->id);
	int ret = rte_eth_dev_adjust_nb_rx_tx_desc(device->id, &device->rxd, &device->txd);

	for (uint16_t queue = 0; ret == 0 && queue < device->queues; queue++)
		ret = rte_eth_rx_queue_setup(device->id, queue, device->rxd, (unsigned int)socket,
				NULL, pools[queue]);
	for (uint16_t queue = 0; ret == 0 && queue < device->tx_queues; queue++)
		ret = rte_eth_tx_queue_setup(device->id, queue, device->txd, (unsigned int)socket,
				NULL);
	return ret;
}

/*
 * Let in what the stacks answer to: ND is multicast; a MAC that is not the device's own must pass
 * its filter. Devices without a filter, and without these calls, let everything in.
 */
static void
open_filters(struct device *device)
{
	rte_eth_allmulticast_enable(device->id);
	if (device->mac_is_derived)
		rte_eth_promiscuous_enable(device->id);
}

int
device_start(struct device *device, uint16_t queues, struct rte_mempool *const *pools)
{
	int ret;

	device->queues = queues;
	ret = configure(device);
	if (ret == 0 && device->mtu_is_asked)
		ret = set_mtu(device);
	if (ret == 0)
		ret = set_up_queues(device, pools);
	if (ret == 0)
		ret = rte_eth_dev_start(device->id);
	if (ret != 0)
		return complain(EXIT_ENVIRONMENT,
				"%s (%s) did not start with %u queues and an MTU of %u: %s; try --rxq 1, or other --rxd and --txd",
				device->name, device->driver, queues, device->mtu,
				rte_strerror(-ret));
	device->started = true;
	for (uint16_t queue = 0; queue < queues; queue++)
		device->mbufs_held += rte_mempool_in_use_count(pools[queue]);
	open_filters(device);
	return -1;
}

void
device_stop(struct device *device)
{
	if (device->started)
		rte_eth_dev_stop(device->id);
	device->started = false;
	rte_eth_dev_close(device->id);
}

/*
 * net_af_xdp forgets what lies in the kernel's rings when it is closed (22.11): to be filled, which
 * is what it took when it was started, received and not yet taken, sent and not yet reported.
 */
uint32_t
device_kept(const struct device *device, uint32_t missing)
{
	if (strcmp(device->driver, "net_af_xdp") != 0)
		return 0;
	return RTE_MIN(missing,
			device->mbufs_held +
					(uint32_t)device->queues * (device->rxd + device->txd));
}
