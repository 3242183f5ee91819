// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state diagram for Graphviz: "dot" lays it out itself, "neato -n" as the
 * RFC's figure does.
 */
#include <stdio.h>
#include <string.h>

#include "view/graph/figure.h"
#include "view/graph/graph_view.h"
#include "view/graph/label.h"

/* Points between the middles of two cells. */
#define CELL_WIDTH 9
#define CELL_HEIGHT 18

/**
 * struct dot - a picture being written
 * @graph: what
 * @to: where
 * @figure: where things are
 */
struct dot {
	const struct graph *graph;
	struct buffer *to;
	struct figure figure;
};

static void add_string(struct buffer *to, const char *text)
{
	buffer_printf(to, "\"");
	for (; *text; text++) {
		/* Graphviz understands entities, so a & is one of its own. */
		if (*text == '&')
			buffer_printf(to, "&amp;");
		else if (*text == '\n')
			buffer_printf(to, "\\n");
		else if (*text == '"' || *text == '\\')
			buffer_printf(to, "\\%c", *text);
		else
			buffer_printf(to, "%c", *text);
	}
	buffer_printf(to, "\"");
}

/* Nodes have names of their own: CLOSE is there twice. */
static void add_node(struct dot *dot, const struct figure_box *box,
		     unsigned int state)
{
	if (!box)
		buffer_printf(dot->to, "state_%u", state);
	else
		buffer_printf(dot->to, "%s%s", model_state(state)->name,
			      box == figure_from(&dot->figure, state) ? "" :
									"_2");
}

/* Groups are columns: dot keeps them straight if it can. */
static void add_box(struct dot *dot, const struct figure_box *box)
{
	bool visited = graph_visited(dot->graph, box->state);
	int x = (2 * box->x + FIGURE_BOX_COLUMNS - 1) * CELL_WIDTH / 2;
	int y = (FIGURE_ROWS - box->y) * CELL_HEIGHT;

	buffer_printf(dot->to, "\t");
	add_node(dot, box, box->state);
	buffer_printf(dot->to, " [label=");
	add_string(dot->to, model_state(box->state)->name);
	buffer_printf(dot->to, ", pos=\"%d,%d\", group=%d%s];\n", x, y, box->x,
		      visited ? "" :
				", color=\"#9aa1ac\", fontcolor=\"#6b7280\"");
}

/* States that the figure does not have; most are no states at all. */
static void add_other_boxes(struct dot *dot)
{
	unsigned int state;
	char name[LABEL_MAX];

	for (state = 0; state < TCPCLOSE_STATES; state++) {
		if (figure_from(&dot->figure, state) ||
		    !graph_visited(dot->graph, state))
			continue;
		label_state(name, state);
		buffer_printf(dot->to, "\tstate_%u [label=", state);
		add_string(dot->to, name);
		buffer_printf(dot->to, ", pos=\"%d,%d\"];\n",
			      (FIGURE_COLUMNS + FIGURE_BOX_COLUMNS) * CELL_WIDTH,
			      (int)state * 3 * CELL_HEIGHT);
	}
}

static const char *colour_of(const struct graph_part *part)
{
	if (!part)
		return "#9aa1ac";
	if (part->why)
		return "#c4001a";
	switch (part->edge->manner) {
	case MODEL_GRACEFUL:
		return "#0a4fa8";
	case MODEL_ABRUPT:
		return "#9a4a00";
	default:
		return "#1b1f24";
	}
}

static void add_attributes(struct dot *dot, const char *event,
			   const struct graph_part *part, bool dashed)
{
	char label[LABEL_MAX];

	label_lines(label, event, part);
	buffer_printf(dot->to, " [label=");
	add_string(dot->to, label);
	buffer_printf(dot->to, ", color=\"%s\", fontcolor=\"%s\", penwidth=%u.%u",
		      colour_of(part), part ? colour_of(part) : "#6b7280",
		      label_weight(part) / 10, label_weight(part) % 10);
	if (dashed)
		buffer_printf(dot->to, ", style=dashed");
}

static void add_route(struct dot *dot, const struct figure_route *route)
{
	const struct graph_part *part = graph_seen(dot->graph, route->from,
						   route->to, GRAPH_FLOW);
	const struct model_edge *edge = label_edge(route->from, route->to);
	char event[LABEL_MAX];

	label_event(event, edge);
	buffer_printf(dot->to, "\t");
	add_node(dot, figure_from(&dot->figure, route->from), route->from);
	buffer_printf(dot->to, " -> ");
	add_node(dot, figure_to(&dot->figure, route->from, route->to),
		 route->to);
	add_attributes(dot, event, part,
		       part ? graph_is_linux(part) :
			      edge->standing == MODEL_ABSENT);
	buffer_printf(dot->to, "];\n");
}

/* What the figure leaves out must not change the layout. */
static void add_other(struct dot *dot, unsigned int from, unsigned int to,
		      const char *event, const struct graph_part *part)
{
	buffer_printf(dot->to, "\t");
	add_node(dot, figure_from(&dot->figure, from), from);
	buffer_printf(dot->to, " -> ");
	add_node(dot, figure_to(&dot->figure, from, to), to);
	add_attributes(dot, event, part, !part->why && graph_is_linux(part));
	buffer_printf(dot->to, ", constraint=false];\n");
}

static void add_rest(void *context, unsigned int from, unsigned int to,
		     const struct graph_part *part)
{
	char verdict[LABEL_MAX];

	label_verdict(verdict, part);
	add_other(context, from, to, verdict, part);
}

/* Invisible edges keep the boxes of a row in order. */
static void add_rows(struct dot *dot)
{
	const struct figure_box *boxes = dot->figure.boxes;
	size_t i, j;
	int x;

	for (i = 0; i < FIGURE_BOXES; i++) {
		for (j = 0; j < i && boxes[j].y != boxes[i].y; j++)
			;
		if (j < i)
			continue;
		buffer_printf(dot->to, "\t{ rank=same;");
		for (x = 0; x < FIGURE_COLUMNS; x++) {
			for (j = 0; j < FIGURE_BOXES; j++) {
				if (boxes[j].y != boxes[i].y || boxes[j].x != x)
					continue;
				buffer_printf(dot->to, " ");
				add_node(dot, &boxes[j], boxes[j].state);
				buffer_printf(dot->to, ";");
			}
		}
		buffer_printf(dot->to, " }\n");
	}
	for (i = 0; i < FIGURE_BOXES; i++) {
		for (j = 0; j < FIGURE_BOXES; j++) {
			if (boxes[i].y != boxes[j].y || boxes[i].x >= boxes[j].x)
				continue;
			buffer_printf(dot->to, "\t");
			add_node(dot, &boxes[i], boxes[i].state);
			buffer_printf(dot->to, " -> ");
			add_node(dot, &boxes[j], boxes[j].state);
			buffer_printf(dot->to, " [style=invis];\n");
		}
	}
}

static void add_caption(struct dot *dot)
{
	char text[4 * LABEL_MAX], host[LABEL_MAX], sum[LABEL_MAX];
	char loss[LABEL_MAX] = "";
	const char *openings = label_openings(dot->graph);
	bool lost = label_loss(loss, dot->graph);

	label_host(host, dot->graph);
	label_sum(sum, dot->graph);
	snprintf(text, sizeof(text),
		 "%s\n%s%s%s\nhow often / median time in the state left\ngrey: not seen%s%s; dashed: Linux-specific, or if grey: never made by Linux; red: illegal",
		 host, sum, lost ? "\n" : "", loss, openings ? ", " : "",
		 openings ? openings : "");
	buffer_printf(dot->to, "\tlabel=");
	add_string(dot->to, text);
	buffer_printf(dot->to, ";\n");
}

/**
 * graph_dot() - draw the state diagram for Graphviz
 * @how: how it is shown
 * @to: where it goes
 * @g: what was seen
 */
void graph_dot(const struct view *how, struct buffer *to,
	       const struct graph *g)
{
	struct dot dot = { .graph = g, .to = to };
	size_t i;

	figure_place(&dot.figure, g);
	buffer_printf(to, "digraph tcpclose {\n"
			  "\tlabelloc=t; fontname=\"sans-serif\"; nodesep=1.2;\n"
			  "\tnode [shape=box, style=rounded, fontname=\"sans-serif\", width=2];\n"
			  "\tedge [fontname=\"sans-serif\", fontsize=11];\n");
	add_caption(&dot);
	for (i = 0; i < FIGURE_BOXES; i++)
		add_box(&dot, &dot.figure.boxes[i]);
	add_other_boxes(&dot);
	add_rows(&dot);
	for (i = 0; i < dot.figure.route_count; i++)
		add_route(&dot, &dot.figure.routes[i]);
	for (i = 0; i < FIGURE_BOXES; i++) {
		const struct figure_box *box = &dot.figure.boxes[i];
		const struct graph_part *loop = figure_loop(g, box);
		const struct graph_part *abrupt = figure_abrupt(g, box);

		if (loop)
			add_other(&dot, box->state, box->state, "stays", loop);
		if (abrupt)
			add_other(&dot, box->state, TCPCLOSE_CLOSE,
				  "RST, abort, timeout", abrupt);
	}
	figure_visit_rest(&dot.figure, g, add_rest, &dot);
	buffer_printf(to, "}\n");
}
