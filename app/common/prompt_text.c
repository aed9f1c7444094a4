/* SPDX-License-Identifier: BSD-3-Clause */
#include "prompt_text.h"

#include <inttypes.h>

#include <rte_common.h>

#include "stats_print.h"

static struct text_teller *
text_teller(struct teller *teller)
{
	return container_of(teller, struct text_teller, teller);
}

static void
text_words(struct teller *teller, const char *words)
{
	fprintf(text_teller(teller)->out, "%s\n", words);
}

static void
text_number(struct teller *teller, const char *name, uint64_t number)
{
	const struct text_teller *to = text_teller(teller);

	if (to->counters)
		stats_print_row(name, number, stats_text(name), to->out);
	else
		fprintf(to->out, "  %-20s %" PRIu64 "\n", name, number);
}

static void
text_string(struct teller *teller, const char *name, const char *string)
{
	fprintf(text_teller(teller)->out, "  %-20s %s\n", name, string);
}

static void
text_list_begin(struct teller *teller, const char *name, bool of_strings)
{
	(void)of_strings;
	fprintf(text_teller(teller)->out, "  %-20s", name);
}

static void
text_list_number(struct teller *teller, uint64_t number)
{
	fprintf(text_teller(teller)->out, " %" PRIu64, number);
}

static void
text_list_string(struct teller *teller, const char *string)
{
	fprintf(text_teller(teller)->out, " %s", string);
}

static void
text_list_end(struct teller *teller)
{
	fputc('\n', text_teller(teller)->out);
}

static const struct teller_way text_way = {
	.words = text_words,
	.number = text_number,
	.string = text_string,
	.list_begin = text_list_begin,
	.list_number = text_list_number,
	.list_string = text_list_string,
	.list_end = text_list_end,
};

void
text_teller_init(struct text_teller *to, FILE *out, bool counters)
{
	*to = (struct text_teller){ .teller.way = &text_way, .out = out, .counters = counters };
}
