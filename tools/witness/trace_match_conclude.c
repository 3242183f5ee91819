// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares transitions of full sockets and MPTCP sessions one by one, as the trace has
 * them and as tcpclose recorded them: lives that are not over, or differ. Finds the
 * partner of each, and reports the steps that are on one side only.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/format.h"
#include "lib/names.h"
#include "witness/trace_match_internal.h"

/**
 * struct leftover - steps that are on one side only
 * @traced: in the trace
 * @records: due in the trace
 * @paired: those that are on both sides, of lives that differ or are not over
 * @disorder: of these in another order
 * @disordered: the first of these records
 */
struct leftover {
	uint64_t traced;
	uint64_t records;
	uint64_t paired;
	uint64_t disorder;
	const struct socket_step *disordered;
};

/* An array of the lives on one side, and how many there are. */
static struct socket_life **all_lives(const struct hashtable *from, size_t *count)
{
	struct socket_life **all = calloc(from->count + 1, sizeof(*all));
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	*count = 0;
	if (!all)
		return NULL;
	while ((node = hashtable_walk(from, &bucket, node))) {
		struct socket_life *life = (struct socket_life *)node;

		life->partner = NULL;
		all[(*count)++] = life;
	}
	return all;
}

/* Most steps first: for these there is least choice. Then in the order of time. */
static int compare_lives(const void *left, const void *right)
{
	const struct socket_life *a = *(struct socket_life *const *)left;
	const struct socket_life *b = *(struct socket_life *const *)right;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return trace_match_compare_time(&a->first, &b->first);
}

static bool is_better(const struct socket_life_result *a,
		      const struct socket_life_result *b)
{
	return a->missing != b->missing ? a->missing < b->missing : a->due > b->due;
}

/*
 * Of the lives with its addresses and ports, the one with most of its steps.
 * @whole: only if nothing is missing on either side
 */
static void find_partner(const struct trace_match *m, struct socket_life *traced,
			 const struct socket_life_window *window, bool whole)
{
	struct hashtable_node *node = traced->name ?
					      hashtable_find(&m->names, traced->name) :
					      NULL;
	struct socket_life_result best = { 0 };
	struct socket_life *found = NULL;

	if (traced->partner)
		return;
	for (; node; node = hashtable_next(node)) {
		struct socket_life *life = life_of_name(node);
		struct socket_life_result result;

		if (life->partner)
			continue;
		result = socket_life_compare(life, traced, window);
		if (result.missing == traced->count ||
		    (whole && (result.missing || result.extra)) ||
		    (found && !is_better(&result, &best)))
			continue;
		best = result;
		found = life;
	}
	if (!found)
		return;
	found->partner = traced;
	traced->partner = found;
}

/* How well a life serves as partner of one that has its opening only. */
static unsigned int rank(const struct socket_life *record,
			 const struct socket_life_window *window)
{
	return 2 * socket_life_is_due(record->first, window) + !record->name;
}

/* Put openings without a partner into a table: the best, and then the latest, is first. */
static int add_openings(struct hashtable *openings, struct socket_life **records,
			size_t count, const struct socket_life_window *window)
{
	unsigned int best;
	int ret = 0;
	size_t i;

	for (best = 0; best < 4; best++)
		for (i = 0; !ret && i < count; i++)
			if (!records[i]->partner && rank(records[i], window) == best)
				ret = hashtable_add(openings, &records[i]->first->node,
						    records[i]->first->content);
	return ret;
}

/*
 * A life may show its opening only: connect() has not succeeded yet, or what followed is
 * outside of the time that is compared.
 */
static void find_opening(struct hashtable *openings, struct socket_life *traced)
{
	struct hashtable_node *node = hashtable_find(openings, traced->first->content);

	for (; node; node = hashtable_next(node)) {
		struct socket_step *step = (struct socket_step *)node;

		if (!(traced->name && step->life->name) &&
		    socket_life_may_pair(step, traced->first))
			break;
	}
	if (!node)
		return;
	hashtable_remove(openings, node);
	traced->partner = ((struct socket_step *)node)->life;
	traced->partner->partner = traced;
}

static int find_partners(const struct trace_match *m, struct socket_life **records,
			 size_t record_count, struct socket_life **traced,
			 size_t traced_count, const struct socket_life_window *window)
{
	struct hashtable openings = { 0 };
	size_t i;
	int ret;

	qsort(traced, traced_count, sizeof(*traced), compare_lives);
	qsort(records, record_count, sizeof(*records), compare_lives);
	for (i = 0; i < traced_count; i++)
		find_partner(m, traced[i], window, true);
	/* Those that differ choose from what is left. */
	for (i = 0; i < traced_count; i++)
		find_partner(m, traced[i], window, false);
	ret = add_openings(&openings, records, record_count, window);
	for (i = traced_count; !ret && i--;)
		if (!traced[i]->partner)
			find_opening(&openings, traced[i]);
	hashtable_free(&openings, NULL);
	return ret;
}

/* A record without a cookie may be that of a step which no other record explains. */
static void pair_single(struct trace_match *m, struct socket_step *traced)
{
	struct hashtable_node *node = hashtable_find(&m->single_records, traced->content);

	for (; node; node = hashtable_next(node)) {
		struct socket_step *record = (struct socket_step *)node;

		if (record->is_paired || !socket_life_may_pair(record, traced))
			continue;
		record->is_paired = true;
		traced->is_paired = true;
		return;
	}
}

static void count_traced(struct trace_match *m, struct socket_life *traced,
			 const struct socket_life_window *window, struct leftover *left)
{
	struct socket_life none = { 0 };
	struct socket_life *record = traced->partner ? traced->partner : &none;
	struct socket_life_result result = socket_life_compare(record, traced, window);
	struct socket_step *s;

	left->disorder += result.disorder;
	if (result.disorder && !left->disordered)
		left->disordered = result.disordered;
	for (s = traced->first; s; s = s->next) {
		if (!s->is_paired)
			pair_single(m, s);
		if (s->is_paired)
			left->paired++;
		else
			left->traced++;
	}
}

static void count_record(const struct socket_step *s,
			 const struct socket_life_window *window, struct leftover *left)
{
	left->records += !s->is_paired && socket_life_is_due(s, window);
}

static void unpair_singles(struct trace_match *m)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(&m->single_records, &bucket, node)))
		((struct socket_step *)node)->is_paired = false;
}

/* Find partners for all that is left, and count what has none. */
static int compare_rest(struct trace_match *m, const struct socket_life_window *window,
			struct leftover *left)
{
	struct socket_life **records, **traced;
	size_t record_count, traced_count, i, bucket = 0;
	struct hashtable_node *node = NULL;
	struct socket_step *s;
	int ret = -ENOMEM;

	*left = (struct leftover){ .traced = m->single_traced.count };
	records = all_lives(&m->records, &record_count);
	traced = all_lives(&m->traced, &traced_count);
	if (records && traced)
		ret = find_partners(m, records, record_count, traced, traced_count, window);
	unpair_singles(m);
	for (i = 0; !ret && i < traced_count; i++)
		count_traced(m, traced[i], window, left);
	for (i = 0; !ret && i < record_count; i++) {
		if (!records[i]->partner)
			socket_life_unpair(records[i]);
		for (s = records[i]->first; s; s = s->next)
			count_record(s, window, left);
	}
	while ((node = hashtable_walk(&m->single_records, &bucket, node)))
		count_record((struct socket_step *)node, window, left);
	free(records);
	free(traced);
	return ret;
}

/**
 * trace_match_is_settled() - whether everything has its partner
 * @m: the comparison
 * @start_ns: begin of the time that is compared
 * @end_ns: its end
 */
bool trace_match_is_settled(struct trace_match *m, uint64_t start_ns, uint64_t end_ns)
{
	const struct socket_life_window window = { start_ns, end_ns };
	struct leftover left;

	return !compare_rest(m, &window, &left) && !left.traced && !left.records;
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

static void describe(struct comparison *c, const struct socket_step *s)
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

struct steps {
	const struct socket_step **all;
	size_t count;
};

static void add_unpaired(struct steps *to, const struct socket_step *s,
			 const struct socket_life_window *window)
{
	if (!s->is_paired && (!s->is_record || socket_life_is_due(s, window)))
		to->all[to->count++] = s;
}

static void add_lives(struct steps *to, const struct hashtable *from,
		      const struct socket_life_window *window)
{
	const struct hashtable_node *node = NULL;
	const struct socket_step *s;
	size_t bucket = 0;

	while ((node = hashtable_walk(from, &bucket, node)))
		for (s = ((const struct socket_life *)node)->first; s; s = s->next)
			add_unpaired(to, s, window);
}

static void add_singles(struct steps *to, const struct hashtable *from,
			const struct socket_life_window *window)
{
	const struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(from, &bucket, node)))
		add_unpaired(to, (const struct socket_step *)node, window);
}

/* In the order of time. */
static void describe_all(const struct trace_match *m, const struct leftover *left,
			 const struct socket_life_window *window, struct comparison *c)
{
	struct steps steps = { 0 };
	size_t i;

	steps.all = calloc(left->traced + left->records + 1, sizeof(*steps.all));
	if (!steps.all)
		return;
	add_lives(&steps, &m->records, window);
	add_singles(&steps, &m->single_records, window);
	add_lives(&steps, &m->traced, window);
	add_singles(&steps, &m->single_traced, window);
	qsort(steps.all, steps.count, sizeof(*steps.all), trace_match_compare_time);
	for (i = 0; i < steps.count; i++)
		describe(c, steps.all[i]);
	free(steps.all);
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
	const struct socket_life_window window = { start_ns, end_ns };
	struct leftover left;
	uint64_t pairs;

	trace_match_advance(m, UINT64_MAX);
	if (compare_rest(m, &window, &left) || m->error) {
		error_set(&c->incomplete, 0, "out of memory");
		return;
	}
	describe_all(m, &left, &window, c);
	pairs = m->pairs + left.paired;
	comparison_add_row(c, &(struct comparison_row){
				      .what = "transitions of full sockets",
				      .kernel = pairs + left.traced,
				      .tcpclose = pairs + left.records,
				      .difference = left.traced + left.records,
			      });
	comparison_add_row(c, &(struct comparison_row){
				      .what = "in each socket's order",
				      .kernel = pairs,
				      .tcpclose = pairs - left.disorder,
				      .difference = left.disorder,
			      });
	if (left.disorder)
		comparison_add_detail(c, "out of order: cookie %llx, %llu ns",
				      (unsigned long long)left.disordered->owner,
				      (unsigned long long)left.disordered->e.ts_ns);
}
