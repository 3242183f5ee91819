// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares transitions of full sockets and MPTCP sessions one by one, as the trace has
 * them and as tcpclose recorded them.
 *
 * Both come from the same call of the tracepoint, on the same CPU, tcpclose's
 * probe first. A softirq can interrupt between the two probes, with calls of its
 * own: then they nest like brackets. So both are matched in the order of time,
 * and the partner of a trace event is the latest record with the same content
 * that has no partner yet. A socket's address and its cookie have to belong
 * together as long as the socket lives; but for a session, since several may have the
 * cookie of their listener.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/format.h"
#include "base/hash.h"
#include "base/hashtable.h"
#include "lib/names.h"
#include "witness/trace_match.h"

/* The clock of the trace is read a moment later, and in another way. */
#define SKEW_NS (50 * NS_PER_MS)

/**
 * struct step - a transition on one side
 * @node: in the table of those without a partner
 * @order: of arrival
 * @owner: cookie of a record, address of the socket of a trace event
 * @is_record: it is tcpclose's
 * @e: the rest
 */
struct step {
	struct hashtable_node node;
	uint64_t order;
	uint64_t owner;
	bool is_record;
	struct trace_event e;
};

/**
 * struct link - an address and a cookie that belong together
 * @by_socket: in the table of addresses
 * @by_cookie: in the table of cookies
 * @record_ns: time of the latest record
 * @trace_ns: time of its partner
 */
struct link {
	struct hashtable_node by_socket;
	struct hashtable_node by_cookie;
	uint64_t record_ns;
	uint64_t trace_ns;
};

struct trace_match {
	/* Not matched yet. */
	struct step **waiting;
	size_t count, room;
	uint64_t order;
	/* Matched, and no partner found. */
	struct hashtable records, traced;
	struct hashtable by_socket, by_cookie;
	uint64_t pairs, disorder;
	uint64_t disorder_ns, disorder_cookie;
};

/**
 * trace_match_new() - begin with no transition
 * @result: the comparison
 *
 * Return: 0, or -ENOMEM
 */
int trace_match_new(struct trace_match **result)
{
	*result = calloc(1, sizeof(**result));
	return *result ? 0 : -ENOMEM;
}

static void free_step(struct hashtable_node *node)
{
	free(node);
}

static struct link *link_of_cookie(struct hashtable_node *node)
{
	return CONTAINER_OR_NULL(node, struct link, by_cookie);
}

/**
 * trace_match_free() - free everything
 * @m: the comparison; may be NULL
 */
void trace_match_free(struct trace_match *m)
{
	size_t i;

	if (!m)
		return;
	for (i = 0; i < m->count; i++)
		free(m->waiting[i]);
	free(m->waiting);
	hashtable_free(&m->records, free_step);
	hashtable_free(&m->traced, free_step);
	hashtable_free(&m->by_cookie, NULL);
	hashtable_free(&m->by_socket, free_step);
	free(m);
}

/* In the trace a clone still has the addresses of its listener. */
static bool shows_listener(const struct step *s)
{
	return s->e.old == TCPCLOSE_LISTEN && s->e.new == TCPCLOSE_SYN_RECV;
}

/* In the trace a socket that connects again still has its former port. */
static bool may_show_former_port(const struct step *s)
{
	return s->e.old == TCPCLOSE_CLOSE;
}

static uint64_t key_of(const struct step *s)
{
	uint32_t what = s->e.cpu << 16 | (uint32_t)s->e.session << 9 |
			(uint32_t)s->e.ipv6 << 8 |
			TCPCLOSE_EDGE(s->e.old, s->e.new);
	uint64_t key = hash_bytes(0, &what, sizeof(what));

	if (shows_listener(s))
		return key;
	if (!may_show_former_port(s))
		key = hash_bytes(key, &s->e.lport, sizeof(s->e.lport));
	key = hash_bytes(key, &s->e.rport, sizeof(s->e.rport));
	key = hash_bytes(key, s->e.laddr, sizeof(s->e.laddr));
	return hash_bytes(key, s->e.raddr, sizeof(s->e.raddr));
}

static int enqueue(struct trace_match *m, const struct trace_event *e,
		   uint64_t owner, bool is_record)
{
	struct step *s;

	if (m->count == m->room) {
		size_t room = m->room ? 2 * m->room : 1024;
		struct step **waiting =
			realloc(m->waiting, room * sizeof(*waiting));

		if (!waiting)
			return -ENOMEM;
		m->waiting = waiting;
		m->room = room;
	}
	s = malloc(sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->order = m->order++;
	s->owner = owner;
	s->is_record = is_record;
	s->e = *e;
	s->node.key = key_of(s);
	m->waiting[m->count++] = s;
	return 0;
}

/**
 * trace_match_add_event() - add an event of the trace
 * @m: the comparison
 * @e: the event; those of one CPU come in order
 *
 * Return: 0, or -ENOMEM
 */
int trace_match_add_event(struct trace_match *m, const struct trace_event *e)
{
	return enqueue(m, e, e->socket, false);
}

/**
 * trace_match_add_record() - add a record of tcpclose
 * @m: the comparison
 * @e: a transition, ignored if it is not from the tracepoint, or one of a session
 *
 * Return: 0, or -ENOMEM
 */
int trace_match_add_record(struct trace_match *m, const struct event *e)
{
	bool session = e->kind == EVENT_SESSION;
	struct trace_event same = {
		.ts_ns = e->ts_ns,
		.cpu = e->cpu,
		.lport = e->lport,
		.rport = e->rport,
		.ipv6 = e->ipv6,
		.session = session,
		.old = session ? e->old : (uint8_t)e->raw_old,
		.new = session ? e->new : (uint8_t)e->raw_new,
	};

	if (e->origin != TCPCLOSE_ORIGIN_TRACEPOINT)
		return 0;
	memcpy(same.laddr, e->laddr, sizeof(same.laddr));
	memcpy(same.raddr, e->raddr, sizeof(same.raddr));
	return enqueue(m, &same, session ? 0 : e->cookie, true);
}

static int compare_time(const void *left, const void *right)
{
	const struct step *a = *(struct step *const *)left;
	const struct step *b = *(struct step *const *)right;

	if (a->e.ts_ns != b->e.ts_ns)
		return a->e.ts_ns > b->e.ts_ns ? 1 : -1;
	if (a->is_record != b->is_record)
		return a->is_record ? -1 : 1;
	return a->order > b->order ? 1 : -1;
}

static struct link *find_link(const struct trace_match *m, const struct step *s)
{
	struct hashtable_node *node;

	if (!s->is_record)
		return (struct link *)hashtable_find(&m->by_socket, s->owner);
	node = s->owner ? hashtable_find(&m->by_cookie, s->owner) : NULL;
	return link_of_cookie(node);
}

static void drop_link(struct trace_match *m, struct link *l)
{
	hashtable_remove(&m->by_socket, &l->by_socket);
	hashtable_remove(&m->by_cookie, &l->by_cookie);
	free(l);
}

/* A new socket is a different one from those that had its address before. */
static void drop_stale_link(struct trace_match *m, const struct step *traced)
{
	struct link *l = find_link(m, traced);

	if (l && (traced->e.old == TCPCLOSE_CLOSE ||
		  traced->e.old == TCPCLOSE_LISTEN))
		drop_link(m, l);
}

static void pair(struct trace_match *m, const struct step *record,
		 const struct step *traced)
{
	struct link *l = find_link(m, record);

	m->pairs++;
	if (!record->owner)
		return;
	if (!l) {
		l = calloc(1, sizeof(*l));
		/* Without memory the comparison is less strict. */
		if (!l)
			return;
		hashtable_add(&m->by_socket, &l->by_socket, traced->owner);
		hashtable_add(&m->by_cookie, &l->by_cookie, record->owner);
	}
	if (record->e.ts_ns < l->record_ns || traced->e.ts_ns < l->trace_ns) {
		if (!m->disorder++) {
			m->disorder_ns = record->e.ts_ns;
			m->disorder_cookie = record->owner;
		}
	}
	l->record_ns = record->e.ts_ns;
	l->trace_ns = traced->e.ts_ns;
	if (record->e.new == TCPCLOSE_CLOSE)
		drop_link(m, l);
}

static bool is_partner(const struct trace_match *m, const struct step *s,
		       const struct step *other)
{
	const struct step *record = s->is_record ? s : other;
	const struct step *traced = s->is_record ? other : s;

	return traced->e.ts_ns + SKEW_NS >= record->e.ts_ns &&
	       find_link(m, record) == find_link(m, traced);
}

static void match_step(struct trace_match *m, struct step *s)
{
	struct hashtable *others = s->is_record ? &m->traced : &m->records;
	struct hashtable_node *node;

	if (!s->is_record)
		drop_stale_link(m, s);
	node = hashtable_find(others, s->node.key);
	while (node && !is_partner(m, s, (struct step *)node))
		node = hashtable_next(node);
	if (node) {
		struct step *other = (struct step *)node;

		hashtable_remove(others, node);
		pair(m, s->is_record ? s : other, s->is_record ? other : s);
		free(other);
		free(s);
	} else if (hashtable_add(s->is_record ? &m->records : &m->traced, &s->node,
				 s->node.key)) {
		free(s);
	}
}

/**
 * trace_match_advance() - match what both sides have
 * @m: the comparison
 * @horizon_ns: both sides are complete up to here
 */
void trace_match_advance(struct trace_match *m, uint64_t horizon_ns)
{
	size_t i;

	if (!m->count)
		return;
	qsort(m->waiting, m->count, sizeof(struct step *), compare_time);
	for (i = 0; i < m->count; i++) {
		if (m->waiting[i]->e.ts_ns >= horizon_ns)
			break;
		match_step(m, m->waiting[i]);
	}
	m->count -= i;
	memmove(m->waiting, m->waiting + i, m->count * sizeof(*m->waiting));
}

/**
 * trace_match_forget() - leave out records from before the trace
 * @m: the comparison
 * @before_ns: when the trace began
 */
void trace_match_forget(struct trace_match *m, uint64_t before_ns)
{
	struct hashtable_node *node, *next;
	size_t bucket = 0;

	trace_match_advance(m, before_ns);
	for (node = hashtable_walk(&m->records, &bucket, NULL); node; node = next) {
		struct step *s = (struct step *)node;

		next = hashtable_walk(&m->records, &bucket, node);
		if (s->e.ts_ns >= before_ns)
			continue;
		hashtable_remove(&m->records, node);
		free(s);
	}
}

static bool is_due(const struct step *s, uint64_t start_ns, uint64_t end_ns)
{
	return s->e.ts_ns >= start_ns && s->e.ts_ns <= end_ns;
}

static uint64_t unmatched_records(const struct trace_match *m, uint64_t start_ns,
				  uint64_t end_ns)
{
	const struct hashtable_node *node = NULL;
	size_t bucket = 0;
	uint64_t count = 0;

	while ((node = hashtable_walk(&m->records, &bucket, node)))
		count += is_due((const struct step *)node, start_ns, end_ns);
	return count;
}

/**
 * trace_match_is_settled() - whether everything has its partner
 * @m: the comparison
 * @start_ns: begin of the time that is compared
 * @end_ns: its end
 */
bool trace_match_is_settled(const struct trace_match *m, uint64_t start_ns,
			    uint64_t end_ns)
{
	return !m->traced.count && !unmatched_records(m, start_ns, end_ns);
}

static char *add_end(char *text, bool ipv6, const uint8_t *addr, uint16_t port)
{
	if (ipv6) {
		*text++ = '[';
		text = format_ipv6(text, addr);
		*text++ = ']';
	} else {
		text = format_ipv4(text, addr);
	}
	*text++ = ':';
	return format_u64(text, port);
}

static const char *name_of(unsigned int state)
{
	const char *name = names_state(state);

	return name ? name : "?";
}

static void describe(struct comparison *c, const struct step *s)
{
	const char *what = s->e.session ? "session, " : "";
	char ends[2 * FORMAT_IP_MAX + 32], *p = ends;

	p = add_end(p, s->e.ipv6, s->e.laddr, s->e.lport);
	p = format_string(p, " to ");
	p = add_end(p, s->e.ipv6, s->e.raddr, s->e.rport);
	*p = '\0';
	if (s->is_record)
		comparison_add_detail(c,
				      "not traced: %scookie %llx, %s to %s, %s, CPU %u, %llu ns",
				      what, (unsigned long long)s->owner,
				      name_of(s->e.old), name_of(s->e.new), ends,
				      s->e.cpu, (unsigned long long)s->e.ts_ns);
	else
		comparison_add_detail(c,
				      "no record of %s%s to %s, %s, CPU %u, %llu ns",
				      what, name_of(s->e.old), name_of(s->e.new), ends,
				      s->e.cpu, (unsigned long long)s->e.ts_ns);
}

static size_t collect(const struct hashtable *from, struct step **all, size_t count)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(from, &bucket, node)))
		all[count++] = (struct step *)node;
	return count;
}

/* In the order of time. */
static void describe_all(const struct trace_match *m, uint64_t start_ns,
			 uint64_t end_ns, struct comparison *c)
{
	size_t count = m->records.count + m->traced.count, i;
	struct step **all = calloc(count + 1, sizeof(*all));

	if (!all)
		return;
	count = collect(&m->traced, all, collect(&m->records, all, 0));
	qsort(all, count, sizeof(*all), compare_time);
	for (i = 0; i < count; i++) {
		if (!all[i]->is_record || is_due(all[i], start_ns, end_ns))
			describe(c, all[i]);
	}
	free(all);
}

/**
 * trace_match_conclude() - report what has no partner
 * @m: the comparison; both sides are complete
 * @start_ns: from here on every record must be in the trace
 * @end_ns: up to here
 * @c: result
 */
void trace_match_conclude(struct trace_match *m, uint64_t start_ns, uint64_t end_ns,
			  struct comparison *c)
{
	uint64_t unmatched;

	trace_match_advance(m, UINT64_MAX);
	unmatched = unmatched_records(m, start_ns, end_ns);
	describe_all(m, start_ns, end_ns, c);
	comparison_add_row(c, &(struct comparison_row){
				      .what = "transitions of full sockets",
				      .kernel = m->pairs + m->traced.count,
				      .tcpclose = m->pairs + unmatched,
				      .difference = m->traced.count + unmatched,
			      });
	comparison_add_row(c, &(struct comparison_row){
				      .what = "in each socket's order",
				      .kernel = m->pairs,
				      .tcpclose = m->pairs - m->disorder,
				      .difference = m->disorder,
			      });
	if (m->disorder)
		comparison_add_detail(c, "out of order: cookie %llx, %llu ns",
				      (unsigned long long)m->disorder_cookie,
				      (unsigned long long)m->disorder_ns);
}
