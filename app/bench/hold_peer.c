/* SPDX-License-Identifier: BSD-3-Clause */
/* The peers of hold.h: each answer follows from what was heard, and from nothing else. */
#include "hold.h"

#include <rte_cycles.h>
#include <rte_mbuf.h>
#include <rte_tcp.h>

#include "bench_options.h"

enum flags {
	SYN = RTE_TCP_SYN_FLAG,
	ACK = RTE_TCP_ACK_FLAG,
	FIN = RTE_TCP_FIN_FLAG,
	PSH = RTE_TCP_PSH_FLAG,
	RST = RTE_TCP_RST_FLAG,
};

enum { TEXT_MAX = 2048 };

/* @return the packet, not yet on its way; NULL: the pool is empty */
static struct rte_mbuf *
write_packet(struct hold *hold, const struct said *said)
{
	struct rte_mbuf *packet = peer_mbuf(&hold->peer);

	if (packet != NULL)
		peer_write(&hold->peer, packet, said);
	return packet;
}

static void
put(struct hold *hold, struct rte_mbuf *packet)
{
	if (packet == NULL)
		return;
	if (packet_queue_put(&hold->to, packet))
		hold->offered++;
	else
		rte_pktmbuf_free(packet); /* its connection ends as unfinished */
}

void
hold_peer_opens(struct hold *hold, uint32_t number)
{
	const struct said said = { .peer = number,
		.seq = hold_judge_iss(&hold->judge, number),
		.flags = SYN };

	put(hold, write_packet(hold, &said));
}

/* The octet has the number of the SYN: to the left of any window. */
void
hold_peer_asks(struct hold *hold, uint32_t number)
{
	const struct said said = { .peer = number,
		.seq = hold_judge_iss(&hold->judge, number),
		.text_len = 1,
		.flags = ACK };

	put(hold, write_packet(hold, &said));
}

/* What goes on from what was heard. */
static struct said
go_on(const struct heard *heard, uint8_t flags)
{
	const uint32_t taken = heard->text_len + ((heard->flags & (SYN | FIN)) != 0 ? 1 : 0);

	return (struct said){ .peer = heard->peer,
		.seq = heard->ack,
		.ack = heard->seq + taken,
		.ts_ecr = heard->ts_val,
		.flags = flags };
}

static void
acknowledge(struct hold *hold, const struct heard *heard)
{
	const struct said said = go_on(heard, ACK);

	put(hold, write_packet(hold, &said));
}

static void
request(struct hold *hold, const struct heard *heard)
{
	struct said said = go_on(heard, PSH | ACK);
	const struct hold_text text = { .sent = rte_rdtsc(),
		.number = said.peer,
		.seq = said.seq,
		.ack = said.ack };
	struct rte_mbuf *packet;

	said.text_len = (uint16_t)hold->judge.request_size;
	packet = write_packet(hold, &said);
	if (packet != NULL)
		hold_judge_write(&hold->judge,
				rte_pktmbuf_mtod_offset(packet, uint8_t *,
						packet->data_len - said.text_len),
				&text);
	put(hold, packet);
}

/* An answer to an old octet: now the peer knows where it is. */
static void
on_ack(struct hold *hold, const struct heard *heard)
{
	const struct said fin = go_on(heard, FIN | ACK);

	if (hold_judge_ack(&hold->judge, heard) == HOLD_WRONG)
		return;
	if (hold->phase == HOLD_CLOSING)
		put(hold, write_packet(hold, &fin));
	else
		request(hold, heard);
}

/*
 * What was awaited has come. What comes again was answered before, on a wire that loses nothing: the
 * lcore was kept waiting, and a timer was faster than the answer.
 */
static void
land(struct hold *hold, enum hold_verdict verdict, const struct heard *heard)
{
	if (verdict != HOLD_RIGHT)
		return;
	hold->in_flight--;
	acknowledge(hold, heard);
}

static void
on_text(struct hold *hold, const struct heard *heard, const struct rte_mbuf *packet)
{
	uint8_t room[TEXT_MAX];
	struct hold_text text;
	enum hold_verdict verdict;
	const uint8_t *bytes = NULL;

	if (heard->text_len == hold->judge.request_size)
		bytes = rte_pktmbuf_read(packet, heard->text_at, heard->text_len, room);
	if (bytes == NULL) {
		hold->judge.faults[HOLD_FAULT_echo_wrong]++;
		return;
	}
	verdict = hold_judge_echo(&hold->judge, heard, bytes, &text);
	if (verdict == HOLD_RIGHT)
		histogram_record(&hold->response_ns,
				clock_at(&hold->clock, rte_rdtsc()) -
						clock_at(&hold->clock, text.sent));
	land(hold, verdict, heard);
}

static void
answer(struct hold *hold, const struct heard *heard, const struct rte_mbuf *packet)
{
	if (heard->peer >= hold->judge.connections)
		hold->judge.faults[HOLD_FAULT_stranger]++;
	else if ((heard->flags & RST) != 0)
		hold->judge.faults[HOLD_FAULT_reset]++;
	else if ((heard->flags & SYN) != 0)
		land(hold, hold_judge_syn_ack(&hold->judge, heard), heard);
	else if ((heard->flags & FIN) != 0)
		land(hold, hold_judge_fin(&hold->judge, heard), heard);
	else if (heard->text_len > 0)
		on_text(hold, heard, packet);
	else
		on_ack(hold, heard);
}

void
hold_peers_hear(struct hold *hold)
{
	struct rte_mbuf *packet;
	struct heard heard;

	while ((packet = packet_queue_take(&hold->from)) != NULL) {
		if (peer_read(&hold->peer, packet, &heard))
			answer(hold, &heard, packet);
		else
			hold->judge.faults[HOLD_FAULT_stranger]++;
		peer_keep(&hold->peer, packet);
	}
}
