// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events for people: a line with columns, which get wider as needed.
 */
#include <assert.h>

#include "base/clock.h"
#include "base/columns.h"
#include "base/format.h"
#include "base/terminal.h"
#include "lib/names.h"
#include "view/events.h"

static_assert(FORMAT_ENDPOINT_MAX <=
		      sizeof(((struct events_endpoint *)NULL)->text),
	      "any endpoint fits");

enum events_column {
	EVENTS_TIME,
	EVENTS_NETNS,
	EVENTS_PROCESS,
	EVENTS_LOCAL,
	EVENTS_REMOTE,
	EVENTS_TRANSITION,
	EVENTS_DWELL,
	EVENTS_FLAGS,
	EVENTS_WHY,
	EVENTS_COLUMNS,
};

/* First widths: what a line of IPv4 usually needs. */
static const struct column columns[EVENTS_COLUMNS] = {
	[EVENTS_TIME] = { .title = "TIME", .width = 15 },
	[EVENTS_NETNS] = { .title = "NETNS", .width = 8 },
	[EVENTS_PROCESS] = { .title = "PROCESS", .width = 16 },
	[EVENTS_LOCAL] = { .title = "LOCAL", .width = 18 },
	[EVENTS_REMOTE] = { .title = "REMOTE", .width = 18 },
	[EVENTS_TRANSITION] = { .title = "TRANSITION", .width = 24 },
	[EVENTS_DWELL] = { .title = "DWELL", .width = 7, .right = true },
	[EVENTS_FLAGS] = { .title = "FLAGS", .width = 7 },
	[EVENTS_WHY] = { .title = "WHY" },
};

/**
 * events_text_begin() - begin with the first widths, and no word
 * @v: the view
 */
void events_text_begin(struct events *v)
{
	memset(v->edges, 0, sizeof(v->edges));
	memset(v->flags, 0, sizeof(v->flags));
	memset(v->endpoints, 0, sizeof(v->endpoints));
	memset(&v->netns, 0, sizeof(v->netns));
	v->netns_name[0] = '\0';
	v->date[0] = '\0';
	columns_init(&v->columns, v->how, v->to, columns, EVENTS_COLUMNS);
	/* "->" is one column wider than the arrow. */
	if (!v->how->utf8)
		v->columns.width[EVENTS_TRANSITION]++;
}

static char *text_clock(struct events *v, char *p, uint64_t realtime_ns)
{
	p = format_bytes(p, clock_text(&v->clock, realtime_ns),
			 sizeof(v->clock.text));
	*p++ = '.';
	p = format_micros(p, realtime_ns % NS_PER_S / NS_PER_US);
	*p++ = ' ';
	return p;
}

/* A line of its own says which day it is, and how far local time is from UTC. */
static void text_date(struct events *v, uint64_t realtime_ns)
{
	clock_text(&v->clock, realtime_ns);
	if (!strcmp(v->clock.date, v->date))
		return;
	strcpy(v->date, v->clock.date);
	buffer_printf(v->to, "-- %s\n", v->date);
}

static char *text_netns(struct events *v, char *p, const struct event *e)
{
	const char *name = e->netns_name;
	char *start = p;
	size_t len;

	if (name && name[0] && !strcmp(name, v->netns_name))
		return columns_word(&v->columns, EVENTS_NETNS, p, &v->netns);
	if (name)
		p = format_text(p, name, v->how->utf8);
	else if (e->netns_inode)
		p = format_u64(p, e->netns_inode);
	else
		*p++ = '-';
	len = (size_t)(p - start);
	if (name && len <= sizeof(v->netns.text) &&
	    strlen(name) < sizeof(v->netns_name)) {
		columns_word_make(&v->netns, start, len);
		strcpy(v->netns_name, name);
	}
	return columns_pad_text(&v->columns, EVENTS_NETNS, p, start);
}

/* The name of a thread beside that of its process, if it has another. */
static char *text_thread(struct events *v, char *p, const struct event *e)
{
	if (!e->thread[0] || !strcmp(e->thread, e->comm))
		return p;
	*p++ = '(';
	p = format_text(p, e->thread, v->how->utf8);
	*p++ = ')';
	return p;
}

static char *text_holder(struct events *v, char *p, const struct event_owner *o)
{
	if (o->comm[0]) {
		p = format_text(p, o->comm, v->how->utf8);
		*p++ = '/';
	}
	p = format_u64(p, o->pid);
	return o->others ? format_u64(FORMAT_LITERAL(p, " +"), o->others) : p;
}

/* In parentheses: it is its connection, but it did not act. */
static char *text_owner_process(struct events *v, char *p, const struct event_owner *o)
{
	*p++ = '(';
	p = text_holder(v, p, o);
	*p++ = ')';
	return p;
}

static char *text_process(struct events *v, char *p, const struct event *e)
{
	char *start = p;

	if (event_is_kernels(e)) {
		p = FORMAT_LITERAL(p, "kernel");
		p = text_thread(v, p, e);
		return columns_pad_text(&v->columns, EVENTS_PROCESS, p, start);
	}
	if (e->comm[0]) {
		p = format_text(p, e->comm, v->how->utf8);
		p = text_thread(v, p, e);
		*p++ = '/';
	}
	if (e->pid)
		p = format_u64(p, e->pid);
	else if (e->owner)
		p = text_owner_process(v, p, e->owner);
	else
		*p++ = '-';
	return columns_pad_text(&v->columns, EVENTS_PROCESS, p, start);
}

/* Addresses that collide cost time only: they are formatted again. */
static struct events_endpoint *endpoint_place(struct events *v,
					      const uint64_t addr[2],
					      uint16_t port)
{
	uint64_t hash = (addr[0] ^ (addr[1] << 1) ^ (uint64_t)port << 16) *
			0x9e3779b97f4a7c15ULL;

	return &v->endpoints[hash >> 32 & (EVENTS_ENDPOINTS - 1)];
}

static char *text_endpoint(struct events *v, char *p, bool ipv6,
			   const uint8_t *bytes, uint16_t port,
			   enum events_column column)
{
	size_t width = v->columns.width[column];
	struct events_endpoint *there;
	uint64_t addr[2];

	memcpy(addr, bytes, sizeof(addr));
	there = endpoint_place(v, addr, port);
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
	if (there->len <= width && width < sizeof(there->text))
		return p + width + 1;
	return columns_pad(&v->columns, column, p + there->len, there->len);
}

static char *text_state(char *p, unsigned int state)
{
	const char *name = names_state(state);

	return name ? format_string(p, name) :
		      format_u64(FORMAT_LITERAL(p, "number-"), state);
}

static char *text_rst(struct events *v, char *p, const struct event *e)
{
	char *start = p;

	p = e->rst.effect == TCPCLOSE_RST_SENT ? FORMAT_LITERAL(p, "RST sent") :
						 FORMAT_LITERAL(p, "RST received");
	return columns_pad_text(&v->columns, EVENTS_TRANSITION, p, start);
}

/* What was dropped, by the reason. */
static char *text_drop(struct events *v, char *p, const struct event *e)
{
	char *start = p;

	switch (e->drop.reason) {
	case TCPCLOSE_DROP_ACCEPT_QUEUE_SYN:
	case TCPCLOSE_DROP_SYN_QUEUE:
	case TCPCLOSE_DROP_SYN_QUEUE_RESERVED:
	case TCPCLOSE_DROP_NOT_UNICAST:
		p = FORMAT_LITERAL(p, "SYN dropped");
		break;
	case TCPCLOSE_DROP_ACCEPT_QUEUE_ACK:
	case TCPCLOSE_DROP_ACCEPT_QUEUE_RST:
	case TCPCLOSE_DROP_NO_SOCKET:
		p = FORMAT_LITERAL(p, "handshake dropped");
		break;
	default:
		p = FORMAT_LITERAL(p, "request dropped");
	}
	return columns_pad_text(&v->columns, EVENTS_TRANSITION, p, start);
}

static char *text_failed_call(struct events *v, char *p, const struct event *e)
{
	const char *name = names_call(e->call);
	char *start = p;

	p = format_string(p, name ? name : "call");
	p = FORMAT_LITERAL(p, "() failed");
	return columns_pad_text(&v->columns, EVENTS_TRANSITION, p, start);
}

static char *text_transition(struct events *v, char *p, const struct event *e)
{
	struct columns_word *w = &v->edges[e->old][e->new];
	char text[sizeof(w->text)], *end = text;

	if (!w->len) {
		end = text_state(end, e->old);
		end = v->how->utf8 ? FORMAT_LITERAL(end, " \u2192 ") :
				     FORMAT_LITERAL(end, " -> ");
		end = text_state(end, e->new);
		columns_word_make(w, text, (size_t)(end - text));
	}
	return columns_word(&v->columns, EVENTS_TRANSITION, p, w);
}

static char *text_dwell(struct events *v, char *p, const struct event *e)
{
	char text[16], *end = text;

	if (e->dwell_ns == EVENT_UNKNOWN || e->kind != EVENT_TRANSITION)
		*end++ = '-';
	else
		end = format_duration(text, (uint64_t)e->dwell_ns);
	return columns_pad_right(&v->columns, EVENTS_DWELL, p, text,
				 (size_t)(end - text));
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

static char *text_flags(struct events *v, char *p, const struct event *e)
{
	struct columns_word *w;
	char *end;

	if (e->flags >= EVENTS_COMMON_FLAGS)
		return columns_pad_text(&v->columns, EVENTS_FLAGS,
					text_bits(p, e->flags, names_flag), p);
	w = &v->flags[e->flags];
	if (!w->len) {
		end = text_bits(p, e->flags, names_flag);
		columns_word_make(w, p, (size_t)(end - p));
	}
	return columns_word(&v->columns, EVENTS_FLAGS, p, w);
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
	p = text_number_name(p, names_cause(e->cause), "cause-", e->cause);
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

/* How a process closed, if not by a call for that. */
static const char *manner_of_call(const struct event *e)
{
	switch (e->call) {
	case TCPCLOSE_CALL_EXEC:
		return "exec";
	case TCPCLOSE_CALL_EXIT:
		return "exit";
	case TCPCLOSE_CALL_KILL:
		return "killed";
	case TCPCLOSE_CALL_IO_URING:
		return "io_uring";
	default:
		return e->deferred ? "deferred" : NULL;
	}
}

static char *text_amount(char *p, const char *start, int64_t amount,
			 const char *what)
{
	if (amount <= 0)
		return p;
	p = format_u64(comma(p, start), (uint64_t)amount);
	return format_string(p, what);
}

/* What was not delivered, where that matters. */
static char *text_left(char *p, const char *start, const struct event *e)
{
	if (event_is_cut(e)) {
		p = text_amount(p, start, e->unread_bytes, " B unread");
		p = text_amount(p, start, e->unacked_bytes, " B unacked");
		if (e->fin_unsent)
			p = FORMAT_LITERAL(comma(p, start), "FIN unsent");
		if (e->old == TCPCLOSE_SYN_SENT)
			p = text_amount(p, start, e->segments_received,
					" received");
	} else if (e->unsent_bytes > 0 && e->old != e->new) {
		p = FORMAT_LITERAL(comma(p, start), "FIN behind ");
		p = format_u64(p, (uint64_t)e->unsent_bytes);
		p = FORMAT_LITERAL(p, " B");
	}
	return text_amount(p, start, e->strays, " stray");
}

/*
 * Whether the cause says what ended the mini-socket, too: no other end has this
 * cause. An end of TIME_WAIT has none.
 */
static bool cause_says_end(const struct event *e)
{
	static const uint8_t causes[TCPCLOSE_ENDS] = {
		[TCPCLOSE_END_EXPIRED] = TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT,
		[TCPCLOSE_END_RST] = TCPCLOSE_CAUSE_RST,
		[TCPCLOSE_END_RST_SENT] = TCPCLOSE_CAUSE_DATA_AFTER_CLOSE,
		[TCPCLOSE_END_DESTROYED] = TCPCLOSE_CAUSE_DESTROYED,
		[TCPCLOSE_END_NETNS] = TCPCLOSE_CAUSE_NETNS,
		[TCPCLOSE_END_OTHER] = TCPCLOSE_CAUSE_UNKNOWN,
		[TCPCLOSE_END_OVERFLOW] = TCPCLOSE_CAUSE_OVERFLOW,
	};

	return e->cause && e->end < TCPCLOSE_ENDS && causes[e->end] == e->cause;
}

/* @addr: what a listener is bound to */
static char *text_listener(char *p, const struct event *e, const uint8_t *addr)
{
	return format_endpoint(FORMAT_LITERAL(p, "listener "), e->ipv6, addr, e->lport);
}

/* In whose accept queue it is */
static char *text_unaccepted(struct events *v, char *p, const struct event *e)
{
	static const uint8_t any[16];

	if (!e->listener)
		return p;
	p = text_listener(FORMAT_LITERAL(p, " ("), e, e->any_address ? any : e->laddr);
	if (e->listener_owner)
		p = text_holder(v, FORMAT_LITERAL(p, " of "), e->listener_owner);
	*p++ = ')';
	return p;
}

/* How long close() waits, or has waited (SO_LINGER) */
static char *text_close_wait(char *p, const struct event *e)
{
	switch (e->close_wait) {
	case EVENT_CLOSE_WAIT_BEGINS:
		p = FORMAT_LITERAL(p, "close() waits");
		break;
	case EVENT_CLOSE_WAIT_ENDS:
		p = FORMAT_LITERAL(p, "close() waited ");
		p = format_duration(p, (uint64_t)e->close_waited_ns);
		break;
	default:
		p = FORMAT_LITERAL(p, "close() returned before");
	}
	p = FORMAT_LITERAL(p, " (SO_LINGER ");
	p = format_duration(p, (uint64_t)e->linger_ms * NS_PER_MS);
	*p++ = ')';
	return p;
}

static char *text_error(char *p, const char *start, const struct event *e)
{
	if (e->sk_err <= 0)
		return p;
	return text_number_name(comma(p, start), names_error((unsigned int)e->sk_err),
				"errno-", (unsigned int)e->sk_err);
}

/* A worker of the kernel acts for the process that closed the session. */
static char *text_session_closer(struct events *v, char *p, const char *start,
				 const struct event_owner *closer)
{
	if (!closer)
		return p;
	p = FORMAT_LITERAL(comma(p, start), "by ");
	if (closer->comm[0]) {
		p = format_text(p, closer->comm, v->how->utf8);
		*p++ = '/';
	}
	p = format_u64(p, closer->pid);
	return FORMAT_LITERAL(p, ", which closed the session");
}

static char *text_why(struct events *v, char *p, const struct event *e)
{
	const char *manner = manner_of_call(e);
	unsigned int marks = e->mark & ~(unsigned int)TCPCLOSE_MARK_REARM;
	char *start = p;

	if (event_is_rearm(e))
		p = format_u64(FORMAT_LITERAL(p, "re-arm "),
			       e->rearms > 0 ? (uint64_t)e->rearms : 0);
	if (event_is_orphaned(e))
		p = FORMAT_LITERAL(p, "as mini-socket");
	if (e->end && !cause_says_end(e))
		p = text_number_name(comma(p, start), names_end(e->end), "end-",
				     e->end);
	if (e->cause)
		p = text_cause(comma(p, start), e);
	p = text_error(p, start, e);
	if (e->rearms > 0 && !event_is_rearm(e)) {
		p = format_u64(comma(p, start), (uint64_t)e->rearms);
		p = e->rearms == 1 ? FORMAT_LITERAL(p, " re-arm") :
				     FORMAT_LITERAL(p, " re-arms");
	}
	if (manner)
		p = format_string(comma(p, start), manner);
	if (e->close_wait)
		p = text_close_wait(comma(p, start), e);
	p = text_left(p, start, e);
	/* The cause says it. */
	if (e->cause == TCPCLOSE_CAUSE_NOT_ACCEPTED)
		marks &= ~(unsigned int)TCPCLOSE_MARK_UNACCEPTED;
	if (marks)
		p = text_bits(comma(p, start), marks, names_mark);
	p = text_unaccepted(v, p, e);
	p = text_session_closer(v, p, start, e->session_closer);
	if (p == start)
		*p++ = '-';
	return p;
}

/* Whose it is, if not a full socket's, which its state says. */
static char *text_owner(char *p, const struct event *e)
{
	switch (e->rst.owner) {
	case TCPCLOSE_RST_OWNER_LISTENER:
		return FORMAT_LITERAL(p, " at a listener");
	case TCPCLOSE_RST_OWNER_REQUEST:
		return FORMAT_LITERAL(p, " for a half-open request");
	case TCPCLOSE_RST_OWNER_MINI:
	case TCPCLOSE_RST_OWNER_SOCKET:
		/* A connection that ends is in CLOSE already. */
		return !e->old || e->old == TCPCLOSE_CLOSE ?
			       p : text_state(FORMAT_LITERAL(p, " in "), e->old);
	default:
		return p;
	}
}

static char *text_unmatched(char *p, const struct event *e)
{
	static const char *const words[] = {
		[EVENT_UNMATCHED_CONNECTION] =
			": unknown connection (a restart, or NAT or conntrack lost it)",
		[EVENT_UNMATCHED_ANSWER] =
			": answer to a SYN that is not of this machine",
		[EVENT_UNMATCHED_LISTENER] =
			": no listener (a scan, or a server that does not run)",
	};

	return event_is_unmatched(e) ? format_string(p, words[event_unmatched(e)]) : p;
}

static char *text_rst_why(char *p, const struct event *e)
{
	bool sent = e->rst.effect == TCPCLOSE_RST_SENT;
	unsigned int number = sent ? e->rst.reason : e->rst.effect;
	const char *name = sent ? names_rst_reason(number) : names_rst_effect(number);

	p = text_number_name(p, name, sent ? "reason-" : "effect-", number);
	p = text_owner(p, e);
	p = text_unmatched(p, e);
	if (sent && e->rst.length) {
		p = format_u64(FORMAT_LITERAL(p, ", for "), e->rst.length);
		p = e->rst.length == UINT16_MAX ? FORMAT_LITERAL(p, " B or more") :
						  FORMAT_LITERAL(p, " B");
	}
	if (e->rst.unsure)
		p = FORMAT_LITERAL(p, ", only if a key for its signature was found");
	return p;
}

/* What was full, of which listener */
static char *text_drop_why(char *p, const struct event *e)
{
	const struct event_drop *d = &e->drop;

	p = text_number_name(p, names_drop_reason(d->reason), "reason-", d->reason);
	p = text_listener(FORMAT_LITERAL(p, ", "), e, d->bound);
	switch (d->reason) {
	case TCPCLOSE_DROP_ACCEPT_QUEUE_SYN:
	case TCPCLOSE_DROP_ACCEPT_QUEUE_ACK:
	case TCPCLOSE_DROP_ACCEPT_QUEUE_RST:
		p = format_u64(FORMAT_LITERAL(p, ", "), d->queue);
		p = FORMAT_LITERAL(p, " in its accept queue");
		break;
	case TCPCLOSE_DROP_SYN_QUEUE:
	case TCPCLOSE_DROP_SYN_QUEUE_RESERVED:
		p = format_u64(FORMAT_LITERAL(p, ", "), d->requests);
		p = FORMAT_LITERAL(p, " in its SYN queue");
		if (d->reason == TCPCLOSE_DROP_SYN_QUEUE)
			break;
		return p;
	default:
		return p;
	}
	return format_u64(FORMAT_LITERAL(p, ", limit "), d->limit);
}

static char *text_failed_why(char *p, const struct event *e)
{
	p = text_number_name(p, names_error(e->failed.error), "errno-", e->failed.error);
	if (!e->failed.range)
		return p;
	p = FORMAT_LITERAL(p, ", no port free of ");
	p = format_u64(p, e->failed.port_low);
	*p++ = '-';
	return format_u64(p, e->failed.port_high);
}

/* bind() and listen() want none. */
static char *text_remote(struct events *v, char *p, const struct event *e)
{
	if (e->kind == EVENT_FAILED_CALL && !e->rport)
		return columns_pad_text(&v->columns, EVENTS_REMOTE, FORMAT_LITERAL(p, "-"), p);
	return text_endpoint(v, p, e->ipv6, e->raddr, e->rport, EVENTS_REMOTE);
}

static char *text_session_why(char *p, const struct event *e)
{
	const char *manner = manner_of_call(e);
	char *start = p;

	p = text_error(FORMAT_LITERAL(p, "mptcp session"), start, e);
	return manner ? format_string(comma(p, start), manner) : p;
}

/* Neither a graceful close nor a step on the way to one. */
static bool is_abnormal(const struct event *e)
{
	if (e->kind != EVENT_TRANSITION)
		return true;
	return (e->cause && e->cause != TCPCLOSE_CAUSE_FIN &&
		e->cause != TCPCLOSE_CAUSE_LISTENER) ||
	       (e->end && e->end != TCPCLOSE_END_EXPIRED);
}

static char *text_what(struct events *v, char *p, const struct event *e)
{
	switch (e->kind) {
	case EVENT_RST:
		return text_rst(v, p, e);
	case EVENT_DROP:
		return text_drop(v, p, e);
	case EVENT_FAILED_CALL:
		return text_failed_call(v, p, e);
	default:
		return text_transition(v, p, e);
	}
}

static char *text_reason(struct events *v, char *p, const struct event *e)
{
	switch (e->kind) {
	case EVENT_RST:
		return text_rst_why(p, e);
	case EVENT_DROP:
		return text_drop_why(p, e);
	case EVENT_FAILED_CALL:
		return text_failed_why(p, e);
	case EVENT_SESSION:
		return text_session_why(p, e);
	default:
		return text_why(v, p, e);
	}
}

/**
 * events_text() - write what is not a loss or a number left out as a line
 * @v: the view
 * @e: it
 */
void events_text(struct events *v, const struct event *e)
{
	const char *colour = NULL;
	char *p;

	text_date(v, e->realtime_ns);
	p = columns_begin_at(&v->columns);
	p = text_clock(v, p, e->realtime_ns);
	p = text_netns(v, p, e);
	p = text_process(v, p, e);
	p = text_endpoint(v, p, e->ipv6, e->laddr, e->lport, EVENTS_LOCAL);
	p = text_remote(v, p, e);
	p = text_what(v, p, e);
	p = text_dwell(v, p, e);
	p = text_flags(v, p, e);
	if (v->how->colour && is_abnormal(e))
		colour = TERMINAL_RED;
	else if (v->how->colour && e->end)
		colour = TERMINAL_GREEN;
	if (colour)
		p = format_string(p, colour);
	p = text_reason(v, p, e);
	if (colour)
		p = FORMAT_LITERAL(p, TERMINAL_PLAIN);
	columns_end_at(&v->columns, p);
}
