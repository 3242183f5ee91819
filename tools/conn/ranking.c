// SPDX-License-Identifier: GPL-2.0-only
/*
 * The connections that are first in an order: twice as many as are wanted are kept, and
 * the last half of them is dropped whenever there are more.
 */
#include <errno.h>
#include <stdlib.h>

#include "conn/ranking.h"

static int64_t value_of(enum ranking_by by, const struct conn *c)
{
	switch (by) {
	case RANKING_AGE:
		return c->age_ns;
	case RANKING_SENT:
		return c->bytes_sent;
	case RANKING_RECEIVED:
		return c->bytes_received;
	case RANKING_RETRANSMITS:
		return c->retransmits;
	case RANKING_IDLE:
		return c->idle_ms;
	case RANKING_CLOSING:
		return conn_closing_ns(c);
	case RANKING_TIME_WAIT:
		return (int64_t)c->dwells_ns[TCPCLOSE_TIME_WAIT];
	default:
		return -(int64_t)c->closed_ns;
	}
}

static int compare(const void *a, const void *b, void *ranking)
{
	const struct conn *x = *(struct conn *const *)a, *y = *(struct conn *const *)b;
	enum ranking_by by = ((struct ranking *)ranking)->by;
	int64_t first = value_of(by, x), second = value_of(by, y);

	if (first != second)
		return first < second ? 1 : -1;
	/* Those that ended at the same time keep their order. */
	return x->closed_ns < y->closed_ns ? -1 : x->closed_ns > y->closed_ns;
}

static void drop_last(struct ranking *r)
{
	qsort_r(r->conns, r->count, sizeof(struct conn *), compare, r);
	while (r->count > r->top) {
		free(r->conns[--r->count]);
		r->left_out++;
	}
}

/**
 * ranking_add() - add a connection
 * @r: the ranking
 * @c: the connection; the ranking frees it
 *
 * Return: 0 or -ENOMEM
 */
int ranking_add(struct ranking *r, struct conn *c)
{
	if (r->count == r->room) {
		size_t room = r->room ? 2 * r->room : 64;
		struct conn **conns = realloc(r->conns, room * sizeof(struct conn *));

		if (!conns) {
			free(c);
			return -ENOMEM;
		}
		r->conns = conns;
		r->room = room;
	}
	r->conns[r->count++] = c;
	if (r->count >= 2 * r->top)
		drop_last(r);
	return 0;
}

/**
 * ranking_finish() - sort what is kept, and drop what is not wanted
 * @r: the ranking; no more are added
 */
void ranking_finish(struct ranking *r)
{
	if (r->count)
		drop_last(r);
}

/**
 * ranking_free() - free all connections
 * @r: the ranking
 */
void ranking_free(struct ranking *r)
{
	while (r->count)
		free(r->conns[--r->count]);
	free(r->conns);
}
