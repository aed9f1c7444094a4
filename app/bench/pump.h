/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text without end through one connection, the same at both of its ends: what is sent comes from a
 * source that copies nothing, what arrives is counted and forgotten.
 */
#ifndef APP_BENCH_PUMP_H
#define APP_BENCH_PUMP_H

#include <stdint.h>

#include "source.h"

struct bench_options;
struct estab_conn;

enum pump_limits {
	PUMP_COPY_MAX = 512, /* an mbuf each would cost more than a copy, in memory most of all */
	PUMP_PERIOD = 256,   /* of the text */
};

/* Where a party's text comes from. */
struct pump {
	struct source source; /* of messages that are not copied */
	uint32_t message_size;
	uint8_t pattern[PUMP_PERIOD + PUMP_COPY_MAX];
};

/* @return 0 or a negative errno */
int pump_init(struct pump *pump, const char *name, const struct bench_options *options);

/* @return mbufs that have not come home */
uint32_t pump_fini(struct pump *pump);

/*
 * Hand over messages until the send buffer is full; an event tells when it has room again.
 *
 * @param sent  counts the bytes
 * @return 0, or -ENOMEM
 */
int pump_send(struct pump *pump, struct estab_conn *conn, uint64_t *sent);

/* Read all there is. @return bytes */
uint32_t pump_receive(struct estab_conn *conn);

#endif
