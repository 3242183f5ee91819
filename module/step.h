/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Steps: a transition with all that was found out about it, on its way to a
 * record. What the record takes from the entry is found here, too. Knows no
 * sockets.
 */
#ifndef TCPCLOSE_STEP_H
#define TCPCLOSE_STEP_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "entry.h"
#include "uapi/tcpclose.h"

/**
 * struct tcpclose_step - one transition and what was found out about it
 * @now_ns: when it happened
 * @cookie: of the socket; 0: unknown
 * @dwell_ns: time spent in the old state
 * @flags: control bits of the segment that caused it; 0: none
 * @old: true old state
 * @new: true new state
 * @raw: as traced, TCPCLOSE_EDGE(); 0: not traced
 * @mark: TCPCLOSE_MARK_*, in addition to those of its entry
 * @context: &enum tcpclose_context
 * @closer: &enum tcpclose_closer
 * @end: &enum tcpclose_end
 * @cause: &enum tcpclose_cause
 */
struct tcpclose_step {
	u64 now_ns;
	u64 cookie;
	u64 dwell_ns;
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

/* Nanoseconds between two moments, both known. */
static __always_inline u64 tcpclose_step_between(u64 then_ns, u64 now_ns)
{
	s64 ns = now_ns - then_ns;

	/* Another CPU may have read the clock a moment later. */
	return likely(ns >= 0) ? ns : 0;
}

/* Nanoseconds since a moment; 0: the moment is unknown. */
static __always_inline u64 tcpclose_step_since(u64 then_ns, u64 now_ns)
{
	return then_ns ? tcpclose_step_between(then_ns, now_ns) :
			 TCPCLOSE_UNKNOWN_NS;
}

/* TCPCLOSE_MARK_* bits that the entry implies. */
static __always_inline u8 tcpclose_step_mark(const struct tcpclose_entry *entry)
{
	u8 mark = 0;

	if (likely(!(entry->flags & (TCPCLOSE_ENTRY_OLD | TCPCLOSE_ENTRY_REFUSED |
				     TCPCLOSE_ENTRY_MPTCP))))
		return 0;
	if (entry->flags & TCPCLOSE_ENTRY_OLD)
		mark = TCPCLOSE_MARK_OLD;
	else if (entry->flags & TCPCLOSE_ENTRY_REFUSED)
		mark = TCPCLOSE_MARK_UNTRACKED;
	if (entry->flags & TCPCLOSE_ENTRY_MPTCP)
		mark |= TCPCLOSE_MARK_MPTCP;
	return mark;
}

#endif /* TCPCLOSE_STEP_H */
