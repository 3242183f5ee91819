/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the records of a CPU are in order: numbered without gaps, none of
 * them twice, details with their transition.
 */
#ifndef TCPCLOSE_LIB_ORDER_H
#define TCPCLOSE_LIB_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/event.h"
#include "lib/recording.h"

/* More flaws than one record can have. */
#define ORDER_FLAWS_MAX 8

/**
 * struct order_cpu - records of one CPU so far
 * @last_ns: time of its latest record
 * @reported: records reported as lost since its last record
 * @lost_until_ns: where losses were reported whose place is not known (one namespace),
 *	the latest time at which they can be
 * @next_seq: number that the next record has
 * @last_seq: number that the last record had
 * @started: it is known where its records begin
 * @any: there was a record
 * @has_detail: the last record was @detail
 * @skipped: the last record was of an unknown kind
 * @detail: belongs to the next record
 */
struct order_cpu {
	uint64_t last_ns;
	uint64_t reported;
	uint64_t lost_until_ns;
	uint32_t next_seq;
	uint32_t last_seq;
	bool started;
	bool any;
	bool has_detail;
	bool skipped;
	struct tcpclose_detail detail;
};

/**
 * struct order_flaws - what is wrong with one record
 * @count: number of flaws
 * @what: each of them
 * @lost: number of records that each concerns
 */
struct order_flaws {
	unsigned int count;
	enum event_flaw what[ORDER_FLAWS_MAX];
	uint64_t lost[ORDER_FLAWS_MAX];
};

void order_check(struct order_cpu *cpu, bool whole,
		 const struct recording_marker *raw,
		 struct order_flaws *flaws);

#endif /* TCPCLOSE_LIB_ORDER_H */
