/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.10.7 SEGMENT ARRIVES as a table, in the order of its checks: what answers a segment,
 * which state follows, what the user sees. Derived from the text of the RFC as amended by RFC 5961,
 * RFC 1337 and RFC 6191; every cell is in exactly one row. Where the RFC leaves a choice, or its
 * text contradicts itself, the row says "ours" and why.
 *
 * In all states the user still holds the connection (what text does to a connection that the user
 * has closed is in close.c), and no challenge ACK has been sent for half a second.
 */
#include "matrix.h"

enum {
	ANY_EVENT = (1 << MATRIX_EVENTS) - 1,
	ANYWHERE = (1 << MATRIX_SEQUENCES) - 1,
	ANY_ACK = (1 << MATRIX_ACKS) - 1,

	IN_WINDOW = LEFT_EDGE | INSIDE | RIGHT_EDGE, /* acceptable */
	ABOVE_GAP = INSIDE | RIGHT_EDGE,             /* acceptable, but not yet its turn */
	OUTSIDE = LEFT_OUTSIDE | RIGHT_OUTSIDE,      /* unacceptable */

	WITH_RST = RST | RST_ACK | ALL_FLAGS,
	NO_RST = ANY_EVENT & ~WITH_RST,
	WITH_SYN = SYN | SYN_ACK,     /* and no RST */
	WITH_FIN = FIN | FIN_TEXT,    /* and no RST */
	LONG = TEXT | URG | WITH_FIN, /* with something at SEG.SEQ to take */
	PLAIN = ACK | LONG,           /* reach the fifth check with an ACK */

	BAD = ANCIENT | BEYOND, /* RFC 5961 5.2 does not believe them */
	NOT_ALL = OLD | UNA | IN_FLIGHT,
	GOOD = NOT_ALL | NXT,
	NOT_OUR_SYN = ANCIENT | OLD | UNA | BEYOND,

	OPENED = SYN_RECEIVED_ACTIVE,
	SYN_RECEIVED_BOTH = SYN_RECEIVED | OPENED,
	BUT_TIME_WAIT = ESTABLISHED | FIN_WAIT_1 | FIN_WAIT_2 | CLOSE_WAIT | CLOSING | LAST_ACK,
	SYNCHRONIZED = BUT_TIME_WAIT | TIME_WAIT,
};

/* clang-format off */
const struct matrix_row matrix_rows[] = {
	/*
	 * 3.10.7.1 CLOSED. "all data in the incoming segment is discarded. An incoming segment
	 * containing a RST is discarded. An incoming segment not containing a RST causes a RST to
	 * be sent in response."
	 */
	{ CLOSED, WITH_RST, ANYWHERE, ANY_ACK, "-", SAME, "-" },
	{ CLOSED, SYN | NO_FLAG, ANYWHERE, ANY_ACK, "R. 0:0 ack seg.end", SAME, "-" },
	{ CLOSED, SYN_ACK | PLAIN, ANYWHERE, ANY_ACK, "R seg.ack:seg.ack", SAME, "-" },

	/*
	 * 3.10.7.2 LISTEN. First: "An incoming RST segment could not be valid [...] should be
	 * ignored." Second: "Any acknowledgment is bad if it arrives on a connection still in the
	 * LISTEN state." Third: SYN. Fourth: "Any other data or control-bearing segment (not
	 * containing SYN) must have an ACK and thus would have been discarded [...] drop".
	 */
	{ LISTEN, WITH_RST, ANYWHERE, ANY_ACK, "-", SAME, "-" },
	{ LISTEN, SYN_ACK | PLAIN, ANYWHERE, ANY_ACK, "R seg.ack:seg.ack", SAME, "-" },
	{ LISTEN, SYN, ANYWHERE, ANY_ACK, "S. iss:iss ack seg.end", SYN_RECEIVED, "-" },
	{ LISTEN, NO_FLAG, ANYWHERE, ANY_ACK, "-", SAME, "-" },

	/*
	 * 3.10.7.3 SYN-SENT. First: "If SEG.ACK =< ISS or SEG.ACK > SND.NXT, send a reset (unless
	 * the RST bit is set, if so drop the segment and return)".
	 */
	{ SYN_SENT, SYN_ACK | PLAIN, ANYWHERE, NOT_OUR_SYN, "R seg.ack:seg.ack", SAME, "-" },
	{ SYN_SENT, RST_ACK | ALL_FLAGS, ANYWHERE, NOT_OUR_SYN, "-", SAME, "-" },
	/*
	 * Second: "If the ACK was acceptable, then signal to the user "error: connection reset"
	 * [...] Otherwise (no ACK), drop the segment". Ours: the error is POSIX' ECONNREFUSED,
	 * which names the state in which the reset came.
	 */
	{ SYN_SENT, RST_ACK | ALL_FLAGS, ANYWHERE, NXT, "-", CLOSED, "refused" },
	{ SYN_SENT, RST, ANYWHERE, ANY_ACK, "-", SAME, "-" },
	/*
	 * Fourth: "If SND.UNA > ISS (our SYN has been ACKed) [...] Otherwise, enter SYN-RECEIVED".
	 */
	{ SYN_SENT, SYN_ACK, ANYWHERE, NXT, ". nxt:nxt ack seg.end", ESTABLISHED, "connected" },
	{ SYN_SENT, SYN, ANYWHERE, ANY_ACK, "S. iss:iss ack seg.end", SYN_RECEIVED_ACTIVE, "-" },
	/* Fifth: "if neither of the SYN or RST bits is set, then drop the segment and return." */
	{ SYN_SENT, PLAIN, ANYWHERE, NXT, "-", SAME, "-" },
	{ SYN_SENT, NO_FLAG, ANYWHERE, ANY_ACK, "-", SAME, "-" },

	/*
	 * 3.10.7.4 Other states, first: "If an incoming segment is not acceptable, an
	 * acknowledgment should be sent in reply (unless the RST bit is set, if so drop the
	 * segment and return)".
	 */
	{ SYN_RECEIVED_BOTH | SYNCHRONIZED, WITH_RST, OUTSIDE, ANY_ACK, "-", SAME, "-" },
	{ BUT_TIME_WAIT, NO_RST, OUTSIDE, ANY_ACK, ". nxt:nxt ack rcv", SAME, "-" },
	{ SYN_RECEIVED_BOTH, NO_RST, RIGHT_OUTSIDE, ANY_ACK, ". nxt:nxt ack rcv", SAME, "-" },
	{ SYN_RECEIVED, NO_RST & ~SYN, LEFT_OUTSIDE, ANY_ACK, ". nxt:nxt ack rcv", SAME, "-" },
	/*
	 * Ours: the SYN that began it, again. The RFC asks for an ACK; the SYN-ACK says the same,
	 * and gets on the peer that has not had the first one (Linux and FreeBSD do so too).
	 */
	{ SYN_RECEIVED, SYN, LEFT_OUTSIDE, ANY_ACK, "S. iss:iss ack rcv", SAME, "-" },
	{ OPENED, NO_RST & ~SYN_ACK, LEFT_OUTSIDE, ANY_ACK, ". nxt:nxt ack rcv", SAME, "-" },
	/*
	 * 3.5, Figure 8 ends a simultaneous open with SYN-ACKs at the peers' ISS, which the first
	 * check would refuse. Ours: "trimming off any portions that lie outside the window
	 * (including SYN and FIN)"; what is left is an ACK at RCV.NXT.
	 */
	{ OPENED, SYN_ACK, LEFT_OUTSIDE, NXT, "-", ESTABLISHED, "connected" },
	{ OPENED, SYN_ACK, LEFT_OUTSIDE, NOT_OUR_SYN, "R seg.ack:seg.ack", SAME, "-" },
	{ TIME_WAIT, NO_RST & ~(WITH_FIN | SYN), OUTSIDE, ANY_ACK, ". nxt:nxt ack rcv", SAME, "-" },
	{ TIME_WAIT, SYN, LEFT_OUTSIDE, ANY_ACK, ". nxt:nxt ack rcv", SAME, "-" },
	{ TIME_WAIT, WITH_FIN, RIGHT_OUTSIDE, ANY_ACK, ". nxt:nxt ack rcv", SAME, "-" },
	/* "a retransmission of the remote FIN. Acknowledge it, and restart the 2 MSL timeout." */
	{ TIME_WAIT, WITH_FIN, LEFT_OUTSIDE, ANY_ACK, ". nxt:nxt ack rcv", TIME_WAIT_ANEW, "-" },

	/*
	 * Second, with RFC 5961 3.2: a RST exactly at RCV.NXT is believed, one elsewhere in the
	 * window is answered with a challenge ACK. Its SEG.ACK is not looked at.
	 */
	{ SYN_RECEIVED, WITH_RST, LEFT_EDGE, ANY_ACK, "-", LISTEN, "-" },
	{ OPENED, WITH_RST, LEFT_EDGE, ANY_ACK, "-", CLOSED, "refused" },
	{ ESTABLISHED | FIN_WAIT_1 | FIN_WAIT_2 | CLOSE_WAIT, WITH_RST, LEFT_EDGE, ANY_ACK,
	  "-", CLOSED, "reset" },
	{ CLOSING | LAST_ACK, WITH_RST, LEFT_EDGE, ANY_ACK, "-", CLOSED, "closed" },
	{ SYN_RECEIVED_BOTH | BUT_TIME_WAIT, WITH_RST, ABOVE_GAP, ANY_ACK,
	  ". nxt:nxt ack rcv", SAME, "-" },
	/*
	 * Ours: RFC 1337's "ignore RST segments in TIME-WAIT state", so no RST is worth a
	 * challenge.
	 */
	{ TIME_WAIT, WITH_RST, IN_WINDOW, ANY_ACK, "-", SAME, "-" },

	/*
	 * Fourth: "If the connection was initiated with a passive OPEN, then return this
	 * connection to the LISTEN state and return. Otherwise, handle per the directions for
	 * synchronized states": RFC 5961 4.2, a challenge ACK "irrespective of the sequence
	 * number".
	 */
	{ SYN_RECEIVED, WITH_SYN, IN_WINDOW, ANY_ACK, "-", LISTEN, "-" },
	{ OPENED | BUT_TIME_WAIT, WITH_SYN, IN_WINDOW, ANY_ACK, ". nxt:nxt ack rcv", SAME, "-" },
	{ TIME_WAIT, SYN_ACK, IN_WINDOW, ANY_ACK, ". nxt:nxt ack rcv", SAME, "-" },
	/*
	 * 3.6.1 MAY-2, RFC 6191: a SYN beyond everything that the old connection received opens a
	 * new one. Ours: RCV.NXT itself is not yet beyond (as in Linux and FreeBSD).
	 */
	{ TIME_WAIT, SYN, LEFT_EDGE, ANY_ACK, ". nxt:nxt ack rcv", SAME, "-" },
	{ TIME_WAIT, SYN, ABOVE_GAP | RIGHT_OUTSIDE, ANY_ACK,
	  "S. new:new ack seg.end", SYN_RECEIVED, "-" },

	/* Fifth: "if the ACK bit is off, drop the segment and return". */
	{ SYN_RECEIVED_BOTH | SYNCHRONIZED, NO_FLAG, IN_WINDOW, ANY_ACK, "-", SAME, "-" },
	/*
	 * SYN-RECEIVED: "If the segment acknowledgment is not acceptable, form a reset segment".
	 * Ours: this goes before RFC 5961 5.2, which would have an ACK: 3.5.2 resets in all states
	 * that are not synchronized.
	 */
	{ SYN_RECEIVED_BOTH, PLAIN, IN_WINDOW, NOT_OUR_SYN, "R seg.ack:seg.ack", SAME, "-" },
	/*
	 * "If SND.UNA < SEG.ACK =< SND.NXT, then enter ESTABLISHED state and continue processing".
	 * What lies above a gap is kept (SHLD-31) and acknowledged at once (RFC 5681 4.2).
	 */
	{ SYN_RECEIVED, ACK, IN_WINDOW, NXT, "-", ESTABLISHED, "accepted" },
	{ SYN_RECEIVED, TEXT, LEFT_EDGE, NXT,
	  ". nxt:nxt ack rcv+10", ESTABLISHED, "accepted text" },
	{ SYN_RECEIVED, URG, LEFT_EDGE, NXT,
	  ". nxt:nxt ack rcv+10", ESTABLISHED, "accepted urgent text" },
	{ SYN_RECEIVED, FIN, LEFT_EDGE, NXT, ". nxt:nxt ack rcv+1", CLOSE_WAIT, "accepted end" },
	{ SYN_RECEIVED, FIN_TEXT, LEFT_EDGE, NXT,
	  ". nxt:nxt ack rcv+11", CLOSE_WAIT, "accepted text end" },
	{ SYN_RECEIVED, TEXT | WITH_FIN, ABOVE_GAP, NXT,
	  ". nxt:nxt ack rcv", ESTABLISHED, "accepted" },
	{ SYN_RECEIVED, URG, ABOVE_GAP, NXT, ". nxt:nxt ack rcv", ESTABLISHED, "accepted urgent" },
	{ OPENED, ACK, IN_WINDOW, NXT, "-", ESTABLISHED, "connected" },
	{ OPENED, TEXT, LEFT_EDGE, NXT, ". nxt:nxt ack rcv+10", ESTABLISHED, "connected text" },
	{ OPENED, URG, LEFT_EDGE, NXT,
	  ". nxt:nxt ack rcv+10", ESTABLISHED, "connected urgent text" },
	{ OPENED, FIN, LEFT_EDGE, NXT, ". nxt:nxt ack rcv+1", CLOSE_WAIT, "connected end" },
	{ OPENED, FIN_TEXT, LEFT_EDGE, NXT,
	  ". nxt:nxt ack rcv+11", CLOSE_WAIT, "connected text end" },
	{ OPENED, TEXT | WITH_FIN, ABOVE_GAP, NXT, ". nxt:nxt ack rcv", ESTABLISHED, "connected" },
	{ OPENED, URG, ABOVE_GAP, NXT, ". nxt:nxt ack rcv", ESTABLISHED, "connected urgent" },
	/*
	 * RFC 5961 5.2: "All incoming segments whose ACK value doesn't satisfy the above condition
	 * MUST be discarded and an ACK sent back."
	 */
	{ SYNCHRONIZED, PLAIN, IN_WINDOW, BAD, ". nxt:nxt ack rcv", SAME, "-" },
	/* "If the ACK is a duplicate (SEG.ACK =< SND.UNA), it can be ignored": the text counts. */
	{ ESTABLISHED | FIN_WAIT_2, ACK, IN_WINDOW, GOOD, "-", SAME, "-" },
	{ FIN_WAIT_1, ACK, IN_WINDOW, NOT_ALL, "-", SAME, "-" },
	{ FIN_WAIT_1, ACK, IN_WINDOW, NXT, "-", FIN_WAIT_2, "-" },
	/*
	 * CLOSING: "If the ACK acknowledges our FIN, then enter the TIME-WAIT state; otherwise,
	 * ignore".
	 */
	{ CLOSING, PLAIN, IN_WINDOW, NOT_ALL, "-", SAME, "-" },
	{ CLOSING, PLAIN, IN_WINDOW, NXT, "-", TIME_WAIT, "closed" },
	/*
	 * LAST-ACK: "If our FIN is now acknowledged, delete the TCB, enter the CLOSED state, and
	 * return."
	 */
	{ LAST_ACK, PLAIN, IN_WINDOW, NOT_ALL, "-", SAME, "-" },
	{ LAST_ACK, PLAIN, IN_WINDOW, NXT, "-", CLOSED, "closed" },
	{ TIME_WAIT, ACK, LEFT_EDGE, GOOD, "-", SAME, "-" },
	/*
	 * TIME-WAIT: "The only thing that can arrive in this state is a retransmission of the
	 * remote FIN." Ours for what cannot arrive: an ACK that says where the connection ended,
	 * as Linux and FreeBSD give. A FIN that is not that retransmission does not restart the 2
	 * MSL, or a stranger could hold the record for ever.
	 */
	{ TIME_WAIT, ACK, ABOVE_GAP, GOOD, ". nxt:nxt ack rcv", SAME, "-" },
	{ TIME_WAIT, LONG, IN_WINDOW, GOOD, ". nxt:nxt ack rcv", SAME, "-" },

	/*
	 * Sixth: "RCV.UP <- max(RCV.UP,SEG.UP), and signal the user that the remote side has urgent
	 * data if the urgent pointer (RCV.UP) is in advance of the data consumed", also where the
	 * text has not come yet. Seventh: urgent text is delivered in line (RFC 6093). Ours: the
	 * ACK may wait as SHLD-18 says, MUST-40 limits for how long; the matrix waits that long.
	 */
	{ ESTABLISHED | FIN_WAIT_2, TEXT, LEFT_EDGE, GOOD, ". nxt:nxt ack rcv+10", SAME, "text" },
	{ ESTABLISHED | FIN_WAIT_2, URG, LEFT_EDGE, GOOD,
	  ". nxt:nxt ack rcv+10", SAME, "urgent text" },
	{ ESTABLISHED | FIN_WAIT_2, TEXT | WITH_FIN, ABOVE_GAP, GOOD,
	  ". nxt:nxt ack rcv", SAME, "-" },
	{ ESTABLISHED | FIN_WAIT_2, URG, ABOVE_GAP, GOOD, ". nxt:nxt ack rcv", SAME, "urgent" },
	{ FIN_WAIT_1, TEXT, LEFT_EDGE, NOT_ALL, ". nxt:nxt ack rcv+10", SAME, "text" },
	{ FIN_WAIT_1, TEXT, LEFT_EDGE, NXT, ". nxt:nxt ack rcv+10", FIN_WAIT_2, "text" },
	{ FIN_WAIT_1, URG, LEFT_EDGE, NOT_ALL, ". nxt:nxt ack rcv+10", SAME, "urgent text" },
	{ FIN_WAIT_1, URG, LEFT_EDGE, NXT, ". nxt:nxt ack rcv+10", FIN_WAIT_2, "urgent text" },
	{ FIN_WAIT_1, TEXT | WITH_FIN, ABOVE_GAP, NOT_ALL, ". nxt:nxt ack rcv", SAME, "-" },
	{ FIN_WAIT_1, TEXT | WITH_FIN, ABOVE_GAP, NXT, ". nxt:nxt ack rcv", FIN_WAIT_2, "-" },
	{ FIN_WAIT_1, URG, ABOVE_GAP, NOT_ALL, ". nxt:nxt ack rcv", SAME, "urgent" },
	{ FIN_WAIT_1, URG, ABOVE_GAP, NXT, ". nxt:nxt ack rcv", FIN_WAIT_2, "urgent" },

	/* Eighth: "advance RCV.NXT over the FIN, and send an acknowledgment for the FIN". */
	{ ESTABLISHED, FIN, LEFT_EDGE, GOOD, ". nxt:nxt ack rcv+1", CLOSE_WAIT, "end" },
	{ ESTABLISHED, FIN_TEXT, LEFT_EDGE, GOOD, ". nxt:nxt ack rcv+11", CLOSE_WAIT, "text end" },
	{ FIN_WAIT_1, FIN, LEFT_EDGE, NOT_ALL, ". nxt:nxt ack rcv+1", CLOSING, "end" },
	{ FIN_WAIT_1, FIN_TEXT, LEFT_EDGE, NOT_ALL, ". nxt:nxt ack rcv+11", CLOSING, "text end" },
	{ FIN_WAIT_1, FIN, LEFT_EDGE, NXT, ". nxt:nxt ack rcv+1", TIME_WAIT, "end closed" },
	{ FIN_WAIT_1, FIN_TEXT, LEFT_EDGE, NXT,
	  ". nxt:nxt ack rcv+11", TIME_WAIT, "text end closed" },
	{ FIN_WAIT_2, FIN, LEFT_EDGE, GOOD, ". nxt:nxt ack rcv+1", TIME_WAIT, "end closed" },
	{ FIN_WAIT_2, FIN_TEXT, LEFT_EDGE, GOOD,
	  ". nxt:nxt ack rcv+11", TIME_WAIT, "text end closed" },
	/*
	 * "This should not occur since a FIN has been received from the remote side. Ignore the
	 * segment text." Ours: a second FIN, which cannot be either, is ignored in the same way:
	 * there is nothing to advance RCV.NXT over.
	 */
	{ CLOSE_WAIT, PLAIN, IN_WINDOW, GOOD, "-", SAME, "-" },
};
/* clang-format on */

const size_t matrix_row_count = sizeof(matrix_rows) / sizeof(matrix_rows[0]);
