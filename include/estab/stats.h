/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a stack has counted since it was created. Counters only grow; gauges are as of now.
 *
 * One list gives the struct, the names and the order in which applications print them.
 */
#ifndef ESTAB_STATS_H
#define ESTAB_STATS_H

#include <stdint.h>

#include <estab/api.h>
#include <estab/drop.h>

ESTAB_BEGIN_DECLS

/** X(name, "what it counts") */
#define ESTAB_COUNTERS(X)                                                                          \
	X(rx_packets, "packets received")                                                          \
	X(rx_bytes, "bytes received, Ethernet header included")                                    \
	X(rx_delivered, "packets received and used")                                               \
	X(tx_packets, "packets handed to the port")                                                \
	X(tx_bytes, "bytes handed to the port")                                                    \
	X(tx_dropped_no_mbuf, "segments or packets not sent: mempool empty")                       \
	X(tx_dropped_port_full, "packets not sent: the port did not take them in time")            \
	X(tx_dropped_refused, "packets not sent: the port cannot do what its offloads say")        \
	X(tso_given_up, "times that segments were left to the port no more: it refused packets")   \
	X(tx_dropped_unresolved, "packets not sent: next hop did not answer ARP or ND")            \
	X(arp_received, "ARP packets used")                                                        \
	X(nd_received, "neighbour discovery packets used")                                         \
	X(icmp_echo_answered, "pings answered, ICMP and ICMPv6")                                   \
	X(segments_received, "TCP segments that reached the TCP room")                             \
	X(segments_sent, "TCP segments built")                                                     \
	X(segments_retransmitted, "segments sent again")                                           \
	X(rst_received, "acceptable RSTs")                                                         \
	X(rst_sent, "RSTs sent")                                                                   \
	X(syn_received, "SYNs that reached a listener")                                            \
	X(syn_ack_sent, "SYN-ACKs sent, retransmissions included")                                 \
	X(syn_cookies_sent, "SYN-ACKs that carried a cookie")                                      \
	X(syn_cookies_accepted, "connections established by a cookie")                             \
	X(syn_cookies_of_old_key, "of these, by a cookie of the key before")                       \
	X(syn_cookie_keys, "times that the key of SYN cookies changed")                            \
	X(syn_text_kept, "SYNs whose text was kept until the handshake was done")                  \
	X(syn_text_refused, "SYNs whose text has to come again: no room for it")                   \
	X(connections_passive, "connections that reached ESTABLISHED by passive OPEN")             \
	X(connections_active, "connections that reached ESTABLISHED by active OPEN")               \
	X(connections_failed, "active OPENs that never reached ESTABLISHED")                       \
	X(connections_closed, "connections that ended gracefully")                                 \
	X(connections_reset, "connections that ended by RST, either side's")                       \
	X(connections_timed_out, "connections given up after R2 retransmissions or a timeout")     \
	X(accept_queue_overflows, "handshakes not completed: accept queue full")                   \
	X(time_wait_reused, "TIME-WAIT records taken over by a new SYN")                           \
	X(time_wait_recycled, "TIME-WAIT records ended early: their limit was reached")            \
	X(text_bytes_received, "bytes of text accepted in order")                                  \
	X(text_bytes_sent, "bytes of text sent, retransmissions not counted")                      \
	X(challenge_acks_sent, "challenge ACKs (RFC 5961)")                                        \
	X(segments_coalesced, "segments processed as part of the one before them")                 \
	X(out_of_order_queued, "segments kept until the gap before them closed")                   \
	X(out_of_order_shed, "segments given up: memory was short or the reassembly pool empty")   \
	X(receive_buffers_grown, "times that a receive buffer grew")                               \
	X(receive_windows_shared, "segments that offered less: memory is shared")                  \
	X(mbuf_shortages, "times that fewer mbufs than the reserve were left")                     \
	X(connections_shed, "stalled connections reset: mbufs or places were short")               \
	X(retransmission_timeouts, "retransmission timer expiries")                                \
	X(fast_retransmits, "losses found before the retransmission timer")                        \
	X(recoveries_refused, "losses left to the retransmission timer: their limit was reached")  \
	X(recoveries_recycled, "losses left to that timer midway: others needed the place")        \
	X(pacing_refused, "connections not paced, or not under BBR: their limit was reached")      \
	X(recoveries_undone, "recoveries taken back: nothing had been lost")                       \
	X(tail_probes, "tail loss probes (RFC 8985)")                                              \
	X(sack_blocks_refused, "SACK blocks that could not be true")                               \
	X(sack_reneged, "SACK blocks forgotten: the peer had dropped what it told of")             \
	X(duplicates_reported, "D-SACKs: text of ours that reached the peer twice")                \
	X(ecn_marks_received, "segments with text that the network has marked (CE)")               \
	X(ecn_reductions, "windows reduced because the peer saw marks (ECE)")                      \
	X(zero_window_probes, "probes of a closed window")                                         \
	X(keepalive_probes, "keep-alive probes sent")                                              \
	X(icmp_errors_taken, "ICMP errors that named a connection and were believed")              \
	X(delayed_acks, "ACKs sent by the delayed-ACK timer")                                      \
	X(dispatch_handed_over, "packets handed to the lcore that they belong to")                 \
	X(dispatch_copied, "copies of packets that concern the stacks of all lcores")              \
	X(dispatch_not_copied, "copies not made: mempool empty, or too many in a burst")

/** X(name, "what it shows") */
#define ESTAB_GAUGES(X)                                                                            \
	X(connections_open, "connections with a TCB now")                                          \
	X(connections_half_open, "SYN records now")                                                \
	X(connections_time_wait, "TIME-WAIT records now")                                          \
	X(receive_memory, "bytes of mbufs with text received, now")                                \
	X(send_memory, "bytes of mbufs with text to be sent, now")

/** What a stack has counted: the members are the names of ESTAB_COUNTERS and ESTAB_GAUGES. */
struct estab_stats {
#define ESTAB_STATS_FIELD(name, text) uint64_t name;
	ESTAB_COUNTERS(ESTAB_STATS_FIELD)
	ESTAB_GAUGES(ESTAB_STATS_FIELD)
#undef ESTAB_STATS_FIELD
	uint64_t drops[ESTAB_DROP_COUNT]; /**< by enum estab_drop */
};

struct estab_stack;

/** Copy the stack's counters and gauges. Call on the stack's own lcore. */
ESTAB_API void estab_stack_stats(const struct estab_stack *stack, struct estab_stats *stats);

/** The sum of all drops. */
ESTAB_API uint64_t estab_stats_drops(const struct estab_stats *stats);

ESTAB_END_DECLS

#endif
