// SPDX-License-Identifier: GPL-2.0-only
/*
 * The result of the totals: sums over all network namespaces, the differences,
 * and the namespaces that were left out.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "witness/totals_internal.h"

static void add(struct comparison_row *sum, const struct comparison_row *row)
{
	sum->kernel += row->kernel;
	sum->tcpclose += row->tcpclose;
	sum->difference += row->difference;
	sum->moving += row->moving;
}

static void describe(struct comparison *c, const struct netns_totals *n,
		     const char *what, const struct comparison_row *row)
{
	if (!row->difference)
		return;
	comparison_add_detail(c, "%s: net:[%u] (%s)%s: kernel %llu, tcpclose %llu",
			      what, n->inode, n->path,
			      n->before.count ? "" : ", which is new",
			      (unsigned long long)row->kernel,
			      (unsigned long long)row->tcpclose);
}

static void describe_cookies(struct comparison *c, const struct netns_totals *n)
{
	const struct census_result *o = &n->census.list;
	uint64_t i;

	for (i = 0; i < o->row.difference && i < CENSUS_COOKIES; i++)
		comparison_add_detail(c, "net:[%u] (%s): cookie %llx: %s",
				      n->inode, n->path,
				      (unsigned long long)o->cookies[i],
				      "not in both lists in the same state");
}

/**
 * struct left_out - namespaces that could not be compared
 * @closed: could not be entered or read
 * @gone: were removed meanwhile
 * @hidden: have no name and no process
 * @unlisted: compared, but their mini-sockets could not be listed
 * @compared: number of all that were compared
 * @error: why @closed, -errno
 * @list_error: why @unlisted, -errno
 */
struct left_out {
	unsigned int closed;
	unsigned int gone;
	unsigned int hidden;
	unsigned int unlisted;
	unsigned int compared;
	int error;
	int list_error;
};

static void find_left_out(const struct totals *t, struct left_out *l)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(&t->all, &bucket, node))) {
		const struct netns_totals *n = (struct netns_totals *)node;

		if (n->after.count) {
			l->compared++;
		} else if (n->error) {
			l->closed++;
			l->error = n->error;
		} else if (n->before.count) {
			l->gone++;
		} else {
			l->hidden++;
		}
		if (n->after.count && n->list_error) {
			l->unlisted++;
			l->list_error = n->list_error;
		}
	}
}

static void add_remark(struct comparison *c, unsigned int count,
		       const char *format, const char *detail)
{
	size_t len = strlen(c->remarks.text);
	char *p = c->remarks.text + len;
	size_t room = sizeof(c->remarks.text) - len;
	int n;

	if (!count)
		return;
	n = snprintf(p, room, "%s%u network namespace%s ", len ? "; " : "",
		     count, count == 1 ? "" : "s");
	if (n > 0 && (size_t)n < room)
		snprintf(p + n, room - (size_t)n, format, detail);
}

static const char *list_reason(int error)
{
	return error == -ENOENT ? "run `modprobe tcp_diag`" : strerror(-error);
}

static void remark(const struct left_out *l, struct comparison *c)
{
	add_remark(c, l->closed, "not compared, cannot be entered: %s",
		   strerror(-l->error));
	add_remark(c, l->gone, "not compared%s, removed meanwhile", "");
	add_remark(c, l->hidden,
		   "not compared%s, without a name and a process", "");
	add_remark(c, l->unlisted, "without the list of mini-sockets: %s",
		   list_reason(l->list_error));
}

static void remark_on(struct comparison *c, const char *what)
{
	size_t len = strlen(c->remarks.text);

	snprintf(c->remarks.text + len, sizeof(c->remarks.text) - len, "%s%s",
		 len ? "; " : "", what);
}

/* The kernel may drop a SYN where nothing shows it. */
static void remark_unseen(struct comparison *c, uint64_t unseen)
{
	char text[128];

	snprintf(text, sizeof(text),
		 "%llu drop%s by listeners of which nothing is seen: no route, memory, or policy",
		 (unsigned long long)unseen, unseen == 1 ? "" : "s");
	remark_on(c, text);
}

/* What leaves open how many openings have failed. */
static void remark_maybe(const struct totals *t, struct comparison *c)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;
	uint64_t maybe = 0;
	char text[96];

	while ((node = hashtable_walk(&t->all, &bucket, node)))
		maybe += ((const struct netns_totals *)node)->maybe;
	if (!maybe)
		return;
	snprintf(text, sizeof(text), "AttemptFails within %llu: RSTs that may have ended a request",
		 (unsigned long long)maybe);
	remark_on(c, text);
}

static void conclude_counters(const struct totals *t, bool openings,
			      struct comparison *c)
{
	struct hashtable_node *node;
	size_t bucket;
	int i;

	for (i = 0; i < COUNTERS; i++) {
		struct comparison_row sum = { .what = counter_what(i) };

		if ((counter_needs_openings(i) && !openings) ||
		    totals_is_unknown(t, i))
			continue;
		bucket = 0;
		node = NULL;
		while ((node = hashtable_walk(&t->all, &bucket, node))) {
			const struct netns_totals *n = (struct netns_totals *)node;
			struct comparison_row row = totals_compare(n, i);

			if (!n->after.count)
				continue;
			add(&sum, &row);
			describe(c, n, sum.what, &row);
		}
		comparison_add_row(c, &sum);
		if (i == COUNTER_LISTEN_DROPS && sum.kernel > sum.tcpclose)
			remark_unseen(c, sum.kernel - sum.tcpclose);
	}
}

static void conclude_censuses(const struct totals *t, struct comparison *c)
{
	struct comparison_row number = { .what = "mini-sockets now: sockstat" };
	struct comparison_row list = { .what = "the same by cookie: sock_diag" };
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(&t->all, &bucket, node))) {
		const struct netns_totals *n = (struct netns_totals *)node;

		if (!n->after.count || n->list_error)
			continue;
		add(&number, &n->census.number.row);
		describe(c, n, number.what, &n->census.number.row);
		add(&list, &n->census.list.row);
		describe_cookies(c, n);
	}
	comparison_add_row(c, &number);
	comparison_add_row(c, &list);
}

/**
 * totals_conclude() - report the differences
 * @t: the totals
 * @openings: the records include the opening of connections (scope=all)
 * @c: result
 */
void totals_conclude(const struct totals *t, bool openings,
		     struct comparison *c)
{
	struct left_out left_out = {};

	find_left_out(t, &left_out);
	if (!left_out.compared) {
		error_set(&c->missing, 0,
			  "no network namespace can be entered: %s",
			  left_out.error ? strerror(-left_out.error) :
					   "there is none");
		return;
	}
	conclude_counters(t, openings, c);
	if (left_out.unlisted < left_out.compared)
		conclude_censuses(t, c);
	remark(&left_out, c);
	if (t->rsts_unknown)
		remark_on(c, "OutRsts and AttemptFails, since not every RST has a record (rst_rate)");
	else
		remark_maybe(t, c);
	if (t->drops_unknown)
		remark_on(c, "ListenOverflows and ListenDrops, since not every drop has a record (drop_rate)");
}
