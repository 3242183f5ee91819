/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of the connections that a user asked for are drawn.
 */
#ifndef TCPCLOSE_LADDER_CHOICE_H
#define TCPCLOSE_LADDER_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "conn/sides.h"

/* Most that can be drawn at once. */
#define CHOICE_MAX 64
/* Most that are named but not drawn. */
#define CHOICE_OTHERS 4

/**
 * struct choice_candidate - a connection that could be drawn
 * @side: one side of it
 * @peer: the other, or NULL
 * @pairing: how @peer was found, or why there is none
 * @obstacle: mini-socket that answered the SYN of @side, or NULL
 */
struct choice_candidate {
	const struct side *side;
	const struct side *peer;
	enum sides_pairing pairing;
	const struct side *obstacle;
};

/**
 * struct choice - connections that are drawn
 * @wanted: most that the user wants; up to %CHOICE_MAX
 * @chosen: the latest that are complete, or else the latest; the newest first
 * @count: size of @chosen
 * @others: the next ones, which are not drawn
 * @other_count: size of @others
 * @total: number of connections to choose from
 * @look_ns: when choice_is_enough() counts again
 * @early: chosen before each TIME_WAIT is over: who is in it counts as over
 * @recorded_ns: from when on each RST has a record, see &struct recorded
 */
struct choice {
	uint64_t wanted;
	struct choice_candidate chosen[CHOICE_MAX];
	unsigned int count;
	struct choice_candidate others[CHOICE_OTHERS];
	unsigned int other_count;
	uint64_t total;
	uint64_t look_ns;
	bool early;
	uint64_t recorded_ns;
};

void choice_make(struct choice *choice, const struct sides *sides);
bool choice_is_enough(struct choice *choice, const struct sides *sides,
		      bool whole, uint64_t now_ns, uint64_t *again_ns);

#endif /* TCPCLOSE_LADDER_CHOICE_H */
