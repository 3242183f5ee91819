// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose ports: who has local ports, where they run out, which calls found none, and
 * what would help.
 */
#include "answer/ports.h"
#include "cmd/commands.h"
#include "cmd/past.h"
#include "view/ports_view.h"

#define TOP 20
#define WARNING 80
#define CRITICAL 95

/**
 * struct ports_run - one run of the command
 * @past: what all commands that answer have
 * @ports: who has ports
 * @top: lines of each table at most; 0: as many as usual
 * @warning: --plugin: so many percent in use are a warning
 * @critical: likewise critical
 */
struct ports_run {
	struct past past;
	struct ports ports;
	uint64_t top;
	uint64_t warning;
	uint64_t critical;
};

static const struct option_spec options[] = {
	OPTION("critical", "PERCENT", "--plugin: so much in use is critical (95)",
	       option_count, struct ports_run, critical),
	OPTION("device", "PATH", "read this device instead of " TCPCLOSE_DEVICE,
	       option_string, struct ports_run, past.run.session.device),
	OPTION("duration", "SECONDS",
	       "watch calls that fail for so long first; fractions are allowed",
	       option_seconds, struct ports_run, past.run.session.duration_ns),
	OPTION_FLAG("json", "write one JSON object per namespace, destination, address and failure",
		    struct ports_run, past.run.view.json),
	OPTION_FLAG("plugin", "one line and an exit status for a monitoring system",
		    struct ports_run, past.run.plugin),
	OPTION("top", "N", "N lines of each table (20; --json: all)", option_count,
	       struct ports_run, top),
	OPTION("warning", "PERCENT", "--plugin: so much in use is a warning (80)",
	       option_count, struct ports_run, warning),
	OPTION_END,
};

/* A connection that is over. */
static int add_conn(void *run, const struct conn *c)
{
	struct ports_run *r = run;

	return ports_add_conn(&r->ports, c,
			      filter_holds(&r->past.run.session.filter, c->words));
}

static int init(void *run)
{
	struct ports_run *r = run;

	past_init(&r->past, PORTS_STATES);
	r->past.over = add_conn;
	r->past.keep = true;
	r->warning = WARNING;
	r->critical = CRITICAL;
	return 0;
}

static const char *check(void *run)
{
	struct ports_run *r = run;

	if (r->warning > r->critical || r->critical > 100)
		return "--warning must not be above --critical, nor that above 100";
	return past_check(&r->past);
}

static int begin(void *run)
{
	struct ports_run *r = run;

	ports_begin(&r->ports, source_header(r->past.run.session.source));
	return 0;
}

static int add(void *run, const struct event *e)
{
	struct ports_run *r = run;
	int ret = ports_add_event(&r->ports, e, filter_matches(&r->past.run.session.filter, e));

	return ret ? ret : past_add(run, e);
}

static int conclude(void *run, int error)
{
	struct ports_run *r = run;
	const struct view *how = &r->past.run.view;
	struct buffer *to = &r->past.run.out;
	size_t top = r->top ? r->top : how->json ? SIZE_MAX :
						   TOP;
	int ret = error ? error : past_conclude(&r->past);

	if (!ret)
		ret = ports_find(&r->ports, &r->past.inventory, &r->past.conns,
				 &r->past.run.session.filter);
	if (ret)
		return ret;
	if (r->past.run.plugin)
		ports_plugin(to, &r->ports, r->warning, r->critical);
	else
		(how->json ? ports_json : ports_text)(how, to, &r->ports, top);
	return 0;
}

static int status(void *run)
{
	const struct ports_run *r = run;

	if (!r->past.run.plugin)
		return EXIT_CLEAN;
	return EXIT_PLUGIN | (int)ports_plugin_level(&r->ports, r->warning, r->critical);
}

static void free_all(void *run)
{
	struct ports_run *r = run;

	ports_free(&r->ports);
	past_free(&r->past);
}

const struct command ports_command = {
	.name = "ports",
	.summary = "who has local ports, where they run out, and what would help",
	.takes = TAKES_INPUT | TAKES_FILTER,
	.options = options,
	.run_size = sizeof(struct ports_run),
	.init = init,
	.check = check,
	.work = run_events,
	.begin = begin,
	.calls = { .event = add, .rsts = true, .others = true, .unfiltered = true },
	.conclude = conclude,
	.status = status,
	.free = free_all,
};
