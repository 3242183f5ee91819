/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One side while its ladder is built; for inclusion in ladder/ only.
 */
#ifndef TCPCLOSE_LADDER_HALF_H
#define TCPCLOSE_LADDER_HALF_H

#include "ladder/ladder.h"

/**
 * struct half - one side while the ladder is built
 * @side: the side
 * @steps: its transitions; behind them, RSTs that belong to none
 * @count: number of transitions
 * @total: with RSTs
 * @order: numbers of @steps, each after those before it
 * @at: number of each in the ladder, or %LADDER_NONE
 */
struct half {
	const struct side *side;
	struct ladder_step steps[LADDER_HALF_MAX];
	int count;
	int total;
	int order[LADDER_HALF_MAX];
	int at[LADDER_HALF_MAX];
};

void half_init(struct half *half, struct ladder *ladder,
	       enum ladder_column column, uint64_t recorded_ns);
unsigned int half_bits(const struct half *half, int i);

#endif /* TCPCLOSE_LADDER_HALF_H */
