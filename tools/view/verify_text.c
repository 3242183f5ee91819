// SPDX-License-Identifier: GPL-2.0-only
/*
 * The result of a check for people: what was seen, what is wrong, what was not
 * seen, and one line that says how it stands.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/clock_text.h"
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
	const struct verdict *how;
	struct buffer *to;
	const struct check *c;
	size_t column;
};

static const char *begin_colour(const struct text *t, const char *colour)
{
	return t->how->colour ? colour : "";
}

static const char *end_colour(const struct text *t)
{
	return t->how->colour ? TERMINAL_PLAIN : "";
}

static void add_title(const struct text *t, const char *title)
{
	buffer_printf(t->to, "\n%s%s%s\n", begin_colour(t, TERMINAL_BOLD),
		      title, end_colour(t));
}

static const char *arrow(const struct text *t)
{
	return t->how->utf8 ? "\u2192" : "->";
}

/* @number: room for the name of a state that has none */
static const char *name_of(unsigned int state, char number[16])
{
	const struct model_state *s = model_state(state);

	if (s)
		return s->name;
	snprintf(number, 16, "number-%u", state);
	return number;
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void add_summary(const struct text *t)
{
	const struct check *c = t->c;
	uint64_t ns = c->last_ns - c->first_ns;

	buffer_printf(t->to,
		      "Checked %llu transition%s of %llu connection%s, %.1f s.\n",
		      (unsigned long long)c->transitions,
		      plural(c->transitions), (unsigned long long)c->seen,
		      plural(c->seen), (double)ns / (double)NS_PER_S);
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

static void add_edge_row(const struct text *t, unsigned int from,
			 unsigned int to, const char *event,
			 const char *manner, const char *verdict,
			 uint64_t count, bool bad)
{
	char from_number[16], to_number[16];

	buffer_printf(t->to, "%s%-12s %-12s %-28s %-9s %-15s %11llu%s\n",
		      bad ? begin_colour(t, TERMINAL_RED) : "",
		      name_of(from, from_number), name_of(to, to_number), event,
		      manner, verdict, (unsigned long long)count,
		      bad ? end_colour(t) : "");
}

static void add_edges(const struct text *t)
{
	const struct model_edge *edges;
	unsigned int from, into;
	char event[64];
	size_t count, i;

	add_title(t,
		  "FROM         TO           EVENT                        MANNER    VERDICT               COUNT");
	edges = model_edges(&count);
	for (i = 0; i < count; i++)
		if (t->c->edges[i])
			add_edge_row(t, edges[i].from, edges[i].to,
				     event_of(&edges[i], event),
				     model_manner_name(edges[i].manner),
				     model_standing_name(edges[i].standing),
				     t->c->edges[i],
				     edges[i].standing == MODEL_ABSENT);
	for (from = 0; from < TCPCLOSE_STATES; from++)
		for (into = 0; into < TCPCLOSE_STATES; into++)
			if (t->c->illegal[from][into].count)
				add_edge_row(t, from, into, "-", "-", "illegal",
					     t->c->illegal[from][into].count,
					     true);
}

static void add_count(const struct text *t, const char *what, uint64_t count)
{
	if (count)
		buffer_printf(t->to, "%-50s %11llu\n", what,
			      (unsigned long long)count);
}

static void add_connections(const struct text *t)
{
	const struct check *c = t->c;

	add_title(t,
		  "CONNECTIONS                                              COUNT");
	add_count(t, "ended", c->ended);
	add_count(t, "still open", c->open);
	add_count(t, "opening not recorded (scope=teardown)", c->unopened);
	add_count(t, "began before the stream", c->began_before);
	add_count(t, "older than the module, or not tracked by it", c->marked);
	add_count(t, "transitions without a cookie, not followed",
		  c->nameless);
	add_count(t, "forgotten, to bound the memory", c->history.forgotten);
}

static void add_losses(const struct text *t)
{
	const struct check *c = t->c;
	const struct gaps *gaps = &c->gaps;

	if (!c->lost && !gaps->explained.count && !gaps->unexplained.count &&
	    !c->forgot && !c->late)
		return;
	add_title(t,
		  "GAPS                                                     COUNT");
	add_count(t, "records lost, as the stream tells", c->lost);
	add_count(t, "gaps in histories, explained by that loss",
		  gaps->explained.count);
	add_count(t, "gaps in histories, due to what was forgotten", c->forgot);
	add_count(t, "gaps in histories that nothing explains",
		  gaps->unexplained.count);
	add_count(t, "transitions told after later ones of another CPU",
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
		p = format_bytes(p, clock_text(clock, f->realtime_ns),
				 sizeof(clock->text));
		*p++ = '.';
		p = format_digits(p, f->realtime_ns % NS_PER_S / NS_PER_US, 6);
		*p++ = ' ';
	}
	if (f->transition) {
		p = f->netns_name[0] ?
			    format_text(p, f->netns_name, t->how->utf8) :
			    format_u64(p, f->netns_inode);
		*p++ = ' ';
		p = format_endpoint(p, f->ipv6, f->laddr, f->lport);
		*p++ = ' ';
		p = format_endpoint(p, f->ipv6, f->raddr, f->rport);
		p += sprintf(p, " cookie %llx", (unsigned long long)f->cookie);
		p += sprintf(p, "\n    %s %s %s, number %u: ",
			     name_of(f->old, from_number), arrow(t),
			     name_of(f->new, to_number), f->index);
	}
	p = format_string(p, f->what);
	*p++ = '\n';
	buffer_commit(t->to, p);
}

static void add_findings_of(const struct text *t, const char *title,
			    const char *colour, const struct findings *f,
			    struct clock_text *clock)
{
	unsigned int i;

	buffer_printf(t->to, "%s%s: %llu%s\n", begin_colour(t, colour), title,
		      (unsigned long long)f->count, end_colour(t));
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
			add_title(t, "WRONG");
		any = true;
		add_findings_of(t, finding_text(i), TERMINAL_RED,
				&t->c->findings[i], &clock);
	}
	if (!t->c->gaps.explained.count)
		return;
	add_title(t, "EXPLAINED BY LOSS");
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

/* All that was not seen between two states, in one paragraph. */
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
			buffer_printf(t->to, "  %s %s %s:", a, arrow(t), b);
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
	add_title(t, title);
	for (i = 0; i < count; i++) {
		if (done[edges[i].from][edges[i].to])
			continue;
		done[edges[i].from][edges[i].to] = true;
		add_unseen_between(t, edges[i].from, edges[i].to);
	}
}

static void add_verdict(const struct text *t)
{
	uint64_t wrong = check_finding_count(t->c);

	if (!wrong && !t->c->transitions)
		buffer_printf(t->to, "\nVERDICT: clean, but there was nothing to check\n");
	else if (!wrong)
		buffer_printf(t->to,
			      "\n%sVERDICT: clean%s: every transition is one of the model's%s\n",
			      begin_colour(t, TERMINAL_GREEN), end_colour(t),
			      t->c->lost ? ", and reported loss explains every gap" :
					   ", and no history has a gap");
	else
		buffer_printf(t->to, "\n%sVERDICT: VIOLATION%s: %llu finding%s\n",
			      begin_colour(t, TERMINAL_RED), end_colour(t),
			      (unsigned long long)wrong, plural(wrong));
}

/**
 * verdict_text() - write the result of a check as text
 * @v: how
 * @to: where it goes
 * @c: the check, finished
 */
void verdict_text(const struct verdict *v, struct buffer *to,
		  const struct check *c)
{
	struct text t = { .how = v, .to = to, .c = c };

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
