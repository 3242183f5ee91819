/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_STEP_H
#define TCPCLOSE_STEP_H

#include <linux/types.h>

#include "conn.h"
#include "uapi/tcpclose.h"

/**
 * struct tcpclose_step - what was found out about a transition
 * @now_ns: when it happened
 * @cookie: of the socket; 0: unknown
 * @dwell_ns: time spent in the old state
 * @age_ns: time since the connection's first transition
 * @index: number of the transition
 * @rearms: of a mini-socket
 * @flags: control bits of the segment behind it
 * @old: true old state
 * @new: true new state
 * @raw: as traced, TCPCLOSE_EDGE(); 0: not traced
 * @mark: TCPCLOSE_MARK_*
 * @context: &enum tcpclose_context
 * @closer: &enum tcpclose_closer
 * @end: &enum tcpclose_end
 * @cause: &enum tcpclose_cause
 */
struct tcpclose_step {
	u64 now_ns;
	u64 cookie;
	u64 dwell_ns;
	u64 age_ns;
	u16 index;
	u16 rearms;
	u16 flags;
	u8 old;
	u8 new;
	u8 raw;
	u8 mark;
	u8 context;
	u8 closer;
	u8 end;
	u8 cause;
};

void tcpclose_step_unknown(struct tcpclose_step *step, u8 why);

/**
 * tcpclose_step_init() - a step of which only the states are known
 * @step: the step
 * @now_ns: when it happens
 * @old: true old state
 * @new: true new state
 *
 * Member by member: a compiler clears memory of this size in a loop.
 */
static __always_inline void tcpclose_step_init(struct tcpclose_step *step,
					       u64 now_ns, u8 old, u8 new)
{
	step->now_ns = now_ns;
	step->cookie = 0;
	step->dwell_ns = TCPCLOSE_UNKNOWN_NS;
	step->age_ns = TCPCLOSE_UNKNOWN_NS;
	step->index = 0;
	step->rearms = 0;
	step->flags = 0;
	step->old = old;
	step->new = new;
	step->raw = 0;
	step->mark = 0;
	step->context = 0;
	step->closer = 0;
	step->end = 0;
	step->cause = 0;
}

/* A moment of 0 is unknown. */
static inline u64 tcpclose_step_since(u64 now_ns, u64 then_ns)
{
	if (!then_ns)
		return TCPCLOSE_UNKNOWN_NS;
	/* Another CPU may have looked at the clock a moment later. */
	return now_ns > then_ns ? now_ns - then_ns : 0;
}

/**
 * tcpclose_step_known() - take over what an entry knows
 * @step: its time is set, and its mark and cookie to what else is known
 * @conn: the entry, its bucket locked, or a copy
 */
static inline void tcpclose_step_known(struct tcpclose_step *step,
				       const struct tcpclose_conn *conn)
{
	if (!step->cookie)
		step->cookie = conn->cookie;
	step->dwell_ns = tcpclose_step_since(step->now_ns, conn->since_ns);
	step->age_ns = tcpclose_step_since(step->now_ns, conn->born_ns);
	step->index = conn->index;
	step->rearms = conn->rearms;
	step->closer = conn->closer;
	if (conn->flags & TCPCLOSE_CONN_OLD)
		step->mark |= TCPCLOSE_MARK_OLD;
	else if (conn->flags & TCPCLOSE_CONN_REFUSED)
		step->mark |= TCPCLOSE_MARK_UNTRACKED;
}

#endif /* TCPCLOSE_STEP_H */
