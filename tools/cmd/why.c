// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose why: whether closing is healthy, and what is not.
 */
#include "answer/thresholds.h"
#include "answer/why.h"
#include "base/clock.h"
#include "cli/companion.h"
#include "cmd/commands.h"
#include "cmd/past.h"
#include "view/plugin.h"
#include "view/why_view.h"

/* How long it looks, unless told otherwise. */
#define DURATION_NS (5 * NS_PER_S)
#define ALL_STATES UINT32_MAX

/**
 * struct why_run - one run of the command
 * @past: what all commands that answer have
 * @why: what was judged
 * @ports: who has local ports
 * @counted: these are counted: what comes now is in TIME_WAIT
 */
struct why_run {
	struct past past;
	struct why why;
	struct ports ports;
	bool counted;
};

static const struct option_spec options[] = {
	OPTION("device", "PATH", "read this device instead of " TCPCLOSE_DEVICE,
	       option_string, struct why_run, past.run.session.device),
	OPTION("duration", "SECONDS", "look for so long (5); fractions are allowed",
	       option_seconds, struct why_run, past.run.session.duration_ns),
	OPTION_FLAG("json", "write one JSON object", struct why_run, past.run.view.json),
	OPTION_FLAG("plugin", "one line and an exit status for a monitoring system",
		    struct why_run, past.run.plugin),
	OPTION_END,
};

static int judge(void *run, const struct conn *c)
{
	struct why_run *r = run;

	bool wanted = filter_holds(&r->past.run.session.filter, c->words);
	int ret = r->counted ? 0 : ports_add_conn(&r->ports, c, wanted);

	return ret || !wanted ? ret : why_conn(&r->why, c);
}

static int init(void *run)
{
	struct why_run *r = run;

	past_init(&r->past, ALL_STATES);
	r->past.over = judge;
	r->past.keep = true;
	why_init(&r->why);
	return 0;
}

static const char *check(void *run)
{
	struct why_run *r = run;
	struct session *s = &r->past.run.session;

	if (!s->input && !r->past.run.arguments && !s->duration_ns)
		s->duration_ns = DURATION_NS;
	return past_check(&r->past);
}

static int begin(void *run)
{
	struct why_run *r = run;
	uint64_t now_ns = clock_monotonic_ns();

	ports_begin(&r->ports, source_header(r->past.run.session.source));
	if (source_is_live(r->past.run.session.source) && now_ns > THRESHOLDS_HISTORY_NS)
		r->why.begin_ns = now_ns - THRESHOLDS_HISTORY_NS;
	return 0;
}

static int add(void *run, const struct event *e)
{
	struct why_run *r = run;
	bool wanted = e->kind == EVENT_TRANSITION ||
		      filter_matches(&r->past.run.session.filter, e);
	int ret = wanted ? why_event(&r->why, e) : 0;

	if (!ret)
		ret = ports_add_event(&r->ports, e, wanted);
	return ret ? ret : past_add(run, e);
}

static void show_plugin(const struct view *how, struct buffer *to, const struct why *w)
{
	static const enum plugin_level levels[] = { PLUGIN_OK, PLUGIN_WARNING, PLUGIN_CRITICAL };
	enum why_verdict verdict = why_verdict(w);
	size_t i, counts[DIAGNOSIS_CRITICAL + 1] = { 0 };
	struct plugin p;
	struct line line;

	for (i = 0; i < w->found.count; i++)
		counts[w->found.sorted[i]->severity]++;
	plugin_begin(&p, to, "TCPCLOSE",
		     verdict == WHY_CANNOT_TELL ? PLUGIN_UNKNOWN :
		     verdict == WHY_HEALTHY	? PLUGIN_OK :
						  levels[w->found.sorted[0]->severity]);
	line_init(&line, 1, how);
	if (verdict == WHY_TROUBLE)
		why_words_text(&line, w->found.sorted[0]);
	else
		line_add(&line, verdict == WHY_HEALTHY ? "closing is healthy" :
							 "not all could be seen");
	buffer_printf(to, "%s", line.text);
	plugin_value(&p, "critical", counts[DIAGNOSIS_CRITICAL], 0, 0);
	plugin_value(&p, "warning", counts[DIAGNOSIS_WARNING], 0, 0);
	plugin_value(&p, "connections", w->connections, 0, 0);
	plugin_end(&p);
}

/* A socket of the command that is followed, or the other end of one that has closed. */
static bool is_followed(void *run, const struct item *i)
{
	struct why_run *r = run;
	struct companion *companion = r->past.run.session.companion;

	return cgroup_below_has(&companion->cgroup.below, i->socket->cgroup) ||
	       conns_find(&r->past.conns, i->socket->cookie, i->netns->inode);
}

/* Ports first: those in TIME_WAIT have some, and are over for why. */
static int judge_all(struct why_run *r)
{
	const struct filter *filter = &r->past.run.session.filter;
	int ret = ports_find(&r->ports, &r->past.inventory, &r->past.conns, filter);

	r->counted = true;
	/* Who else has ports is no business of a command. */
	if (r->past.run.session.companion)
		inventory_keep(&r->past.inventory, is_followed, r);
	else if (!ret)
		ret = why_ports(&r->why, &r->ports);
	if (!ret)
		ret = why_inventory(&r->why, &r->past.inventory, filter);
	/* The items of a recording refer to these. */
	if (!ret)
		ret = past_finish(&r->past);
	return ret ? ret : why_conclude(&r->why);
}

static int conclude(void *run, int error)
{
	struct why_run *r = run;
	struct run *base = &r->past.run;
	struct why_view v = { .why = &r->why, .input = base->session.input };
	int ret = error ? error : past_conclude(&r->past);

	if (!ret)
		ret = judge_all(r);
	if (ret)
		return ret;
	if (r->why.last_ns < r->past.inventory.now_ns)
		r->why.last_ns = r->past.inventory.now_ns;
	v.offset_ns = r->past.offset_ns;
	if (base->plugin)
		show_plugin(&base->view, &base->out, &r->why);
	else
		(base->view.json ? why_json : why_text)(&base->view, &base->out, &v);
	return 0;
}

static int status(void *run)
{
	static const int statuses[] = {
		[WHY_HEALTHY] = EXIT_CLEAN,
		[WHY_TROUBLE] = EXIT_VIOLATION,
		[WHY_CANNOT_TELL] = EXIT_COULD_NOT_RUN,
	};
	const struct why_run *r = run;
	enum why_verdict verdict = why_verdict(&r->why);

	if (!r->past.run.plugin)
		return statuses[verdict];
	if (verdict == WHY_CANNOT_TELL)
		return EXIT_PLUGIN | PLUGIN_UNKNOWN;
	return EXIT_PLUGIN | (verdict == WHY_HEALTHY ? 0 : (int)r->why.found.sorted[0]->severity);
}

static void free_all(void *run)
{
	struct why_run *r = run;

	why_free(&r->why);
	ports_free(&r->ports);
	past_free(&r->past);
}

const struct command why_command = {
	.name = "why",
	.summary = "whether closing is healthy, and if not, who, with whom, why, and what to do",
	.takes = TAKES_INPUT | TAKES_FILTER | TAKES_FOLLOWED,
	.operands = "[-- COMMAND [ARGUMENT]...]",
	.options = options,
	.run_size = sizeof(struct why_run),
	.init = init,
	.check = check,
	.work = run_events,
	.begin = begin,
	.calls = { .event = add, .rsts = true, .others = true, .owners = true, .unfiltered = true },
	.conclude = conclude,
	.status = status,
	.free = free_all,
};
