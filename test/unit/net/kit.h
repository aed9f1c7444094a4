/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A net room on a bench: frames written byte by byte go in, fates and frames come out. Lengths and
 * checksums of frames are filled in by this kit's own byte-wise arithmetic, not by the library's.
 *
 *	us    02:00:00:00:00:01  192.0.2.1/24   2001:db8::1/64   gateways .254 and ::fe
 *	peer  02:00:00:00:00:99  192.0.2.9      2001:db8::9
 */
#ifndef TEST_UNIT_NET_KIT_H
#define TEST_UNIT_NET_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/net.h"

#define US   "020000000001"
#define PEER "020000000099"
#define ALL  "ffffffffffff"

#define US4   "c0000201"
#define PEER4 "c0000209"
#define US6   "20010db8000000000000000000000001"
#define PEER6 "20010db8000000000000000000000009"

/* Ethernet from the peer to us, and IP headers whose lengths and checksum are to be sealed. */
#define ETHER4        US PEER "0800"
#define ETHER6        US PEER "86dd"
#define IP4(protocol) "4500 0000 0000 4000 40" protocol "0000" PEER4 US4
#define IP6(next)     "60000000 0000" next "40" PEER6 US6

/* Ports 4660 -> 80, SEQ 0x01020304, ACK 0x05060708, window 0x1000; offset and flags to be given. */
#define TCP(offset, flags) "1234 0050 01020304 05060708" offset "0" flags "1000 0000 0000"

struct frame {
	uint8_t bytes[4096];
	size_t size;
	size_t ip; /* offset of the IP header */
	size_t l4; /* offset of what the transport checksum covers; 0: none */
	uint8_t protocol;
};

struct kit {
	struct rte_mempool *pool;
	struct net net;
	struct estab_stats stats;
	struct burst *burst;
	struct estab_stack_config config;
	uint64_t now_ns;
	uint64_t rx_ol_flags; /* of packets given to kit_receive */
	uint16_t rx_vlan_tci;
	size_t split;         /* kit_receive cuts the packet into mbufs of this size; 0: one mbuf */
	uint16_t rx_data_off; /* of the first mbuf, where not 0 */
};

int kit_group_setup(void **state);
int kit_group_teardown(void **state);

/* A new room per test; the teardown asserts that every mbuf came back. */
int kit_setup(void **state);
int kit_teardown(void **state);

/* Set the room up again from kit->config. */
void kit_reconfigure(struct kit *kit);

/* Append bytes written in hexadecimal; blanks are skipped. */
void frame_add(struct frame *frame, const char *hex);

/* Note that the IP header, or the transport header of `protocol`, begins here. */
void frame_ip(struct frame *frame, const char *hex);
void frame_l4(struct frame *frame, uint8_t protocol, const char *hex);

/* Fill in lengths and checksums. */
void frame_seal(struct frame *frame);

/* A sealed TCP segment from the peer, its options and text in hexadecimal. */
struct frame frame_tcp4(const char *offset, const char *flags, const char *rest);
struct frame frame_tcp6(const char *offset, const char *flags, const char *rest);

/* One's complement sum of big-endian words, folded; 0xffff over what holds a right checksum. */
uint16_t bytes_sum(const uint8_t *bytes, size_t size, uint32_t sum);

/* Sum of the transport data with its pseudo-header, of a frame whose IP header begins at ip. */
uint16_t bytes_transport_sum(const uint8_t *bytes, size_t size, size_t ip, size_t l4,
		uint8_t protocol);

/* An mbuf chain holding the frame as the kit's fields say. */
struct rte_mbuf *kit_mbuf(struct kit *kit, const struct frame *frame);

/* Let the room parse one packet, and check that received = segments + delivered + drops. */
void kit_receive(struct kit *kit, const struct frame *frame);

/* Let it parse one packet and assert that it died for that reason alone. */
void kit_expect_drop(struct kit *kit, const struct frame *frame, enum estab_drop reason);

/* Let it parse one packet and assert that it became a segment; valid until the next one. */
struct segment *kit_expect_segment(struct kit *kit, const struct frame *frame);

/* Assert that the segment holds that text and nothing else. */
void kit_expect_text(const struct segment *seg, const char *text);

/* Let it parse one packet, assert that it was used here, and that `answers` packets are in tx[]. */
void kit_expect_used(struct kit *kit, const struct frame *frame, uint16_t answers);

/* Assert that tx[] holds exactly this frame, and empty it. */
void kit_expect_sent(struct kit *kit, const struct frame *frame);

/* All bytes of a chain; asserts that pkt_len and nb_segs are right. @return how many */
size_t kit_flatten(const struct rte_mbuf *mbuf, uint8_t *bytes, size_t size);

/* Free what is in tx[] and arrived[]. */
void kit_clear(struct kit *kit);

#endif
