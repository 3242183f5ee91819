// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which connections are wanted: those of which one event matches a filter, or
 * the one of a cookie.
 *
 * Knows no way to show them.
 */
#include <errno.h>

#include "conn/selection.h"

/**
 * selection_init() - begin with nothing seen
 * @s: the selection; zeroed
 * @filter: the filter; must outlive the selection
 *
 * Return: 0 or -ENOMEM
 */
int selection_init(struct selection *s, const struct filter *filter)
{
	s->filter = filter;
	s->sides = sides_new();
	return s->sides ? 0 : -ENOMEM;
}

static bool is_connection(const struct event *e)
{
	return e->old != TCPCLOSE_LISTEN && e->new != TCPCLOSE_LISTEN &&
	       !(e->old == TCPCLOSE_CLOSE && e->new == TCPCLOSE_CLOSE);
}

/* A socket that a listener has made, with the addresses of its connection. */
static bool is_child(const struct event *e)
{
	return e->old == TCPCLOSE_LISTEN && e->new == TCPCLOSE_SYN_RECV;
}

/**
 * selection_add() - add an event
 * @s: the selection
 * @e: a transition, RST or loss; also those that do not match: once one transition of
 *	a connection has matched, all its events count
 *
 * Return: 0 or -ENOMEM
 */
int selection_add(struct selection *s, const struct event *e)
{
	struct side *side;
	bool chosen;

	recorded_add(&s->recorded, e);
	if (e->kind == EVENT_RST)
		return sides_add_rst(s->sides, e);
	if (e->kind != EVENT_TRANSITION) {
		/* None of those that were left out. */
		s->lost += e->lost;
		return 0;
	}
	chosen = s->cookie ? e->cookie == s->cookie :
			     filter_matches(s->filter, e);
	if (!is_connection(e) && !is_child(e)) {
		s->listener |= chosen && s->cookie;
		return 0;
	}
	if (!e->cookie) {
		s->nameless += chosen;
		return 0;
	}
	return sides_add(s->sides, e, chosen, &side);
}

/**
 * selection_free() - free what was seen
 * @s: the selection
 */
void selection_free(struct selection *s)
{
	sides_free(s->sides);
}
