/* SPDX-License-Identifier: BSD-3-Clause */
/* The one source of unpredictability of a stack: 16 bytes from the kernel, or from a file. */
#ifndef APP_COMMON_SECRET_H
#define APP_COMMON_SECRET_H

#include <stddef.h>
#include <stdint.h>

/* Fill buf from getrandom(). @return 0, or a negative errno */
int secret_fill(void *buf, size_t size);

/*
 * Read a secret from a file that holds nothing else, and that nobody reads but its owner, who is who we are,
 * or root: as ssh wants it of keys.
 *
 * @return -1 to go on, else the exit code; complains, and tells nothing of what the file holds
 */
int secret_read(const char *path, uint8_t *secret, size_t size);

#endif
