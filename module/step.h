/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Steps: what a transition takes from what is remembered of its connection.
 */
#ifndef TCPCLOSE_STEP_H
#define TCPCLOSE_STEP_H

#include <linux/compiler.h>
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

/* A moment of 0 is unknown. */
static __always_inline u64 tcpclose_step_since(u64 now_ns, u64 then_ns)
{
	if (!then_ns)
		return TCPCLOSE_UNKNOWN_NS;
	/* Another CPU may have looked at the clock a moment later. */
	return now_ns > then_ns ? now_ns - then_ns : 0;
}

/* TCPCLOSE_MARK_* of a connection with an entry. */
static __always_inline u8 tcpclose_step_mark(const struct tcpclose_conn *conn)
{
	if (likely(!(conn->flags & (TCPCLOSE_CONN_OLD | TCPCLOSE_CONN_REFUSED))))
		return 0;
	return conn->flags & TCPCLOSE_CONN_OLD ? TCPCLOSE_MARK_OLD :
						 TCPCLOSE_MARK_UNTRACKED;
}

/**
 * tcpclose_step_unknown() - how a step of a connection without an entry is marked
 * @why: &enum tcpclose_untracked
 *
 * Return: TCPCLOSE_MARK_*
 */
static inline u8 tcpclose_step_unknown(u8 why)
{
	return tcpclose_conn_unknown_flag(why) == TCPCLOSE_CONN_OLD ?
		       TCPCLOSE_MARK_OLD : TCPCLOSE_MARK_UNTRACKED;
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
	step->mark |= tcpclose_step_mark(conn);
}

#endif /* TCPCLOSE_STEP_H */
