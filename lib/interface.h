/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether the addresses and gateways of an interface can be, each alone and beside the others.
 */
#ifndef LIB_INTERFACE_H
#define LIB_INTERFACE_H

struct estab_interface;

/* The first fault as a static sentence that names the field; NULL: there is none. */
const char *interface_fault(const struct estab_interface *interface);

#endif
