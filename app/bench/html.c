/* SPDX-License-Identifier: BSD-3-Clause */
#include "html.h"

#include <stdlib.h>

static const char *
entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void
html_text(const char *text, FILE *out)
{
	for (; *text != '\0'; text++) {
		const char *entity = entity_of(*text);

		if (entity != NULL)
			fputs(entity, out);
		else
			fputc(*text, out);
	}
}

/* In JSON these three are found in strings only, where \u says the same. */
void
html_json(const json_t *json, FILE *out)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9));

	for (const char *at = text; at != NULL && *at != '\0'; at++) {
		if (*at == '<' || *at == '>' || *at == '&')
			fprintf(out, "\\u%04x", (unsigned int)*at);
		else
			fputc(*at, out);
	}
	free(text);
}
