// SPDX-License-Identifier: GPL-2.0-only
/*
 * Follows each connection through its life: every transition leaves the state
 * that the one before it entered, and has the next number.
 *
 * conn/lives.c knows which transitions are of one life. Times, closers and so on are
 * checked by values.c; hole.c knows the one transition that may come late, end.c
 * which connections must have ended.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check/check_internal.h"

/* What is missing was written at @from_ns or later: loss may explain it. */
static int __printf(4, 5) add_gap(struct check *c, const struct event *e,
				  uint64_t from_ns, const char *format, ...)
{
	struct finding f;
	va_list args;

	if (!c->wanted)
		return 0;
	finding_of_event(&f, FINDING_GAP, e);
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
	history_end(&c->history, entry, e->ts_ns);
	history_remove(&c->history, entry);
}

static void fill_hole(struct check *c, const struct event *e,
		      struct history_entry *entry)
{
	check_values_late(c, e, entry);
	check_hole_close(entry);
	count_seen(c, entry);
	if (entry->life.over)
		end_life(c, e, entry);
}

/* @entry does not lead to @e: go on with what @e says. */
static void adopt(struct history_entry *entry, const struct event *e)
{
	const uint16_t values = HISTORY_SINCE | HISTORY_RANGE | HISTORY_REARMS |
				HISTORY_CLOSER;

	entry->life.state = e->old;
	entry->life.next = e->index;
	entry->life.mini = event_is_mini(e);
	entry->flags &= (uint16_t)~values;
}

/*
 * Openings are recorded with scope=all only, and the scope may change at any
 * time: a missing one can't be told from one that was not recorded.
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
	unsigned int missing = e->index - entry->life.next;
	unsigned int from = entry->life.state;
	uint64_t from_ns = entry->life.last_ns;
	bool was_mini = entry->life.mini;
	/* The last of them may be older than the stream. */
	bool before = e->dwell_ns >= 0 &&
		      !check_covers(c, e->ts_ns - (uint64_t)e->dwell_ns);
	const char *name;

	if (missing == 1 && life_hole_may_open(&entry->life, e)) {
		check_hole_skip(entry, e);
		if (before)
			entry->flags &= (uint16_t)~HISTORY_NEEDED;
		return 0;
	}
	adopt(entry, e);
	/* The hand-over may be among what is missing, or come later. */
	if (event_is_mini(e) && !was_mini && !entry->life.hole)
		check_hole_open(entry, HISTORY_LINGER, e->index - 1u, 0, e,
				from_ns);
	if (before)
		return 0;
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
	if (event_is_untracked(e)) {
		if (event_is_mini(e) && !entry->life.mini &&
		    !entry->life.hole) {
			check_hole_skip(entry, e);
			entry->flags &= (uint16_t)~HISTORY_REARMS;
		}
		entry->life.next = 0;
		return 0;
	}
	if (e->index > entry->life.next)
		return jump(c, e, entry);
	if (e->index < entry->life.next) {
		check_finding(c, FINDING_INDEX, e, "number %u where %u is due",
			      e->index, entry->life.next);
		entry->life.next = e->index;
	}
	return 0;
}

static void check_state(struct check *c, const struct event *e,
			struct history_entry *entry)
{
	bool mini = event_is_mini(e), was_mini = entry->life.mini;
	const struct model_state *state = model_state(entry->life.state);

	if (e->old != entry->life.state) {
		/* Without an entry, the module may miss the FIN. */
		if (!(mini && event_is_marked(e) &&
		      entry->life.state == TCPCLOSE_FIN_WAIT2 &&
		      e->old == TCPCLOSE_TIME_WAIT))
			check_finding(c, FINDING_STATE, e,
				      "the connection was in %s",
				      state ? state->name : "?");
		adopt(entry, e);
	} else if (mini && !was_mini) {
		check_finding(c, FINDING_HAND_OVER, e,
			      "a mini-socket before the hand-over");
		adopt(entry, e);
	}
}

static void check_marks(struct check *c, const struct event *e,
			struct history_entry *entry)
{
	bool was_marked = entry->flags & HISTORY_MARKED;

	if (event_is_marked(e)) {
		entry->flags |= HISTORY_MARKED;
		if (c->wanted && !was_marked)
			c->marked++;
	} else if (was_marked) {
		check_finding(c, FINDING_MARK, e,
			      "its beginning was not known before");
	}
}

static int advance(struct check *c, const struct event *e,
		   struct history_entry *entry)
{
	int ret = check_values_take(c, e, entry);

	count_seen(c, entry);
	life_advance(&entry->life, e);
	if (e->ts_ns > entry->life.last_ns)
		entry->life.last_ns = e->ts_ns;
	history_renew(&c->history, entry);
	/* A transition that must still come needs to find the entry. */
	if (entry->life.over && !(entry->flags & HISTORY_LINGER))
		end_life(c, e, entry);
	return ret;
}

/* A connection that is known goes on. */
static int follow(struct check *c, const struct event *e,
		  struct history_entry *entry)
{
	int ret;

	if (life_hole_fits(&entry->life, e)) {
		fill_hole(c, e, entry);
		return 0;
	}
	if (e->index < entry->life.next && !event_is_untracked(e) &&
	    e->old != entry->life.state) {
		check_finding(c, FINDING_AGAIN, e, "number %u where %u is due",
			      e->index, entry->life.next);
		return 0;
	}
	check_marks(c, e, entry);
	ret = check_index(c, e, entry);
	check_state(c, e, entry);
	check_values(c, e, entry);
	return advance(c, e, entry) ?: ret;
}

/* What must have happened before the first transition that is seen. */
static int look_back(struct check *c, const struct event *e,
		     struct history_entry *entry)
{
	uint64_t entered_ns = e->ts_ns - (uint64_t)e->dwell_ns;
	uint64_t born_ns = e->ts_ns - (uint64_t)e->age_ns;
	bool mini = event_is_mini(e);

	if (e->index < c->distance[e->old])
		check_finding(c, FINDING_INDEX, e,
			      "number %u is too small to leave this state",
			      e->index);
	/* check_values() reports it. */
	if (e->dwell_ns < 0 || e->age_ns < 0)
		return 0;
	if (c->wanted && !check_covers(c, born_ns))
		c->began_before++;
	else if (c->wanted)
		c->unopened++;
	if (check_state_is_opening(e->old))
		return 0;
	if (mini && check_covers(c, entered_ns + NS_PER_S))
		check_hole_open(entry, HISTORY_LINGER, e->index - 1u, 0, e,
				entered_ns);
	if (!check_covers(c, entered_ns))
		return 0;
	if (c->history.forgotten && entered_ns <= c->history.forgotten_ns) {
		if (c->wanted)
			c->forgot++;
		return 0;
	}
	if (mini) {
		entry->flags |= HISTORY_NEEDED;
		return 0;
	}
	return add_gap(c, e, entered_ns, "the transitions before it are missing");
}

/* @end: that of a connection with the same cookie, which may be another one */
static bool is_another_life(const struct event *e, const struct history_end *end)
{
	uint64_t born_ns = e->ts_ns - (uint64_t)e->age_ns;

	if (event_is_marked(e))
		return e->mark & TCPCLOSE_MARK_UNTRACKED;
	if (e->age_ns < 0)
		return false;
	/* A socket may be used again while its mini-socket lives, which may end later. */
	if (end->born_ns && event_is_mini(e))
		return born_ns != end->born_ns;
	return end->born_ns ? born_ns > end->born_ns : born_ns > end->end_ns;
}

static int see_first(struct check *c, const struct event *e)
{
	const struct history_end *end =
		history_find_end(&c->history, e->cookie, e->netns_inode);
	struct history_entry *entry;
	int ret = 0;

	if (end && !is_another_life(e, end)) {
		check_finding(c, FINDING_AFTER_END, e, "ended with number %u",
			      end->index);
		return 0;
	}
	entry = history_add(&c->history, e);
	if (!entry)
		return -ENOMEM;
	adopt(entry, e);
	if (!event_is_marked(e))
		ret = look_back(c, e, entry);
	else if (event_is_mini(e))
		check_hole_open(entry, 0, 0, 0, e, 0);
	check_marks(c, e, entry);
	check_values(c, e, entry);
	return advance(c, e, entry) ?: ret;
}

/* The connection that @entry knows must have ended before @e. */
static int miss_end(struct check *c, const struct event *e,
		    struct history_entry *entry)
{
	uint64_t from_ns = entry->life.last_ns;

	history_remove(&c->history, entry);
	return add_gap(c, e, from_ns,
		       "the end of this socket's previous connection is missing");
}

/* A life begins. */
static int begin_life(struct check *c, const struct event *e)
{
	const struct history_end *end =
		history_find_end(&c->history, e->cookie, e->netns_inode);
	const struct life *other = lives_find_latest(&c->history.lives, e->cookie,
						     e->netns_inode);
	struct history_entry *entry = history_add(&c->history, e);

	if (!entry)
		return -ENOMEM;
	adopt(entry, e);
	if (e->index)
		check_finding(c, FINDING_INDEX, e,
			      "a connection begins with number 0");
	if (end && !end->mini && end->end_ns > e->ts_ns)
		check_finding(c, FINDING_AGAIN, e, "its end came before");
	else if (e->old == TCPCLOSE_LISTEN && (end || other))
		check_finding(c, FINDING_COOKIE, e,
			      "a new socket has the cookie of another one");
	check_marks(c, e, entry);
	check_values(c, e, entry);
	return advance(c, e, entry);
}

/* A transition that begins a life, or ends one that never began. */
static int step_unborn(struct check *c, const struct event *e)
{
	struct history_entry *entry = history_find_socket(&c->history, e);
	int ret = entry ? miss_end(c, e, entry) : 0;

	if (ret || life_state_is_unborn(e->new))
		return ret;
	return begin_life(c, e);
}

/* A transition that no known life has. */
static int step_unknown(struct check *c, const struct event *e)
{
	struct history_entry *entry;
	int ret = 0;

	/* A new life of the socket, whose beginning was not recorded. */
	entry = event_is_mini(e) ? NULL : history_find_socket(&c->history, e);
	if (entry)
		ret = miss_end(c, e, entry);
	return ret ? ret : see_first(c, e);
}

/**
 * check_life_step() - check a transition by the life of its connection
 * @c: the check
 * @e: the transition; it has a cookie
 *
 * Return: 0 or -ENOMEM
 */
int check_life_step(struct check *c, const struct event *e)
{
	struct history_entry *entry;

	if (!event_is_mini(e) && life_state_is_unborn(e->old))
		return step_unborn(c, e);
	entry = history_find(&c->history, e);
	if (!entry)
		return step_unknown(c, e);
	if (event_is_mini(e) || !entry->life.mini)
		return follow(c, e, entry);
	if (life_hole_fits(&entry->life, e))
		fill_hole(c, e, entry);
	else
		check_finding(c, FINDING_HAND_OVER, e,
			      "a transition of the socket after the hand-over");
	return 0;
}

/**
 * check_life_forget() - conclude a connection that is dropped to make room
 * @check: the check
 * @entry: what is known of it
 */
void check_life_forget(void *check, const struct history_entry *entry)
{
	check_hole_report(check, entry);
}

/**
 * check_life_finish() - conclude all connections that are left
 * @c: the check
 *
 * Return: 0 or -ENOMEM
 */
int check_life_finish(struct check *c)
{
	struct history_entry *entry = NULL;
	int ret = 0;

	while (!ret && (entry = history_walk(&c->history, entry))) {
		if (!(entry->flags & HISTORY_COUNTED))
			continue;
		if (entry->life.over)
			c->ended++;
		else
			c->open++;
		ret = check_hole_report(c, entry);
		if (!ret)
			ret = check_end_report(c, entry);
	}
	return ret;
}
