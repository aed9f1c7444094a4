/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What only few connections need, in a block of its own so that the others do not carry it: settings
 * that differ from the configuration, urgent data of ours. Only user calls take a block: no peer can
 * use them up.
 */
#ifndef LIB_TCP_USER_CUSTOM_H
#define LIB_TCP_USER_CUSTOM_H

#include <stdbool.h>
#include <stdint.h>

struct tcb;

struct custom {
	uint64_t keepalive_idle_ns; /* 0: keep-alive is off */
	uint64_t keepalive_interval_ns;
	uint64_t user_timeout_ns; /* 0: none */
	uint64_t linger_ns;       /* UINT64_MAX: no limit of its own */
	uint64_t heard_ns;        /* when the last acceptable segment came; kept for keep-alive */
	uint32_t snd_up;          /* SND.UP: after the last urgent octet of ours */
	uint8_t keepalive_probes;
	uint8_t keepalive_sent; /* without an answer so far */
	uint8_t r1, r2;         /* 0: as configured */
	bool urgent_to_send;
};

/* The connection's block, taken from the pool the first time; NULL when the pool is empty. */
struct custom *custom_get(struct tcb *tcb);

/* Give the block back. */
void custom_destroy(struct tcb *tcb);

/* R1 and R2 of this connection, by its state. */
uint8_t custom_r1(const struct tcb *tcb);
uint8_t custom_r2(const struct tcb *tcb);

/* Report trouble that does not end the connection (MUST-47). */
void custom_report(struct tcb *tcb, int error);

#endif
