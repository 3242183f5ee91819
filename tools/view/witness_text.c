// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all witnesses report, as a table for people.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/columns.h"
#include "base/terminal.h"
#include "view/witness.h"

enum witness_column {
	WITNESS_NAME,
	WITNESS_WHAT,
	WITNESS_KERNEL,
	WITNESS_TCPCLOSE,
	WITNESS_DIFFERENCE,
	WITNESS_MOTION,
	WITNESS_COLUMNS,
};

static const struct column specs[WITNESS_COLUMNS] = {
	[WITNESS_NAME] = { .title = "witness", .width = 8 },
	[WITNESS_WHAT] = { .title = "what", .gap = 2 },
	[WITNESS_KERNEL] = { .title = "kernel", .width = 10, .gap = 2,
			     .right = true },
	[WITNESS_TCPCLOSE] = { .title = "tcpclose", .width = 10, .gap = 2,
			       .right = true },
	[WITNESS_DIFFERENCE] = { .title = "difference", .width = 10, .gap = 2,
				 .right = true },
	[WITNESS_MOTION] = { .title = "", .gap = 2 },
};

static void measure(struct columns *c, const struct outcome *h)
{
	unsigned int i, j;

	for (i = 0; i < WITNESSES; i++)
		for (j = 0; j < h->witnesses[i].row_count; j++)
			columns_widen(c, WITNESS_WHAT,
				      h->witnesses[i].rows[j].what);
}

static void add_rows(struct columns *c, const struct comparison *w, bool counts)
{
	unsigned int i;

	for (i = 0; i < w->row_count; i++) {
		const struct comparison_row *row = &w->rows[i];

		columns_begin(c, NULL);
		columns_text(c, w->witness);
		columns_text(c, row->what);
		columns_u64(c, row->kernel);
		columns_u64(c, row->tcpclose);
		if (row->difference && counts)
			columns_colour(c, TERMINAL_RED);
		if (row->difference && !counts)
			columns_text(c, "-");
		else
			columns_u64(c, row->difference);
		if (row->moving)
			columns_printf(c, "%llu in motion",
				       (unsigned long long)row->moving);
		columns_end(c);
	}
}

/* A witness's sentence: it may contain names from outside. */
static void __printf(4, 5)
	add_words(struct columns *c, const struct comparison *w,
		  const char *colour, const char *format, ...)
{
	char text[COLUMNS_NAME_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	columns_begin(c, NULL);
	columns_text(c, w->witness);
	columns_colour(c, colour);
	columns_rest(c, text);
	columns_end(c);
}

static void add_warning(struct columns *c, const struct comparison *w,
			const char *kind, const struct error *why)
{
	if (why->text[0])
		add_words(c, w, TERMINAL_YELLOW, "%s: %s", kind, why->text);
}

static void add_details(struct columns *c, const struct comparison *w)
{
	uint64_t i;

	for (i = 0; i < w->detail_count && i < COMPARISON_DETAILS; i++)
		add_words(c, w, NULL, "  %s", w->details[i].text);
	if (w->detail_count > COMPARISON_DETAILS)
		add_words(c, w, NULL, "  and %llu more",
			  (unsigned long long)w->detail_count -
				  COMPARISON_DETAILS);
}

static void add_command(const struct view *how, struct buffer *to,
			const struct outcome *h)
{
	char text[64], name[256];
	char *p;

	if (!h->command)
		return;
	snprintf(name, sizeof(name), "%s", h->command[0]);
	p = buffer_reserve(to, FORMAT_TEXT_MAX(sizeof(name)) + 1);
	*p++ = '\n';
	buffer_commit(to, format_text(p, name, how->utf8));
	buffer_printf(to, ": %s\n", outcome_command_end(h, text));
}

static void add_verdict(const struct view *how, struct buffer *to,
			const struct outcome *h)
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
					 "INCONCLUSIVE: a witness is incomplete" },
		[OUTCOME_NO_WITNESS] = { TERMINAL_YELLOW,
					 "INCONCLUSIVE: no witness" },
	};
	enum outcome_result result = outcome_result(h);
	char seconds[FORMAT_DURATION_MAX + 1];

	*format_duration(seconds, h->end_ns - h->start_ns) = '\0';
	buffer_printf(to, "\n%s%s%s: ", view_colour(how, verdicts[result].colour),
		      verdicts[result].words, view_plain(how));
	buffer_printf(to,
		      "%u comparison%s, %llu difference%s, %u witness%s missing, ",
		      outcome_comparisons(h),
		      outcome_comparisons(h) == 1 ? "" : "s",
		      (unsigned long long)outcome_differences(h),
		      outcome_differences(h) == 1 ? "" : "s",
		      outcome_missing(h),
		      outcome_missing(h) == 1 ? "" : "es");
	buffer_printf(to, "%llu records, %s\n",
		      (unsigned long long)h->records, seconds);
}

/**
 * witness_text() - write what all witnesses report as a table
 * @how: how it is shown
 * @to: where it goes
 * @h: the outcome
 */
void witness_text(const struct view *how, struct buffer *to,
		  const struct outcome *h)
{
	const struct comparison stream = { .witness = "tcpclose" };
	struct columns c;
	int i;

	columns_init(&c, how, to, specs, WITNESS_COLUMNS);
	measure(&c, h);
	columns_header(&c);
	for (i = 0; i < WITNESSES; i++) {
		const struct comparison *w = &h->witnesses[i];
		bool counts = outcome_counts(h, i);

		add_warning(&c, w, "MISSING", &w->missing);
		add_rows(&c, w, counts);
		add_warning(&c, w, "incomplete", &w->incomplete);
		add_warning(&c, w, "left out", &w->remarks);
		/* Those that prove nothing are left out. */
		if (counts)
			add_details(&c, w);
	}
	add_warning(&c, &stream, "incomplete", &h->incomplete);
	add_command(how, to, h);
	add_verdict(how, to, h);
}
