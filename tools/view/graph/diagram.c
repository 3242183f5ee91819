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
 * diagram_init() - begin a diagram
 * @d: the diagram
 * @to: where it goes
 * @g: what was seen
 */
void diagram_init(struct diagram *d, struct buffer *to, const struct graph *g)
{
	d->graph = g;
	d->to = to;
	d->edges = 0;
	figure_place(&d->figure, g);
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

/**
 * diagram_visit_states() - visit states that were seen and have no box
 * @d: the diagram
 * @visit: is called for each; most of them are no states at all
 */
void diagram_visit_states(struct diagram *d, diagram_state_fn visit)
{
	char name[LABEL_MAX];
	unsigned int state;

	for (state = 0; state < TCPCLOSE_STATES; state++) {
		if (figure_from(&d->figure, state) ||
		    !graph_visited(d->graph, state))
			continue;
		label_state(name, state);
		visit(d, state, name);
	}
}

static void visit_route(struct diagram *d, const struct figure_route *route,
			diagram_edge_fn visit)
{
	const struct graph_part *part =
		graph_seen(d->graph, route->from, route->to, GRAPH_FLOW);
	const struct model_edge *edge = label_edge(route->from, route->to);
	char event[LABEL_MAX];
	const struct diagram_edge drawn = {
		.number = d->edges++,
		.from = route->from,
		.to = route->to,
		.event = event,
		.part = part,
		.dashed = part ? graph_is_linux(part) :
				 edge->standing == MODEL_ABSENT,
	};

	label_event(event, edge);
	visit(d, &drawn);
}

static void visit_extra(struct diagram *d, unsigned int from, unsigned int to,
			const char *event, const struct graph_part *part,
			diagram_edge_fn visit)
{
	const struct diagram_edge drawn = {
		.number = d->edges++,
		.from = from,
		.to = to,
		.event = event,
		.part = part,
		.dashed = !part->why && graph_is_linux(part),
		.extra = true,
	};

	visit(d, &drawn);
}

/* What the figure writes within a box. */
static void visit_box(struct diagram *d, const struct figure_box *box,
		      diagram_edge_fn visit)
{
	const struct graph_part *loop = figure_loop(d->graph, box);
	const struct graph_part *abrupt = figure_abrupt(d->graph, box);

	if (loop)
		visit_extra(d, box->state, box->state, "stays", loop, visit);
	if (abrupt)
		visit_extra(d, box->state, TCPCLOSE_CLOSE,
			    "RST, abort, timeout", abrupt, visit);
}

struct rest {
	struct diagram *d;
	diagram_edge_fn visit;
};

static void visit_rest(void *context, unsigned int from, unsigned int to,
		       const struct graph_part *part)
{
	struct rest *rest = context;
	char verdict[LABEL_MAX];

	label_verdict(verdict, part);
	visit_extra(rest->d, from, to, verdict, part, rest->visit);
}

/**
 * diagram_visit_edges() - visit all edges
 * @d: the diagram
 * @visit: is called for each
 */
void diagram_visit_edges(struct diagram *d, diagram_edge_fn visit)
{
	struct rest rest = { .d = d, .visit = visit };
	size_t i;

	for (i = 0; i < d->figure.route_count; i++)
		visit_route(d, &d->figure.routes[i], visit);
	for (i = 0; i < FIGURE_BOXES; i++)
		visit_box(d, &d->figure.boxes[i], visit);
	figure_visit_rest(&d->figure, d->graph, visit_rest, &rest);
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
