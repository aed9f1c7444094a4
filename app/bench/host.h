/* SPDX-License-Identifier: BSD-3-Clause */
/* What a result was measured on. */
#ifndef APP_BENCH_HOST_H
#define APP_BENCH_HOST_H

#include <stddef.h>

/* The processor's name, or "unknown", into buf; returns buf. */
char *host_cpu(char *buf, size_t size);

/* The kernel's release into buf; returns buf. */
char *host_kernel(char *buf, size_t size);

#endif
