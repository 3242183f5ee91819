// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events for people and for programs: text and JSON from one call.
 *
 * Knows how an event looks; knows neither where it comes from nor whether it
 * is wanted.
 */
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "format.h"
#include "names.h"
#include "netns.h"
#include "output.h"
#include "terminal.h"

/* More than any event takes in either form. */
#define EVENT_ROOM 4096

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
 * output_init() - write events to standard output
 * @o: the output
 * @json: as JSON, else as text
 */
void output_init(struct output *o, bool json)
{
	unsigned int i;

	buffer_init(&o->buffer, STDOUT_FILENO);
	o->json = json;
	o->utf8 = terminal_is_utf8();
	o->colour = !json && terminal_has_colour(STDOUT_FILENO);
	o->started = false;
	o->second = -1;
	for (i = 0; i < OUTPUT_COLUMNS; i++)
		o->width[i] = columns[i].width;
	/* "->" is one column wider than the arrow. */
	if (!o->utf8)
		o->width[OUTPUT_TRANSITION]++;
}

/**
 * output_clock() - the time of day of an event, local time
 * @o: the output
 * @realtime_ns: nanoseconds since the epoch
 *
 * Return: 8 characters, HH:MM:SS, no NUL, valid until the next call
 */
const char *output_clock(struct output *o, uint64_t realtime_ns)
{
	time_t second = (time_t)(realtime_ns / NS_PER_S);
	struct tm tm;
	char *p = o->clock;

	if (second == o->second)
		return o->clock;
	if (!localtime_r(&second, &tm))
		memset(&tm, 0, sizeof(tm));
	p = format_digits(p, (uint64_t)tm.tm_hour, 2);
	*p++ = ':';
	p = format_digits(p, (uint64_t)tm.tm_min, 2);
	*p++ = ':';
	format_digits(p, (uint64_t)tm.tm_sec, 2);
	o->second = second;
	return o->clock;
}

/*
 * JSON
 */

static char *json_u64(char *p, uint64_t value)
{
	return format_u64(p, value);
}

static char *json_known(char *p, bool known, uint64_t value)
{
	return known ? format_u64(p, value) : FORMAT_LITERAL(p, "null");
}

static char *json_signed(char *p, int64_t value)
{
	return json_known(p, value != EVENT_UNKNOWN, (uint64_t)value);
}

static char *json_nonzero(char *p, uint64_t value)
{
	return json_known(p, value != 0, value);
}

/* Names need no escapes. */
static char *json_name(char *p, const char *name)
{
	if (!name)
		return FORMAT_LITERAL(p, "null");
	*p++ = '"';
	p = format_string(p, name);
	*p++ = '"';
	return p;
}

/* A number beyond this tool's names still tells something. */
static char *json_number_name(char *p, const char *name, unsigned int number)
{
	if (name || !number)
		return json_name(p, name);
	p = FORMAT_LITERAL(p, "\"number-");
	p = format_u64(p, number);
	*p++ = '"';
	return p;
}

static char *json_state(char *p, unsigned int state)
{
	return json_number_name(p, state_name(state), state);
}

static char *json_addr(char *p, const struct event *e, const uint8_t *addr)
{
	*p++ = '"';
	p = e->ipv6 ? format_ipv6(p, addr) : format_ipv4(p, addr);
	*p++ = '"';
	return p;
}

static char *json_bool(char *p, bool value)
{
	return value ? FORMAT_LITERAL(p, "true") : FORMAT_LITERAL(p, "false");
}

static char *json_bits(char *p, unsigned int bits,
		       const char *(*name_of)(unsigned int bit))
{
	bool first = true;
	unsigned int bit;

	*p++ = '[';
	for (bit = 0; bits >> bit; bit++) {
		if (!(bits >> bit & 1) || !name_of(bit))
			continue;
		if (!first)
			*p++ = ',';
		first = false;
		p = json_name(p, name_of(bit));
	}
	*p++ = ']';
	return p;
}

#define KEY(p, name) FORMAT_LITERAL(p, ",\"" name "\":")

static char *json_connection(char *p, const struct event *e)
{
	p = json_name(KEY(p, "origin"), origin_name(e->origin));
	p = json_nonzero(KEY(p, "cookie"), e->cookie);
	p = json_nonzero(KEY(p, "netns"), e->netns);
	p = json_nonzero(KEY(p, "netns_inode"), e->netns_inode);
	p = KEY(p, "netns_name");
	p = e->netns_name ? format_json_string(p, e->netns_name) :
			    FORMAT_LITERAL(p, "null");
	p = json_name(KEY(p, "family"), e->ipv6 ? "inet6" : "inet");
	p = json_addr(KEY(p, "laddr"), e, e->laddr);
	p = json_nonzero(KEY(p, "lport"), e->lport);
	p = json_addr(KEY(p, "raddr"), e, e->raddr);
	return json_nonzero(KEY(p, "rport"), e->rport);
}

static char *json_transition(char *p, const struct event *e)
{
	p = json_state(KEY(p, "old"), e->old);
	p = json_state(KEY(p, "new"), e->new);
	p = json_state(KEY(p, "raw_old"), e->raw_old);
	p = json_state(KEY(p, "raw_new"), e->raw_new);
	p = json_signed(KEY(p, "dwell_ns"), e->dwell_ns);
	return json_signed(KEY(p, "age_ns"), e->age_ns);
}

static char *json_who(char *p, const struct event *e)
{
	p = json_name(KEY(p, "context"), context_name(e->context));
	p = json_nonzero(KEY(p, "pid"), e->pid);
	p = json_nonzero(KEY(p, "tid"), e->tid);
	p = KEY(p, "comm");
	p = e->comm[0] ? format_json_string(p, e->comm) :
			 FORMAT_LITERAL(p, "null");
	p = json_signed(KEY(p, "uid"), e->uid);
	p = json_nonzero(KEY(p, "inode"), e->inode);
	return json_nonzero(KEY(p, "cgroup"), e->cgroup);
}

static char *json_socket(char *p, const struct event *e)
{
	p = json_signed(KEY(p, "sk_err"), e->sk_err);
	p = json_signed(KEY(p, "sk_shutdown"), e->sk_shutdown);
	p = json_signed(KEY(p, "bytes_sent"), e->bytes_sent);
	p = json_signed(KEY(p, "bytes_received"), e->bytes_received);
	p = json_signed(KEY(p, "unread_bytes"), e->unread_bytes);
	p = json_signed(KEY(p, "unacked_bytes"), e->unacked_bytes);
	p = json_signed(KEY(p, "retransmits"), e->retransmits);
	return json_signed(KEY(p, "srtt_us"), e->srtt_us);
}

static char *json_ending(char *p, const struct event *e)
{
	p = KEY(p, "flags");
	p = e->flags ? json_bits(p, e->flags, flag_name) :
		       FORMAT_LITERAL(p, "null");
	p = json_number_name(KEY(p, "end"), end_name(e->end), e->end);
	p = json_number_name(KEY(p, "cause"), cause_name(e->cause), e->cause);
	p = json_name(KEY(p, "closer"), closer_name(e->closer));
	p = json_signed(KEY(p, "rearms"), e->rearms);
	p = json_bool(KEY(p, "rearm"), event_is_rearm(e));
	return json_bits(KEY(p, "marks"), e->mark, mark_name);
}

static char *json_event(char *p, const struct event *e)
{
	p = json_u64(FORMAT_LITERAL(p, "{\"ts_ns\":"), e->ts_ns);
	p = json_u64(KEY(p, "cpu"), e->cpu);
	if (e->kind == EVENT_LOST) {
		p = json_u64(KEY(p, "lost"), e->lost);
	} else {
		p = json_u64(KEY(p, "seq"), e->seq);
		p = json_u64(KEY(p, "index"), e->index);
		p = json_connection(p, e);
		p = json_transition(p, e);
		p = json_who(p, e);
		p = json_socket(p, e);
		p = json_ending(p, e);
	}
	return FORMAT_LITERAL(p, "}\n");
}

/*
 * Text
 */

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

static char *text_endpoint(char *p, const struct event *e, const uint8_t *addr,
			   uint16_t port)
{
	/* IPv4 on the wire, whatever the socket's family: JSON tells that. */
	if (e->ipv6 && is_mapped_ipv4(addr)) {
		p = format_ipv4(p, addr + 12);
	} else if (e->ipv6) {
		*p++ = '[';
		p = format_ipv6(p, addr);
		*p++ = ']';
	} else {
		p = format_ipv4(p, addr);
	}
	*p++ = ':';
	if (port)
		return format_u64(p, port);
	*p++ = '*';
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

static char *text_event(struct output *o, char *p, const struct event *e)
{
	const char *colour = NULL;

	p = text_clock(o, p, e->realtime_ns);
	p = end_column(o, text_netns(o, p, e), p, OUTPUT_NETNS);
	p = end_column(o, text_process(o, p, e), p, OUTPUT_PROCESS);
	p = end_column(o, text_endpoint(p, e, e->laddr, e->lport), p,
		       OUTPUT_LOCAL);
	p = end_column(o, text_endpoint(p, e, e->raddr, e->rport), p,
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
 * output_header() - write the header line, once; JSON has none
 * @o: the output
 */
void output_header(struct output *o)
{
	char *p;
	unsigned int i;

	if (o->json || o->started)
		return;
	o->started = true;
	p = buffer_reserve(&o->buffer, EVENT_ROOM);
	if (o->colour)
		p = FORMAT_LITERAL(p, TERMINAL_BOLD);
	p = FORMAT_LITERAL(p, "TIME            ");
	for (i = 0; i < OUTPUT_COLUMNS; i++)
		p = end_column(o, format_string(p, columns[i].title), p, i);
	p = FORMAT_LITERAL(p, "WHY");
	if (o->colour)
		p = FORMAT_LITERAL(p, TERMINAL_PLAIN);
	*p++ = '\n';
	buffer_commit(&o->buffer, p);
}

/**
 * output_event() - write an event; it may wait until output_flush()
 * @o: the output
 * @e: the event; a loss is written as JSON only, since text belongs to people,
 *	who are told on standard error
 */
void output_event(struct output *o, const struct event *e)
{
	char *p;

	if (!o->json && e->kind == EVENT_LOST)
		return;
	output_header(o);
	p = buffer_reserve(&o->buffer, EVENT_ROOM);
	p = o->json ? json_event(p, e) : text_event(o, p, e);
	buffer_commit(&o->buffer, p);
}

/**
 * output_flush() - write what waits
 * @o: the output
 *
 * Return: 0, or the first -errno that ever happened
 */
int output_flush(struct output *o)
{
	return buffer_flush(&o->buffer);
}
