/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DPDK's own way to see packets: dpdk-dumpcap, a second process, asks this one for copies and takes them out of
 * memory that both share. So it needs hugepages, and files that tell of them: neither --no-huge nor --in-memory
 * nor --no-shconf. capture.h needs none of that. Until somebody asks, no packet is looked at.
 */
#ifndef APP_COMMON_PDUMP_H
#define APP_COMMON_PDUMP_H

#include <stdio.h>

struct command_line;

/* EAL runs: answer to dpdk-dumpcap from now on, where it could share this memory. Without that all else goes on. */
void pdump_begin(const struct command_line *line);

/* Before EAL ends. */
void pdump_end(void);

/* NULL where dpdk-dumpcap can capture here, or why not: static words. */
const char *pdump_why_not(void);

/* A line, where it can. */
void pdump_print(FILE *out);

#endif
