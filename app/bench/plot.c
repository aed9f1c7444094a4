/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The picture is 480 by 240: half of a screen, or the width of a telephone, on which its text is still to
 * be read. Over every point of the first line lies a strip that tells all values there when it is pointed at.
 */
#include "plot.h"

#include <math.h>

#include <rte_common.h>

#include "html.h"

enum {
	WIDTH = 480,
	HEIGHT = 240,
	LEFT = 64,
	RIGHT = 468,
	TOP = 10,
	BOTTOM = 214,
	X_MARKS_MAX = 6,
	DOTS_MAX = 20,
};

/* Of all points that are there. */
struct range {
	bool any;
	double x_low, x_high, y_low, y_high;
};

static void
take_point(struct range *range, const struct plot_point *point, bool y_logarithmic)
{
	if (isnan(point->y) || (y_logarithmic && point->y <= 0))
		return;
	if (!range->any)
		*range = (struct range){ true, point->x, point->x, point->y, point->y };
	range->x_low = RTE_MIN(range->x_low, point->x);
	range->x_high = RTE_MAX(range->x_high, point->x);
	range->y_low = RTE_MIN(range->y_low, point->y);
	range->y_high = RTE_MAX(range->y_high, point->y);
}

static struct range
range_of(const struct plot *plot)
{
	struct range range = { 0 };

	for (unsigned int i = 0; i < plot->line_count; i++) {
		for (unsigned int k = 0; k < plot->lines[i].count; k++)
			take_point(&range, &plot->lines[i].points[k], plot->y_logarithmic);
	}
	return range;
}

bool
plot_has_points(const struct plot *plot)
{
	return range_of(plot).any;
}

/* From the beginning of the measurement to where the last point is, round or not. */
static struct plot_scale
x_scale_of(const struct plot *plot, const struct range *range)
{
	struct plot_scale scale = plot->x_logarithmic
			? plot_scale_logarithmic(range->x_low, range->x_high, LEFT, RIGHT)
			: plot_scale_linear(0, range->x_high, LEFT, RIGHT);

	if (range->x_high > scale.low)
		scale.high = range->x_high;
	return scale;
}

static struct plot_scale
y_scale_of(const struct plot *plot, const struct range *range)
{
	if (plot->y_logarithmic)
		return plot_scale_logarithmic(range->y_low, range->y_high, BOTTOM, TOP);
	return plot_scale_linear(0, RTE_MAX(range->y_high, plot->y_end), BOTTOM, TOP);
}

static void
write_y_marks(const struct plot *plot, const struct plot_scale *scale, FILE *out)
{
	double marks[PLOT_MARKS_MAX];
	const unsigned int count = plot_scale_marks(scale, marks);
	char text[PLOT_TEXT_MAX];

	for (unsigned int i = 0; i < count; i++) {
		const double y = plot_scale_place(scale, marks[i]);

		fprintf(out, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT, y, RIGHT);
		fprintf(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT - 6,
				y + 4, plot_text(plot->y_unit, marks[i], text));
	}
}

/* Of many marks every second, or third, has its text. */
static void
write_x_marks(const struct plot *plot, const struct plot_scale *scale, FILE *out)
{
	double marks[PLOT_MARKS_MAX];
	const unsigned int count = plot_scale_marks(scale, marks);
	char text[PLOT_TEXT_MAX];

	for (unsigned int i = 0; i < count; i++) {
		const double x = plot_scale_place(scale, marks[i]);

		if (marks[i] > scale->high * (1 + 1e-9))
			break;
		fprintf(out, "<path class=\"mark\" d=\"M%.1f %dv4\"/>", x, BOTTOM);
		if (i % (1 + (count - 1) / X_MARKS_MAX) == 0)
			fprintf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n", x,
					BOTTOM + 17, x > RIGHT - 20 ? "end" : "middle",
					plot_text(plot->x_unit, marks[i], text));
	}
}

static bool
is_shown(const struct plot *plot, const struct plot_point *point)
{
	return !isnan(point->y) && (!plot->y_logarithmic || point->y > 0);
}

/* Strokes without length, which the style's round caps make dots; where points are many they would touch. */
static void
write_dots(const struct plot *plot, unsigned int index, const struct plot_scale *x,
		const struct plot_scale *y, FILE *out)
{
	const struct plot_line *line = &plot->lines[index];

	if (line->count > DOTS_MAX)
		return;
	fprintf(out, "<path class=\"line dot s%u\" d=\"", index);
	for (unsigned int i = 0; i < line->count; i++) {
		const struct plot_point *point = &line->points[i];

		if (is_shown(plot, point))
			fprintf(out, "M%.1f %.1fh0", plot_scale_place(x, point->x),
					plot_scale_place(y, point->y));
	}
	fputs("\"/>\n", out);
}

/* One stroke for each stretch without a gap. */
static void
write_line(const struct plot *plot, unsigned int index, const struct plot_scale *x,
		const struct plot_scale *y, FILE *out)
{
	const struct plot_line *line = &plot->lines[index];
	bool begins = true;

	fprintf(out, "<path class=\"line s%u\" d=\"", index);
	for (unsigned int i = 0; i < line->count; i++) {
		const struct plot_point *point = &line->points[i];

		if (!is_shown(plot, point)) {
			begins = true;
			continue;
		}
		fprintf(out, "%c%.1f %.1f", begins ? 'M' : 'L', plot_scale_place(x, point->x),
				plot_scale_place(y, point->y));
		if (begins)
			fputs("h0", out);
		begins = false;
	}
	fputs("\"/>\n", out);
}

/* "12 s", and a line for each value that there is. */
static void
write_values(const struct plot *plot, unsigned int index, FILE *out)
{
	char text[PLOT_TEXT_MAX];

	fputs(plot_text(plot->x_unit, plot->lines[0].points[index].x, text), out);
	for (unsigned int i = 0; i < plot->line_count; i++) {
		const struct plot_line *line = &plot->lines[i];

		if (index >= line->count || isnan(line->points[index].y))
			continue;
		fputc('\n', out);
		html_text(line->name, out);
		fprintf(out, ": %s", plot_text(plot->y_unit, line->points[index].y, text));
	}
}

/* From half way to the point before to half way to the one after. */
static void
write_strip(const struct plot *plot, unsigned int index, const struct plot_scale *scale, FILE *out)
{
	const struct plot_line *line = &plot->lines[0];
	const double here = plot_scale_place(scale, line->points[index].x);
	const double before = index > 0 ? plot_scale_place(scale, line->points[index - 1].x) : LEFT;
	const double after = index + 1 < line->count
			? plot_scale_place(scale, line->points[index + 1].x)
			: RIGHT;
	const double from = index > 0 ? (before + here) / 2 : LEFT;
	const double to = index + 1 < line->count ? (here + after) / 2 : RIGHT;

	fprintf(out, "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"><title>", from, TOP,
			RTE_MAX(to - from, 0.5), BOTTOM - TOP);
	write_values(plot, index, out);
	fputs("</title></rect>\n", out);
}

static void
write_strips(const struct plot *plot, const struct plot_scale *scale, FILE *out)
{
	fputs("<g class=\"strips\">\n", out);
	for (unsigned int i = 0; i < plot->lines[0].count; i++)
		write_strip(plot, i, scale, out);
	fputs("</g>\n", out);
}

static void
write_legend(const struct plot *plot, FILE *out)
{
	fputs("<ul class=\"legend\">", out);
	for (unsigned int i = 0; i < plot->line_count; i++) {
		fprintf(out, "<li><svg viewBox=\"0 0 20 10\" aria-hidden=\"true\"><path class=\"line s%u\" d=\"M2 5h16\"/></svg>",
				i);
		html_text(plot->lines[i].name, out);
		fputs("</li>", out);
	}
	fputs("</ul>\n", out);
}

static void
write_picture(const struct plot *plot, const struct range *range, FILE *out)
{
	const struct plot_scale x = x_scale_of(plot, range), y = y_scale_of(plot, range);

	fprintf(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s\">\n", WIDTH,
			HEIGHT, plot->id);
	write_y_marks(plot, &y, out);
	write_x_marks(plot, &x, out);
	fprintf(out, "<path class=\"axis\" d=\"M%d %dH%d\"/>\n", LEFT, BOTTOM, RIGHT);
	for (unsigned int i = plot->line_count; i-- > 0;) {
		write_line(plot, i, &x, &y, out);
		write_dots(plot, i, &x, &y, out);
	}
	write_strips(plot, &x, out);
	fputs("</svg>\n", out);
}

void
plot_write(const struct plot *plot, FILE *out)
{
	const struct range range = range_of(plot);

	fprintf(out, "<figure class=\"plot\">\n<figcaption><h3 id=\"%s\">", plot->id);
	html_text(plot->title, out);
	fputs("</h3>", out);
	if (plot->note != NULL) {
		fputs("<p>", out);
		html_text(plot->note, out);
		fputs("</p>", out);
	}
	fputs("</figcaption>\n", out);
	if (range.any) {
		write_picture(plot, &range, out);
		write_legend(plot, out);
	}
	fputs("</figure>\n", out);
}
