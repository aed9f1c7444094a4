/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The version of estab: the macros are what a program was compiled against, the function is what it
 * runs with. meson.build holds the same numbers, and the build fails when they differ.
 */

#ifndef ESTAB_VERSION_H
#define ESTAB_VERSION_H

#include <estab/api.h>

/** Counts what breaks programs. */
#define ESTAB_VERSION_MAJOR 0
/** Counts what they may use. */
#define ESTAB_VERSION_MINOR 1
/** Counts what was mended. */
#define ESTAB_VERSION_PATCH 0

/** The three numbers as text: "0.1.0". */
#define ESTAB_VERSION "0.1.0"

ESTAB_BEGIN_DECLS

/**
 * The version of the library in use.
 *
 * @return ESTAB_VERSION as it was when the library was built; never NULL.
 */
ESTAB_API const char *estab_version(void);

ESTAB_END_DECLS

#endif /* ESTAB_VERSION_H */
