/* SPDX-License-Identifier: BSD-3-Clause */
/* A ramp or a search in the page: what was made of each planned rate, how long it took, and every step. */
#include "report_html.h"

#include <math.h>
#include <stdlib.h>

#include <rte_common.h>

#include "format.h"

/* Over the planned rate; a search does not try rates in their order. */
static int
compare(const void *a, const void *b)
{
	const double left = ((const struct plot_point *)a)->x,
		     right = ((const struct plot_point *)b)->x;

	return (left > right) - (left < right);
}

static double
number_at(json_t *step, const char *path)
{
	return json_number_value(report_html_at(step, path));
}

static void
add_line(struct plot *plot, json_t *steps, const char *name, const char *path)
{
	struct plot_line *line = &plot->lines[plot->line_count++];
	json_t *step;
	size_t index;

	line->name = name;
	line->count = 0;
	json_array_foreach(steps, index, step) {
		if (line->count < PLOT_POINTS_MAX)
			line->points[line->count++] = (struct plot_point){ number_at(step, "rate"),
				number_at(step, path) };
	}
	qsort(line->points, line->count, sizeof(line->points[0]), compare);
}

static void
write_rates(struct plot *plot, json_t *steps, FILE *out)
{
	*plot = (struct plot){ .id = "steps",
		.title = "Connections per second, over those planned",
		.x_unit = PLOT_PER_SECOND,
		.y_unit = PLOT_PER_SECOND };
	add_line(plot, steps, "made", "connections_per_second");
	add_line(plot, steps, "lost in all", "lost");
	plot_write(plot, out);
}

static void
write_latencies(struct plot *plot, json_t *steps, FILE *out)
{
	*plot = (struct plot){ .id = "step-latency",
		.title = "Latency, over the planned rate",
		.x_unit = PLOT_PER_SECOND,
		.y_unit = PLOT_MICROSECONDS,
		.y_logarithmic = true };
	add_line(plot, steps, "p50", "latency_us.p50");
	add_line(plot, steps, "p99", "latency_us.p99");
	add_line(plot, steps, "p99.9", "latency_us.p999");
	add_line(plot, steps, "max", "latency_us.max");
	if (plot_has_points(plot))
		plot_write(plot, out);
}

static void
write_step(json_t *step, FILE *out)
{
	static const char *const counts[] = { "rate", "connections_per_second", "lost" };
	static const char *const latencies[] = { "latency_us.p50", "latency_us.p99",
		"latency_us.max" };
	char text[PLOT_TEXT_MAX];

	fputs("<tr>", out);
	for (size_t i = 0; i < RTE_DIM(counts); i++)
		fprintf(out, "<td>%s</td>",
				format_count((uint64_t)number_at(step, counts[i]), text));
	for (size_t i = 0; i < RTE_DIM(latencies); i++)
		fprintf(out, "<td>%s</td>",
				plot_text(PLOT_MICROSECONDS, number_at(step, latencies[i]), text));
	fprintf(out, "<td>%s</td></tr>\n",
			json_is_true(json_object_get(step, "kept")) ? "yes" : "no");
}

static void
write_table(json_t *steps, FILE *out)
{
	json_t *step;
	size_t index;

	fputs("<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">planned</th>"
	      "<th scope=\"col\">made</th><th scope=\"col\">lost</th><th scope=\"col\">p50</th>"
	      "<th scope=\"col\">p99</th><th scope=\"col\">max</th><th scope=\"col\">kept</th></tr></thead>\n"
	      "<tbody>\n",
			out);
	json_array_foreach(steps, index, step) {
		write_step(step, out);
	}
	fputs("</tbody></table></div>\n", out);
}

void
report_html_steps(const struct result *result, FILE *out)
{
	json_t *steps = json_object_get(result->root, "steps");
	struct plot *plot = calloc(1, sizeof(*plot));

	if (plot != NULL && json_array_size(steps) > 0) {
		fputs("<h2>Steps</h2>\n<section class=\"plots\">\n", out);
		write_rates(plot, steps, out);
		write_latencies(plot, steps, out);
		fputs("</section>\n", out);
		write_table(steps, out);
		fputs("<h2>The last of them, second by second</h2>\n", out);
	}
	free(plot);
}
