/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gaps in connections' histories, and whether loss explains them.
 */
#ifndef TCPCLOSE_CHECK_GAPS_H
#define TCPCLOSE_CHECK_GAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "check/finding.h"

/**
 * struct gaps_pending - gaps that loss on a CPU, or on an older one, may explain
 * @findings: the gaps
 * @cpu: the CPU
 * @newer: those of the next CPU in the list that has any
 * @older: those of the one before
 */
struct gaps_pending {
	struct findings findings;
	uint32_t cpu;
	struct gaps_pending *newer;
	struct gaps_pending *older;
};

/**
 * struct gaps_cpu - a CPU, in a list by the time of the latest record
 * @newer: the next one, with a later record; itself: none
 * @older: the one before, with an earlier record; itself: none
 * @place: grows along the list
 * @known: it is in the list
 * @pending: gaps found after its latest record and before that of @newer; NULL: none
 */
struct gaps_cpu {
	uint32_t newer;
	uint32_t older;
	int64_t place;
	bool known;
	struct gaps_pending *pending;
};

/**
 * struct gaps - all gaps
 * @cpus: by number
 * @cpu_count: size of @cpus
 * @newest: CPU with the latest record
 * @oldest: CPU without a record for longest
 * @any: there is a CPU in the list
 * @pending: gaps of the newest CPU that has any; NULL: none
 * @lost: loss was reported
 * @lost_ns: time of the last record before which loss was reported
 * @explained: gaps that loss explains
 * @unexplained: gaps that no loss explains
 */
struct gaps {
	struct gaps_cpu *cpus;
	unsigned int cpu_count;
	uint32_t newest;
	uint32_t oldest;
	bool any;
	struct gaps_pending *pending;
	bool lost;
	uint64_t lost_ns;
	struct findings explained;
	struct findings unexplained;
};

int gaps_record(struct gaps *g, uint32_t cpu);
int gaps_expect(struct gaps *g, uint32_t cpu);
int gaps_loss(struct gaps *g, uint32_t cpu, uint64_t ts_ns);
int gaps_add(struct gaps *g, const struct finding *f, uint64_t from_ns);
void gaps_finish(struct gaps *g);
void gaps_free(struct gaps *g);

#endif /* TCPCLOSE_CHECK_GAPS_H */
