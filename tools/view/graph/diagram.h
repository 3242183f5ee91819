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
 * @language: how
 * @graph: what was seen
 * @to: where it goes
 * @figure: where things are
 * @edges: edges written so far
 */
struct diagram {
	const struct diagram_language *language;
	const struct graph *graph;
	struct buffer *to;
	struct figure figure;
	unsigned int edges;
};

/**
 * struct diagram_node - a node of a diagram
 * @box: the state's box; CLOSE has two, each is a node of its own; NULL: it has none
 * @state: the state
 * @name: its name
 * @seen: there was a transition into it or out of it
 */
struct diagram_node {
	const struct figure_box *box;
	unsigned int state;
	const char *name;
	bool seen;
};

/**
 * struct diagram_edge - an edge of a diagram
 * @number: in the order in which they are written, from 0
 * @from: old state
 * @to: new state
 * @label: what makes it happen, and how often it did; may have several lines
 * @part: what was seen; NULL: nothing
 * @dashed: it is Linux-specific; of what was not seen: Linux never makes it
 * @extra: the figure has no line for it, so it must not change the layout
 */
struct diagram_edge {
	unsigned int number;
	unsigned int from;
	unsigned int to;
	const char *label;
	const struct graph_part *part;
	bool dashed;
	bool extra;
};

/**
 * struct diagram_language - how a diagram is written
 * @indent: before each node and each edge
 * @escape: writes a character that must not stand as it is in a string, and returns
 *	whether it has done so
 * @begin: what comes before the nodes
 * @node: what comes behind the name of a node
 * @between: what comes between nodes and edges; NULL: nothing
 * @edge: an edge, with the names of its nodes
 * @end: the last lines
 */
struct diagram_language {
	const char *indent;
	bool (*escape)(struct buffer *to, char character);
	void (*begin)(struct diagram *d);
	void (*node)(struct diagram *d, const struct diagram_node *node);
	void (*between)(struct diagram *d);
	void (*edge)(struct diagram *d, const struct diagram_edge *edge);
	const char *end;
};

void diagram_write(const struct diagram_language *language, struct buffer *to,
		   const struct graph *g);
void diagram_add_string(struct diagram *d, const char *text);
void diagram_add_node(struct diagram *d, const struct figure_box *box,
		      unsigned int state);
void diagram_add_from(struct diagram *d, const struct diagram_edge *edge);
void diagram_add_to(struct diagram *d, const struct diagram_edge *edge);
void diagram_caption(char text[4 * LABEL_MAX], const struct graph *g,
		     const char *between);

#endif /* TCPCLOSE_VIEW_GRAPH_DIAGRAM_H */
