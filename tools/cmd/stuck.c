// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose stuck: the sockets that sit in a closing state, whose they are, and what will
 * end that.
 */
#include <errno.h>
#include <string.h>

#include "answer/stuck.h"
#include "base/complain.h"
#include "base/format.h"
#include "base/line.h"
#include "base/parse.h"
#include "cmd/commands.h"
#include "cmd/past.h"
#include "lib/names.h"
#include "view/plugin.h"
#include "view/stuck_view.h"

#define TOP 20
#define WARNING 10
#define CRITICAL 100

/**
 * struct stuck_run - one run of the command
 * @past: what all commands that answer have
 * @stuck: what is stuck
 * @top: lines at most; 0: as many as usual
 * @warning: --plugin: so many sockets are a warning
 * @critical: likewise critical
 */
struct stuck_run {
	struct past past;
	struct stuck stuck;
	uint64_t top;
	uint64_t warning;
	uint64_t critical;
};

/* "10s" for all states, or "CLOSE_WAIT=10s". */
static int set_older(const struct option_spec *spec, void *variable, const char *value,
		     struct error *expected)
{
	const char *equals = strchr(value, '=');
	uint64_t *older_ns = variable;
	unsigned int i;
	int64_t ns;
	int state = equals ? names_find_state(value, (size_t)(equals - value)) : 0;

	if (state < 0 || (equals && !(STUCK_STATES >> state & 1)) ||
	    parse_duration(equals ? equals + 1 : value, &ns))
		return error_set(expected, -EINVAL,
				 "a time such as 10s or 5m, or STATE=TIME such as CLOSE_WAIT=60s");
	for (i = 0; i < TCPCLOSE_STATES; i++)
		if (!equals || i == (unsigned int)state)
			older_ns[i] = (uint64_t)ns;
	return 0;
}

static const struct option_spec options[] = {
	OPTION("critical", "N", "--plugin: N sockets are critical (100)", option_count,
	       struct stuck_run, critical),
	OPTION("device", "PATH", "read this device instead of " TCPCLOSE_DEVICE,
	       option_string, struct stuck_run, past.run.session.device),
	OPTION_FLAG("json", "write one JSON object per socket", struct stuck_run,
		    past.run.view.json),
	OPTION("older-than", "[STATE=]TIME",
	       "in a state for so long (1s; SYN_RECV 3s); may be repeated", set_older,
	       struct stuck_run, stuck.older_ns),
	OPTION_FLAG("plugin", "one line and an exit status for a monitoring system",
		    struct stuck_run, past.run.plugin),
	OPTION("top", "N", "N lines of each table (20; --json: all)", option_count,
	       struct stuck_run, top),
	OPTION("warning", "N", "--plugin: N sockets are a warning (10)", option_count,
	       struct stuck_run, warning),
	OPTION_END,
};

static int init(void *run)
{
	struct stuck_run *r = run;

	past_init(&r->past, STUCK_STATES);
	stuck_init(&r->stuck);
	r->warning = WARNING;
	r->critical = CRITICAL;
	return 0;
}

static const char *check(void *run)
{
	struct stuck_run *r = run;

	if (r->warning > r->critical)
		return "--warning must not be above --critical";
	return past_check(&r->past);
}

static void show_plugin(struct stuck_run *r, struct buffer *to)
{
	const struct stuck *s = &r->stuck;
	struct line line;
	struct plugin p;
	unsigned int state;

	plugin_begin(&p, to, "STUCK", plugin_level(s->count, r->warning, r->critical));
	buffer_printf(to, "%zu socket%s", s->count, format_plural(s->count));
	if (s->count) {
		const struct item *most = s->groups[0].first;

		line_init(&line, 1, &r->past.run.view);
		line_add_name(&line, *most->process.comm ? most->process.comm :
							   "an unknown process");
		buffer_printf(to, ", most of them in %s of %s",
			      names_state(most->socket->state), line.text);
	}
	plugin_value(&p, "stuck", s->count, r->warning, r->critical);
	for (state = 0; state < TCPCLOSE_STATES; state++)
		if (STUCK_STATES >> state & 1)
			plugin_value(&p, names_state(state), s->counts[state], 0, 0);
	plugin_end(&p);
}

static int conclude(void *run, int error)
{
	struct stuck_run *r = run;
	const struct view *how = &r->past.run.view;
	struct buffer *to = &r->past.run.out;
	size_t top = r->top ? r->top : how->json ? SIZE_MAX :
						   TOP;
	int ret = error ? error : past_conclude(&r->past);

	if (!ret)
		ret = stuck_find(&r->stuck, &r->past.inventory, &r->past.run.session.filter);
	if (ret)
		return ret;
	if (r->past.run.plugin)
		show_plugin(r, to);
	else
		(how->json ? stuck_json : stuck_text)(how, to, &r->stuck, top);
	return 0;
}

static int status(void *run)
{
	const struct stuck_run *r = run;

	if (!r->past.run.plugin)
		return EXIT_CLEAN;
	return EXIT_PLUGIN | (int)plugin_level(r->stuck.count, r->warning, r->critical);
}

static void free_all(void *run)
{
	struct stuck_run *r = run;

	stuck_free(&r->stuck);
	past_free(&r->past);
}

const struct command stuck_command = {
	.name = "stuck",
	.summary = "the sockets that sit in a closing state, and whose they are",
	.takes = TAKES_INPUT | TAKES_FILTER,
	.options = options,
	.run_size = sizeof(struct stuck_run),
	.init = init,
	.check = check,
	.work = run_events,
	.calls = { .event = past_add, .rsts = true, .unfiltered = true },
	.conclude = conclude,
	.status = status,
	.free = free_all,
};
