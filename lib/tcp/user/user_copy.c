/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SEND and RECEIVE by copying, for applications that have no mbufs. The one place of this room
 * where octets of text are touched.
 */
#include <errno.h>
#include <string.h>

#include <rte_common.h>
#include <rte_mbuf.h>

#include <estab/conn.h>

#include "tcp/text/cork.h"
#include "tcp/text/receive_buffer.h"
#include "tcp/text/send_buffer.h"
#include "tcp/tcb.h"
#include "tcp/window.h"

/* Room behind the last text of the send queue, where nobody else can be writing or reading. */
static uint16_t
tail_room(const struct tcb *tcb)
{
	struct rte_mbuf *tail = tcb->work->send.tail;

	if (tail == NULL || !RTE_MBUF_DIRECT(tail) || rte_mbuf_refcnt_read(tail) != 1)
		return 0;
	return (uint16_t)(tail->buf_len - tail->data_off - tail->data_len);
}

/* Append to the last mbuf what fits there. */
static size_t
write_to_tail(struct tcb *tcb, const uint8_t *data, size_t size)
{
	struct rte_mbuf *tail = tcb->work->send.tail;
	const uint16_t room = tail_room(tcb);
	const uint16_t n = (uint16_t)RTE_MIN(size, (size_t)room);

	if (n == 0)
		return 0;
	memcpy(rte_pktmbuf_mtod_offset(tail, uint8_t *, tail->data_len), data, n);
	tail->data_len = (uint16_t)(tail->data_len + n);
	tcb->work->send.bytes += n;
	return n;
}

/* Append a fresh mbuf filled with what fits; 0 where the pool is empty. */
static size_t
write_to_new(struct tcb *tcb, const uint8_t *data, size_t size)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(tcb->tcp->mbuf_pool);
	uint16_t n;

	if (mbuf == NULL)
		return 0;
	n = (uint16_t)RTE_MIN(size, (size_t)rte_pktmbuf_tailroom(mbuf));
	memcpy(rte_pktmbuf_append(mbuf, n), data, n);
	text_queue_append(&tcb->work->send, mbuf);
	return n;
}

/* Why nothing can be sent, or 0. */
static int
send_error(struct tcb *tcb)
{
	const int error = tcb_take_error(tcb);

	if (error != 0)
		return error;
	return tcb_may_send(tcb) ? 0 : -EPIPE;
}

ssize_t
estab_conn_write(struct estab_conn *conn, const void *data, size_t size)
{
	struct tcb *tcb = (struct tcb *)conn;
	const uint8_t *bytes = data;
	const int error = send_error(tcb);
	const size_t fits = RTE_MIN(size, (size_t)estab_conn_send_room(conn));
	size_t done = 0;

	if (error != 0)
		return error;
	if (fits > 0 && !tcb_work(tcb))
		return -EAGAIN;
	while (done < fits) {
		size_t n = write_to_tail(tcb, bytes + done, fits - done);

		if (n == 0)
			n = write_to_new(tcb, bytes + done, fits - done);
		if (n == 0)
			break;
		done += n;
	}
	if (done > 0) {
		cork_push(tcb);
		tcb_mark(tcb, MARK_TEXT);
	}
	if (done < size)
		send_fell_short(tcb);
	if (done == 0 && size > 0)
		return fits > 0 ? -ENOMEM : -EAGAIN;
	return (ssize_t)done;
}

/* Copy out of the first mbufs of a queue, and discard what was copied. */
static size_t
copy_out(struct text_queue *queue, uint8_t *data, size_t size)
{
	size_t done = 0;

	while (done < size && queue->head != NULL) {
		const size_t n = RTE_MIN(size - done, (size_t)queue->head->data_len);

		memcpy(data + done, rte_pktmbuf_mtod(queue->head, const uint8_t *), n);
		text_queue_discard(queue, (uint32_t)n);
		done += n;
	}
	return done;
}

/* What a read of an empty queue says (3.10.3). */
static int
receive_error(struct tcb *tcb)
{
	const int error = tcb_take_error(tcb);

	if (error != 0)
		return error;
	if ((tcb->flags & TCB_FIN_RECEIVED) != 0)
		return 0;
	return tcb->state == TCP_STATE_CLOSED ? -ENOTCONN : -EAGAIN;
}

ssize_t
estab_conn_read(struct estab_conn *conn, void *data, size_t size)
{
	struct tcb *tcb = (struct tcb *)conn;
	const size_t done = copy_out(&tcb->work->receive, data, size);

	if (done > 0) {
		work_stir(&tcb->tcp->works, tcb->work);
		receive_buffer_read(tcb, (uint32_t)done);
		window_reopen(tcb);
		return (ssize_t)done;
	}
	return size == 0 ? 0 : receive_error(tcb);
}
