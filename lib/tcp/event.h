/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events leave the tcp room in bursts; the application is told, not called.
 */
#ifndef LIB_TCP_EVENT_H
#define LIB_TCP_EVENT_H

#include <stdint.h>

struct estab_event;
struct tcp;

/* Hand over up to n events, oldest first. */
uint16_t tcp_event_burst(struct tcp *tcp, struct estab_event *events, uint16_t n);

#endif
