/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * By which rule a device spreads connections over its queues (receive side scaling): Toeplitz hash
 * of the 4-tuple under a key, then a table of queues. Read from the device, never assumed.
 */
#ifndef ESTAB_RSS_H
#define ESTAB_RSS_H

#include <stdbool.h>
#include <stdint.h>

#include <estab/address.h>
#include <estab/api.h>

ESTAB_BEGIN_DECLS

/** What there is room for. */
enum estab_rss_limits {
	ESTAB_RSS_KEY_MIN = 40, /**< bytes: two IPv6 addresses and ports, and one word */
	ESTAB_RSS_KEY_MAX = 128,
	ESTAB_RSS_TABLE_MAX = 2048,
};

/** The rule by which a device spreads packets over its queues. */
struct estab_rss {
	uint8_t key[ESTAB_RSS_KEY_MAX]; /**< of the Toeplitz hash */
	uint16_t key_length;            /**< bytes of key, a multiple of 4 */
	uint16_t table_size; /**< a power of two; 0: the device does not spread by a known rule */
	uint16_t table[ESTAB_RSS_TABLE_MAX]; /**< the queue, by the lowest bits of the hash */
};

/**
 * Read what is in force on a device that is configured and started.
 *
 * @return
 *   - 0
 *   - -ENODEV: no such device
 *   - -ENOTSUP: the device does not tell, spreads TCP over IPv4 or IPv6 by something else than both
 *     addresses and ports, or has a key or a table of a form not known here
 */
ESTAB_API int estab_rss_read(struct estab_rss *rss, uint16_t device);

/** The queue to which the device brings what comes from `remote` to `local`. Slow: not per packet. */
ESTAB_API uint16_t estab_rss_queue(const struct estab_rss *rss, const struct estab_endpoint *local,
		const struct estab_endpoint *remote);

ESTAB_END_DECLS

#endif
