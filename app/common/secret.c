/* SPDX-License-Identifier: BSD-3-Clause */
#include "secret.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/types.h>

int
secret_fill(void *buf, size_t size)
{
	const ssize_t got = getrandom(buf, size, 0);

	if (got < 0)
		return -errno;
	return (size_t)got == size ? 0 : -EIO;
}
