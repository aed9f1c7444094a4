/* SPDX-License-Identifier: BSD-3-Clause */
/* RFC 863: what comes is forgotten; the peer's end of file ends it. */
#include "service.h"

#include <rte_mbuf.h>

#include <estab/conn.h>

enum { DISCARD_BATCH = 32 };

enum session_next
discard_progress(struct session *session)
{
	struct rte_mbuf *batch[DISCARD_BATCH];
	uint16_t n;

	while ((n = estab_conn_receive_burst(session->conn, batch, DISCARD_BATCH)) > 0)
		rte_pktmbuf_free_bulk(batch, n);
	return estab_conn_at_end(session->conn) ? SESSION_END : SESSION_WAIT;
}
