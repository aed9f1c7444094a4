/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9110, RFC 9112: to every GET or HEAD the same answer, in the order of the requests, so that
 * curl, wrk, ab and h2load are clients. The next request is read when the answer before it is
 * written: who asks without reading the answers closes his own window.
 */
#include "service.h"

#include <errno.h>

#include <rte_common.h>
#include <rte_mbuf.h>

#include <estab/conn.h>

enum { HTTP_CHUNK = 4096 }; /* written at a time */

/* What came and is not yet read: some text, or NULL where there is none now. */
static struct rte_mbuf *
text_ahead(struct session *session)
{
	while (session->pending == NULL || session->pending->data_len == 0) {
		struct rte_mbuf *empty = session->pending;

		if (empty != NULL && empty->next != NULL) {
			empty->next->pkt_len = empty->pkt_len;
			empty->next->nb_segs = (uint16_t)(empty->nb_segs - 1);
			session->pending = empty->next;
			rte_pktmbuf_free_seg(empty);
			continue;
		}
		rte_pktmbuf_free(empty);
		session->pending = NULL;
		if (estab_conn_receive_burst(session->conn, &session->pending, 1) == 0)
			return NULL;
	}
	return session->pending;
}

static void
begin_answer(struct session *session)
{
	struct http_talk *talk = session->http;
	const struct http_reader *request = &talk->request;
	const struct http_site *site = talk->site;

	talk->closes = site->close_always || !http_keeps_alive(request);
	talk->head = &site->heads[request->answer][talk->closes ? HTTP_CLOSES
					: request->is_old       ? HTTP_STAYS_SAID
								: HTTP_STAYS];
	talk->lingers = request->is_broken;
	talk->sent = 0;
	talk->size = talk->head->size;
	if (request->answer == HTTP_OK && !request->is_head)
		talk->size += site->response_size;
	talk->counters->http_requests++;
	talk->counters->http_requests_refused += request->answer != HTTP_OK;
}

/* @return 0 when all of it is taken, else a negative errno */
static int
send_answer(struct session *session)
{
	struct http_talk *talk = session->http;
	char chunk[HTTP_CHUNK];

	while (talk->sent < talk->size) {
		const size_t size = http_site_fill(talk->head, talk->sent, talk->size, chunk,
				sizeof(chunk));
		const ssize_t written = estab_conn_write(session->conn, chunk, size);

		if (written < 0)
			return (int)written;
		talk->sent += (uint64_t)written;
	}
	return 0;
}

/* @return bytes of this text that belong to the request, whose end is now known or seen */
static size_t
read_request(struct http_talk *talk, const char *text, size_t size)
{
	size_t n;

	if (talk->body_left > 0) {
		n = RTE_MIN(talk->body_left, size);
		talk->body_left -= (uint32_t)n;
		return n;
	}
	n = http_read(&talk->request, text, size);
	if (talk->request.place == HTTP_WHOLE && !talk->request.is_broken)
		talk->body_left = talk->request.length;
	return n;
}

/* A request is answered when its body is skipped: not all clients listen while they send. */
static bool
read_on(struct session *session)
{
	struct http_talk *talk = session->http;
	struct rte_mbuf *text = text_ahead(session);
	size_t n;

	if (text == NULL)
		return false;
	n = read_request(talk, rte_pktmbuf_mtod(text, const char *), text->data_len);
	rte_pktmbuf_adj(text, (uint16_t)n);
	if (talk->request.place == HTTP_WHOLE && talk->body_left == 0) {
		begin_answer(session);
		http_reader_init(&talk->request);
	}
	return true;
}

enum session_next
http_progress(struct session *session)
{
	struct http_talk *talk = session->http;
	int ret;

	while ((ret = send_answer(session)) == 0) {
		if (talk->closes)
			return talk->lingers || text_ahead(session) != NULL ? SESSION_LINGER
									    : SESSION_END;
		if (!read_on(session))
			return estab_conn_at_end(session->conn) ? SESSION_END : SESSION_WAIT;
	}
	if (ret == -EAGAIN)
		return SESSION_WAIT;
	return ret == -ENOMEM ? SESSION_RETRY : SESSION_END;
}
