/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The block that a connection with something special about it has.
 */
#include "tcp/user/custom.h"

#include <rte_common.h>

#include <estab/event.h>

#include "tcp/tcb.h"

struct custom *
custom_get(struct tcb *tcb)
{
	if (!tcb_work(tcb))
		return NULL;
	if (tcb->work->custom == NULL) {
		tcb->work->custom = pool_get(&tcb->tcp->customs);
		if (tcb->work->custom != NULL)
			*tcb->work->custom = (struct custom){ .linger_ns = UINT64_MAX,
				.heard_ns = tcb->tcp->now_ns };
	}
	return tcb->work->custom;
}

void
custom_destroy(struct tcb *tcb)
{
	if (tcb->work->custom == NULL)
		return;
	pool_put(&tcb->tcp->customs, tcb->work->custom);
	tcb->work->custom = NULL;
}

uint8_t
custom_r1(const struct tcb *tcb)
{
	const bool has_own = tcb->work->custom != NULL && tcb->work->custom->r1 != 0;
	const uint8_t r1 = has_own ? tcb->work->custom->r1 : tcb->tcp->config.r1_retransmissions;

	return (uint8_t)RTE_MIN(r1, custom_r2(tcb)); /* never silent because R2 is small */
}

uint8_t
custom_r2(const struct tcb *tcb)
{
	const struct estab_tcp_config *config = &tcb->tcp->config;

	if (tcb->work->custom != NULL && tcb->work->custom->r2 != 0)
		return tcb->work->custom->r2;
	return tcb_is_synchronized(tcb) ? config->r2_retransmissions : config->syn_retransmissions;
}

void
custom_report(struct tcb *tcb, int error)
{
	tcb->soft_error = (uint8_t)-error;
	tcb_tell(tcb, ESTAB_EVENT_TROUBLE);
}
