/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An Ethernet device made ready for stacks: as many RX/TX queue pairs as stacks will use it, the
 * offloads and the RSS it offers, started. This is set-up only; packets go through the port that
 * device_port makes.
 */
#ifndef APP_COMMON_DEVICE_H
#define APP_COMMON_DEVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "options.h"

enum device_limits {
	DEVICE_QUEUES_MAX = 64,
	DEVICE_TEXT_MAX = 128,
};

struct capture;
struct estab_port;
struct rte_eth_dev_info;
struct rte_mempool;

/* What the command line says of devices. 0 means: choose by what the device offers. */
struct device_options {
	uint32_t rxq, txq;
	uint32_t rxd, txd;
	uint32_t mbcache;
	uint32_t mtu;
	uint32_t mbuf_size;
	uint32_t offloads_left_out; /* by device_take_offloads */
	uint8_t mac[6]; /* of the stacks; all zero: the device's own, or derived from it */
	bool named;     /* the EAL arguments name one: command_line_names_device */
	bool rss_is_symmetric;
};

struct device {
	uint16_t id;
	uint16_t queues;     /* to receive from */
	uint16_t tx_queues;  /* to send through; set to what is wanted before device_start */
	uint32_t mbufs_held; /* by the driver, when it was started */
	uint16_t queues_max; /* that the device offers and that are of use to us */
	uint16_t mtu;
	uint16_t data_room; /* of an mbuf, headroom included */
	uint16_t rxd, txd;
	uint16_t reta_size;   /* of the RSS redirection table; 0: none */
	uint8_t mac[6];       /* of the stacks on it */
	bool mtu_is_asked;    /* by the user, so that the device must be told */
	bool mac_is_derived;  /* not the device's own: someone else answers to that one */
	uint64_t rx_offloads; /* granted, RTE_ETH_RX_OFFLOAD_* */
	uint64_t tx_offloads;
	uint64_t rss_types; /* RTE_ETH_RSS_*; 0: no RSS */
	uint16_t rss_key_size;
	bool rss_is_symmetric; /* by its key, under which both directions of a connection hash alike */
	bool started;
	struct capture *capture; /* of its packets; NULL: there will be none */
	const char *driver;
	char name[DEVICE_TEXT_MAX];
};

/* The rows for --rxq, --txq, --rxd, --txd, --mbcache, --mtu, --mbuf-size, --offloads and --mac. */
extern const struct option_row device_option_rows[];
extern const unsigned int device_option_count;

/*
 * Complain that DPDK has no port at all, and say how to get one. DPDK has said why where a device
 * was named that it could not make: that is above, and to name another would not help.
 *
 * @param otherwise  the end of the advice where none was named: what else the program offers
 * @return the exit code
 */
int device_complain_none(const struct device_options *options, const char *otherwise);

/* Read what the device offers; nothing is changed yet. @return -1 to go on, else the exit code */
int device_probe(struct device *device, uint16_t id, const struct device_options *options);

/*
 * How many queues to send through, where so many receive and there are so many stacks: what was asked
 * for, else one for each stack. Not so where each queue leads to that of the same number in another
 * program (memif, vhost, ring): nobody there might look into more than answer to ours.
 */
uint16_t device_tx_queues_wanted(const struct device *device, const struct device_options *options,
		uint16_t queues, uint16_t stacks);

/*
 * Configure and start it with this many queues to receive from, each into its pool, and at least as
 * many to send through; device->tx_queues says how many are wanted, and then how many there are.
 *
 * @return -1 to go on, else the exit code
 */
int device_start(struct device *device, uint16_t queues, struct rte_mempool *const *pools);

/*
 * Make a port of one of its queue pairs, with every offload that the device was granted, and a lane of the
 * capture over it. Once for each.
 *
 * @return 0, or the negative errno of estab_port_ethdev or capture_tap
 */
int device_port(const struct device *device, uint16_t queue, struct estab_port *port);

/* For --offloads: as the parsers of parse.h. */
int device_take_offloads(const char *text, void *value);

/* --tso off: nor is the device asked for what is not to be used. */
void device_leave_out_tso(struct device_options *options);

/* Take of what the device offers all that helps a TCP and was not left out. */
void device_choose_offloads(struct device *device, const struct rte_eth_dev_info *info,
		const struct device_options *options);

void device_stop(struct device *device);

/*
 * Of so many mbufs that are missing when the stacks are gone and the device is stopped, those that its
 * driver never gives back; the others have leaked.
 */
uint32_t device_kept(const struct device *device, uint32_t missing);

/* "rx-ipv4-checksum tx-tcp-checksum", or "none". */
char *device_offload_text(const struct device *device, char *buf, size_t size);

/* "random Toeplitz key over 512 entries", or "none". */
char *device_rss_text(const struct device *device, char *buf, size_t size);

/* The first lines of every application: what is in force on this device. */
void device_print(const struct device *device, FILE *out);

#endif
