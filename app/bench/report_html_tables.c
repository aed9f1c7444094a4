/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of the page that are numbers below one another. */
#include "report_html.h"

#include <math.h>
#include <string.h>

#include <rte_common.h>

#include "format.h"
#include "html.h"

static void
write_value(json_t *value, FILE *out)
{
	char text[FORMAT_MAX];

	if (json_is_integer(value))
		fputs(format_count((uint64_t)json_integer_value(value), text), out);
	else if (json_is_real(value))
		fprintf(out, "%.4g", json_real_value(value));
	else if (json_is_string(value))
		html_text(json_string_value(value), out);
}

/* A number that is no count: its digits. */
static void
write_plain(json_t *value, FILE *out)
{
	if (json_is_integer(value))
		fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else
		write_value(value, out);
}

static void
write_cell(json_t *value, FILE *out)
{
	fputs("<td>", out);
	write_value(value, out);
	fputs("</td>", out);
}

static void
write_head(const char *const *names, unsigned int count, FILE *out)
{
	fputs("<div class=\"wide\"><table>\n<thead><tr>", out);
	for (unsigned int i = 0; i < count; i++)
		fprintf(out, "<th scope=\"col\">%s</th>", names[i]);
	fputs("</tr></thead>\n<tbody>\n", out);
}

static void
write_foot(FILE *out)
{
	fputs("</tbody></table></div>\n", out);
}

/* A row for each member: its name and its value. */
static void
write_pairs(json_t *object, FILE *out)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		if (json_is_object(value) || json_is_array(value))
			continue;
		fputs("<tr><td>", out);
		html_text(key, out);
		fputs("</td>", out);
		write_cell(value, out);
		fputs("</tr>\n", out);
	}
}

static void
write_latency(const char *name, json_t *latency, FILE *out)
{
	char text[PLOT_TEXT_MAX];

	fputs("<tr><td>", out);
	html_text(name, out);
	fputs("</td>", out);
	write_cell(json_object_get(latency, "count"), out);
	for (unsigned int i = 0; i <= HISTOGRAM_SHARES; i++) {
		const char *key = i < HISTOGRAM_SHARES ? histogram_shares[i].key : "max";

		fprintf(out, "<td>%s</td>",
				plot_text(PLOT_MICROSECONDS,
						json_number_value(json_object_get(latency, key)),
						text));
	}
	fputs("</tr>\n", out);
}

static void
write_latencies(json_t *summary, FILE *out)
{
	const char *names[HISTOGRAM_SHARES + 3] = { "latency", "count" };
	json_t *latencies = json_object_get(summary, "latency_us"), *latency;
	const char *name;

	if (json_object_size(latencies) == 0)
		return;
	for (unsigned int i = 0; i < HISTOGRAM_SHARES; i++)
		names[i + 2] = histogram_shares[i].text;
	names[HISTOGRAM_SHARES + 2] = "max";
	fputs("<h2>Latencies</h2>\n", out);
	write_head(names, RTE_DIM(names), out);
	json_object_foreach(latencies, name, latency) {
		write_latency(name, latency, out);
	}
	write_foot(out);
}

/* What went wrong, or had to wait, by name. */
static void
write_trouble(json_t *summary, FILE *out)
{
	static const char *const kinds[] = { "errors", "retries", "drops" };

	fputs("<h2>Errors, retries, drops</h2>\n", out);
	for (size_t i = 0; i < RTE_DIM(kinds); i++) {
		json_t *object = json_object_get(summary, kinds[i]);
		const char *const names[] = { kinds[i], "count" };

		if (json_object_size(object) == 0) {
			fprintf(out, "<p>No %s.</p>\n", kinds[i]);
			continue;
		}
		write_head(names, RTE_DIM(names), out);
		write_pairs(object, out);
		write_foot(out);
	}
}

static void
write_lcores(json_t *summary, FILE *out)
{
	static const char *const columns[] = { "lcore", "end", "connections", "busy_ratio",
		"rx_packets", "tx_packets", "segments_retransmitted" };
	json_t *lcores = json_object_get(summary, "lcores"), *lcore;
	size_t index;

	if (json_array_size(lcores) == 0)
		return;
	fputs("<h2>Lcores</h2>\n", out);
	write_head(columns, RTE_DIM(columns), out);
	json_array_foreach(lcores, index, lcore) {
		fputs("<tr>", out);
		for (size_t i = 0; i < RTE_DIM(columns); i++)
			write_cell(json_object_get(lcore, columns[i]), out);
		fputs("</tr>\n", out);
	}
	write_foot(out);
}

static void
write_counters(json_t *summary, FILE *out)
{
	static const char *const names[] = { "counter", "value" };
	json_t *stack;
	const char *end;

	fputs("<h2>Counters</h2>\n", out);
	json_object_foreach(json_object_get(summary, "stacks"), end, stack) {
		fputs("<details><summary>All counters of the ", out);
		html_text(end, out);
		fputs("&#39;s stacks</summary>\n", out);
		write_head(names, RTE_DIM(names), out);
		write_pairs(stack, out);
		write_foot(out);
		fputs("</details>\n", out);
	}
}

static void
write_port(json_t *port, FILE *out)
{
	fputs("<tr><td>port</td><td class=\"text\">", out);
	html_text(json_string_value(json_object_get(port, "driver")), out);
	fputs(", RSS ", out);
	html_text(json_string_value(json_object_get(port, "rss")), out);
	fputs(", mode ", out);
	html_text(json_string_value(json_object_get(port, "mode")), out);
	fputs(", queues ", out);
	write_value(json_object_get(port, "rx_queues"), out);
	fputs("</td></tr>\n", out);
}

/* What it was run on. */
static void
write_circumstances(json_t *root, FILE *out)
{
	static const char *const paths[] = { "date", "estab", "dpdk", "host.cpu", "host.kernel",
		"host.tsc_hz", "seed" };
	json_t *port;
	size_t index;

	fputs("<h2>Run on</h2>\n<div class=\"wide\"><table><tbody>\n", out);
	for (size_t i = 0; i < RTE_DIM(paths); i++) {
		const char *dot = strchr(paths[i], '.');

		fprintf(out, "<tr><td>%s</td><td class=\"text\">",
				dot != NULL ? dot + 1 : paths[i]);
		write_plain(report_html_at(root, paths[i]), out);
		fputs("</td></tr>\n", out);
	}
	json_array_foreach(json_object_get(root, "ports"), index, port) {
		write_port(port, out);
	}
	write_foot(out);
}

/* One text, or those of an option that was given several times. */
static void
write_option(const char *name, json_t *texts, FILE *out)
{
	json_t *text;
	size_t index;

	fputs("<tr><td>", out);
	html_text(name, out);
	fputs("</td><td class=\"text\">", out);
	write_value(texts, out);
	json_array_foreach(texts, index, text) {
		fputs(index > 0 ? ", " : "", out);
		write_value(text, out);
	}
	fputs("</td></tr>\n", out);
}

/* Every option in force that was given, in a file or on the command line, which shows only its own. */
static void
write_config(json_t *root, FILE *out)
{
	json_t *section, *texts;
	const char *title, *name;

	fputs("<h2>Options</h2>\n<div class=\"wide\"><table><tbody>\n", out);
	json_object_foreach(json_object_get(root, "config"), title, section) {
		json_object_foreach(section, name, texts) {
			write_option(name, texts, out);
		}
	}
	write_foot(out);
}

void
report_html_tables(const struct result *result, FILE *out)
{
	json_t *summary = json_object_get(result->root, "summary");

	write_latencies(summary, out);
	write_trouble(summary, out);
	write_lcores(summary, out);
	write_circumstances(result->root, out);
	write_config(result->root, out);
	write_counters(summary, out);
}
