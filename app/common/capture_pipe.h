/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a capture is written to: a regular file as stdio does it, all else (a named pipe above all) through
 * a stream of its own, which waits for a reader that pauses, but not once somebody waits for the capture's end.
 */
#ifndef APP_COMMON_CAPTURE_PIPE_H
#define APP_COMMON_CAPTURE_PIPE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

struct capture_pipe {
	int fd;
	int error;           /* the first that happened, errno: nothing is written after it */
	atomic_bool awaited; /* somebody waits: a second in which nothing is taken is EAGAIN */
};

/*
 * Create the file, or open what is there. The stream refers to the pipe until it is closed.
 *
 * @param waits  for somebody to read a pipe, and says so; else a pipe that nobody reads is ENXIO
 * @return NULL: see errno
 */
FILE *capture_pipe_open(struct capture_pipe *pipe, const char *path, bool waits);

#endif
