/* SPDX-License-Identifier: BSD-3-Clause */
/* What a result was measured on. */
#ifndef APP_BENCH_HOST_H
#define APP_BENCH_HOST_H

#include <stddef.h>
#include <stdint.h>

/* The processor's name, or "unknown", into buf; returns buf. */
char *host_cpu(char *buf, size_t size);

/* Bytes of this process that are in memory now; 0 where the kernel does not tell. */
uint64_t host_rss(void);

/* The kernel's release into buf; returns buf. */
char *host_kernel(char *buf, size_t size);

#endif
