/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel's TCP at both ends of an echo: a server for estab-bench, and a client that does what
 * estab-bench does, so that the two can stand side by side.
 */
#ifndef TEST_INTEROP_KERNEL_PEER_H
#define TEST_INTEROP_KERNEL_PEER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

enum { MESSAGE = 64 }; /* octets of a request and of a response, as estab-bench has by default */

/* SIGTERM has come. */
extern volatile sig_atomic_t kernel_peer_over;

/* Echo until SIGTERM, then tell how many connections and octets there were. @return exit code */
int kernel_serve(uint16_t port);

struct kernel_ask {
	const char *address;
	uint16_t port;
	bool again; /* rr: on connections that stand; else crr: a connection each */
	unsigned int connections;
	unsigned int seconds;
};

/* A closed loop, and a line with what came of it. @return exit code */
int kernel_ask(const struct kernel_ask *ask);

#endif
