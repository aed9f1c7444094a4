/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMP errors (RFC 792, RFC 4443) about segments of ours: read here, judged by the tcp room.
 */
#ifndef LIB_NET_ICMP_ERROR_H
#define LIB_NET_ICMP_ERROR_H

#include "net/net.h"
#include "net/packet.h"

/*
 * A message that is no echo and no neighbour discovery, its checksum verified.
 *
 * @return FATE_DECIDED_LATER with one more of errors[], or the packet's fate
 */
unsigned int icmp_error_arrives(struct net *net, struct burst *burst, struct packet *packet);

#endif
