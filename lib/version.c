/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The version of the library a program runs with. The public header states the version for people
 * and for #if; the build states it for pkg-config and the shared library's name. They must agree.
 */

#include <assert.h>

#include <estab/version.h>

static_assert(ESTAB_VERSION_MAJOR == BUILD_VERSION_MAJOR, "version.h and meson.build differ");
static_assert(ESTAB_VERSION_MINOR == BUILD_VERSION_MINOR, "version.h and meson.build differ");
static_assert(ESTAB_VERSION_PATCH == BUILD_VERSION_PATCH, "version.h and meson.build differ");

const char *
estab_version(void)
{
	return ESTAB_VERSION;
}
