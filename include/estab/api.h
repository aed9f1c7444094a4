/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * How a function becomes part of the public interface: it is declared between ESTAB_BEGIN_DECLS and
 * ESTAB_END_DECLS, carries ESTAB_API (everything else in the library is hidden), and is listed by
 * name in lib/estab.map.
 */

#ifndef ESTAB_API_H
#define ESTAB_API_H

#define ESTAB_API __attribute__((visibility("default")))

#ifdef __cplusplus
#define ESTAB_BEGIN_DECLS extern "C" {
#define ESTAB_END_DECLS   }
#else
#define ESTAB_BEGIN_DECLS
#define ESTAB_END_DECLS
#endif

#endif /* ESTAB_API_H */
