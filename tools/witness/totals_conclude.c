// SPDX-License-Identifier: GPL-2.0-only
/*
 * What comes out of the totals: sums over all network namespaces, where they
 * differ, and which namespaces are left out.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "witness/totals_internal.h"

static void add(struct comparison_row *sum, const struct comparison_row *c)
{
	sum->kernel += c->kernel;
	sum->tcpclose += c->tcpclose;
	sum->difference += c->difference;
	sum->moving += c->moving;
}

static void tell(struct comparison *t, const struct account *account,
		 const char *what, const struct comparison_row *c)
{
	if (!c->difference)
		return;
	comparison_detail(t, "%s: net:[%u] (%s)%s: kernel %llu, tcpclose %llu",
			  what, account->inode, account->path,
			  account->before.count ? "" : ", which is new",
			  (unsigned long long)c->kernel,
			  (unsigned long long)c->tcpclose);
}

static void tell_suspects(struct comparison *t, const struct account *account)
{
	const struct census_result *o = &account->census.list;
	uint64_t i;

	for (i = 0; i < o->c.difference && i < SUSPECTS; i++)
		comparison_detail(t, "net:[%u] (%s): cookie %llx: %s",
				  account->inode, account->path,
				  (unsigned long long)o->suspects[i],
				  "not in both lists in the same state");
}

/**
 * struct left_out - namespaces that could not be compared
 * @closed: they could not be entered or read
 * @gone: they went away
 * @hidden: they have no name and no process
 * @unlisted: their mini-sockets could not be listed
 * @compared: all the others
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

static void find_left_out(const struct totals *a, struct left_out *l)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(&a->all, &bucket, node))) {
		const struct account *account = (struct account *)node;

		if (account->after.count) {
			l->compared++;
		} else if (account->error) {
			l->closed++;
			l->error = account->error;
		} else if (account->before.count) {
			l->gone++;
		} else {
			l->hidden++;
		}
		if (account->after.count && account->list_error) {
			l->unlisted++;
			l->list_error = account->list_error;
		}
	}
}

static void add_remark(struct comparison *t, unsigned int count,
		       const char *format, const char *detail)
{
	size_t len = strlen(t->remarks.text);
	char *p = t->remarks.text + len;
	size_t room = sizeof(t->remarks.text) - len;
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

static void remark(const struct left_out *l, struct comparison *t)
{
	add_remark(t, l->closed, "not compared, cannot be entered: %s",
		   strerror(-l->error));
	add_remark(t, l->gone, "not compared%s, gone meanwhile", "");
	add_remark(t, l->hidden,
		   "not compared%s, without a name and a process", "");
	add_remark(t, l->unlisted, "without the list of mini-sockets: %s",
		   list_reason(l->list_error));
}

static void conclude_counters(const struct totals *a, bool openings,
			      struct comparison *t)
{
	struct hashtable_node *node;
	size_t bucket;
	int i;

	for (i = 0; i < COUNTERS; i++) {
		struct comparison_row sum = { .what = counter_what(i) };

		if (counter_needs_openings(i) && !openings)
			continue;
		bucket = 0;
		node = NULL;
		while ((node = hashtable_walk(&a->all, &bucket, node))) {
			const struct account *account = (struct account *)node;
			struct comparison_row c = totals_compare(account, i);

			if (!account->after.count)
				continue;
			add(&sum, &c);
			tell(t, account, sum.what, &c);
		}
		comparison_compare(t, &sum);
	}
}

static void conclude_censuses(const struct totals *a, struct comparison *t)
{
	struct comparison_row number = { .what = "mini-sockets now: sockstat" };
	struct comparison_row list = { .what = "the same by cookie: sock_diag" };
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(&a->all, &bucket, node))) {
		const struct account *account = (struct account *)node;

		if (!account->after.count || account->list_error)
			continue;
		add(&number, &account->census.number.c);
		tell(t, account, number.what, &account->census.number.c);
		add(&list, &account->census.list.c);
		tell_suspects(t, account);
	}
	comparison_compare(t, &number);
	comparison_compare(t, &list);
}

/**
 * totals_conclude() - say what does not add up
 * @a: the totals
 * @openings: the records include those of connections that come about
 * @t: result
 */
void totals_conclude(const struct totals *a, bool openings,
		     struct comparison *t)
{
	struct left_out left_out = {};

	find_left_out(a, &left_out);
	if (!left_out.compared) {
		error_set(&t->missing, 0,
			  "no network namespace can be entered: %s",
			  left_out.error ? strerror(-left_out.error) :
					   "there is none");
		return;
	}
	conclude_counters(a, openings, t);
	if (left_out.unlisted < left_out.compared)
		conclude_censuses(a, t);
	remark(&left_out, t);
}
