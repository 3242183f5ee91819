// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events for people: a line with columns, which get wider as needed.
 */
#include "clock.h"
#include "format.h"
#include "names.h"
#include "output.h"
#include "terminal.h"

/* First widths: what a line of IPv4 usually needs. */
static const struct {
	const char *title;
	size_t width;
} columns[OUTPUT_COLUMNS] = {
	[OUTPUT_NETNS] = { "NETNS", 8 },
	[OUTPUT_PROCESS] = { "PROCESS", 16 },
	[OUTPUT_LOCAL] = { "LOCAL", 18 },
	[OUTPUT_REMOTE] = { "REMOTE", 18 },
	[OUTPUT_TRANSITION] = { "TRANSITION", 24 },
	[OUTPUT_DWELL] = { "DWELL", 7 },
	[OUTPUT_FLAGS] = { "FLAGS", 7 },
};

/**
 * output_text_init() - give the columns their first width
 * @o: the output
 */
void output_text_init(struct output *o)
{
	unsigned int i;

	for (i = 0; i < OUTPUT_COLUMNS; i++)
		o->width[i] = columns[i].width;
	/* "->" is one column wider than the arrow. */
	if (!o->utf8)
		o->width[OUTPUT_TRANSITION]++;
}

static char *spaces(char *p, size_t count)
{
	memset(p, ' ', count);
	return p + count;
}

/* Pad what was written since @start to the column's width, or widen the column. */
static char *end_column(struct output *o, char *p, char *start,
			enum output_column column)
{
	size_t used = format_columns(start, (size_t)(p - start));
	size_t len = (size_t)(p - start);

	if (used > o->width[column])
		o->width[column] = used;
	used = o->width[column] - used;
	if (column == OUTPUT_DWELL) {
		memmove(start + used, start, len);
		spaces(start, used);
		p += used;
	} else {
		p = spaces(p, used);
	}
	*p++ = ' ';
	return p;
}

static char *text_clock(struct output *o, char *p, uint64_t realtime_ns)
{
	p = format_bytes(p, output_clock(o, realtime_ns), sizeof(o->clock));
	*p++ = '.';
	p = format_digits(p, realtime_ns % NS_PER_S / NS_PER_US, 6);
	*p++ = ' ';
	return p;
}

static char *text_netns(struct output *o, char *p, const struct event *e)
{
	if (e->netns_name)
		return format_text(p, e->netns_name, o->utf8);
	if (e->netns_inode)
		return format_u64(p, e->netns_inode);
	*p++ = '-';
	return p;
}

static char *text_process(struct output *o, char *p, const struct event *e)
{
	if (e->comm[0]) {
		p = format_text(p, e->comm, o->utf8);
		*p++ = '/';
	}
	if (e->pid)
		return format_u64(p, e->pid);
	*p++ = '-';
	return p;
}

static char *text_state(char *p, unsigned int state)
{
	const char *name = state_name(state);

	return name ? format_string(p, name) :
		      format_u64(FORMAT_LITERAL(p, "number-"), state);
}

static char *text_transition(struct output *o, char *p, const struct event *e)
{
	p = text_state(p, e->old);
	p = o->utf8 ? FORMAT_LITERAL(p, " \u2192 ") : FORMAT_LITERAL(p, " -> ");
	return text_state(p, e->new);
}

static char *text_bits(char *p, unsigned int bits,
		       const char *(*name_of)(unsigned int bit))
{
	bool first = true;
	unsigned int bit;

	for (bit = 0; bits >> bit; bit++) {
		if (!(bits >> bit & 1) || !name_of(bit))
			continue;
		if (!first)
			*p++ = ',';
		first = false;
		p = format_string(p, name_of(bit));
	}
	if (first)
		*p++ = '-';
	return p;
}

static char *comma(char *p, const char *start)
{
	return p == start ? p : FORMAT_LITERAL(p, ", ");
}

static char *text_number_name(char *p, const char *name, const char *what,
			      unsigned int number)
{
	if (name)
		return format_string(p, name);
	return format_u64(format_string(p, what), number);
}

static char *text_cause(char *p, const struct event *e)
{
	p = text_number_name(p, cause_name(e->cause), "cause-", e->cause);
	if (e->cause != TCPCLOSE_CAUSE_FIN)
		return p;
	switch (e->closer) {
	case TCPCLOSE_CLOSER_LOCAL:
		return FORMAT_LITERAL(p, " (local first)");
	case TCPCLOSE_CLOSER_REMOTE:
		return FORMAT_LITERAL(p, " (remote first)");
	case TCPCLOSE_CLOSER_BOTH:
		return FORMAT_LITERAL(p, " (both at once)");
	default:
		return p;
	}
}

static char *text_why(char *p, const struct event *e)
{
	unsigned int doubt = e->mark & ~(unsigned int)TCPCLOSE_MARK_REARM;
	char *start = p;

	if (event_is_rearm(e))
		p = format_u64(FORMAT_LITERAL(p, "re-arm "),
			       e->rearms > 0 ? (uint64_t)e->rearms : 0);
	if (event_is_orphaned(e))
		p = FORMAT_LITERAL(p, "as mini-socket");
	if (e->end)
		p = text_number_name(comma(p, start), end_name(e->end), "end-",
				     e->end);
	if (e->cause)
		p = text_cause(comma(p, start), e);
	if (e->sk_err > 0)
		p = text_number_name(comma(p, start),
				     error_name((unsigned int)e->sk_err),
				     "errno-", (unsigned int)e->sk_err);
	if (e->rearms > 0 && !event_is_rearm(e)) {
		p = format_u64(comma(p, start), (uint64_t)e->rearms);
		p = e->rearms == 1 ? FORMAT_LITERAL(p, " re-arm") :
				     FORMAT_LITERAL(p, " re-arms");
	}
	if (doubt)
		p = text_bits(comma(p, start), doubt, mark_name);
	if (p == start)
		*p++ = '-';
	return p;
}

/* Neither a graceful close nor a step on the way to one. */
static bool is_abnormal(const struct event *e)
{
	return (e->cause && e->cause != TCPCLOSE_CAUSE_FIN &&
		e->cause != TCPCLOSE_CAUSE_LISTENER) ||
	       (e->end && e->end != TCPCLOSE_END_EXPIRED);
}

/**
 * output_text() - write a transition as a line
 * @o: how wide columns are, and what the terminal shows
 * @p: room for %OUTPUT_ROOM characters
 * @e: the transition
 *
 * Return: the place behind it
 */
char *output_text(struct output *o, char *p, const struct event *e)
{
	const char *colour = NULL;

	p = text_clock(o, p, e->realtime_ns);
	p = end_column(o, text_netns(o, p, e), p, OUTPUT_NETNS);
	p = end_column(o, text_process(o, p, e), p, OUTPUT_PROCESS);
	p = end_column(o, format_endpoint(p, e->ipv6, e->laddr, e->lport), p,
		       OUTPUT_LOCAL);
	p = end_column(o, format_endpoint(p, e->ipv6, e->raddr, e->rport), p,
		       OUTPUT_REMOTE);
	p = end_column(o, text_transition(o, p, e), p, OUTPUT_TRANSITION);
	p = end_column(o,
		       e->dwell_ns == EVENT_UNKNOWN ?
			       FORMAT_LITERAL(p, "-") :
			       format_duration(p, (uint64_t)e->dwell_ns),
		       p, OUTPUT_DWELL);
	p = end_column(o, text_bits(p, e->flags, flag_name), p, OUTPUT_FLAGS);
	if (o->colour && is_abnormal(e))
		colour = TERMINAL_RED;
	else if (o->colour && e->end)
		colour = TERMINAL_GREEN;
	if (colour)
		p = format_string(p, colour);
	p = text_why(p, e);
	if (colour)
		p = FORMAT_LITERAL(p, TERMINAL_PLAIN);
	*p++ = '\n';
	return p;
}

/**
 * output_text_titles() - write the columns' titles as a line
 * @o: how wide columns are, and what the terminal shows
 * @p: room for %OUTPUT_ROOM characters
 *
 * Return: the place behind it
 */
char *output_text_titles(struct output *o, char *p)
{
	unsigned int i;

	if (o->colour)
		p = FORMAT_LITERAL(p, TERMINAL_BOLD);
	p = FORMAT_LITERAL(p, "TIME            ");
	for (i = 0; i < OUTPUT_COLUMNS; i++)
		p = end_column(o, format_string(p, columns[i].title), p, i);
	p = FORMAT_LITERAL(p, "WHY");
	if (o->colour)
		p = FORMAT_LITERAL(p, TERMINAL_PLAIN);
	*p++ = '\n';
	return p;
}
