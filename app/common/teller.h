/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An answer on its way to whoever asked: some words, or names with a value or a list of values each. Who
 * answers does not know whether a socket or a terminal takes it, so both are told the same by the same names.
 */
#ifndef APP_COMMON_TELLER_H
#define APP_COMMON_TELLER_H

#include <stdbool.h>
#include <stdint.h>

struct estab_endpoint;
struct teller;

enum { TELLER_WORDS_MAX = 128 };

struct teller_way {
	void (*words)(struct teller *teller, const char *words); /* in place of all the rest */
	void (*number)(struct teller *teller, const char *name, uint64_t number);
	void (*string)(struct teller *teller, const char *name, const char *string);

	/* Then either numbers or strings, and the end. Lists do not nest. */
	void (*list_begin)(struct teller *teller, const char *name, bool of_strings);
	void (*list_number)(struct teller *teller, uint64_t number);
	void (*list_string)(struct teller *teller, const char *string);
	void (*list_end)(struct teller *teller);
};

/* The first member of whatever knows where the answer goes. */
struct teller {
	const struct teller_way *way;
};

/* Say why there is no answer. */
__attribute__((format(printf, 2, 3))) void tell_words(struct teller *teller, const char *format,
		...);

void tell_number(struct teller *teller, const char *name, uint64_t number);
void tell_string(struct teller *teller, const char *name, const char *string);
void tell_endpoint(struct teller *teller, const char *name, const struct estab_endpoint *endpoint);

void tell_numbers(struct teller *teller, const char *name);
void tell_strings(struct teller *teller, const char *name);
void tell_list_number(struct teller *teller, uint64_t number);
void tell_list_string(struct teller *teller, const char *string);
void tell_list_end(struct teller *teller);

#endif
