// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of what has local ports, in the order in which it is of interest; and the end of
 * all.
 */
#include <errno.h>
#include <stdlib.h>

#include "answer/ports_tables.h"
#include "base/clock.h"

/* A call that failed so long ago still decides about the state of now. */
#define RECENT_NS (60 * NS_PER_S)

static int compare_names(const struct ports_netns *a, const struct ports_netns *b)
{
	int order = strcmp(a->name, b->name);

	if (order)
		return order;
	return a->inode < b->inode ? -1 : a->inode > b->inode;
}

static int compare_netns(const void *one, const void *other)
{
	const struct ports_netns *a = *(struct ports_netns *const *)one;
	const struct ports_netns *b = *(struct ports_netns *const *)other;

	if (a->used != b->used)
		return a->used > b->used ? -1 : 1;
	if (a->buckets != b->buckets)
		return a->buckets > b->buckets ? -1 : 1;
	if (a->sum.counts[PORTS_FAILED] != b->sum.counts[PORTS_FAILED])
		return a->sum.counts[PORTS_FAILED] > b->sum.counts[PORTS_FAILED] ? -1 : 1;
	return compare_names(a, b);
}

/* Thousandths, so that namespaces with different ranges compare. */
static uint64_t share(const struct ports_destination *d)
{
	return d->netns->available ? d->taken * 1000 / d->netns->available : 0;
}

static int compare_destinations(const void *one, const void *other)
{
	const struct ports_destination *a = *(struct ports_destination *const *)one;
	const struct ports_destination *b = *(struct ports_destination *const *)other;
	uint64_t used = ports_used(a), others = ports_used(b);
	int order;

	if (share(a) != share(b))
		return share(a) > share(b) ? -1 : 1;
	if (used != others)
		return used > others ? -1 : 1;
	if (a->sum.counts[PORTS_FAILED] != b->sum.counts[PORTS_FAILED])
		return a->sum.counts[PORTS_FAILED] > b->sum.counts[PORTS_FAILED] ? -1 : 1;
	if (a->sum.counts[PORTS_BEGUN] != b->sum.counts[PORTS_BEGUN])
		return a->sum.counts[PORTS_BEGUN] > b->sum.counts[PORTS_BEGUN] ? -1 : 1;
	order = compare_names(a->netns, b->netns);
	return order ? order : memcmp(&a->ends, &b->ends, sizeof(a->ends));
}

static int compare_failures(const void *one, const void *other)
{
	const struct ports_failure *a = *(struct ports_failure *const *)one;
	const struct ports_failure *b = *(struct ports_failure *const *)other;

	return a->last_ns > b->last_ns ? -1 : a->last_ns < b->last_ns;
}

static void list_netns(struct ports *p)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(&p->tables.netns, &bucket, node)))
		if (ports_netns_of(node)->wanted)
			p->netns[p->netns_count++] = ports_netns_of(node);
	qsort(p->netns, p->netns_count, sizeof(p->netns[0]), compare_netns);
}

static void list_destinations(struct ports *p)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(&p->tables.destinations, &bucket, node))) {
		struct ports_destination *d = ports_destination_of(node);

		if (!d->wanted)
			continue;
		d->netns->wanted = true;
		if (d->ends.bind)
			p->addresses[p->address_count++] = d;
		else
			p->destinations[p->destination_count++] = d;
	}
	qsort(p->destinations, p->destination_count, sizeof(p->destinations[0]),
	      compare_destinations);
	qsort(p->addresses, p->address_count, sizeof(p->addresses[0]), compare_destinations);
}

static void list_failures(struct ports *p)
{
	struct hashtable_node *node = NULL;
	size_t bucket = 0;

	while ((node = hashtable_walk(&p->tables.failures, &bucket, node)))
		if (ports_failure_of(node)->wanted)
			p->failures[p->failure_count++] = ports_failure_of(node);
	qsort(p->failures, p->failure_count, sizeof(p->failures[0]), compare_failures);
}

/**
 * ports_list() - make the lists
 * @p: the ports, all counted
 *
 * Return: 0 or -ENOMEM
 */
int ports_list(struct ports *p)
{
	size_t room = p->tables.destinations.count + 1;

	p->netns = calloc(p->tables.netns.count + 1, sizeof(*p->netns));
	p->destinations = calloc(room, sizeof(*p->destinations));
	p->addresses = calloc(room, sizeof(*p->addresses));
	p->failures = calloc(p->tables.failures.count + 1, sizeof(*p->failures));
	if (!p->netns || !p->destinations || !p->addresses || !p->failures)
		return -ENOMEM;
	list_destinations(p);
	list_failures(p);
	list_netns(p);
	return 0;
}

/**
 * ports_failed_lately() - whether a call found no port a moment ago
 * @p: the ports
 * @d: the destination, or the local address
 */
bool ports_failed_lately(const struct ports *p, const struct ports_destination *d)
{
	/* Of a namespace that is gone nobody needs to know. */
	return d->failed_ns && d->failed_ns + RECENT_NS > p->now_ns &&
	       (d->netns->listed || !p->live);
}

/* Live, what is gone is listed for what became of it only. */
static const struct ports_destination *find_first(const struct ports *p)
{
	size_t i;

	for (i = 0; i < p->destination_count; i++)
		if (!p->live || p->destinations[i]->netns->listed)
			return p->destinations[i];
	return NULL;
}

/**
 * ports_worst() - where ports are most nearly used up
 * @p: the ports
 * @which: result: the destination, or a local address of which a bind() failed; NULL:
 *	there is none, or nothing is known
 *
 * A call that found no port within the last minute is as if none were left. Of a local
 * address that does not fill up it is not known whether anybody uses bind() there.
 *
 * Return: percent
 */
unsigned int ports_worst(const struct ports *p, const struct ports_destination **which)
{
	unsigned int percent = 0;
	size_t i;

	*which = find_first(p);
	if (*which)
		percent = ports_percent(*which);
	for (i = 0; i < p->destination_count && percent < 100; i++) {
		if (!ports_failed_lately(p, p->destinations[i]))
			continue;
		*which = p->destinations[i];
		percent = 100;
	}
	for (i = 0; i < p->address_count && percent < 100; i++) {
		if (!ports_failed_lately(p, p->addresses[i]))
			continue;
		*which = p->addresses[i];
		percent = 100;
	}
	return percent;
}

static void free_sum(struct ports_sum *s)
{
	struct ports_process *next;

	for (; s->processes; s->processes = next) {
		next = s->processes->next;
		free(s->processes);
	}
}

static void free_netns(struct hashtable_node *node)
{
	struct ports_netns *n = ports_netns_of(node);

	free_sum(&n->sum);
	free(n->maps);
	free(n);
}

static void free_destination(struct hashtable_node *node)
{
	struct ports_destination *d = ports_destination_of(node);

	free_sum(&d->sum);
	free(d->begun);
	free(d->left);
	free(d);
}

static void free_failure(struct hashtable_node *node)
{
	free(ports_failure_of(node));
}

/**
 * ports_free() - free all
 * @p: the ports, or zeroed
 */
void ports_free(struct ports *p)
{
	hashtable_free(&p->tables.destinations, free_destination);
	hashtable_free(&p->tables.failures, free_failure);
	hashtable_free(&p->tables.netns, free_netns);
	free(p->netns);
	free(p->destinations);
	free(p->addresses);
	free(p->failures);
}
