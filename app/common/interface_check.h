/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether --address and --gateway can work together: one look at all of them before anything is
 * started, since what is wrong here shows later only as silence. The library is the judge.
 */
#ifndef APP_COMMON_INTERFACE_CHECK_H
#define APP_COMMON_INTERFACE_CHECK_H

#include <estab/stack.h>

/* Complain of the first fault. @return -1 to go on, else the exit code */
int interface_check(const struct estab_interface *interface);

#endif
