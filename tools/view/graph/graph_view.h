/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state diagram for people, and for programs that draw.
 */
#ifndef TCPCLOSE_VIEW_GRAPH_GRAPH_VIEW_H
#define TCPCLOSE_VIEW_GRAPH_GRAPH_VIEW_H

#include "base/buffer.h"
#include "base/view.h"
#include "graph/graph.h"

void graph_text(const struct view *how, struct buffer *to,
		const struct graph *g);
void graph_dot(const struct view *how, struct buffer *to,
	       const struct graph *g);
void graph_mermaid(const struct view *how, struct buffer *to,
		   const struct graph *g);
void graph_svg(const struct view *how, struct buffer *to,
	       const struct graph *g);

#endif /* TCPCLOSE_VIEW_GRAPH_GRAPH_VIEW_H */
