/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether closing is healthy: judges each connection that ended, each RST, drop and failed
 * call, and each socket that is there.
 */
#ifndef TCPCLOSE_ANSWER_WHY_H
#define TCPCLOSE_ANSWER_WHY_H

#include "answer/diagnosis.h"
#include "answer/inventory.h"
#include "answer/ports.h"

/* Subjects, places and tuples that are remembered. */
#define WHY_CROWDS 16384
#define WHY_ENDS 65536

/**
 * enum why_verdict - the answer
 * @WHY_HEALTHY: nothing is wrong
 * @WHY_TROUBLE: something is
 * @WHY_CANNOT_TELL: nothing was found, but not all could be seen
 */
enum why_verdict {
	WHY_HEALTHY,
	WHY_TROUBLE,
	WHY_CANNOT_TELL,
};

/**
 * struct why - what was judged; zeroed by why_init()
 * @found: what was found
 * @begin_ns: what was before is no trouble of now; 0: all counts
 * @crowds: connections by subject
 * @places: destinations, and when one was reached
 * @ends: how connections ended, by their addresses and ports
 * @totals: number of what was found, by &enum diagnosis_id
 * @connections: how many ended
 * @graceful: how many of these by both FINs
 * @sockets: how many are there
 * @first_ns: time of the first record
 * @last_ns: time of the latest one
 * @lost: records that are missing
 * @blind: not all sockets and processes could be looked at
 * @left_out: RSTs, drops and failed calls without a record
 */
struct why {
	struct diagnoses found;
	uint64_t begin_ns;
	struct recent crowds;
	struct recent places;
	struct recent ends;
	uint64_t totals[DIAGNOSES];
	uint64_t connections;
	uint64_t graceful;
	uint64_t sockets;
	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t lost;
	uint64_t left_out;
	bool blind;
};

void why_init(struct why *w);
int why_event(struct why *w, const struct event *e);
int why_conn(struct why *w, const struct conn *c);
int why_inventory(struct why *w, const struct inventory *inv, const struct filter *filter);
int why_ports(struct why *w, const struct ports *p);
int why_conclude(struct why *w);
enum why_verdict why_verdict(const struct why *w);
void why_free(struct why *w);

#endif /* TCPCLOSE_ANSWER_WHY_H */
