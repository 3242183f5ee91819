/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the parts of graph_svg() only.
 */
#ifndef TCPCLOSE_VIEW_GRAPH_GRAPH_SVG_H
#define TCPCLOSE_VIEW_GRAPH_GRAPH_SVG_H

#include "draw/svg.h"
#include "view/graph/curve.h"
#include "view/graph/label.h"
#include "view/graph/figure.h"

#define CELL_WIDTH 10
#define CELL_HEIGHT 20
#define PAGE_WIDTH (FIGURE_COLUMNS * CELL_WIDTH)
#define PAGE_MARGIN 15
#define FIGURE_TOP 78
#define FIGURE_BOTTOM (FIGURE_TOP + FIGURE_ROWS * CELL_HEIGHT)
/* From one line below the figure to the next */
#define LEGEND_LINE 20
/* This many transitions without a place in the figure are drawn and listed. */
#define REST_MAX 8

/* Lines of a label: three for each of the events that may share an arrow. */
#define GRAPH_SVG_LINES 9

/**
 * struct graph_svg_line - one line of a label
 * @font: how it is written
 * @text: what
 */
struct graph_svg_line {
	struct svg_font font;
	char text[LABEL_MAX];
};

/**
 * struct graph_svg_label - an edge's label, placed
 * @lines: its lines
 * @count: how many
 * @above: how many of them are above the edge's line; the others are below it
 * @x: where they are aligned to
 * @y: baseline of the first
 * @below_y: baseline of the first below the line
 */
struct graph_svg_label {
	struct graph_svg_line lines[GRAPH_SVG_LINES];
	int count;
	int above;
	int x;
	int y;
	int below_y;
};

/**
 * struct graph_svg_rest - a transition that the figure has no place for
 * @from: old state
 * @to: new state
 * @part: what was seen
 * @curve: where it is drawn
 * @has_curve: both states are in the figure
 */
struct graph_svg_rest {
	unsigned int from;
	unsigned int to;
	const struct graph_part *part;
	struct curve curve;
	bool has_curve;
};

/**
 * struct graph_svg - a picture being drawn
 * @graph: what
 * @to: where it is written
 * @figure: where things are, in cells
 * @labels: labels of the figure's routes
 * @field: what curves keep off
 * @rest: what the figure has no place for
 * @rest_count: how many there are, also more than are in @rest
 */
struct graph_svg {
	const struct graph *graph;
	struct buffer *to;
	struct figure figure;
	struct graph_svg_label labels[FIGURE_ROUTES];
	struct curve_field field;
	struct graph_svg_rest rest[REST_MAX];
	unsigned int rest_count;
};

/* Middle of a cell. */
static inline int px(int column)
{
	return column * CELL_WIDTH + CELL_WIDTH / 2;
}

static inline int py(int row)
{
	return FIGURE_TOP + row * CELL_HEIGHT + CELL_HEIGHT / 2;
}

struct curve_area graph_svg_box(const struct figure_box *box);
void graph_svg_count(char text[LABEL_MAX], uint64_t how_often,
		     uint64_t median_ns, const struct svg_font *font, int room);
void graph_svg_loop_icon(struct buffer *to, int x, int y, enum svg_role role,
			 bool dashed);
void graph_svg_abrupt_icon(struct buffer *to, int x, int y);

void graph_svg_place_labels(struct graph_svg *p);
int graph_svg_label_bottom(const struct graph_svg_label *label);
void graph_svg_draw_routes(struct graph_svg *p);
void graph_svg_draw_boxes(struct graph_svg *p);
void graph_svg_draw_labels(struct graph_svg *p);

void graph_svg_place_rest(struct graph_svg *p);
unsigned int graph_svg_rest_lines(const struct graph_svg *p);
void graph_svg_draw_curves(struct graph_svg *p);
void graph_svg_draw_badges(struct graph_svg *p);
int graph_svg_list_rest(struct graph_svg *p, int y);

#endif /* TCPCLOSE_VIEW_GRAPH_GRAPH_SVG_H */
