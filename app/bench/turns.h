/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All parties from one thread, in turn, while no other lcore runs: before the clock starts and after
 * the time is over.
 */
#ifndef APP_BENCH_TURNS_H
#define APP_BENCH_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bench;
struct party;

void turns_take(struct bench *bench);

/* Connections that the party's stack has, those that only close included. */
uint64_t turns_open_in(const struct party *party);

/* Neither a connection nor a packet is on its way. */
bool turns_are_over(const struct bench *bench);

/* Go on until they are over, or --drain-timeout is. New connections may follow. */
void turns_settle(struct bench *bench);

/* Drain all stacks: the last they do. */
void turns_drain(struct bench *bench);

/* Every party's numbers, into the struct party_numbers at offset `where` of struct party. */
void turns_count(struct bench *bench, size_t where);

#endif
