// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all witnesses say, as a table for people.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/format.h"
#include "base/terminal.h"
#include "witness/outcome.h"

/**
 * struct table_text - the table being written
 * @h: what is in it
 * @to: where
 * @utf8: the terminal shows more than ASCII
 * @colour: it shows colours
 * @what: width of the second column
 */
struct table_text {
	const struct outcome *h;
	struct buffer *to;
	bool utf8;
	bool colour;
	int what;
};

static const char *colour(const struct table_text *t, const char *code)
{
	return t->colour ? code : "";
}

/* A witness's words may hold what other people named. */
static void add_words(const struct table_text *t, const char *words)
{
	char *p = buffer_reserve(t->to, FORMAT_TEXT_MAX(strlen(words)));

	buffer_commit(t->to, format_text(p, words, t->utf8));
}

static int widest(const struct outcome *h)
{
	size_t most = strlen("what");
	unsigned int i, j;

	for (i = 0; i < WITNESSES; i++) {
		const struct comparison *t = &h->witnesses[i];

		for (j = 0; j < t->row_count; j++)
			if (strlen(t->rows[j].what) > most)
				most = strlen(t->rows[j].what);
	}
	return (int)most;
}

static void add_rows(const struct table_text *t, const struct comparison *w)
{
	unsigned int i;

	for (i = 0; i < w->row_count; i++) {
		const struct comparison_row *c = &w->rows[i];

		buffer_printf(t->to, "%-8s  %-*s  %10llu  %10llu  %s%10llu%s",
			      w->witness, t->what, c->what,
			      (unsigned long long)c->kernel,
			      (unsigned long long)c->tcpclose,
			      c->difference ? colour(t, TERMINAL_RED) : "",
			      (unsigned long long)c->difference,
			      c->difference ? colour(t, TERMINAL_PLAIN) : "");
		if (c->moving)
			buffer_printf(t->to, "  %llu in motion",
				      (unsigned long long)c->moving);
		buffer_printf(t->to, "\n");
	}
}

static void add_warning(const struct table_text *t, const struct comparison *w,
			const char *kind, const struct error *why)
{
	if (!why->text[0])
		return;
	buffer_printf(t->to, "%-8s  %s%s: ", w->witness,
		      colour(t, TERMINAL_YELLOW), kind);
	add_words(t, why->text);
	buffer_printf(t->to, "%s\n", colour(t, TERMINAL_PLAIN));
}

static void add_details(const struct table_text *t, const struct comparison *w)
{
	uint64_t i;

	for (i = 0; i < w->detail_count && i < COMPARISON_DETAILS; i++) {
		buffer_printf(t->to, "%-8s    ", w->witness);
		add_words(t, w->details[i].text);
		buffer_printf(t->to, "\n");
	}
	if (w->detail_count > COMPARISON_DETAILS)
		buffer_printf(t->to, "%-8s    and %llu more\n", w->witness,
			      (unsigned long long)w->detail_count -
				      COMPARISON_DETAILS);
}

static void add_command(const struct table_text *t)
{
	char text[64], name[256];

	if (!t->h->command)
		return;
	snprintf(name, sizeof(name), "%s", t->h->command[0]);
	buffer_printf(t->to, "\n");
	add_words(t, name);
	buffer_printf(t->to, ": %s\n", outcome_command_end(t->h, text));
}

static void add_verdict(const struct table_text *t)
{
	static const struct {
		const char *colour;
		const char *words;
	} verdicts[] = {
		[OUTCOME_AGREE] = { TERMINAL_GREEN,
				    "tcpclose and the kernel agree" },
		[OUTCOME_DIFFER] = { TERMINAL_RED,
				     "tcpclose and the kernel DIFFER" },
		[OUTCOME_INCOMPLETE] = { TERMINAL_YELLOW,
					 "INCOMPLETE: nothing is proved" },
		[OUTCOME_NO_WITNESS] = { TERMINAL_YELLOW,
					 "NO WITNESS: nothing is proved" },
	};
	const struct outcome *h = t->h;
	enum outcome_result result = outcome_result(h);
	char seconds[FORMAT_DURATION_MAX + 1];

	*format_duration(seconds, h->end_ns - h->start_ns) = '\0';
	buffer_printf(t->to, "\n%s%s%s: ", colour(t, verdicts[result].colour),
		      verdicts[result].words, colour(t, TERMINAL_PLAIN));
	buffer_printf(t->to,
		      "%u comparison%s, %llu difference%s, %u witness%s missing, ",
		      outcome_comparisons(h),
		      outcome_comparisons(h) == 1 ? "" : "s",
		      (unsigned long long)outcome_differences(h),
		      outcome_differences(h) == 1 ? "" : "s",
		      outcome_missing(h),
		      outcome_missing(h) == 1 ? "" : "es");
	buffer_printf(t->to, "%llu records, %s\n",
		      (unsigned long long)h->records, seconds);
}

/**
 * outcome_text() - write the table
 * @h: the outcome
 * @utf8: the terminal shows more than ASCII
 * @colour: it shows colours
 * @to: where
 */
void outcome_text(const struct outcome *h, bool utf8, bool colour,
		  struct buffer *to)
{
	struct table_text t = {
		.h = h,
		.to = to,
		.utf8 = utf8,
		.colour = colour,
		.what = widest(h),
	};
	int i;

	buffer_printf(to, "%s%-8s  %-*s  %10s  %10s  %10s%s\n",
		      colour ? TERMINAL_BOLD : "", "witness", t.what, "what",
		      "kernel", "tcpclose", "difference",
		      colour ? TERMINAL_PLAIN : "");
	for (i = 0; i < WITNESSES; i++) {
		const struct comparison *w = &h->witnesses[i];

		add_warning(&t, w, "MISSING", &w->missing);
		add_rows(&t, w);
		add_warning(&t, w, "incomplete", &w->incomplete);
		add_warning(&t, w, "left out", &w->remarks);
		add_details(&t, w);
	}
	add_warning(&t, &(struct comparison){ .witness = "tcpclose" },
		    "incomplete", &h->incomplete);
	add_command(&t);
	add_verdict(&t);
}
