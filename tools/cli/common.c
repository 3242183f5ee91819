// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options that commands have in common: where events come from, which are
 * wanted, for how long, how often something is reported.
 */
#include <errno.h>

#include "cli/command.h"
#include "cli/common.h"
#include "cli/run.h"

const struct option_spec common_help[] = {
	{ .name = "help", .letter = 'h', .help = "show this help" },
	OPTION_END,
};

const struct option_spec common_live[] = {
	OPTION_FLAG("all",
		    "begin with what the module still holds, not with now",
		    struct session, all),
	OPTION("device", "PATH", "read this device instead of " TCPCLOSE_DEVICE,
	       option_string, struct session, device),
	OPTION("duration", "SECONDS", "end after this time; fractions are allowed",
	       option_seconds, struct session, duration_ns),
	OPTION_END,
};

const struct option_spec common_input[] = {
	OPTION("input", "FILE", "read a recording; - is standard input",
	       option_string, struct session, input),
	OPTION_END,
};

const struct option_spec common_reports[] = {
	OPTION("count", "N", "with --interval: end after N reports",
	       option_count, struct run, count),
	OPTION("device", "PATH", "ask this device instead of " TCPCLOSE_DEVICE,
	       option_string, struct run, session.device),
	OPTION("interval", "SECONDS", "repeat the report at this interval",
	       option_seconds, struct run, interval_ns),
	OPTION_END,
};

const struct option_spec common_followed[] = {
	OPTION("output", "FILE", "with COMMAND: write to FILE instead of standard error",
	       option_string, struct run, output),
	OPTION_FLAG("wait", "with COMMAND: go on until its last TIME_WAIT is over",
		    struct run, wait),
	OPTION_END,
};

/* Options are short forms of the words of the same name. */
static int set_word(const struct option_spec *spec, void *filter, const char *value,
		    struct error *expected)
{
	return filter_add_option(filter, spec->name, value, expected);
}

#define FILTER_OPTION(name_, arg_, help_) \
	{ \
		.name = name_, .arg = arg_, .help = help_, .set = set_word \
	}

const struct option_spec common_filter[] = {
	FILTER_OPTION("addr", "ADDR[/PREFIX]",
		      "only this address, at either end"),
	FILTER_OPTION("family", "FAMILY", "only inet (4) or inet6 (6)"),
	FILTER_OPTION("netns", "NETNS",
		      "only this namespace: name, inode, path or self"),
	FILTER_OPTION("pid", "PID", "only what this process made, holds or opened"),
	FILTER_OPTION("port", "PORT[-LAST]", "only this port, at either end"),
	FILTER_OPTION("state", "STATE[,STATE]", "only to or from this state"),
	OPTION_END,
};
