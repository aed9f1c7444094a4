/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The user calls of a connection (RFC 9293 3.9.1): OPEN active, SEND, RECEIVE, CLOSE, ABORT, STATUS.
 *
 * A connection pointer is valid from accept or connect until estab_conn_close or estab_conn_abort,
 * as a file descriptor is, whatever the peer does meanwhile. Nothing here sends a packet: what is
 * owed leaves at the stack's next turn.
 *
 * What the calls return by state, 3.10.1 to 3.10.6 in the words of POSIX ("queued" is the RFC's: what
 * was taken is sent, and what is asked for is told, when the time has come):
 *
 *	state                     connect (same 4-tuple)  write       read        shutdown
 *	CLOSED (over)             0, a new one            -EPIPE      -ENOTCONN,  -ENOTCONN
 *	                                                              or 0 (end)
 *	SYN-SENT, SYN-RECEIVED    -EADDRINUSE             queued      -EAGAIN     0, FIN is queued
 *	ESTABLISHED               -EADDRINUSE             queued      -EAGAIN     0
 *	FIN-WAIT-1, FIN-WAIT-2    -EADDRINUSE             -EPIPE      -EAGAIN     0
 *	CLOSE-WAIT                -EADDRINUSE             queued      0 (end)     0
 *	CLOSING, LAST-ACK,
 *	TIME-WAIT                 -EADDRINUSE             -EPIPE      0 (end)     0
 *
 * An error that has ended a connection is pending until one call has returned it: read (after the
 * text before it), write or estab_conn_error. After the peer's FIN read goes on to say 0. Abort, close and status succeed in every state.
 */
#ifndef ESTAB_CONN_H
#define ESTAB_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <estab/address.h>
#include <estab/api.h>

ESTAB_BEGIN_DECLS

struct rte_mbuf;
struct estab_conn;
struct estab_stack;

/** What an active OPEN is told. */
struct estab_connect_config {
	struct estab_endpoint remote; /**< whom to connect to */
	struct estab_endpoint local;  /**< family ANY: chosen by the stack; port 0: ephemeral */
	void *user;                   /**< see estab_conn_user */
	uint16_t mss; /**< bytes, without options: the most that is announced in the SYN and sent in
		       *   a segment; 0, or more than the interface's MTU carries: what that does */
};

/**
 * Active OPEN: a SYN leaves at the next turn; ESTAB_EVENT_CONNECTED or ESTAB_EVENT_CLOSED follows.
 *
 * @return 0, or a negative errno: -EINVAL (port 0, broadcast or multicast remote: MUST-46; an MSS below
 *   48), -EADDRNOTAVAIL (no local address of that family, no free port, or one whose answers come to
 *   another stack of the device: owns in port.h), -EADDRINUSE (this 4-tuple is in use),
 *   -ENETUNREACH (off-link and no gateway), -ENOBUFS (limit of connections), -ESHUTDOWN (the stack is
 *   being drained)
 */
ESTAB_API int estab_connect(struct estab_stack *stack, const struct estab_connect_config *config,
		struct estab_conn **conn);

/**
 * SEND without copying. Takes packets while there is room in the send buffer; each may be a chain.
 * They must be the caller's alone (reference count 1) or clones (rte_pktmbuf_clone), which is how the
 * same bytes go to several connections: the stack links them, and may write behind their data.
 *
 * @return how many were taken: the stack owns those and frees them when they are acknowledged; the
 *   caller keeps the rest. 0 also where the connection no longer sends (estab_conn_error tells).
 *   When fewer than n were taken for want of room, ESTAB_EVENT_WRITABLE follows.
 */
ESTAB_API uint16_t estab_conn_send_burst(struct estab_conn *conn, struct rte_mbuf **packets,
		uint16_t n);

/**
 * RECEIVE without copying: text in order, an mbuf holding the text of one segment or of several short
 * ones; the caller owns the mbufs.
 * 0 where there is none: estab_conn_at_end tells whether more can come.
 */
ESTAB_API uint16_t estab_conn_receive_burst(struct estab_conn *conn, struct rte_mbuf **packets,
		uint16_t n);

/**
 * SEND by copying into mbufs of the stack's pool. Before the connection is established the text is
 * queued (3.10.2).
 *
 * @return bytes taken, possibly fewer than size; or a negative errno: the connection's error, where
 *   one is pending; -EPIPE (shut down, or the connection is over); -EAGAIN (no room now;
 *   ESTAB_EVENT_WRITABLE follows); -ENOMEM (mempool empty)
 */
ESTAB_API ssize_t estab_conn_write(struct estab_conn *conn, const void *data, size_t size);

/**
 * RECEIVE by copying.
 *
 * @return bytes read; 0 at end of file (or where size is 0); or a negative errno: -EAGAIN (nothing
 *   now, also before the connection is established), after the text before it the connection's
 *   error, and from then on -ENOTCONN (the connection is over), or 0 where the peer's FIN came first
 */
ESTAB_API ssize_t estab_conn_read(struct estab_conn *conn, void *data, size_t size);

/** Bytes that a send would take now. */
ESTAB_API uint32_t estab_conn_send_room(const struct estab_conn *conn);

/** Bytes of text that wait to be received. */
ESTAB_API uint32_t estab_conn_receive_waiting(const struct estab_conn *conn);

/** True when the peer's FIN has been reached and every byte before it was received. */
ESTAB_API bool estab_conn_at_end(const struct estab_conn *conn);

/**
 * Half-close: FIN after the data already queued; receiving goes on. Before the connection is
 * established the FIN is queued as text is (3.10.4).
 *
 * @return 0 (also the second time), or -ENOTCONN where the connection is over
 */
ESTAB_API int estab_conn_shutdown(struct estab_conn *conn);

/**
 * CLOSE: give the connection up gracefully. Queued data and a FIN are still delivered; text that
 * was never received, or that arrives later, answers RST (RFC 9293 3.6.1). The pointer is invalid
 * afterwards.
 */
ESTAB_API void estab_conn_close(struct estab_conn *conn);

/**
 * ABORT: queued data is discarded, the peer gets a RST, but in CLOSING, LAST-ACK and TIME-WAIT, where
 * both FINs are out (RFC 9293 3.10.5). The pointer is invalid afterwards.
 */
ESTAB_API void estab_conn_abort(struct estab_conn *conn);

/**
 * The pending error, read once: 0 for none, else a negative errno: -ECONNREFUSED, -ECONNRESET,
 * -ETIMEDOUT, -ENOBUFS (the peer took nothing while mbufs were short: it got a RST).
 */
ESTAB_API int estab_conn_error(struct estab_conn *conn);

/** Whatever the application keeps with the connection. */
ESTAB_API void *estab_conn_user(const struct estab_conn *conn);

/** Keep that; in the beginning it is what connect or listen was told. */
ESTAB_API void estab_conn_set_user(struct estab_conn *conn, void *user);

/**
 * SEND without the PUSH flag (3.9.1.2, MAY-15): as estab_conn_write, and less than a segment waits for
 * more. It leaves with the next write without this, with the next acknowledgment (unless Nagle's
 * algorithm waits longer), when the connection is shut down or closed, when estab_conn_set_cork or
 * estab_conn_set_no_delay says so, and after tcp.cork_ns in any case. Full segments leave at once.
 */
ESTAB_API ssize_t estab_conn_write_more(struct estab_conn *conn, const void *data, size_t size);

/**
 * Cork: from now on less than a segment waits for more, however it was written, for tcp.cork_ns at
 * most; then it is sent, by Nagle's leave or not. Uncorking ends the wait at once: what Nagle's
 * algorithm allows is sent at the next turn. So do shutdown and close (what they end waits for
 * nothing), urgent text, and estab_conn_set_no_delay, true, for what waits then.
 */
ESTAB_API void estab_conn_set_cork(struct estab_conn *conn, bool cork);

/**
 * Nagle's algorithm is on until this turns it off (MUST-17), which also sends what waits.
 */
ESTAB_API void estab_conn_set_no_delay(struct estab_conn *conn, bool no_delay);

/**
 * The Diffserv field (upper six bits) of what is sent from now on, unchanged (MUST-48, SHLD-21,
 * SHLD-22). The lower two bits belong to ECN and are ignored.
 */
ESTAB_API void estab_conn_set_tos(struct estab_conn *conn, uint8_t tos);

/** The Diffserv field and ECN bits of the last acceptable segment (MAY-9). */
ESTAB_API uint8_t estab_conn_received_tos(const struct estab_conn *conn);

/** When an idle peer is asked whether it lives; 0 means the default. */
struct estab_keepalive {
	uint64_t idle_ns; /**< silence before the first probe; 0: 2 hours (MUST-28), at most a day */
	uint64_t interval_ns; /**< between probes; 0: 75 s */
	uint8_t probes;       /**< unanswered ones that end the connection; 0: 9 (MUST-29) */
};

/**
 * Keep-alive (RFC 9293 3.8.4): off until it is asked for (MUST-24, MUST-25); NULL turns it off. The
 * settings below take a small block from limits.customized_connections the first time.
 *
 * @return 0, -EINVAL (idle or interval beyond a day), or -ENOBUFS (no block left)
 */
ESTAB_API int estab_conn_set_keepalive(struct estab_conn *conn, const struct estab_keepalive *how);

/**
 * User timeout (3.9.1): text that stays unacknowledged for so long ends the connection with
 * -ETIMEDOUT. 0: only R2 does.
 *
 * @return 0, -EINVAL (beyond a day), or -ENOBUFS
 */
ESTAB_API int estab_conn_set_user_timeout(struct estab_conn *conn, uint64_t timeout_ns);

/**
 * R1 and R2 of this connection (MUST-21), in retransmissions: after R1 the next hop is resolved anew
 * and -ETIMEDOUT stands as soft error (SHLD-9), after R2 the connection is given up. 0: as
 * configured; an R1 as configured that lies above R2 is taken for R2.
 *
 * @return 0, -EINVAL (r1 above r2, given or configured), or -ENOBUFS
 */
ESTAB_API int estab_conn_set_retransmissions(struct estab_conn *conn, uint8_t r1, uint8_t r2);

/**
 * What close does with text that is still to be sent: UINT64_MAX (the default) sees it out as long as
 * the timers allow, 0 aborts (RFC 9293 3.10.5, as estab_conn_abort: the RST is sent even where nothing
 * would be lost, as the SO_LINGER of Linux and the BSDs does), anything between sees it out for so
 * long and then aborts. Waiting for the peer's FIN has its own limit, fin_wait_2_ns.
 *
 * @return 0, -EINVAL (beyond a day, not UINT64_MAX), or -ENOBUFS
 */
ESTAB_API int estab_conn_set_linger(struct estab_conn *conn, uint64_t linger_ns);

/**
 * SEND with the urgent mark (RFC 9293 3.8.5): as estab_conn_write, and the mark stands behind the
 * last byte taken. For old protocols only (RFC 6093, SHLD-13).
 *
 * @return as estab_conn_write; -ENOBUFS
 */
ESTAB_API ssize_t estab_conn_write_urgent(struct estab_conn *conn, const void *data, size_t size);

/**
 * Bytes to receive until the peer's urgent mark (MUST-33), text that has not yet arrived included; 0:
 * no urgent data ahead. ESTAB_EVENT_URGENT tells when a mark appears or moves (MUST-32). Urgent data
 * is received in line.
 */
ESTAB_API uint32_t estab_conn_urgent_ahead(const struct estab_conn *conn);

/**
 * Trouble that has not ended the connection (MUST-47): 0, or a negative errno: -EHOSTUNREACH,
 * -ENETUNREACH (ICMP), -ETIMEDOUT (R1 reached). Read once; ESTAB_EVENT_TROUBLE tells.
 */
ESTAB_API int estab_conn_soft_error(struct estab_conn *conn);

/** STATUS. */
struct estab_conn_info {
	const char *state;            /**< "ESTABLISHED": RFC 9293's words; static */
	struct estab_endpoint local;  /**< our end */
	struct estab_endpoint remote; /**< the peer's */
	uint32_t snd_una;             /**< SND.UNA, the oldest number that is not acknowledged */
	uint32_t snd_nxt;             /**< SND.NXT, the next number to be sent */
	uint32_t snd_wnd;             /**< SND.WND, bytes */
	uint32_t rcv_nxt;             /**< RCV.NXT, the next number that is expected */
	uint32_t rcv_wnd;             /**< RCV.WND, bytes */
	uint32_t cwnd;                /**< congestion window, bytes */
	uint32_t ssthresh;            /**< slow start threshold, bytes */
	const char *congestion;       /**< name of the congestion controller; static */
	uint64_t pacing_rate;         /**< bytes per second; 0: text is not paced */
	uint64_t bandwidth;       /**< bytes per second that the path is believed to deliver; 0: the
				   *   controller has no model of it (only BBR has) */
	uint32_t min_rtt_us;      /**< of the path without a queue, by the same model */
	uint32_t rtt_us;          /**< SRTT (RFC 6298); 0: nothing was measured yet */
	uint32_t rttvar_us;       /**< RTTVAR */
	uint32_t rto_us;          /**< RTO, as backed off as it is now */
	uint32_t send_queued;     /**< bytes written and not acknowledged */
	uint32_t receive_queued;  /**< bytes that read would give */
	uint32_t receive_buffer;  /**< bytes; grows up to tcp.receive_buffer_max_bytes */
	uint16_t mss;             /**< bytes of text in a full segment */
	uint16_t mss_announced;   /**< to the peer in our SYN: bytes, without options */
	uint8_t snd_wscale;       /**< shift of the windows that come */
	uint8_t rcv_wscale;       /**< shift of the windows that we announce */
	bool timestamps;          /**< negotiated (RFC 7323) */
	bool sack;                /**< negotiated (RFC 2018) */
	bool window_scale;        /**< negotiated (RFC 7323) */
	bool ecn;                 /**< negotiated (RFC 3168) */
	uint32_t retransmissions; /**< of the segment now outstanding */
	uint32_t sacked;          /**< bytes in flight that the peer has told to have (RFC 2018) */
	uint32_t lost;            /**< bytes in flight that are taken for lost */
	uint32_t resent;          /**< bytes in flight that were sent again */
	uint32_t reordering;      /**< by how many bytes segments were overtaken, at most */
	const char *recovery;     /**< "none", "disorder", "fast" (RFC 6675) or "timeout"; static */
};

/** Fill in all of it. */
ESTAB_API void estab_conn_status(const struct estab_conn *conn, struct estab_conn_info *info);

ESTAB_END_DECLS

#endif
