// SPDX-License-Identifier: GPL-2.0-only
/*
 * The result of a check for people: what was seen, what is wrong, what was not
 * seen, and a line with the verdict.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/clock_text.h"
#include "base/columns.h"
#include "base/compiler.h"
#include "base/format.h"
#include "base/terminal.h"
#include "view/verify.h"

/* More than an example takes. */
#define EXAMPLE_ROOM 4096

#define LINE_COLUMNS 79
#define UNSEEN_INDENT 6

/**
 * struct text - one result being written
 * @how: how
 * @to: where
 * @c: the check
 * @column: columns written in this line, where lines are filled
 */
struct text {
	const struct view *how;
	struct buffer *to;
	const struct check *c;
	size_t column;
};

/* @number: room for the name of a state that has none */
static const char *name_of(unsigned int state, char number[16])
{
	const struct model_state *s = model_state(state);

	if (s)
		return s->name;
	snprintf(number, 16, "number-%u", state);
	return number;
}

static void add_summary(const struct text *t)
{
	const struct check *c = t->c;
	uint64_t ns = c->last_ns - c->first_ns;

	buffer_printf(t->to,
		      "Checked %llu transition%s of %llu connection%s, %.1f s.\n",
		      (unsigned long long)c->transitions,
		      format_plural(c->transitions), (unsigned long long)c->seen,
		      format_plural(c->seen), (double)ns / (double)NS_PER_S);
	if (c->rsts)
		buffer_printf(t->to, "Checked %llu RST%s.\n",
			      (unsigned long long)c->rsts, format_plural(c->rsts));
	if (c->sessions)
		buffer_printf(t->to, "Checked %llu transition%s of MPTCP sessions.\n",
			      (unsigned long long)c->sessions, format_plural(c->sessions));
	if (c->rsts_left_out)
		buffer_printf(t->to, "%llu RST%s no record, since they were too many.\n",
			      (unsigned long long)c->rsts_left_out,
			      c->rsts_left_out == 1 ? " has" : "s have");
	if (c->drops)
		buffer_printf(t->to, "Checked %llu drop%s by listeners.\n",
			      (unsigned long long)c->drops, format_plural(c->drops));
	if (c->drops_left_out)
		buffer_printf(t->to, "%llu drop%s no record, since they were too many.\n",
			      (unsigned long long)c->drops_left_out,
			      c->drops_left_out == 1 ? " has" : "s have");
	if (c->failed_calls)
		buffer_printf(t->to, "Checked %llu failed call%s.\n",
			      (unsigned long long)c->failed_calls,
			      format_plural(c->failed_calls));
	if (c->calls_left_out)
		buffer_printf(t->to, "%llu failed call%s no record, since they were too many.\n",
			      (unsigned long long)c->calls_left_out,
			      c->calls_left_out == 1 ? " has" : "s have");
}

/*
 * The event, with a word for a mini-socket's where the socket itself has such
 * an edge, too.
 */
static const char *event_of(const struct model_edge *edge, char text[64])
{
	if (edge->shape != MODEL_MINI || edge->from != TCPCLOSE_FIN_WAIT2)
		return edge->event;
	snprintf(text, 64, "%s (mini)", edge->event);
	return text;
}

/**
 * struct row - a row of the table of edges
 * @from: old state
 * @to: new state
 * @event: what makes it happen
 * @manner: of which kind that is
 * @verdict: what the model says of it
 * @count: how often it was seen
 * @bad: it is illegal, or impossible on Linux
 */
struct row {
	unsigned int from;
	unsigned int to;
	const char *event;
	const char *manner;
	const char *verdict;
	uint64_t count;
	bool bad;
};

static void add_row(struct columns *c, const struct row *row)
{
	char number[16];

	columns_begin(c, row->bad ? TERMINAL_RED : NULL);
	columns_text(c, name_of(row->from, number));
	columns_text(c, name_of(row->to, number));
	columns_text(c, row->event);
	columns_text(c, row->manner);
	columns_text(c, row->verdict);
	columns_u64(c, row->count);
	columns_end(c);
}

static void add_illegal(const struct text *t, struct columns *c)
{
	unsigned int from, into;

	for (from = 0; from < TCPCLOSE_STATES; from++) {
		for (into = 0; into < TCPCLOSE_STATES; into++) {
			const struct row row = {
				.from = from,
				.to = into,
				.event = "-",
				.manner = "-",
				.verdict = "illegal",
				.count = t->c->illegal[from][into].count,
				.bad = true,
			};

			if (row.count)
				add_row(c, &row);
		}
	}
}

static void add_edges(const struct text *t)
{
	static const struct column specs[] = {
		{ .title = "FROM", .width = 12 },
		{ .title = "TO", .width = 12 },
		{ .title = "EVENT", .width = 28 },
		{ .title = "MANNER", .width = 9 },
		{ .title = "VERDICT", .width = 15 },
		{ .title = "COUNT", .width = 11, .right = true },
	};
	const struct model_edge *edges;
	struct columns c;
	char event[64];
	size_t count, i;

	buffer_printf(t->to, "\n");
	columns_init(&c, t->how, t->to, specs, ARRAY_SIZE(specs));
	columns_header(&c);
	edges = model_edges(&count);
	for (i = 0; i < count; i++) {
		const struct row row = {
			.from = edges[i].from,
			.to = edges[i].to,
			.event = event_of(&edges[i], event),
			.manner = model_manner_name(edges[i].manner),
			.verdict = model_standing_name(edges[i].standing),
			.count = t->c->edges[i],
			.bad = edges[i].standing == MODEL_ABSENT,
		};

		if (row.count)
			add_row(&c, &row);
	}
	add_illegal(t, &c);
}

static void begin_counts(const struct text *t, struct columns *c,
			 const char *title)
{
	const struct column specs[] = {
		{ .title = title, .width = 50 },
		{ .title = "COUNT", .width = 11, .right = true },
	};

	buffer_printf(t->to, "\n");
	columns_init(c, t->how, t->to, specs, ARRAY_SIZE(specs));
	columns_header(c);
}

static void add_count(struct columns *c, const char *what, uint64_t count)
{
	if (!count)
		return;
	columns_begin(c, NULL);
	columns_text(c, what);
	columns_u64(c, count);
	columns_end(c);
}

static void add_connections(const struct text *t)
{
	const struct check *c = t->c;
	struct columns table;

	begin_counts(t, &table, "CONNECTIONS");
	add_count(&table, "ended", c->ended);
	add_count(&table, "still open", c->open);
	add_count(&table, "opening not recorded (scope=teardown)", c->unopened);
	add_count(&table, "began before the stream", c->began_before);
	add_count(&table, "older than the module, or not tracked by it",
		  c->marked);
	add_count(&table, "transitions without a cookie, not followed",
		  c->nameless);
	add_count(&table, "forgotten, to bound the memory",
		  c->history.forgotten);
}

static void add_losses(const struct text *t)
{
	const struct check *c = t->c;
	const struct gaps *gaps = &c->gaps;
	struct columns table;

	if (!c->lost && !gaps->explained.count && !gaps->unexplained.count &&
	    !c->forgot && !c->late)
		return;
	begin_counts(t, &table, "GAPS");
	add_count(&table, "records reported as lost", c->lost);
	add_count(&table, "gaps in histories, explained by that loss",
		  gaps->explained.count);
	add_count(&table, "gaps in histories, due to forgotten connections",
		  c->forgot);
	add_count(&table, "gaps in histories, unexplained",
		  gaps->unexplained.count);
	add_count(&table, "transitions that came after later ones",
		  c->late);
	if (c->late)
		buffer_printf(t->to, "  by %.6f s at most\n",
			      (double)c->late_ns / (double)NS_PER_S);
}

/* An example: when, which connection, which transition, what is wrong. */
static void add_example(const struct text *t, const struct finding *f,
			struct clock_text *clock)
{
	char from_number[16], to_number[16];
	char *p;

	p = buffer_reserve(t->to, EXAMPLE_ROOM);
	p = FORMAT_LITERAL(p, "  ");
	if (f->realtime_ns) {
		p = clock_dated(p, clock, f->realtime_ns);
		*p++ = ' ';
	}
	if (f->transition || f->session || f->rst || f->drop) {
		p = f->netns_name[0] ?
			    format_text(p, f->netns_name, t->how->utf8) :
			    format_u64(p, f->netns_inode);
		*p++ = ' ';
		p = format_endpoint(p, f->ipv6, f->laddr, f->lport);
		*p++ = ' ';
		p = format_endpoint(p, f->ipv6, f->raddr, f->rport);
		p += sprintf(p, " cookie %llx\n    ", (unsigned long long)f->cookie);
	}
	if (f->transition)
		p += sprintf(p, "%s %s %s, number %u: ", name_of(f->old, from_number),
			     view_arrow(t->how), name_of(f->new, to_number), f->index);
	else if (f->session)
		p += sprintf(p, "session, %s %s %s: ", name_of(f->old, from_number),
			     view_arrow(t->how), name_of(f->new, to_number));
	else if (f->rst)
		p += sprintf(p, "RST, state %s: ",
			     f->old ? name_of(f->old, from_number) : "none or unknown");
	else if (f->drop)
		p = FORMAT_LITERAL(p, "drop: ");
	p = format_string(p, f->what);
	*p++ = '\n';
	buffer_commit(t->to, p);
}

static void add_findings_of(const struct text *t, const char *title,
			    const char *colour, const struct findings *f,
			    struct clock_text *clock)
{
	unsigned int i;

	buffer_printf(t->to, "%s%s: %llu%s\n", view_colour(t->how, colour), title,
		      (unsigned long long)f->count, view_plain(t->how));
	for (i = 0; i < f->kept; i++)
		add_example(t, &f->examples[i], clock);
	if (f->count > f->kept)
		buffer_printf(t->to, "  and %llu more\n",
			      (unsigned long long)(f->count - f->kept));
}

static void add_findings(const struct text *t)
{
	struct clock_text clock = CLOCK_TEXT_INIT;
	bool any = false;
	unsigned int i;

	for (i = 0; i < FINDING_KINDS; i++) {
		if (!t->c->findings[i].count)
			continue;
		if (!any)
			view_title(t->how, t->to, "WRONG");
		any = true;
		add_findings_of(t, finding_text(i), TERMINAL_RED,
				&t->c->findings[i], &clock);
	}
	if (!t->c->gaps.explained.count)
		return;
	view_title(t->how, t->to, "EXPLAINED BY LOSS");
	add_findings_of(t, finding_text(FINDING_GAP), TERMINAL_YELLOW,
			&t->c->gaps.explained, &clock);
}

static void add_word(struct text *t, const char *word, bool last)
{
	size_t width = strlen(word) + !last;

	if (t->column + 1 + width > LINE_COLUMNS) {
		buffer_printf(t->to, "\n%*s", UNSEEN_INDENT, "");
		t->column = UNSEEN_INDENT;
	} else {
		buffer_printf(t->to, " ");
		t->column++;
	}
	buffer_printf(t->to, "%s%s", word, last ? "" : ",");
	t->column += width;
}

static bool is_unseen(const struct text *t, const struct model_edge *edge)
{
	return edge->standing != MODEL_ABSENT && !t->c->edges[model_index(edge)];
}

/* Edges between two states that were not seen, in one paragraph. */
static void add_unseen_between(struct text *t, unsigned int from,
			       unsigned int into)
{
	const struct model_edge *edges, *pending = NULL;
	const char *a, *b;
	char number[16], event[64];
	size_t count, i;

	edges = model_edges(&count);
	for (i = 0; i < count; i++) {
		if (edges[i].from != from || edges[i].to != into ||
		    !is_unseen(t, &edges[i]))
			continue;
		if (pending) {
			add_word(t, event_of(pending, event), false);
		} else {
			a = name_of(from, number);
			b = name_of(into, number);
			buffer_printf(t->to, "  %s %s %s:", a, view_arrow(t->how), b);
			t->column = strlen(a) + strlen(b) +
				    (t->how->utf8 ? 6 : 7);
		}
		pending = &edges[i];
	}
	if (!pending)
		return;
	add_word(t, event_of(pending, event), true);
	buffer_printf(t->to, "\n");
}

static void add_unseen(struct text *t)
{
	const struct model_edge *edges;
	size_t count, i, unseen = 0, all = 0;
	bool done[TCPCLOSE_STATES][TCPCLOSE_STATES] = { 0 };
	char title[80];

	edges = model_edges(&count);
	for (i = 0; i < count; i++) {
		all += edges[i].standing != MODEL_ABSENT;
		unseen += is_unseen(t, &edges[i]);
	}
	snprintf(title, sizeof(title), "NOT SEEN: %zu of %zu", unseen, all);
	view_title(t->how, t->to, title);
	for (i = 0; i < count; i++) {
		if (done[edges[i].from][edges[i].to])
			continue;
		done[edges[i].from][edges[i].to] = true;
		add_unseen_between(t, edges[i].from, edges[i].to);
	}
}

static void add_clean(const struct text *t)
{
	uint64_t forgotten = t->c->history.forgotten;

	buffer_printf(t->to, "\n%sVERDICT: clean%s: every %s is in the model, and %s",
		      view_colour(t->how, TERMINAL_GREEN), view_plain(t->how),
		      t->c->rsts ? "transition and RST" : "transition",
		      t->c->lost ? "reported loss explains every gap" :
				   "no history has a gap");
	if (forgotten)
		buffer_printf(t->to, ", but for %llu connection%s that had to be forgotten",
			      (unsigned long long)forgotten, format_plural(forgotten));
	buffer_printf(t->to, "\n");
}

static void add_verdict(const struct text *t)
{
	uint64_t wrong = check_finding_count(t->c);

	if (wrong)
		buffer_printf(t->to, "\n%sVERDICT: VIOLATION%s: %llu finding%s\n",
			      view_colour(t->how, TERMINAL_RED), view_plain(t->how),
			      (unsigned long long)wrong, format_plural(wrong));
	else if (!t->c->transitions && !t->c->rsts && !t->c->drops &&
		 !t->c->failed_calls && !t->c->sessions)
		buffer_printf(t->to, "\nVERDICT: clean, but there was nothing to check\n");
	else
		add_clean(t);
}

/**
 * verify_text() - write the result of a check as text
 * @how: how it is shown
 * @to: where it goes
 * @c: the check, finished
 */
void verify_text(const struct view *how, struct buffer *to,
		 const struct check *c)
{
	struct text t = { .how = how, .to = to, .c = c };

	add_summary(&t);
	if (c->transitions) {
		add_edges(&t);
		add_connections(&t);
	}
	add_losses(&t);
	add_findings(&t);
	if (c->transitions)
		add_unseen(&t);
	add_verdict(&t);
}
