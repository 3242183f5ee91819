// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares transitions of full sockets and MPTCP sessions one by one, as the trace has
 * them and as tcpclose recorded them.
 *
 * Both come from the same call of the tracepoint, tcpclose's probe first. But a softirq
 * may interrupt between the two probes, with calls of its own, and where probes can be
 * preempted the second one may run on another CPU, after calls of other tasks. What
 * remains is the order of each socket, which its lock keeps. So steps are collected
 * into lives, of an address in the trace and of a cookie in the records, and whole
 * lives are compared. Lives with the same addresses and ports may be of several
 * namespaces, or one after the other: those with the same steps at the same time are
 * partners, and which of several is the partner makes no difference.
 *
 * Of a session only single steps are compared, since several may have the cookie of
 * their listener; likewise records without a cookie.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "witness/trace_match_internal.h"

/* When a life is over in the trace, its records were added until then. */
#define SETTLED_NS (100 * NS_PER_MS)

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

static void free_life(struct hashtable_node *node)
{
	socket_life_free((struct socket_life *)node);
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
	free(m->over);
	hashtable_free(&m->single_records, free_step);
	hashtable_free(&m->single_traced, free_step);
	hashtable_free(&m->names, NULL);
	hashtable_free(&m->records, free_life);
	hashtable_free(&m->traced, free_life);
	free(m);
}

/* Make room for one more pointer in an array. */
static int grow(void *array, size_t count, size_t *room)
{
	void ***of = array;
	size_t more = *room ? 2 * *room : 1024;
	void **grown;

	if (count < *room)
		return 0;
	grown = realloc(*of, more * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	*of = grown;
	*room = more;
	return 0;
}

static int enqueue(struct trace_match *m, const struct trace_event *e,
		   uint64_t owner, bool is_record)
{
	struct socket_step *s;

	if (m->error || grow(&m->waiting, m->count, &m->room))
		return -ENOMEM;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->order = m->order++;
	s->owner = e->session ? 0 : owner;
	s->is_record = is_record;
	s->e = *e;
	s->content = socket_life_content(e);
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
	return enqueue(m, &same, e->cookie, true);
}

/**
 * trace_match_compare_time() - compare two steps, for qsort()
 * @left: pointer to the one
 * @right: pointer to the other
 *
 * Return: negative, 0 or positive, in the order in which they happened
 */
int trace_match_compare_time(const void *left, const void *right)
{
	const struct socket_step *a = *(struct socket_step *const *)left;
	const struct socket_step *b = *(struct socket_step *const *)right;

	if (a->e.ts_ns != b->e.ts_ns)
		return a->e.ts_ns > b->e.ts_ns ? 1 : -1;
	if (a->is_record != b->is_record)
		return a->is_record ? -1 : 1;
	return a->order > b->order ? 1 : -1;
}

static struct socket_life *open_life(const struct hashtable *lives, uint64_t owner)
{
	struct hashtable_node *node = hashtable_find(lives, owner);

	while (node && ((struct socket_life *)node)->is_over)
		node = hashtable_next(node);
	return (struct socket_life *)node;
}

static struct socket_life *new_life(struct hashtable *lives, uint64_t owner)
{
	struct socket_life *life = calloc(1, sizeof(*life));

	if (life && hashtable_add(lives, &life->by_owner, owner)) {
		free(life);
		life = NULL;
	}
	return life;
}

/*
 * The life that a step belongs to. An address is given to another socket, whose end the
 * trace has not shown: then the former life is over. Two sockets may be made for one
 * request, with its cookie; one of them is freed at once, without another step.
 */
static struct socket_life *life_of(struct hashtable *lives, const struct socket_step *s)
{
	struct socket_life *life = open_life(lives, s->owner), *second;

	if (!life || !socket_life_begins_with(&s->e))
		return life ? life : new_life(lives, s->owner);
	if (!s->is_record || !socket_life_shows_listener(&s->e)) {
		life->is_over = true;
		return new_life(lives, s->owner);
	}
	second = new_life(lives, s->owner);
	if (second)
		second->is_over = true;
	return second;
}

static int add_name(struct trace_match *m, struct socket_life *record)
{
	int ret = hashtable_add(&m->names, &record->by_name, record->name);

	if (ret)
		record->name = 0;
	return ret;
}

static int add_to_life(struct trace_match *m, struct socket_step *s)
{
	struct socket_life *life = life_of(s->is_record ? &m->records : &m->traced, s);
	bool had_name;
	int ret;

	if (!life) {
		free(s);
		return -ENOMEM;
	}
	had_name = life->name;
	socket_life_append(life, s);
	if (s->is_record)
		return had_name || !life->name ? 0 : add_name(m, life);
	if (s->e.new != TCPCLOSE_CLOSE)
		return 0;
	ret = grow(&m->over, m->over_count, &m->over_room);
	if (!ret)
		m->over[m->over_count++] = life;
	return ret;
}

static bool may_pair(const struct socket_step *s, const struct socket_step *other)
{
	return s->is_record ? socket_life_may_pair(s, other) :
			      socket_life_may_pair(other, s);
}

static int match_single(struct trace_match *m, struct socket_step *s)
{
	struct hashtable *others = s->is_record ? &m->single_traced : &m->single_records;
	struct hashtable_node *node = hashtable_find(others, s->content);
	int ret = 0;

	while (node && !may_pair(s, (struct socket_step *)node))
		node = hashtable_next(node);
	if (node) {
		hashtable_remove(others, node);
		free(node);
		m->pairs++;
	} else {
		ret = hashtable_add(s->is_record ? &m->single_records : &m->single_traced,
				    &s->node, s->content);
	}
	if (node || ret)
		free(s);
	return ret;
}

static void take_step(struct trace_match *m, struct socket_step *s)
{
	int ret = s->owner ? add_to_life(m, s) : match_single(m, s);

	if (ret)
		m->error = ret;
}

static void remove_life(struct trace_match *m, struct socket_life *life, bool is_record)
{
	if (is_record && life->name)
		hashtable_remove(&m->names, &life->by_name);
	hashtable_remove(is_record ? &m->records : &m->traced, &life->by_owner);
	socket_life_free(life);
}

/* Of several that are the same, the one whose steps are nearest in time. */
static struct socket_life *same_life(const struct trace_match *m,
				     const struct socket_life *traced)
{
	struct hashtable_node *node = hashtable_find(&m->names, traced->name);
	struct socket_life *best = NULL;
	uint64_t least_ns = UINT64_MAX;

	for (; node; node = hashtable_next(node)) {
		struct socket_life *life = life_of_name(node);
		uint64_t ns;

		if (!socket_life_is_same(life, traced))
			continue;
		ns = socket_life_distance_ns(life, traced);
		if (ns < least_ns) {
			least_ns = ns;
			best = life;
		}
	}
	return best;
}

/* What is over on both sides needs to be kept no longer. */
static void compare_over(struct trace_match *m, uint64_t before_ns)
{
	while (m->over_first < m->over_count) {
		struct socket_life *traced = m->over[m->over_first], *record;

		if (traced->last->e.ts_ns >= before_ns)
			break;
		m->over_first++;
		record = same_life(m, traced);
		if (!record)
			continue;
		m->pairs += traced->count;
		remove_life(m, record, true);
		remove_life(m, traced, false);
	}
	m->over_count -= m->over_first;
	if (m->over_count)
		memmove(m->over, m->over + m->over_first, m->over_count * sizeof(*m->over));
	m->over_first = 0;
}

/**
 * trace_match_advance() - match what both sides have
 * @m: the comparison
 * @horizon_ns: both sides are complete up to here
 */
void trace_match_advance(struct trace_match *m, uint64_t horizon_ns)
{
	size_t i;

	if (m->count)
		qsort(m->waiting, m->count, sizeof(*m->waiting), trace_match_compare_time);
	for (i = 0; i < m->count; i++) {
		if (m->waiting[i]->e.ts_ns >= horizon_ns)
			break;
		take_step(m, m->waiting[i]);
	}
	m->count -= i;
	if (i && m->count)
		memmove(m->waiting, m->waiting + i, m->count * sizeof(*m->waiting));
	if (horizon_ns > SETTLED_NS)
		compare_over(m, horizon_ns - SETTLED_NS);
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
	for (node = hashtable_walk(&m->single_records, &bucket, NULL); node; node = next) {
		next = hashtable_walk(&m->single_records, &bucket, node);
		if (((struct socket_step *)node)->e.ts_ns >= before_ns)
			continue;
		hashtable_remove(&m->single_records, node);
		free(node);
	}
	bucket = 0;
	for (node = hashtable_walk(&m->records, &bucket, NULL); node; node = next) {
		struct socket_life *life = (struct socket_life *)node;

		next = hashtable_walk(&m->records, &bucket, node);
		socket_life_drop_before(life, before_ns);
		if (!life->first)
			remove_life(m, life, true);
	}
}
