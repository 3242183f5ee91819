// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state diagram for Graphviz: "dot" lays it out itself, "neato -n" as the
 * RFC's figure does.
 */
#include <stdio.h>

#include "view/graph/diagram.h"
#include "view/graph/graph_view.h"

/* Points between the middles of two cells. */
#define CELL_WIDTH 9
#define CELL_HEIGHT 18

static bool escape(struct buffer *to, char character)
{
	switch (character) {
	case '&':
		/* Graphviz expands entities. */
		buffer_printf(to, "&amp;");
		return true;
	case '\n':
		buffer_printf(to, "\\n");
		return true;
	case '"':
	case '\\':
		buffer_printf(to, "\\%c", character);
		return true;
	default:
		return false;
	}
}

/* Groups are columns: dot keeps them straight if it can. */
static void add_node(struct diagram *d, const struct diagram_node *node)
{
	const struct figure_box *box = node->box;
	int x = (FIGURE_COLUMNS + FIGURE_BOX_COLUMNS) * CELL_WIDTH;
	int y = (int)node->state * 3 * CELL_HEIGHT;

	if (box) {
		x = (2 * box->x + FIGURE_BOX_COLUMNS - 1) * CELL_WIDTH / 2;
		y = (FIGURE_ROWS - box->y) * CELL_HEIGHT;
	}
	buffer_printf(d->to, " [label=");
	diagram_add_string(d, node->name);
	buffer_printf(d->to, ", pos=\"%d,%d\"", x, y);
	if (box)
		buffer_printf(d->to, ", group=%d", box->x);
	if (!node->seen)
		buffer_printf(d->to, ", color=\"#9aa1ac\", fontcolor=\"#6b7280\"");
	buffer_printf(d->to, "];\n");
}

static const char *const colours[SVG_ROLES] = {
	[SVG_MUTED] = "#9aa1ac",
	[SVG_BAD] = "#c4001a",
	[SVG_GRACEFUL] = "#0a4fa8",
	[SVG_ABRUPT] = "#9a4a00",
	[SVG_INK] = "#1b1f24",
};

static void add_edge(struct diagram *d, const struct diagram_edge *edge)
{
	const struct graph_part *part = edge->part;
	const char *colour = colours[label_role(part)];

	diagram_add_from(d, edge);
	buffer_printf(d->to, " -> ");
	diagram_add_to(d, edge);
	buffer_printf(d->to, " [label=");
	diagram_add_string(d, edge->label);
	buffer_printf(d->to, ", color=\"%s\", fontcolor=\"%s\", penwidth=%u.%u",
		      colour, part ? colour : "#6b7280",
		      label_weight(part) / 10, label_weight(part) % 10);
	buffer_printf(d->to, "%s%s];\n", edge->dashed ? ", style=dashed" : "",
		      edge->extra ? ", constraint=false" : "");
}

/* The boxes of the row that begins with box @first, from left to right. */
static void add_rank(struct diagram *d, size_t first)
{
	const struct figure_box *boxes = d->figure.boxes;
	size_t i;
	int x;

	buffer_printf(d->to, "\t{ rank=same;");
	for (x = 0; x < FIGURE_COLUMNS; x++) {
		for (i = 0; i < FIGURE_BOXES; i++) {
			if (boxes[i].y != boxes[first].y || boxes[i].x != x)
				continue;
			buffer_printf(d->to, " ");
			diagram_add_node(d, &boxes[i], boxes[i].state);
			buffer_printf(d->to, ";");
		}
	}
	buffer_printf(d->to, " }\n");
}

/* Invisible edges keep the boxes of a row in order. */
static void add_rows(struct diagram *d)
{
	const struct figure_box *boxes = d->figure.boxes;
	size_t i, j;

	for (i = 0; i < FIGURE_BOXES; i++) {
		for (j = 0; j < i && boxes[j].y != boxes[i].y; j++)
			;
		if (j == i)
			add_rank(d, i);
	}
	for (i = 0; i < FIGURE_BOXES; i++) {
		for (j = 0; j < FIGURE_BOXES; j++) {
			if (boxes[i].y != boxes[j].y || boxes[i].x >= boxes[j].x)
				continue;
			buffer_printf(d->to, "\t");
			diagram_add_node(d, &boxes[i], boxes[i].state);
			buffer_printf(d->to, " -> ");
			diagram_add_node(d, &boxes[j], boxes[j].state);
			buffer_printf(d->to, " [style=invis];\n");
		}
	}
}

static void begin(struct diagram *d)
{
	const char *openings = label_openings(d->graph);
	char caption[4 * LABEL_MAX], text[6 * LABEL_MAX];

	diagram_caption(caption, d->graph, "\n");
	snprintf(text, sizeof(text),
		 "%s\nhow often / median time in the state left\ngrey: not seen%s%s; dashed: Linux-specific, or if grey: never made by Linux; red: illegal",
		 caption, openings ? ", " : "", openings ? openings : "");
	buffer_printf(d->to,
		      "digraph tcpclose {\n"
		      "\tlabelloc=t; fontname=\"sans-serif\"; nodesep=1.2;\n"
		      "\tnode [shape=box, style=rounded, fontname=\"sans-serif\", width=2];\n"
		      "\tedge [fontname=\"sans-serif\", fontsize=11];\n"
		      "\tlabel=");
	diagram_add_string(d, text);
	buffer_printf(d->to, ";\n");
}

static const struct diagram_language dot = {
	.indent = "\t",
	.escape = escape,
	.begin = begin,
	.node = add_node,
	.between = add_rows,
	.edge = add_edge,
	.end = "}\n",
};

/**
 * graph_dot() - draw the state diagram for Graphviz
 * @how: it looks the same always
 * @to: where it goes
 * @g: what was seen
 */
void graph_dot(const struct view *how, struct buffer *to,
	       const struct graph *g)
{
	diagram_write(&dot, to, g);
}
