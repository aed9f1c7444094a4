/* SPDX-License-Identifier: BSD-3-Clause */
/* Values as people read them. Each writes into buf and returns it. */
#ifndef APP_COMMON_FORMAT_H
#define APP_COMMON_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include <rte_ether.h>

enum { FORMAT_MAX = 32 }; /* room for any of these */

/* "1,234,567" */
char *format_count(uint64_t count, char buf[FORMAT_MAX]);

/* Three significant digits: "950", "12.3k", "1.23M", "4.56G". */
char *format_rate(double rate, char buf[FORMAT_MAX]);

/* "52:54:00:12:34:56" */
char *format_mac(const uint8_t mac[6], char buf[FORMAT_MAX]);

#endif
