/* SPDX-License-Identifier: BSD-3-Clause */
#include "plot_scale.h"

#include <math.h>
#include <stdio.h>

#include <rte_common.h>

enum {
	STEPS_WANTED = 5,
	DECADES_MAX = PLOT_MARKS_MAX - 1,
};

/* The least of 1, 2, 5, 10, 20, 50 ... that is not below. */
static double
round_up(double value)
{
	const double power = pow(10, floor(log10(value)));
	const double digit = value / power;

	return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

struct plot_scale
plot_scale_linear(double low, double high, double from, double to)
{
	const double step = round_up((high > low ? high - low : 1) / STEPS_WANTED);

	return (struct plot_scale){
		.low = step * floor(low / step),
		.high = step * ceil(RTE_MAX(high, low + step) / step),
		.from = from,
		.to = to,
		.step = step,
	};
}

/* Of more decades than there is room for, the uppermost. */
struct plot_scale
plot_scale_logarithmic(double low, double high, double from, double to)
{
	const double end = ceil(log10(high));
	double begin = floor(log10(low));

	begin = RTE_MIN(begin, end - 1);
	begin = RTE_MAX(begin, end - DECADES_MAX);
	return (struct plot_scale){
		.low = pow(10, begin),
		.high = pow(10, end),
		.from = from,
		.to = to,
		.step = 10,
		.logarithmic = true,
	};
}

double
plot_scale_place(const struct plot_scale *scale, double value)
{
	const double inside = RTE_MIN(RTE_MAX(value, scale->low), scale->high);
	const double part = scale->logarithmic
			? log(inside / scale->low) / log(scale->high / scale->low)
			: (inside - scale->low) / (scale->high - scale->low);

	return scale->from + part * (scale->to - scale->from);
}

unsigned int
plot_scale_marks(const struct plot_scale *scale, double marks[PLOT_MARKS_MAX])
{
	const double steps = scale->logarithmic ? log10(scale->high / scale->low)
						: (scale->high - scale->low) / scale->step;
	const unsigned int count = RTE_MIN((unsigned int)lround(steps) + 1, PLOT_MARKS_MAX);

	for (unsigned int i = 0; i < count; i++)
		marks[i] = scale->logarithmic ? scale->low * pow(scale->step, i)
					      : scale->low + i * scale->step;
	return count;
}

/* 1234567 and "bit/s" are "1.235 Mbit/s"; without a unit, "1.235M". */
static void
print_thousands(double value, const char *unit, char buf[PLOT_TEXT_MAX])
{
	static const char *const prefixes[] = { "", "k", "M", "G", "T" };
	unsigned int prefix = 0;

	for (; fabs(value) >= 999.95 && prefix + 1 < RTE_DIM(prefixes); prefix++)
		value /= 1000;
	snprintf(buf, PLOT_TEXT_MAX, "%.4g%s%s%s", value, unit[0] != '\0' ? " " : "",
			prefixes[prefix], unit);
}

static void
print_time(double microseconds, char buf[PLOT_TEXT_MAX])
{
	if (microseconds < 999.95)
		snprintf(buf, PLOT_TEXT_MAX, "%.4g \u00b5s", microseconds);
	else if (microseconds < 999950)
		snprintf(buf, PLOT_TEXT_MAX, "%.4g ms", microseconds / 1e3);
	else
		snprintf(buf, PLOT_TEXT_MAX, "%.4g s", microseconds / 1e6);
}

const char *
plot_text(enum plot_unit unit, double value, char buf[PLOT_TEXT_MAX])
{
	switch (unit) {
	case PLOT_COUNT:
	case PLOT_PER_SECOND:
		print_thousands(value, "", buf);
		break;
	case PLOT_BITS:
		print_thousands(value, "bit/s", buf);
		break;
	case PLOT_RATIO:
		snprintf(buf, PLOT_TEXT_MAX, "%.3g %%", 100 * value);
		break;
	case PLOT_SECONDS:
		snprintf(buf, PLOT_TEXT_MAX, "%.6g s", value);
		break;
	case PLOT_MICROSECONDS:
		print_time(value, buf);
		break;
	case PLOT_SHARE:
		snprintf(buf, PLOT_TEXT_MAX, "%.9g %%", 100 - 100 / value);
		break;
	}
	return buf;
}
