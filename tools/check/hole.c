// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holes: the one transition of a connection that may come after the next.
 *
 * A mini-socket has no lock, and exists before its socket is gone: two of its
 * transitions, or its first one and the hand-over, may be written by two CPUs at
 * the same time and appear in either order.
 */
#include <stdio.h>
#include <string.h>

#include "check/check_internal.h"

/**
 * check_hole_open() - expect a transition that comes late
 * @entry: its connection
 * @why: HISTORY_NEEDED, HISTORY_LINGER, both or none
 * @index: its number
 * @from: its old state; 0: it is a hand-over, from any
 * @to: its new state
 * @from_ns: it is not older than this
 */
void check_hole_open(struct history_entry *entry, unsigned int why,
		     unsigned int index, unsigned int from, unsigned int to,
		     uint64_t from_ns)
{
	entry->flags |= (uint16_t)(HISTORY_HOLE | why);
	entry->hole_index = (uint16_t)index;
	entry->hole_from = (uint8_t)from;
	entry->hole_to = (uint8_t)to;
	entry->hole_ns = from_ns;
}

/**
 * check_hole_close() - stop expecting it: it came
 * @entry: its connection
 */
void check_hole_close(struct history_entry *entry)
{
	const uint16_t bits = HISTORY_HOLE | HISTORY_NEEDED | HISTORY_LINGER |
			      HISTORY_HOLE_SINCE;

	entry->flags &= (uint16_t)~bits;
}

/**
 * check_hole_may_open() - whether one transition may be still to come
 * @entry: the connection
 * @e: the one after it
 */
bool check_hole_may_open(const struct history_entry *entry,
			 const struct event *e)
{
	if (!event_is_mini(e) || entry->flags & HISTORY_HOLE)
		return false;
	if (entry->flags & HISTORY_MINI)
		return e->old == TCPCLOSE_TIME_WAIT &&
		       (entry->state == TCPCLOSE_FIN_WAIT2 ||
			entry->state == TCPCLOSE_TIME_WAIT);
	return (entry->state == TCPCLOSE_FIN_WAIT2 &&
		(e->old == TCPCLOSE_FIN_WAIT2 ||
		 e->old == TCPCLOSE_TIME_WAIT)) ||
	       (entry->state == TCPCLOSE_CLOSING &&
		e->old == TCPCLOSE_TIME_WAIT);
}

/**
 * check_hole_fits() - whether it is the one that was still to come
 * @entry: the connection
 * @e: the transition
 */
bool check_hole_fits(const struct history_entry *entry,
		     const struct event *e)
{
	if (!(entry->flags & HISTORY_HOLE) || e->new != entry->hole_to)
		return false;
	if (entry->hole_from ? e->old != entry->hole_from :
			       !event_hands_over(e))
		return false;
	return e->index == entry->hole_index || event_is_untracked(e);
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
	bool stays = entry->state == e->old;
	unsigned int since = HISTORY_SINCE | HISTORY_RANGE;

	check_hole_open(entry, HISTORY_NEEDED | HISTORY_LINGER, entry->next,
			entry->state, e->old, entry->last_ns);
	if ((entry->flags & since) == HISTORY_SINCE) {
		entry->hole_ns = entry->since_ns;
		entry->flags |= HISTORY_HOLE_SINCE;
	}
	if (!stays)
		entry->flags &= (uint16_t)~since;
	if (!(entry->flags & HISTORY_MINI))
		entry->rearms = 0;
	else if (stays)
		entry->rearms++;
	entry->flags |= HISTORY_MINI | HISTORY_REARMS;
	entry->state = e->old;
	entry->next = e->index;
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
	const uint16_t bits = HISTORY_HOLE | HISTORY_NEEDED | HISTORY_COUNTED;
	struct finding f;

	if ((entry->flags & bits) != bits)
		return 0;
	/* The stream ends where it may still have come. */
	if (entry->last_ns + LATE_MAX_NS > c->newest_ns)
		return 0;
	memset(&f, 0, sizeof(f));
	f.kind = FINDING_GAP;
	f.ts_ns = entry->last_ns;
	f.cookie = entry->cookie;
	f.netns_inode = entry->netns;
	snprintf(f.what, sizeof(f.what),
		 "cookie %llx: number %u, to %s, never came",
		 (unsigned long long)entry->cookie, entry->hole_index,
		 model_state(entry->hole_to) ?
			 model_state(entry->hole_to)->name :
			 "?");
	return gaps_add(&c->gaps, &f, entry->hole_ns);
}
