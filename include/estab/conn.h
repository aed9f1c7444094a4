/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The user calls of a connection (RFC 9293 3.9.1): OPEN active, SEND, RECEIVE, CLOSE, ABORT, STATUS.
 *
 * A connection pointer is valid from accept or connect until estab_conn_close or estab_conn_abort,
 * as a file descriptor is, whatever the peer does meanwhile. Nothing here sends a packet: what is
 * owed leaves at the stack's next turn.
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

struct estab_connect_config {
	struct estab_endpoint remote;
	struct estab_endpoint local; /**< family ANY: chosen by the stack; port 0: ephemeral */
	void *user;                  /**< see estab_conn_user */
};

/**
 * Active OPEN: a SYN leaves at the next turn; ESTAB_EVENT_CONNECTED or ESTAB_EVENT_CLOSED follows.
 *
 * @return 0, or a negative errno: -EINVAL (port 0, broadcast or multicast remote: MUST-46),
 *   -EADDRNOTAVAIL (no local address of that family, or no free port), -EADDRINUSE (this 4-tuple is
 *   in use), -ENOBUFS (limit of connections), -ESHUTDOWN (the stack is being drained)
 */
ESTAB_API int estab_connect(struct estab_stack *stack, const struct estab_connect_config *config,
		struct estab_conn **conn);

/**
 * SEND without copying. Takes packets while there is room in the send buffer; each may be a chain.
 *
 * @return how many were taken: the stack owns those and frees them when they are acknowledged; the
 *   caller keeps the rest. 0 also where the connection no longer sends (estab_conn_error tells).
 *   When fewer than n were taken for want of room, ESTAB_EVENT_WRITABLE follows.
 */
ESTAB_API uint16_t estab_conn_send_burst(struct estab_conn *conn, struct rte_mbuf **packets,
		uint16_t n);

/**
 * RECEIVE without copying: text in order, one segment's text per mbuf; the caller owns the mbufs.
 * 0 where there is none: estab_conn_at_end tells whether more can come.
 */
ESTAB_API uint16_t estab_conn_receive_burst(struct estab_conn *conn, struct rte_mbuf **packets,
		uint16_t n);

/**
 * SEND by copying into mbufs of the stack's pool. Before the connection is established the text is
 * queued (3.10.2).
 *
 * @return bytes taken, possibly fewer than size; or a negative errno: -EAGAIN (no room now;
 *   ESTAB_EVENT_WRITABLE follows), -EPIPE (shut down), -ENOMEM
 *   (mempool empty), or the connection's error
 */
ESTAB_API ssize_t estab_conn_write(struct estab_conn *conn, const void *data, size_t size);

/**
 * RECEIVE by copying.
 *
 * @return bytes read; 0 at end of file (or where size is 0); or a negative errno: -EAGAIN (nothing
 *   now), -ENOTCONN (not yet connected), or the connection's error, after the text before it
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

/** ABORT: queued data is discarded, the peer gets a RST. The pointer is invalid afterwards. */
ESTAB_API void estab_conn_abort(struct estab_conn *conn);

/**
 * The pending error, read once: 0 for none, else a negative errno: -ECONNREFUSED, -ECONNRESET,
 * -ETIMEDOUT.
 */
ESTAB_API int estab_conn_error(struct estab_conn *conn);

/** Whatever the application keeps with the connection. */
ESTAB_API void *estab_conn_user(const struct estab_conn *conn);
ESTAB_API void estab_conn_set_user(struct estab_conn *conn, void *user);

/** Nagle's algorithm is on until this turns it off (MUST-17). */
ESTAB_API void estab_conn_set_no_delay(struct estab_conn *conn, bool no_delay);

/** STATUS. */
struct estab_conn_info {
	const char *state; /**< "ESTABLISHED": RFC 9293's words; static */
	struct estab_endpoint local, remote;
	uint32_t snd_una, snd_nxt, snd_wnd, rcv_nxt, rcv_wnd;
	uint32_t cwnd, ssthresh; /**< bytes */
	uint32_t rtt_us, rttvar_us, rto_us;
	uint32_t send_queued, receive_queued; /**< bytes */
	uint16_t mss;                         /**< bytes of text in a full segment */
	uint8_t snd_wscale, rcv_wscale;
	bool timestamps, sack, window_scale; /**< negotiated */
	uint32_t retransmissions;            /**< of the segment now outstanding */
};

ESTAB_API void estab_conn_status(const struct estab_conn *conn, struct estab_conn_info *info);

ESTAB_END_DECLS

#endif
