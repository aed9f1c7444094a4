/* SPDX-License-Identifier: BSD-3-Clause */

/* A stranger's smallest program: compiled and linked against an installed copy by installed.sh. */

#include <stdio.h>
#include <string.h>

#include <estab/version.h>

int
main(void)
{
	printf("estab %s\n", estab_version());
	return strcmp(estab_version(), ESTAB_VERSION) == 0 ? 0 : 1;
}
