/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The application above the stack under test: RFC 9293 3.9.1, each call checked and followed by a
 * turn.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

#include "fixture_internal.h"

enum { CHUNK = 4096 };

void
app_listen_backlog(struct fixture *t, uint32_t backlog)
{
	const struct estab_listen_config config = {
		.local = { .port = FIXTURE_PORT },
		.backlog = backlog,
		.user = t,
		.mss = t->mss,
	};

	start(t);
	assert_int_equal(estab_listen(t->stack, &config, &t->listener), 0);
}

void
app_listen(struct fixture *t)
{
	app_listen_backlog(t, 0);
}

static void
check_remote(const struct fixture *t)
{
	const struct estab_endpoint remote = fixture_peer_endpoint(t);
	const struct estab_conn_info info = status_now(t);

	assert_int_equal(info.remote.port, remote.port);
	assert_int_equal(info.remote.address.family, remote.address.family);
	assert_memory_equal(info.remote.address.bytes, remote.address.bytes, 16);
}

void
app_accept(struct fixture *t)
{
	struct estab_conn *conns[2];

	assert_int_equal(estab_accept_burst(t->listener, conns, 2), 1);
	assert_null(t->peer->conn);
	t->peer->conn = conns[0];
	check_remote(t);
	turn(t);
}

void
app_accept_any(struct fixture *t)
{
	struct estab_conn_info info;
	struct estab_conn *conn;
	unsigned int n;

	assert_int_equal(estab_accept_burst(t->listener, &conn, 1), 1);
	estab_conn_status(conn, &info);
	n = (unsigned int)(info.remote.port - FIXTURE_PEER_PORT);
	assert_true(n < FIXTURE_PEERS && t->peers[n].conn == NULL);
	t->peers[n].conn = conn;
	turn(t);
}

void
app_accept_nothing(struct fixture *t)
{
	struct estab_conn *conns[1];

	assert_int_equal(estab_accept_burst(t->listener, conns, 1), 0);
}

void
app_connect(struct fixture *t)
{
	const struct estab_connect_config config = {
		.remote = fixture_peer_endpoint(t),
		.local = { .port = FIXTURE_PORT },
		.mss = t->mss,
	};

	start(t);
	assert_int_equal(estab_connect(t->stack, &config, &t->peer->conn), 0);
	check_remote(t);
	turn(t);
}

typedef ssize_t (*write_call)(struct estab_conn *conn, const void *data, size_t size);

static void
write_by(struct fixture *t, write_call call, uint32_t bytes)
{
	uint8_t chunk[CHUNK];

	while (bytes > 0) {
		const uint32_t n = bytes < CHUNK ? bytes : CHUNK;

		pattern_fill(STACK_TEXT_KEY, t->peer->write_at, chunk, n);
		assert_int_equal(call(t->peer->conn, chunk, n), n);
		t->peer->write_at += n;
		bytes -= n;
	}
	turn(t);
}

void
app_write(struct fixture *t, uint32_t bytes)
{
	write_by(t, estab_conn_write, bytes);
}

uint32_t
app_write_acknowledged(struct fixture *t, uint32_t from, uint32_t mss, uint32_t segments)
{
	app_write(t, segments * mss);
	ignore_sent(t);
	for (uint32_t i = 0; i < segments; i++) {
		from += mss;
		arrive(t, ". 1:1(0) ack %u", from);
		ignore_sent(t);
	}
	return from;
}

void
app_write_more(struct fixture *t, uint32_t bytes)
{
	write_by(t, estab_conn_write_more, bytes);
}

void
app_write_urgent(struct fixture *t, uint32_t bytes)
{
	write_by(t, estab_conn_write_urgent, bytes);
}

void
app_queue_pieces(struct fixture *t, unsigned int count, uint16_t octets)
{
	for (unsigned int i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = rte_pktmbuf_alloc(t->pool);

		assert_non_null(mbuf);
		mbuf->data_off = (uint16_t)(mbuf->buf_len - octets); /* no room behind */
		mbuf->data_len = octets;
		mbuf->pkt_len = octets;
		pattern_fill(STACK_TEXT_KEY, t->peer->write_at, rte_pktmbuf_mtod(mbuf, uint8_t *),
				octets);
		t->peer->write_at += octets;
		assert_int_equal(estab_conn_send_burst(t->peer->conn, &mbuf, 1), 1);
	}
}

static void
check_read(struct peer *peer, const uint8_t *bytes, size_t n)
{
	const size_t good = pattern_check(PEER_TEXT_KEY, peer->read_at, bytes, n);

	if (good != n)
		fail_msg("byte %zu of the peer's text is wrong", peer->read_at + good);
	peer->read_at += (uint32_t)n;
}

void
app_read(struct fixture *t, uint32_t bytes)
{
	uint8_t chunk[CHUNK];

	while (bytes > 0) {
		const ssize_t n = estab_conn_read(t->peer->conn, chunk,
				bytes < CHUNK ? bytes : CHUNK);

		if (n <= 0)
			fail_msg("%" PRIu32 " bytes missing: read says %zd", bytes, n);
		check_read(t->peer, chunk, (size_t)n);
		bytes -= (uint32_t)n;
	}
	turn(t);
}

void
app_read_nothing(struct fixture *t)
{
	uint8_t byte;

	assert_int_equal(estab_conn_read(t->peer->conn, &byte, 1), -EAGAIN);
	assert_false(estab_conn_at_end(t->peer->conn));
}

void
app_read_end(struct fixture *t)
{
	uint8_t byte;

	assert_int_equal(estab_conn_read(t->peer->conn, &byte, 1), 0);
	assert_true(estab_conn_at_end(t->peer->conn));
	turn(t);
}

void
app_read_error(struct fixture *t, int error)
{
	uint8_t byte;

	assert_int_equal(estab_conn_read(t->peer->conn, &byte, 1), error);
}

void
app_shutdown(struct fixture *t)
{
	assert_int_equal(estab_conn_shutdown(t->peer->conn), 0);
	turn(t);
}

void
app_close(struct fixture *t)
{
	estab_conn_close(t->peer->conn);
	t->peer->conn = NULL;
	turn(t);
}

void
app_abort(struct fixture *t)
{
	estab_conn_abort(t->peer->conn);
	t->peer->conn = NULL;
	turn(t);
}

uint32_t
app_drain(struct fixture *t)
{
	for (unsigned int i = 0; i < FIXTURE_PEERS; i++)
		t->peers[i].conn = NULL;
	t->app_gone = true;
	turn(t);
	return t->draining;
}

uint32_t
app_events(struct fixture *t)
{
	const uint32_t events = t->peer->events;

	t->peer->events = 0;
	return events;
}

struct estab_conn_info
status_now(const struct fixture *t)
{
	struct estab_conn_info info;

	estab_conn_status(t->peer->conn, &info);
	return info;
}

void
assert_state(struct fixture *t, const char *state)
{
	assert_string_equal(status_now(t).state, state);
}
