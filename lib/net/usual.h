/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The usual packet, read in one piece.
 */
#ifndef LIB_NET_USUAL_H
#define LIB_NET_USUAL_H

#include <stdbool.h>

#include "net/net.h"

/*
 * Read a whole, untagged, right IPv4 packet with a TCP segment from a possible peer to one of our
 * addresses, as ethernet_parse, ipv4_parse and tcp_header_parse would.
 *
 * @return true with the segment filled in, which has taken the mbuf over; false where anything is
 *   out of the ordinary: nothing but the segment's place has been touched, and the long way decides
 */
bool usual_parse(const struct net *net, struct rte_mbuf *mbuf, struct segment *seg);

/*
 * Write the headers of an untagged IPv4 packet whose next hop is known, checksums left zero.
 *
 * @return bytes of the TCP header
 */
uint16_t usual_write(const struct net *net, void *bytes, const struct outgoing *out);

#endif
