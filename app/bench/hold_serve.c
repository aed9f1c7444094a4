/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The user of the stack in --workload hold: what it needs to know of a connection it is told with each
 * event, so it keeps nothing either.
 */
#include "hold.h"

#include <rte_mbuf.h>

#include <estab/conn.h>
#include <estab/event.h>
#include <estab/listen.h>
#include <estab/stack.h>

enum { TEXT_BATCH = 8 };

static void
accept_all(struct hold *hold)
{
	struct estab_conn *conns[ESTAB_BURST_MAX];
	uint16_t n;

	do {
		n = estab_accept_burst(hold->listener, conns, ESTAB_BURST_MAX);
		hold->accepted += n;
	} while (n == ESTAB_BURST_MAX);
}

static void
echo(struct hold *hold, struct estab_conn *conn)
{
	struct rte_mbuf *text[TEXT_BATCH];
	const uint16_t got = estab_conn_receive_burst(conn, text, TEXT_BATCH);
	const uint16_t sent = estab_conn_send_burst(conn, text, got);

	if (sent < got) {
		rte_pktmbuf_free_bulk(text + sent, (unsigned int)(got - sent));
		hold->judge.faults[HOLD_FAULT_server_kept_back]++;
	}
	if (estab_conn_at_end(conn))
		estab_conn_close(conn);
}

void
hold_serve(struct hold *hold)
{
	struct estab_event events[ESTAB_BURST_MAX];
	uint16_t n;

	accept_all(hold);
	n = estab_event_burst(hold->stack, events, ESTAB_BURST_MAX);
	for (uint16_t i = 0; i < n; i++) {
		if ((events[i].what & ESTAB_EVENT_CLOSED) == 0) {
			echo(hold, events[i].conn);
			continue;
		}
		hold->judge.faults[HOLD_FAULT_server_lost]++;
		estab_conn_close(events[i].conn);
	}
}
