/* SPDX-License-Identifier: BSD-3-Clause */
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "complain.h"

#define OPTION "--secret-file"

enum { EVERYBODY_ELSE = S_IRWXG | S_IRWXO };

int
secret_fill(void *buf, size_t size)
{
	const ssize_t got = getrandom(buf, size, 0);

	if (got < 0)
		return -errno;
	return (size_t)got == size ? 0 : -EIO;
}

/* Of the file that is open, whatever its name leads to by now. */
static int
check_file(const char *path, int fd, size_t size)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return complain(EXIT_ENVIRONMENT, OPTION " %s: %s", path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return complain(EXIT_USAGE, OPTION " %s: not a file", path);
	if (status.st_uid != geteuid() && status.st_uid != 0)
		return complain(EXIT_USAGE,
				OPTION " %s: belongs to user %u: chown it to root, or to user %u",
				path, status.st_uid, geteuid());
	if ((status.st_mode & EVERYBODY_ELSE) != 0)
		return complain(EXIT_USAGE,
				OPTION " %s: others than its owner have access (mode %04o): chmod "
				       "600",
				path, status.st_mode & 07777);
	if ((size_t)status.st_size != size)
		return complain(EXIT_USAGE,
				OPTION " %s: %lld bytes, not %zu: make it by head -c %zu "
				       "/dev/urandom",
				path, (long long)status.st_size, size, size);
	return -1;
}

int
secret_read(const char *path, uint8_t *secret, size_t size)
{
	/* A pipe without a writer is not waited for. */
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int ret;

	if (fd < 0)
		return complain(EXIT_USAGE, OPTION " %s: %s", path, strerror(errno));
	ret = check_file(path, fd, size);
	if (ret < 0 && read(fd, secret, size) != (ssize_t)size)
		ret = complain(EXIT_ENVIRONMENT, OPTION " %s: could not be read", path);
	close(fd);
	return ret;
}
