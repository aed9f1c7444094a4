/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the rooms hand to one another: packets, segments that arrived, segments to send.
 *
 * A burst lives for one turn of a stack. Whoever holds an mbuf owns it:
 *   port_receive fills rx[]; net_parse turns each into a segment of arrived[] (which then owns the
 *   mbuf), answers it itself, or drops it; the tcp room takes the text of a segment into a queue
 *   (and sets its mbuf to NULL) or leaves it, then what is left is spent: its mbuf goes to spent[],
 *   from which net_build takes mbufs first; what remains there at the end of the turn is freed.
 *   net_build puts packets into tx[]; port_transmit keeps what the port did not take for next time.
 */
#ifndef LIB_BURST_H
#define LIB_BURST_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_branch_prediction.h>
#include <rte_mbuf.h>

#include <estab/drop.h>
#include <estab/stack.h>
#include <estab/stats.h>

#include "path.h"

/* Header flags, RFC 9293 3.1. */
enum tcp_flag {
	TCP_FLAG_FIN = 0x01,
	TCP_FLAG_SYN = 0x02,
	TCP_FLAG_RST = 0x04,
	TCP_FLAG_PSH = 0x08,
	TCP_FLAG_ACK = 0x10,
	TCP_FLAG_URG = 0x20,
	TCP_FLAG_ECE = 0x40,
	TCP_FLAG_CWR = 0x80,
};

enum tcp_option_seen {
	TCP_OPTION_MSS = 1 << 0,
	TCP_OPTION_WINDOW_SCALE = 1 << 1,
	TCP_OPTION_SACK_PERMITTED = 1 << 2,
	TCP_OPTION_SACK = 1 << 3,
	TCP_OPTION_TIMESTAMPS = 1 << 4,
};

struct sack_block {
	uint32_t left, right; /* first sequence number of the block, and the one after its last */
};

enum { SACK_BLOCKS_MAX = 4 };

/* The options of one segment, host byte order. Only fields whose bit is in seen are valid. */
struct tcp_options {
	uint8_t seen; /* set of enum tcp_option_seen */
	uint8_t sack_count;
	uint8_t window_scale;
	uint16_t mss;
	uint32_t ts_ecr; /* these two are read as one word */
	uint32_t ts_val;
	struct sack_block sack[SACK_BLOCKS_MAX];
};

/* What a fate is before one is decided: the packet was used. */
#define FATE_DELIVERED ESTAB_DROP_COUNT

/* A TCP segment that arrived; names as in RFC 9293 3.3.1. Host byte order but for the path. */
struct segment {
	struct rte_mbuf *mbuf; /* trimmed to the text; owned; NULL once its text was taken */
	uintptr_t flow;        /* flow_lookup's find: see flow/flow_table.h */
	uint32_t ack;          /* SEG.ACK; it and SEG.SEQ are read as one word */
	uint32_t seq;          /* SEG.SEQ */
	uint32_t len;          /* SEG.LEN: text plus one for SYN and one for FIN */
	uint32_t hash;      /* of the 4-tuple, keyed: flow_lookup's too, and in the same hash ... */
	uint32_t ts_offset; /* ... what timestamp_offset_choose says */
	uint16_t text_len;  /* text alone */
	uint16_t wnd;       /* SEG.WND as carried, not scaled */
	uint16_t up;        /* SEG.UP */
	uint8_t flags;      /* set of enum tcp_flag */
	uint8_t ip_tos;     /* DSCP and ECN as received */
	uint16_t run;       /* arrived as so many segments, made one by the tcp room */
	uint8_t fate;       /* enum estab_drop, or FATE_DELIVERED */
	bool carried_syn;   /* a SYN was taken off it by the tcp room: wnd is not scaled */
	uint32_t reopened_at; /* SND.NXT of the connection that was, where ... */
	bool reopens;         /* ... a SYN takes over from TIME-WAIT, set by the tcp room */
	struct path path; /* local = destination, remote = source, next_hop = the frame's source */
	struct tcp_options options;
};

/* A segment to send. The path stays where it is (TCB, record or arrived segment) until built. */
struct outgoing {
	const struct path *path;
	uint32_t seq;
	uint32_t ack;
	uint16_t wnd; /* as carried: already scaled down */
	uint16_t up;
	uint8_t flags; /* set of enum tcp_flag */
	uint8_t ecn;   /* the two low bits of TOS or traffic class, beside the path's Diffserv */
	struct tcp_options options;
	struct rte_mbuf *text; /* where the text begins: borrowed from the send queue; NULL: none */
	uint32_t text_offset;  /* within that mbuf's data */
	uint32_t text_len;     /* may run on over text->next */
	uint16_t cut;          /* text of a segment, where the port makes several of this; else 0 */
};

/* What an ICMP error is to a connection (RFC 1122 4.2.3.9, RFC 5927). */
enum icmp_error_kind {
	ICMP_ERROR_SOFT,    /* may pass: reported */
	ICMP_ERROR_HARD,    /* nobody is there: ends an attempt to connect */
	ICMP_ERROR_TOO_BIG, /* the path takes smaller packets only */
};

/* An ICMP error that quotes a segment of ours. Its packet is gone; its fate is yet to be counted. */
struct icmp_error {
	struct path path; /* of the quoted segment, local being our side */
	uint32_t seq;     /* SEG.SEQ of the quoted segment */
	uint32_t mtu;     /* ICMP_ERROR_TOO_BIG: of the next hop there; 0: not said */
	int error;        /* negative errno for the user */
	uint8_t kind;     /* enum icmp_error_kind */
};

enum {
	BURST_RX_MAX = ESTAB_BURST_MAX,
	BURST_AHEAD_MAX = 16,  /* places behind arrived segments, for who looks ahead */
	BURST_ERRORS_MAX = 32, /* ICMP errors taken per turn; more is dropped */
	BURST_OUT_MAX = 512,   /* segments built per turn; more waits for the next turn */
	BURST_TX_MAX = 2048,   /* packets waiting for the port, left-overs of earlier turns first */
};

struct burst {
	uint16_t rx_count;
	uint16_t arrived_count;
	uint16_t error_count;
	uint16_t spent_count;
	uint16_t out_count;
	uint16_t tx_count;
	struct rte_mbuf *rx[BURST_RX_MAX];
	struct segment arrived[BURST_RX_MAX + BURST_AHEAD_MAX];
	struct icmp_error errors[BURST_ERRORS_MAX];
	struct rte_mbuf *spent[BURST_RX_MAX];
	struct outgoing out[BURST_OUT_MAX];
	struct rte_mbuf *tx[BURST_TX_MAX];
};

/* Count what became of so many received packets: each exactly once. */
static inline void
stats_count_fates(struct estab_stats *stats, unsigned int fate, uint16_t n)
{
	if (likely(fate == FATE_DELIVERED))
		stats->rx_delivered += n;
	else
		stats->drops[fate] += n;
}

static inline void
stats_count_fate(struct estab_stats *stats, unsigned int fate)
{
	stats_count_fates(stats, fate, 1);
}

/* Drop a received packet that never became a segment. */
static inline void
burst_drop(struct estab_stats *stats, struct rte_mbuf *mbuf, enum estab_drop reason)
{
	stats_count_fate(stats, reason);
	rte_pktmbuf_free(mbuf);
}

/* Hand an mbuf whose content is no longer needed on for reuse, or free it. */
static inline void
burst_spend(struct burst *burst, struct rte_mbuf *mbuf)
{
	if (burst->spent_count < BURST_RX_MAX && mbuf->nb_segs == 1 && RTE_MBUF_DIRECT(mbuf) &&
			rte_mbuf_refcnt_read(mbuf) == 1)
		burst->spent[burst->spent_count++] = mbuf;
	else
		rte_pktmbuf_free(mbuf);
}

/* Put a built packet into tx[]; frees and counts it where the port has been stuck for long. */
static inline void
burst_transmit(struct burst *burst, struct estab_stats *stats, struct rte_mbuf *packet)
{
	if (burst->tx_count < BURST_TX_MAX) {
		burst->tx[burst->tx_count++] = packet;
	} else {
		stats->tx_dropped_port_full++;
		rte_pktmbuf_free(packet);
	}
}

/* A fresh zeroed place in out[], or NULL when this turn can build no more. */
static inline struct outgoing *
burst_outgoing(struct burst *burst)
{
	struct outgoing *out;

	if (burst->out_count == BURST_OUT_MAX)
		return NULL;
	out = &burst->out[burst->out_count++];
	memset(out, 0, offsetof(struct outgoing, options.sack));
	out->text = NULL;
	out->text_offset = 0;
	out->text_len = 0;
	out->cut = 0;
	return out;
}

#endif
