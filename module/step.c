// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps: what a transition takes from what is remembered of its connection.
 */
#include "conn.h"
#include "step.h"

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
