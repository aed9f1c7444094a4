/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Why a packet died. Every packet that is received is either delivered or counted here under one
 * name: received = delivered + the sum of the drops, exactly.
 *
 * One list gives the enum, the name, the text, the counter.
 */
#ifndef ESTAB_DROP_H
#define ESTAB_DROP_H

#include <estab/api.h>

ESTAB_BEGIN_DECLS

/** X(NAME, "name", "what it means") */
#define ESTAB_DROP_REASONS(X)                                                                      \
	X(ETHERNET_TRUNCATED, "ethernet_truncated", "shorter than an Ethernet header")             \
	X(ETHERNET_NOT_OURS, "ethernet_not_ours", "sent to another MAC address")                   \
	X(ETHERNET_VLAN, "ethernet_vlan", "VLAN tag missing or of another VLAN")                   \
	X(ETHERNET_TYPE, "ethernet_type", "neither ARP nor IPv4 nor IPv6")                         \
	X(HEADER_SPLIT, "header_split", "headers spread over mbufs that cannot be joined")         \
	X(ARP_MALFORMED, "arp_malformed", "ARP of wrong length, type or sender")                   \
	X(ARP_NOT_OURS, "arp_not_ours", "ARP about an address that is not ours")                   \
	X(IPV4_HEADER, "ipv4_header", "bad version, header length or total length")                \
	X(IPV4_CHECKSUM, "ipv4_checksum", "wrong IPv4 header checksum")                            \
	X(IPV4_FRAGMENT, "ipv4_fragment", "fragment; reassembly is deliberately not done")         \
	X(IPV4_SOURCE_ROUTE, "ipv4_source_route", "source-routed packet")                          \
	X(IPV6_HEADER, "ipv6_header", "bad version or payload length")                             \
	X(IPV6_FRAGMENT, "ipv6_fragment", "fragment; reassembly is deliberately not done")         \
	X(IPV6_EXTENSION, "ipv6_extension", "extension header malformed or not handled")           \
	X(IP_SOURCE, "ip_source", "source is multicast, broadcast, unspecified, loopback or ours") \
	X(IP_NOT_OURS, "ip_not_ours", "destination address is not ours")                           \
	X(IP_PROTOCOL, "ip_protocol", "neither TCP nor ICMP")                                      \
	X(ICMP_MALFORMED, "icmp_malformed", "ICMP too short or with a wrong checksum")             \
	X(ICMP_UNHANDLED, "icmp_unhandled", "ICMP type that needs no action here")                 \
	X(ICMP_TOO_LARGE, "icmp_too_large", "ping whose answer would not fit our MTU")             \
	X(ICMP_QUOTE, "icmp_quote", "ICMP error that quotes no TCP segment of ours")               \
	X(ICMP_NO_CONNECTION, "icmp_no_connection", "ICMP error about no connection")              \
	X(ICMP_OUT_OF_WINDOW, "icmp_out_of_window", "ICMP error about nothing that is in flight")  \
	X(ND_MALFORMED, "nd_malformed", "neighbour discovery of wrong form or hop limit")          \
	X(ND_NOT_OURS, "nd_not_ours", "neighbour discovery about another address")                 \
	X(TCP_HEADER, "tcp_header", "data offset below 5 or past the end of the packet")           \
	X(TCP_CHECKSUM, "tcp_checksum", "wrong TCP checksum")                                      \
	X(TCP_OPTIONS, "tcp_options", "an option with an illegal length")                          \
	X(TCP_PORT_ZERO, "tcp_port_zero", "source or destination port 0")                          \
	X(TCP_MULTICAST, "tcp_multicast", "segment to a broadcast or multicast address")           \
	X(TCP_NO_CONNECTION, "tcp_no_connection", "no connection and no listener: answered RST")   \
	X(TCP_STRAY_RST, "tcp_stray_rst", "RST for no connection")                                 \
	X(TCP_LISTEN_UNACCEPTABLE, "tcp_listen_unacceptable", "listener: neither SYN nor cookie")  \
	X(TCP_COOKIE_WRONG, "tcp_cookie_wrong", "ACK that is no valid SYN cookie")                 \
	X(TCP_ACCEPT_QUEUE_FULL, "tcp_accept_queue_full", "listener's backlog is full")            \
	X(TCP_SYN_RECORDS_FULL, "tcp_syn_records_full", "no room for a half-open connection")      \
	X(TCP_CONNECTIONS_FULL, "tcp_connections_full", "no room for another connection")          \
	X(TCP_OUT_OF_WINDOW, "tcp_out_of_window", "sequence number unacceptable")                  \
	X(TCP_PAWS, "tcp_paws", "timestamp older than the last one (RFC 7323 PAWS)")               \
	X(TCP_TIMESTAMP_MISSING, "tcp_timestamp_missing", "negotiated timestamps, none present")   \
	X(TCP_ACK_UNACCEPTABLE, "tcp_ack_unacceptable", "acknowledges what was never sent")        \
	X(TCP_ACK_MISSING, "tcp_ack_missing", "no ACK where one is required")                      \
	X(TCP_RST_UNACCEPTABLE, "tcp_rst_unacceptable", "RST not exactly at RCV.NXT (RFC 5961)")   \
	X(TCP_SYN_UNEXPECTED, "tcp_syn_unexpected", "SYN on a synchronized connection")            \
	X(TCP_SYN_MISSING, "tcp_syn_missing", "no SYN while one is awaited")                       \
	X(TCP_DUPLICATE_SYN, "tcp_duplicate_syn", "SYN seen before: SYN-ACK sent again")           \
	X(TCP_DUPLICATE_TEXT, "tcp_duplicate_text", "text received before")                        \
	X(TCP_TEXT_AFTER_CLOSE, "tcp_text_after_close",                                            \
			"text after the user closed: answered RST")                                \
	X(TCP_TEXT_AFTER_FIN, "tcp_text_after_fin", "text or FIN past the peer's FIN")             \
	X(TCP_REASSEMBLY_FULL, "tcp_reassembly_full", "no room for an out-of-order segment")       \
	X(TCP_MEMORY_FULL, "tcp_memory_full", "text for which there is no memory now")             \
	X(TCP_MBUFS_SHORT, "tcp_mbufs_short", "SYN while mbufs are short")                         \
	X(TCP_ACTIVE_FULL, "tcp_active_full", "as many connections are active as may be at once")  \
	X(TCP_TIME_WAIT, "tcp_time_wait", "segment for a connection in TIME-WAIT")                 \
	X(TCP_SHUTTING_DOWN, "tcp_shutting_down", "SYN while the stack is being drained")          \
	X(DISPATCH_RING_FULL, "dispatch_ring_full", "the lcore that it belongs to did not keep up")

/** ESTAB_DROP_ and a name of ESTAB_DROP_REASONS. */
enum estab_drop {
#define ESTAB_DROP_ENUM(name, key, text) ESTAB_DROP_##name,
	ESTAB_DROP_REASONS(ESTAB_DROP_ENUM)
#undef ESTAB_DROP_ENUM
			ESTAB_DROP_COUNT
};

/** The reason's key, as in "tcp_checksum"; NULL for a number that is none. */
ESTAB_API const char *estab_drop_name(unsigned int reason);

/** The reason in words; NULL for a number that is none. */
ESTAB_API const char *estab_drop_text(unsigned int reason);

ESTAB_END_DECLS

#endif
