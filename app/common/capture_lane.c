/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an lcore does for a capture, at a queue of a device. While none is on, that is one look at a pointer for
 * each burst. What is sent is copied before it goes, for then it is the driver's, and the copies of what the
 * driver did not take are forgotten: it comes here again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include "capture_parts.h"

enum {
	LANE_BATCH = 64,         /* packets that are copied at a time */
	LANE_RING = 4096,        /* copies of a queue that may wait to be written */
	FILTER_BYTES_MAX = 2048, /* of a packet in several mbufs, that a filter can look at */
};

static const struct capture_run *
run_of(const struct capture_lane *lane)
{
	return atomic_load_explicit(&lane->capture->on, memory_order_acquire);
}

static bool
passes(const struct capture_run *run, const struct rte_mbuf *packet)
{
	uint8_t joined[FILTER_BYTES_MAX];
	struct pcap_pkthdr header = { .len = packet->pkt_len, .caplen = packet->data_len };
	const void *bytes;

	if (!run->filters)
		return true;
	if (packet->nb_segs > 1)
		header.caplen = RTE_MIN(packet->pkt_len, (uint32_t)sizeof(joined));
	bytes = rte_pktmbuf_read(packet, 0, header.caplen, joined);
	return bytes != NULL && pcap_offline_filter(&run->filter, &header, bytes) != 0;
}

static void
count_dropped(const struct capture_run *run, unsigned int n)
{
	struct capture_run *counts = (struct capture_run *)(uintptr_t)run;

	atomic_fetch_add_explicit(&counts->dropped, n, memory_order_relaxed);
}

/* NULL where the filter does not want it, or there is no mbuf for it. */
static struct rte_mbuf *
copy_of(const struct capture_lane *lane, const struct capture_run *run,
		const struct rte_mbuf *packet, uint64_t time_ns)
{
	struct rte_mbuf *copy;

	if (!passes(run, packet))
		return NULL;
	copy = rte_pktmbuf_copy(packet, lane->capture->pool, 0, run->snaplen);
	if (copy == NULL) {
		count_dropped(run, 1);
		return NULL;
	}
	*capture_note_of(copy) = (struct capture_note){
		.run = run,
		.time_ns = time_ns,
		.length = packet->pkt_len,
	};
	return copy;
}

static void
copy_all(const struct capture_lane *lane, const struct capture_run *run,
		struct rte_mbuf *const *packets, uint16_t n, struct rte_mbuf **copies)
{
	const uint64_t time_ns = run->begun_ns + clock_now(&run->clock);

	for (uint16_t i = 0; i < n; i++)
		copies[i] = copy_of(lane, run, packets[i], time_ns);
}

/* Those that are there, to the writer. */
static void
hand_over(const struct capture_lane *lane, const struct capture_run *run, struct rte_mbuf **copies,
		uint16_t n)
{
	unsigned int count = 0, taken;

	for (uint16_t i = 0; i < n; i++) {
		if (copies[i] != NULL)
			copies[count++] = copies[i];
	}
	taken = rte_ring_sp_enqueue_burst(lane->ring, (void *const *)copies, count, NULL);
	if (taken == count)
		return;
	count_dropped(run, count - taken);
	rte_pktmbuf_free_bulk(copies + taken, count - taken);
}

static void
note_received(const struct capture_lane *lane, const struct capture_run *run,
		struct rte_mbuf *const *packets, uint16_t n)
{
	struct rte_mbuf *copies[LANE_BATCH];

	for (uint16_t done = 0; done < n;) {
		const uint16_t want = (uint16_t)RTE_MIN(n - done, (int)LANE_BATCH);

		copy_all(lane, run, packets + done, want, copies);
		hand_over(lane, run, copies, want);
		done = (uint16_t)(done + want);
	}
}

static uint16_t
lane_rx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct capture_lane *lane = context;
	const uint16_t got = port_layer_receive(&lane->layer, packets, n);
	const struct capture_run *run = run_of(lane);

	if (unlikely(run != NULL) && got > 0)
		note_received(lane, run, packets, got);
	return got;
}

static uint16_t
send_and_note(struct capture_lane *lane, const struct capture_run *run, struct rte_mbuf **packets,
		uint16_t n)
{
	struct rte_mbuf *copies[LANE_BATCH];
	uint16_t done = 0, want, taken;

	do {
		want = (uint16_t)RTE_MIN(n - done, (int)LANE_BATCH);
		copy_all(lane, run, packets + done, want, copies);
		taken = port_layer_send(&lane->layer, packets + done, want);
		rte_pktmbuf_free_bulk(copies + taken, (unsigned int)(want - taken));
		hand_over(lane, run, copies, taken);
		done = (uint16_t)(done + taken);
	} while (taken == want && done < n);
	return done;
}

static uint16_t
lane_tx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct capture_lane *lane = context;
	const struct capture_run *run = run_of(lane);

	if (unlikely(run != NULL))
		return send_and_note(lane, run, packets, n);
	return port_layer_send(&lane->layer, packets, n);
}

struct capture_lane *
capture_lane_create(struct capture *capture, uint16_t device, uint16_t queue)
{
	struct capture_lane *lane = calloc(1, sizeof(*lane));

	if (lane == NULL)
		return NULL;
	lane->capture = capture;
	lane->device = device;
	lane->queue = queue;
	return lane;
}

void
capture_lane_put(struct capture_lane *lane, struct estab_port *port)
{
	port_layer_put(&lane->layer, port, lane_rx_burst, lane_tx_burst);
}

int
capture_lane_reserve(struct capture_lane *lane)
{
	char name[RTE_RING_NAMESIZE];

	if (lane->ring != NULL)
		return 0;
	snprintf(name, sizeof(name), "capture_%u_%u", lane->device, lane->queue);
	lane->ring = rte_ring_create(name, LANE_RING, (int)rte_socket_id(),
			RING_F_SP_ENQ | RING_F_SC_DEQ);
	return lane->ring != NULL ? 0 : -ENOMEM;
}

void
capture_lane_destroy(struct capture_lane *lane)
{
	rte_ring_free(lane->ring);
	free(lane);
}
