// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose watch: one line per transition.
 *
 * Moves events from the source through the filter to the output, and knows
 * when to stop.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "filter.h"
#include "netns.h"
#include "options.h"
#include "output.h"
#include "signals.h"
#include "source.h"
#include "tool.h"

enum {
	OPT_ADDR = 1,
	OPT_ALL,
	OPT_COUNT,
	OPT_DEVICE,
	OPT_DURATION,
	OPT_FAMILY,
	OPT_HELP,
	OPT_INPUT,
	OPT_JSON,
	OPT_NETNS,
	OPT_PID,
	OPT_PORT,
	OPT_STATE,
};

static const struct option_spec specs[] = {
	{ "addr", 0, OPT_ADDR, "ADDR[/PREFIX]",
	  "only this address, at either end" },
	{ "all", 0, OPT_ALL, NULL,
	  "begin with what the module still holds, not with now" },
	{ "count", 0, OPT_COUNT, "N", "end after N transitions" },
	{ "device", 0, OPT_DEVICE, "PATH",
	  "read this device instead of " TCPCLOSE_DEVICE },
	{ "duration", 0, OPT_DURATION, "SECONDS",
	  "end after that time; fractions are fine" },
	{ "family", 0, OPT_FAMILY, "FAMILY", "only inet (4) or inet6 (6)" },
	{ "help", 'h', OPT_HELP, NULL, "show this help" },
	{ "input", 0, OPT_INPUT, "FILE",
	  "read a recording; - is standard input" },
	{ "json", 0, OPT_JSON, NULL, "write one JSON object per line" },
	{ "netns", 0, OPT_NETNS, "NETNS",
	  "only this namespace: name, inode, path or self" },
	{ "pid", 0, OPT_PID, "PID", "only what this process did itself" },
	{ "port", 0, OPT_PORT, "PORT[-LAST]", "only this port, at either end" },
	{ "state", 0, OPT_STATE, "STATE[,STATE]",
	  "only to or from this state" },
	{ NULL, 0, 0, NULL, NULL },
};

/**
 * struct watch - one run of the command
 * @tool: the run
 * @source: where events come from
 * @filter: which are wanted
 * @output: where they go
 * @device: name of the device
 * @input: name of the recording; NULL: the device
 * @count: transitions to show at most; 0: no limit
 * @duration_ns: time to run; 0: no limit
 * @end_ns: events after this time are not wanted; UINT64_MAX: no limit
 * @shown: transitions shown
 * @all: begin with the oldest record
 * @json: write JSON
 */
struct watch {
	struct tool *tool;
	struct source *source;
	struct filter filter;
	struct output output;
	const char *device;
	const char *input;
	uint64_t count;
	uint64_t duration_ns;
	uint64_t end_ns;
	uint64_t shown;
	bool all;
	bool json;
};

static const char *expected(int id, int error)
{
	if (error == -E2BIG)
		return "no more than 64 of this kind";
	switch (id) {
	case OPT_ADDR:
		return "an address such as 192.0.2.1, 2001:db8::1 or 192.0.2.0/24";
	case OPT_COUNT:
		return "a whole number above 0";
	case OPT_DURATION:
		return "seconds above 0, such as 10 or 0.5";
	case OPT_FAMILY:
		return "inet, inet6, 4 or 6";
	case OPT_NETNS:
		return "self, a name or inode, or the path of a network namespace";
	case OPT_PID:
		return "a process number";
	case OPT_PORT:
		return "a port, 1 to 65535, or a range such as 8000-8999";
	default:
		return "states such as TIME_WAIT or FIN_WAIT1,FIN_WAIT2";
	}
}

static int take_option(struct watch *w, struct options *o, int id)
{
	int ret = 0;

	switch (id) {
	case OPT_ADDR:
		ret = filter_add_addr(&w->filter, o->value);
		break;
	case OPT_ALL:
		w->all = true;
		break;
	case OPT_COUNT:
		ret = parse_u64(o->value, 1, UINT64_MAX, &w->count);
		break;
	case OPT_DEVICE:
		w->device = o->value;
		break;
	case OPT_DURATION:
		ret = parse_seconds(o->value, &w->duration_ns);
		break;
	case OPT_FAMILY:
		ret = filter_add_family(&w->filter, o->value);
		break;
	case OPT_INPUT:
		w->input = o->value;
		break;
	case OPT_JSON:
		w->json = true;
		break;
	case OPT_NETNS:
		ret = filter_add_netns(&w->filter, o->value);
		break;
	case OPT_PID:
		ret = filter_add_pid(&w->filter, o->value);
		break;
	case OPT_PORT:
		ret = filter_add_port(&w->filter, o->value);
		break;
	case OPT_STATE:
		ret = filter_add_states(&w->filter, o->value);
		break;
	}
	return ret ? options_bad_value(o, expected(id, ret)) : 0;
}

/* Return: an exit status, or -1 to go on. */
static int take_options(struct watch *w, int argc, char **argv)
{
	struct options o;
	int id;

	options_init(&o, specs, argc, argv);
	while ((id = options_next(&o)) != OPTION_END) {
		if (id == OPT_HELP)
			return tool_help(w->tool, specs);
		if (id == OPTION_OPERAND)
			id = options_bad_operand(&o);
		if (id == OPTION_ERROR || take_option(w, &o, id))
			return tool_usage_error(w->tool, o.error);
	}
	if (w->input && w->all)
		return tool_usage_error(w->tool, "--all is for a device");
	if (w->input && strcmp(w->device, TCPCLOSE_DEVICE))
		return tool_usage_error(w->tool,
					"--input or --device, not both");
	return -1;
}

/* A name that nobody has would match nothing, silently. */
static int check_netns_names(struct watch *w)
{
	unsigned int i;

	for (i = 0; i < w->filter.netns_count; i++) {
		struct filter_netns *n = &w->filter.netns[i];
		char path[300];

		if (n->own || n->inode || !strcmp(n->name, "host"))
			continue;
		snprintf(path, sizeof(path), "/run/netns/%s", n->name);
		n->inode = netns_inode(path);
		if (n->inode)
			continue;
		tool_complain(w->tool,
			      "no network namespace is called %.80s: %s",
			      n->name, "see `ip netns list`");
		return -ENOENT;
	}
	return 0;
}

static int open_source(struct watch *w)
{
	struct reason why;
	int ret;

	if (w->input) {
		ret = source_open_recording(&w->source, w->input, &why);
	} else {
		ret = check_netns_names(w);
		if (ret)
			return ret;
		ret = source_open_device(&w->source, w->device, w->all, &why);
	}
	if (ret)
		tool_complain(w->tool, "%s", why.text);
	return ret;
}

static void tell_loss(struct watch *w, const struct event *e)
{
	unsigned int us = e->realtime_ns % NS_PER_S / NS_PER_US;

	tool_complain(w->tool, "lost %llu record%s of CPU %u before %.8s.%06u",
		      (unsigned long long)e->lost, e->lost == 1 ? "" : "s",
		      e->cpu, output_clock(&w->output, e->realtime_ns), us);
}

/* Return: whether to go on. */
static bool show(struct watch *w, const struct event *e)
{
	if (w->end_ns == UINT64_MAX && w->duration_ns &&
	    !source_is_live(w->source))
		w->end_ns = e->ts_ns + w->duration_ns;
	if (e->ts_ns > w->end_ns)
		return false;
	if (e->kind == EVENT_LOST) {
		tell_loss(w, e);
		output_event(&w->output, e);
		return true;
	}
	if (!filter_matches(&w->filter, e))
		return true;
	output_event(&w->output, e);
	w->shown++;
	return w->shown != w->count;
}

/*
 * A wish to stop and the end of the time work alike: what happened before is
 * still shown, for the module may not have told of it yet.
 */
static int run(struct watch *w)
{
	struct event e;
	int ret;

	for (;;) {
		bool stopped = signals_stop();

		if (stopped && !source_is_live(w->source))
			return 0;
		if (stopped && w->end_ns > monotonic_ns())
			w->end_ns = monotonic_ns();
		while ((ret = source_next(w->source, &e)) > 0) {
			if (!show(w, &e))
				return 0;
			if (w->output.buffer.error)
				return w->output.buffer.error;
			if (!stopped && signals_stop())
				break;
		}
		if (ret > 0)
			continue;
		if (ret != -EAGAIN)
			return ret;
		ret = output_flush(&w->output);
		if (ret || stopped)
			return ret;
		if (source_is_live(w->source) && monotonic_ns() >= w->end_ns)
			return 0;
		ret = source_wait(w->source, source_is_live(w->source) ?
						     w->end_ns :
						     UINT64_MAX);
		if (ret && ret != -EINTR)
			return ret;
	}
}

/* What a damaged recording did not tell. */
static void tell_damage(struct watch *w)
{
	static const char cut[] =
		"%s: ends within a record: left out its last %zu byte%s; all before is shown";
	static const char unknown[] =
		"%s: left out %llu record%s of unknown kind: damaged, or try a newer tcpclose";
	struct source_summary summary;

	source_summarize(w->source, &summary);
	if (summary.cut_bytes)
		tool_complain(w->tool, cut, w->input, summary.cut_bytes,
			      summary.cut_bytes == 1 ? "" : "s");
	if (summary.skipped)
		tool_complain(w->tool, unknown, w->input ? w->input : w->device,
			      (unsigned long long)summary.skipped,
			      summary.skipped == 1 ? "" : "s");
}

static int finish(struct watch *w, int error)
{
	int ret = output_flush(&w->output);

	tell_damage(w);
	/* Whoever read our output has seen enough. */
	if (ret == -EPIPE)
		return EXIT_CLEAN;
	if (ret) {
		tool_complain(w->tool, "standard output: %s", strerror(-ret));
		return EXIT_COULD_NOT_RUN;
	}
	if (error) {
		tool_complain(w->tool, "%s: cannot be read: %s",
			      w->input ? w->input : w->device,
			      strerror(-error));
		return EXIT_COULD_NOT_RUN;
	}
	return EXIT_CLEAN;
}

int cmd_watch(struct tool *tool, int argc, char **argv)
{
	struct watch *w = calloc(1, sizeof(*w));
	int ret;

	if (!w) {
		tool_complain(tool, "out of memory");
		return EXIT_COULD_NOT_RUN;
	}
	w->tool = tool;
	w->device = TCPCLOSE_DEVICE;
	w->end_ns = UINT64_MAX;
	ret = take_options(w, argc, argv);
	if (ret >= 0)
		goto out_free;
	ret = EXIT_COULD_NOT_RUN;
	signals_catch();
	if (open_source(w))
		goto out_free;
	output_init(&w->output, w->json);
	if (source_is_live(w->source) && w->duration_ns)
		w->end_ns = monotonic_ns() + w->duration_ns;
	output_header(&w->output);
	ret = finish(w, run(w));
	source_close(w->source);
out_free:
	free(w);
	return ret;
}
