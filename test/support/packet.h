/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A TCP segment as the tests speak of it, in packetdrill's notation:
 *
 *	S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 5 ecr 1,nop,wscale 7>
 *
 * flags (S F R P . U E W), first sequence number : the one after the text ( bytes of text ), then
 * what is stated of ack, win, urg, tos (the IP header's octet of Diffserv and ECN) and options. Numbers are relative to the initial sequence number
 * of their side; whoever builds or reads frames adds and subtracts it. win is as carried, unscaled.
 *
 * In an expectation what is left out is not compared, P is compared only where it is written, and
 * "TS val * ecr *" takes any number. "<>" stands for no option at all.
 */
#ifndef TEST_SUPPORT_PACKET_H
#define TEST_SUPPORT_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum packet_limits {
	PACKET_TEXT_MAX = 2048,
	PACKET_SACK_MAX = 4,
	PACKET_NOTATION_MAX = 320, /* of a formatted packet, NUL included */
};

enum packet_flag {
	PACKET_FIN = 0x01,
	PACKET_SYN = 0x02,
	PACKET_RST = 0x04,
	PACKET_PSH = 0x08,
	PACKET_ACK = 0x10,
	PACKET_URG = 0x20,
	PACKET_ECE = 0x40,
	PACKET_CWR = 0x80,
};

enum packet_option {
	PACKET_MSS = 1 << 0,
	PACKET_WSCALE = 1 << 1,
	PACKET_SACK_OK = 1 << 2,
	PACKET_SACK = 1 << 3,
	PACKET_TS = 1 << 4,
	PACKET_UNKNOWN = 1 << 5, /* an option of a kind nobody knows, four bytes long */
	PACKET_BROKEN = 1 << 6,  /* an option whose length says 0 */
};

struct packet_sack {
	uint32_t left, right;
};

struct packet {
	uint32_t seq;
	uint32_t ack;
	uint16_t win;
	uint16_t urg;
	uint8_t flags;   /* set of enum packet_flag */
	uint8_t options; /* set of enum packet_option */
	uint8_t wscale;
	uint8_t sack_count;
	uint8_t tos;
	uint8_t odd_kind; /* of PACKET_UNKNOWN or PACKET_BROKEN */
	uint16_t mss;
	uint32_t ts_val;
	uint32_t ts_ecr;
	struct packet_sack sack[PACKET_SACK_MAX];
	uint32_t text_len;
	uint8_t text[PACKET_TEXT_MAX];
};

/* A packet with what of it was stated. */
struct packet_pattern {
	struct packet packet; /* its text is not filled */
	bool has_ack, has_win, has_urg, has_tos, has_options;
	bool any_ts_val, any_ts_ecr; /* written as '*' */
};

/* Read the notation. @return NULL, or what is wrong with it */
const char *packet_parse(const char *notation, struct packet_pattern *pattern);

/* Write the notation into buf; returns buf. */
char *packet_format(const struct packet *packet, char *buf, size_t size);

/* Compare. @return NULL when the packet is as the pattern says, else the name of what differs */
const char *packet_differs(const struct packet_pattern *pattern, const struct packet *packet);

#endif
