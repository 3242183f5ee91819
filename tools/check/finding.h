/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings: what a check of the stream found to be wrong, with the record that
 * shows it.
 */
#ifndef TCPCLOSE_CHECK_FINDING_H
#define TCPCLOSE_CHECK_FINDING_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/event.h"

/* Examples that are kept of each kind. */
#define FINDING_EXAMPLES 5

/**
 * enum fault_kind - kinds of findings
 * @FAULT_TRANSITION: a transition that the model does not have
 * @FAULT_IMPOSSIBLE: one that the RFC has and Linux never makes
 * @FAULT_STATE: it left a state that the connection was not in
 * @FAULT_GAP: transitions of a connection are missing
 * @FAULT_AGAIN: a transition came again, or after later ones
 * @FAULT_INDEX: a transition has a number that it can't have
 * @FAULT_AFTER_END: a connection goes on after its end
 * @FAULT_HAND_OVER: socket and mini-socket contradict each other
 * @FAULT_TIME: dwell or age contradict the times of the records
 * @FAULT_CLOSER: who closed first contradicts the states gone through
 * @FAULT_REARMS: the number of re-arms contradicts those seen
 * @FAULT_ADDRESS: the connection's addresses or ports changed
 * @FAULT_MARK: marks that can't be
 * @FAULT_COOKIE: the cookie is missing
 * @FAULT_ORDER: times of different CPUs are far out of order
 * @FAULT_STREAM: the first of those that &enum event_flaw tells
 * @FAULTS: how many there are
 */
enum fault_kind {
	FAULT_TRANSITION,
	FAULT_IMPOSSIBLE,
	FAULT_STATE,
	FAULT_GAP,
	FAULT_AGAIN,
	FAULT_INDEX,
	FAULT_AFTER_END,
	FAULT_HAND_OVER,
	FAULT_TIME,
	FAULT_CLOSER,
	FAULT_REARMS,
	FAULT_ADDRESS,
	FAULT_MARK,
	FAULT_COOKIE,
	FAULT_ORDER,
	FAULT_STREAM,
	FAULTS = FAULT_STREAM + EVENT_FLAWS,
};

/**
 * struct finding - one of them
 * @fault: its kind
 * @transition: it is about a transition; else only @realtime_ns, @ts_ns, @cpu,
 *	@seq and @what count
 * @realtime_ns: as in &struct event, and all others likewise
 * @netns_name: may be cut
 * @what: what is wrong, one phrase
 */
struct finding {
	enum fault_kind fault;
	bool transition;
	bool ipv6;
	uint8_t old;
	uint8_t new;
	uint8_t origin;
	uint16_t index;
	uint16_t lport;
	uint16_t rport;
	uint32_t cpu;
	uint32_t netns_inode;
	uint64_t ts_ns;
	uint64_t realtime_ns;
	uint64_t seq;
	uint64_t cookie;
	uint8_t laddr[16];
	uint8_t raddr[16];
	char netns_name[32];
	char what[120];
};

/**
 * struct findings - those of one kind
 * @count: how many
 * @kept: how many of them are in @examples
 * @examples: the first of them
 */
struct findings {
	uint64_t count;
	unsigned int kept;
	struct finding examples[FINDING_EXAMPLES];
};

void finding_of_event(struct finding *f, enum fault_kind fault,
		      const struct event *e);
void findings_add(struct findings *to, const struct finding *f);
void findings_move(struct findings *to, struct findings *from);

const char *fault_name(enum fault_kind fault);
const char *fault_text(enum fault_kind fault);

#endif /* TCPCLOSE_CHECK_FINDING_H */
