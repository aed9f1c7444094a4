/* SPDX-License-Identifier: BSD-3-Clause */
#include "pump.h"

#include <errno.h>

#include <rte_common.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include <estab/conn.h>

#include "bench_options.h"

enum { RECEIVE_BATCH = 64 };

/* What the send buffers of all connections can hold: each takes messages while there is room. */
static uint32_t
mbufs_wanted(const struct bench_options *options)
{
	const uint64_t messages = bench_send_buffer(options) / options->message_size + 2;
	const uint64_t wanted =
			options->connections * messages * source_pieces(options->message_size);

	return (uint32_t)RTE_MIN(wanted, (uint64_t)INT32_MAX);
}

int
pump_init(struct pump *pump, const char *name, const struct bench_options *options)
{
	*pump = (struct pump){ .message_size = options->message_size };
	for (size_t i = 0; i < sizeof(pump->pattern); i++)
		pump->pattern[i] = (uint8_t)(i % PUMP_PERIOD);
	if (options->message_size <= PUMP_COPY_MAX)
		return 0;
	return source_init(&pump->source, name, pump->pattern, PUMP_PERIOD, mbufs_wanted(options),
			(int)rte_socket_id());
}

uint32_t
pump_fini(struct pump *pump)
{
	return source_fini(&pump->source);
}

/* @return bytes taken, 0 where there is no room, or -ENOMEM */
static ssize_t
send_message(struct pump *pump, struct estab_conn *conn, uint64_t at)
{
	struct rte_mbuf *packet;
	ssize_t written;

	if (pump->message_size <= PUMP_COPY_MAX) {
		written = estab_conn_write(conn, pump->pattern + at % PUMP_PERIOD,
				pump->message_size);
		return written == -ENOMEM || written > 0 ? written : 0;
	}
	packet = source_take(&pump->source, at, pump->message_size);
	if (packet == NULL)
		return -ENOMEM;
	if (estab_conn_send_burst(conn, &packet, 1) == 1)
		return pump->message_size;
	rte_pktmbuf_free(packet);
	return 0;
}

int
pump_send(struct pump *pump, struct estab_conn *conn, uint64_t *sent)
{
	ssize_t taken;

	while ((taken = send_message(pump, conn, *sent)) > 0)
		*sent += (uint64_t)taken;
	return (int)taken;
}

uint32_t
pump_receive(struct estab_conn *conn)
{
	struct rte_mbuf *batch[RECEIVE_BATCH];
	uint32_t bytes = 0;
	uint16_t n;

	while ((n = estab_conn_receive_burst(conn, batch, RECEIVE_BATCH)) > 0) {
		for (uint16_t i = 0; i < n; i++)
			bytes += rte_pktmbuf_pkt_len(batch[i]);
		rte_pktmbuf_free_bulk(batch, n);
	}
	return bytes;
}
