/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A stranger's smallest program: compiled and linked against an installed copy by installed.sh. It
 * speaks to DPDK itself too, as every user of the library does, and asks pkg-config for estab only.
 */

#include <stdio.h>
#include <string.h>

#include <rte_version.h>

#include <estab/version.h>

int
main(void)
{
	printf("estab %s, %s\n", estab_version(), rte_version());
	return strcmp(estab_version(), ESTAB_VERSION) == 0 ? 0 : 1;
}
