// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state diagram for a terminal: a picture made of characters, and a table
 * with all that was seen.
 */
#include <stdio.h>
#include <string.h>

#include "base/columns.h"
#include "base/compiler.h"
#include "base/terminal.h"
#include "draw/canvas.h"
#include "view/graph/figure.h"
#include "view/graph/graph_view.h"
#include "view/graph/label.h"

_Static_assert(FIGURE_COLUMNS <= CANVAS_COLUMNS && FIGURE_ROWS <= CANVAS_ROWS,
	       "the figure fits on a canvas");

/* A part is drawn heavily if it has this share of the busiest one's count. */
#define HEAVY_SHARE 10

/**
 * struct text - a picture being drawn
 * @how: how it is shown
 * @to: where it is written
 * @graph: what
 * @canvas: where it is drawn
 * @figure: where things are
 */
struct text {
	const struct view *how;
	struct buffer *to;
	const struct graph *graph;
	struct canvas canvas;
	struct figure figure;
};

static void add_count(char text[LABEL_MAX], uint64_t how_often,
		      uint64_t median_ns)
{
	char count[LABEL_MAX], median[LABEL_MAX];

	label_short_count(count, how_often);
	label_median(median, median_ns);
	snprintf(text, LABEL_MAX, "%.20s%s%.20s", count, *median ? " " : "",
		 median);
}

static void draw_box_row(struct text *t, const struct figure_box *box, int row,
			 enum canvas_style style, const char *words)
{
	int room = FIGURE_BOX_COLUMNS - canvas_columns(words);

	canvas_text(&t->canvas, box->x + room / 2, row, style, words);
}

static void draw_box_part(struct text *t, const struct figure_box *box, int row,
			  const char *symbol, const struct graph_part *part,
			  enum canvas_style style)
{
	char count[LABEL_MAX], words[LABEL_MAX];

	add_count(count, part->count, part->median_ns);
	snprintf(words, sizeof(words), "%s %.80s", symbol, count);
	if (canvas_columns(words) > FIGURE_BOX_COLUMNS - 2) {
		label_short_count(count, part->count);
		snprintf(words, sizeof(words), "%s %.80s", symbol, count);
	}
	draw_box_row(t, box, row, style, words);
}

static void draw_box_wrong(struct text *t, const struct figure_box *box,
			   int row)
{
	uint64_t wrong = figure_wrong(t->graph, box);
	char count[LABEL_MAX], words[LABEL_MAX];

	if (!wrong)
		return;
	label_short_count(count, wrong);
	snprintf(words, sizeof(words), "! %.40s illegal", count);
	draw_box_row(t, box, row, CANVAS_BAD, words);
}

static void draw_box(struct text *t, const struct figure_box *box)
{
	const struct graph *g = t->graph;
	const struct graph_part *loop = figure_loop(g, box);
	const struct graph_part *abrupt = figure_abrupt(g, box);
	bool visited = graph_visited(g, box->state);
	enum canvas_weight weight = visited ? CANVAS_LIGHT : CANVAS_DOTTED;
	enum canvas_style style = visited ? CANVAS_PLAIN : CANVAS_DIM;
	const char *name = model_state(box->state)->name;
	int right = box->x + FIGURE_BOX_COLUMNS - 1;
	int bottom = box->y + box->inner + 1, row = box->y + 1;
	const struct canvas_point corners[] = { { box->x, box->y },
						{ right, box->y },
						{ right, bottom },
						{ box->x, bottom },
						{ box->x, box->y } };
	unsigned int i;

	for (i = 0; i + 1 < ARRAY_SIZE(corners); i++)
		canvas_line(&t->canvas, corners[i], corners[i + 1], weight,
			    style);
	draw_box_row(t, box, row++, visited ? CANVAS_BOLD : CANVAS_DIM, name);
	if (loop)
		draw_box_part(t, box, row++, t->how->utf8 ? "\u21bb" : "@", loop,
			      CANVAS_PLAIN);
	if (abrupt)
		draw_box_part(t, box, row++, t->how->utf8 ? "\u2715" : "x",
			      abrupt, CANVAS_ABRUPT);
	draw_box_wrong(t, box, row);
}

static void draw_label_line(struct text *t, const struct figure_label *label,
			    int y, enum canvas_style style, const char *words)
{
	int columns = canvas_columns(words), x = label->x;

	if (label->align == FIGURE_CENTRE)
		x -= columns / 2;
	else if (label->align == FIGURE_END)
		x -= columns - 1;
	canvas_text(&t->canvas, x, y, style, words);
}

/* Several events share the arrow: each with its count, as far as there is room. */
static void draw_events(struct text *t, const struct figure_label *label,
			const struct graph_part *part)
{
	char count[LABEL_MAX];
	unsigned int i;
	int y = label->above ? label->y - 1 : label->y;

	for (i = 0; i < part->event_count; i++) {
		const struct graph_event *e = &part->events[i];

		add_count(count, e->count, e->median_ns);
		if (canvas_columns(count) > label->columns)
			label_short_count(count, e->count);
		draw_label_line(t, label, y++, CANVAS_PLAIN, e->edge->event);
		draw_label_line(t, label, y++, CANVAS_PLAIN, count);
		/* The first one above the line, the others below. */
		if (!i && label->above)
			y++;
	}
}

static void draw_label(struct text *t, const struct figure_label *label,
		       const struct model_edge *edge,
		       const struct graph_part *part)
{
	char lines[3][LABEL_MAX];
	int count = 0, i, y;

	if (part && part->event_count > 1) {
		draw_events(t, label, part);
		return;
	}
	snprintf(lines[count++], LABEL_MAX, "%s",
		 part ? part->edge->event : edge->event);
	if (part) {
		add_count(lines[count++], part->count, part->median_ns);
		if (canvas_columns(lines[1]) > label->columns) {
			label_short_count(lines[1], part->count);
			label_median(lines[count++], part->median_ns);
		}
	}
	y = label->above ? label->y - count + 1 : label->y;
	for (i = 0; i < count; i++)
		draw_label_line(t, label, y + i,
				part ? CANVAS_PLAIN : CANVAS_DIM, lines[i]);
}

static void draw_route(struct text *t, const struct figure_route *route)
{
	const struct graph *g = t->graph;
	const struct graph_part *part =
		graph_seen(g, route->from, route->to, GRAPH_FLOW);
	enum canvas_style style = part ? CANVAS_PLAIN : CANVAS_DIM;
	enum canvas_weight weight = CANVAS_DOTTED;
	struct canvas_point end = route->points[route->count - 1];
	struct canvas_point before = route->points[route->count - 2];
	enum canvas_direction direction;
	unsigned int i;

	if (part)
		weight = part->count >= g->busiest / HEAVY_SHARE ?
				 CANVAS_HEAVY :
				 CANVAS_LIGHT;
	/* The head stands before the border, which stays whole. */
	if (end.x != before.x) {
		direction = end.x > before.x ? CANVAS_RIGHT : CANVAS_LEFT;
		end.x += end.x > before.x ? -1 : 1;
	} else {
		direction = end.y > before.y ? CANVAS_DOWN : CANVAS_UP;
		end.y += end.y > before.y ? -1 : 1;
	}
	for (i = 0; i + 1 < route->count; i++)
		canvas_line(&t->canvas, route->points[i],
			    i + 2 < route->count ? route->points[i + 1] : end,
			    weight, style);
	canvas_head(&t->canvas, end, direction, style);
	draw_label(t, &route->label, label_edge(route->from, route->to), part);
}

static void add_line(const struct text *t, const char *style, const char *text)
{
	buffer_printf(t->to, "%s%s%s\n", t->how->colour ? style : "", text,
		      t->how->colour ? TERMINAL_PLAIN : "");
}

static void add_legend(const struct text *t)
{
	static const char *const utf8[] = {
		"Arrows: how often, median time in the state left; \u2501 a tenth of the busiest or more; \u2504 not seen.",
		"\u21bb same state (stored again, mini-socket, timer restarted). \u2715 abrupt end: RST, abort, timeout.",
	};
	static const char *const ascii[] = {
		"Arrows: how often, median time in the state left; = a tenth of the busiest or more; . not seen.",
		"@ same state (stored again, mini-socket, timer restarted). x abrupt end: RST, abort, timeout.",
	};
	const char *const *lines = t->how->utf8 ? utf8 : ascii;
	const char *openings = label_openings(t->graph);

	buffer_printf(t->to, "\n%s\n%s\n", lines[0], lines[1]);
	if (openings)
		buffer_printf(t->to, "Not shown: %s.\n", openings);
}

/* What was seen of one event between two states; a part without events has none. */
static void add_row(const struct text *t, struct columns *c, unsigned int from,
		    unsigned int to, const struct graph_part *part,
		    const struct graph_event *event)
{
	char old[LABEL_MAX], new[LABEL_MAX], label[LABEL_MAX];

	label_state(old, from);
	label_state(new, to);
	columns_begin(c, event ? NULL : TERMINAL_RED);
	columns_printf(c, "%-11.20s %s %-11.20s", old, view_arrow(t->how), new);
	label_count(label, event ? event->count : part->count);
	columns_text(c, label);
	label_median(label, event ? event->median_ns : part->median_ns);
	columns_text(c, *label ? label : "-");
	columns_text(c, event ? model_manner_name(event->edge->manner) : "-");
	columns_text(c, event ? event->edge->event : "-");
	if (event)
		label_event_verdict(label, event);
	else
		label_verdict(label, part);
	columns_text(c, label);
	columns_end(c);
}

static void add_rows(const struct text *t, struct columns *c, unsigned int from,
		     unsigned int to, enum graph_kind kind)
{
	const struct graph_part *part = graph_seen(t->graph, from, to, kind);
	unsigned int i;

	if (!part)
		return;
	for (i = 0; i < part->event_count; i++)
		add_row(t, c, from, to, part, &part->events[i]);
	if (!part->event_count)
		add_row(t, c, from, to, part, NULL);
}

static void add_table(const struct text *t)
{
	/* In the order in which a connection may pass them. */
	static const unsigned char order[TCPCLOSE_STATES] = {
		TCPCLOSE_CLOSE,	      TCPCLOSE_LISTEN,
		TCPCLOSE_NEW_SYN_RECV, TCPCLOSE_SYN_SENT,
		TCPCLOSE_SYN_RECV,    TCPCLOSE_ESTABLISHED,
		TCPCLOSE_FIN_WAIT1,   TCPCLOSE_FIN_WAIT2,
		TCPCLOSE_CLOSING,     TCPCLOSE_TIME_WAIT,
		TCPCLOSE_CLOSE_WAIT,  TCPCLOSE_LAST_ACK,
		0, 13, 14, 15,
	};
	const struct column specs[] = {
		{ .title = "TRANSITION", .width = t->how->utf8 ? 25 : 26 },
		{ .title = "COUNT", .width = 13, .right = true },
		{ .title = "MEDIAN", .width = 9, .right = true },
		{ .title = "MANNER", .width = 8, .gap = 2 },
		{ .title = "EVENT", .width = 24, .gap = 2 },
		{ .title = "VERDICT", .gap = 2 },
	};
	unsigned int from, to, kind;
	struct columns c;

	columns_init(&c, t->how, t->to, specs, ARRAY_SIZE(specs));
	columns_header(&c);
	for (from = 0; from < ARRAY_SIZE(order); from++)
		for (to = 0; to < ARRAY_SIZE(order); to++)
			for (kind = 0; kind < GRAPH_KINDS; kind++)
				add_rows(t, &c, order[from], order[to], kind);
}

static void add_caption(const struct text *t)
{
	char words[LABEL_MAX], line[2 * LABEL_MAX];

	label_host(words, t->graph);
	add_line(t, TERMINAL_BOLD, words);
	label_sum(words, t->graph);
	add_line(t, "", words);
	if (label_loss(words, t->graph))
		add_line(t, TERMINAL_RED, words);
	if (t->graph->wrong) {
		label_count(words, t->graph->wrong);
		snprintf(line, sizeof(line),
			 "%.40s illegal or impossible: see the table below",
			 words);
		add_line(t, TERMINAL_RED, line);
	}
	buffer_printf(t->to, "\n");
}

/**
 * graph_text() - draw the state diagram for a terminal
 * @how: how it is shown
 * @to: where it goes
 * @g: what was seen
 */
void graph_text(const struct view *how, struct buffer *to,
		const struct graph *g)
{
	struct text t;
	size_t i;

	memset(&t, 0, sizeof(t));
	t.how = how;
	t.to = to;
	t.graph = g;
	t.canvas.how = how;
	figure_place(&t.figure, g);
	for (i = 0; i < FIGURE_BOXES; i++)
		draw_box(&t, &t.figure.boxes[i]);
	for (i = 0; i < t.figure.route_count; i++)
		draw_route(&t, &t.figure.routes[i]);
	add_caption(&t);
	canvas_write(&t.canvas, to);
	add_legend(&t);
	if (!g->transitions)
		return;
	buffer_printf(to, "\n");
	add_table(&t);
}
