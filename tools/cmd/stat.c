// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose stat: what the module counted, once or again and again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/complain.h"
#include "base/parse.h"
#include "base/signals.h"
#include "cli/command.h"
#include "cli/options.h"
#include "lib/devnode.h"
#include "lib/statistics.h"
#include "view/stat.h"

enum {
	OPT_COUNT = 1,
	OPT_DEVICE,
	OPT_HELP,
	OPT_INTERVAL,
	OPT_JSON,
	OPT_RESET,
};

static const struct option_spec specs[] = {
	{ "count", 0, OPT_COUNT, "N", "with --interval: end after N reports" },
	{ "device", 0, OPT_DEVICE, "PATH",
	  "ask this device instead of " TCPCLOSE_DEVICE },
	{ "help", 'h', OPT_HELP, NULL, "show this help" },
	{ "interval", 0, OPT_INTERVAL, "SECONDS",
	  "report again after that time, and so on" },
	{ "json", 0, OPT_JSON, NULL, "write one JSON object per report" },
	{ "reset", 0, OPT_RESET, NULL,
	  "after each report, count from 0 again" },
	{ NULL, 0, 0, NULL, NULL },
};

/**
 * struct stat_run - one run of the command
 * @tool: the run
 * @device: name of the device
 * @fd: the device
 * @interval_ns: time between reports; 0: there is only one
 * @count: reports to make at most; 0: no limit
 * @reset: count from 0 after each report
 * @how: how they are shown
 * @snapshots: this report's and the one before, by turns
 * @out: standard output
 */
struct stat_run {
	struct tool *tool;
	const char *device;
	int fd;
	uint64_t interval_ns;
	uint64_t count;
	bool reset;
	struct view how;
	struct statistics snapshots[2];
	struct buffer out;
};

static int take_option(struct stat_run *r, struct options *o, int id)
{
	switch (id) {
	case OPT_COUNT:
		if (parse_u64(o->value, 1, UINT64_MAX, &r->count))
			return options_bad_value(o, "a whole number above 0");
		break;
	case OPT_DEVICE:
		r->device = o->value;
		break;
	case OPT_INTERVAL:
		if (parse_seconds(o->value, &r->interval_ns))
			return options_bad_value(o,
						 "seconds, such as 10 or 0.5");
		break;
	case OPT_JSON:
		r->how.json = true;
		break;
	case OPT_RESET:
		r->reset = true;
		break;
	case OPTION_OPERAND:
		return options_bad_operand(o);
	}
	return 0;
}

/* Return: an exit status, or -1 to go on. */
static int take_options(struct stat_run *r, int argc, char **argv)
{
	struct options o;
	int id;

	options_init(&o, specs, argc, argv);
	while ((id = options_next(&o)) != OPTION_END) {
		if (id == OPT_HELP)
			return tool_help(r->tool, specs);
		if (id == OPTION_ERROR || take_option(r, &o, id))
			return tool_usage_error(r->tool, o.error);
	}
	if (r->count && !r->interval_ns)
		return tool_usage_error(r->tool, "--count needs --interval");
	return -1;
}

static int complain_device(struct stat_run *r, int error)
{
	static const char machine[] =
		"%s: statistics are the whole machine's: ask in the initial network namespace";

	if (error == -EPERM)
		complain(machine, r->device);
	else
		complain("%s: %s", r->device, strerror(-error));
	return EXIT_COULD_NOT_RUN;
}

static int write_out(struct stat_run *r)
{
	int ret = buffer_flush(&r->out);

	if (ret && ret != -EPIPE)
		complain("standard output: %s", strerror(-ret));
	return ret;
}

static int run(struct stat_run *r)
{
	uint64_t due_ns = monotonic_ns();
	uint64_t reports = 0;
	int ret;

	for (;;) {
		struct statistics *now = &r->snapshots[reports % 2];
		struct statistics *before = &r->snapshots[(reports + 1) % 2];
		struct stat_report report = {
			.now = now,
			.before = reports && !r->reset ? before : NULL,
		};

		statistics_free(now);
		ret = statistics_fetch(r->fd, now);
		if (ret)
			return complain_device(r, ret);
		if (reports && !r->how.json)
			buffer_printf(&r->out, "\n");
		stat_write(&r->how, &r->out, &report);
		ret = write_out(r);
		if (ret)
			return ret == -EPIPE ? EXIT_CLEAN : EXIT_COULD_NOT_RUN;
		if (r->reset) {
			ret = statistics_reset(r->fd);
			if (ret)
				return complain_device(r, ret);
		}
		if (!r->interval_ns || ++reports == r->count)
			return EXIT_CLEAN;
		due_ns += r->interval_ns;
		if (signals_poll(NULL, 0, due_ns) < 0)
			return EXIT_CLEAN;
	}
}

int cmd_stat(struct tool *tool, int argc, char **argv)
{
	struct stat_run *r = calloc(1, sizeof(*r));
	struct error why;
	int ret;

	if (!r) {
		complain("out of memory");
		return EXIT_COULD_NOT_RUN;
	}
	r->tool = tool;
	r->device = TCPCLOSE_DEVICE;
	buffer_init(&r->out, STDOUT_FILENO);
	view_init(&r->how, STDOUT_FILENO);
	ret = take_options(r, argc, argv);
	if (ret >= 0)
		goto out_free;
	signals_catch();
	r->fd = devnode_open(r->device, &why);
	if (r->fd < 0) {
		complain("%s", why.text);
		ret = EXIT_COULD_NOT_RUN;
		goto out_free;
	}
	ret = run(r);
	close(r->fd);
	statistics_free(&r->snapshots[0]);
	statistics_free(&r->snapshots[1]);
out_free:
	free(r);
	return ret;
}
