// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state diagram for Mermaid, as pages of GitHub and GitLab show it.
 *
 * A flowchart, since edges of a state diagram can have no colour there.
 */
#include <string.h>

#include "view/graph/diagram.h"
#include "view/graph/graph_view.h"

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

static const char *const colours[SVG_ROLES] = {
	[SVG_MUTED] = "#9aa1ac",
	[SVG_BAD] = "#d1242f",
	[SVG_GRACEFUL] = "#2f81f7",
	[SVG_ABRUPT] = "#c26a00",
	[SVG_INK] = "#6e7781",
};

static void add_link(struct diagram *d, const struct diagram_edge *edge)
{
	const struct graph_part *part = edge->part;
	char label[LABEL_MAX];

	label_lines(label, edge->event, part);
	buffer_printf(d->to, "    ");
	diagram_add_from(d, edge);
	buffer_printf(d->to, edge->dashed ? " -.->|" : " -->|");
	add_string(d->to, label);
	buffer_printf(d->to, "| ");
	diagram_add_to(d, edge);
	buffer_printf(d->to,
		      "\n    linkStyle %u stroke:%s,stroke-width:%u.%upx\n",
		      edge->number, colours[label_role(part)],
		      label_weight(part) / 10, label_weight(part) % 10);
}

static void add_box(struct diagram *d, const struct figure_box *box)
{
	buffer_printf(d->to, "    ");
	diagram_add_node(d, box, box->state);
	buffer_printf(d->to, "(");
	add_string(d->to, model_state(box->state)->name);
	buffer_printf(d->to, ")%s\n",
		      graph_visited(d->graph, box->state) ? "" : ":::unseen");
}

static void add_state(struct diagram *d, unsigned int state, const char *name)
{
	buffer_printf(d->to, "    state_%u(", state);
	add_string(d->to, name);
	buffer_printf(d->to, ")\n");
}

static void add_caption(struct diagram *d)
{
	const char *openings = label_openings(d->graph);
	char text[4 * LABEL_MAX];

	diagram_caption(text, d->graph, "; ");
	/* None of these words needs escapes within quotes. */
	buffer_printf(d->to, "---\ntitle: \"%s\"\n---\nflowchart TD\n", text);
	buffer_printf(d->to,
		      "    %%%% Edges: how often / median time in the state left.\n"
		      "    %%%% Grey: not seen%s%s. Dashed: Linux-specific; grey: never made by Linux. Red: illegal.\n",
		      openings ? ", " : "", openings ? openings : "");
}

/**
 * graph_mermaid() - draw the state diagram for Mermaid
 * @how: it looks the same always
 * @to: where it goes
 * @g: what was seen
 */
void graph_mermaid(const struct view *how, struct buffer *to,
		   const struct graph *g)
{
	struct diagram d;
	size_t i;

	diagram_init(&d, to, g);
	add_caption(&d);
	for (i = 0; i < FIGURE_BOXES; i++)
		add_box(&d, &d.figure.boxes[i]);
	diagram_visit_states(&d, add_state);
	diagram_visit_edges(&d, add_link);
	buffer_printf(to, "    classDef unseen stroke:#9aa1ac,color:#8b93a0\n");
}
