/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.10.1 OPEN where it needs to know our addresses: passive (listen) and active (connect).
 */
#include <errno.h>
#include <string.h>

#include <rte_byteorder.h>

#include <estab/conn.h>
#include <estab/listen.h>

#include "stack.h"
#include "tcp/open/listener.h"
#include "tcp/user/user.h"

/* An MSS that the user may ask for: with less, options would leave no room for text. */
static bool
is_possible_mss(uint16_t mss)
{
	return mss == 0 || mss >= TCP_MSS_MIN;
}

static bool
is_zero(const union ip_address *ip)
{
	return (ip->halves[0] | ip->halves[1]) == 0;
}

static bool
is_family(uint8_t family)
{
	return family == ESTAB_FAMILY_ANY || family == ESTAB_FAMILY_IPV4 ||
			family == ESTAB_FAMILY_IPV6;
}

int
estab_listen(struct estab_stack *stack, const struct estab_listen_config *config,
		struct estab_listener **handle)
{
	struct listener_link link = {
		.family = config->local.address.family,
		.port = rte_cpu_to_be_16(config->local.port),
	};
	struct listener *listener;
	int error;

	if (config->local.port == 0 || !is_possible_mss(config->mss) || !is_family(link.family))
		return -EINVAL;
	path_address_import(&config->local.address, &link.local);
	if (!is_zero(&link.local) && !net_is_local(&stack->net, &link.local, link.family))
		return -EADDRNOTAVAIL;
	listener = listener_create(&stack->tcp, &link, config, &error);
	if (listener == NULL)
		return error;
	*handle = (struct estab_listener *)listener;
	return 0;
}

/* Our end: as asked for, or chosen towards the remote (MUST-43, MUST-44, MUST-45). */
static int
choose_local(const struct estab_stack *stack, const struct estab_address *asked, struct path *path)
{
	if (asked->family == ESTAB_FAMILY_ANY)
		return net_source_address(&stack->net, &path->remote, path->family, &path->local);
	path_address_import(asked, &path->local);
	if (asked->family != path->family || !net_is_local(&stack->net, &path->local, path->family))
		return -EADDRNOTAVAIL;
	return 0;
}

int
estab_connect(struct estab_stack *stack, const struct estab_connect_config *config,
		struct estab_conn **conn)
{
	struct path path = {
		.family = config->remote.address.family,
		.remote_port = rte_cpu_to_be_16(config->remote.port),
		.local_port = rte_cpu_to_be_16(config->local.port),
		.hop_limit = stack->tcp.config.hop_limit,
	};
	struct tcb *tcb;
	int error;

	if (stack->tcp.draining)
		return -ESHUTDOWN;
	if (config->remote.port == 0 || path.family == ESTAB_FAMILY_ANY ||
			!is_possible_mss(config->mss))
		return -EINVAL;
	path_address_import(&config->remote.address, &path.remote);
	if (net_is_unusable_peer(&stack->net, &path.remote, path.family))
		return -EINVAL;
	error = choose_local(stack, &config->local.address, &path);
	if (error != 0)
		return error;
	if (!net_has_route(&stack->net, &path.remote, path.family))
		return -ENETUNREACH;
	tcb = user_open_active(&stack->tcp, &path, config, &error);
	if (tcb == NULL)
		return error;
	*conn = (struct estab_conn *)tcb;
	return 0;
}
