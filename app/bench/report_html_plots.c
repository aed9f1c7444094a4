/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which plots there are: one for each row of which the run's seconds have a value. Of more seconds than a plot
 * has room for, several make one point: the mean of rates, the worst of the rest.
 */
#include "report_html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "percentiles.h"

enum { PATH_MAX_LENGTH = 64 };

/* Several seconds in one. */
enum merge {
	MERGE_MEAN,
	MERGE_WORST,
};

/* A line of a plot over time; '*' in the path is the workload's main latency. */
struct line_row {
	const char *name, *path;
};

static const struct plot_row {
	const char *id, *title;
	enum plot_unit unit;
	enum merge merge;
	double y_end;
	bool logarithmic;
	struct line_row lines[PLOT_LINES_MAX];
} plot_rows[] = {
	{ .id = "rate",
			.title = "Rate, per second",
			.unit = PLOT_PER_SECOND,
			.lines = { { "connections", "connections_per_second" },
					{ "transactions", "transactions_per_second" },
					{ "opened", "opened_per_second" },
					{ "closed", "closed_per_second" } } },
	{ .id = "goodput",
			.title = "Goodput, bits per second",
			.unit = PLOT_COUNT,
			.lines = { { "to the server", "goodput_to_server_bps" },
					{ "from the server", "goodput_from_server_bps" } } },
	{ .id = "flood",
			.title = "Flood, packets per second",
			.unit = PLOT_PER_SECOND,
			.lines = { { "sent", "flood_sent_per_second" },
					{ "answered", "flood_answers_per_second" } } },
	{ .id = "latency",
			.title = "Latency, percentiles of each second",
			.unit = PLOT_MICROSECONDS,
			.merge = MERGE_WORST,
			.logarithmic = true,
			.lines = { { "p50", "latency_us.*.p50" }, { "p90", "latency_us.*.p90" },
					{ "p99", "latency_us.*.p99" },
					{ "p99.9", "latency_us.*.p999" },
					{ "max", "latency_us.*.max" } } },
	{ .id = "busy",
			.title = "Busy",
			.unit = PLOT_RATIO,
			.y_end = 1,
			.lines = { { "client", "busy_ratio.client" },
					{ "server", "busy_ratio.server" } } },
	{ .id = "errors",
			.title = "Errors, drops, retransmissions",
			.unit = PLOT_COUNT,
			.merge = MERGE_WORST,
			.y_end = 5,
			.lines = { { "errors", "errors" }, { "drops, client", "client.drops" },
					{ "drops, server", "server.drops" },
					{ "retransmitted, client",
							"client.segments_retransmitted" },
					{ "retransmitted, server",
							"server.segments_retransmitted" } } },
	{ .id = "open",
			.title = "Open connections",
			.unit = PLOT_COUNT,
			.merge = MERGE_WORST,
			.y_end = 5,
			.lines = { { "open", "open" } } },
};

json_t *
report_html_at(json_t *object, const char *path)
{
	while (object != NULL && *path != '\0') {
		const size_t length = strcspn(path, ".");
		char key[PATH_MAX_LENGTH];

		if (length >= sizeof(key))
			return NULL;
		memcpy(key, path, length);
		key[length] = '\0';
		object = json_object_get(object, key);
		path += length + (path[length] == '.');
	}
	return object;
}

/* With the main latency in the place of the '*'. */
static const char *
path_of(const struct line_row *row, uint32_t workload, char path[PATH_MAX_LENGTH])
{
	const char *star = strchr(row->path, '*');
	const enum latency kind = latency_main(workload);

	if (star == NULL)
		return row->path;
	snprintf(path, PATH_MAX_LENGTH, "%.*s%s%s", (int)(star - row->path), row->path,
			kind != LATENCY_COUNT ? latency_name(kind) : "", star + 1);
	return path;
}

/* Of a second in which nothing was counted there is no percentile. */
static double
value_at(json_t *interval, const char *path)
{
	json_t *value = report_html_at(interval, path);
	const double number = json_number_value(value);

	return value == NULL || (strncmp(path, "latency_us.", 11) == 0 && number <= 0) ? NAN
										       : number;
}

/* One point of so many seconds from the first on. */
static struct plot_point
merge_seconds(json_t *intervals, size_t first, size_t count, const char *path, enum merge merge)
{
	struct plot_point point = { 0, NAN };
	double sum = 0;
	unsigned int there = 0;

	for (size_t i = first; i < RTE_MIN(first + count, json_array_size(intervals)); i++) {
		json_t *interval = json_array_get(intervals, i);
		const double value = value_at(interval, path);

		point.x = json_number_value(json_object_get(interval, "second"));
		if (isnan(value))
			continue;
		there++;
		sum += value;
		point.y = isnan(point.y) ? value : RTE_MAX(point.y, value);
	}
	if (merge == MERGE_MEAN && there > 0)
		point.y = sum / there;
	return point;
}

static size_t
seconds_per_point(json_t *intervals)
{
	return (json_array_size(intervals) + PLOT_POINTS_MAX - 1) / PLOT_POINTS_MAX;
}

static void
add_line(struct plot *plot, json_t *intervals, const char *name, const char *path, enum merge merge)
{
	struct plot_line *line = &plot->lines[plot->line_count++];
	const size_t each = seconds_per_point(intervals);

	line->name = name;
	line->count = 0;
	for (size_t i = 0; i < json_array_size(intervals); i += each)
		line->points[line->count++] = merge_seconds(intervals, i, each, path, merge);
}

static bool
is_all_zero(const struct plot *plot)
{
	for (unsigned int i = 0; i < plot->line_count; i++) {
		for (unsigned int k = 0; k < plot->lines[i].count; k++) {
			if (plot->lines[i].points[k].y != 0)
				return false;
		}
	}
	return true;
}

static const char *
note_of(const struct plot *plot, json_t *intervals, enum merge merge, char note[PATH_MAX_LENGTH])
{
	const size_t each = seconds_per_point(intervals);

	if (is_all_zero(plot))
		return "none at all";
	if (each <= 1)
		return NULL;
	snprintf(note, PATH_MAX_LENGTH, "each point: the %s of %zu seconds",
			merge == MERGE_MEAN ? "mean" : "worst", each);
	return note;
}

static void
write_row(struct plot *plot, const struct plot_row *row, const struct result *result, FILE *out)
{
	json_t *intervals = json_object_get(result->root, "intervals");
	char path[PATH_MAX_LENGTH], note[PATH_MAX_LENGTH];

	plot->id = row->id;
	plot->title = row->title;
	plot->x_unit = PLOT_SECONDS;
	plot->y_unit = row->unit;
	plot->x_logarithmic = false;
	plot->y_logarithmic = row->logarithmic;
	plot->y_end = row->y_end;
	plot->line_count = 0;
	for (unsigned int i = 0; i < PLOT_LINES_MAX && row->lines[i].path != NULL; i++) {
		const char *at = path_of(&row->lines[i], result->workload, path);

		if (report_html_at(json_array_get(intervals, 0), at) != NULL)
			add_line(plot, intervals, row->lines[i].name, at, row->merge);
	}
	plot->note = note_of(plot, intervals, row->merge, note);
	if (plot_has_points(plot))
		plot_write(plot, out);
}

/* x is 1 / (1 - share), so that 90, 99 and 99.9 % are as far from one another. The last has no place there. */
static void
add_curve(struct plot *plot, enum latency kind, const struct histogram *histogram)
{
	struct plot_line *line = &plot->lines[plot->line_count++];
	struct percentile_walk walk;
	struct percentile at;

	line->name = latency_name(kind);
	line->count = 0;
	percentile_walk_begin(&walk, histogram);
	while (line->count < PLOT_POINTS_MAX && percentile_walk_next(&walk, &at) && at.share < 1)
		line->points[line->count++] =
				(struct plot_point){ 1 / (1 - at.share), (double)at.value / 1000 };
}

static void
write_curves(struct plot *plot, const struct result *result, FILE *out)
{
	*plot = (struct plot){ .id = "percentiles",
		.title = "Latency by percentile, of the whole run",
		.x_unit = PLOT_SHARE,
		.y_unit = PLOT_MICROSECONDS,
		.x_logarithmic = true,
		.y_logarithmic = true };
	for (unsigned int i = 0; i < LATENCY_COUNT; i++) {
		if (latency_is_of(i, result->workload))
			add_curve(plot, i, result->latencies[i]);
	}
	if (plot_has_points(plot))
		plot_write(plot, out);
}

void
report_html_plots(const struct result *result, FILE *out)
{
	struct plot *plot = calloc(1, sizeof(*plot));

	if (plot == NULL)
		return;
	fputs("<section class=\"plots\">\n", out);
	for (size_t i = 0; i < RTE_DIM(plot_rows); i++)
		write_row(plot, &plot_rows[i], result, out);
	write_curves(plot, result, out);
	fputs("</section>\n", out);
	free(plot);
	if (json_array_size(json_object_get(result->root, "intervals")) == 0)
		fputs("<p class=\"soft\">The run was shorter than a second: there is nothing to show over time.</p>\n",
				out);
}
