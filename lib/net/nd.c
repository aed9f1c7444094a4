/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Neighbour discovery, validated as RFC 4861 7.1.1 and 7.1.2 say: hop limit 255 means that no
 * router passed it on. Unsolicited advertisements only update what we know already.
 */
#include <netinet/icmp6.h>
#include <netinet/in.h>

#include "net/answer.h"
#include "net/checksum.h"
#include "net/nd.h"
#include "net/resolve.h"
#include "net/route.h"

enum {
	ND_HOP_LIMIT = 255,
	ND_OPTION_UNIT = 8,       /* option lengths count in this */
	ND_FLAG_SOLICITED = 0x40, /* in the first of an advertisement's reserved bytes */
	ND_FLAG_OVERRIDE = 0x20,
};

/* Solicitation and advertisement look alike. */
struct nd_message {
	uint8_t type;
	uint8_t code;
	rte_be16_t checksum;
	uint8_t flags;
	uint8_t reserved[3];
	uint8_t target[16];
};

/* Source or target link-layer address on Ethernet. */
struct nd_mac_option {
	uint8_t type;
	uint8_t length;
	uint8_t mac[RTE_ETHER_ADDR_LEN];
};

_Static_assert(sizeof(struct nd_message) == 24, "RFC 4861 4.3, 4.4");
_Static_assert(sizeof(struct nd_mac_option) == ND_OPTION_UNIT, "RFC 4861 4.6.1, RFC 2464 6");

/* What a valid message says. */
struct nd_facts {
	union ip_address target;
	uint8_t flags;
	bool has_mac;
	struct rte_ether_addr mac; /* of the option asked for */
};

static const struct rte_ether_addr all_nodes_mac = { .addr_bytes = { 0x33, 0x33, 0, 0, 0, 1 } };
static const union ip_address all_nodes = { .bytes = { [0] = 0xff, [1] = 2, [15] = 1 } };

static union ip_address
solicited_node_group(const union ip_address *ip)
{
	union ip_address group = { .bytes = { [0] = 0xff, [1] = 2, [11] = 1, [12] = 0xff } };

	memcpy(&group.bytes[13], &ip->bytes[13], 3);
	return group;
}

/* Walk the options; remember the MAC address of the wanted kind. @return false where malformed */
static bool
read_options(const uint8_t *options, uint32_t length, uint8_t wanted, struct nd_facts *facts)
{
	facts->has_mac = false;
	while (length > 0) {
		uint32_t size;

		if (length < ND_OPTION_UNIT || options[1] == 0)
			return false;
		size = options[1] * (uint32_t)ND_OPTION_UNIT;
		if (size > length)
			return false;
		if (options[0] == wanted && size == sizeof(struct nd_mac_option)) {
			memcpy(&facts->mac, options + 2, sizeof(facts->mac));
			facts->has_mac = true;
			if (!rte_is_valid_assigned_ether_addr(&facts->mac))
				return false;
		}
		options += size;
		length -= size;
	}
	return true;
}

/* What both messages must fulfil. */
static unsigned int
read_message(struct packet *packet, uint8_t wanted, struct nd_facts *facts)
{
	const struct nd_message *message;
	unsigned int next;

	if (packet->length < sizeof(*message) || packet->hop_limit != ND_HOP_LIMIT)
		return ESTAB_DROP_ND_MALFORMED;
	next = packet_need(packet, packet->offset + packet->length, ESTAB_DROP_ND_MALFORMED);
	if (next != GO_ON)
		return next;
	message = packet_header(packet, struct nd_message);
	memcpy(facts->target.bytes, message->target, sizeof(message->target));
	facts->flags = message->flags;
	if (message->code != 0 || facts->target.bytes[0] == 0xff)
		return ESTAB_DROP_ND_MALFORMED;
	if (!read_options((const uint8_t *)(message + 1),
			    packet->length - (uint32_t)sizeof(*message), wanted, facts))
		return ESTAB_DROP_ND_MALFORMED;
	return GO_ON;
}

/* Build a message with its one option, and send it. */
static void
send_message(struct net *net, struct burst *burst, struct rte_mbuf *mbuf, const struct path *path,
		struct nd_message *message, uint8_t option_type)
{
	const uint16_t length = sizeof(struct nd_message) + sizeof(struct nd_mac_option);
	struct nd_mac_option option = { .type = option_type, .length = 1 };
	uint8_t *bytes = (void *)rte_pktmbuf_append(mbuf, length);
	uint16_t sum = checksum_pseudo_header(path, IPPROTO_ICMPV6, length);

	assert(bytes != NULL);
	memcpy(option.mac, &net->mac, sizeof(option.mac));
	sum = checksum_add(sum, rte_raw_cksum(message, sizeof(*message)));
	sum = checksum_add(sum, rte_raw_cksum(&option, sizeof(option)));
	message->checksum = (uint16_t)~sum;
	memcpy(bytes, message, sizeof(*message));
	memcpy(bytes + sizeof(*message), &option, sizeof(option));
	answer_transmit_ip(net, burst, mbuf, path, IPPROTO_ICMPV6);
}

void
nd_solicit(struct net *net, struct burst *burst, const union ip_address *target)
{
	struct nd_message message = { .type = ND_NEIGHBOR_SOLICIT };
	struct path path = {
		.family = ESTAB_FAMILY_IPV6,
		.hop_limit = ND_HOP_LIMIT,
		.remote = solicited_node_group(target),
		.next_hop.addr_bytes = { 0x33, 0x33, 0xff },
	};
	struct rte_mbuf *mbuf;

	if (net_source_address(net, target, ESTAB_FAMILY_IPV6, &path.local) != 0)
		return;
	mbuf = answer_blank(net, NULL, sizeof(message) + sizeof(struct nd_mac_option));
	if (mbuf == NULL)
		return;
	memcpy(&path.next_hop.addr_bytes[3], &target->bytes[13], 3); /* RFC 2464 7 */
	memcpy(message.target, target->bytes, sizeof(message.target));
	send_message(net, burst, mbuf, &path, &message, ND_OPT_SOURCE_LINKADDR);
}

/* RFC 4861 7.2.4; one who probes without an address yet is answered through all nodes. */
static void
advertise(struct net *net, struct burst *burst, struct packet *packet,
		const union ip_address *target)
{
	const bool probe = route_is_ipv6_unspecified(&packet->path.remote);
	struct nd_message message = {
		.type = ND_NEIGHBOR_ADVERT,
		.flags = ND_FLAG_OVERRIDE | (probe ? 0 : ND_FLAG_SOLICITED),
	};
	const struct path path = {
		.family = ESTAB_FAMILY_IPV6,
		.hop_limit = ND_HOP_LIMIT,
		.local = *target,
		.remote = probe ? all_nodes : packet->path.remote,
		.next_hop = probe ? all_nodes_mac : packet->path.next_hop,
	};
	struct rte_mbuf *mbuf =
			answer_blank(net, packet, sizeof(message) + sizeof(struct nd_mac_option));

	if (mbuf == NULL)
		return;
	memcpy(message.target, target->bytes, sizeof(message.target));
	send_message(net, burst, mbuf, &path, &message, ND_OPT_TARGET_LINKADDR);
}

unsigned int
nd_solicitation_arrives(struct net *net, struct burst *burst, struct packet *packet,
		uint64_t now_ns)
{
	const union ip_address *source = &packet->path.remote;
	const bool probe = route_is_ipv6_unspecified(source);
	struct nd_facts facts;
	union ip_address group;
	unsigned int next = read_message(packet, ND_OPT_SOURCE_LINKADDR, &facts);

	if (next != GO_ON)
		return next;
	group = solicited_node_group(&facts.target);
	if (probe && (facts.has_mac || memcmp(&packet->path.local, &group, sizeof(group)) != 0))
		return ESTAB_DROP_ND_MALFORMED;
	if (!net_is_local(net, &facts.target, ESTAB_FAMILY_IPV6))
		return ESTAB_DROP_ND_NOT_OURS;
	if (facts.has_mac)
		resolve_learn(net, burst, source, ESTAB_FAMILY_IPV6, &facts.mac, true, now_ns);
	if ((net->offloads & ESTAB_PORT_NEIGHBOURS_ANSWERED) == 0)
		advertise(net, burst, packet, &facts.target);
	net->stats->nd_received++;
	return FATE_DELIVERED;
}

/* RFC 4861 7.2.5: another MAC address than the known one is taken only with the override flag. */
static bool
may_update(const struct neighbour *neighbour, const struct nd_facts *facts)
{
	return neighbour != NULL &&
			(!neighbour_has_mac(neighbour) || (facts->flags & ND_FLAG_OVERRIDE) ||
					rte_is_same_ether_addr(&neighbour->mac, &facts->mac));
}

unsigned int
nd_advertisement_arrives(struct net *net, struct burst *burst, struct packet *packet,
		uint64_t now_ns)
{
	const struct neighbour *neighbour;
	struct nd_facts facts;
	unsigned int next = read_message(packet, ND_OPT_TARGET_LINKADDR, &facts);

	if (next != GO_ON)
		return next;
	if (packet->path.local.bytes[0] == 0xff && (facts.flags & ND_FLAG_SOLICITED))
		return ESTAB_DROP_ND_MALFORMED;
	neighbour = neighbour_find(&net->neighbours, &facts.target, ESTAB_FAMILY_IPV6);
	if (!facts.has_mac || !may_update(neighbour, &facts))
		return ESTAB_DROP_ND_NOT_OURS;
	resolve_learn(net, burst, &facts.target, ESTAB_FAMILY_IPV6, &facts.mac, false, now_ns);
	net->stats->nd_received++;
	return FATE_DELIVERED;
}
