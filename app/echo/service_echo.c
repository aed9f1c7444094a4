/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 862: what comes is sent back, in the very mbufs in which it came. What the send buffer does
 * not take stays with the session, and nothing more is received until it has gone: so the client's
 * own window closes when it does not read, and memory stays bounded.
 */
#include "service.h"

#include <rte_common.h>
#include <rte_mbuf.h>

#include <estab/conn.h>

enum {
	ECHO_BATCH = 32,        /* mbufs moved at a time */
	ECHO_TEXT_USUAL = 1460, /* of one mbuf; larger ones only make what is kept larger */
};

/* Send what was kept. True when nothing is kept any more. */
static bool
send_pending(struct session *session)
{
	if (session->pending != NULL &&
			estab_conn_send_burst(session->conn, &session->pending, 1) == 1)
		session->pending = NULL;
	return session->pending == NULL;
}

/* One more than surely fits: a send that falls short is what earns ESTAB_EVENT_WRITABLE. */
static uint16_t
receive_what_fits(struct session *session, struct rte_mbuf **batch)
{
	const uint32_t fits = estab_conn_send_room(session->conn) / ECHO_TEXT_USUAL;

	return estab_conn_receive_burst(session->conn, batch,
			(uint16_t)RTE_MIN(fits + 1, ECHO_BATCH));
}

/* Keep packets as one chain: a byte stream has no borders. */
static void
keep(struct session *session, struct rte_mbuf **packets, uint16_t n)
{
	for (uint16_t i = 0; i < n; i++) {
		if (session->pending == NULL)
			session->pending = packets[i];
		else
			rte_pktmbuf_chain(session->pending, packets[i]);
	}
}

enum session_next
echo_progress(struct session *session)
{
	struct rte_mbuf *batch[ECHO_BATCH];

	while (send_pending(session)) {
		const uint16_t received = receive_what_fits(session, batch);
		uint16_t sent;

		if (received == 0)
			return estab_conn_at_end(session->conn) ? SESSION_END : SESSION_WAIT;
		sent = estab_conn_send_burst(session->conn, batch, received);
		keep(session, batch + sent, received - sent);
	}
	return SESSION_WAIT;
}
