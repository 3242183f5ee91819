// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tcpclose's records add up to in each network namespace, against what the
 * kernel counts and lists there.
 *
 * A look at the kernel takes time, and its tables move a moment before or after
 * the record: what happens around a look is moving, and the look says only that
 * the kernel's number lies between two others. For a counter each look gives
 * bounds for what it stood at when the stream began. Now and then a look is
 * wrong, since a CPU was held up between the counter and the record. So there
 * are several before and after, and what most of them say counts: if those
 * before and those after exclude each other, one of the two has miscounted.
 *
 * Knows moments and sums; how to look is snapshot's, single mini-sockets are
 * census's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "census.h"

/* How long records are kept apart, so that a look finds those around it. */
#define HOLD_NS (100 * NS_PER_MS)

/* Looks of each kind that are remembered, the latest. */
#define LOOKS 8
/* So many that agree are right. */
#define ENOUGH 3

/**
 * struct bounds - what a counter stood at when the stream began
 * @low: at least
 * @high: at most
 */
struct bounds {
	int64_t low;
	int64_t high;
};

/**
 * struct looks - what several looks say of the counters
 * @count: how many there were
 * @bounds: what each of the latest says
 */
struct looks {
	unsigned int count;
	struct bounds bounds[LOOKS][COUNTERS];
};

/**
 * struct account - one namespace
 * @node: in the table, by its key
 * @inode: its inode
 * @error: why its counters could not be read, -errno, or 0
 * @list_error: likewise, its list of mini-sockets
 * @told: what the records say so far
 * @first: the counters, the first time that counts
 * @last: the counters, the last time
 * @before: the first looks
 * @after: the last ones
 * @census: its mini-sockets
 * @path: a file that stands for it; empty: only its records are known
 */
struct account {
	struct table_node node;
	uint32_t inode;
	int error;
	int list_error;
	uint64_t told[COUNTERS];
	uint64_t first[COUNTERS];
	uint64_t last[COUNTERS];
	struct looks before;
	struct looks after;
	struct census census;
	char path[320];
};

struct accounts {
	struct table all;
	/* Not added up yet. */
	struct item *items;
	size_t first, count, room;
	int error;
};

/**
 * accounts_new() - begin with nothing
 * @result: the accounts
 *
 * Return: 0, or -ENOMEM
 */
int accounts_new(struct accounts **result)
{
	*result = calloc(1, sizeof(**result));
	return *result ? 0 : -ENOMEM;
}

static void free_account(struct table_node *node)
{
	census_free(&((struct account *)node)->census);
	free(node);
}

/**
 * accounts_free() - give everything back
 * @a: the accounts; may be NULL
 */
void accounts_free(struct accounts *a)
{
	if (!a)
		return;
	table_free(&a->all, free_account);
	free(a->items);
	free(a);
}

/* A namespace's inode is soon another one's; its cookie never is. */
static uint64_t key_of(uint64_t netns, uint32_t inode)
{
	return netns ? netns : 1ULL << 63 | inode;
}

static struct account *account_of(struct accounts *a, uint64_t key,
				  uint32_t inode)
{
	struct account *account = (struct account *)table_find(&a->all, key);

	if (account)
		return account;
	account = calloc(1, sizeof(*account));
	if (!account)
		return NULL;
	account->inode = inode;
	if (table_add(&a->all, &account->node, key)) {
		free(account);
		return NULL;
	}
	return account;
}

static enum move move_of(const struct event *e)
{
	if (e->origin == TCPCLOSE_ORIGIN_TRACEPOINT)
		return e->new == TCPCLOSE_TIME_WAIT || event_is_orphaned(e) ?
			       MOVE_BORN :
			       MOVE_NONE;
	if (e->new == TCPCLOSE_CLOSE)
		return MOVE_DIED;
	return event_is_rearm(e) ? MOVE_NONE : MOVE_CHANGED;
}

static int make_room(struct accounts *a)
{
	size_t room = a->room ? 2 * a->room : 1024;
	struct item *items;

	if (a->first + a->count < a->room)
		return 0;
	if (a->count < a->room / 2) {
		memmove(a->items, a->items + a->first,
			a->count * sizeof(*a->items));
		a->first = 0;
		return 0;
	}
	items = realloc(a->items, room * sizeof(*items));
	if (!items)
		return -ENOMEM;
	a->items = items;
	a->room = room;
	return 0;
}

/**
 * accounts_record() - enter a record
 * @a: the accounts
 * @e: the record
 *
 * Return: 0, or -ENOMEM
 */
int accounts_record(struct accounts *a, const struct event *e)
{
	struct item item = {
		.ts_ns = e->ts_ns,
		.netns = key_of(e->netns, e->netns_inode),
		.cookie = e->cookie,
		.counters = counters_of(e),
		.inode = e->netns_inode,
		.move = (uint8_t)move_of(e),
		.state = e->new,
	};

	if (!item.counters && !item.move)
		return 0;
	if (make_room(a))
		return -ENOMEM;
	a->items[a->first + a->count++] = item;
	return 0;
}

static void apply(struct accounts *a, const struct item *item)
{
	struct account *account = account_of(a, item->netns, item->inode);
	int i;

	if (!account || census_move(&account->census, item)) {
		a->error = -ENOMEM;
		return;
	}
	for (i = 0; i < COUNTERS; i++)
		account->told[i] += item->counters >> i & 1;
}

static void apply_before(struct accounts *a, uint64_t before_ns)
{
	while (a->count && a->items[a->first].ts_ns < before_ns) {
		apply(a, &a->items[a->first]);
		a->first++;
		a->count--;
	}
}

/**
 * accounts_advance() - add up what no look will ask for
 * @a: the accounts
 * @now_ns: the time; not to be called while a look is going on
 */
void accounts_advance(struct accounts *a, uint64_t now_ns)
{
	apply_before(a, now_ns - HOLD_NS);
}

static struct items items_apart(const struct accounts *a)
{
	return (struct items){ .first = a->items + a->first, .count = a->count };
}

/* What the records say that have not been added up. */
static void add_up(const struct accounts *a, uint64_t netns, uint64_t before_ns,
		   uint64_t sums[COUNTERS])
{
	struct items items = items_apart(a);
	size_t i;
	int j;

	for (i = 0; i < items.count; i++) {
		const struct item *item = &items.first[i];

		if (item->ts_ns >= before_ns || item->netns != netns)
			continue;
		for (j = 0; j < COUNTERS; j++)
			sums[j] += item->counters >> j & 1;
	}
}

static void remember(const struct accounts *a, const struct account *account,
		     const struct snapshot *s, struct looks *looks)
{
	struct bounds *bounds = looks->bounds[looks->count++ % LOOKS];
	uint64_t low[COUNTERS], high[COUNTERS];
	int i;

	memcpy(low, account->told, sizeof(low));
	memcpy(high, account->told, sizeof(high));
	add_up(a, account->node.key, s->begin_ns - SKEW_NS, low);
	add_up(a, account->node.key, s->counted_ns + SKEW_NS, high);
	for (i = 0; i < COUNTERS; i++) {
		bounds[i].low = (int64_t)(s->counters.value[i] - high[i]);
		bounds[i].high = (int64_t)(s->counters.value[i] - low[i]);
	}
}

/* How many looks a value would be right for. */
static unsigned int votes(const struct looks *looks, enum counter counter,
			  int64_t value)
{
	unsigned int i, count = 0;

	for (i = 0; i < looks->count && i < LOOKS; i++)
		count += value >= looks->bounds[i][counter].low &&
			 value <= looks->bounds[i][counter].high;
	return count;
}

/* The values that are right for the most looks; the latest such. */
static struct bounds agreed(const struct looks *looks, enum counter counter)
{
	struct bounds best = { 0, 0 };
	unsigned int most = 0, i, j;

	for (i = 0; i < looks->count && i < LOOKS; i++) {
		int64_t low = looks->bounds[i][counter].low;
		int64_t high = INT64_MAX;

		if (votes(looks, counter, low) < most)
			continue;
		most = votes(looks, counter, low);
		/* Up to where the first of those ends that it is right for. */
		for (j = 0; j < looks->count && j < LOOKS; j++) {
			const struct bounds *b = &looks->bounds[j][counter];

			if (b->low <= low && b->high >= low && b->high < high)
				high = b->high;
		}
		best = (struct bounds){ .low = low, .high = high };
	}
	return best;
}

static struct account *account_of_snapshot(struct accounts *a,
					   const struct snapshot *s)
{
	uint64_t key = key_of(s->list.netns, s->ns.inode);
	struct account *account = account_of(a, key, s->ns.inode);

	if (!account)
		return NULL;
	snprintf(account->path, sizeof(account->path), "%s", s->ns.path);
	account->error = s->error;
	if (s->list_error)
		account->list_error = s->list_error;
	return account;
}

static int begin(struct accounts *a, const struct snapshot *s)
{
	struct account *account = account_of_snapshot(a, s);

	if (!account)
		return -ENOMEM;
	if (s->error)
		return 0;
	remember(a, account, s, &account->before);
	memcpy(account->first, s->counters.value, sizeof(account->first));
	return census_begin(&account->census, &s->list);
}

/**
 * accounts_are_sure() - whether enough of the first looks agree
 * @a: the accounts
 */
bool accounts_are_sure(const struct accounts *a)
{
	struct table_node *node = NULL;
	size_t bucket = 0;
	int i;

	while ((node = table_walk(&a->all, &bucket, node))) {
		const struct account *account = (struct account *)node;

		for (i = 0; account->before.count && i < COUNTERS; i++)
			if (votes(&account->before, i,
				  agreed(&account->before, i).low) < ENOUGH)
				return false;
	}
	return true;
}

/**
 * accounts_begin() - take over what was there before the records
 * @a: the accounts
 * @s: one of the first looks
 *
 * Return: 0, or -errno
 */
int accounts_begin(struct accounts *a, const struct snapshots *s)
{
	size_t i;
	int ret = s->error;

	for (i = 0; !ret && i < s->count; i++)
		ret = begin(a, &s->all[i]);
	return ret;
}

static int end(struct accounts *a, const struct snapshot *s)
{
	struct account *account = account_of_snapshot(a, s);
	struct items items;

	if (!account)
		return -ENOMEM;
	if (s->error)
		return 0;
	apply_before(a, s->begin_ns - SKEW_NS);
	remember(a, account, s, &account->after);
	memcpy(account->last, s->counters.value, sizeof(account->last));
	if (account->list_error)
		return 0;
	items = items_apart(a);
	census_compare_number(&account->census, &items, account->node.key, s);
	apply_before(a, s->counted_ns - SKEW_NS);
	items = items_apart(a);
	return census_compare_list(&account->census, &items, account->node.key,
				   s);
}

/**
 * accounts_end() - compare with what is there now
 * @a: the accounts; all records up to %SKEW_NS after @s are entered
 * @s: one of the last looks
 *
 * Return: 0, or -errno
 */
int accounts_end(struct accounts *a, const struct snapshots *s)
{
	size_t i;
	int ret = s->error;

	for (i = 0; !ret && i < s->count; i++)
		ret = end(a, &s->all[i]);
	return ret ? ret : a->error;
}

/* A namespace that was made meanwhile began with 0. */
static struct comparison compare_counter(const struct account *account,
					 enum counter i)
{
	struct bounds begin = agreed(&account->before, i);
	struct bounds end = agreed(&account->after, i);
	int64_t low = begin.low > end.low ? begin.low : end.low;
	int64_t high = begin.high < end.high ? begin.high : end.high;
	uint64_t kernel = account->last[i] - account->first[i];
	uint64_t gap = low > high ? (uint64_t)(low - high) : 0;

	return (struct comparison){
		.what = counter_what(i),
		.kernel = kernel,
		/* Later bounds above the first: the kernel counted more. */
		.tcpclose = end.low > begin.high ? kernel - gap : kernel + gap,
		.difference = gap,
		.moving = (uint64_t)(begin.high - begin.low) +
			  (uint64_t)(end.high - end.low),
	};
}

static bool is_exact(const struct comparison *c)
{
	return !c->difference && !c->moving;
}

/**
 * accounts_are_exact() - whether another look would be no better
 * @a: the accounts
 */
bool accounts_are_exact(const struct accounts *a)
{
	struct table_node *node = NULL;
	size_t bucket = 0;
	int i;

	while ((node = table_walk(&a->all, &bucket, node))) {
		const struct account *account = (struct account *)node;

		if (!account->after.count)
			continue;
		if (!is_exact(&account->census.number.c) ||
		    !is_exact(&account->census.list.c))
			return false;
		for (i = 0; i < COUNTERS; i++) {
			struct comparison c = compare_counter(account, i);

			if (!is_exact(&c))
				return false;
		}
	}
	return true;
}

static void add(struct comparison *sum, const struct comparison *c)
{
	sum->kernel += c->kernel;
	sum->tcpclose += c->tcpclose;
	sum->difference += c->difference;
	sum->moving += c->moving;
}

static void tell(struct testimony *t, const struct account *account,
		 const char *what, const struct comparison *c)
{
	if (!c->difference)
		return;
	testimony_detail(t, "%s: net:[%u] (%s)%s: kernel %llu, tcpclose %llu",
			 what, account->inode, account->path,
			 account->before.count ? "" : ", which is new",
			 (unsigned long long)c->kernel,
			 (unsigned long long)c->tcpclose);
}

static void tell_suspects(struct testimony *t, const struct account *account)
{
	const struct outcome *o = &account->census.list;
	uint64_t i;

	for (i = 0; i < o->c.difference && i < SUSPECTS; i++)
		testimony_detail(t, "net:[%u] (%s): cookie %llx: %s",
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

static void find_left_out(const struct accounts *a, struct left_out *l)
{
	struct table_node *node = NULL;
	size_t bucket = 0;

	while ((node = table_walk(&a->all, &bucket, node))) {
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

static void add_remark(struct testimony *t, unsigned int count,
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

static void remark(const struct left_out *l, struct testimony *t)
{
	add_remark(t, l->closed, "not compared, cannot be entered: %s",
		   strerror(-l->error));
	add_remark(t, l->gone, "not compared%s, gone meanwhile", "");
	add_remark(t, l->hidden,
		   "not compared%s, without a name and a process", "");
	add_remark(t, l->unlisted, "without the list of mini-sockets: %s",
		   list_reason(l->list_error));
}

static void conclude_counters(const struct accounts *a, bool openings,
			      struct testimony *t)
{
	struct table_node *node;
	size_t bucket;
	int i;

	for (i = 0; i < COUNTERS; i++) {
		struct comparison sum = { .what = counter_what(i) };

		if (counter_needs_openings(i) && !openings)
			continue;
		bucket = 0;
		node = NULL;
		while ((node = table_walk(&a->all, &bucket, node))) {
			const struct account *account = (struct account *)node;
			struct comparison c = compare_counter(account, i);

			if (!account->after.count)
				continue;
			add(&sum, &c);
			tell(t, account, sum.what, &c);
		}
		testimony_compare(t, &sum);
	}
}

static void conclude_censuses(const struct accounts *a, struct testimony *t)
{
	struct comparison number = { .what = "mini-sockets now: sockstat" };
	struct comparison list = { .what = "the same by cookie: sock_diag" };
	struct table_node *node = NULL;
	size_t bucket = 0;

	while ((node = table_walk(&a->all, &bucket, node))) {
		const struct account *account = (struct account *)node;

		if (!account->after.count || account->list_error)
			continue;
		add(&number, &account->census.number.c);
		tell(t, account, number.what, &account->census.number.c);
		add(&list, &account->census.list.c);
		tell_suspects(t, account);
	}
	testimony_compare(t, &number);
	testimony_compare(t, &list);
}

/**
 * accounts_conclude() - say what does not add up
 * @a: the accounts
 * @openings: the records include those of connections that come about
 * @t: result
 */
void accounts_conclude(const struct accounts *a, bool openings,
		       struct testimony *t)
{
	struct left_out left_out = {};

	find_left_out(a, &left_out);
	if (!left_out.compared) {
		reason_set(&t->missing, 0,
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
