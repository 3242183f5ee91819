/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the commands that read events have in common: where the events come
 * from, which are wanted, for how long, and what went missing.
 */
#ifndef TCPCLOSE_CLI_SESSION_H
#define TCPCLOSE_CLI_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/command.h"
#include "cli/options.h"
#include "lib/event.h"
#include "lib/filter.h"
#include "lib/source.h"

/* Ids of the options below; a command's own are smaller. */
enum session_option {
	SESSION_ADDR = 1000,
	SESSION_ALL,
	SESSION_DEVICE,
	SESSION_DURATION,
	SESSION_FAMILY,
	SESSION_HELP,
	SESSION_INPUT,
	SESSION_NETNS,
	SESSION_PID,
	SESSION_PORT,
	SESSION_STATE,
};

/* Entries of a command's table of options; tables are in alphabetical order. */
#define SESSION_SPEC_ADDR                                 \
	{ "addr", 0, SESSION_ADDR, "ADDR[/PREFIX]",       \
	  "only this address, at either end" }
#define SESSION_SPEC_ALL                                  \
	{ "all", 0, SESSION_ALL, NULL,                    \
	  "begin with what the module still holds, not with now" }
#define SESSION_SPEC_DEVICE                               \
	{ "device", 0, SESSION_DEVICE, "PATH",            \
	  "read this device instead of " TCPCLOSE_DEVICE }
#define SESSION_SPEC_DURATION                             \
	{ "duration", 0, SESSION_DURATION, "SECONDS",     \
	  "end after that time; fractions are fine" }
#define SESSION_SPEC_FAMILY                               \
	{ "family", 0, SESSION_FAMILY, "FAMILY",          \
	  "only inet (4) or inet6 (6)" }
#define SESSION_SPEC_HELP { "help", 'h', SESSION_HELP, NULL, "show this help" }
#define SESSION_SPEC_INPUT                                \
	{ "input", 0, SESSION_INPUT, "FILE",              \
	  "read a recording; - is standard input" }
#define SESSION_SPEC_NETNS                                \
	{ "netns", 0, SESSION_NETNS, "NETNS",             \
	  "only this namespace: name, inode, path or self" }
#define SESSION_SPEC_PID                                  \
	{ "pid", 0, SESSION_PID, "PID",                   \
	  "only what this process did itself" }
#define SESSION_SPEC_PORT                                 \
	{ "port", 0, SESSION_PORT, "PORT[-LAST]",         \
	  "only this port, at either end" }
#define SESSION_SPEC_STATE                                \
	{ "state", 0, SESSION_STATE, "STATE[,STATE]",     \
	  "only to or from this state" }
#define SESSION_SPEC_END { NULL, 0, 0, NULL, NULL }

/**
 * struct session - one run of a command over events
 * @tool: the run
 * @source: where events come from; NULL until session_open()
 * @filter: which are wanted
 * @device: name of the device
 * @input: name of the recording; NULL: the device
 * @duration_ns: time to run; 0: no limit
 * @end_ns: events after this time are not wanted; UINT64_MAX: no limit
 * @wake_ns: a command's wish: @idle is called then, whether or not anything
 *	happens; UINT64_MAX: none
 * @all: begin with the oldest record
 * @filtered: @filter does not want all
 */
struct session {
	struct tool *tool;
	struct source *source;
	struct filter filter;
	const char *device;
	const char *input;
	uint64_t duration_ns;
	uint64_t end_ns;
	uint64_t wake_ns;
	bool all;
	bool filtered;
};

/**
 * struct session_calls - what a command does with events
 * @event: gets each event that is wanted, and each loss; returns 1 to go on, 0
 *	to end, or -errno
 * @every: instead of @event: gets each event of any kind, whether the filter
 *	wants it or not; returns likewise
 * @raw: instead of @event: gets records as they are, whether wanted or not,
 *	some at a time; returns likewise
 * @idle: nothing more to read for now: a place to show what there is; returns 0
 *	or -errno; NULL: nothing to do
 */
struct session_calls {
	int (*event)(void *context, const struct event *e);
	int (*every)(void *context, const struct event *e);
	int (*raw)(void *context, const struct recording_marker *raw,
		   size_t count);
	int (*idle)(void *context);
};

void session_init(struct session *s, struct tool *tool);
int session_take_option(struct session *s, struct options *o, int id);
int session_check_options(struct session *s);
int session_open(struct session *s);
int session_run(struct session *s, const struct session_calls *calls,
		void *context);
int session_balance(struct session *s);
int session_finish(struct session *s, int error, int output_error);
const char *session_name(const struct session *s);

#endif /* TCPCLOSE_CLI_SESSION_H */
