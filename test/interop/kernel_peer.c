/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * kernel_peer serve PORT
 * kernel_peer crr|rr ADDRESS PORT CONNECTIONS SECONDS
 */
#include "kernel_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

volatile sig_atomic_t kernel_peer_over;

static void
on_signal(int signal_number)
{
	(void)signal_number;
	kernel_peer_over = 1;
}

static unsigned int
number(const char *text)
{
	return (unsigned int)strtoul(text, NULL, 10);
}

int
main(int argc, char **argv)
{
	const struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (argc == 3 && strcmp(argv[1], "serve") == 0)
		return kernel_serve((uint16_t)number(argv[2]));
	if (argc == 6 && (strcmp(argv[1], "crr") == 0 || strcmp(argv[1], "rr") == 0))
		return kernel_ask(&(struct kernel_ask){
				.again = strcmp(argv[1], "rr") == 0,
				.address = argv[2],
				.port = (uint16_t)number(argv[3]),
				.connections = number(argv[4]),
				.seconds = number(argv[5]),
		});
	fprintf(stderr,
			"usage: kernel_peer serve PORT\n"
			"       kernel_peer crr|rr ADDRESS PORT CONNECTIONS SECONDS\n");
	return 2;
}
