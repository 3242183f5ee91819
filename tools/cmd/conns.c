// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose conns: a line per connection that ended, or sums of them.
 */
#include <errno.h>
#include <stdlib.h>

#include "answer/live.h"
#include "base/clock.h"
#include "base/complain.h"
#include "cmd/commands.h"
#include "cmd/past.h"
#include "conn/conns.h"
#include "conn/ranking.h"
#include "view/conns_view.h"

/* Indices are &enum groups_by, and one more for none. */
static const char *const groupings[] = { "process", "container", "remote", "lport",
					 "cause", NULL };
/* Indices are &enum ranking_by. */
static const char *const orders[] = { "time", "age", "sent", "received", "retransmits",
				      "idle", "closing", "time-wait", NULL };

/**
 * struct conns_run - one run of the command
 * @past: what all commands that answer have
 * @view: how lines are shown
 * @groups: sums
 * @ranking: those that are sorted
 * @by: index into groupings
 * @sort: index into orders
 * @top: number of lines wanted; 0: all
 * @count: end after so many; 0: no limit
 * @shown: lines written, or connections added up
 * @live: those that are open
 * @wait: live: tell of a connection when its TIME_WAIT is over, too
 */
struct conns_run {
	struct past past;
	struct conns_view view;
	struct groups groups;
	struct ranking ranking;
	unsigned int by;
	unsigned int sort;
	uint64_t top;
	uint64_t count;
	uint64_t shown;
	bool live;
	bool wait;
};

static const struct option_spec options[] = {
	OPTION("by", "WHAT", "sums by process, container, remote, lport or cause",
	       option_choice, struct conns_run, by, .choices = groupings),
	OPTION("count", "N", "end after N connections", option_count, struct conns_run,
	       count),
	OPTION_FLAG("json", "write one JSON object per line", struct conns_run,
		    past.run.view.json),
	OPTION_FLAG("live", "the connections that are open, not those that ended",
		    struct conns_run, live),
	OPTION("sort", "WHAT",
	       "at the end, by time, age, sent, received, retransmits, idle, closing or time-wait",
	       option_choice, struct conns_run, sort, .choices = orders),
	OPTION("top", "N", "the first N of them only", option_count, struct conns_run, top,
	       .max = RANKING_MAX),
	OPTION_FLAG("wait", "live: show a connection when its TIME_WAIT is over, too",
		    struct conns_run, wait),
	OPTION_END,
};

static int init(void *run)
{
	struct conns_run *r = run;

	past_init(&r->past, LIVE_STATES);
	r->by = GROUPS_BY;
	r->sort = RANKING_TIME_WAIT + 1;
	return 0;
}

static bool is_grouped(const struct conns_run *r)
{
	return r->by < GROUPS_BY;
}

static bool is_sorted(const struct conns_run *r)
{
	return r->sort <= RANKING_TIME_WAIT;
}

static const char *check(void *run)
{
	struct conns_run *r = run;

	/* One meaning: wait for the end of TIME_WAIT. */
	r->past.run.wait = r->wait && r->past.run.arguments;
	if (r->live && r->wait)
		return "--live or --wait, not both";
	if (r->live && r->past.run.arguments)
		return "--live shows those of everybody: it does not go with a COMMAND";
	if (is_grouped(r) && is_sorted(r))
		return "--by or --sort, not both";
	if (r->top && !is_grouped(r) && !is_sorted(r))
		return "--top needs --sort or --by";
	return r->live ? past_check(&r->past) : NULL;
}

static int begin(void *run)
{
	struct conns_run *r = run;
	bool live = source_is_live(r->past.run.session.source);

	/* A recording has the end of each TIME_WAIT that it saw. */
	r->past.conns.wait = !live || r->wait;
	r->groups.by = is_grouped(r) ? (enum groups_by)r->by : GROUPS_PROCESS;
	r->ranking.by = is_sorted(r) ? (enum ranking_by)r->sort : RANKING_TIME;
	r->ranking.top = r->top ? r->top : RANKING_MAX;
	if (!is_grouped(r) && !is_sorted(r))
		conns_view_begin(&r->view, &r->past.run.view, &r->past.run.out);
	return 0;
}

/* Takes what is wanted. Return: 0 to go on, 1 to end, or -errno */
static int tell(struct conns_run *r, struct conn *c)
{
	int ret = 0;

	r->shown++;
	if (is_sorted(r))
		return ranking_add(&r->ranking, c);
	if (is_grouped(r))
		ret = groups_add(&r->groups, c);
	else
		conns_view_add(&r->view, c);
	free(c);
	if (!ret)
		ret = r->past.run.out.error;
	return ret ? ret : r->shown == r->count;
}

static int tell_all(struct conns_run *r, uint64_t now_ns)
{
	struct conn *c;
	int ret = 0;

	while (!ret && (c = conns_take(&r->past.conns, now_ns))) {
		if (filter_holds(&r->past.run.session.filter, c->words))
			ret = tell(r, c);
		else
			free(c);
	}
	return ret;
}

static int add(void *run, const struct event *e)
{
	struct conns_run *r = run;
	int ret;

	if (e->kind == EVENT_LOST) {
		complain("lost %llu record%s of CPU %u: connections may be missing, or incomplete",
			 (unsigned long long)e->lost, e->lost == 1 ? "" : "s", e->cpu);
		return 0;
	}
	if (e->kind == EVENT_LEFT_OUT)
		return 0;
	if (r->live)
		return past_add(run, e);
	ret = tell_all(r, e->ts_ns);
	if (ret)
		return ret;
	return conns_add(&r->past.conns, e, filter_words_of(&r->past.run.session.filter, e));
}

/* The device has nothing for now, so all records of before a moment ago are there. */
static int idle(void *run)
{
	struct conns_run *r = run;
	uint64_t now_ns = clock_monotonic_ns();
	int ret;

	if (r->live || !source_is_live(r->past.run.session.source))
		return 0;
	ret = tell_all(r, now_ns - 2 * NS_PER_MS);
	r->past.run.session.wake_ns = r->past.conns.first ? now_ns + 5 * NS_PER_MS : UINT64_MAX;
	if (ret > 0)
		r->past.run.session.end_ns = now_ns;
	return ret < 0 ? ret : buffer_flush(&r->past.run.out);
}

/* Return: 0, 1 for enough, or -errno */
static int tell_live(struct conns_run *r)
{
	const struct inventory *inv = &r->past.inventory;
	int ret = past_conclude(&r->past);
	uint64_t realtime_ns = inv->now_ns + (uint64_t)r->past.offset_ns;
	size_t n;

	for (n = 0; n < inv->count && !ret; n++) {
		struct conn *c;

		if (!inventory_wants(inv, &inv->items[n], &r->past.run.session.filter))
			continue;
		c = malloc(sizeof(*c));
		if (!c)
			return -ENOMEM;
		live_conn(&inv->items[n], inv->now_ns, realtime_ns, c);
		ret = tell(r, c);
	}
	return ret;
}

static void show_result(struct conns_run *r)
{
	const struct view *how = &r->past.run.view;
	size_t i;

	if (is_grouped(r)) {
		if (r->top && r->groups.count > r->top)
			r->groups.count = r->top;
		(how->json ? groups_json : groups_text)(how, &r->past.run.out, &r->groups);
		return;
	}
	if (!is_sorted(r))
		return;
	ranking_finish(&r->ranking);
	conns_view_begin(&r->view, &r->past.run.view, &r->past.run.out);
	for (i = 0; i < r->ranking.count; i++)
		conns_view_add(&r->view, r->ranking.conns[i]);
}

static int conclude(void *run, int error)
{
	struct conns_run *r = run;
	int ret;

	if (error)
		return error;
	/* No record comes any more: a mini-socket that is not over stays so. */
	ret = r->live ? tell_live(r) : tell_all(r, UINT64_MAX);
	if (ret >= 0)
		ret = is_grouped(r) ? groups_finish(&r->groups) : 0;
	if (ret)
		return ret;
	show_result(r);
	if (r->past.conns.forgotten)
		complain("%llu connections were given up while they closed: more than %d at a time",
			 (unsigned long long)r->past.conns.forgotten, CONNS_MAX);
	if (r->ranking.left_out && !r->top)
		complain("%llu connections are not shown: at most %d are sorted: use --top, a filter, or leave out --sort",
			 (unsigned long long)r->ranking.left_out, RANKING_MAX);
	return 0;
}

static void free_all(void *run)
{
	struct conns_run *r = run;

	past_free(&r->past);
	groups_free(&r->groups);
	ranking_free(&r->ranking);
}

const struct command conns_command = {
	.name = "conns",
	.operands = "[-- COMMAND [ARGUMENT]...]",
	.summary = "a line per connection that ended, or sums of them",
	.takes = TAKES_EVENTS | TAKES_FOLLOWED,
	.options = options,
	.run_size = sizeof(struct conns_run),
	.init = init,
	.check = check,
	.work = run_events,
	.begin = begin,
	.calls = { .event = add, .rsts = true, .owners = true, .unfiltered = true, .idle = idle },
	.conclude = conclude,
	.free = free_all,
};
