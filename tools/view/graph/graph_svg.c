// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state diagram as SVG: the figure with counts and times at its edges, a
 * legend, and illegal transitions in red.
 */
#include <stdio.h>
#include <string.h>

#include "view/graph/graph_svg.h"
#include "view/graph/graph_view.h"

#define LEGEND_LINES 5
#define LEGEND_SAMPLE 44

/**
 * graph_svg_box() - where a state's box is
 * @box: the box
 */
struct curve_area graph_svg_box(const struct figure_box *box)
{
	struct curve_area area = {
		px(box->x),
		py(box->y),
		(FIGURE_BOX_COLUMNS - 1) * CELL_WIDTH,
		(box->inner + 1) * CELL_HEIGHT,
		false,
	};

	return area;
}

/**
 * graph_svg_count() - how often and for how long
 * @text: result: "1,234", a dot in the middle, "20.1ms"
 * @how_often: how often
 * @median_ns: for how long, or %GRAPH_UNKNOWN_NS
 * @font: how it will be written
 * @room: pixels; a count that is too long for them is shortened
 */
void graph_svg_count(char text[LABEL_MAX], uint64_t how_often,
		     uint64_t median_ns, const struct svg_font *font, int room)
{
	char count[LABEL_MAX], median[LABEL_MAX];
	const char *dot;

	label_count(count, how_often);
	label_median(median, median_ns);
	dot = *median ? " \u00b7 " : "";
	snprintf(text, LABEL_MAX, "%.40s%s%.20s", count, dot, median);
	if (svg_text_width(font, text) <= room)
		return;
	label_short_count(count, how_often);
	snprintf(text, LABEL_MAX, "%.40s%s%.20s", count, dot, median);
}

/**
 * graph_svg_loop_icon() - draw the sign for staying in a state
 * @to: the picture
 * @x: its middle
 * @y: likewise
 * @role: its colour
 * @dashed: it is Linux-specific
 */
void graph_svg_loop_icon(struct buffer *to, int x, int y, enum svg_role role,
			 bool dashed)
{
	static const char whole[] = "a6 6 0 1 1 -2 -4.5m2 -3.5v4.6h-4.6";
	static const char broken[] =
		"a6 6 0 0 0 -4 -5.2m-4 0a6 6 0 0 0 -3 8m3 2.6a6 6 0 0 0 7 -2m1 -8v4.6h-4.6";
	const struct svg_stroke stroke = { role, 15, false, false };

	svg_path(to, &stroke, "M%d %d%s", x + 6, y, dashed ? broken : whole);
}

/**
 * graph_svg_abrupt_icon() - draw the sign for abrupt ends
 * @to: the picture
 * @x: its middle
 * @y: likewise
 */
void graph_svg_abrupt_icon(struct buffer *to, int x, int y)
{
	const struct svg_stroke stroke = { SVG_ABRUPT, 18, false, false };

	svg_path(to, &stroke, "M%d %dl8 8m0 -8l-8 8", x - 4, y - 4);
}

/* Where the figure ends. Curves of other transitions may go below the boxes. */
static int figure_bottom(const struct graph_svg *p)
{
	int bottom = 0;
	size_t i;

	if (p->rest_count)
		return FIGURE_BOTTOM;
	for (i = 0; i < FIGURE_BOXES; i++) {
		struct curve_area area = graph_svg_box(&p->figure.boxes[i]);

		if (bottom < area.y + area.height)
			bottom = area.y + area.height;
	}
	for (i = 0; i < p->figure.route_count; i++)
		if (bottom < graph_svg_label_bottom(&p->labels[i]))
			bottom = graph_svg_label_bottom(&p->labels[i]);
	return bottom;
}

static void draw_caption(struct graph_svg *p)
{
	const struct svg_font title = { SVG_INK, 20, SVG_START, true, false };
	struct svg_font font = { SVG_INK, 13, SVG_START, false, false };
	char words[LABEL_MAX];

	svg_text(p->to, &title, PAGE_MARGIN, 30, "How TCP connections ended");
	label_host(words, p->graph);
	svg_text(p->to, &font, PAGE_MARGIN, 52, words);
	label_sum(words, p->graph);
	svg_text(p->to, &font, PAGE_MARGIN, 70, words);
	if (!label_loss(words, p->graph))
		return;
	font.role = SVG_BAD;
	svg_text(p->to, &font, PAGE_MARGIN, 88, words);
}

static void draw_sample(struct graph_svg *p, int x, int y, enum svg_role role,
			bool dashed, const char *text)
{
	const struct svg_stroke stroke = { role, 20, dashed, true };
	const struct svg_font font = { .role = SVG_INK, .size = 12 };

	svg_line(p->to, &stroke, x, y - 4, x + LEGEND_SAMPLE - 20, y - 4);
	svg_text(p->to, &font, x + LEGEND_SAMPLE, y, text);
}

static void draw_legend(struct graph_svg *p, int y)
{
	const struct svg_stroke rule = { SVG_MUTED, 10, false, false };
	const struct svg_font font = { .role = SVG_INK, .size = 12 };
	const char *openings = label_openings(p->graph);
	int left = PAGE_MARGIN, right = PAGE_WIDTH / 2, text = LEGEND_SAMPLE;

	svg_line(p->to, &rule, PAGE_MARGIN, y - 24, PAGE_WIDTH - PAGE_MARGIN,
		 y - 24);
	draw_sample(p, left, y, SVG_GRACEFUL, false, "graceful close");
	draw_sample(p, right, y, SVG_MUTED, false,
		    openings ? "not seen (openings are recorded with scope=all only)" :
			       "not seen");
	y += LEGEND_LINE;
	draw_sample(p, left, y, SVG_INK, false, "opening");
	draw_sample(p, right, y, SVG_MUTED, true,
		    "in RFC 9293, but never on Linux");
	y += LEGEND_LINE;
	draw_sample(p, left, y, SVG_BAD, false,
		    "illegal, or impossible on Linux");
	graph_svg_abrupt_icon(p->to, right + 16, y - 4);
	svg_text(p->to, &font, right + text, y,
		 "abrupt end from this state: RST, abort, timeout \u2026");
	y += LEGEND_LINE;
	graph_svg_loop_icon(p->to, left + 16, y - 4, SVG_GRACEFUL, false);
	svg_text(p->to, &font, left + text, y,
		 "stays in this state: timer restarted \u2026");
	graph_svg_loop_icon(p->to, right + 16, y - 4, SVG_GRACEFUL, true);
	svg_text(p->to, &font, right + text, y,
		 "likewise, on Linux only: stored again, continues as mini-socket");
	y += LEGEND_LINE;
	svg_text(p->to, &font, left, y,
		 "Numbers: how often \u00b7 median time in the state left (of more than 1,024 within 0.4 %). The wider, the more often.");
}

/**
 * graph_svg() - draw the state diagram as SVG
 * @how: how it is shown
 * @to: where it goes
 * @g: what was seen
 */
void graph_svg(const struct view *how, struct buffer *to,
	       const struct graph *g)
{
	char host[LABEL_MAX], sum[LABEL_MAX], description[3 * LABEL_MAX];
	struct svg_document document = {
		.width = PAGE_WIDTH,
		.title = "How TCP connections ended",
		.description = description,
	};
	struct graph_svg p;
	int y;

	memset(&p, 0, sizeof(p));
	p.graph = g;
	p.to = to;
	figure_place(&p.figure, g);
	graph_svg_place_labels(&p);
	graph_svg_place_rest(&p);
	label_host(host, g);
	label_sum(sum, g);
	snprintf(description, sizeof(description),
		 "TCP's state diagram as in RFC 9293, Figure 5. %s. %s.", host,
		 sum);
	document.height = figure_bottom(&p) + 40 + LEGEND_LINES * LEGEND_LINE;
	if (p.rest_count)
		document.height +=
			8 + LEGEND_LINE * (int)graph_svg_rest_lines(&p);
	svg_begin(to, &document);
	draw_caption(&p);
	graph_svg_draw_routes(&p);
	graph_svg_draw_curves(&p);
	graph_svg_draw_boxes(&p);
	graph_svg_draw_labels(&p);
	graph_svg_draw_badges(&p);
	y = graph_svg_list_rest(&p, figure_bottom(&p) + 24);
	draw_legend(&p, y + 18);
	svg_end(to);
}
