// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections that the stream leaves without an end: which of them must have ended.
 *
 * Knows how long a mini-socket can last, and whose addresses they are; knows
 * nothing of transitions.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check/check_internal.h"

/*
 * The longest that a mini-socket's timer can run. TCP_TIMEWAIT_LEN is 60 s. In
 * FIN_WAIT2 it is that or 3.5 times the retransmission timeout, which is 120 s at most
 * (TCP_RTO_MAX). The timer wheel may be an eighth late, and a CPU a moment.
 */
#define LATE_NS(ns) ((ns) + (ns) / 8 + LATE_MAX_NS)
#define TIME_WAIT_MAX_NS LATE_NS(60 * NS_PER_S)
#define FIN_WAIT2_MAX_NS LATE_NS(420 * NS_PER_S)

/**
 * check_missing() - add a gap that the end of the stream shows
 * @c: the check
 * @entry: the connection
 * @from_ns: what is missing was written at that time or later
 * @format: what is missing, one phrase
 *
 * Return: 0 or -ENOMEM
 */
int check_missing(struct check *c, const struct history_entry *entry,
		  uint64_t from_ns, const char *format, ...)
{
	struct finding f;
	va_list args;
	int len;

	memset(&f, 0, sizeof(f));
	f.kind = FINDING_GAP;
	f.ts_ns = entry->life.last_ns;
	f.cookie = entry->life.cookie;
	f.netns_inode = entry->life.netns;
	len = snprintf(f.what, sizeof(f.what), "cookie %llx: ",
		       (unsigned long long)f.cookie);
	va_start(args, format);
	vsnprintf(f.what + len, sizeof(f.what) - (size_t)len, format, args);
	va_end(args);
	return gaps_add(&c->gaps, &f, from_ns);
}

static uint64_t longest_ns(const struct life *life)
{
	if (!life->mini)
		return UINT64_MAX;
	switch (life->state) {
	case TCPCLOSE_TIME_WAIT:
		return TIME_WAIT_MAX_NS;
	case TCPCLOSE_FIN_WAIT2:
		return FIN_WAIT2_MAX_NS;
	default:
		return UINT64_MAX;
	}
}

/**
 * check_end_report() - report a gap if a connection without an end must have ended
 * @c: the check, at the end of the stream
 * @entry: the connection
 *
 * Return: 0 or -ENOMEM
 */
int check_end_report(struct check *c, const struct history_entry *entry)
{
	const struct life *life = &entry->life;
	const struct model_state *state = model_state(life->state);
	uint64_t silent_ns = c->newest_ns - life->last_ns;

	if (life->over || !(entry->flags & HISTORY_COUNTED))
		return 0;
	if (entry->replaced_ns && entry->replaced_ns + LATE_MAX_NS <= c->newest_ns)
		return check_missing(c, entry, life->last_ns,
				     "its end is missing: its addresses and ports belong to another connection");
	if (silent_ns > longest_ns(life))
		return check_missing(c, entry, life->last_ns,
				     "its end is missing: %s cannot last %llu s",
				     state->name,
				     (unsigned long long)(silent_ns / NS_PER_S));
	return 0;
}
