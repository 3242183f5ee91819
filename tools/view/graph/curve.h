/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A path from one box to another for an arrow that the figure lacks.
 */
#ifndef TCPCLOSE_VIEW_GRAPH_CURVE_H
#define TCPCLOSE_VIEW_GRAPH_CURVE_H

#include <stdbool.h>

#define CURVE_AREAS 160
/* Side of the badge that each curve has. */
#define CURVE_BADGE 18

struct curve_point {
	int x;
	int y;
};

/**
 * struct curve_area - a rectangle
 * @x: its left side
 * @y: its upper side
 * @width: its width
 * @height: its height
 * @light: it is a line, which a curve may cross, but should not follow
 */
struct curve_area {
	int x;
	int y;
	int width;
	int height;
	bool light;
};

/**
 * struct curve_field - what a curve should keep off; begins as zeros
 * @bounds: a curve stays within
 * @areas: boxes, words, badges and lines
 * @count: how many
 */
struct curve_field {
	struct curve_area bounds;
	struct curve_area areas[CURVE_AREAS];
	unsigned int count;
};

/**
 * struct curve - a cubic Bezier curve
 * @points: its ends, and the two points between that bend it
 * @badge: middle of a place on it where a number can stand
 */
struct curve {
	struct curve_point points[4];
	struct curve_point badge;
};

void curve_keep_off(struct curve_field *field, struct curve_area area);
void curve_find(struct curve_field *field, const struct curve_area *from,
		const struct curve_area *to, int head, struct curve *curve);

#endif /* TCPCLOSE_VIEW_GRAPH_CURVE_H */
