/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers as lines of text: a name and its value on each. */
#ifndef APP_COMMON_PROMPT_TEXT_H
#define APP_COMMON_PROMPT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "teller.h"

struct text_teller {
	struct teller teller;
	FILE *out;
	bool counters; /* as the table at the end: what is 0 is left out, the others say what they count */
};

void text_teller_init(struct text_teller *to, FILE *out, bool counters);

#endif
