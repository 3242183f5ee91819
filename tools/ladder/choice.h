/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of the connections that a user asked for are drawn.
 */
#ifndef TCPCLOSE_LADDER_CHOICE_H
#define TCPCLOSE_LADDER_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "conn/sides.h"

/* How many can be drawn at once. */
#define LADDER_CHOICE_MAX 64

/**
 * struct ladder_candidate - a connection that could be drawn
 * @end: one end of it
 * @peer: the other, or NULL
 * @pairing: why
 */
struct ladder_candidate {
	const struct end *end;
	const struct end *peer;
	enum ends_pairing pairing;
};

/**
 * struct ladder_choice - those that are drawn
 * @wanted: how many at most; at most %LADDER_CHOICE_MAX
 * @chosen: the latest that are complete, or else the latest; the newest first
 * @count: how many
 * @others: the next of them, which are not drawn
 * @other_count: how many of these
 * @total: how many there were to choose from
 */
struct ladder_choice {
	unsigned int wanted;
	struct ladder_candidate chosen[LADDER_CHOICE_MAX];
	unsigned int count;
	struct ladder_candidate others[4];
	unsigned int other_count;
	uint64_t total;
};

void ladder_choose(struct ladder_choice *choice, const struct ends *ends);
unsigned int ladder_count_ended(const struct ends *ends, bool whole,
				uint64_t now_ns, uint64_t *again_ns,
				unsigned int enough);

#endif /* TCPCLOSE_LADDER_CHOICE_H */
