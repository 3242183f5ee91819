/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The check of a stream: each transition by the model, each connection by its
 * own history, each CPU by its numbers.
 */
#ifndef TCPCLOSE_CHECK_CHECK_H
#define TCPCLOSE_CHECK_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "check/finding.h"
#include "check/gaps.h"
#include "check/history.h"
#include "lib/event.h"
#include "lib/filter.h"
#include "model/model.h"

/**
 * struct check_illegal - transitions between two states that are no edge
 * @count: number of them
 * @why: what did not fit, of the first
 */
struct check_illegal {
	uint64_t count;
	const char *why;
};

/**
 * struct check_start - where a CPU's records begin
 * @known: the start marker was seen
 * @middle: there were records before, which are not in the stream
 * @seen: a record was seen
 */
struct check_start {
	bool known;
	bool middle;
	bool seen;
};

struct check_session;

/**
 * struct check - one check
 * @filter: what to count and to report on; NULL: all. Everything is followed
 * @wanted: the event at hand is to be counted
 * @transitions: transitions counted
 * @rsts: RSTs counted
 * @rsts_left_out: RSTs without a record, whether wanted or not
 * @drops: drops by listeners counted
 * @drops_left_out: likewise
 * @failed_calls: failed calls counted
 * @calls_left_out: failed calls without a record, whether wanted or not
 * @sessions: transitions of MPTCP sessions counted
 * @lost: records reported as lost
 * @first_ns: time of the first transition counted
 * @last_ns: time of the last one
 * @edges: how often each edge of the model was seen
 * @illegal: transitions that are no edge, by old and new state
 * @findings: what is wrong
 * @gaps: what is missing in connections' histories
 * @seen: connections seen
 * @ended: those of them whose end was seen
 * @open: those of them that were living at the end
 * @began_before: those of them that began before the stream did
 * @unopened: those of them whose opening was not recorded (scope=teardown)
 * @marked: those of them that are older than the module, or not tracked by it
 * @nameless: transitions without a cookie, which can't be followed
 * @forgot: gaps that may be due to connections that this check had to forget
 * @late: transitions that came after later ones of another CPU
 * @late_ns: by how much at most
 * @history: living connections
 * @session_places: MPTCP sessions; NULL: none yet
 * @distance: fewest transitions from the beginning of a life to each state
 * @starts: where each CPU's records begin
 * @start_count: size of @starts
 * @unseen: CPUs whose records begin in the middle, and none has come yet
 * @start_ns: when the reader began to read
 * @covered_ns: the first record of the last CPU that began in the middle
 * @newest_ns: the latest time so far
 */
struct check {
	const struct filter *filter;
	bool wanted;

	uint64_t transitions;
	uint64_t rsts;
	uint64_t rsts_left_out;
	uint64_t drops;
	uint64_t drops_left_out;
	uint64_t failed_calls;
	uint64_t calls_left_out;
	uint64_t sessions;
	uint64_t lost;
	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t edges[MODEL_EDGES_MAX];
	struct check_illegal illegal[TCPCLOSE_STATES][TCPCLOSE_STATES];
	struct findings findings[FINDING_KINDS];
	struct gaps gaps;

	uint64_t seen;
	uint64_t ended;
	uint64_t open;
	uint64_t began_before;
	uint64_t unopened;
	uint64_t marked;
	uint64_t nameless;
	uint64_t forgot;
	uint64_t late;
	uint64_t late_ns;

	struct history history;
	struct check_session *session_places;
	uint8_t distance[TCPCLOSE_STATES];
	struct check_start *starts;
	unsigned int start_count;
	unsigned int unseen;
	uint64_t start_ns;
	uint64_t covered_ns;
	uint64_t newest_ns;
};

int check_init(struct check *c, const struct filter *filter);
int check_event(struct check *c, const struct event *e);
int check_finish(struct check *c);
void check_free(struct check *c);
uint64_t check_finding_count(const struct check *c);

#endif /* TCPCLOSE_CHECK_CHECK_H */
