// SPDX-License-Identifier: GPL-2.0-only
/*
 * The values of a transition besides its states: times, who closed first,
 * re-arms, addresses. Each must follow from the transitions before.
 *
 * Knows nothing of the order of transitions.
 */
#include <string.h>

#include "check/check_internal.h"

#define MARKS_KNOWN                                                     \
	(TCPCLOSE_MARK_OLD | TCPCLOSE_MARK_UNTRACKED | TCPCLOSE_MARK_LATE | \
	 TCPCLOSE_MARK_REARM | TCPCLOSE_MARK_MPTCP | TCPCLOSE_MARK_UNACCEPTED)

static const char unknown_times[] =
	"dwell or age unknown, but no mark says why";

/* Who must have closed first, from a state alone. */
static uint8_t closer_of_state(unsigned int state)
{
	switch (state) {
	case TCPCLOSE_FIN_WAIT1:
	case TCPCLOSE_FIN_WAIT2:
		return TCPCLOSE_CLOSER_LOCAL;
	case TCPCLOSE_CLOSE_WAIT:
	case TCPCLOSE_LAST_ACK:
		return TCPCLOSE_CLOSER_REMOTE;
	case TCPCLOSE_CLOSING:
		return TCPCLOSE_CLOSER_BOTH;
	default:
		return TCPCLOSE_CLOSER_NONE;
	}
}

/* Who closed first, if neither side had sent a FIN: the one that aborted. */
static uint8_t closer_of_cause(unsigned int cause)
{
	switch (cause) {
	case TCPCLOSE_CAUSE_RST:
	case TCPCLOSE_CAUSE_REFUSED:
		return TCPCLOSE_CLOSER_REMOTE;
	case TCPCLOSE_CAUSE_UNREAD:
	case TCPCLOSE_CAUSE_LINGER:
	case TCPCLOSE_CAUSE_DISCONNECT:
	case TCPCLOSE_CAUSE_CONNECT_ABORTED:
	case TCPCLOSE_CAUSE_DESTROYED:
	case TCPCLOSE_CAUSE_TIMEOUT:
	case TCPCLOSE_CAUSE_KEEPALIVE:
	case TCPCLOSE_CAUSE_MEMORY:
	case TCPCLOSE_CAUSE_NOT_ACCEPTED:
	case TCPCLOSE_CAUSE_NETNS:
	case TCPCLOSE_CAUSE_REPAIR:
	case TCPCLOSE_CAUSE_NO_PORT:
	case TCPCLOSE_CAUSE_USER_TIMEOUT:
	case TCPCLOSE_CAUSE_ZERO_WINDOW:
	case TCPCLOSE_CAUSE_ORPHANS:
	case TCPCLOSE_CAUSE_MPTCP:
	case TCPCLOSE_CAUSE_OVERFLOW:
		return TCPCLOSE_CLOSER_LOCAL;
	default:
		return TCPCLOSE_CLOSER_NONE;
	}
}

static uint8_t closer_after(uint8_t closer, const struct event *e)
{
	if (e->new == TCPCLOSE_CLOSING)
		return TCPCLOSE_CLOSER_BOTH;
	if (closer != TCPCLOSE_CLOSER_NONE)
		return closer;
	return e->new == TCPCLOSE_CLOSE ? closer_of_cause(e->cause) :
					  closer_of_state(e->new);
}

static void check_closer(struct check *c, const struct event *e,
			 const struct history_entry *entry)
{
	uint8_t closer = entry->flags & HISTORY_CLOSER ?
				 entry->closer :
				 closer_of_state(e->old);
	bool fits;

	if (e->old == TCPCLOSE_TIME_WAIT && !(entry->flags & HISTORY_CLOSER))
		fits = e->closer == TCPCLOSE_CLOSER_LOCAL ||
		       e->closer == TCPCLOSE_CLOSER_BOTH;
	else
		fits = e->closer == closer_after(closer, e);
	/* Without its beginning, the module may not know who closed first. */
	if (event_is_mini(e) && event_is_marked(e) &&
	    e->closer == TCPCLOSE_CLOSER_NONE)
		fits = true;
	if (!fits)
		check_finding(c, FINDING_CLOSER, e, "%s",
			      "does not follow from what came before");
}

static void check_age(struct check *c, const struct event *e,
		      struct history_entry *entry)
{
	uint64_t born_ns = e->ts_ns - (uint64_t)e->age_ns;
	uint64_t known_ns = entry->life.born_ns;
	bool older = born_ns < known_ns;

	/* Another CPU may have read the clock a moment later. */
	if (known_ns && e->age_ns && born_ns != known_ns)
		check_finding(c, FINDING_TIME, e, "its age is %llu ns too %s",
			      (unsigned long long)(older ? known_ns - born_ns :
							   born_ns - known_ns),
			      older ? "large" : "small");
}

static void check_dwell(struct check *c, const struct event *e,
			const struct history_entry *entry)
{
	uint64_t since_ns = entry->since_ns;
	uint64_t entered_ns = e->ts_ns - (uint64_t)e->dwell_ns;
	long long dwell_ns = e->dwell_ns;

	if (entry->flags & HISTORY_RANGE) {
		/* TIME_WAIT begins when the mini-socket is made. */
		if (entered_ns > entry->life.last_ns ||
		    (e->dwell_ns && entered_ns < since_ns))
			check_finding(c, FINDING_TIME, e,
				      "dwell %lld ns, but the hand-over was %lld ns before",
				      dwell_ns,
				      (long long)(e->ts_ns - entry->life.last_ns));
	} else if (e->ts_ns > since_ns ? entered_ns != since_ns :
					 e->dwell_ns != 0) {
		check_finding(c, FINDING_TIME, e,
			      "dwell %lld ns, but the state began %lld ns before",
			      dwell_ns, (long long)(e->ts_ns - since_ns));
	}
}

static void check_times(struct check *c, const struct event *e,
			struct history_entry *entry)
{
	if (life_state_is_unborn(e->old)) {
		if (e->dwell_ns >= 0 || (e->age_ns != 0 && !event_is_marked(e)))
			check_finding(c, FINDING_TIME, e,
				      "a life begins at age 0, with no state before");
		return;
	}
	if (!event_is_marked(e) && (e->dwell_ns < 0 || e->age_ns < 0))
		check_finding(c, FINDING_TIME, e, "%s", unknown_times);
	else if (e->age_ns >= 0 && e->dwell_ns > e->age_ns)
		check_finding(c, FINDING_TIME, e, "dwell is longer than age");
	if (e->age_ns >= 0)
		check_age(c, e, entry);
	if (e->dwell_ns >= 0 && entry->flags & HISTORY_SINCE)
		check_dwell(c, e, entry);
}

static void check_rearms(struct check *c, const struct event *e,
			 const struct history_entry *entry)
{
	unsigned int rearms = entry->rearms;

	if (!event_is_mini(e) || !(entry->flags & HISTORY_REARMS) ||
	    event_is_marked(e))
		return;
	if (event_is_rearm(e) && rearms != UINT16_MAX)
		rearms++;
	if (e->rearms != rearms)
		check_finding(c, FINDING_REARMS, e, "%lld where %u were seen",
			      (long long)e->rearms, rearms);
}

/* While the connection is opened, the addresses may still change. */
static bool has_tuple(const struct event *e)
{
	return e->old != TCPCLOSE_CLOSE && e->old != TCPCLOSE_LISTEN &&
	       e->old != TCPCLOSE_SYN_SENT && e->old != TCPCLOSE_SYN_RECV;
}

static uint64_t tuple_of(const struct check *c, const struct event *e)
{
	uint64_t words[4], hash;

	memcpy(words, e->laddr, 16);
	memcpy(words + 2, e->raddr, 16);
	hash = history_hash(&c->history, words[0], words[1]);
	hash = history_hash(&c->history, hash ^ words[2], words[3]);
	hash = history_hash(&c->history, hash ^ e->netns_inode, e->ipv6);
	return history_hash(&c->history, hash,
			    (uint32_t)e->lport << 16 | e->rport);
}

static void check_tuple(struct check *c, const struct event *e,
			struct history_entry *entry)
{
	if (has_tuple(e) && entry->flags & HISTORY_TUPLE &&
	    entry->tuple != tuple_of(c, e))
		check_finding(c, FINDING_ADDRESS, e, "%s",
			      "they were different before");
}

/* Two sockets of different interfaces may have the same link-local addresses. */
static bool is_link_local(const struct event *e)
{
	if (e->ipv6)
		return e->laddr[0] == 0xfe && (e->laddr[1] & 0xc0) == 0x80;
	return e->laddr[0] == 169 && e->laddr[1] == 254;
}

/* The age of a marked one begins with the first transition that was seen. */
static bool knows_birth(const struct history_entry *entry)
{
	return entry->life.born_ns && !(entry->flags & HISTORY_MARKED);
}

/*
 * At most one connection of a namespace has these addresses and ports once the
 * opening is over: the one that was born first has ended.
 */
static int take_tuple(struct check *c, const struct event *e,
		      struct history_entry *entry)
{
	struct history_entry *other;
	uint64_t tuple;

	/* It is still there. */
	entry->replaced_ns = 0;
	if (!has_tuple(e) && e->new != TCPCLOSE_ESTABLISHED)
		return 0;
	tuple = tuple_of(c, e);
	if (entry->flags & HISTORY_TUPLE && entry->tuple == tuple)
		return 0;
	history_disown(&c->history, entry);
	entry->tuple = tuple;
	entry->flags |= HISTORY_TUPLE;
	if (!e->netns_inode || is_link_local(e))
		return 0;
	other = history_owner(&c->history, tuple);
	if (other && knows_birth(entry) && knows_birth(other)) {
		if (entry->life.born_ns < other->life.born_ns) {
			entry->replaced_ns = e->ts_ns;
			return 0;
		}
		other->replaced_ns = e->ts_ns;
	}
	if (other)
		history_disown(&c->history, other);
	return history_own(&c->history, entry);
}

static void check_mark_bits(struct check *c, const struct event *e)
{
	if (e->mark & ~MARKS_KNOWN)
		check_finding(c, FINDING_MARK, e, "unknown bits: %#x",
			      e->mark & ~MARKS_KNOWN);
	if (e->mark & TCPCLOSE_MARK_LATE &&
	    (!event_is_mini(e) || e->new != TCPCLOSE_CLOSE))
		check_finding(c, FINDING_MARK, e, "%s",
			      "only a mini-socket's end can be seen late");
}

/*
 * Whether a connection must be in an accept queue: it is established, has no inode, and
 * is not one of MPTCP's, which has none after the session was closed. Other sockets
 * without one are orphans, whose end was closed.
 */
static bool is_in_queue(const struct event *e)
{
	if (event_is_mini(e) || e->inode || e->mark & TCPCLOSE_MARK_MPTCP)
		return false;
	return e->old == TCPCLOSE_ESTABLISHED || e->old == TCPCLOSE_CLOSE_WAIT;
}

/* Also a socket's own inode is not that of its listener. */
static void check_listener(struct check *c, const struct event *e,
			   struct history_entry *entry)
{
	if (event_is_unaccepted(e))
		entry->listener = e->listener;
	else if (e->inode && e->inode == entry->listener)
		check_finding(c, FINDING_MARK, e, "%s",
			      "it was said to be in an accept queue, and has the inode of the listener");
}

/*
 * With Fast Open it is in the queue before it is established. @accepted: a process had
 * it before.
 */
static void check_unaccepted(struct check *c, const struct event *e, bool accepted)
{
	bool marked = event_is_unaccepted(e);

	if (marked && e->old == TCPCLOSE_SYN_RECV && e->new == TCPCLOSE_CLOSE && !e->inode)
		return;
	if (marked != is_in_queue(e))
		check_finding(c, FINDING_MARK, e, "%s",
			      marked ? "a process has it, or had it" :
				       "no process can have it, but it has no mark");
	else if (marked && accepted)
		check_finding(c, FINDING_MARK, e, "%s",
			      "it was accepted before, or opened by this end");
}

/**
 * check_values() - check a transition's values by what came before
 * @c: the check
 * @e: the transition; its state and number are those due in @entry
 * @entry: what is known of the connection
 */
void check_values(struct check *c, const struct event *e,
		  struct history_entry *entry)
{
	check_mark_bits(c, e);
	check_unaccepted(c, e, entry->flags & HISTORY_ACCEPTED);
	check_listener(c, e, entry);
	check_times(c, e, entry);
	check_closer(c, e, entry);
	check_rearms(c, e, entry);
	check_tuple(c, e, entry);
}

/**
 * check_values_late() - check a transition that came after the next one
 * @c: the check
 * @e: the transition
 * @entry: what is known of the connection, which has a hole
 */
void check_values_late(struct check *c, const struct event *e,
		       struct history_entry *entry)
{
	uint64_t dwell_ns = e->ts_ns - entry->hole_ns;

	check_mark_bits(c, e);
	check_unaccepted(c, e, false);
	if (event_is_marked(e) && !(entry->flags & HISTORY_MARKED))
		check_finding(c, FINDING_MARK, e, "%s",
			      "the next transition does not have them");
	if (!event_is_marked(e) && (e->dwell_ns < 0 || e->age_ns < 0))
		check_finding(c, FINDING_TIME, e, "%s", unknown_times);
	if (e->age_ns >= 0)
		check_age(c, e, entry);
	if (e->dwell_ns >= 0 && entry->flags & HISTORY_HOLE_SINCE &&
	    (uint64_t)e->dwell_ns != dwell_ns)
		check_finding(c, FINDING_TIME, e,
			      "dwell %lld ns, but the state began %lld ns before",
			      (long long)e->dwell_ns, (long long)dwell_ns);
	if (entry->flags & HISTORY_CLOSER && e->closer != entry->closer &&
	    !event_is_marked(e))
		check_finding(c, FINDING_CLOSER, e, "%s",
			      "the next transition has another");
	check_tuple(c, e, entry);
}

/* When the new state began. */
static void take_since(const struct event *e, struct history_entry *entry)
{
	bool known = entry->flags & HISTORY_SINCE;

	/* A dwell of 0 may be less: see check_age(). */
	if (!known ? e->dwell_ns >= 0 :
		     entry->flags & HISTORY_RANGE && e->dwell_ns > 0) {
		entry->since_ns = e->ts_ns - (uint64_t)e->dwell_ns;
		entry->flags |= HISTORY_SINCE;
		entry->flags &= (uint16_t)~HISTORY_RANGE;
		known = true;
	}
	/* A self-loop does not end the time in the state. */
	if (e->old == e->new)
		return;
	if (event_hands_over(e)) {
		if (!known)
			entry->since_ns = 0;
		entry->flags |= HISTORY_RANGE;
	} else {
		entry->since_ns = e->ts_ns;
		entry->flags &= (uint16_t)~HISTORY_RANGE;
	}
	entry->flags |= HISTORY_SINCE;
}

/**
 * check_values_take() - keep a transition's values, to check the next one by
 * @c: the check
 * @e: the transition
 * @entry: what is known of the connection
 *
 * Return: 0 or -ENOMEM
 */
int check_values_take(struct check *c, const struct event *e,
		      struct history_entry *entry)
{
	int ret = 0;

	take_since(e, entry);
	if (e->age_ns >= 0 && (uint64_t)e->age_ns < e->ts_ns)
		ret = lives_set_birth(&c->history.lives, &entry->life,
				      e->ts_ns - (uint64_t)e->age_ns);
	entry->closer = e->closer;
	entry->flags |= HISTORY_CLOSER;
	if (e->inode || e->old == TCPCLOSE_SYN_SENT)
		entry->flags |= HISTORY_ACCEPTED;
	if (event_is_mini(e)) {
		entry->rearms = (uint16_t)e->rearms;
		entry->flags |= HISTORY_REARMS;
	} else if (event_hands_over(e)) {
		entry->rearms = 0;
		entry->flags |= HISTORY_REARMS;
	}
	return take_tuple(c, e, entry) ?: ret;
}
