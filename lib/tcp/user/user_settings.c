/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the user may set for one connection, and the trouble it is told of.
 */
#include <errno.h>

#include <estab/conn.h>

#include "tcp/user/custom.h"
#include "tcp/keepalive.h"
#include "tcp/tcb.h"

#define SECOND_NS UINT64_C(1000000000)
#define DAY_NS    (86400 * SECOND_NS)

enum {
	TOS_ECN_MASK = 3,
	KEEPALIVE_PROBES = 9,      /* as Linux */
	KEEPALIVE_INTERVAL_S = 75, /* as Linux */
	KEEPALIVE_IDLE_S = 7200,   /* MUST-28 */
};

void
estab_conn_set_tos(struct estab_conn *conn, uint8_t tos)
{
	struct tcb *tcb = (struct tcb *)conn;

	tcb->path.tos = (uint8_t)((tos & ~TOS_ECN_MASK) | (tcb->path.tos & TOS_ECN_MASK));
}

uint8_t
estab_conn_received_tos(const struct estab_conn *conn)
{
	return ((const struct tcb *)conn)->rcv_tos;
}

int
estab_conn_set_keepalive(struct estab_conn *conn, const struct estab_keepalive *how)
{
	struct tcb *tcb = (struct tcb *)conn;
	struct custom *custom;

	if (how != NULL && (how->idle_ns > DAY_NS || how->interval_ns > DAY_NS))
		return -EINVAL;
	if (how == NULL && tcb->work->custom == NULL)
		return 0;
	custom = custom_get(tcb);
	if (custom == NULL)
		return -ENOBUFS;
	custom->keepalive_idle_ns = 0;
	custom->keepalive_sent = 0;
	tcb_cancel(tcb, TIMER_KEEPALIVE);
	if (how == NULL)
		return 0;
	custom->keepalive_idle_ns = how->idle_ns != 0 ? how->idle_ns : KEEPALIVE_IDLE_S * SECOND_NS;
	custom->keepalive_interval_ns =
			how->interval_ns != 0 ? how->interval_ns : KEEPALIVE_INTERVAL_S * SECOND_NS;
	custom->keepalive_probes = how->probes != 0 ? how->probes : KEEPALIVE_PROBES;
	custom->heard_ns = tcb->tcp->now_ns;
	keepalive_arm(tcb);
	return 0;
}

int
estab_conn_set_user_timeout(struct estab_conn *conn, uint64_t timeout_ns)
{
	struct tcb *tcb = (struct tcb *)conn;
	struct custom *custom;

	if (timeout_ns > DAY_NS)
		return -EINVAL;
	if (timeout_ns == 0 && tcb->work->custom == NULL)
		return 0;
	custom = custom_get(tcb);
	if (custom == NULL)
		return -ENOBUFS;
	custom->user_timeout_ns = timeout_ns;
	tcb_cancel(tcb, TIMER_USER);
	if (timeout_ns != 0 && tcb_is_alive(tcb) && tcb_flight_size(tcb) > 0)
		tcb_arm(tcb, TIMER_USER, timeout_ns);
	return 0;
}

int
estab_conn_set_retransmissions(struct estab_conn *conn, uint8_t r1, uint8_t r2)
{
	struct tcb *tcb = (struct tcb *)conn;
	struct custom *custom;

	if (r1 > (r2 != 0 ? r2 : tcb->tcp->config.r2_retransmissions))
		return -EINVAL;
	if (r1 == 0 && r2 == 0 && tcb->work->custom == NULL)
		return 0;
	custom = custom_get(tcb);
	if (custom == NULL)
		return -ENOBUFS;
	custom->r1 = r1;
	custom->r2 = r2;
	return 0;
}

int
estab_conn_set_linger(struct estab_conn *conn, uint64_t linger_ns)
{
	struct tcb *tcb = (struct tcb *)conn;
	struct custom *custom;

	if (linger_ns > DAY_NS && linger_ns != UINT64_MAX)
		return -EINVAL;
	if (linger_ns == UINT64_MAX && tcb->work->custom == NULL)
		return 0;
	custom = custom_get(tcb);
	if (custom == NULL)
		return -ENOBUFS;
	custom->linger_ns = linger_ns;
	return 0;
}

int
estab_conn_soft_error(struct estab_conn *conn)
{
	struct tcb *tcb = (struct tcb *)conn;
	const int error = -(int)tcb->soft_error;

	tcb->soft_error = 0;
	return error;
}
