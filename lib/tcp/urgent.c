/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pointer names the octet after the urgent data (MUST-62); the sequence may be of any length
 * (MUST-31), so a mark beyond 65535 octets is pointed to when it comes into reach.
 */
#include "tcp/urgent.h"

#include <errno.h>

#include <rte_common.h>

#include <estab/conn.h>
#include <estab/event.h>

#include "tcp/custom.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

/* Sequence number of the next octet that the user will receive. */
static uint32_t
user_position(const struct tcb *tcb)
{
	const uint32_t fin = (tcb->flags & TCB_FIN_RECEIVED) != 0 ? 1 : 0;

	return tcb->rcv_nxt - fin - tcb->receive.bytes;
}

void
check_urg(struct tcb *tcb, const struct segment *seg)
{
	const uint32_t mark = seg->seq + seg->up;
	struct custom *custom;

	if ((seg->flags & TCP_FLAG_URG) == 0 || !tcb_takes_text(tcb) ||
			!seq_gt(mark, user_position(tcb)))
		return;
	custom = custom_get(tcb);
	if (custom == NULL || (custom->urgent_to_receive && !seq_gt(mark, custom->rcv_up)))
		return;
	custom->rcv_up = mark;
	custom->urgent_to_receive = true;
	tcb_tell(tcb, ESTAB_EVENT_URGENT);
}

void
urgent_point(const struct tcb *tcb, struct outgoing *out)
{
	const struct custom *custom = tcb->custom;

	if (!custom->urgent_to_send || !seq_gt(custom->snd_up, out->seq))
		return;
	out->flags |= TCP_FLAG_URG;
	out->up = (uint16_t)RTE_MIN(custom->snd_up - out->seq, (uint32_t)UINT16_MAX);
}

void
urgent_on_ack(struct tcb *tcb)
{
	struct custom *custom = tcb->custom;

	if (custom->urgent_to_send && seq_geq(tcb->snd_una, custom->snd_up))
		custom->urgent_to_send = false;
}

ssize_t
estab_conn_write_urgent(struct estab_conn *conn, const void *data, size_t size)
{
	struct tcb *tcb = (struct tcb *)conn;
	struct custom *custom = custom_get(tcb);
	const uint32_t first = tcb_is_synchronized(tcb) ? tcb->snd_una : tcb->iss + 1;
	ssize_t done;

	if (custom == NULL)
		return -ENOBUFS;
	done = estab_conn_write(conn, data, size);
	if (done > 0) {
		custom->snd_up = first + tcb->send.bytes;
		custom->urgent_to_send = true;
	}
	return done;
}

uint32_t
estab_conn_urgent_ahead(const struct estab_conn *conn)
{
	const struct tcb *tcb = (const struct tcb *)conn;
	const struct custom *custom = tcb->custom;

	if (custom == NULL || !custom->urgent_to_receive)
		return 0;
	return seq_gt(custom->rcv_up, user_position(tcb)) ? custom->rcv_up - user_position(tcb) : 0;
}
