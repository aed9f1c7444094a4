/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a configuration may hold, and what a 0 in it stands for. The sources of the defaults stand
 * beside the fields in include/estab/stack.h.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <rte_mbuf.h>

#include <estab/cookie.h>
#include <estab/stack.h>

#include "interface.h"

#define SECOND_NS      UINT64_C(1000000000)
#define MILLISECOND_NS UINT64_C(1000000)
#define DAY_NS         (86400 * SECOND_NS)

enum {
	MTU_DEFAULT = 1500,
	MTU_MIN_IPV4 = 576,  /* RFC 9293 3.7.1: the least everybody takes */
	MTU_MIN_IPV6 = 1280, /* RFC 8200 5 */
	MTU_MAX = 9600,
	HEADERS_MAX = 118,     /* Ethernet with VLAN 18, IPv6 40, TCP with options 60 */
	TEXT_COPIED_MAX = 256, /* in front of which net/build.c asks for no chain */
	NAME_MAX_LENGTH = 15,
	BUFFER_MIN = 2048,
	SYN_ACK_RETRANSMISSIONS_MAX = 7,
	WINDOW_SCALE_MAX = 14,
	WINDOW_STEPS_MIN = 4, /* fewer, and what is unread leaves no step to be announced */
};

void
estab_stack_config_init(struct estab_stack_config *config)
{
	memset(config, 0, sizeof(*config));
}

#define FILL(field, value)                                                                         \
	do {                                                                                       \
		if ((field) == 0)                                                                  \
			(field) = (value);                                                         \
	} while (0)

static uint64_t
pool_bytes(const struct rte_mempool *pool)
{
	return pool != NULL ? (uint64_t)pool->size * pool->elt_size : 0;
}

static void
fill_limits(struct estab_stack_limits *limits, const struct rte_mempool *pool)
{
	FILL(limits->connections, 16384);
	FILL(limits->syn_records, 1024);
	FILL(limits->time_waits, 16384);
	FILL(limits->listeners, 64);
	FILL(limits->neighbours, 256);
	FILL(limits->reassemblies, 1024);
	FILL(limits->recoveries, 1024);
	FILL(limits->syn_text_bytes, 262144);
	FILL(limits->receive_memory_bytes, pool_bytes(pool) / 4);
	FILL(limits->send_memory_bytes, pool_bytes(pool) / 4);
	FILL(limits->mbufs_reserved, pool != NULL ? pool->size / 16 : 0);
	FILL(limits->customized_connections, 1024);
	FILL(limits->active_connections, limits->connections);
}

/* Under BBR each takes some kilobytes, else a line of the cache. */
static void
fill_paced(struct estab_stack_config *config)
{
	const bool bbr = config->tcp.congestion == ESTAB_CONGESTION_BBR;

	FILL(config->limits.paced_connections, bbr ? 1024 : config->limits.connections);
}

static void
fill_tcp(struct estab_tcp_config *tcp)
{
	FILL(tcp->cookie_grace_ns, ESTAB_COOKIE_SLOT_NS);
	FILL(tcp->time_wait_ns, 60 * SECOND_NS);
	FILL(tcp->rto_initial_ns, SECOND_NS);
	FILL(tcp->rto_min_ns, 200 * MILLISECOND_NS);
	FILL(tcp->rto_max_ns, 120 * SECOND_NS);
	FILL(tcp->delayed_ack_ns, 40 * MILLISECOND_NS);
	FILL(tcp->cork_ns, 200 * MILLISECOND_NS);
	FILL(tcp->fin_wait_2_ns, 60 * SECOND_NS);
	FILL(tcp->receive_buffer_bytes, 262144);
	FILL(tcp->receive_buffer_max_bytes, 4194304);
	FILL(tcp->send_buffer_bytes, 262144);
	FILL(tcp->reassembly_segments, 128);
	FILL(tcp->initial_window, 10);
	FILL(tcp->r1_retransmissions, 3);
	FILL(tcp->r2_retransmissions, 15);
	FILL(tcp->syn_retransmissions, 7);
	FILL(tcp->syn_ack_retransmissions, 5);
	FILL(tcp->ephemeral_port_first, 32768);
	FILL(tcp->ephemeral_port_last, 65535);
	FILL(tcp->hop_limit, 64);
}

void
config_fill_defaults(struct estab_stack_config *config)
{
	FILL(config->burst, 64);
	FILL(config->interface.mtu, MTU_DEFAULT);
	fill_limits(&config->limits, config->mbuf_pool);
	fill_tcp(&config->tcp);
	fill_paced(config);
}

static bool
port_has_chains(const struct estab_stack_config *config)
{
	const uint32_t offloads =
			config->port != NULL ? config->port->offloads : config->port_offloads;

	return (offloads & ESTAB_PORT_TX_MULTI_SEGMENT) != 0;
}

/* Data room with which every segment can be copied into one mbuf. */
static uint32_t
copy_room(const struct estab_stack_config *config)
{
	return RTE_PKTMBUF_HEADROOM + HEADERS_MAX + config->interface.mtu;
}

/* True where a whole packet goes into as many mbufs as the port takes, one of them for headers alone. */
static bool
packet_fits(const struct estab_stack_config *config)
{
	const uint32_t room = rte_pktmbuf_data_room_size(config->mbuf_pool);
	const uint32_t text_mbufs = config_mbufs_max(config) - 1U;

	return room >= copy_room(config) ||
			(uint64_t)text_mbufs * (room - RTE_PKTMBUF_HEADROOM) >=
			config->interface.mtu;
}

static const char *
check_frame(const struct estab_stack_config *config)
{
	if (config->name == NULL || config->name[0] == '\0')
		return "name: give the stack a name that is unique in the process";
	if (strlen(config->name) > NAME_MAX_LENGTH)
		return "name: at most 15 characters";
	if (config->mbuf_pool == NULL)
		return "mbuf_pool: a mempool for headers and answers is needed";
	if (rte_pktmbuf_data_room_size(config->mbuf_pool) <
			RTE_PKTMBUF_HEADROOM + HEADERS_MAX + TEXT_COPIED_MAX)
		return "mbuf_pool: its mbufs need data room for the headroom, 118 bytes of headers and "
		       "256 of text";
	if (!port_has_chains(config) &&
			rte_pktmbuf_data_room_size(config->mbuf_pool) < copy_room(config))
		return "mbuf_pool: the port takes no chains, so an mbuf must hold a whole packet: data "
		       "room for the headroom, 118 bytes of headers and interface.mtu";
	if (!packet_fits(config))
		return "mbuf_pool: the port takes chains of mbufs_max only, which must hold a whole packet: "
		       "one for headers and the others, without headroom, interface.mtu";
	if (config->limits.mbufs_reserved > config->mbuf_pool->size / 2)
		return "limits.mbufs_reserved: at most half of mbuf_pool";
	if (config->burst > ESTAB_BURST_MAX)
		return "burst: at most 256 packets";
	if (config->port != NULL &&
			(config->port->rx_burst == NULL || config->port->tx_burst == NULL))
		return "port: rx_burst and tx_burst are needed";
	return NULL;
}

static bool
has_ipv6(const struct estab_interface *interface)
{
	for (unsigned int i = 0; i < interface->address_count; i++)
		if (interface->addresses[i].address.family == ESTAB_FAMILY_IPV6)
			return true;
	return false;
}

static const char *
check_interface(const struct estab_interface *interface)
{
	const uint16_t mtu = interface->mtu;
	const char *why;

	if (interface->vlan > 4094)
		return "interface.vlan: 0 for untagged, or 1 to 4094";
	if (mtu < MTU_MIN_IPV4 || mtu > MTU_MAX)
		return "interface.mtu: 576 to 9600";
	if ((interface->mac[0] & 1) != 0)
		return "interface.mac: must not be a multicast address";
	why = interface_fault(interface);
	if (why == NULL && mtu < MTU_MIN_IPV6 && has_ipv6(interface))
		why = "interface.mtu: IPv6 needs at least 1280";
	return why;
}

static const char *
check_times(const struct estab_tcp_config *tcp)
{
	/* Deadlines are compared as 32-bit ticks of 100 us: see lib/tcp/tcb.h. */
	if (tcp->time_wait_ns > DAY_NS || tcp->fin_wait_2_ns > DAY_NS)
		return "tcp.time_wait_ns, tcp.fin_wait_2_ns: at most a day";
	if (tcp->rto_max_ns > 3600 * SECOND_NS || tcp->rto_initial_ns > 60 * SECOND_NS)
		return "tcp.rto_max_ns: at most an hour; tcp.rto_initial_ns: at most a minute";
	if (tcp->rto_min_ns > tcp->rto_max_ns)
		return "tcp.rto_min_ns: must not exceed tcp.rto_max_ns";
	if (tcp->delayed_ack_ns >= 500 * MILLISECOND_NS)
		return "tcp.delayed_ack_ns: must be below 500 ms (RFC 9293 MUST-40)";
	if (tcp->cork_ns > SECOND_NS)
		return "tcp.cork_ns: at most a second";
	return NULL;
}

static const char *
check_tcp(const struct estab_tcp_config *tcp)
{
	if (tcp->receive_buffer_bytes < BUFFER_MIN)
		return "tcp.receive_buffer_bytes: at least 2048";
	if (tcp->receive_buffer_bytes > UINT32_C(1) << 30)
		return "tcp.receive_buffer_bytes: at most 1 GiB (RFC 7323 2.3)";
	if (tcp->receive_buffer_max_bytes > UINT32_C(1) << 30)
		return "tcp.receive_buffer_max_bytes: at most 1 GiB (RFC 7323 2.3)";
	if (tcp->send_buffer_bytes > UINT32_C(1) << 30)
		return "tcp.send_buffer_bytes: at most 1 GiB";
	if (tcp->syn_cookies > ESTAB_SYN_COOKIES_NEVER)
		return "tcp.syn_cookies: auto, always or never";
	if (tcp->syn_ack_retransmissions > SYN_ACK_RETRANSMISSIONS_MAX)
		return "tcp.syn_ack_retransmissions: at most 7";
	if (tcp->ephemeral_port_first > tcp->ephemeral_port_last)
		return "tcp.ephemeral_port_first: must not exceed tcp.ephemeral_port_last";
	if (tcp->window_scale_min > WINDOW_SCALE_MAX)
		return "tcp.window_scale_min: at most 14 (RFC 7323 2.3)";
	if (tcp->receive_buffer_bytes >> tcp->window_scale_min < WINDOW_STEPS_MIN)
		return "tcp.window_scale_min: too coarse, a window of tcp.receive_buffer_bytes must be "
		       "at least 4 steps";
	if (tcp->option_order > ESTAB_OPTION_ORDER_FREEBSD)
		return "tcp.option_order: Linux's or FreeBSD's";
	if (tcp->congestion > ESTAB_CONGESTION_BBR)
		return "tcp.congestion: cubic, newreno, dctcp or bbr";
	if (tcp->ecn > ESTAB_ECN_ASK)
		return "tcp.ecn: accept, off or ask";
	if (tcp->congestion == ESTAB_CONGESTION_DCTCP && tcp->ecn == ESTAB_ECN_OFF)
		return "tcp.congestion: dctcp needs tcp.ecn, accept or ask";
	return check_times(tcp);
}

int
estab_stack_config_check(const struct estab_stack_config *given, const char **why)
{
	struct estab_stack_config config = *given;
	const char *reason;

	config_fill_defaults(&config);
	reason = check_frame(&config);
	if (reason == NULL)
		reason = check_interface(&config.interface);
	if (reason == NULL)
		reason = check_tcp(&config.tcp);
	if (why != NULL)
		*why = reason;
	return reason == NULL ? 0 : -EINVAL;
}
