/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The habits of the system that a script was written for, as far as they are run-time configuration
 * of the stack.
 */
#ifndef TEST_PACKETDRILL_PROFILES_H
#define TEST_PACKETDRILL_PROFILES_H

#include <stdbool.h>
#include <stdint.h>

#include <estab/stack.h>

#include "order.h"

/* What setsockopt sets without a connection being there, and getsockopt tells back. */
struct socket_options {
	int send_buffer, receive_buffer;
	bool keepalive;
	int keep_idle_s, keep_interval_s, keep_count, keep_init_s;
	int user_timeout_ms;   /* 0: none */
	int connect_timeout_s; /* 0: as many SYNs as configured */
	uint64_t linger_ns;    /* UINT64_MAX: close sees text out */
	uint16_t mss;          /* 0: of the interface */
};

struct profile {
	struct estab_stack_config config;
	struct socket_options values;
	enum option_order order;
	bool any_order;            /* lay options out as the scripts know them */
	bool round_receive_buffer; /* SO_RCVBUF of a connection tells whole segments */
	uint8_t mac[6];
};

/*
 * flags: words with a comma between, "linux" or "freebsd" first, then settings: local=ADDRESS,
 * mtu=N, any_order, and what a script's sysctls say.
 *
 * @return whether they were understood; else stderr says which were not
 */
bool profile_read(struct profile *profile, const char *flags);

#endif
