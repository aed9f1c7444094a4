/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The TCP header (3.1).
 */
#ifndef LIB_NET_TCP_HEADER_H
#define LIB_NET_TCP_HEADER_H

#include <rte_tcp.h>

#include "net/net.h"
#include "net/packet.h"

/*
 * Read the header and its options into the segment, which takes the mbuf over, trimmed to the text.
 *
 * @return GO_ON where the segment is complete, else a fate
 */
unsigned int tcp_header_parse(const struct net *net, struct packet *packet, struct segment *seg);

/* Write header and options; the checksum is left zero. @return bytes written */
uint32_t tcp_header_write(void *bytes, const struct outgoing *out, enum estab_option_order order);

enum { TCP_HEADER_BYTES_MAX = 60 };

#endif
