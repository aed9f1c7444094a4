/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a stack has taken of memory, by what it is for. All of it is reserved when the stack is created;
 * pages that are never touched cost nothing where the kernel gives them at first touch. mbufs are
 * not in here: they are the application's (struct estab_stats tells what text pins).
 */
#ifndef ESTAB_MEMORY_H
#define ESTAB_MEMORY_H

#include <stdint.h>

#include <estab/api.h>

ESTAB_BEGIN_DECLS

/** X(name, "what for") */
#define ESTAB_MEMORY_PARTS(X)                                                                      \
	X(stack, "the stack itself, with its timers and bursts")                                   \
	X(flow_table, "from 4-tuples to connections")                                              \
	X(connections, "TCBs")                                                                     \
	X(works, "beside TCBs with something under way")                                           \
	X(syn_records, "half-open connections")                                                    \
	X(time_waits, "TIME-WAIT records")                                                         \
	X(reassemblies, "out-of-order text")                                                       \
	X(recoveries, "losses, and when what was sent")                                            \
	X(customs, "settings of single connections")                                               \
	X(pacings, "pacing, and what BBR keeps")                                                   \
	X(listeners, "listeners")                                                                  \
	X(neighbours, "ARP and ND")

/** Bytes, padding between objects included. */
struct estab_memory_part {
	uint64_t reserved; /**< at creation, up to the limit */
	uint64_t touched;  /**< of these, were ever in use: only grows */
	uint64_t used;     /**< of these, are in use now */
};

/** All of a stack's memory, by the names of ESTAB_MEMORY_PARTS. */
struct estab_memory {
#define ESTAB_MEMORY_FIELD(name, text) struct estab_memory_part name;
	ESTAB_MEMORY_PARTS(ESTAB_MEMORY_FIELD)
#undef ESTAB_MEMORY_FIELD
};

struct estab_stack;

/** Fill in what the stack has taken. Call on the stack's own lcore. */
ESTAB_API void estab_stack_memory(const struct estab_stack *stack, struct estab_memory *memory);

ESTAB_END_DECLS

#endif
