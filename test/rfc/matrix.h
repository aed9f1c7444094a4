/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Words for the matrix of RFC 9293 3.10.7: states x segments x place of SEG.SEQ x place of SEG.ACK.
 * Each is a bit, so that a row of the table speaks of several at once.
 */
#ifndef TEST_RFC_MATRIX_H
#define TEST_RFC_MATRIX_H

#include <stddef.h>
#include <stdint.h>

enum matrix_state {
	SAME = 0, /* as a next state: no change */
	CLOSED = 1 << 0,
	LISTEN = 1 << 1,
	SYN_SENT = 1 << 2,
	SYN_RECEIVED = 1 << 3,        /* begun by a passive OPEN */
	SYN_RECEIVED_ACTIVE = 1 << 4, /* begun by an active OPEN: simultaneous open */
	ESTABLISHED = 1 << 5,
	FIN_WAIT_1 = 1 << 6,
	FIN_WAIT_2 = 1 << 7,
	CLOSE_WAIT = 1 << 8,
	CLOSING = 1 << 9,
	LAST_ACK = 1 << 10,
	TIME_WAIT = 1 << 11,
	TIME_WAIT_ANEW = 1 << 12, /* as a next state: and the 2 MSL begin again */
	MATRIX_STATES = 12,
};

enum matrix_event {
	SYN = 1 << 0,
	SYN_ACK = 1 << 1,
	ACK = 1 << 2,
	TEXT = 1 << 3, /* ten octets, with ACK */
	FIN = 1 << 4,  /* with ACK */
	FIN_TEXT = 1 << 5,
	RST = 1 << 6,
	RST_ACK = 1 << 7,
	URG = 1 << 8, /* ten octets, all urgent, with ACK */
	NO_FLAG = 1 << 9,
	ALL_FLAGS = 1 << 10, /* SYN, FIN, RST, PSH, ACK, URG, ECE, CWR */
	MATRIX_EVENTS = 11,
};

/* Where the segment lies with respect to the receive window, RCV.NXT to RCV.NXT + RCV.WND - 1. */
enum matrix_sequence {
	LEFT_OUTSIDE = 1 << 0,  /* ends with RCV.NXT - 1, which is also where an empty one lies */
	LEFT_EDGE = 1 << 1,     /* it begins at RCV.NXT */
	INSIDE = 1 << 2,        /* at RCV.NXT + 1000 */
	RIGHT_EDGE = 1 << 3,    /* at the last octet of the window */
	RIGHT_OUTSIDE = 1 << 4, /* at the first octet after it */
	MATRIX_SEQUENCES = 5,
};

enum matrix_ack {
	ANCIENT = 1 << 0, /* SND.UNA - MAX.SND.WND - 1: older than RFC 5961 5.2 believes */
	OLD = 1 << 1,     /* SND.UNA - 50 */
	UNA = 1 << 2,
	IN_FLIGHT = 1 << 3, /* above SND.UNA, below SND.NXT; where a FIN is out: the FIN's number */
	NXT = 1 << 4,
	BEYOND = 1 << 5, /* SND.NXT + 1 */
	MATRIX_ACKS = 6,
};

/*
 * The segment that answers: "-" for none, else flags, number and acknowledgment in the notation of
 * the other tests, with words for numbers of before the segment came:
 *
 *	nxt rcv iss    SND.NXT, RCV.NXT, ISS; rcv+10 is RCV.NXT + 10
 *	seg.ack        SEG.ACK
 *	seg.end        SEG.SEQ + SEG.LEN
 *	new            a number greater than SND.NXT
 *
 * What the user sees, "-" for nothing: "accepted" (a connection to accept), "connected" (the active
 * OPEN succeeds), "urgent" (told of an urgent mark), "text" (ten octets to read), "end" (end of
 * file), "refused" and "reset" (error, told once), "closed" (told that the connection is over, no
 * error).
 */
struct matrix_row {
	uint16_t states;
	uint16_t events;
	uint8_t sequences;
	uint8_t acks;
	const char *reply;
	uint16_t next;
	const char *user;
};

extern const struct matrix_row matrix_rows[];
extern const size_t matrix_row_count;

#endif
