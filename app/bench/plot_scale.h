/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An axis of a plot: which value lies where, which values have a mark, and what stands beside it. Linear
 * axes end at a round number; logarithmic ones at powers of ten.
 */
#ifndef APP_BENCH_PLOT_SCALE_H
#define APP_BENCH_PLOT_SCALE_H

#include <stdbool.h>

/* What a value is, and so how it is written. */
enum plot_unit {
	PLOT_COUNT,        /* "1.5M" */
	PLOT_PER_SECOND,   /* the same */
	PLOT_BITS,         /* per second: "20 Gbit/s" */
	PLOT_RATIO,        /* 0.5 is "50 %" */
	PLOT_SECONDS,      /* "30 s" */
	PLOT_MICROSECONDS, /* "1.5 ms" */
	PLOT_SHARE,        /* 1 / (1 - share): 1000 is "99.9 %" */
};

enum plot_scale_limits {
	PLOT_MARKS_MAX = 16,
	PLOT_TEXT_MAX = 32,
};

struct plot_scale {
	double low, high; /* values */
	double from, to;  /* where they lie */
	double step;      /* between marks; a factor where it is logarithmic */
	bool logarithmic;
};

/* From low, or the round number below it, to a round one that is not below high. */
struct plot_scale plot_scale_linear(double low, double high, double from, double to);

/* The same between powers of ten; both are positive. */
struct plot_scale plot_scale_logarithmic(double low, double high, double from, double to);

double plot_scale_place(const struct plot_scale *scale, double value);

/* @return how many values have a mark */
unsigned int plot_scale_marks(const struct plot_scale *scale, double marks[PLOT_MARKS_MAX]);

/* A value as people read it, four digits at most; returns buf. */
const char *plot_text(enum plot_unit unit, double value, char buf[PLOT_TEXT_MAX]);

#endif
