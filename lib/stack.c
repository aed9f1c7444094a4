/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The walk of a burst through the rooms: the file to read first.
 *
 * Each room turns one kind of thing into the next. Input marks and output sends, so that a burst is
 * acknowledged as a whole (RFC 9293 MUST-58, MUST-59). All a stack does follows from its
 * configuration, the packets and the times it is given.
 */
#include "stack.h"

#include <rte_errno.h>
#include <rte_malloc.h>

#include <estab/event.h>

#include "config.h"
#include "tcp/event.h"
#include "tcp/icmp.h"
#include "tcp/input.h"
#include "tcp/output.h"
#include "tcp/text/tso.h"
#include "tcp/timeout.h"

/*
 * A port that lags slows output down instead of losing packets: with so many still waiting for it,
 * TCBs keep their marks.
 */
enum { TX_BACKLOG_MAX = BURST_TX_MAX / 4 };

/* Packets that ask for one of these are prepared before the port gets them. */
enum {
	TX_OFFLOADS = ESTAB_PORT_TX_IPV4_CHECKSUM | ESTAB_PORT_TX_TCP_CHECKSUM |
			ESTAB_PORT_TX_MULTI_SEGMENT | ESTAB_PORT_TX_TCP_SEGMENTATION,
};

/* Tell the watcher, where there is one, how far the walk has come. */
static inline void
enter(const struct estab_stack *stack, enum estab_stage stage)
{
	if (unlikely(stack->watch.enter != NULL))
		stack->watch.enter(stack->watch.context, stage);
}

/* Packets -> connections: all of rx[] is used, answered or dropped. */
static void
receive(struct estab_stack *stack, uint64_t now_ns)
{
	struct burst *burst = &stack->burst;

	tcp_set_now(&stack->tcp, now_ns);
	enter(stack, ESTAB_STAGE_PARSE);
	net_parse(&stack->net, burst, now_ns); /* packets  -> segments, or a named drop  */
	enter(stack, ESTAB_STAGE_LOOKUP);
	flow_lookup(&stack->flows, burst); /* segments -> connections (TCBs)         */
	enter(stack, ESTAB_STAGE_TCP);
	tcp_segments_arrive(&stack->tcp, burst); /* 3.10.7; marks, sends nothing         */
	tcp_icmp_errors_arrive(&stack->tcp, burst);
}

/* Connections -> packets: all that is owed and fits goes to tx[]. */
static void
transmit(struct estab_stack *stack, uint64_t now_ns)
{
	struct burst *burst = &stack->burst;

	tcp_set_now(&stack->tcp, now_ns);
	enter(stack, ESTAB_STAGE_TIMEOUTS);
	net_timeouts(&stack->net, burst, now_ns);
	tcp_timeouts(&stack->tcp, burst); /* 3.10.8; marks, sends nothing           */
	enter(stack, ESTAB_STAGE_OUTPUT);
	if (burst->tx_count < TX_BACKLOG_MAX)
		tcp_output(&stack->tcp, burst); /* marks    -> segments                   */
	enter(stack, ESTAB_STAGE_BUILD);
	net_build(&stack->net, burst, now_ns); /* segments -> packets                    */
	enter(stack, ESTAB_STAGE_OUTPUT);
	tcp_output_built(&stack->tcp);
	tcp_check(&stack->tcp);
}

/* NIC -> packets. */
static void
port_receive(struct estab_stack *stack)
{
	struct burst *burst = &stack->burst;

	burst->rx_count = stack->port.rx_burst(stack->port.context, burst->rx, stack->burst_size);
}

/* Copy packets to where they do not overlap, or to a lower place of the same array. */
static void
copy_packets(struct rte_mbuf **to, struct rte_mbuf *const *from, uint16_t n)
{
	uint16_t i;

	for (i = 0; i < n; i++)
		to[i] = from[i];
}

/* Forget the first packets of tx[]: somebody else owns them now. */
static void
shift_transmitted(struct burst *burst, uint16_t n)
{
	burst->tx_count = (uint16_t)(burst->tx_count - n);
	copy_packets(burst->tx, burst->tx + n, burst->tx_count);
}

static void
count_transmitted(struct estab_stats *stats, const uint64_t bytes, uint16_t n)
{
	stats->tx_packets += n;
	stats->tx_bytes += bytes;
}

static uint64_t
bytes_of(struct rte_mbuf *const *packets, uint16_t n)
{
	uint64_t bytes = 0;
	uint16_t i;

	for (i = 0; i < n; i++)
		bytes += packets[i]->pkt_len;
	return bytes;
}

/* How many of the next packets the port may be given at once; 0: the first of them never. */
static uint16_t
port_prepare(const struct estab_stack *stack, struct rte_mbuf **packets, uint16_t left)
{
	const uint16_t want = (uint16_t)RTE_MIN(left, (uint16_t)ESTAB_BURST_MAX);

	if (stack->port.tx_prepare == NULL)
		return want;
	return stack->port.tx_prepare(stack->port.context, packets, want);
}

/* The port will never take it; of segments that it was to cut, the text goes again one by one. */
static void
drop_refused(struct estab_stack *stack, struct rte_mbuf *packet)
{
	stack->stats.tx_dropped_refused++;
	if ((packet->ol_flags & RTE_MBUF_F_TX_TCP_SEG) != 0)
		tso_refused(&stack->tcp);
	rte_pktmbuf_free(packet);
}

/* Packets -> NIC. What the port does not take stays, in order, for the next turn. */
static void
port_transmit(struct estab_stack *stack)
{
	struct burst *burst = &stack->burst;
	uint16_t done = 0;

	while (done < burst->tx_count) {
		const uint16_t left = (uint16_t)(burst->tx_count - done);
		const uint16_t want = port_prepare(stack, burst->tx + done, left);
		uint64_t bytes = bytes_of(burst->tx + done, want);
		uint16_t n;

		if (unlikely(want == 0)) {
			drop_refused(stack, burst->tx[done++]);
			continue;
		}
		n = stack->port.tx_burst(stack->port.context, burst->tx + done, want);
		if (n < want)
			bytes -= bytes_of(burst->tx + done + n, (uint16_t)(want - n));
		count_transmitted(&stack->stats, bytes, n);
		done = (uint16_t)(done + n);
		if (n < want)
			break;
	}
	if (done > 0)
		shift_transmitted(burst, done);
}

void
estab_stack_receive(struct estab_stack *stack, uint64_t now_ns)
{
	/* Answers of an earlier half turn refer to arrived[], which is filled anew now. */
	net_build(&stack->net, &stack->burst, now_ns);
	enter(stack, ESTAB_STAGE_RECEIVE);
	port_receive(stack);
	receive(stack, now_ns);
	enter(stack, ESTAB_STAGE_OUTSIDE);
}

void
estab_stack_transmit(struct estab_stack *stack, uint64_t now_ns)
{
	transmit(stack, now_ns);
	enter(stack, ESTAB_STAGE_TRANSMIT);
	port_transmit(stack);
	enter(stack, ESTAB_STAGE_OUTSIDE);
}

void
estab_stack_poll(struct estab_stack *stack, uint64_t now_ns)
{
	estab_stack_receive(stack, now_ns);
	estab_stack_transmit(stack, now_ns);
}

uint16_t
estab_stack_receive_burst(struct estab_stack *stack, struct rte_mbuf **packets, uint16_t n,
		uint64_t now_ns)
{
	struct burst *burst = &stack->burst;
	uint16_t done = 0;

	while (done < n) {
		const uint16_t chunk = (uint16_t)RTE_MIN(n - done, (int)BURST_RX_MAX);

		copy_packets(burst->rx, packets + done, chunk);
		burst->rx_count = chunk;
		receive(stack, now_ns);
		enter(stack, ESTAB_STAGE_BUILD);
		net_build(&stack->net, burst, now_ns); /* answers that belong to no TCB */
		done = (uint16_t)(done + chunk);
	}
	enter(stack, ESTAB_STAGE_OUTSIDE);
	return n;
}

uint16_t
estab_stack_transmit_burst(struct estab_stack *stack, struct rte_mbuf **packets, uint16_t n,
		uint64_t now_ns)
{
	struct burst *burst = &stack->burst;

	transmit(stack, now_ns);
	if (n > burst->tx_count)
		n = burst->tx_count;
	copy_packets(packets, burst->tx, n);
	count_transmitted(&stack->stats, bytes_of(packets, n), n);
	shift_transmitted(burst, n);
	enter(stack, ESTAB_STAGE_OUTSIDE);
	return n;
}

void
estab_stack_watch(struct estab_stack *stack, const struct estab_watch *watch)
{
	stack->watch = watch != NULL ? *watch : (struct estab_watch){ 0 };
	stack->tcp.watch = stack->watch.state != NULL ? &stack->watch : NULL;
}

uint64_t
estab_stack_deadline(const struct estab_stack *stack)
{
	const struct burst *burst = &stack->burst;

	if (tcp_output_is_due(&stack->tcp) || burst->out_count > 0 || burst->tx_count > 0)
		return 0;
	return RTE_MIN(tcp_timeouts_next(&stack->tcp), net_deadline(&stack->net));
}

uint32_t
estab_stack_drain(struct estab_stack *stack, uint64_t now_ns)
{
	tcp_set_now(&stack->tcp, now_ns);
	tcp_drain(&stack->tcp);
	if (stack->has_port)
		estab_stack_poll(stack, now_ns);
	return pool_used_count(&stack->tcp.tcbs);
}

uint16_t
estab_event_burst(struct estab_stack *stack, struct estab_event *events, uint16_t n)
{
	return tcp_event_burst(&stack->tcp, events, n);
}

/* Where the flow table finds the 4-tuple of what its entries point to. */
static const struct flow_layout flow_layout = {
	.tuple_at = { [FLOW_TCB] = offsetof(struct tcb, path),
			[FLOW_SYN_RECORD] = offsetof(struct syn_record, path),
			[FLOW_TIME_WAIT] = offsetof(struct time_wait, local) },
};

/* Set up the rooms; what has been set up is taken down again where one fails. */
static int
init_rooms(struct estab_stack *stack, const struct estab_stack_config *config)
{
	const struct estab_stack_limits *limits = &config->limits;
	const uint32_t flows = limits->connections + limits->syn_records + limits->time_waits;
	struct siphash_key secret, flow_key;
	int rc;

	siphash_key_init(&secret, config->secret);
	siphash_derive(&secret, "flow table", &flow_key);
	rc = flow_table_init(&stack->flows, config->name, flows, &flow_layout, &flow_key,
			config->socket_id);
	if (rc != 0)
		return rc;
	rc = net_init(&stack->net, config, &stack->stats);
	if (rc == 0) {
		rc = tcp_init(&stack->tcp, config, &stack->flows, &stack->stats, &secret);
		if (rc != 0)
			net_fini(&stack->net);
	}
	if (rc != 0)
		flow_table_fini(&stack->flows);
	return rc;
}

struct estab_stack *
estab_stack_create(const struct estab_stack_config *given)
{
	struct estab_stack_config config = *given;
	struct estab_stack *stack;
	int rc;

	rte_errno = EINVAL;
	if (estab_stack_config_check(given, NULL) != 0)
		return NULL;
	config_fill_defaults(&config);
	rte_errno = ENOMEM;
	stack = rte_zmalloc_socket("estab_stack", sizeof(*stack), RTE_CACHE_LINE_SIZE,
			config.socket_id);
	if (stack == NULL)
		return NULL;
	stack->has_port = config.port != NULL;
	if (stack->has_port)
		stack->port = *config.port;
	if ((stack->port.offloads & TX_OFFLOADS) == 0)
		stack->port.tx_prepare = NULL;
	stack->burst_size = config.burst;
	rc = init_rooms(stack, &config);
	if (rc != 0) {
		rte_free(stack);
		rte_errno = -rc;
		return NULL;
	}
	return stack;
}

void
estab_stack_destroy(struct estab_stack *stack)
{
	if (stack == NULL)
		return;
	tcp_fini(&stack->tcp);
	net_fini(&stack->net);
	flow_table_fini(&stack->flows);
	rte_pktmbuf_free_bulk(stack->burst.spent, stack->burst.spent_count);
	rte_pktmbuf_free_bulk(stack->burst.tx, stack->burst.tx_count);
	rte_free(stack);
}
