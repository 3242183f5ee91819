// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events for people: a line with columns, which get wider as needed.
 */
#include <assert.h>

#include "base/clock.h"
#include "base/format.h"
#include "base/terminal.h"
#include "lib/names.h"
#include "view/events.h"

static_assert(FORMAT_ENDPOINT_MAX <=
		      sizeof(((struct output_endpoint *)NULL)->text),
	      "any endpoint fits");

/* First widths: what a line of IPv4 usually needs. */
static const struct {
	char title[16];
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
 * output_text_init() - begin with the first widths, and no word
 * @o: the output
 */
void output_text_init(struct output *o)
{
	unsigned int i;

	memset(o->edges, 0, sizeof(o->edges));
	memset(o->flags, 0, sizeof(o->flags));
	memset(o->endpoints, 0, sizeof(o->endpoints));
	memset(&o->netns, 0, sizeof(o->netns));
	o->netns_name[0] = '\0';
	for (i = 0; i < OUTPUT_COLUMNS; i++)
		o->width[i] = columns[i].width;
	/* "->" is one column wider than the arrow. */
	if (!o->utf8)
		o->width[OUTPUT_TRANSITION]++;
}

/* May write 32 characters in any case: OUTPUT_ROOM has room for them. */
static char *spaces(char *p, size_t count)
{
	memset(p, ' ', 32);
	if (count > 32)
		memset(p + 32, ' ', count - 32);
	return p + count;
}

/* Pad to the column's width, or widen the column; @used: columns written */
static char *pad(struct output *o, char *p, size_t used,
		 enum output_column column)
{
	if (used > o->width[column])
		o->width[column] = used;
	p = spaces(p, o->width[column] - used);
	*p++ = ' ';
	return p;
}

/* Likewise, behind what was written since @start: any text. */
static char *end_column(struct output *o, char *p, char *start,
			enum output_column column)
{
	return pad(o, p, format_columns(start, (size_t)(p - start)), column);
}

/* Likewise: ASCII. */
static char *end_ascii(struct output *o, char *p, char *start,
		       enum output_column column)
{
	return pad(o, p, (size_t)(p - start), column);
}

/* @text: room for at least 16 characters, of which @len are it */
static char *right_column(struct output *o, char *p, const char *text,
			  size_t len, enum output_column column)
{
	if (len > o->width[column])
		o->width[column] = len;
	p = spaces(p, o->width[column] - len);
	memcpy(p, text, 16);
	p[len] = ' ';
	return p + len + 1;
}

static char *word_column(struct output *o, char *p, const struct output_word *w,
			 enum output_column column)
{
	size_t end = o->width[column] + w->len - w->columns;

	memcpy(p, w->text, sizeof(w->text));
	if (w->columns <= o->width[column] && end < sizeof(w->text))
		return p + end + 1;
	return pad(o, p + w->len, w->columns, column);
}

static void make_word(struct output_word *w, const char *text, size_t len)
{
	memset(w->text, ' ', sizeof(w->text));
	memcpy(w->text, text, len);
	w->len = (uint8_t)len;
	w->columns = (uint8_t)format_columns(text, len);
}

static char *text_clock(struct output *o, char *p, uint64_t realtime_ns)
{
	p = format_bytes(p, clock_text(&o->clock, realtime_ns),
			 sizeof(o->clock.text));
	*p++ = '.';
	p = format_micros(p, realtime_ns % NS_PER_S / NS_PER_US);
	*p++ = ' ';
	return p;
}

static char *text_netns(struct output *o, char *p, const struct event *e)
{
	const char *name = e->netns_name;
	char *start = p;
	size_t len;

	if (name && name[0] && !strcmp(name, o->netns_name))
		return word_column(o, p, &o->netns, OUTPUT_NETNS);
	if (name)
		p = format_text(p, name, o->utf8);
	else if (e->netns_inode)
		p = format_u64(p, e->netns_inode);
	else
		*p++ = '-';
	len = (size_t)(p - start);
	if (name && len <= sizeof(o->netns.text) &&
	    strlen(name) < sizeof(o->netns_name)) {
		make_word(&o->netns, start, len);
		strcpy(o->netns_name, name);
	}
	return end_column(o, p, start, OUTPUT_NETNS);
}

static char *text_process(struct output *o, char *p, const struct event *e)
{
	char *start = p;

	if (e->comm[0]) {
		p = format_text(p, e->comm, o->utf8);
		*p++ = '/';
	}
	if (e->pid)
		p = format_u64(p, e->pid);
	else
		*p++ = '-';
	return e->comm[0] ? end_column(o, p, start, OUTPUT_PROCESS) :
			    end_ascii(o, p, start, OUTPUT_PROCESS);
}

/* Whoever finds addresses that collide gains nothing: they are written anew. */
static struct output_endpoint *endpoint_place(struct output *o,
					      const uint64_t addr[2],
					      uint16_t port)
{
	uint64_t hash = (addr[0] ^ (addr[1] << 1) ^ (uint64_t)port << 16) *
			0x9e3779b97f4a7c15ULL;

	return &o->endpoints[hash >> 32 & (OUTPUT_ENDPOINTS - 1)];
}

static char *text_endpoint(struct output *o, char *p, bool ipv6,
			   const uint8_t *bytes, uint16_t port,
			   enum output_column column)
{
	struct output_endpoint *there;
	uint64_t addr[2];

	memcpy(addr, bytes, sizeof(addr));
	there = endpoint_place(o, addr, port);
	if (there->addr[0] != addr[0] || there->addr[1] != addr[1] ||
	    there->port != port || there->ipv6 != ipv6 || !there->len) {
		char *end = format_endpoint(there->text, ipv6, bytes, port);

		memset(end, ' ',
		       (size_t)(there->text + sizeof(there->text) - end));
		memcpy(there->addr, addr, sizeof(addr));
		there->port = port;
		there->ipv6 = ipv6;
		there->len = (uint8_t)(end - there->text);
	}
	memcpy(p, there->text, sizeof(there->text));
	if (there->len <= o->width[column] &&
	    o->width[column] < sizeof(there->text))
		return p + o->width[column] + 1;
	return pad(o, p + there->len, there->len, column);
}

static char *text_state(char *p, unsigned int state)
{
	const char *name = state_name(state);

	return name ? format_string(p, name) :
		      format_u64(FORMAT_LITERAL(p, "number-"), state);
}

static char *text_transition(struct output *o, char *p, const struct event *e)
{
	struct output_word *w = &o->edges[e->old][e->new];
	char text[sizeof(w->text)], *end = text;

	if (!w->len) {
		end = text_state(end, e->old);
		end = o->utf8 ? FORMAT_LITERAL(end, " \u2192 ") :
				FORMAT_LITERAL(end, " -> ");
		end = text_state(end, e->new);
		make_word(w, text, (size_t)(end - text));
	}
	return word_column(o, p, w, OUTPUT_TRANSITION);
}

static char *text_dwell(struct output *o, char *p, const struct event *e)
{
	char text[16], *end = text;

	if (e->dwell_ns == EVENT_UNKNOWN)
		*end++ = '-';
	else
		end = format_duration(text, (uint64_t)e->dwell_ns);
	return right_column(o, p, text, (size_t)(end - text), OUTPUT_DWELL);
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

static char *text_flags(struct output *o, char *p, const struct event *e)
{
	struct output_word *w;
	char *end;

	if (e->flags >= OUTPUT_COMMON_FLAGS)
		return end_ascii(o, text_bits(p, e->flags, flag_name), p,
				 OUTPUT_FLAGS);
	w = &o->flags[e->flags];
	if (!w->len) {
		end = text_bits(p, e->flags, flag_name);
		make_word(w, p, (size_t)(end - p));
	}
	return word_column(o, p, w, OUTPUT_FLAGS);
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

	if (!e->end && !e->cause && !e->mark && e->sk_err <= 0 &&
	    e->rearms <= 0 && !event_is_orphaned(e)) {
		*p++ = '-';
		return p;
	}
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
	p = text_netns(o, p, e);
	p = text_process(o, p, e);
	p = text_endpoint(o, p, e->ipv6, e->laddr, e->lport, OUTPUT_LOCAL);
	p = text_endpoint(o, p, e->ipv6, e->raddr, e->rport, OUTPUT_REMOTE);
	p = text_transition(o, p, e);
	p = text_dwell(o, p, e);
	p = text_flags(o, p, e);
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
	for (i = 0; i < OUTPUT_COLUMNS; i++) {
		const char *title = columns[i].title;

		p = i == OUTPUT_DWELL ?
			    right_column(o, p, title, strlen(title), i) :
			    end_ascii(o, format_string(p, title), p, i);
	}
	p = FORMAT_LITERAL(p, "WHY");
	if (o->colour)
		p = FORMAT_LITERAL(p, TERMINAL_PLAIN);
	*p++ = '\n';
	return p;
}
