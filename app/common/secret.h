/* SPDX-License-Identifier: BSD-3-Clause */
/* The one source of unpredictability of a stack: 16 bytes from the kernel. */
#ifndef APP_COMMON_SECRET_H
#define APP_COMMON_SECRET_H

#include <stddef.h>

/* Fill buf from getrandom(). @return 0, or a negative errno */
int secret_fill(void *buf, size_t size);

#endif
