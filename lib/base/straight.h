/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Short ways are worth what they leave out, calls included: a function marked STRAIGHT has all that it
 * calls, and that the compiler can see, in its own body.
 */
#ifndef ESTAB_BASE_STRAIGHT_H
#define ESTAB_BASE_STRAIGHT_H

#define STRAIGHT __attribute__((flatten))

#endif
