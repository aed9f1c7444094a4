/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An error is believed only when it quotes a segment that is in flight on a live connection (RFC
 * 5927 4.1). Then a soft error is reported and ends nothing (MUST-56); a hard one ends an attempt to
 * connect, and is no more than a report to a synchronized connection (RFC 5927 5.2: a peer that
 * has answered is there); a "packet too big" only ever lowers the segment size.
 */
#include "tcp/icmp.h"

#include "tcp/user/custom.h"
#include "tcp/path_mtu.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

static struct tcb *
find_tcb(struct tcp *tcp, const struct path *path)
{
	const uintptr_t flow = flow_find(tcp->flows, path, flow_hash(tcp->flows, path));

	return flow_kind(flow) == FLOW_TCB ? flow_target(flow) : NULL;
}

static void
take_error(struct tcb *tcb, const struct icmp_error *error)
{
	tcb->tcp->stats->icmp_errors_taken++;
	if (error->kind == ICMP_ERROR_TOO_BIG) {
		path_mtu_lower(tcb, error->mtu);
	} else if (error->kind == ICMP_ERROR_HARD && !tcb_is_synchronized(tcb)) {
		tcb->tcp->stats->connections_failed++;
		tcb_close(tcb, error->error); /* SHLD-26 */
	} else {
		custom_report(tcb, error->error); /* SHLD-25 */
	}
}

static unsigned int
judge(struct tcp *tcp, const struct icmp_error *error)
{
	struct tcb *tcb = find_tcb(tcp, &error->path);

	if (tcb == NULL)
		return ESTAB_DROP_ICMP_NO_CONNECTION;
	if (!seq_in_window(error->seq, tcb->snd_una, tcb_flight_size(tcb)))
		return ESTAB_DROP_ICMP_OUT_OF_WINDOW;
	take_error(tcb, error);
	return FATE_DELIVERED;
}

void
tcp_icmp_errors_arrive(struct tcp *tcp, struct burst *burst)
{
	uint16_t i;

	for (i = 0; i < burst->error_count; i++)
		stats_count_fate(tcp->stats, judge(tcp, &burst->errors[i]));
	burst->error_count = 0;
}
