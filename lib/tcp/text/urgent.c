/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pointer names the octet after the urgent data (MUST-62); the sequence may be of any length
 * (MUST-31), so a mark beyond 65535 octets is pointed to when it comes into reach.
 */
#include "tcp/text/urgent.h"

#include <errno.h>

#include <rte_common.h>

#include <estab/conn.h>
#include <estab/event.h>

#include "tcp/user/custom.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

/* Sequence number of the next octet that the user will receive. */
static uint32_t
user_position(const struct tcb *tcb)
{
	const uint32_t fin = (tcb->flags & TCB_FIN_RECEIVED) != 0 ? 1 : 0;

	return tcb->rcv_nxt - fin - tcb->work->receive.bytes;
}

/* A mark that was read past is forgotten before numbers wrap and put it ahead again. */
static void
forget_old_mark(struct tcb *tcb)
{
	if (!seq_gt(tcb->work->rcv_up, user_position(tcb)))
		tcb->flags &= ~(uint32_t)TCB_URGENT;
}

void
check_urg(struct tcb *tcb, const struct segment *seg)
{
	const uint32_t mark = seg->seq - (seg->carried_syn ? 1 : 0) + seg->up;

	if ((tcb->flags & TCB_URGENT) != 0)
		forget_old_mark(tcb);
	if ((seg->flags & TCP_FLAG_URG) == 0 || !tcb_takes_text(tcb) ||
			!seq_gt(mark, user_position(tcb)))
		return;
	if ((tcb->flags & TCB_URGENT) != 0 && !seq_gt(mark, tcb->work->rcv_up))
		return;
	tcb->work->rcv_up = mark;
	tcb->flags |= TCB_URGENT;
	tcb_tell(tcb, ESTAB_EVENT_URGENT);
}

void
urgent_keep(struct tcb *tcb, uint16_t up)
{
	const uint32_t mark = tcb->work->irs + up;

	if (!seq_gt(mark, user_position(tcb)))
		return;
	tcb->work->rcv_up = mark;
	tcb->flags |= TCB_URGENT;
}

void
urgent_tell_kept(struct tcb *tcb)
{
	if ((tcb->flags & TCB_URGENT) != 0)
		tcb_tell(tcb, ESTAB_EVENT_URGENT);
}

void
urgent_point(const struct tcb *tcb, struct outgoing *out)
{
	const struct custom *custom = tcb->work->custom;

	if (!custom->urgent_to_send || !seq_gt(custom->snd_up, out->seq))
		return;
	out->flags |= TCP_FLAG_URG;
	out->up = (uint16_t)RTE_MIN(custom->snd_up - out->seq, (uint32_t)UINT16_MAX);
}

void
urgent_on_ack(struct tcb *tcb)
{
	struct custom *custom = tcb->work->custom;

	if (custom->urgent_to_send && seq_geq(tcb->snd_una, custom->snd_up))
		custom->urgent_to_send = false;
}

ssize_t
estab_conn_write_urgent(struct estab_conn *conn, const void *data, size_t size)
{
	struct tcb *tcb = (struct tcb *)conn;
	struct custom *custom = custom_get(tcb);
	const uint32_t first = tcb_is_synchronized(tcb) ? tcb->snd_una : tcb->work->iss + 1;
	ssize_t done;

	if (custom == NULL)
		return -ENOBUFS;
	done = estab_conn_write(conn, data, size);
	if (done > 0) {
		custom->snd_up = first + tcb->work->send.bytes;
		custom->urgent_to_send = true;
	}
	return done;
}

uint32_t
estab_conn_urgent_ahead(const struct estab_conn *conn)
{
	const struct tcb *tcb = (const struct tcb *)conn;
	const uint32_t position = user_position(tcb);
	uint32_t mark = tcb->work->rcv_up;

	if ((tcb->flags & TCB_FIN_RECEIVED) != 0 && seq_gt(mark, tcb->rcv_nxt - 1))
		mark = tcb->rcv_nxt -
				1; /* no text comes behind the FIN, whatever the pointer says */
	if ((tcb->flags & TCB_URGENT) == 0 || !seq_gt(mark, position))
		return 0;
	return mark - position;
}
