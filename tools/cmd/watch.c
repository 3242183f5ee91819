// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose watch: one line per transition.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/complain.h"
#include "base/parse.h"
#include "cli/session.h"
#include "view/events.h"

enum {
	OPT_COUNT = 1,
	OPT_JSON,
};

static const struct option_spec specs[] = {
	SESSION_SPEC_ADDR,
	SESSION_SPEC_ALL,
	{ "count", 0, OPT_COUNT, "N", "end after N transitions" },
	SESSION_SPEC_DEVICE,
	SESSION_SPEC_DURATION,
	SESSION_SPEC_FAMILY,
	SESSION_SPEC_HELP,
	SESSION_SPEC_INPUT,
	{ "json", 0, OPT_JSON, NULL, "write one JSON object per line" },
	SESSION_SPEC_NETNS,
	SESSION_SPEC_PID,
	SESSION_SPEC_PORT,
	SESSION_SPEC_STATE,
	SESSION_SPEC_END,
};

/**
 * struct watch - one run of the command
 * @session: where events come from
 * @how: how they are shown
 * @events: what shows them
 * @out: standard output
 * @count: transitions to show at most; 0: no limit
 * @shown: transitions shown
 */
struct watch {
	struct session session;
	struct view how;
	struct events events;
	struct buffer out;
	uint64_t count;
	uint64_t shown;
};

static int take_option(struct watch *w, struct options *o, int id)
{
	switch (id) {
	case OPT_COUNT:
		if (parse_u64(o->value, 1, UINT64_MAX, &w->count))
			return options_bad_value(o, "a whole number above 0");
		return 0;
	case OPT_JSON:
		w->how.json = true;
		return 0;
	default:
		return session_take_option(&w->session, o, id);
	}
}

/* Return: an exit status, or -1 to go on. */
static int take_options(struct watch *w, int argc, char **argv)
{
	struct tool *tool = w->session.tool;
	struct options o;
	int id;

	options_init(&o, specs, argc, argv);
	while ((id = options_next(&o)) != OPTION_END) {
		if (id == SESSION_HELP)
			return tool_help(tool, specs);
		if (id == OPTION_OPERAND)
			id = options_bad_operand(&o);
		if (id == OPTION_ERROR || take_option(w, &o, id))
			return tool_usage_error(tool, o.error);
	}
	return session_check_options(&w->session) ? EXIT_COULD_NOT_RUN : -1;
}

static void tell_loss(struct watch *w, const struct event *e)
{
	unsigned int us = e->realtime_ns % NS_PER_S / NS_PER_US;

	complain("lost %llu record%s of CPU %u before %.8s.%06u",
		 (unsigned long long)e->lost, e->lost == 1 ? "" : "s",
		 e->cpu, clock_text(&w->events.clock, e->realtime_ns), us);
}

static int show(void *context, const struct event *e)
{
	struct watch *w = context;

	events_add(&w->events, e);
	if (e->kind == EVENT_LOST)
		tell_loss(w, e);
	else
		w->shown++;
	if (w->out.error)
		return w->out.error;
	return e->kind == EVENT_LOST || w->shown != w->count;
}

static int flush(void *context)
{
	struct watch *w = context;

	return buffer_flush(&w->out);
}

static const struct session_calls calls = { .event = show, .idle = flush };

int cmd_watch(struct tool *tool, int argc, char **argv)
{
	struct watch *w = calloc(1, sizeof(*w));
	int ret;

	if (!w) {
		complain("out of memory");
		return EXIT_COULD_NOT_RUN;
	}
	session_init(&w->session, tool);
	view_init(&w->how, STDOUT_FILENO);
	ret = take_options(w, argc, argv);
	if (ret >= 0)
		goto out_free;
	ret = EXIT_COULD_NOT_RUN;
	if (session_open(&w->session))
		goto out_free;
	buffer_init(&w->out, STDOUT_FILENO);
	events_begin(&w->events, &w->how, &w->out);
	ret = session_run(&w->session, &calls, w);
	ret = session_finish(&w->session, ret, buffer_flush(&w->out));
out_free:
	free(w);
	return ret;
}
