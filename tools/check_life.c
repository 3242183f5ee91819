// SPDX-License-Identifier: GPL-2.0-only
/*
 * Follows each connection through its life: every transition leaves the state
 * that the one before it entered, and has the next number.
 *
 * A mini-socket has no lock, and is there before its socket is gone: two of its
 * transitions, or its first one and the hand-over, may be written by two CPUs at
 * the same time, and stand in either order. So one transition of a connection
 * may be still to come (a hole) while the next is there.
 *
 * Knows the order of transitions; what they say of times, closers and so on is
 * check_values.c's.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check_internal.h"
#include "clock.h"

/* The module has no entry for it: numbers begin again. */
static bool is_untracked(const struct event *e)
{
	return event_is_marked(e) && !e->index && e->dwell_ns < 0;
}

/*
 * What is missing was written at @from_ns or later: loss may explain it, or that
 * the check had to forget connections.
 */
static int __printf(4, 5) add_gap(struct check *c, const struct event *e,
				  uint64_t from_ns, const char *format, ...)
{
	struct finding f;
	va_list args;

	if (!c->wanted)
		return 0;
	finding_of_event(&f, FAULT_GAP, e);
	va_start(args, format);
	vsnprintf(f.what, sizeof(f.what), format, args);
	va_end(args);
	return gaps_add(&c->gaps, &f, from_ns);
}

static void count_seen(struct check *c, struct history_entry *entry)
{
	if (!c->wanted || entry->flags & HISTORY_COUNTED)
		return;
	entry->flags |= HISTORY_COUNTED;
	c->seen++;
}

static void end_life(struct check *c, const struct event *e,
		     struct history_entry *entry)
{
	if (entry->flags & HISTORY_COUNTED)
		c->ended++;
	history_end(&c->history, entry->cookie, entry->netns,
		    entry->next ? entry->next - 1u : 0, e->ts_ns);
	history_remove(&c->history, entry);
}

static void open_hole(struct history_entry *entry, unsigned int index,
		      unsigned int from, unsigned int to, uint64_t from_ns)
{
	entry->flags |= HISTORY_HOLE;
	entry->hole_index = (uint16_t)index;
	entry->hole_from = (uint8_t)from;
	entry->hole_to = (uint8_t)to;
	entry->hole_ns = from_ns;
}

/* The one transition that may be missing: a hand-over, or a mini-socket's. */
static bool may_come_later(const struct history_entry *entry,
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

static bool fills_hole(const struct history_entry *entry,
		       const struct event *e)
{
	if (!(entry->flags & HISTORY_HOLE) || e->new != entry->hole_to)
		return false;
	if (entry->hole_from ? e->old != entry->hole_from :
			       !event_hands_over(e))
		return false;
	return e->index == entry->hole_index || is_untracked(e);
}

static void fill_hole(struct check *c, const struct event *e,
		      struct history_entry *entry)
{
	entry->flags &= (uint16_t)~(HISTORY_HOLE | HISTORY_NEEDED);
	count_seen(c, entry);
	if (entry->state == TCPCLOSE_CLOSE)
		end_life(c, e, entry);
}

/* What @entry said does not lead to @e: what @e says counts. */
static void adopt(struct history_entry *entry, const struct event *e)
{
	const uint16_t values = HISTORY_SINCE | HISTORY_RANGE | HISTORY_REARMS |
				HISTORY_CLOSER;

	entry->state = e->old;
	entry->next = e->index;
	entry->flags &= (uint16_t)~values;
	if (event_is_mini(e))
		entry->flags |= HISTORY_MINI;
	else
		entry->flags &= (uint16_t)~HISTORY_MINI;
}

/*
 * Openings are recorded with scope=all only, and the scope may change at any
 * time: nobody can tell whether one is missing or was not recorded.
 */
static bool is_unrecorded_opening(unsigned int from, unsigned int to,
				  unsigned int missing)
{
	if (from == TCPCLOSE_SYN_SENT)
		return (to == TCPCLOSE_ESTABLISHED && missing <= 2) ||
		       (to == TCPCLOSE_SYN_RECV && missing == 1);
	return from == TCPCLOSE_SYN_RECV && to == TCPCLOSE_ESTABLISHED &&
	       missing == 1;
}

/* Transitions are missing between @entry and @e. */
static int jump(struct check *c, const struct event *e,
		struct history_entry *entry)
{
	unsigned int missing = e->index - entry->next, from = entry->state;
	uint64_t from_ns = entry->last_ns;
	const char *name;

	if (missing == 1 && may_come_later(entry, e)) {
		open_hole(entry, entry->next, from, e->old, from_ns);
		entry->flags |= HISTORY_NEEDED;
		adopt(entry, e);
		return 0;
	}
	adopt(entry, e);
	if (is_unrecorded_opening(from, e->old, missing)) {
		if (c->wanted)
			c->unopened++;
		return 0;
	}
	name = model_state(from) ? model_state(from)->name : "?";
	return add_gap(c, e, from_ns, "%u missing since it entered %s",
		       missing, name);
}

/* The number of the transition against the one that must come next. */
static int check_index(struct check *c, const struct event *e,
		       struct history_entry *entry)
{
	if (is_untracked(e)) {
		if (event_is_mini(e) && !(entry->flags & HISTORY_MINI) &&
		    !(entry->flags & HISTORY_HOLE)) {
			open_hole(entry, entry->next, entry->state, e->old,
				  entry->last_ns);
			entry->flags |= HISTORY_NEEDED;
			adopt(entry, e);
		}
		entry->next = 0;
		return 0;
	}
	if (e->index > entry->next)
		return jump(c, e, entry);
	if (e->index < entry->next) {
		check_fault(c, FAULT_INDEX, e, "number %u where %u is due",
			    e->index, entry->next);
		entry->next = e->index;
	}
	return 0;
}

static void check_state(struct check *c, const struct event *e,
			struct history_entry *entry)
{
	bool mini = event_is_mini(e), was_mini = entry->flags & HISTORY_MINI;
	const struct model_state *state = model_state(entry->state);

	if (e->old != entry->state) {
		/* Of one without an entry the module may see no FIN. */
		if (!(mini && event_is_marked(e) &&
		      entry->state == TCPCLOSE_FIN_WAIT2 &&
		      e->old == TCPCLOSE_TIME_WAIT))
			check_fault(c, FAULT_STATE, e,
				    "it was left in %s", state ? state->name : "?");
		adopt(entry, e);
	} else if (mini && !was_mini) {
		check_fault(c, FAULT_HAND_OVER, e,
			    "a mini-socket before the hand-over");
		adopt(entry, e);
	} else if (!mini && was_mini) {
		check_fault(c, FAULT_HAND_OVER, e,
			    "the socket itself, after the hand-over");
		adopt(entry, e);
	}
}

static void check_marks(struct check *c, const struct event *e,
			struct history_entry *entry)
{
	if (event_is_marked(e))
		entry->flags |= HISTORY_MARKED;
	else if (entry->flags & HISTORY_MARKED)
		check_fault(c, FAULT_MARK, e,
			    "its beginning was not known before");
}

static void advance(struct check *c, const struct event *e,
		    struct history_entry *entry)
{
	check_values_take(c, e, entry);
	count_seen(c, entry);
	entry->next = e->index == UINT16_MAX ? UINT16_MAX : e->index + 1;
	entry->state = e->new;
	if (e->ts_ns > entry->last_ns)
		entry->last_ns = e->ts_ns;
	if (event_is_mini(e) || event_hands_over(e))
		entry->flags |= HISTORY_MINI;
	/* What must still come needs to find it. */
	if (e->new == TCPCLOSE_CLOSE && !(entry->flags & HISTORY_NEEDED))
		end_life(c, e, entry);
}

/* A connection that is known goes on. */
static int follow(struct check *c, const struct event *e,
		  struct history_entry *entry)
{
	int ret;

	if (fills_hole(entry, e)) {
		fill_hole(c, e, entry);
		return 0;
	}
	if (e->index < entry->next && !is_untracked(e) &&
	    e->old != entry->state) {
		check_fault(c, FAULT_AGAIN, e, "number %u where %u is due",
			    e->index, entry->next);
		return 0;
	}
	check_marks(c, e, entry);
	ret = check_index(c, e, entry);
	check_state(c, e, entry);
	check_values(c, e, entry);
	advance(c, e, entry);
	return ret;
}

/* What must have been before the first transition that is seen. */
static int look_back(struct check *c, const struct event *e,
		     struct history_entry *entry)
{
	uint64_t entered_ns = e->ts_ns - (uint64_t)e->dwell_ns;
	uint64_t born_ns = e->ts_ns - (uint64_t)e->age_ns;
	bool mini = event_is_mini(e);

	if (e->index < c->distance[e->old])
		check_fault(c, FAULT_INDEX, e,
			    "number %u is too small to leave this state",
			    e->index);
	/* check_values() says so. */
	if (e->dwell_ns < 0 || e->age_ns < 0)
		return 0;
	if (c->wanted && !check_covers(c, born_ns))
		c->began_before++;
	else if (c->wanted)
		c->unopened++;
	if (state_is_opening(e->old))
		return 0;
	if (mini && check_covers(c, entered_ns + NS_PER_S))
		open_hole(entry, e->index - 1u, 0, e->old, entered_ns);
	if (!check_covers(c, entered_ns))
		return 0;
	if (c->history.forgotten && entered_ns <= c->history.forgotten_ns) {
		entry->flags &= (uint16_t)~HISTORY_HOLE;
		if (c->wanted)
			c->forgot++;
		return 0;
	}
	if (mini) {
		entry->flags |= HISTORY_NEEDED;
		return 0;
	}
	return add_gap(c, e, entered_ns, "what came before it is missing");
}

/* @end: that of a connection with the same cookie */
static bool is_later_life(const struct event *e, const struct history_end *end)
{
	if (e->mark & TCPCLOSE_MARK_UNTRACKED)
		return true;
	return !event_is_marked(e) && e->age_ns >= 0 &&
	       e->ts_ns - (uint64_t)e->age_ns > end->end_ns;
}

static int see_first(struct check *c, const struct event *e)
{
	const struct history_end *end =
		history_find_end(&c->history, e->cookie, e->netns_inode);
	struct history_entry *entry;
	int ret = 0;

	if (end && !is_later_life(e, end)) {
		check_fault(c, FAULT_AFTER_END, e, "ended with number %u",
			    end->index);
		return 0;
	}
	entry = history_add(&c->history, e->cookie, e->netns_inode);
	adopt(entry, e);
	if (!event_is_marked(e)) {
		ret = look_back(c, e, entry);
	} else {
		if (c->wanted)
			c->marked++;
		if (event_is_mini(e))
			open_hole(entry, 0, 0, e->old, 0);
	}
	check_marks(c, e, entry);
	check_values(c, e, entry);
	advance(c, e, entry);
	return ret;
}

/* The connection that @entry knows must have ended before @e. */
static int miss_end(struct check *c, const struct event *e,
		    struct history_entry *entry)
{
	uint64_t from_ns = entry->last_ns;

	history_remove(&c->history, entry);
	return add_gap(c, e, from_ns,
		       "the end of what this socket was before is missing");
}

/* A life begins. */
static int begin_life(struct check *c, const struct event *e)
{
	struct history_entry *entry =
		history_add(&c->history, e->cookie, e->netns_inode);

	adopt(entry, e);
	if (e->index)
		check_fault(c, FAULT_INDEX, e, "a life begins with number 0");
	check_marks(c, e, entry);
	check_values(c, e, entry);
	advance(c, e, entry);
	return 0;
}

/* A listener, or a socket that never was anything: the module knows no more. */
static void check_unborn(struct check *c, const struct event *e)
{
	if (e->index)
		check_fault(c, FAULT_INDEX, e, "no connection has begun");
	if (e->dwell_ns >= 0 || e->age_ns >= 0)
		check_fault(c, FAULT_TIME, e, "no connection has begun");
	if (event_is_marked(e))
		check_fault(c, FAULT_MARK, e, "no connection has begun");
	if (e->closer)
		check_fault(c, FAULT_CLOSER, e, "no connection has begun");
}

/*
 * Without a cookie nothing can be followed: a mini-socket that is older than the
 * module may have none, nor has a clone whose request was not seen.
 */
static void check_nameless(struct check *c, const struct event *e)
{
	if (c->wanted)
		c->nameless++;
	if (event_is_mini(e) ? !event_is_marked(e) :
			       e->old != TCPCLOSE_LISTEN ||
				       e->new != TCPCLOSE_SYN_RECV)
		check_fault(c, FAULT_COOKIE, e,
			    "this transition should have one");
}

static bool is_another_life(const struct history_entry *entry,
			    const struct event *e)
{
	return !event_is_marked(e) && e->age_ns >= 0 &&
	       e->ts_ns - (uint64_t)e->age_ns > entry->last_ns;
}

/**
 * check_life_step() - check a transition by the life of its connection
 * @c: the check
 * @e: the transition
 *
 * Return: 0 or -ENOMEM
 */
int check_life_step(struct check *c, const struct event *e)
{
	bool unborn = state_is_unborn(e->old);
	struct history_entry *entry;
	int ret = 0;

	if (unborn && state_is_unborn(e->new))
		check_unborn(c, e);
	if (!e->cookie) {
		check_nameless(c, e);
		return 0;
	}
	entry = history_find(&c->history, e->cookie, e->netns_inode);
	if (entry && (unborn || is_another_life(entry, e))) {
		ret = miss_end(c, e, entry);
		entry = NULL;
	}
	if (ret || (unborn && state_is_unborn(e->new)))
		return ret;
	if (unborn)
		return begin_life(c, e);
	return entry ? follow(c, e, entry) : see_first(c, e);
}

/* Return: 0 or -ENOMEM */
static int report_hole(struct check *c, const struct history_entry *entry)
{
	const uint16_t bits = HISTORY_HOLE | HISTORY_NEEDED | HISTORY_COUNTED;
	struct finding f;

	if ((entry->flags & bits) != bits)
		return 0;
	memset(&f, 0, sizeof(f));
	f.fault = FAULT_GAP;
	f.ts_ns = entry->last_ns;
	f.cookie = entry->cookie;
	f.netns_inode = entry->netns;
	snprintf(f.what, sizeof(f.what),
		 "cookie %llx: number %u, which makes it %s, never came",
		 (unsigned long long)entry->cookie, entry->hole_index,
		 model_state(entry->hole_to) ?
			 model_state(entry->hole_to)->name :
			 "?");
	return gaps_add(&c->gaps, &f, entry->hole_ns);
}

/**
 * check_life_forget() - a connection has to make room for others
 * @check: the check
 * @entry: what is known of it
 */
void check_life_forget(void *check, const struct history_entry *entry)
{
	report_hole(check, entry);
}

/**
 * check_life_finish() - count what lives, and what never came
 * @c: the check
 *
 * Return: 0 or -ENOMEM
 */
int check_life_finish(struct check *c)
{
	struct history_entry *entry;
	size_t pos = 0;
	int ret = 0;

	while ((entry = history_walk(&c->history, &pos))) {
		if (!(entry->flags & HISTORY_COUNTED))
			continue;
		if (entry->state == TCPCLOSE_CLOSE)
			c->ended++;
		else
			c->open++;
		ret = report_hole(c, entry);
		if (ret)
			break;
	}
	return ret;
}
