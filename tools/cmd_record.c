// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose record: writes the device's records to a file, as they are.
 *
 * Knows when to stop and when to write; knows no member of a record but its
 * kind and time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buffer.h"
#include "clock.h"
#include "options.h"
#include "recording.h"
#include "signals.h"
#include "source.h"
#include "tool.h"

enum {
	OPT_ALL = 1,
	OPT_COUNT,
	OPT_DEVICE,
	OPT_DURATION,
	OPT_FORCE,
	OPT_HELP,
};

static const struct option_spec specs[] = {
	{ "all", 0, OPT_ALL, NULL,
	  "begin with what the module still holds, not with now" },
	{ "count", 0, OPT_COUNT, "N", "end after N transitions" },
	{ "device", 0, OPT_DEVICE, "PATH",
	  "read this device instead of " TCPCLOSE_DEVICE },
	{ "duration", 0, OPT_DURATION, "SECONDS",
	  "end after that time; fractions are fine" },
	{ "force", 0, OPT_FORCE, NULL, "replace FILE if it exists" },
	{ "help", 'h', OPT_HELP, NULL, "show this help" },
	{ NULL, 0, 0, NULL, NULL },
};

/**
 * struct record - one run of the command
 * @tool: the run
 * @source: the device
 * @device: its name
 * @path: name of the file
 * @count: transitions to write at most; 0: no limit
 * @duration_ns: time to run; 0: no limit
 * @end_ns: records after this time are not wanted; UINT64_MAX: no limit
 * @all: begin with the oldest record
 * @force: replace an existing file
 * @file: what is to be written
 */
struct record {
	struct tool *tool;
	struct source *source;
	const char *device;
	const char *path;
	uint64_t count;
	uint64_t duration_ns;
	uint64_t end_ns;
	bool all;
	bool force;
	struct buffer file;
};

static int take_option(struct record *r, struct options *o, int id)
{
	switch (id) {
	case OPT_ALL:
		r->all = true;
		break;
	case OPT_COUNT:
		if (parse_u64(o->value, 1, UINT64_MAX, &r->count))
			return options_bad_value(o, "a whole number above 0");
		break;
	case OPT_DEVICE:
		r->device = o->value;
		break;
	case OPT_DURATION:
		if (parse_seconds(o->value, &r->duration_ns))
			return options_bad_value(o,
						 "seconds, such as 10 or 0.5");
		break;
	case OPT_FORCE:
		r->force = true;
		break;
	case OPTION_OPERAND:
		if (r->path) {
			snprintf(o->error, sizeof(o->error),
				 "one FILE is enough, not %.80s too", o->value);
			return OPTION_ERROR;
		}
		r->path = o->value;
		break;
	}
	return 0;
}

/* Return: an exit status, or -1 to go on. */
static int take_options(struct record *r, int argc, char **argv)
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
	if (!r->path)
		return tool_usage_error(r->tool, "FILE is missing");
	if (!strcmp(r->path, "-") && isatty(STDOUT_FILENO))
		return tool_usage_error(r->tool, "no recording to a terminal");
	return -1;
}

/* Return: 1 if that was the last one, else 0. */
static int add(struct record *r, const struct recording_marker *raw)
{
	struct source_summary summary;

	buffer_add(&r->file, raw, sizeof(*raw));
	if (!r->count || raw->kind != TCPCLOSE_KIND_TRANSITION)
		return 0;
	source_summarize(r->source, &summary);
	return summary.transitions == r->count;
}

static int run(struct record *r)
{
	const struct recording_marker *raw;
	int ret;

	for (;;) {
		bool stopped = signals_stop();

		if (stopped && r->end_ns > monotonic_ns())
			r->end_ns = monotonic_ns();
		while ((ret = source_next_raw(r->source, &raw)) > 0) {
			if (raw->ts_ns > r->end_ns || add(r, raw))
				return 0;
			if (r->file.error)
				return 0;
			if (!stopped && signals_stop())
				break;
		}
		if (ret > 0)
			continue;
		if (ret != -EAGAIN)
			return ret;
		/* Whatever happens to us now, the file holds all that was read. */
		if (buffer_flush(&r->file) || stopped ||
		    monotonic_ns() >= r->end_ns)
			return 0;
		ret = source_wait(r->source, r->end_ns);
		if (ret && ret != -EINTR)
			return ret;
	}
}

static int finish(struct record *r, int error)
{
	static const char ends_early[] =
		"the recording ends early, but all before is whole";
	struct source_summary summary;
	int ret = buffer_flush(&r->file);

	if (close(r->file.fd) && !ret)
		ret = -errno;
	source_summarize(r->source, &summary);
	if (ret)
		tool_complain(r->tool, "%s: cannot be written: %s: %s", r->path,
			      strerror(-ret), ends_early);
	if (error)
		tool_complain(r->tool, "%s: cannot be read: %s: %s", r->device,
			      strerror(-error), ends_early);
	if (ret || error)
		return EXIT_COULD_NOT_RUN;
	tool_complain(r->tool,
		      "%s: %llu transition%s recorded, %llu record%s lost",
		      r->path, (unsigned long long)summary.transitions,
		      summary.transitions == 1 ? "" : "s",
		      (unsigned long long)summary.lost,
		      summary.lost == 1 ? "" : "s");
	return EXIT_CLEAN;
}

/* The device first: without one, no empty file is left behind. */
static int open_both(struct record *r)
{
	struct reason why;
	int fd;

	if (source_open_device(&r->source, r->device, r->all, &why))
		goto err;
	fd = recording_create(r->path, r->force, &why);
	if (fd < 0)
		goto err_source;
	buffer_init(&r->file, fd);
	buffer_add(&r->file, source_header(r->source),
		   sizeof(struct recording_header));
	return 0;

err_source:
	source_close(r->source);
err:
	tool_complain(r->tool, "%s", why.text);
	return -1;
}

int cmd_record(struct tool *tool, int argc, char **argv)
{
	struct record *r = calloc(1, sizeof(*r));
	int ret;

	if (!r) {
		tool_complain(tool, "out of memory");
		return EXIT_COULD_NOT_RUN;
	}
	r->tool = tool;
	r->device = TCPCLOSE_DEVICE;
	r->end_ns = UINT64_MAX;
	ret = take_options(r, argc, argv);
	if (ret >= 0)
		goto out_free;
	ret = EXIT_COULD_NOT_RUN;
	signals_catch();
	if (open_both(r))
		goto out_free;
	if (r->duration_ns)
		r->end_ns = monotonic_ns() + r->duration_ns;
	ret = finish(r, run(r));
	source_close(r->source);
out_free:
	free(r);
	return ret;
}
