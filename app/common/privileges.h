/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starting as root, which devices want, and going on as somebody else. The rights go in two steps: before EAL
 * starts any thread what no thread shall ever have; when devices and stacks are there, all that is left.
 */
#ifndef APP_COMMON_PRIVILEGES_H
#define APP_COMMON_PRIVILEGES_H

#include <stdio.h>
#include <sys/types.h>

#include "options.h"

/* Of the command line. */
struct user_options {
	const char *name; /* as given; NULL: stay who we are */
	uid_t uid;
	gid_t gid;
};

extern const struct option_row user_option_rows[];
extern const unsigned int user_option_count;

/*
 * While there is one thread: nothing that is run later brings rights with it, and no capability can be had anew.
 *
 * @return -1 to go on, else the exit code; complains
 */
int privileges_prepare(const struct user_options *user);

/*
 * Become that user in all threads, of one group only, without a capability. EAL's folder stays root's, who
 * will trust it the next time: what is in it then stays until then.
 *
 * @return -1 to go on, else the exit code; complains
 */
int privileges_drop(const struct user_options *user);

/* "user: nobody (65534:65534), no capabilities, no new privileges"; nothing where none was asked for. */
void privileges_print(const struct user_options *user, FILE *out);

#endif
