/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words at the states and edges of a diagram, and above it, and how lines are
 * drawn: the same in every format.
 */
#ifndef TCPCLOSE_VIEW_GRAPH_LABEL_H
#define TCPCLOSE_VIEW_GRAPH_LABEL_H

#include "draw/svg.h"
#include "graph/graph.h"

/* The longest text that the functions below make, with its NUL. */
#define LABEL_MAX 160
/* Likewise of label_lines() and label_events(). */
#define LABEL_LINES_MAX (GRAPH_EVENTS_MAX * LABEL_MAX)

unsigned int label_weight(const struct graph_part *part);
enum svg_role label_role(const struct graph_part *part);

void label_count(char text[LABEL_MAX], uint64_t count);
void label_short_count(char text[LABEL_MAX], uint64_t count);
void label_median(char text[LABEL_MAX], uint64_t median_ns);
void label_lines(char text[LABEL_LINES_MAX], const char *event,
		 const struct graph_part *part);
void label_events(char text[LABEL_LINES_MAX], const struct graph_part *part);
void label_state(char text[LABEL_MAX], unsigned int state);
void label_event(char text[LABEL_MAX], const struct model_edge *edge);
void label_verdict(char text[LABEL_MAX], const struct graph_part *part);
void label_event_verdict(char text[LABEL_MAX], const struct graph_event *event);
void label_host(char text[LABEL_MAX], const struct graph *g);
void label_sum(char text[LABEL_MAX], const struct graph *g);
bool label_loss(char text[LABEL_MAX], const struct graph *g);
const char *label_openings(const struct graph *g);
const struct model_edge *label_edge(unsigned int from, unsigned int to);

#endif /* TCPCLOSE_VIEW_GRAPH_LABEL_H */
