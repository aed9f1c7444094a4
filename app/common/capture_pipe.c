/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "complain.h"

enum {
	LOOK_MS = 100,
	LOOKS = 10, /* in vain, while somebody waits */
	FLAGS = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY,
	MODE = 0666, /* as of fopen */
};

/* Wait until there is room, or no reader any more. @return false: the reader does not go on */
static bool
has_room(const struct capture_pipe *pipe)
{
	struct pollfd to = { .fd = pipe->fd, .events = POLLOUT };
	unsigned int in_vain = 0;

	while (in_vain < LOOKS) {
		if (poll(&to, 1, LOOK_MS) > 0)
			return true;
		in_vain = atomic_load(&pipe->awaited) ? in_vain + 1 : 0;
	}
	return false;
}

/* As stdio wants it: all of it, or there was an error. */
static ssize_t
write_all(void *cookie, const char *bytes, size_t size)
{
	struct capture_pipe *pipe = cookie;
	size_t done = 0;

	while (done < size && pipe->error == 0) {
		const ssize_t n = write(pipe->fd, bytes + done, size - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EAGAIN && errno != EINTR)
			pipe->error = errno;
		else if (errno == EAGAIN && !has_room(pipe))
			pipe->error = EAGAIN;
	}
	if (done < size)
		errno = pipe->error;
	return (ssize_t)done;
}

static int
close_pipe(void *cookie)
{
	const struct capture_pipe *pipe = cookie;

	return close(pipe->fd);
}

static bool
is_pipe(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISFIFO(status.st_mode);
}

/* @return the descriptor, or -1: see errno */
static int
open_path(const char *path, bool waits)
{
	int fd = open(path, FLAGS | O_NONBLOCK, MODE);

	if (fd >= 0 || errno != ENXIO || !waits || !is_pipe(path))
		return fd;
	complain(EXIT_FINE, "--capture %s: waits for somebody to read it", path);
	fd = open(path, FLAGS, MODE);
	if (fd >= 0)
		fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

FILE *
capture_pipe_open(struct capture_pipe *pipe, const char *path, bool waits)
{
	const cookie_io_functions_t functions = { .write = write_all, .close = close_pipe };
	struct stat status;
	FILE *stream;

	pipe->error = 0;
	pipe->fd = open_path(path, waits);
	if (pipe->fd < 0)
		return NULL;
	if (fstat(pipe->fd, &status) == 0 && S_ISREG(status.st_mode))
		stream = fdopen(pipe->fd, "w");
	else
		stream = fopencookie(pipe, "w", functions);
	if (stream == NULL)
		close(pipe->fd);
	return stream;
}
