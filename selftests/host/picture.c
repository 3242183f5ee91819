// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parts of a picture: its numbers are right, and with any content no word touches
 * another word or a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "draw/svg.h"
#include "view/graph/graph_view.h"
#include "view/graph/label.h"

#define NUMBERS 100000
#define THINGS 256

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* A random number of any size: each length in bits has the same probability. */
static uint64_t any(unsigned int *seed)
{
	uint64_t value = (uint64_t)rand_r(seed) << 40 ^
			 (uint64_t)rand_r(seed) << 20 ^ rand_r(seed);

	return value >> rand_r(seed) % 64;
}

TEST(a_median_of_few_is_exact_and_of_many_within_its_256th)
{
	static uint64_t values[NUMBERS];
	unsigned int seed = 1, count;

	for (count = 1; count < NUMBERS; count = count * 3 / 2 + 1) {
		struct median m = { 0 };
		uint64_t expected, median;
		unsigned int i;

		for (i = 0; i < count; i++) {
			values[i] = any(&seed);
			ASSERT_EQ(median_add(&m, values[i]), 0);
		}
		qsort(values, count, sizeof(*values), compare);
		expected = values[(count - 1) / 2];
		median = median_get(&m);
		if (count <= MEDIAN_EXACT) {
			EXPECT_EQ(median, expected);
		} else {
			EXPECT_LE(median, expected + expected / MEDIAN_PARTS);
			EXPECT_GE(median, expected - expected / MEDIAN_PARTS);
		}
		median_free(&m);
	}
}

TEST(a_median_of_the_greatest_values_is_one_of_them)
{
	struct median m = { 0 };
	unsigned int i;

	for (i = 0; i < 2 * MEDIAN_EXACT; i++)
		ASSERT_EQ(median_add(&m, UINT64_MAX), 0);
	EXPECT_EQ(median_get(&m), UINT64_MAX);
	median_free(&m);
}

TEST(numbers_are_counted_once)
{
	struct distinct d = { 0 };
	uint64_t i;

	for (i = 0; i < 3 * NUMBERS; i++)
		distinct_add(&d, 1 + i % NUMBERS * 4096);
	EXPECT_EQ(d.count, NUMBERS);
	EXPECT_FALSE(d.more);
	distinct_free(&d);
}

TEST(more_numbers_than_there_is_room_for_are_reported)
{
	struct distinct d = { 0 };
	uint64_t i;

	for (i = 1; i <= DISTINCT_MAX; i++)
		distinct_add(&d, i);
	EXPECT_EQ(d.count, DISTINCT_MAX);
	EXPECT_FALSE(d.more);
	distinct_add(&d, 7);
	EXPECT_FALSE(d.more);
	distinct_add(&d, DISTINCT_MAX + 1);
	EXPECT_EQ(d.count, DISTINCT_MAX);
	EXPECT_TRUE(d.more);
	distinct_free(&d);
}

/* Records of several processors may come out of order. */
TEST(a_graph_is_of_the_time_from_the_earliest_to_the_latest)
{
	static const uint64_t times[] = { 500, 900, 700, 300, 600 };
	struct graph g = { 0 };
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(*times); i++) {
		struct event e = {
			.kind = EVENT_TRANSITION,
			.ts_ns = times[i],
			.realtime_ns = times[i] + 10000,
			.old = TCPCLOSE_ESTABLISHED,
			.new = TCPCLOSE_FIN_WAIT1,
			.dwell_ns = EVENT_UNKNOWN,
			.age_ns = EVENT_UNKNOWN,
		};

		ASSERT_EQ(graph_add(&g, &e), 0);
	}
	EXPECT_EQ(g.first_ns, 300);
	EXPECT_EQ(g.first_realtime_ns, 10300);
	EXPECT_EQ(g.last_ns, 900);
	EXPECT_EQ(g.last_realtime_ns, 10900);
	graph_free(&g);
}

TEST(numbers_are_shortened_to_nine_characters)
{
	static const struct {
		uint64_t count;
		const char *words;
	} samples[] = {
		{ 0, "0" },
		{ 999, "999" },
		{ 1000, "1,000" },
		{ 9999999, "9,999,999" },
		{ 10000000, "10.00M" },
		{ 123456789, "123.4M" },
		{ 999999999, "999.9M" },
		{ 1000000000, "1.00G" },
		{ UINT64_MAX, "18.44E" },
	};
	char text[LABEL_MAX];
	unsigned int i;

	for (i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		label_short_count(text, samples[i].count);
		EXPECT_STREQ(text, samples[i].words);
	}
	label_count(text, UINT64_MAX);
	EXPECT_STREQ(text, "18,446,744,073,709,551,615");
}

/* Lowest set bit; 0 if no bit is set. */
static unsigned int first_bit(uint32_t bits)
{
	return bits ? (unsigned int)__builtin_ctz(bits) : 0;
}

/* An event that the model recognizes as this edge. */
static struct event event_of(const struct model_edge *edge)
{
	struct event e = {
		.kind = EVENT_TRANSITION,
		.cookie = 1,
		.dwell_ns = 1,
		.old = edge->from,
		.new = edge->to,
		.flags = edge->bits,
		.end = (uint8_t)first_bit(edge->ends),
		.cause = (uint8_t)first_bit(edge->causes),
		.context = (uint8_t)first_bit(edge->contexts),
	};

	if (edge->shape == MODEL_MINI || edge->shape == MODEL_REARM) {
		e.origin = TCPCLOSE_ORIGIN_TIMEWAIT;
	} else {
		e.raw_old = e.old;
		e.raw_new = e.new;
	}
	if (edge->shape == MODEL_HAND_OVER)
		e.raw_new = TCPCLOSE_CLOSE;
	if (edge->shape == MODEL_REARM)
		e.mark = TCPCLOSE_MARK_REARM;
	return e;
}

/* Add every edge that exists, @count times, with a duration of @median_ns. */
static void fill(struct graph *g, uint64_t count, uint64_t median_ns)
{
	struct graph_part **parts = &g->parts[0][0][0];
	const struct model_edge *edges;
	size_t edge_count, i;

	edges = model_edges(&edge_count);
	for (i = 0; i < edge_count; i++) {
		struct event e = event_of(&edges[i]);

		if (edges[i].standing != MODEL_ABSENT)
			graph_add(g, &e);
	}
	graph_finish(g);
	for (i = 0; i < sizeof(g->parts) / sizeof(*parts); i++) {
		if (parts[i]) {
			parts[i]->count = count;
			parts[i]->median_ns = median_ns;
		}
	}
	g->lost = count;
}

/**
 * struct area - a rectangle in the picture
 * @x1: its left side
 * @y1: its upper side
 * @x2: its right side
 * @y2: its lower side
 */
struct area {
	int x1;
	int y1;
	int x2;
	int y2;
};

FIXTURE(picture)
{
	struct graph graph;
	struct buffer buffer;
	char svg[2 * BUFFER_SIZE];
	int fd;
	struct area page;
	struct area texts[THINGS], boxes[THINGS], lines[THINGS];
	int text_count, box_count, line_count;
};

FIXTURE_VARIANT(picture)
{
	uint64_t count;
	uint64_t median_ns;
};

FIXTURE_VARIANT_ADD(picture, small)
{
	.count = 1,
	.median_ns = 1,
};

FIXTURE_VARIANT_ADD(picture, usual)
{
	.count = 12345,
	.median_ns = 61600000000,
};

FIXTURE_VARIANT_ADD(picture, large)
{
	.count = 123456789,
	.median_ns = 71999 * 3600000000ULL,
};

FIXTURE_VARIANT_ADD(picture, largest)
{
	.count = 888888888888,
	.median_ns = INT64_MAX,
};

FIXTURE_SETUP(picture)
{
	self->fd = memfd_create("picture", 0);
	ASSERT_GE(self->fd, 0);
	buffer_init(&self->buffer, self->fd);
}

FIXTURE_TEARDOWN(picture)
{
	graph_free(&self->graph);
	close(self->fd);
}

static void read_text(struct _test_data_picture *self, const char *line)
{
	struct svg_font font = { .bold = strstr(line, " bold") };
	struct area *area = &self->texts[self->text_count];
	char text[LABEL_MAX * 2];
	const char *content = strchr(line, '>');
	int x, y, width;

	if (sscanf(line, "<text x=\"%d\" y=\"%d\" class=\"%*[^\"]\" font-size=\"%u\"",
		   &x, &y, &font.size) != 3 || !content ||
	    sscanf(content, ">%319[^<]", text) != 1)
		return;
	width = svg_text_width(&font, text);
	if (strstr(line, "\"middle\""))
		x -= width / 2;
	else if (strstr(line, "\"end\""))
		x -= width;
	/* Letters such as g reach below the baseline. */
	*area = (struct area){ x, y - (int)font.size * 3 / 4, x + width,
			       y + (int)font.size / 4 };
	self->text_count++;
}

static void add_line(struct _test_data_picture *self, int x1, int y1, int x2,
		     int y2)
{
	self->lines[self->line_count++] = (struct area){
		x1 < x2 ? x1 : x2, y1 < y2 ? y1 : y2, x1 < x2 ? x2 : x1,
		y1 < y2 ? y2 : y1,
	};
}

/* Boxes, words and the figure's lines; not curves, which may cross others. */
static void read_svg(struct _test_data_picture *self)
{
	char *line, *rest;
	int n[8], width, height;

	for (line = strtok_r(self->svg, "\n", &rest);
	     line && self->text_count < THINGS && self->box_count < THINGS &&
	     self->line_count + 2 < THINGS;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (sscanf(line, "<svg xmlns=\"%*[^\"]\" width=\"%d\" height=\"%d\"",
			   &width, &height) == 2)
			self->page = (struct area){ 0, 0, width, height };
		if (sscanf(line, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"",
			   &n[0], &n[1], &n[2], &n[3]) == 4)
			self->boxes[self->box_count++] = (struct area){
				n[0], n[1], n[0] + n[2], n[1] + n[3]
			};
		if (sscanf(line, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"",
			   &n[0], &n[1], &n[2], &n[3]) == 4)
			add_line(self, n[0], n[1], n[2], n[3]);
		if (sscanf(line, "<path d=\"M%d %dL%d %dQ%d %d %*d %*dL%d %d",
			   &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6],
			   &n[7]) == 8) {
			add_line(self, n[0], n[1], n[4], n[5]);
			add_line(self, n[4], n[5], n[6], n[7]);
		}
		if (!strncmp(line, "<text ", 6))
			read_text(self, line);
	}
}

static void draw(struct _test_data_picture *self)
{
	ssize_t len;

	graph_svg(&(struct view){ 0 }, &self->buffer, &self->graph);
	buffer_flush(&self->buffer);
	len = pread(self->fd, self->svg, sizeof(self->svg) - 1, 0);
	self->svg[len > 0 ? len : 0] = '\0';
	read_svg(self);
}

static bool touch(const struct area *a, const struct area *b)
{
	return a->x1 <= b->x2 && b->x1 <= a->x2 && a->y1 <= b->y2 &&
	       b->y1 <= a->y2;
}

static bool is_within(const struct area *a, const struct area *b)
{
	return a->x1 >= b->x1 && a->x2 <= b->x2 && a->y1 >= b->y1 &&
	       a->y2 <= b->y2;
}

TEST_F(picture, has_words_that_touch_nothing)
{
	int i, j;

	fill(&self->graph, variant->count, variant->median_ns);
	draw(self);
	/* Names of states, two lines at each edge, rows in boxes. */
	EXPECT_GE(self->text_count, 12 + 2 * 18 + 15);
	EXPECT_EQ(self->box_count, 12);
	EXPECT_GE(self->line_count, 20 + 8);
	for (i = 0; i < self->text_count; i++) {
		const struct area *text = &self->texts[i];

		EXPECT_TRUE(is_within(text, &self->page));
		for (j = 0; j < i; j++) {
			EXPECT_FALSE(touch(text, &self->texts[j])) {
				TH_LOG("texts at %d,%d and %d,%d", text->x1,
				       text->y1, self->texts[j].x1,
				       self->texts[j].y1);
			}
		}
		for (j = 0; j < self->box_count; j++) {
			EXPECT_TRUE(is_within(text, &self->boxes[j]) ||
				    !touch(text, &self->boxes[j])) {
				TH_LOG("text at %d,%d and box", text->x1,
				       text->y1);
			}
		}
		for (j = 0; j < self->line_count; j++) {
			EXPECT_FALSE(touch(text, &self->lines[j])) {
				TH_LOG("text at %d,%d and line at %d,%d",
				       text->x1, text->y1, self->lines[j].x1,
				       self->lines[j].y1);
			}
		}
	}
}

TEST_F(picture, shows_all_edges_of_the_model_and_nothing_as_wrong)
{
	fill(&self->graph, variant->count, variant->median_ns);
	EXPECT_EQ(self->graph.wrong, 0);
	draw(self);
	/* A list of illegal transitions would have a badge in front of it. */
	EXPECT_EQ(self->box_count, 12);
}

TEST_HARNESS_MAIN
