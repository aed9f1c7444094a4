/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCP options (3.2): RFC 9293 3.7.1 MSS, RFC 7323 window scale and timestamps, RFC 2018 SACK.
 */
#ifndef LIB_NET_TCP_OPTIONS_H
#define LIB_NET_TCP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_byteorder.h>

#include "burst.h"

enum {
	TCP_OPTIONS_BYTES_MAX = 40,
	TCP_OPTIONS_TIMESTAMPS_LENGTH =
			12, /* of timestamps alone, as RFC 7323 appendix A has them: */
};

/* NOP, NOP, kind, length; TSval and TSecr follow. */
#define TCP_OPTIONS_TIMESTAMPS_HEAD RTE_BE32(UINT32_C(0x0101080a))

/*
 * All that a SYN of Linux offers, in its order: MSS in the lower half of the first word;
 * SACK-permitted, kind and length; TSval and TSecr follow; then NOP, and the window scale in the last byte.
 */
enum {
	TCP_OPTIONS_SYN_LENGTH = 20,
	TCP_OPTIONS_SYN_SEEN = TCP_OPTION_MSS | TCP_OPTION_SACK_PERMITTED | TCP_OPTION_TIMESTAMPS |
			TCP_OPTION_WINDOW_SCALE,
	TCP_OPTIONS_WINDOW_SCALE_MAX = 14, /* RFC 7323 2.3: a larger one is used as 14 */
};
#define TCP_OPTIONS_SYN_HEAD UINT64_C(0x020400000402080a)
#define TCP_OPTIONS_SYN_MSS  UINT64_C(0x0000ffff00000000)
#define TCP_OPTIONS_SYN_TAIL UINT32_C(0x01030300)

/*
 * Read `length` bytes of options. Unknown ones are skipped, known ones of a wrong length too, and an MSS
 * of 0 (as Linux does); of two of a kind the first counts.
 *
 * @return false where an option's length is illegal: below 2 or past the end (MUST-7)
 */
bool tcp_options_parse(const uint8_t *bytes, uint32_t length, struct tcp_options *options);

/* Write the options that are seen, padded with zeros (MUST-69). @return bytes: a multiple of 4 */
uint32_t tcp_options_write(uint8_t bytes[TCP_OPTIONS_BYTES_MAX], const struct tcp_options *options,
		enum estab_option_order order);

#endif
