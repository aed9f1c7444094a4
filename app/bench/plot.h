/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A plot as SVG within a page: lines over one axis, in colours and widths that the page's style gives by
 * class, so that it can be light, dark or on paper. Nothing in it needs a script or a network.
 */
#ifndef APP_BENCH_PLOT_H
#define APP_BENCH_PLOT_H

#include <stdbool.h>
#include <stdio.h>

#include "plot_scale.h"

enum {
	PLOT_LINES_MAX = 6,
	PLOT_POINTS_MAX = 600, /* of a line: more than a screen can show */
};

struct plot_point {
	double x, y; /* y NAN: there is none, and the line is interrupted */
};

struct plot_line {
	const char *name;
	unsigned int count;
	struct plot_point points[PLOT_POINTS_MAX];
};

struct plot {
	const char *id;    /* unique in the page */
	const char *title; /* escaped where it is written */
	const char *note;  /* below it; NULL: none */
	enum plot_unit x_unit, y_unit;
	bool x_logarithmic, y_logarithmic;
	double y_end; /* at least; 0: as the values are */
	unsigned int line_count;
	struct plot_line lines[PLOT_LINES_MAX];
};

/* Whether there is a point in it. */
bool plot_has_points(const struct plot *plot);

/* A figure: its title, the picture, and what its lines are. */
void plot_write(const struct plot *plot, FILE *out);

#endif
