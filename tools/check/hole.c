// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holes: the one transition of a connection that may come after the next, and what
 * follows if it does not come.
 *
 * conn/lives.c knows which one that is.
 */
#include "check/check_internal.h"

/**
 * check_hole_open() - expect a transition that comes late
 * @entry: its connection
 * @why: HISTORY_NEEDED, HISTORY_LINGER, both or none
 * @index: its number
 * @from: its old state; 0: it is a hand-over, from any
 * @e: the one after it
 * @from_ns: it is not older than this
 */
void check_hole_open(struct history_entry *entry, unsigned int why,
		     unsigned int index, unsigned int from,
		     const struct event *e, uint64_t from_ns)
{
	life_hole_open(&entry->life, index, from, e->old);
	entry->flags |= (uint16_t)why;
	entry->hole_ns = from_ns;
	entry->hole_due_ns = e->ts_ns;
	/* It led to TIME_WAIT, whose time is known. */
	if (e->old == TCPCLOSE_TIME_WAIT && from != TCPCLOSE_TIME_WAIT &&
	    e->dwell_ns > 0 && (uint64_t)e->dwell_ns < e->ts_ns)
		entry->hole_due_ns -= (uint64_t)e->dwell_ns;
}

/**
 * check_hole_close() - stop expecting it: it came
 * @entry: its connection
 */
void check_hole_close(struct history_entry *entry)
{
	const uint16_t bits = HISTORY_NEEDED | HISTORY_LINGER | HISTORY_HOLE_SINCE;

	entry->life.hole = false;
	entry->flags &= (uint16_t)~bits;
}

/**
 * check_hole_skip() - go on without a transition that must still come
 * @entry: the connection
 * @e: the one after it
 *
 * What it leaves unchanged stays known: a hand-over from FIN_WAIT2 to FIN_WAIT2
 * and a re-arm do not end the time in a state.
 */
void check_hole_skip(struct history_entry *entry, const struct event *e)
{
	struct life *life = &entry->life;
	bool stays = life->state == e->old;
	unsigned int since = HISTORY_SINCE | HISTORY_RANGE;

	check_hole_open(entry, HISTORY_NEEDED | HISTORY_LINGER, life->next,
			life->state, e, life->last_ns);
	if ((entry->flags & since) == HISTORY_SINCE) {
		entry->hole_ns = entry->since_ns;
		entry->flags |= HISTORY_HOLE_SINCE;
	}
	if (!stays)
		entry->flags &= (uint16_t)~since;
	if (!life->mini)
		entry->rearms = 0;
	else if (stays)
		entry->rearms++;
	entry->flags |= HISTORY_REARMS;
	life->mini = true;
	life->state = e->old;
	life->next = e->index;
}

/**
 * check_hole_report() - report a gap if the transition did not come
 * @c: the check
 * @entry: its connection
 *
 * Return: 0 or -ENOMEM
 */
int check_hole_report(struct check *c, const struct history_entry *entry)
{
	const uint16_t bits = HISTORY_NEEDED | HISTORY_COUNTED;
	const struct life *life = &entry->life;
	const struct model_state *to = model_state(life->hole_to);

	if (!life->hole || (entry->flags & bits) != bits)
		return 0;
	/* The stream ends where it may still have come. */
	if (entry->hole_due_ns + LATE_MAX_NS > c->newest_ns)
		return 0;
	return check_missing(c, entry, entry->hole_ns, "number %u, to %s, never came",
			     life->hole_index, to ? to->name : "?");
}
