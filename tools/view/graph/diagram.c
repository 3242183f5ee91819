// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is common to state diagrams that are written in a language.
 *
 * Knows which nodes and edges there are, and what they are called; knows no
 * language.
 */
#include <stdio.h>

#include "view/graph/diagram.h"

/**
 * diagram_add_string() - write a string, in quotes
 * @d: the diagram
 * @text: the string
 */
void diagram_add_string(struct diagram *d, const char *text)
{
	buffer_printf(d->to, "\"");
	for (; *text; text++)
		if (!d->language->escape(d->to, *text))
			buffer_printf(d->to, "%c", *text);
	buffer_printf(d->to, "\"");
}

/**
 * diagram_add_node() - write the name of a node
 * @d: the diagram
 * @box: the state's box; CLOSE has two, each is a node of its own; NULL: it has
 *	none
 * @state: the state
 */
void diagram_add_node(struct diagram *d, const struct figure_box *box,
		      unsigned int state)
{
	if (!box)
		buffer_printf(d->to, "state_%u", state);
	else
		buffer_printf(d->to, "%s%s", model_state(box->state)->name,
			      box == figure_from(&d->figure, box->state) ?
				      "" :
				      "_2");
}

/**
 * diagram_add_from() - write the name of the node that an edge leaves
 * @d: the diagram
 * @edge: the edge
 */
void diagram_add_from(struct diagram *d, const struct diagram_edge *edge)
{
	diagram_add_node(d, figure_from(&d->figure, edge->from), edge->from);
}

/**
 * diagram_add_to() - write the name of the node that an edge leads to
 * @d: the diagram
 * @edge: the edge
 */
void diagram_add_to(struct diagram *d, const struct diagram_edge *edge)
{
	diagram_add_node(d, figure_to(&d->figure, edge->from, edge->to),
			 edge->to);
}

static void write_node(struct diagram *d, const struct figure_box *box,
		       unsigned int state, const char *name)
{
	const struct diagram_node node = {
		.box = box,
		.state = state,
		.name = name,
		.seen = graph_visited(d->graph, state),
	};

	buffer_printf(d->to, "%s", d->language->indent);
	diagram_add_node(d, box, state);
	d->language->node(d, &node);
}

/* All boxes, and states that were seen and have none: most are no states at all. */
static void write_nodes(struct diagram *d)
{
	char name[LABEL_MAX];
	unsigned int state;
	size_t i;

	for (i = 0; i < FIGURE_BOXES; i++) {
		const struct figure_box *box = &d->figure.boxes[i];

		write_node(d, box, box->state, model_state(box->state)->name);
	}
	for (state = 0; state < TCPCLOSE_STATES; state++) {
		if (figure_from(&d->figure, state) ||
		    !graph_visited(d->graph, state))
			continue;
		label_state(name, state);
		write_node(d, NULL, state, name);
	}
}

static void write_edge(struct diagram *d, struct diagram_edge *edge,
		       const char *event)
{
	char label[LABEL_LINES_MAX];

	label_lines(label, event, edge->part);
	edge->label = label;
	edge->number = d->edges++;
	buffer_printf(d->to, "%s", d->language->indent);
	d->language->edge(d, edge);
}

static void write_route(struct diagram *d, const struct figure_route *route)
{
	const struct graph_part *part =
		graph_seen(d->graph, route->from, route->to, GRAPH_FLOW);
	const struct model_edge *edge = label_edge(route->from, route->to);
	char event[LABEL_MAX];
	struct diagram_edge drawn = {
		.from = route->from,
		.to = route->to,
		.part = part,
		.dashed = part ? graph_is_linux(part) :
				 edge->standing == MODEL_ABSENT,
	};

	label_event(event, edge);
	write_edge(d, &drawn, event);
}

static void write_extra(struct diagram *d, unsigned int from, unsigned int to,
			const char *event, const struct graph_part *part)
{
	struct diagram_edge drawn = {
		.from = from,
		.to = to,
		.part = part,
		.dashed = !part->why && graph_is_linux(part),
		.extra = true,
	};

	write_edge(d, &drawn, event);
}

/* What the figure writes within a box. */
static void write_inner(struct diagram *d, const struct figure_box *box)
{
	const struct graph_part *loop = figure_loop(d->graph, box);
	const struct graph_part *abrupt = figure_abrupt(d->graph, box);

	if (loop)
		write_extra(d, box->state, box->state, NULL, loop);
	if (abrupt)
		write_extra(d, box->state, TCPCLOSE_CLOSE, NULL, abrupt);
}

static void write_rest(void *context, unsigned int from, unsigned int to,
		       const struct graph_part *part)
{
	char verdict[LABEL_MAX];

	label_verdict(verdict, part);
	write_extra(context, from, to, verdict, part);
}

static void write_edges(struct diagram *d)
{
	size_t i;

	for (i = 0; i < d->figure.route_count; i++)
		write_route(d, &d->figure.routes[i]);
	for (i = 0; i < FIGURE_BOXES; i++)
		write_inner(d, &d->figure.boxes[i]);
	figure_visit_rest(&d->figure, d->graph, write_rest, d);
}

/**
 * diagram_write() - write a diagram
 * @language: how
 * @to: where it goes
 * @g: what was seen
 */
void diagram_write(const struct diagram_language *language, struct buffer *to,
		   const struct graph *g)
{
	struct diagram d = { .language = language, .graph = g, .to = to };

	figure_place(&d.figure, g);
	language->begin(&d);
	write_nodes(&d);
	if (language->between)
		language->between(&d);
	write_edges(&d);
	buffer_printf(to, "%s", language->end);
}

/**
 * diagram_caption() - which machine it was, and how much was seen
 * @text: result
 * @g: what was seen
 * @between: what stands between the parts
 */
void diagram_caption(char text[4 * LABEL_MAX], const struct graph *g,
		     const char *between)
{
	char host[LABEL_MAX], sum[LABEL_MAX], loss[LABEL_MAX] = "";
	bool lost = label_loss(loss, g);

	label_host(host, g);
	label_sum(sum, g);
	snprintf(text, 4 * LABEL_MAX, "%s%.4s%s%.4s%s", host, between, sum,
		 lost ? between : "", loss);
}
