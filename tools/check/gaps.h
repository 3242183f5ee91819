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
 * struct gaps_cpu - a CPU, in the order in which they were heard of last
 * @newer: the one heard of next after it; itself: none
 * @older: the one heard of last before it; itself: none
 * @known: it is in the order
 * @pending: gaps that came after its last record, and before that of @newer:
 *	loss on this CPU, or on one of those before it, may still explain them
 */
struct gaps_cpu {
	uint32_t newer;
	uint32_t older;
	bool known;
	struct findings *pending;
};

/**
 * struct gaps - all that were found
 * @cpus: by number
 * @cpu_count: size of @cpus
 * @newest: CPU heard of last
 * @oldest: CPU heard of longest ago
 * @any: there is a CPU in the order
 * @told_ns: time of the last record in front of which loss was told
 * @told: loss was told
 * @explained: gaps that loss explains
 * @unexplained: gaps that nothing explains
 */
struct gaps {
	struct gaps_cpu *cpus;
	unsigned int cpu_count;
	uint32_t newest;
	uint32_t oldest;
	bool any;
	bool told;
	uint64_t told_ns;
	struct findings explained;
	struct findings unexplained;
};

int gaps_heard(struct gaps *g, uint32_t cpu);
int gaps_expect(struct gaps *g, uint32_t cpu);
int gaps_told(struct gaps *g, uint32_t cpu, uint64_t ts_ns);
int gaps_add(struct gaps *g, const struct finding *f, uint64_t from_ns);
void gaps_finish(struct gaps *g);
void gaps_free(struct gaps *g);

#endif /* TCPCLOSE_CHECK_GAPS_H */
