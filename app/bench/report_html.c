/* SPDX-License-Identifier: BSD-3-Clause */
/* The page as a whole, and the figures that it begins with. */
#include "report_html.h"

#include <math.h>
#include <string.h>

#include <rte_common.h>

#include "format.h"
#include "html.h"

/* A figure of the summary that is worth large letters; where it is not there, neither is the tile. */
static const struct tile_row {
	const char *text, *path;
	enum plot_unit unit;
} tile_rows[] = {
	{ "connections per second", "connections_per_second", PLOT_PER_SECOND },
	{ "transactions per second", "transactions_per_second", PLOT_PER_SECOND },
	{ "goodput to the server", "goodput_to_server_bps", PLOT_BITS },
	{ "goodput from the server", "goodput_from_server_bps", PLOT_BITS },
	{ "flood packets per second", "flood.sent_per_second", PLOT_PER_SECOND },
	{ "answers to the flood per second", "flood.answers_per_second", PLOT_PER_SECOND },
	{ "of the connections beside it came about", "legitimate.success_ratio", PLOT_RATIO },
	{ "bytes per connection", "bytes_per_connection", PLOT_COUNT },
	{ "opened per second", "opened_per_second", PLOT_PER_SECOND },
	{ "closed per second", "closed_per_second", PLOT_PER_SECOND },
	{ "packets per connection", "packets_per_connection", PLOT_COUNT },
	{ "client busy", "busy_ratio.client", PLOT_RATIO },
	{ "server busy", "busy_ratio.server", PLOT_RATIO },
	{ "segments retransmitted", "segments_retransmitted", PLOT_COUNT },
};

static void
write_tile(const char *text, const char *value, bool bad, FILE *out)
{
	fprintf(out, "<li>%s <strong%s>%s</strong></li>\n", text, bad ? " class=\"bad\"" : "",
			value);
}

/* "1,234" where there is room for it. */
static const char *
tile_text(enum plot_unit unit, double value, char buf[PLOT_TEXT_MAX])
{
	if (unit == PLOT_PER_SECOND && value >= 100)
		return format_count((uint64_t)value, buf);
	return plot_text(unit, value, buf);
}

static void
write_latency_tiles(const struct result *result, json_t *summary, FILE *out)
{
	static const char *const keys[][2] = { { "p50", "p50" }, { "p99", "p99" },
		{ "p99.99", "p9999" } };
	const enum latency kind = latency_main(result->workload);
	json_t *latency;

	if (kind == LATENCY_COUNT)
		return;
	latency = json_object_get(json_object_get(summary, "latency_us"), latency_name(kind));
	for (size_t i = 0; i < RTE_DIM(keys); i++) {
		char text[PLOT_TEXT_MAX], value[PLOT_TEXT_MAX];

		snprintf(text, sizeof(text), "%s, %s", latency_name(kind), keys[i][0]);
		plot_text(PLOT_MICROSECONDS,
				json_number_value(json_object_get(latency, keys[i][1])), value);
		write_tile(text, value, false, out);
	}
}

static uint64_t
error_sum(json_t *summary)
{
	uint64_t sum = 0;
	const char *name;
	json_t *count;

	json_object_foreach(json_object_get(summary, "errors"), name, count) {
		sum += (uint64_t)json_integer_value(count);
	}
	return sum;
}

/* What should be 0. */
static void
write_trouble_tiles(json_t *summary, FILE *out)
{
	const json_t *overdue = json_object_get(summary, "overdue");
	const uint64_t errors = error_sum(summary), late = (uint64_t)json_integer_value(overdue);
	char text[FORMAT_MAX];

	write_tile("errors", format_count(errors, text), errors > 0, out);
	if (overdue != NULL)
		write_tile("of the plan not kept", format_count(late, text), late > 0, out);
}

static void
write_tiles(const struct result *result, FILE *out)
{
	json_t *summary = json_object_get(result->root, "summary");

	fputs("<ul class=\"tiles\">\n", out);
	for (size_t i = 0; i < RTE_DIM(tile_rows); i++) {
		json_t *value = report_html_at(summary, tile_rows[i].path);
		char text[PLOT_TEXT_MAX];

		if (value != NULL)
			write_tile(tile_rows[i].text,
					tile_text(tile_rows[i].unit, json_number_value(value),
							text),
					false, out);
	}
	write_latency_tiles(result, summary, out);
	write_trouble_tiles(summary, out);
	fputs("</ul>\n", out);
}

/* As it was typed, but for quotes. */
static void
write_command(json_t *root, FILE *out)
{
	json_t *word;
	size_t index;

	fputs("<pre><code>", out);
	json_array_foreach(json_object_get(root, "args"), index, word) {
		fputs(index > 0 ? " <span>" : "<span>", out);
		html_text(json_string_value(word), out);
		fputs("</span>", out);
	}
	fputs("</code></pre>\n", out);
}

static void
write_title(const struct result *result, FILE *out)
{
	static const char *const paths[] = { "estab", "dpdk", "host.cpu", "date" };
	const char *workload = json_string_value(json_object_get(result->root, "workload"));

	fputs("<h1>estab-bench: ", out);
	html_text(workload, out);
	fprintf(out, "</h1>\n<p class=\"soft\">%.4g seconds, estab ",
			json_number_value(report_html_at(result->root, "summary.seconds")));
	for (size_t i = 0; i < RTE_DIM(paths); i++) {
		const char *text = json_string_value(report_html_at(result->root, paths[i]));

		if (i > 0)
			fputs(", ", out);
		html_text(text != NULL ? text : "", out);
	}
	fputs("</p>\n", out);
}

void
report_html(const struct result *result, FILE *out)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	      "<title>estab-bench: ",
			out);
	html_text(json_string_value(json_object_get(result->root, "workload")), out);
	fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", report_html_style);
	write_title(result, out);
	write_command(result->root, out);
	write_tiles(result, out);
	report_html_steps(result, out);
	report_html_plots(result, out);
	report_html_tables(result, out);
	fputs("</main>\n<script type=\"application/json\" id=\"result\">", out);
	html_json(result->root, out);
	fputs("</script>\n</body>\n</html>\n", out);
}
