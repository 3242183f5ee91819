/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_STEP_H
#define TCPCLOSE_STEP_H

#include <linux/types.h>

#include "uapi/tcpclose.h"

struct tcpclose_conn;

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

void tcpclose_step_known(struct tcpclose_step *step,
			 const struct tcpclose_conn *conn);
void tcpclose_step_unknown(struct tcpclose_step *step, u8 why);

#endif /* TCPCLOSE_STEP_H */
