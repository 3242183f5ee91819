/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is common to state diagrams that are written in a language and drawn by
 * another program.
 */
#ifndef TCPCLOSE_VIEW_GRAPH_DIAGRAM_H
#define TCPCLOSE_VIEW_GRAPH_DIAGRAM_H

#include "base/buffer.h"
#include "view/graph/figure.h"
#include "view/graph/label.h"

/**
 * struct diagram - a diagram being written
 * @graph: what was seen
 * @to: where it goes
 * @figure: where things are
 * @edges: edges visited so far
 */
struct diagram {
	const struct graph *graph;
	struct buffer *to;
	struct figure figure;
	unsigned int edges;
};

/**
 * struct diagram_edge - an edge of a diagram
 * @number: in the order in which they are visited, from 0
 * @from: old state
 * @to: new state
 * @event: what makes it happen
 * @part: what was seen; NULL: nothing
 * @dashed: it is Linux-specific; of what was not seen: Linux never makes it
 * @extra: the figure has no line for it, so it must not change the layout
 */
struct diagram_edge {
	unsigned int number;
	unsigned int from;
	unsigned int to;
	const char *event;
	const struct graph_part *part;
	bool dashed;
	bool extra;
};

typedef void (*diagram_edge_fn)(struct diagram *d,
				const struct diagram_edge *edge);
typedef void (*diagram_state_fn)(struct diagram *d, unsigned int state,
				 const char *name);

void diagram_init(struct diagram *d, struct buffer *to, const struct graph *g);
void diagram_add_node(struct diagram *d, const struct figure_box *box,
		      unsigned int state);
void diagram_add_from(struct diagram *d, const struct diagram_edge *edge);
void diagram_add_to(struct diagram *d, const struct diagram_edge *edge);
void diagram_visit_states(struct diagram *d, diagram_state_fn visit);
void diagram_visit_edges(struct diagram *d, diagram_edge_fn visit);
void diagram_caption(char text[4 * LABEL_MAX], const struct graph *g,
		     const char *between);

#endif /* TCPCLOSE_VIEW_GRAPH_DIAGRAM_H */
