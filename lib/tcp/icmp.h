/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMP errors as connections take them (RFC 9293 3.9.2.2, RFC 5927).
 */
#ifndef LIB_TCP_ICMP_H
#define LIB_TCP_ICMP_H

#include "burst.h"

struct tcp;

/* Judge every error of errors[] and count its fate. */
void tcp_icmp_errors_arrive(struct tcp *tcp, struct burst *burst);

#endif
