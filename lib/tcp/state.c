/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 Figure 5 as a table. It checks; the code shaped like 3.10 drives.
 */
#include "tcp/state.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_branch_prediction.h>

#include "tcp/tcb.h"
#include "tcp/transition.h"

#define TO(state) (1U << TCP_STATE_##state)

/*
 * Where each state may lead. CLOSED is reached from everywhere by ABORT, RST or a timeout. A
 * passive open is born in SYN-RECEIVED: its LISTEN state is the listener's, not a TCB's. Figure 5
 * note 3: FIN-WAIT-1 goes straight to TIME-WAIT when the FIN and the ACK of ours come together.
 */
static const uint16_t edges[TCP_STATE_COUNT] = {
	[TCP_STATE_CLOSED] = TO(LISTEN) | TO(SYN_SENT) | TO(SYN_RECEIVED),
	[TCP_STATE_LISTEN] = TO(SYN_SENT) | TO(SYN_RECEIVED) | TO(CLOSED),
	[TCP_STATE_SYN_SENT] = TO(SYN_RECEIVED) | TO(ESTABLISHED) | TO(CLOSED),
	[TCP_STATE_SYN_RECEIVED] = TO(ESTABLISHED) | TO(FIN_WAIT_1) | TO(CLOSE_WAIT) | TO(CLOSED),
	[TCP_STATE_ESTABLISHED] = TO(FIN_WAIT_1) | TO(CLOSE_WAIT) | TO(CLOSED),
	[TCP_STATE_FIN_WAIT_1] = TO(FIN_WAIT_2) | TO(CLOSING) | TO(TIME_WAIT) | TO(CLOSED),
	[TCP_STATE_FIN_WAIT_2] = TO(TIME_WAIT) | TO(CLOSED),
	[TCP_STATE_CLOSE_WAIT] = TO(LAST_ACK) | TO(CLOSED),
	[TCP_STATE_CLOSING] = TO(TIME_WAIT) | TO(CLOSED),
	[TCP_STATE_LAST_ACK] = TO(CLOSED),
	[TCP_STATE_TIME_WAIT] = TO(CLOSED),
};

bool
tcp_state_has_edge(enum tcp_state from, enum tcp_state to)
{
	return (edges[from] >> to & 1) != 0;
}

void
tcb_enter(struct tcb *tcb, enum tcp_state next)
{
	const enum tcp_state from = (enum tcp_state)tcb->state;

	assert(tcp_state_has_edge(from, next));
	tcb->state = (uint8_t)next;
	if (unlikely(tcb->tcp->watch != NULL))
		transition_tell(tcb, from);
}

const char *
tcp_state_text(enum tcp_state state)
{
	static const char *const texts[TCP_STATE_COUNT] = {
#define TCP_STATE_TEXT(name, text) [TCP_STATE_##name] = text,
		TCP_STATES(TCP_STATE_TEXT)
#undef TCP_STATE_TEXT
	};

	return texts[state];
}
