// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is between the two lines of a ladder as SVG: arrows, and labels where
 * they hide nothing.
 */
#include "base/compiler.h"
#include "view/ladder/ladder_svg.h"

static const struct svg_font label_font = { .role = SVG_INK, .size = 13 };

static int isqrt(int n)
{
	int root = 0;

	while ((root + 1) * (root + 1) <= n)
		root++;
	return root;
}

static enum svg_role role_of_arrow(const struct ladder_arrow *arrow)
{
	if (arrow->bits & TCPCLOSE_FLAG_RST)
		return SVG_ABRUPT;
	return arrow->bits & TCPCLOSE_FLAG_SYN ? SVG_INK : SVG_GRACEFUL;
}

/* Where an arrow begins and ends: both points on the sides' lines. */
static void arrow_points(const struct ladder_svg *p, int i, int from[2],
			 int to[2])
{
	const struct ladder_arrow *arrow = &p->ladder->arrows[i];
	bool right = arrow->from == LADDER_LEFT;

	from[0] = p->x[arrow->from] + (right ? 2 : -2);
	from[1] = ladder_svg_row(p, p->rows.from[i]);
	to[0] = p->x[!arrow->from] + (right ? -2 : 2);
	to[1] = ladder_svg_row(p, p->rows.to[i]);
}

static int arrow_y(const int from[2], const int to[2], int x)
{
	return from[1] + (to[1] - from[1]) * (x - from[0]) / (to[0] - from[0]);
}

static bool is_free(const struct ladder_svg *p, int arrow,
		    const struct ladder_svg_box *box)
{
	int from[2], to[2], i;

	for (i = 0; i < p->box_count; i++)
		if (box->x1 < p->boxes[i].x2 && box->x2 > p->boxes[i].x1 &&
		    box->y1 < p->boxes[i].y2 && box->y2 > p->boxes[i].y1)
			return false;
	for (i = 0; i < p->ladder->arrow_count; i++) {
		int y1, y2;

		if (i == arrow)
			continue;
		arrow_points(p, i, from, to);
		y1 = arrow_y(from, to, box->x1);
		y2 = arrow_y(from, to, box->x2);
		if ((y1 > box->y1 || y2 > box->y1) &&
		    (y1 < box->y2 || y2 < box->y2))
			return false;
	}
	return true;
}

/*
 * A text above an arrow, about @percent of its way, where neither another arrow
 * nor another label is.
 */
static void label(struct ladder_svg *p, int arrow, int percent,
		  enum svg_role role, const char *text)
{
	static const int tries[] = { 0, 6, -6, 12, -12, 20, -20, 30, -30 };
	struct svg_font font =
		ladder_svg_font(&label_font, role, SVG_MIDDLE, false);
	int half = svg_text_width(&font, text) / 2, from[2], to[2];
	struct ladder_svg_box box, best = { 0 };
	unsigned int i;

	arrow_points(p, arrow, from, to);
	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		int at = percent + tries[i], x, y1, y2;

		if (at < 12 || at > 88)
			continue;
		x = from[0] + (to[0] - from[0]) * at / 100;
		y1 = arrow_y(from, to, x - half);
		y2 = arrow_y(from, to, x + half);
		box.x1 = x - half;
		box.x2 = x + half;
		box.y2 = (y1 < y2 ? y1 : y2) - 2;
		box.y1 = box.y2 - (int)font.size;
		if (!best.x2)
			best = box;
		if (is_free(p, arrow, &box)) {
			best = box;
			break;
		}
	}
	p->boxes[p->box_count++] = best;
	svg_text(p->to, &font, (best.x1 + best.x2) / 2, best.y2 - 3, text);
}

/* An arrow's line ends before its head begins. */
static void draw_line(const struct ladder_svg *p,
		      const struct svg_stroke *stroke, const int from[2],
		      const int to[2])
{
	int dx = to[0] - from[0], dy = to[1] - from[1];
	int length = isqrt(dx * dx + dy * dy);
	int head = stroke->head ? SVG_HEAD : 0;

	if (length <= head)
		return;
	svg_line(p->to, stroke, from[0], from[1], to[0] - dx * head / length,
		 to[1] - dy * head / length);
}

static void draw_arrow(const struct ladder_svg *p, int i)
{
	const struct ladder_arrow *arrow = &p->ladder->arrows[i];
	enum svg_role role = role_of_arrow(arrow);
	bool departed = arrow->departure != LADDER_NONE || arrow->before;
	bool arrived = arrow->arrival != LADDER_NONE;
	struct svg_stroke seen = { .role = role, .tenths = 16 };
	struct svg_stroke unseen = { .role = role,
				     .tenths = 16,
				     .dashed = true };
	int from[2], to[2], half[2];

	arrow_points(p, i, from, to);
	if (departed && arrived) {
		seen.head = true;
		draw_line(p, &seen, from, to);
		return;
	}
	if (!arrived && !arrow->answered)
		to[0] += (from[0] - to[0]) / 8;
	half[0] = (from[0] + to[0]) / 2;
	half[1] = (from[1] + to[1]) / 2;
	unseen.head = !arrived && arrow->answered;
	seen.head = arrived;
	draw_line(p, departed ? &seen : &unseen, from, half);
	draw_line(p, departed ? &unseen : &seen, half, to);
}

static void label_arrow(struct ladder_svg *p, int i)
{
	const struct ladder_arrow *arrow = &p->ladder->arrows[i];
	struct svg_font font = ladder_svg_font(
		&label_font, role_of_arrow(arrow), SVG_MIDDLE, false);
	bool arrived = arrow->arrival != LADDER_NONE;
	bool departed = arrow->departure != LADDER_NONE || arrow->before;
	struct line w = { 0 };
	int from[2], to[2];

	words_bits(&w, arrow->bits);
	label(p, i, arrived && !departed ? 72 : 28, font.role, w.text);
	if (!arrived && !arrow->answered) {
		arrow_points(p, i, from, to);
		svg_text(p->to, &font, to[0] + (from[0] - to[0]) / 12,
			 to[1] + 4, "?");
	}
	if (arrow->latency_ns == EVENT_UNKNOWN)
		return;
	line_duration(&w, arrow->latency_ns);
	label(p, i, 74, SVG_MUTED, w.text);
}

/**
 * ladder_svg_arrows() - draw all segments
 * @p: the picture; its rows and lines have their places
 */
void ladder_svg_arrows(struct ladder_svg *p)
{
	int i;

	for (i = 0; i < p->ladder->arrow_count; i++)
		draw_arrow(p, i);
	for (i = 0; i < p->ladder->arrow_count; i++)
		label_arrow(p, i);
}
