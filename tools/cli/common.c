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

/* Return: @ret of filter_add_*(), with @expected set if it failed. */
static int added(int ret, struct error *expected, const char *what)
{
	if (ret == -E2BIG)
		what = "no more than 64 of this kind";
	return ret ? error_set(expected, ret, "%s", what) : 0;
}

static int set_addr(const struct option_spec *spec, void *filter,
		    const char *value, struct error *expected)
{
	return added(filter_add_addr(filter, value), expected,
		     "an address such as 192.0.2.1, 2001:db8::1 or 192.0.2.0/24");
}

static int set_family(const struct option_spec *spec, void *filter,
		      const char *value, struct error *expected)
{
	return added(filter_add_family(filter, value), expected,
		     "inet, inet6, 4 or 6");
}

static int set_netns(const struct option_spec *spec, void *filter,
		     const char *value, struct error *expected)
{
	int ret = filter_add_netns(filter, value);

	return added(ret, expected,
		     ret == -EPERM ?
			     "the inode of a network namespace, or a name if you are root" :
			     "self, a name or inode, or the path of a network namespace");
}

static int set_pid(const struct option_spec *spec, void *filter,
		   const char *value, struct error *expected)
{
	return added(filter_add_pid(filter, value), expected,
		     "a process number");
}

static int set_port(const struct option_spec *spec, void *filter,
		    const char *value, struct error *expected)
{
	return added(filter_add_port(filter, value), expected,
		     "a port, 1 to 65535, or a range such as 8000-8999");
}

static int set_states(const struct option_spec *spec, void *filter,
		      const char *value, struct error *expected)
{
	return added(filter_add_states(filter, value), expected,
		     "states such as TIME_WAIT or FIN_WAIT1,FIN_WAIT2");
}

#define FILTER_OPTION(name_, arg_, help_, set_) \
	{ .name = name_, .arg = arg_, .help = help_, .set = set_ }

const struct option_spec common_filter[] = {
	FILTER_OPTION("addr", "ADDR[/PREFIX]",
		      "only this address, at either end", set_addr),
	FILTER_OPTION("family", "FAMILY", "only inet (4) or inet6 (6)",
		      set_family),
	FILTER_OPTION("netns", "NETNS",
		      "only this namespace: name, inode, path or self",
		      set_netns),
	FILTER_OPTION("pid", "PID", "only what this process did itself",
		      set_pid),
	FILTER_OPTION("port", "PORT[-LAST]", "only this port, at either end",
		      set_port),
	FILTER_OPTION("state", "STATE[,STATE]", "only to or from this state",
		      set_states),
	OPTION_END,
};
