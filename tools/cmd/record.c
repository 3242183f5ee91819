// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose record: writes the device's records to a file, as they are.
 *
 * Knows when to stop and when to write; of a record, knows its kind only.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/complain.h"
#include "cmd/commands.h"

/**
 * struct record_run - one run of the command
 * @run: what all commands have; run.out is the file
 * @path: name of the file
 * @count: transitions to write at most; 0: no limit
 * @transitions: transitions written
 * @lost: records that were lost meanwhile
 * @force: replace an existing file
 */
struct record_run {
	struct run run;
	const char *path;
	uint64_t count;
	uint64_t transitions;
	uint64_t lost;
	bool force;
};

static const struct option_spec options[] = {
	OPTION("count", "N", "end after N transitions",
	       option_count, struct record_run, count),
	OPTION_FLAG("force", "replace FILE if it exists",
		    struct record_run, force),
	OPTION_END,
};

static int take_path(void *run, const char *text, struct error *why)
{
	struct record_run *r = run;

	if (r->path)
		return error_set(why, -EINVAL,
				 "more than one FILE: %.80s", text);
	r->path = text;
	return 0;
}

static const char *check(void *run)
{
	struct record_run *r = run;

	if (!r->path)
		return "FILE is missing";
	if (!strcmp(r->path, "-") && isatty(STDOUT_FILENO))
		return "standard output is a terminal: name a file, or redirect it";
	return NULL;
}

/* The device is open by then: without one, no empty file is left behind. */
static int create(void *run)
{
	struct record_run *r = run;
	int ret = run_create(&r->run, r->path, r->force);

	/* A slow disk must not lose records; without memory for that it may. */
	if (!ret)
		source_collect(&r->run.session.source, NULL);
	if (!ret)
		buffer_add(&r->run.out, source_header(r->run.session.source),
			   sizeof(struct recording_header));
	return ret;
}

/* Count; return how many of @raw there are up to the last wanted one. */
static size_t count_records(struct record_run *r,
			    const struct recording_marker *raw, size_t count)
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

static int add(void *run, const struct recording_marker *raw, size_t count)
{
	struct record_run *r = run;

	count = count_records(r, raw, count);
	buffer_write(&r->run.out, raw, count * sizeof(*raw));
	return r->run.out.error ||
	       (r->count && r->transitions >= r->count);
}

/* Should the machine stop now, the file holds all that was read. */
static int flush(void *run)
{
	struct record_run *r = run;

	return buffer_flush(&r->run.out);
}

static int status(void *run)
{
	struct record_run *r = run;

	complain("%s: %llu transition%s recorded, %llu record%s lost",
		 r->path, (unsigned long long)r->transitions,
		 r->transitions == 1 ? "" : "s", (unsigned long long)r->lost,
		 r->lost == 1 ? "" : "s");
	return EXIT_CLEAN;
}

const struct command record_command = {
	.name = "record",
	.operands = "FILE",
	.summary = "write transitions to a file for later",
	.takes = TAKES_LIVE,
	.options = options,
	.run_size = sizeof(struct record_run),
	.operand = take_path,
	.check = check,
	.work = run_events,
	.begin = create,
	.calls = { .raw = add, .owners = true, .idle = flush },
	.status = status,
	.if_cut = "the recording ends early, but is complete until then",
};
