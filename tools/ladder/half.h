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
 * @steps: its steps
 * @count: number of steps
 * @at: number of each in the ladder, or %LADDER_NONE
 */
struct half {
	const struct side *side;
	struct ladder_step steps[SIDE_STEPS_MAX];
	int count;
	int at[SIDE_STEPS_MAX];
};

void half_init(struct half *half, const struct side *side,
	       enum ladder_column column);
unsigned int half_bits(const struct half *half, int i);

#endif /* TCPCLOSE_LADDER_HALF_H */
