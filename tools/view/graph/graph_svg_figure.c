// SPDX-License-Identifier: GPL-2.0-only
/*
 * The figure within the SVG picture: boxes, edges and what stands at them.
 */
#include <stdio.h>

#include "view/graph/graph_svg.h"

#define LINE_HEIGHT 16
/* Room for an icon in front of a text, and beside both */
#define ICON 22
#define BOX_MARGIN 5

/* ---- labels */

static struct graph_svg_line *add_label_line(struct graph_svg_label *label,
					     const struct figure_label *place,
					     enum svg_role role)
{
	struct graph_svg_line *line = &label->lines[label->count++];

	line->font.role = role;
	line->font.size = 12;
	line->font.halo = true;
	line->font.anchor = place->align == FIGURE_START  ? SVG_START :
			    place->align == FIGURE_CENTRE ? SVG_MIDDLE :
							    SVG_END;
	return line;
}

static bool fits(const struct graph_svg_line *line,
		 const struct figure_label *place)
{
	return svg_text_width(&line->font, line->text) <=
	       place->columns * CELL_WIDTH;
}

static void make_event(struct graph_svg_label *label, const struct figure_label *place,
		       const struct model_edge *edge, enum svg_role role)
{
	struct graph_svg_line *line = add_label_line(label, place, role);

	label_event(line->text, edge);
	if (fits(line, place) || !edge->action)
		return;
	snprintf(line->text, LABEL_MAX, "%s /", edge->event);
	line = add_label_line(label, place, role);
	snprintf(line->text, LABEL_MAX, "%s", edge->action);
}

/* Count and median in a line each. */
static void split_count(struct graph_svg_label *label, const struct figure_label *place,
			uint64_t how_often, uint64_t median_ns)
{
	struct graph_svg_line *line = &label->lines[label->count - 1];

	label_count(line->text, how_often);
	if (!fits(line, place))
		label_short_count(line->text, how_often);
	if (median_ns == GRAPH_UNKNOWN_NS)
		return;
	label->lines[label->count] = *line;
	label_median(label->lines[label->count++].text, median_ns);
}

static void make_count(struct graph_svg_label *label, const struct figure_label *place,
		       enum svg_role role, uint64_t how_often, uint64_t median_ns)
{
	struct graph_svg_line *line = add_label_line(label, place, role);

	line->font.size = 13;
	line->font.bold = true;
	graph_svg_count(line->text, how_often, median_ns, &line->font,
			place->columns * CELL_WIDTH);
	if (!fits(line, place))
		split_count(label, place, how_often, median_ns);
}

/* Several events share the arrow: each with its count. */
static void make_events(struct graph_svg_label *label, const struct figure_label *place,
			const struct graph_part *part)
{
	unsigned int i;

	for (i = 0; i < part->event_count; i++) {
		const struct graph_event *e = &part->events[i];
		struct graph_svg_line *line;

		if (label->count + 3 > GRAPH_SVG_LINES)
			return;
		line = add_label_line(label, place, SVG_INK);

		snprintf(line->text, LABEL_MAX, "%s", e->edge->event);
		make_count(label, place, label_role(part), e->count,
			   e->median_ns);
		/* The first one above the line, the others below. */
		if (!i && place->above)
			label->above = label->count;
	}
}

static void make_label(struct graph_svg_label *label, const struct figure_route *route,
		       const struct graph_part *part)
{
	const struct figure_label *place = &route->label;

	if (part && part->event_count > 1) {
		make_events(label, place, part);
	} else {
		make_event(label, place,
			   part ? part->edge :
				  label_edge(route->from, route->to),
			   part ? SVG_INK : SVG_MUTED);
		if (part)
			make_count(label, place, label_role(part), part->count,
				   part->median_ns);
		label->above = label->count;
	}
	if (!place->above)
		label->above = label->count;
	label->x = px(place->x);
	label->y = py(place->y) + (place->above ? 6 : 3);
	if (place->above)
		label->y -= LINE_HEIGHT * (label->above - 1);
	label->below_y = py(place->y + 2);
}

/* Baseline of a line. */
static int line_y(const struct graph_svg_label *label, int i)
{
	return i < label->above ?
		       label->y + i * LINE_HEIGHT :
		       label->below_y + (i - label->above) * LINE_HEIGHT;
}

/**
 * graph_svg_label_bottom() - where a label ends
 * @label: the label, placed
 */
int graph_svg_label_bottom(const struct graph_svg_label *label)
{
	return label->count ? line_y(label, label->count - 1) + 4 : 0;
}

static struct curve_area line_area(const struct graph_svg_label *label, int i)
{
	const struct graph_svg_line *line = &label->lines[i];
	int width = svg_text_width(&line->font, line->text);
	struct curve_area area = {
		label->x,
		line_y(label, i) - (int)line->font.size,
		width,
		(int)line->font.size + 3,
		false,
	};

	if (line->font.anchor == SVG_MIDDLE)
		area.x -= width / 2;
	else if (line->font.anchor == SVG_END)
		area.x -= width;
	return area;
}

/**
 * graph_svg_place_labels() - find out what stands at each edge
 * @p: the picture; its figure is placed
 */
void graph_svg_place_labels(struct graph_svg *p)
{
	size_t i;
	int j;

	for (i = 0; i < p->figure.route_count; i++) {
		const struct figure_route *route = &p->figure.routes[i];
		struct graph_svg_label *label = &p->labels[i];

		make_label(label, route,
			   graph_seen(p->graph, route->from, route->to,
				      GRAPH_FLOW));
		for (j = 0; j < label->count; j++)
			curve_keep_off(&p->field, line_area(label, j));
	}
}

/**
 * graph_svg_draw_labels() - write what stands at each edge
 * @p: the picture
 */
void graph_svg_draw_labels(struct graph_svg *p)
{
	size_t i;
	int j;

	for (i = 0; i < p->figure.route_count; i++) {
		const struct graph_svg_label *label = &p->labels[i];

		for (j = 0; j < label->count; j++)
			svg_text(p->to, &label->lines[j].font, label->x,
				 line_y(label, j), label->lines[j].text);
	}
}

/* ---- edges */

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void draw_way(struct graph_svg *p, const struct svg_stroke *stroke,
		     const struct figure_route *route)
{
	const struct canvas_point *way = route->points;
	unsigned int last = route->count - 1;
	int dx = sign(way[last].x - way[last - 1].x) * SVG_HEAD;
	int dy = sign(way[last].y - way[last - 1].y) * SVG_HEAD;
	int x0 = px(way[0].x), y0 = py(way[0].y);
	int x1 = px(way[1].x), y1 = py(way[1].y);
	int x2 = px(way[last].x) - dx, y2 = py(way[last].y) - dy;

	if (route->count == 2)
		svg_line(p->to, stroke, x0, y0, x2, y2);
	else
		svg_path(p->to, stroke, "M%d %dL%d %dQ%d %d %d %dL%d %d", x0,
			 y0, x1 - 10 * sign(x1 - x0), y1 - 10 * sign(y1 - y0),
			 x1, y1, x1 + dx, y1 + dy, x2, y2);
}

/* What the RFC and Linux say of an edge; of each that was seen. */
static size_t add_title(char *title, size_t size, const char *before,
			const struct model_edge *edge)
{
	int len = snprintf(title, size, "%s%.40s (RFC 9293, %.20s; Linux: %.80s)",
			   before, edge->event, edge->section,
			   edge->standing == MODEL_ABSENT ? "never" : edge->by);

	return len > 0 && (size_t)len < size ? (size_t)len : 0;
}

static void make_title(char title[LABEL_LINES_MAX],
		       const struct figure_route *route,
		       const struct graph_part *part)
{
	char from[LABEL_MAX], to[LABEL_MAX];
	unsigned int i;
	size_t len;

	label_state(from, route->from);
	label_state(to, route->to);
	len = (size_t)snprintf(title, LABEL_LINES_MAX, "%.40s \u2192 %.40s",
			       from, to);
	for (i = 0; part && i < part->event_count; i++)
		len += add_title(title + len, LABEL_LINES_MAX - len,
				 i ? ", " : ": ", part->events[i].edge);
	if (!part)
		add_title(title + len, LABEL_LINES_MAX - len, ": ",
			  label_edge(route->from, route->to));
}

/**
 * graph_svg_draw_routes() - draw the figure's edges
 * @p: the picture
 */
void graph_svg_draw_routes(struct graph_svg *p)
{
	char title[LABEL_LINES_MAX];
	size_t i;

	for (i = 0; i < p->figure.route_count; i++) {
		const struct figure_route *route = &p->figure.routes[i];
		const struct graph_part *part = graph_seen(
			p->graph, route->from, route->to, GRAPH_FLOW);
		const struct model_edge *edge =
			label_edge(route->from, route->to);
		const struct svg_stroke stroke = {
			.role = label_role(part),
			.tenths = label_weight(part),
			.dashed = part ? graph_is_linux(part) :
					 edge->standing == MODEL_ABSENT,
			.head = true,
		};

		make_title(title, route, part);
		svg_group_begin(p->to, title);
		draw_way(p, &stroke, route);
		svg_group_end(p->to);
	}
}

/* ---- boxes */

/* Return: middle of the place for an icon in front of the text. */
static int draw_box_text(struct graph_svg *p, const struct curve_area *area,
			 int y, enum svg_role role, const char *text)
{
	const struct svg_font font = { role, 12, SVG_MIDDLE, false, false };
	int middle = area->x + area->width / 2 + ICON / 2;

	svg_text(p->to, &font, middle, y, text);
	return middle - svg_text_width(&font, text) / 2 - ICON / 2;
}

static int draw_box_part(struct graph_svg *p, const struct curve_area *area,
			 int y, const struct graph_part *part)
{
	const struct svg_font font = { .size = 12 };
	char text[LABEL_MAX];

	graph_svg_count(text, part->count, part->median_ns, &font,
			area->width - ICON - 2 * BOX_MARGIN);
	return draw_box_text(p, area, y, label_role(part), text);
}

/* Its title names the events that its lines count. */
static void begin_box(struct graph_svg *p, const struct model_state *state,
		      const struct graph_part *loop,
		      const struct graph_part *abrupt)
{
	char title[3 * LABEL_LINES_MAX], stays[LABEL_LINES_MAX] = "";
	char ends[LABEL_LINES_MAX] = "";

	if (loop)
		label_events(stays, loop);
	if (abrupt)
		label_events(ends, abrupt);
	snprintf(title, sizeof(title), "%s: RFC 9293, %s%s%s%s%s",
		 state->rfc_name, state->section, loop ? "; stays: " : "",
		 stays, abrupt ? "; ended abruptly: " : "", ends);
	svg_group_begin(p->to, title);
}

static void draw_box(struct graph_svg *p, const struct figure_box *box)
{
	const struct graph *g = p->graph;
	const struct graph_part *loop = figure_loop(g, box);
	const struct graph_part *abrupt = figure_abrupt(g, box);
	uint64_t wrong = figure_wrong(g, box);
	enum svg_role role = graph_visited(g, box->state) ? SVG_INK : SVG_MUTED;
	const struct svg_stroke border = { wrong ? SVG_BAD : role, 15, false,
					   false };
	const struct svg_font name = { role, 15, SVG_MIDDLE, true, false };
	const struct model_state *state = model_state(box->state);
	struct curve_area area = graph_svg_box(box);
	int lines = !!loop + !!abrupt + !!wrong, x;
	int y = area.y + (area.height - 18 * lines) / 2 + 5;
	char text[LABEL_MAX], count[LABEL_MAX];

	begin_box(p, state, loop, abrupt);
	svg_box(p->to, &border, area.x, area.y, area.width, area.height, 8);
	svg_text(p->to, &name, area.x + area.width / 2, y, state->name);
	if (loop) {
		y += 18;
		x = draw_box_part(p, &area, y, loop);
		graph_svg_loop_icon(p->to, x, y - 4, label_role(loop),
				    graph_is_linux(loop));
	}
	if (abrupt) {
		y += 18;
		x = draw_box_part(p, &area, y, abrupt);
		graph_svg_abrupt_icon(p->to, x, y - 4);
	}
	if (wrong) {
		label_short_count(count, wrong);
		snprintf(text, sizeof(text), "%.40s illegal", count);
		draw_box_text(p, &area, y + 18, SVG_BAD, text);
	}
	svg_group_end(p->to);
}

/**
 * graph_svg_draw_boxes() - draw the states
 * @p: the picture
 */
void graph_svg_draw_boxes(struct graph_svg *p)
{
	size_t i;

	for (i = 0; i < FIGURE_BOXES; i++)
		draw_box(p, &p->figure.boxes[i]);
}
