/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the library says of an interface, in terms of the command line.
 */
#include "interface_check.h"

#include <estab/address.h>

#include "complain.h"

int
interface_check(const struct estab_interface *interface)
{
	char text[ESTAB_ADDRESS_TEXT_MAX];
	struct estab_interface_fault fault;

	if (estab_interface_check(interface, &fault) == 0)
		return -1;
	if (fault.address != NULL)
		return complain(EXIT_USAGE, "--address %s/%u: %s",
				estab_address_format(&fault.address->address, text, sizeof(text)),
				fault.address->prefix_length, fault.why);
	if (fault.gateway != NULL)
		return complain(EXIT_USAGE, "--gateway %s: %s",
				estab_address_format(fault.gateway, text, sizeof(text)), fault.why);
	return complain(EXIT_USAGE, "--address: %s", fault.why);
}
