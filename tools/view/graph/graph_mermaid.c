// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state diagram for Mermaid, as pages of GitHub and GitLab show it.
 *
 * A flowchart, since edges of a state diagram can have no colour there.
 */
#include <stdio.h>
#include <string.h>

#include "view/graph/figure.h"
#include "view/graph/graph_view.h"
#include "view/graph/label.h"

/**
 * struct mermaid - a picture being written
 * @graph: what
 * @to: where
 * @figure: where things are
 * @links: edges written so far: styles name them by number
 */
struct mermaid {
	const struct graph *graph;
	struct buffer *to;
	struct figure figure;
	unsigned int links;
};

static void add_string(struct buffer *to, const char *text)
{
	buffer_printf(to, "\"");
	for (; *text; text++) {
		if (*text == '\n')
			buffer_printf(to, "<br>");
		else if (strchr("\"#&<>`\\", *text))
			buffer_printf(to, "#%d;", *text);
		else
			buffer_printf(to, "%c", *text);
	}
	buffer_printf(to, "\"");
}

static void add_node(struct mermaid *m, const struct figure_box *box,
		     unsigned int state)
{
	if (!box)
		buffer_printf(m->to, "state_%u", state);
	else
		buffer_printf(m->to, "%s%s", model_state(box->state)->name,
			      box == figure_from(&m->figure, box->state) ?
				      "" :
				      "_2");
}

static const char *colour_of(const struct graph_part *part)
{
	if (!part)
		return "#9aa1ac";
	if (part->why)
		return "#d1242f";
	switch (part->edge->manner) {
	case MODEL_GRACEFUL:
		return "#2f81f7";
	case MODEL_ABRUPT:
		return "#c26a00";
	default:
		return "#6e7781";
	}
}

static void add_link(struct mermaid *m, unsigned int from, unsigned int to,
		     const char *event, const struct graph_part *part,
		     bool dashed)
{
	char label[LABEL_MAX];

	label_lines(label, event, part);
	buffer_printf(m->to, "    ");
	add_node(m, figure_from(&m->figure, from), from);
	buffer_printf(m->to, dashed ? " -.->|" : " -->|");
	add_string(m->to, label);
	buffer_printf(m->to, "| ");
	add_node(m, figure_to(&m->figure, from, to), to);
	buffer_printf(m->to, "\n    linkStyle %u stroke:%s,stroke-width:%u.%upx\n",
		      m->links++, colour_of(part), label_weight(part) / 10,
		      label_weight(part) % 10);
}

static void add_box(struct mermaid *m, const struct figure_box *box)
{
	const char *name = model_state(box->state)->name;

	buffer_printf(m->to, "    ");
	add_node(m, box, box->state);
	buffer_printf(m->to, "(");
	add_string(m->to, name);
	buffer_printf(m->to, ")%s\n",
		      graph_visited(m->graph, box->state) ? "" : ":::unseen");
}

/* States that the figure does not have; most are no states at all. */
static void add_other_boxes(struct mermaid *m)
{
	unsigned int state;
	char name[LABEL_MAX];

	for (state = 0; state < TCPCLOSE_STATES; state++) {
		if (figure_from(&m->figure, state) ||
		    !graph_visited(m->graph, state))
			continue;
		label_state(name, state);
		buffer_printf(m->to, "    state_%u(", state);
		add_string(m->to, name);
		buffer_printf(m->to, ")\n");
	}
}

static void add_route(struct mermaid *m, const struct figure_route *route)
{
	const struct graph_part *part = graph_seen(m->graph, route->from,
						   route->to, GRAPH_FLOW);
	const struct model_edge *edge = label_edge(route->from, route->to);
	char event[LABEL_MAX];

	label_event(event, edge);
	add_link(m, route->from, route->to, event, part,
		 part ? graph_is_linux(part) : edge->standing == MODEL_ABSENT);
}

static void add_rest(void *context, unsigned int from, unsigned int to,
		     const struct graph_part *part)
{
	char verdict[LABEL_MAX];

	label_verdict(verdict, part);
	add_link(context, from, to, verdict, part, false);
}

static void add_caption(struct mermaid *m)
{
	char text[4 * LABEL_MAX], host[LABEL_MAX], sum[LABEL_MAX];
	char loss[LABEL_MAX] = "";
	const char *openings = label_openings(m->graph);
	bool lost = label_loss(loss, m->graph);

	label_host(host, m->graph);
	label_sum(sum, m->graph);
	snprintf(text, sizeof(text), "%s; %s%s%s", host, sum, lost ? "; " : "",
		 loss);
	/* Of these words, none needs more than the quotes. */
	buffer_printf(m->to, "---\ntitle: \"%s\"\n---\nflowchart TD\n", text);
	buffer_printf(m->to,
		      "    %%%% Edges: how often / median time in the state left.\n"
		      "    %%%% Grey: not seen%s%s. Dashed: Linux-specific; grey: never made by Linux. Red: illegal.\n",
		      openings ? ", " : "", openings ? openings : "");
}

/**
 * graph_mermaid() - draw the state diagram for Mermaid
 * @how: how it is shown
 * @to: where it goes
 * @g: what was seen
 */
void graph_mermaid(const struct view *how, struct buffer *to,
		   const struct graph *g)
{
	struct mermaid m = { .graph = g, .to = to };
	size_t i;

	figure_place(&m.figure, g);
	add_caption(&m);
	for (i = 0; i < FIGURE_BOXES; i++)
		add_box(&m, &m.figure.boxes[i]);
	add_other_boxes(&m);
	for (i = 0; i < m.figure.route_count; i++)
		add_route(&m, &m.figure.routes[i]);
	for (i = 0; i < FIGURE_BOXES; i++) {
		const struct figure_box *box = &m.figure.boxes[i];
		const struct graph_part *loop = figure_loop(g, box);
		const struct graph_part *abrupt = figure_abrupt(g, box);

		if (loop)
			add_link(&m, box->state, box->state, "stays", loop,
				 graph_is_linux(loop));
		if (abrupt)
			add_link(&m, box->state, TCPCLOSE_CLOSE,
				 "RST, abort, timeout", abrupt,
				 graph_is_linux(abrupt));
	}
	figure_visit_rest(&m.figure, g, add_rest, &m);
	buffer_printf(to, "    classDef unseen stroke:#9aa1ac,color:#8b93a0\n");
}
