/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FreeBSD's scripts ask the system's sockstat how many sockets are in a state. The answer is kept
 * in the file that ESTAB_PACKETDRILL_STATES names, one line for each, from the stack's own gauges.
 */
#include <stdio.h>
#include <stdlib.h>

#include "adapter.h"

static void
write_lines(FILE *file, const char *state, uint64_t n)
{
	while (n-- > 0)
		fprintf(file, "packetdril tcp %s\n", state);
}

void
states_write(const struct adapter *adapter)
{
	const char *path = getenv("ESTAB_PACKETDRILL_STATES");
	struct estab_stats stats;
	FILE *file;

	if (path == NULL || (file = fopen(path, "w")) == NULL)
		return;
	estab_stack_stats(adapter->stack, &stats);
	write_lines(file, "SYN_RCVD", stats.connections_half_open);
	write_lines(file, "TIME_WAIT", stats.connections_time_wait);
	fclose(file);
}
