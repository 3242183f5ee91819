/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where states and their edges are, laid out as in RFC 9293, Figure 5.
 *
 * Coordinates are cells, characters on a terminal; a box's border has cells of
 * its own.
 */
#ifndef TCPCLOSE_VIEW_GRAPH_FIGURE_H
#define TCPCLOSE_VIEW_GRAPH_FIGURE_H

#include <stddef.h>

#include "draw/canvas.h"
#include "graph/graph.h"

#define FIGURE_COLUMNS 100
#define FIGURE_ROWS 51
#define FIGURE_BOXES 12
#define FIGURE_BOX_COLUMNS 22
/* More than there are edges between boxes. */
#define FIGURE_ROUTES 24

/**
 * enum figure_align - which part of a label is at its place
 * @FIGURE_START: its left end
 * @FIGURE_CENTRE: its middle
 * @FIGURE_END: its right end
 */
enum figure_align {
	FIGURE_START,
	FIGURE_CENTRE,
	FIGURE_END,
};

/**
 * struct figure_box - a state's box
 * @state: the state; CLOSE has two boxes
 * @x: first column
 * @y: first row
 * @inner: rows within its border
 */
struct figure_box {
	unsigned int state;
	int x;
	int y;
	int inner;
};

/**
 * struct figure_label - where an edge's label is
 * @x: column
 * @y: row of its first line, or of its last if it is @above
 * @columns: room that it has
 * @align: which part of it is at @x
 * @above: it grows upwards
 */
struct figure_label {
	int x;
	int y;
	int columns;
	enum figure_align align;
	bool above;
};

/**
 * struct figure_route - an edge of the figure
 * @from: old state
 * @to: new state
 * @points: from border to border, each part horizontal or vertical
 * @count: how many points
 * @label: its label
 */
struct figure_route {
	unsigned int from;
	unsigned int to;
	struct canvas_point points[3];
	unsigned int count;
	struct figure_label label;
};

/**
 * struct figure - the figure of one graph
 * @boxes: all boxes
 * @routes: all edges between boxes
 * @route_count: how many
 */
struct figure {
	struct figure_box boxes[FIGURE_BOXES];
	struct figure_route routes[FIGURE_ROUTES];
	size_t route_count;
};

void figure_place(struct figure *f, const struct graph *g);
const struct figure_box *figure_from(const struct figure *f, unsigned int from);
const struct figure_box *figure_to(const struct figure *f, unsigned int from,
				   unsigned int to);
const struct graph_part *figure_loop(const struct graph *g,
				     const struct figure_box *box);
const struct graph_part *figure_abrupt(const struct graph *g,
				       const struct figure_box *box);
uint64_t figure_wrong(const struct graph *g, const struct figure_box *box);
void figure_visit_rest(const struct figure *f, const struct graph *g,
		       void (*visit)(void *context, unsigned int from,
				     unsigned int to,
				     const struct graph_part *part),
		       void *context);

#endif /* TCPCLOSE_VIEW_GRAPH_FIGURE_H */
