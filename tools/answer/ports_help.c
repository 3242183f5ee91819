// SPDX-License-Identifier: GPL-2.0-only
/*
 * What helps where ports run short, and what is often tried and does not.
 *
 * Knows why; the words are a matter of the view.
 */
#include "answer/ports_help.h"

/* Ports below are for privileged servers: a range should not begin there. */
#define UNPRIVILEGED 1024
#define WIDEST (UINT16_MAX - UNPRIVILEGED + 1)

/**
 * struct list - advice being given
 * @advice: where it goes
 * @count: how many
 */
struct list {
	struct ports_advice *advice;
	size_t count;
};

static void add(struct list *l, enum ports_help what, bool helps, uint64_t number)
{
	l->advice[l->count++] = (struct ports_advice){ what, helps, number };
}

/**
 * ports_is_short() - whether ports run out, or nearly so
 * @p: the ports
 * @d: the destination, or the local address
 */
bool ports_is_short(const struct ports *p, const struct ports_destination *d)
{
	if (ports_failed_lately(p, d))
		return true;
	/* Whether anybody uses bind() there is not known. */
	if (d->ends.bind)
		return false;
	return ports_percent(d) >=
	       (d->growth.ends ? PORTS_GROWING_PERCENT : PORTS_SHORT_PERCENT);
}

/**
 * ports_is_overflowing() - whether TIME_WAITs reach tcp_max_tw_buckets, or nearly so
 * @n: the namespace
 */
bool ports_is_overflowing(const struct ports_netns *n)
{
	int64_t limit = n->settings.values[NETSYSCTL_MAX_TW_BUCKETS];

	return n->sum.counts[PORTS_OVERFLOWED] ||
	       (limit > 0 && n->buckets * 100 >= (uint64_t)limit * PORTS_SHORT_PERCENT);
}

/*
 * Whether ports that have no connection to a destination are not to be had there: sockets
 * that were bound first have them. The kernel does not list which these are.
 */
static bool misses_ports(const struct ports *p, const struct ports_destination *d)
{
	uint64_t few = (uint64_t)d->netns->available * PORTS_SHORT_PERCENT;

	return ports_failed_lately(p, d) && d->netns->listed &&
	       (d->taken + d->reusable) * 100 < few && d->netns->used * 100ULL >= few;
}

static void advise_on_connections(struct list *l, const struct ports_destination *d)
{
	const uint64_t *counts = d->ends.bind ? d->netns->sum.counts : d->sum.counts;

	if (counts[PORTS_TIME_WAIT] || counts[PORTS_BEGUN])
		add(l, PORTS_HELP_POOL, true, counts[PORTS_TIME_WAIT]);
	if (counts[PORTS_OPEN] > counts[PORTS_TIME_WAIT])
		add(l, PORTS_HELP_LIMIT, true, counts[PORTS_OPEN]);
	add(l, PORTS_HELP_SPREAD, true, 0);
}

static void advise_on_range(struct list *l, const struct ports_netns *n)
{
	if (n->range_known && n->range < WIDEST)
		add(l, PORTS_HELP_WIDEN, true, WIDEST - n->reserved);
	if (n->reserved * 10 >= n->range && n->reserved)
		add(l, PORTS_HELP_UNRESERVE, true, n->reserved);
	if (n->held * 10 >= n->available && n->held)
		add(l, PORTS_HELP_UNBIND, true, n->held);
}

static void advise_on_reuse(struct list *l, const struct ports_destination *d)
{
	const struct ports_netns *n = d->netns;

	if (!d->sum.counts[PORTS_TIME_WAIT] ||
	    n->settings.values[NETSYSCTL_TW_REUSE] == NETSYSCTL_UNKNOWN)
		return;
	if (!n->settings.values[NETSYSCTL_TIMESTAMPS])
		add(l, PORTS_HELP_TIMESTAMPS, false, 0);
	else if (ports_reuses(d))
		add(l, PORTS_HELP_REUSE_ON, false, d->reusable);
	else
		add(l, PORTS_HELP_REUSE, true, d->would_be_reusable);
}

static void advise_against(struct list *l)
{
	add(l, PORTS_HELP_FIN_TIMEOUT, false, 0);
	add(l, PORTS_HELP_LINGER, false, 0);
	add(l, PORTS_HELP_RECYCLE, false, 0);
}

/**
 * ports_advise() - say what helps a destination, or local address, that runs short
 * @p: the ports
 * @d: which
 * @advice: result, what helps most first
 *
 * Return: how many; 0: it does not run short
 */
size_t ports_advise(const struct ports *p, const struct ports_destination *d,
		    struct ports_advice advice[PORTS_HELPS])
{
	int64_t limit = d->netns->settings.values[NETSYSCTL_MAX_TW_BUCKETS];
	bool overflowing = ports_is_overflowing(d->netns);
	struct list l = { advice, 0 };

	if (!ports_is_short(p, d))
		return 0;
	if (d->ends.bind || misses_ports(p, d))
		add(&l, PORTS_HELP_BIND_LATE, true, 0);
	advise_on_connections(&l, d);
	advise_on_range(&l, d->netns);
	if (d->ends.bind)
		add(&l, PORTS_HELP_REUSE_BIND, false, 0);
	else
		advise_on_reuse(&l, d);
	advise_against(&l);
	if (overflowing && limit > 0)
		add(&l, PORTS_HELP_BUCKETS, false, (uint64_t)limit);
	return l.count;
}
