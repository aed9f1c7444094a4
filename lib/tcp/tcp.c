/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tcp room's own beginning and end: keys, pools, lists.
 */
#include "tcp/tcp.h"

#include <errno.h>
#include <string.h>

#include <rte_common.h>

#include "tcp/user/custom.h"
#include "tcp/congestion/pacing.h"
#include "tcp/text/reassembly.h"
#include "tcp/recovery/recovery.h"
#include "tcp/open/syn_record.h"
#include "tcp/text/tso.h"
#include "tcp/user/user.h"
#include "tcp/window.h"

static void
init_keys(struct tcp *tcp, const struct estab_stack_config *config,
		const struct siphash_key *secret)
{
	struct siphash_key ports;

	siphash_derive(secret, "path", &tcp->path_key);
	cookie_keys_init(&tcp->cookie_keys, secret, config->tcp.cookie_grace_ns);
	siphash_derive(secret, "ephemeral port", &ports);
	ephemeral_ports_init(&tcp->ports, &ports, config->tcp.ephemeral_port_first,
			config->tcp.ephemeral_port_last);
	if (config->port != NULL) {
		tcp->ports.owns = config->port->owns;
		tcp->ports.context = config->port->context;
	}
}

static void
init_lists(struct tcp *tcp)
{
	unsigned int i;

	TAILQ_INIT(&tcp->reassembly_list);
	TAILQ_INIT(&tcp->recovery_list);
	for (i = 0; i < SYN_ACK_ATTEMPTS_MAX; i++)
		TAILQ_INIT(&tcp->syn_record_lists[i]);
	listener_table_init(&tcp->listeners);
	timer_wheel_init(&tcp->wheel, 0);
}

static int
init_pools(struct tcp *tcp, const struct estab_stack_config *config)
{
	const struct estab_stack_limits *limits = &config->limits;
	const int socket = config->socket_id;
	int failed = 0;

	failed |= pool_init(&tcp->tcbs, "tcbs", limits->connections, sizeof(struct tcb), TCB_ALIGN,
			socket);
	failed |= works_init(&tcp->works, limits->active_connections, socket);
	failed |= pool_init(&tcp->syn_records, "syn_records", limits->syn_records,
			sizeof(struct syn_record), 64, socket);
	failed |= pool_init(&tcp->time_waits, "time_waits", limits->time_waits,
			sizeof(struct time_wait), 64, socket);
	failed |= pool_init(&tcp->reassemblies, "reassemblies", limits->reassemblies,
			sizeof(struct reassembly), 64, socket);
	failed |= pool_init(&tcp->recoveries, "recoveries", limits->recoveries,
			sizeof(struct recovery), 64, socket);
	failed |= pool_init(&tcp->send_marks, "send_marks", limits->recoveries,
			sizeof(struct send_marks), 64, socket);
	failed |= pool_init(&tcp->customs, "customs", limits->customized_connections,
			sizeof(struct custom), 64, socket);
	if (pacing_block_size(&config->tcp) > 0)
		failed |= pool_init(&tcp->pacings, "pacings", limits->paced_connections,
				pacing_block_size(&config->tcp), 64, socket);
	failed |= pool_init(&tcp->listeners_pool, "listeners", limits->listeners,
			sizeof(struct listener), 64, socket);
	return failed != 0 ? -ENOMEM : 0;
}

static void
fini_pools(struct tcp *tcp)
{
	pool_fini(&tcp->tcbs);
	works_fini(&tcp->works);
	pool_fini(&tcp->syn_records);
	pool_fini(&tcp->time_waits);
	pool_fini(&tcp->reassemblies);
	pool_fini(&tcp->recoveries);
	pool_fini(&tcp->send_marks);
	pool_fini(&tcp->customs);
	pool_fini(&tcp->pacings);
	pool_fini(&tcp->listeners_pool);
}

int
tcp_init(struct tcp *tcp, const struct estab_stack_config *config, struct flow_table *flows,
		struct estab_stats *stats, const struct siphash_key *secret)
{
	memset(tcp, 0, sizeof(*tcp));
	tcp->config = config->tcp;
	tcp->flows = flows;
	tcp->stats = stats;
	tcp->mbuf_pool = config->mbuf_pool;
	tcp->receive_memory_max = config->limits.receive_memory_bytes;
	tcp->send_memory_max = config->limits.send_memory_bytes;
	tcp->shed = (struct shed){ .receive_max = tcp->receive_memory_max,
		.send_max = tcp->send_memory_max,
		.reserve = config->limits.mbufs_reserved };
	tcp->syn_text_max = config->limits.syn_text_bytes;
	tcp->mtu = config->interface.mtu;
	tcp->rcv_wscale = window_scale_choose(&config->tcp);
	tso_init(tcp, config);
	tcp->predicts = true;
	tcp->blank = (struct tcb){ .tcp = tcp, .rcv_buffer = tcp->config.receive_buffer_bytes };
	init_keys(tcp, config, secret);
	init_lists(tcp);
	if (init_pools(tcp, config) != 0) {
		fini_pools(tcp);
		return -ENOMEM;
	}
	return 0;
}

/*
 * Looks also at TCBs that were given back: the pool leaves all but their first word as it was, but
 * poisons it. (__rte_no_asan is empty where DPDK itself was built without ASan.)
 */
static __attribute__((no_sanitize_address)) bool
is_in_use(const struct tcb *tcb)
{
	return (tcb->flags & TCB_IN_USE) != 0;
}

struct tcb *
tcp_tcb_at(struct tcp *tcp, uint32_t i)
{
	struct tcb *tcb = pool_at(&tcp->tcbs, i);

	return is_in_use(tcb) ? tcb : NULL;
}

/* Call a function for each TCB that is in use. */
static void
for_each_tcb(struct tcp *tcp, void (*visit)(struct tcb *))
{
	uint32_t i;

	for (i = 0; i < tcp->tcbs.n_touched; i++) {
		struct tcb *tcb = tcp_tcb_at(tcp, i);

		if (tcb != NULL)
			visit(tcb);
	}
}

/* Free what a connection holds; its pool goes as a whole. */
static void
free_mbufs(struct tcb *tcb)
{
	text_queue_clear(&tcb->work->send);
	text_queue_clear(&tcb->work->receive);
	if (tcb->work->reassembly != NULL)
		reassembly_destroy(tcb);
}

void
tcp_fini(struct tcp *tcp)
{
	syn_records_forget(tcp, NULL);
	for_each_tcb(tcp, free_mbufs);
	fini_pools(tcp);
}

void
tcp_set_now(struct tcp *tcp, uint64_t now_ns)
{
	if (now_ns <= tcp->now_ns)
		return;
	tcp->now_ns = now_ns;
	tcp->now_tick = now_ns / TCP_TICK_NS;
	tcp->now_us = (uint32_t)(now_ns / 1000);
	tcp->now_ms = (uint32_t)(now_ns / 1000000);
	tcp->now_s = (uint32_t)(now_ns / 1000000000);
}

void
tcp_drain(struct tcp *tcp)
{
	if (tcp->draining)
		return;
	tcp->draining = true;
	syn_records_forget(tcp, NULL);
	for_each_tcb(tcp, user_drain);
}
