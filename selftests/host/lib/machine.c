// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the tables of Documentation/state-machine.rst, from the tool's model.
 *
 * Edges that differ only in their old state share a row.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "lib/names.h"
#include "model/model.h"

/**
 * struct group - rows under one heading
 * @title: the heading
 * @words: text below the heading
 */
struct group {
	const char *title;
	const char *words;
	bool (*has)(const struct model_edge *edge);
};

static bool in_figure(const struct model_edge *edge)
{
	return edge->figure && edge->standing == MODEL_DOCUMENTED;
}

static bool in_text(const struct model_edge *edge)
{
	return !edge->figure && edge->standing == MODEL_DOCUMENTED;
}

static bool is_linux(const struct model_edge *edge)
{
	return edge->standing == MODEL_LINUX;
}

static bool is_absent(const struct model_edge *edge)
{
	return edge->standing == MODEL_ABSENT;
}

static const struct group groups[] = {
	{ "Transitions of the RFC's figure",
	  "RFC 9293 has these in its Figure 5; Linux makes them.", in_figure },
	{ "Transitions of the RFC's text",
	  "RFC 9293 has these in its text only; Linux makes them.", in_text },
	{ "Transitions of Linux",
	  "RFC 9293 does not have these, or not in this way.", is_linux },
	{ "Transitions that Linux never makes",
	  "RFC 9293 has these. A record that shows one is wrong.", is_absent },
};

/* Text, with characters that reStructuredText would read as markup escaped. */
static void print_text(const char *text)
{
	const char *p;

	for (p = text; *p; p++) {
		bool ends_word = *p == '_' && !isalnum((unsigned char)p[1]);

		if (strchr("\\*`|", *p) || ends_word)
			putchar('\\');
		putchar(*p);
	}
}

/* Function names, separated by commas, as literals. */
static void print_functions(const char *names)
{
	while (*names) {
		size_t len = strcspn(names, ",");

		if (len == 1 && *names == '-')
			printf("none");
		else
			printf("``%.*s``", (int)len, names);
		names += len;
		names += strspn(names, ", ");
		if (*names)
			printf(", ");
	}
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Whether two edges can share a row. */
static bool alike(const struct model_edge *a, const struct model_edge *b)
{
	return (a->to == b->to || (a->from == a->to && b->from == b->to)) &&
	       (a->from == a->to) == (b->from == b->to) &&
	       a->shape == b->shape && a->standing == b->standing && a->manner == b->manner &&
	       a->trigger == b->trigger && a->figure == b->figure && a->bits == b->bits &&
	       same(a->event, b->event) && same(a->action, b->action) && same(a->by, b->by) &&
	       same(a->section, b->section) && same(a->wording, b->wording);
}

/* The first of the edges that share the row. */
static bool is_first(const struct model_edge *edges, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (alike(&edges[j], &edges[i]))
			return false;
	return true;
}

static void print_transition(const struct model_edge *edges, size_t count, size_t i)
{
	bool loop = edges[i].from == edges[i].to, any = false;
	size_t j;

	for (j = i; j < count; j++) {
		if (!alike(&edges[i], &edges[j]))
			continue;
		printf("%s%s", any ? ", " : "", model_state(edges[j].from)->name);
		any = true;
	}
	if (loop)
		printf(" → the same");
	else
		printf(" → %s", model_state(edges[i].to)->name);
	if (edges[i].shape != MODEL_SOCKET)
		printf(" (%s)", model_shape_name(edges[i].shape));
}

static void print_bits(unsigned int bits)
{
	unsigned int bit;

	for (bit = 0; bits >> bit; bit++)
		if (bits >> bit & 1)
			printf(" %s", names_flag(bit));
}

static void print_edge(const struct model_edge *edges, size_t count, size_t i)
{
	const struct model_edge *edge = &edges[i];

	printf("   * - ");
	print_transition(edges, count, i);
	printf("\n     - ");
	print_text(edge->event);
	if (edge->action) {
		printf("; ");
		print_text(edge->action);
	}
	printf("\n     - %s", model_trigger_name(edge->trigger));
	print_bits(edge->bits);
	printf(", %s\n     - ", model_manner_name(edge->manner));
	print_functions(edge->by);
	printf("\n     - ");
	if (strcmp(edge->section, "-"))
		printf("%s: ", edge->section);
	print_text(edge->wording);
	printf("\n");
}

static void print_heading(const char *title)
{
	size_t len = strlen(title);

	printf("\n%s\n", title);
	while (len--)
		putchar('=');
	printf("\n\n");
}

static void print_states(void)
{
	unsigned int state;

	print_heading("States");
	printf("The kernel's name of each state, the RFC's name, and what the RFC says about it.\n\n"
	       ".. list-table::\n"
	       "   :header-rows: 1\n"
	       "   :widths: 15 15 70\n\n"
	       "   * - Linux\n     - RFC 9293\n     - Meaning\n");
	for (state = 0; state < TCPCLOSE_STATES; state++) {
		const struct model_state *s = model_state(state);

		if (!s)
			continue;
		printf("   * - %s\n     - %s\n     - ", s->name, s->rfc_name ? s->rfc_name : "none");
		if (s->section)
			printf("%s: ", s->section);
		print_text(s->wording);
		printf("\n");
	}
}

static void print_group(const struct group *group)
{
	const struct model_edge *edges;
	size_t count, i;

	edges = model_edges(&count);
	print_heading(group->title);
	printf("%s\n\n"
	       ".. list-table::\n"
	       "   :header-rows: 1\n"
	       "   :widths: 20 18 12 15 35\n\n"
	       "   * - Transition\n     - Event; action\n     - Trigger, manner\n"
	       "     - Function\n     - RFC 9293, or Linux\n", group->words);
	for (i = 0; i < count; i++)
		if (group->has(&edges[i]) && is_first(edges, i))
			print_edge(edges, count, i);
}

int main(void)
{
	size_t i;

	print_states();
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		print_group(&groups[i]);
	printf("\n");
	return 0;
}
