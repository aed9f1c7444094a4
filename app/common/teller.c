/* SPDX-License-Identifier: BSD-3-Clause */
#include "teller.h"

#include <stdarg.h>
#include <stdio.h>

#include <estab/address.h>

void
tell_words(struct teller *teller, const char *format, ...)
{
	char words[TELLER_WORDS_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	teller->way->words(teller, words);
}

void
tell_number(struct teller *teller, const char *name, uint64_t number)
{
	teller->way->number(teller, name, number);
}

void
tell_string(struct teller *teller, const char *name, const char *string)
{
	teller->way->string(teller, name, string);
}

void
tell_endpoint(struct teller *teller, const char *name, const struct estab_endpoint *endpoint)
{
	char text[ESTAB_ADDRESS_TEXT_MAX];

	tell_string(teller, name, estab_endpoint_format(endpoint, text, sizeof(text)));
}

void
tell_numbers(struct teller *teller, const char *name)
{
	teller->way->list_begin(teller, name, false);
}

void
tell_strings(struct teller *teller, const char *name)
{
	teller->way->list_begin(teller, name, true);
}

void
tell_list_number(struct teller *teller, uint64_t number)
{
	teller->way->list_number(teller, number);
}

void
tell_list_string(struct teller *teller, const char *string)
{
	teller->way->list_string(teller, string);
}

void
tell_list_end(struct teller *teller)
{
	teller->way->list_end(teller);
}
