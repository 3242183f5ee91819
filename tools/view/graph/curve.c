// SPDX-License-Identifier: GPL-2.0-only
/*
 * A path from one box to another for an arrow that the figure lacks: of some
 * hundred curves the one that touches least.
 *
 * Knows rectangles only.
 */
#include <limits.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "view/graph/curve.h"

#define SAMPLES 32
/* How far from a word or box a curve should stay, pixels. */
#define MARGIN 5

/* Cost of touching something, per sample; a pixel of length costs 1. */
#define COST_AREA 400
#define COST_LINE 60
#define COST_OUTSIDE 4000

/**
 * struct port - where a curve may leave or enter a box
 * @x: in fifths of its width
 * @y: in fifths of its height
 * @dx: direction outwards
 * @dy: likewise
 */
struct port {
	int x;
	int y;
	int dx;
	int dy;
};

static const struct port ports[] = {
	{ 1, 0, 0, -1 }, { 4, 0, 0, -1 }, { 1, 5, 0, 1 }, { 4, 5, 0, 1 },
	{ 0, 1, -1, 0 }, { 0, 4, -1, 0 }, { 5, 1, 1, 0 }, { 5, 4, 1, 0 },
};

/* How far the points that bend a curve are from its ends. */
static const int bends[] = { 40, 110, 220 };

static struct curve_point at(const struct curve *curve, int sample)
{
	const struct curve_point *p = curve->points;
	double t = (double)sample / SAMPLES, u = 1 - t;
	double a = u * u * u, b = 3 * u * u * t, c = 3 * u * t * t,
	       d = t * t * t;
	struct curve_point point = {
		(int)(a * p[0].x + b * p[1].x + c * p[2].x + d * p[3].x),
		(int)(a * p[0].y + b * p[1].y + c * p[2].y + d * p[3].y),
	};

	return point;
}

static bool is_within(const struct curve_area *area, struct curve_point point,
		      int margin)
{
	return point.x >= area->x - margin &&
	       point.x < area->x + area->width + margin &&
	       point.y >= area->y - margin &&
	       point.y < area->y + area->height + margin;
}

static int cost_at(const struct curve_field *field, struct curve_point point,
		   int margin)
{
	unsigned int i;
	int cost = 0;

	if (!is_within(&field->bounds, point, -margin))
		cost += COST_OUTSIDE;
	for (i = 0; i < field->count; i++)
		if (is_within(&field->areas[i], point, margin))
			cost += field->areas[i].light ? COST_LINE : COST_AREA;
	return cost;
}

static int cost_of(const struct curve_field *field, const struct curve *curve)
{
	struct curve_point before = curve->points[0];
	int cost = 0, i;

	/* The ends are at boxes in any case. */
	for (i = 1; i < SAMPLES; i++) {
		struct curve_point point = at(curve, i);

		cost += cost_at(field, point,
				i > 2 && i < SAMPLES - 2 ? MARGIN : 0);
		cost += abs(point.x - before.x) + abs(point.y - before.y);
		before = point;
	}
	return cost;
}

static struct curve_point port_at(const struct curve_area *area,
				  const struct port *port, int distance)
{
	struct curve_point point = {
		area->x + area->width * port->x / 5 + port->dx * distance,
		area->y + area->height * port->y / 5 + port->dy * distance,
	};

	return point;
}

static void place_badge(struct curve_field *field, struct curve *curve)
{
	int best = INT_MAX, sample;

	for (sample = 4; sample < SAMPLES - 6; sample++) {
		struct curve_point point = at(curve, sample);
		int cost = sample + cost_at(field, point, CURVE_BADGE / 2 + 2);

		if (cost < best) {
			best = cost;
			curve->badge = point;
		}
	}
	curve_keep_off(field, (struct curve_area){
				      curve->badge.x - CURVE_BADGE / 2,
				      curve->badge.y - CURVE_BADGE / 2,
				      CURVE_BADGE, CURVE_BADGE, false });
}

/**
 * curve_keep_off() - say what curves should not touch
 * @field: what they keep off
 * @area: one thing more; left out if there is no room for it
 */
void curve_keep_off(struct curve_field *field, struct curve_area area)
{
	if (field->count < CURVE_AREAS)
		field->areas[field->count++] = area;
}

/* Choose @curve between two ports, bent as is best, if it beats @best. */
static void try_ports(const struct curve_field *field, struct curve *curve,
		      int *best, struct curve_point from[],
		      struct curve_point to[])
{
	unsigned int i, j;

	for (i = 1; i <= ARRAY_SIZE(bends); i++) {
		for (j = 1; j <= ARRAY_SIZE(bends); j++) {
			struct curve c = {
				.points = { from[0], from[i], to[j], to[0] },
			};
			int cost = cost_of(field, &c);

			if (cost < *best) {
				*best = cost;
				*curve = c;
			}
		}
	}
}

/* The port itself, and where a curve may be bent from there. */
static void find_bends(struct curve_point points[], const struct curve_area *area,
		       const struct port *port, int head)
{
	unsigned int i;

	points[0] = port_at(area, port, head);
	for (i = 0; i < ARRAY_SIZE(bends); i++)
		points[i + 1] = port_at(area, port, head + bends[i]);
}

/**
 * curve_find() - find a curve between two boxes
 * @field: what it keeps off, if it can; its badge is added
 * @from: box that it leaves
 * @to: box that it ends at; may be the same
 * @head: room for an arrowhead before that, pixels
 * @curve: result
 */
void curve_find(struct curve_field *field, const struct curve_area *from,
		const struct curve_area *to, int head, struct curve *curve)
{
	struct curve_point a[1 + ARRAY_SIZE(bends)], b[1 + ARRAY_SIZE(bends)];
	unsigned int i, j;
	int best = INT_MAX;

	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		find_bends(a, from, &ports[i], 0);
		for (j = 0; j < ARRAY_SIZE(ports); j++) {
			if (i == j && from == to)
				continue;
			find_bends(b, to, &ports[j], head);
			try_ports(field, curve, &best, a, b);
		}
	}
	place_badge(field, curve);
}
