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
 * enum finding_kind - kinds of findings
 * @FINDING_TRANSITION: a transition that the model does not have
 * @FINDING_IMPOSSIBLE: one that the RFC has and Linux never makes
 * @FINDING_STATE: it left a state that the connection was not in
 * @FINDING_GAP: transitions of a connection are missing
 * @FINDING_AGAIN: a transition came again, or after later ones
 * @FINDING_INDEX: a transition has a number that it can't have
 * @FINDING_AFTER_END: a connection goes on after its end
 * @FINDING_HAND_OVER: socket and mini-socket contradict each other
 * @FINDING_TIME: dwell or age contradict the times of the records
 * @FINDING_CLOSER: who closed first contradicts the states gone through
 * @FINDING_REARMS: the number of re-arms contradicts those seen
 * @FINDING_ADDRESS: the connection's addresses or ports changed
 * @FINDING_MARK: marks that can't be
 * @FINDING_COOKIE: the cookie is missing, or that of another connection
 * @FINDING_RST: a RST that the model does not have
 * @FINDING_DROP: a drop by a listener that the model does not have
 * @FINDING_FAILED_CALL: a failed call that the model does not have
 * @FINDING_SESSION: a transition of an MPTCP session that MPTCP does not have
 * @FINDING_STREAM: the first of the kinds of &enum event_flaw
 * @FINDING_KINDS: number of kinds
 */
enum finding_kind {
	FINDING_TRANSITION,
	FINDING_IMPOSSIBLE,
	FINDING_STATE,
	FINDING_GAP,
	FINDING_AGAIN,
	FINDING_INDEX,
	FINDING_AFTER_END,
	FINDING_HAND_OVER,
	FINDING_TIME,
	FINDING_CLOSER,
	FINDING_REARMS,
	FINDING_ADDRESS,
	FINDING_MARK,
	FINDING_COOKIE,
	FINDING_RST,
	FINDING_DROP,
	FINDING_FAILED_CALL,
	FINDING_SESSION,
	FINDING_STREAM,
	FINDING_KINDS = FINDING_STREAM + EVENT_FLAWS,
};

/**
 * struct finding - one finding
 * @kind: its kind
 * @record: it is about one record: @cpu is known; and so is @seq, except that a
 *	marker's is %EVENT_UNKNOWN
 * @transition: it is about a transition
 * @session: likewise of an MPTCP session
 * @drop: it is about a drop by a listener
 * @rst: it is about a RST, in the state @old; if none of these, only @realtime_ns, @ts_ns, @cpu,
 *	@seq and @what count, and @cookie and @netns_inode if they are not 0
 * @realtime_ns: as in &struct event, and all others likewise
 * @netns_name: may be cut
 * @what: what is wrong, one phrase
 */
struct finding {
	enum finding_kind kind;
	bool record;
	bool transition;
	bool session;
	bool rst;
	bool drop;
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
 * struct findings - all findings of one kind
 * @count: number of findings
 * @kept: number of them in @examples
 * @examples: the first of them
 */
struct findings {
	uint64_t count;
	unsigned int kept;
	struct finding examples[FINDING_EXAMPLES];
};

void finding_of_event(struct finding *f, enum finding_kind kind,
		      const struct event *e);
void findings_add(struct findings *to, const struct finding *f);
void findings_move(struct findings *to, struct findings *from);

const char *finding_name(enum finding_kind kind);
const char *finding_text(enum finding_kind kind);

#endif /* TCPCLOSE_CHECK_FINDING_H */
