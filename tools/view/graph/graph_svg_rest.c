// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transitions without a place in the figure, within the SVG picture: numbered
 * curves, and a list that explains the numbers.
 */
#include <stdlib.h>

#include "view/graph/graph_svg.h"

static void collect_rest(void *context, unsigned int from, unsigned int to,
			 const struct graph_part *part)
{
	struct graph_svg *p = context;
	const struct figure_box *a = figure_from(&p->figure, from);
	const struct figure_box *b = figure_to(&p->figure, from, to);
	struct curve_area from_area, to_area;
	struct graph_svg_rest *rest;

	if (p->rest_count++ >= REST_MAX)
		return;
	rest = &p->rest[p->rest_count - 1];
	rest->from = from;
	rest->to = to;
	rest->part = part;
	rest->has_curve = a && b;
	if (!rest->has_curve)
		return;
	from_area = graph_svg_box(a);
	to_area = graph_svg_box(b);
	curve_find(&p->field, &from_area, a == b ? &from_area : &to_area,
		   SVG_HEAD, &rest->curve);
}

static void keep_off_route(struct graph_svg *p, const struct figure_route *route)
{
	unsigned int i;

	for (i = 0; i + 1 < route->count; i++) {
		const struct canvas_point *a = &route->points[i], *b = a + 1;
		struct curve_area area = {
			px(a->x < b->x ? a->x : b->x),
			py(a->y < b->y ? a->y : b->y),
			abs(b->x - a->x) * CELL_WIDTH + 1,
			abs(b->y - a->y) * CELL_HEIGHT + 1,
			true,
		};

		curve_keep_off(&p->field, area);
	}
}

/**
 * graph_svg_place_rest() - find a curve for each such transition
 * @p: the picture; its labels are placed
 */
void graph_svg_place_rest(struct graph_svg *p)
{
	size_t i;

	p->field.bounds = (struct curve_area){ 0, FIGURE_TOP - 10, PAGE_WIDTH,
					       FIGURE_BOTTOM - FIGURE_TOP + 10,
					       false };
	for (i = 0; i < FIGURE_BOXES; i++)
		curve_keep_off(&p->field, graph_svg_box(&p->figure.boxes[i]));
	for (i = 0; i < p->figure.route_count; i++)
		keep_off_route(p, &p->figure.routes[i]);
	figure_visit_rest(&p->figure, p->graph, collect_rest, p);
}

static unsigned int rest_drawn(const struct graph_svg *p)
{
	return p->rest_count < REST_MAX ? p->rest_count : REST_MAX;
}

/**
 * graph_svg_draw_curves() - draw those transitions
 * @p: the picture
 */
void graph_svg_draw_curves(struct graph_svg *p)
{
	unsigned int i;

	for (i = 0; i < rest_drawn(p); i++) {
		const struct graph_svg_rest *rest = &p->rest[i];
		const struct curve_point *c = rest->curve.points;
		const struct svg_stroke stroke = {
			.role = label_role(rest->part),
			.tenths = label_weight(rest->part),
			.dashed = !rest->part->why && graph_is_linux(rest->part),
			.head = true,
		};

		if (rest->has_curve)
			svg_path(p->to, &stroke, "M%d %dC%d %d %d %d %d %d",
				 c[0].x, c[0].y, c[1].x, c[1].y, c[2].x, c[2].y,
				 c[3].x, c[3].y);
	}
}

static void draw_badge(struct graph_svg *p, enum svg_role role, int x, int y,
		       unsigned int number)
{
	const struct svg_stroke border = { role, 15, false, false };
	const struct svg_font font = { role, 12, SVG_MIDDLE, true, false };

	svg_box(p->to, &border, x - CURVE_BADGE / 2, y - CURVE_BADGE / 2,
		CURVE_BADGE, CURVE_BADGE, CURVE_BADGE / 2);
	svg_printf(p->to, &font, x, y + 4, "%u", number);
}

/**
 * graph_svg_draw_badges() - draw their numbers
 * @p: the picture
 */
void graph_svg_draw_badges(struct graph_svg *p)
{
	unsigned int i;

	for (i = 0; i < rest_drawn(p); i++)
		if (p->rest[i].has_curve)
			draw_badge(p, label_role(p->rest[i].part),
				   p->rest[i].curve.badge.x,
				   p->rest[i].curve.badge.y, i + 1);
}

/**
 * graph_svg_list_rest() - explain the numbers
 * @p: the picture
 * @y: baseline of the first line
 *
 * Return: where it ends
 */
int graph_svg_list_rest(struct graph_svg *p, int y)
{
	char from[LABEL_MAX], to[LABEL_MAX], count[LABEL_MAX];
	char verdict[LABEL_MAX];
	unsigned int i;

	for (i = 0; i < rest_drawn(p); i++) {
		const struct graph_svg_rest *rest = &p->rest[i];
		const struct svg_font font = { .role = label_role(rest->part),
					       .size = 13 };

		label_state(from, rest->from);
		label_state(to, rest->to);
		graph_svg_count(count, rest->part->count,
				rest->part->median_ns, &font, PAGE_WIDTH);
		label_verdict(verdict, rest->part);
		draw_badge(p, font.role, PAGE_MARGIN + CURVE_BADGE / 2, y - 4,
			   i + 1);
		svg_printf(p->to, &font, PAGE_MARGIN + CURVE_BADGE + 10, y,
			   "%.40s \u2192 %.40s: %.80s, %s", from, to, count,
			   verdict);
		y += LEGEND_LINE;
	}
	if (p->rest_count > REST_MAX) {
		const struct svg_font font = { .role = SVG_BAD, .size = 13 };

		svg_printf(p->to, &font, PAGE_MARGIN + CURVE_BADGE + 10, y,
			   "and %u more kinds: --format text lists all",
			   p->rest_count - REST_MAX);
		y += LEGEND_LINE;
	}
	return p->rest_count ? y + 8 : y;
}

/**
 * graph_svg_rest_lines() - how many lines graph_svg_list_rest() takes
 * @p: the picture; its transitions are placed
 */
unsigned int graph_svg_rest_lines(const struct graph_svg *p)
{
	return rest_drawn(p) + (p->rest_count > REST_MAX);
}
