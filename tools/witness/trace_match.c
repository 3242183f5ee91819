// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transitions of full sockets, each as the trace has it and as tcpclose has it,
 * put together one to one.
 *
 * Both are told by the same call of the tracepoint, on the same CPU, tcpclose's
 * probe first. A softirq can come in between, with calls of its own: then they
 * nest like brackets. So both are gone through in the order of time, and an
 * event of the trace belongs to the latest record that looks like it and has no
 * partner yet. A socket's address and its cookie have to belong together as
 * long as the socket lives.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/format.h"
#include "base/hashtable.h"
#include "lib/names.h"
#include "witness/trace_match.h"

/* The clock of the trace is read a moment later, and in another way. */
#define SKEW_NS (50 * NS_PER_MS)

/**
 * struct step - a transition as one of the two has it
 * @node: in the table of those without a partner
 * @order: of arrival
 * @owner: address of the socket, or cookie
 * @is_record: it is tcpclose's
 * @e: the rest, whoever has it
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
	/* Not gone through yet. */
	struct step **waiting;
	size_t count, room;
	uint64_t order;
	/* Gone through, and no partner found. */
	struct hashtable records, traced;
	struct hashtable by_socket, by_cookie;
	uint64_t pairs, disorder;
	uint64_t disorder_ns, disorder_cookie;
};

/**
 * trace_match_new() - begin with nothing
 * @result: the match
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
	return (struct link *)((char *)node - offsetof(struct link, by_cookie));
}

/**
 * trace_match_free() - give everything back
 * @p: the match; may be NULL
 */
void trace_match_free(struct trace_match *p)
{
	size_t i;

	if (!p)
		return;
	for (i = 0; i < p->count; i++)
		free(p->waiting[i]);
	free(p->waiting);
	hashtable_free(&p->records, free_step);
	hashtable_free(&p->traced, free_step);
	hashtable_free(&p->by_cookie, NULL);
	hashtable_free(&p->by_socket, free_step);
	free(p);
}

/* A clone still shows its listener in the trace; tcpclose knows better. */
static bool shows_listener(const struct step *s)
{
	return s->e.old == TCPCLOSE_LISTEN && s->e.new == TCPCLOSE_SYN_RECV;
}

static uint64_t key_of(const struct step *s)
{
	uint32_t what = s->e.cpu << 16 | (uint32_t)s->e.ipv6 << 8 |
			TCPCLOSE_EDGE(s->e.old, s->e.new);
	uint64_t key = hash_bytes(0, &what, sizeof(what));

	if (shows_listener(s))
		return key;
	key = hash_bytes(key, &s->e.lport, sizeof(s->e.lport));
	key = hash_bytes(key, &s->e.rport, sizeof(s->e.rport));
	key = hash_bytes(key, s->e.laddr, sizeof(s->e.laddr));
	return hash_bytes(key, s->e.raddr, sizeof(s->e.raddr));
}

static int enqueue(struct trace_match *p, const struct trace_event *e,
		   uint64_t owner, bool is_record)
{
	struct step *s;

	if (p->count == p->room) {
		size_t room = p->room ? 2 * p->room : 1024;
		struct step **waiting =
			realloc(p->waiting, room * sizeof(*waiting));

		if (!waiting)
			return -ENOMEM;
		p->waiting = waiting;
		p->room = room;
	}
	s = malloc(sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->order = p->order++;
	s->owner = owner;
	s->is_record = is_record;
	s->e = *e;
	s->node.key = key_of(s);
	p->waiting[p->count++] = s;
	return 0;
}

/**
 * trace_match_trace() - add an event of the trace
 * @p: the match
 * @e: the event; of one CPU they come in order
 *
 * Return: 0, or -ENOMEM
 */
int trace_match_trace(struct trace_match *p, const struct trace_event *e)
{
	return enqueue(p, e, e->socket, false);
}

/**
 * trace_match_record() - add a record of tcpclose's
 * @p: the match
 * @e: the record; those that no tracepoint showed are left out
 *
 * Return: 0, or -ENOMEM
 */
int trace_match_record(struct trace_match *p, const struct event *e)
{
	struct trace_event same = {
		.ts_ns = e->ts_ns,
		.cpu = e->cpu,
		.lport = e->lport,
		.rport = e->rport,
		.ipv6 = e->ipv6,
		.old = (uint8_t)e->raw_old,
		.new = (uint8_t)e->raw_new,
	};

	if (e->origin != TCPCLOSE_ORIGIN_TRACEPOINT)
		return 0;
	memcpy(same.laddr, e->laddr, sizeof(same.laddr));
	memcpy(same.raddr, e->raddr, sizeof(same.raddr));
	return enqueue(p, &same, e->cookie, true);
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

static struct link *find_link(const struct trace_match *p, const struct step *s)
{
	struct hashtable_node *node;

	if (!s->is_record)
		return (struct link *)hashtable_find(&p->by_socket, s->owner);
	node = s->owner ? hashtable_find(&p->by_cookie, s->owner) : NULL;
	return node ? link_of_cookie(node) : NULL;
}

static void drop_link(struct trace_match *p, struct link *l)
{
	hashtable_remove(&p->by_socket, &l->by_socket);
	hashtable_remove(&p->by_cookie, &l->by_cookie);
	free(l);
}

/* A socket that comes about is none of those that had its address before. */
static void drop_stale_link(struct trace_match *p, const struct step *traced)
{
	struct link *l = find_link(p, traced);

	if (l && (traced->e.old == TCPCLOSE_CLOSE ||
		  traced->e.old == TCPCLOSE_LISTEN))
		drop_link(p, l);
}

static void join(struct trace_match *p, const struct step *record,
		 const struct step *traced)
{
	struct link *l = find_link(p, record);

	p->pairs++;
	if (!record->owner)
		return;
	if (!l) {
		l = calloc(1, sizeof(*l));
		/* Then it is only compared less strictly. */
		if (!l)
			return;
		hashtable_add(&p->by_socket, &l->by_socket, traced->owner);
		hashtable_add(&p->by_cookie, &l->by_cookie, record->owner);
	}
	if (record->e.ts_ns < l->record_ns || traced->e.ts_ns < l->trace_ns) {
		if (!p->disorder++) {
			p->disorder_ns = record->e.ts_ns;
			p->disorder_cookie = record->owner;
		}
	}
	l->record_ns = record->e.ts_ns;
	l->trace_ns = traced->e.ts_ns;
	if (record->e.new == TCPCLOSE_CLOSE)
		drop_link(p, l);
}

static bool is_partner(const struct trace_match *p, const struct step *s,
		       const struct step *other)
{
	const struct step *record = s->is_record ? s : other;
	const struct step *traced = s->is_record ? other : s;

	return traced->e.ts_ns + SKEW_NS >= record->e.ts_ns &&
	       find_link(p, record) == find_link(p, traced);
}

static void go_through(struct trace_match *p, struct step *s)
{
	struct hashtable *others = s->is_record ? &p->traced : &p->records;
	struct hashtable_node *node;

	if (!s->is_record)
		drop_stale_link(p, s);
	node = hashtable_find(others, s->node.key);
	while (node && !is_partner(p, s, (struct step *)node))
		node = hashtable_next(node);
	if (node) {
		struct step *other = (struct step *)node;

		hashtable_remove(others, node);
		join(p, s->is_record ? s : other, s->is_record ? other : s);
		free(other);
		free(s);
	} else if (hashtable_add(s->is_record ? &p->records : &p->traced, &s->node,
				 s->node.key)) {
		free(s);
	}
}

/**
 * trace_match_advance() - go through what both have told
 * @p: the match
 * @horizon_ns: both have told of everything before
 */
void trace_match_advance(struct trace_match *p, uint64_t horizon_ns)
{
	size_t i;

	qsort(p->waiting, p->count, sizeof(struct step *), compare_time);
	for (i = 0; i < p->count; i++) {
		if (p->waiting[i]->e.ts_ns >= horizon_ns)
			break;
		go_through(p, p->waiting[i]);
	}
	p->count -= i;
	memmove(p->waiting, p->waiting + i, p->count * sizeof(*p->waiting));
}

/**
 * trace_match_forget() - leave out what no trace can have
 * @p: the match
 * @before_ns: when the trace began
 */
void trace_match_forget(struct trace_match *p, uint64_t before_ns)
{
	struct hashtable_node *node, *next;
	size_t bucket = 0;

	trace_match_advance(p, before_ns);
	for (node = hashtable_walk(&p->records, &bucket, NULL); node; node = next) {
		struct step *s = (struct step *)node;

		next = hashtable_walk(&p->records, &bucket, node);
		if (s->e.ts_ns >= before_ns)
			continue;
		hashtable_remove(&p->records, node);
		free(s);
	}
}

static bool is_due(const struct step *s, uint64_t start_ns, uint64_t end_ns)
{
	return s->e.ts_ns >= start_ns && s->e.ts_ns <= end_ns;
}

static uint64_t lone_records(const struct trace_match *p, uint64_t start_ns,
			     uint64_t end_ns)
{
	const struct hashtable_node *node = NULL;
	size_t bucket = 0;
	uint64_t count = 0;

	while ((node = hashtable_walk(&p->records, &bucket, node)))
		count += is_due((const struct step *)node, start_ns, end_ns);
	return count;
}

/**
 * trace_match_is_settled() - whether nothing waits for its partner
 * @p: the match
 * @start_ns: of the time that counts
 * @end_ns: its end
 */
bool trace_match_is_settled(const struct trace_match *p, uint64_t start_ns,
			    uint64_t end_ns)
{
	return !p->traced.count && !lone_records(p, start_ns, end_ns);
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
	const char *name = state_name(state);

	return name ? name : "?";
}

static void tell(struct comparison *t, const struct step *s)
{
	char ends[2 * FORMAT_IP_MAX + 32], *p = ends;

	p = add_end(p, s->e.ipv6, s->e.laddr, s->e.lport);
	p = format_string(p, " to ");
	p = add_end(p, s->e.ipv6, s->e.raddr, s->e.rport);
	*p = '\0';
	if (s->is_record)
		comparison_detail(t,
				  "not traced: cookie %llx, %s to %s, %s, CPU %u, %llu ns",
				  (unsigned long long)s->owner,
				  name_of(s->e.old), name_of(s->e.new), ends,
				  s->e.cpu, (unsigned long long)s->e.ts_ns);
	else
		comparison_detail(t,
				  "no record of %s to %s, %s, CPU %u, %llu ns",
				  name_of(s->e.old), name_of(s->e.new), ends,
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

/* In the order of time, so that the first one comes first. */
static void tell_all(const struct trace_match *p, uint64_t start_ns,
		     uint64_t end_ns, struct comparison *t)
{
	size_t count = p->records.count + p->traced.count, i;
	struct step **all = calloc(count + 1, sizeof(*all));

	if (!all)
		return;
	count = collect(&p->traced, all, collect(&p->records, all, 0));
	qsort(all, count, sizeof(*all), compare_time);
	for (i = 0; i < count; i++) {
		if (!all[i]->is_record || is_due(all[i], start_ns, end_ns))
			tell(t, all[i]);
	}
	free(all);
}

/**
 * trace_match_conclude() - say what has no partner
 * @p: the match; both have told of everything
 * @start_ns: from here on every record has to be traced
 * @end_ns: up to here
 * @t: result
 */
void trace_match_conclude(struct trace_match *p, uint64_t start_ns, uint64_t end_ns,
			  struct comparison *t)
{
	uint64_t lone;

	trace_match_advance(p, UINT64_MAX);
	lone = lone_records(p, start_ns, end_ns);
	tell_all(p, start_ns, end_ns, t);
	comparison_compare(t, &(struct comparison_row){
				      .what = "transitions of full sockets",
				      .kernel = p->pairs + p->traced.count,
				      .tcpclose = p->pairs + lone,
				      .difference = p->traced.count + lone,
			      });
	comparison_compare(t, &(struct comparison_row){
				      .what = "in each socket's order",
				      .kernel = p->pairs,
				      .tcpclose = p->pairs - p->disorder,
				      .difference = p->disorder,
			      });
	if (p->disorder)
		comparison_detail(t, "out of order: cookie %llx, %llu ns",
				  (unsigned long long)p->disorder_cookie,
				  (unsigned long long)p->disorder_ns);
}
