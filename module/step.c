// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps: what a transition takes from what is remembered of its connection.
 */
#include "conn.h"
#include "step.h"

/* A moment of 0 is unknown. */
static u64 time_since(u64 now_ns, u64 then_ns)
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
void tcpclose_step_known(struct tcpclose_step *step,
			 const struct tcpclose_conn *conn)
{
	if (!step->cookie)
		step->cookie = conn->cookie;
	step->dwell_ns = time_since(step->now_ns, conn->since_ns);
	step->age_ns = time_since(step->now_ns, conn->born_ns);
	step->index = conn->index;
	step->rearms = conn->rearms;
	step->closer = conn->closer;
	if (conn->flags & TCPCLOSE_CONN_OLD)
		step->mark |= TCPCLOSE_MARK_OLD;
	else if (conn->flags & TCPCLOSE_CONN_REFUSED)
		step->mark |= TCPCLOSE_MARK_UNTRACKED;
}

/**
 * tcpclose_step_unknown() - mark a step of a connection without an entry
 * @step: the step
 * @why: &enum tcpclose_untracked
 */
void tcpclose_step_unknown(struct tcpclose_step *step, u8 why)
{
	step->mark |= tcpclose_conn_unknown_flag(why) == TCPCLOSE_CONN_OLD ?
			      TCPCLOSE_MARK_OLD : TCPCLOSE_MARK_UNTRACKED;
}
