/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether --address and --gateway can work together: one look at all of them before anything is
 * started, since what is wrong here shows later only as silence. Pure functions but for
 * interface_check, which complains.
 */
#ifndef APP_COMMON_INTERFACE_CHECK_H
#define APP_COMMON_INTERFACE_CHECK_H

#include <estab/stack.h>

/* Why the address with this index cannot be ours, to stand after a colon; NULL where it can. */
const char *interface_address_fault(const struct estab_interface *interface, unsigned int index);

/* Why packets cannot go by this gateway, to stand after a colon; NULL where they can. */
const char *interface_gateway_fault(const struct estab_interface *interface,
		const struct estab_address *gateway);

/* Complain of the first fault. @return -1 to go on, else the exit code */
int interface_check(const struct estab_interface *interface);

#endif
