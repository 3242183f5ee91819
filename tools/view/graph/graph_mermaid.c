// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state diagram for Mermaid, as pages of GitHub and GitLab show it.
 *
 * A flowchart, since edges of a state diagram can have no colour there.
 */
#include <string.h>

#include "view/graph/diagram.h"
#include "view/graph/graph_view.h"

static bool escape(struct buffer *to, char character)
{
	if (character == '\n')
		buffer_printf(to, "<br>");
	else if (strchr("\"#&<>`\\", character))
		buffer_printf(to, "#%d;", character);
	else
		return false;
	return true;
}

static const char *const colours[SVG_ROLES] = {
	[SVG_MUTED] = "#9aa1ac",
	[SVG_BAD] = "#d1242f",
	[SVG_GRACEFUL] = "#2f81f7",
	[SVG_ABRUPT] = "#c26a00",
	[SVG_INK] = "#6e7781",
};

static void add_edge(struct diagram *d, const struct diagram_edge *edge)
{
	const struct graph_part *part = edge->part;

	diagram_add_from(d, edge);
	buffer_printf(d->to, edge->dashed ? " -.->|" : " -->|");
	diagram_add_string(d, edge->label);
	buffer_printf(d->to, "| ");
	diagram_add_to(d, edge);
	buffer_printf(d->to,
		      "\n    linkStyle %u stroke:%s,stroke-width:%u.%upx\n",
		      edge->number, colours[label_role(part)],
		      label_weight(part) / 10, label_weight(part) % 10);
}

static void add_node(struct diagram *d, const struct diagram_node *node)
{
	buffer_printf(d->to, "(");
	diagram_add_string(d, node->name);
	buffer_printf(d->to, ")%s\n", node->seen ? "" : ":::unseen");
}

static void begin(struct diagram *d)
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

static const struct diagram_language mermaid = {
	.indent = "    ",
	.escape = escape,
	.begin = begin,
	.node = add_node,
	.edge = add_edge,
	.end = "    classDef unseen stroke:#9aa1ac,color:#8b93a0\n",
};

/**
 * graph_mermaid() - draw the state diagram for Mermaid
 * @how: it looks the same always
 * @to: where it goes
 * @g: what was seen
 */
void graph_mermaid(const struct view *how, struct buffer *to,
		   const struct graph *g)
{
	diagram_write(&mermaid, to, g);
}
