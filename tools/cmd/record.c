// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose record: writes the device's records to a file, as they are.
 *
 * Knows when to stop and when to write; knows no member of a record but its
 * kind.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/complain.h"
#include "base/parse.h"
#include "cli/session.h"

enum {
	OPT_COUNT = 1,
	OPT_FORCE,
};

static const struct option_spec specs[] = {
	SESSION_SPEC_ALL,
	{ "count", 0, OPT_COUNT, "N", "end after N transitions" },
	SESSION_SPEC_DEVICE,
	SESSION_SPEC_DURATION,
	{ "force", 0, OPT_FORCE, NULL, "replace FILE if it exists" },
	SESSION_SPEC_HELP,
	SESSION_SPEC_END,
};

/**
 * struct record - one run of the command
 * @session: the device
 * @path: name of the file
 * @count: transitions to write at most; 0: no limit
 * @transitions: transitions written
 * @lost: records that were lost meanwhile
 * @force: replace an existing file
 * @file: what is to be written
 */
struct record {
	struct session session;
	const char *path;
	uint64_t count;
	uint64_t transitions;
	uint64_t lost;
	bool force;
	struct buffer file;
};

static int take_option(struct record *r, struct options *o, int id)
{
	switch (id) {
	case OPT_COUNT:
		if (parse_u64(o->value, 1, UINT64_MAX, &r->count))
			return options_bad_value(o, "a whole number above 0");
		return 0;
	case OPT_FORCE:
		r->force = true;
		return 0;
	case OPTION_OPERAND:
		if (r->path) {
			snprintf(o->error, sizeof(o->error),
				 "one FILE is enough, not %.80s too", o->value);
			return OPTION_ERROR;
		}
		r->path = o->value;
		return 0;
	default:
		return session_take_option(&r->session, o, id);
	}
}

/* Return: an exit status, or -1 to go on. */
static int take_options(struct record *r, int argc, char **argv)
{
	struct tool *tool = r->session.tool;
	struct options o;
	int id;

	options_init(&o, specs, argc, argv);
	while ((id = options_next(&o)) != OPTION_END) {
		if (id == SESSION_HELP)
			return tool_help(tool, specs);
		if (id == OPTION_ERROR || take_option(r, &o, id))
			return tool_usage_error(tool, o.error);
	}
	if (!r->path)
		return tool_usage_error(tool, "FILE is missing");
	if (!strcmp(r->path, "-") && isatty(STDOUT_FILENO))
		return tool_usage_error(tool, "no recording to a terminal");
	return -1;
}

/* Note what comes; return how many of @raw there are up to the last wanted one. */
static size_t note(struct record *r, const struct recording_marker *raw,
		   size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (raw[i].kind == RECORDING_KIND_LOST)
			r->lost += raw[i].value;
		if (raw[i].kind == TCPCLOSE_KIND_TRANSITION &&
		    ++r->transitions == r->count)
			return i + 1;
	}
	return count;
}

static int add(void *context, const struct recording_marker *raw, size_t count)
{
	struct record *r = context;

	count = note(r, raw, count);
	buffer_write(&r->file, raw, count * sizeof(*raw));
	if (r->file.error)
		return 0;
	return !r->count || r->transitions < r->count;
}

/* Whatever happens to us now, the file holds all that was read. */
static int flush(void *context)
{
	struct record *r = context;

	return buffer_flush(&r->file);
}

static const struct session_calls calls = { .raw = add, .idle = flush };

static int finish(struct record *r, int error)
{
	static const char ends_early[] =
		"the recording ends early, but all before is whole";
	int ret = buffer_flush(&r->file);

	if (close(r->file.fd) && !ret)
		ret = -errno;
	if (ret)
		complain("%s: cannot be written: %s: %s", r->path,
			 strerror(-ret), ends_early);
	else if (error)
		complain("%s: cannot be read: %s: %s", session_name(&r->session),
			 strerror(-error), ends_early);
	if (ret || error)
		return EXIT_COULD_NOT_RUN;
	complain("%s: %llu transition%s recorded, %llu record%s lost",
		 r->path, (unsigned long long)r->transitions,
		 r->transitions == 1 ? "" : "s",
		 (unsigned long long)r->lost,
		 r->lost == 1 ? "" : "s");
	return EXIT_CLEAN;
}

/* The device first: without one, no empty file is left behind. */
static int open_both(struct record *r)
{
	struct session *s = &r->session;
	struct error why;
	int fd;

	if (session_open(s))
		return -1;
	fd = recording_create(r->path, r->force, &why);
	if (fd < 0) {
		complain("%s", why.text);
		source_close(s->source);
		return -1;
	}
	buffer_init(&r->file, fd);
	buffer_add(&r->file, source_header(s->source),
		   sizeof(struct recording_header));
	return 0;
}

int cmd_record(struct tool *tool, int argc, char **argv)
{
	struct record *r = calloc(1, sizeof(*r));
	int ret;

	if (!r) {
		complain("out of memory");
		return EXIT_COULD_NOT_RUN;
	}
	session_init(&r->session, tool);
	ret = take_options(r, argc, argv);
	if (ret >= 0)
		goto out_free;
	ret = EXIT_COULD_NOT_RUN;
	if (open_both(r))
		goto out_free;
	ret = finish(r, session_run(&r->session, &calls, r));
	if (ret == EXIT_CLEAN && session_balance(&r->session))
		ret = EXIT_COULD_NOT_RUN;
	source_close(r->session.source);
out_free:
	free(r);
	return ret;
}
