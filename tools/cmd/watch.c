// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose watch: one line per transition, and if asked for per RST, drop, failed call, or
 * transition of an MPTCP session.
 */
#include "base/complain.h"
#include "cmd/commands.h"
#include "view/events.h"

/**
 * struct watch_run - one run of the command
 * @run: what all commands have
 * @events: how events are shown
 * @count: transitions and others to show at most; 0: no limit
 * @shown: transitions and others shown
 * @rsts: show RSTs, too
 * @drops: show drops by listeners, too
 * @failed_calls: show bind(), listen() and connect() that failed at once, too
 * @sessions: show transitions of MPTCP sessions, too
 */
struct watch_run {
	struct run run;
	struct events events;
	uint64_t count;
	uint64_t shown;
	bool rsts;
	bool drops;
	bool failed_calls;
	bool sessions;
};

static const struct option_spec options[] = {
	OPTION("count", "N", "end after N transitions, and others if they are shown",
	       option_count, struct watch_run, count),
	OPTION_FLAG("drops", "show what listeners drop, too",
		    struct watch_run, drops),
	OPTION_FLAG("failed-calls", "show each bind, listen or connect that failed at once, too",
		    struct watch_run, failed_calls),
	OPTION_FLAG("json", "write one JSON object per line",
		    struct watch_run, run.view.json),
	OPTION_FLAG("rsts", "show each RST that was sent or received, too",
		    struct watch_run, rsts),
	OPTION_FLAG("sessions", "show transitions of MPTCP sessions, too",
		    struct watch_run, sessions),
	OPTION_END,
};

static int begin(void *run)
{
	struct watch_run *w = run;

	events_begin(&w->events, &w->run.view, &w->run.out);
	return 0;
}

static void report_loss(struct watch_run *w, const struct event *e)
{
	char time[CLOCK_DATED_MAX + 1];

	*clock_dated(time, &w->events.clock, e->realtime_ns) = '\0';
	complain("lost %llu record%s of CPU %u before %s",
		 (unsigned long long)e->lost, e->lost == 1 ? "" : "s",
		 e->cpu, time);
}

static bool has_left_out_rsts(const struct event *e)
{
	return e->left_out.sent || e->left_out.received;
}

static void report_left_out(struct watch_run *w, const struct event *e)
{
	char time[CLOCK_DATED_MAX + 1];

	*clock_dated(time, &w->events.clock, e->realtime_ns) = '\0';
	if (w->drops && e->left_out.drops)
		complain("left out %llu drop%s by listeners on CPU %u before %s: see drop_rate in tcpclose(1)",
			 (unsigned long long)e->left_out.drops,
			 e->left_out.drops == 1 ? "" : "s", e->cpu, time);
	if (w->failed_calls && e->left_out.calls)
		complain("left out %llu failed call%s on CPU %u before %s: see call_rate in tcpclose(1)",
			 (unsigned long long)e->left_out.calls,
			 e->left_out.calls == 1 ? "" : "s", e->cpu, time);
	if (w->rsts && has_left_out_rsts(e))
		complain("left out %llu RST%s sent and %llu received on CPU %u before %s: see rst_rate in tcpclose(1)",
			 (unsigned long long)e->left_out.sent,
			 e->left_out.sent == 1 ? "" : "s",
			 (unsigned long long)e->left_out.received, e->cpu, time);
}

static bool is_shown(const struct watch_run *w, const struct event *e)
{
	switch (e->kind) {
	case EVENT_RST:
		return w->rsts;
	case EVENT_DROP:
		return w->drops;
	case EVENT_FAILED_CALL:
		return w->failed_calls;
	case EVENT_SESSION:
		return w->sessions;
	case EVENT_LEFT_OUT:
		return (w->rsts && has_left_out_rsts(e)) ||
		       (w->drops && e->left_out.drops) ||
		       (w->failed_calls && e->left_out.calls);
	default:
		return true;
	}
}

static int show(void *run, const struct event *e)
{
	struct watch_run *w = run;
	bool counts = e->kind != EVENT_LOST && e->kind != EVENT_LEFT_OUT;

	if (!is_shown(w, e))
		return 0;
	events_add(&w->events, e);
	if (e->kind == EVENT_LOST)
		report_loss(w, e);
	else if (e->kind == EVENT_LEFT_OUT)
		report_left_out(w, e);
	w->shown += counts;
	if (w->run.out.error)
		return w->run.out.error;
	return counts && w->shown == w->count;
}

static int flush(void *run)
{
	struct watch_run *w = run;

	return buffer_flush(&w->run.out);
}

const struct command watch_command = {
	.name = "watch",
	.operands = "[-- COMMAND [ARGUMENT]...]",
	.summary = "show transitions as they happen, or those of a recording",
	.takes = TAKES_EVENTS | TAKES_FOLLOWED,
	.options = options,
	.run_size = sizeof(struct watch_run),
	.work = run_events,
	.begin = begin,
	.calls = { .event = show, .rsts = true, .others = true, .owners = true, .idle = flush },
};
