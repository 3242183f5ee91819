// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long close() waits (SO_LINGER): from its transition to the one that leaves the
 * states in which sk_stream_wait_close() waits, unless close() has returned before.
 *
 * A socket that has its inode in that last transition is one whose close() still waits:
 * when it returns, the socket is orphaned.
 */
#include "lib/lingers.h"

/* Connections that are remembered. */
#define LINGERS_MAX (1U << 14)

/**
 * struct lingers_entry - a close() that waits
 * @recent: by cookie and network namespace
 * @closed_ns: when it was called
 * @linger_ms: how long it may wait
 */
struct lingers_entry {
	struct recent_entry recent;
	uint64_t closed_ns;
	int64_t linger_ms;
};

/**
 * lingers_init() - begin with none
 * @l: the calls
 */
void lingers_init(struct lingers *l)
{
	recent_init(&l->entries, sizeof(struct lingers_entry), LINGERS_MAX);
}

/**
 * lingers_free() - free all
 * @l: the calls, or zeroed ones
 */
void lingers_free(struct lingers *l)
{
	recent_free(&l->entries);
}

static bool is_waiting_state(unsigned int state)
{
	return state == TCPCLOSE_FIN_WAIT1 || state == TCPCLOSE_CLOSING ||
	       state == TCPCLOSE_LAST_ACK;
}

/*
 * Whether it is certainly a close() that waits. One of io_uring or of a 32-bit program
 * may be a shutdown(); an exit waits for nothing, nor does MPTCP for its subflows.
 */
static bool begins_to_wait(const struct event *e)
{
	if (e->linger_ms <= 0 || !is_waiting_state(e->new) ||
	    e->mark & TCPCLOSE_MARK_MPTCP)
		return false;
	return e->call == TCPCLOSE_CALL_CLOSE || e->call == TCPCLOSE_CALL_EXEC || e->deferred;
}

static void begin(struct lingers *l, struct event *e)
{
	struct lingers_entry *entry = recent_take(&l->entries, e->cookie, e->netns);

	e->close_wait = EVENT_CLOSE_WAIT_BEGINS;
	if (!entry)
		return;
	entry->closed_ns = e->ts_ns;
	entry->linger_ms = e->linger_ms;
}

static void end(struct lingers *l, struct event *e)
{
	struct lingers_entry *entry = NULL;

	if (l->entries.entries.count)
		entry = recent_find(&l->entries, e->cookie, e->netns);
	if (!entry || is_waiting_state(e->new))
		return;
	e->linger_ms = entry->linger_ms;
	e->close_wait = e->inode ? EVENT_CLOSE_WAIT_ENDS : EVENT_CLOSE_WAIT_OVER;
	if (e->inode)
		e->close_waited_ns = (int64_t)(e->ts_ns - entry->closed_ns);
	recent_remove(&l->entries, entry);
}

/**
 * lingers_follow() - learn from a transition, and say what it means for close()
 * @l: the calls
 * @e: the transition; @e->close_wait and @e->close_waited_ns are set, and @e->linger_ms
 *	remains if close() waits
 */
void lingers_follow(struct lingers *l, struct event *e)
{
	bool begins = e->cookie && begins_to_wait(e);

	e->close_wait = EVENT_CLOSE_WAIT_NONE;
	e->close_waited_ns = EVENT_UNKNOWN;
	if (begins) {
		begin(l, e);
		return;
	}
	e->linger_ms = EVENT_UNKNOWN;
	if (e->cookie)
		end(l, e);
}
