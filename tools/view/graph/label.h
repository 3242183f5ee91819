/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pictures of the state machine: what all formats are given, and the words that
 * they have in common.
 */
#ifndef TCPCLOSE_VIEW_GRAPH_DRAWING_H
#define TCPCLOSE_VIEW_GRAPH_DRAWING_H

#include "base/buffer.h"
#include "graph/graph.h"

/* The longest text that the functions below make, with its NUL. */
#define DRAWING_TEXT_MAX 160

/**
 * struct drawing - a picture to be drawn
 * @graph: what was seen
 * @release: kernel release of the machine, cut if it is too long; empty: unknown
 * @utf8: characters beyond ASCII may be used (text)
 * @colour: colours may be used (text)
 */
struct drawing {
	const struct graph *graph;
	char release[48];
	bool utf8;
	bool colour;
};

void drawing_write_text(const struct drawing *d, struct buffer *to);
void drawing_write_dot(const struct drawing *d, struct buffer *to);
void drawing_write_mermaid(const struct drawing *d, struct buffer *to);
void drawing_write_svg(const struct drawing *d, struct buffer *to);

void drawing_set_release(struct drawing *d, const char *release, size_t size);
unsigned int drawing_weight(const struct graph_part *part);

void drawing_count(char text[DRAWING_TEXT_MAX], uint64_t count);
void drawing_short_count(char text[DRAWING_TEXT_MAX], uint64_t count);
void drawing_median(char text[DRAWING_TEXT_MAX], const struct graph_part *part);
void drawing_label(char text[DRAWING_TEXT_MAX], const char *event,
		   const struct graph_part *part);
void drawing_state(char text[DRAWING_TEXT_MAX], unsigned int state);
void drawing_event(char text[DRAWING_TEXT_MAX], const struct model_edge *edge);
void drawing_verdict(char text[DRAWING_TEXT_MAX], const struct graph_part *part);
void drawing_host(char text[DRAWING_TEXT_MAX], const struct drawing *d);
void drawing_sum(char text[DRAWING_TEXT_MAX], const struct drawing *d);
bool drawing_loss(char text[DRAWING_TEXT_MAX], const struct drawing *d);
const char *drawing_openings(const struct drawing *d);
const struct model_edge *drawing_edge(unsigned int from, unsigned int to);

#endif /* TCPCLOSE_VIEW_GRAPH_DRAWING_H */
