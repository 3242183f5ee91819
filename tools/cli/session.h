/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stream of events as a command reads it: where they come from, which are
 * wanted, for how long, and what went missing.
 */
#ifndef TCPCLOSE_CLI_SESSION_H
#define TCPCLOSE_CLI_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/companion.h"
#include "lib/decoder.h"
#include "lib/event.h"
#include "lib/filter.h"
#include "lib/source.h"

/**
 * struct session - where events come from
 * @source: the source; NULL until session_open()
 * @decoder: makes events of its records
 * @filter: which are wanted
 * @device: name of the device
 * @input: name of the recording; NULL: the device
 * @duration_ns: time to run; 0: no limit
 * @end_ns: events after this time are not wanted; UINT64_MAX: no limit
 * @wake_ns: set by a command: its idle() is called then, even if nothing
 *	happens; UINT64_MAX: never
 * @read_ns: of the events until then, all that were recorded have been read
 * @companion: command that the session goes along with; only its connections are wanted,
 *	in addition to @filter; NULL: none
 * @all: begin with the oldest record
 * @filtered: @filter does not want all
 * @owners: &struct session_calls.owners, set before session_open(), or @filter needs them
 */
struct session {
	struct source *source;
	struct decoder decoder;
	struct filter filter;
	const char *device;
	const char *input;
	uint64_t duration_ns;
	uint64_t end_ns;
	uint64_t wake_ns;
	uint64_t read_ns;
	struct companion *companion;
	bool all;
	bool filtered;
	bool owners;
};

/**
 * struct session_calls - what a command does with events; it has one of @event,
 * @every and @raw
 * @event: gets each event that is wanted, and each loss; returns 0 to go on, 1
 *	to end, or -errno
 * @every: gets each event of any kind, wanted or not; returns likewise
 * @raw: gets records as they are, several at a time, wanted or not; returns
 *	likewise
 * @rsts: @event or @every gets RSTs, too, and numbers of those left out
 * @others: likewise drops by listeners, failed calls, and transitions of MPTCP sessions
 * @owners: transitions have the process that they belong to, where it is known; if
 *	they are live, it is looked for
 * @unfiltered: @event gets events that are not wanted as well
 * @idle: called when there is nothing to read for now: a place to show what
 *	there is; returns 0 or -errno; NULL: nothing to do
 */
struct session_calls {
	int (*event)(void *context, const struct event *e);
	int (*every)(void *context, const struct event *e);
	int (*raw)(void *context, const struct recording_marker *raw,
		   size_t count);
	bool rsts;
	bool others;
	bool owners;
	bool unfiltered;
	int (*idle)(void *context);
};

void session_init(struct session *s);
const char *session_check(const struct session *s);
int session_open(struct session *s);
int session_run(struct session *s, const struct session_calls *calls,
		void *context);
void session_report_damage(const struct session *s);
int session_balance(const struct session *s);
void session_close(struct session *s);
const char *session_name(const struct session *s);

#endif /* TCPCLOSE_CLI_SESSION_H */
