// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chooses connections to be drawn: the latest first, but those that were seen
 * from beginning to end before all others.
 */
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "ladder/choice.h"

/* How often a busy machine's connections are counted, nanoseconds. */
#define LOOK_NS (50 * NS_PER_MS)

/* Most time from the last record of one side to the first of the other. */
#define PEER_LATE_NS NS_PER_S

/* The best first. */
enum rank {
	RANK_WHOLE,
	RANK_COMPLETE,
	RANK_OPEN,
	RANKS,
};

struct choosing {
	const struct sides *sides;
	struct choice *choice;
	enum rank rank;
};

static bool is_after(const struct side *a, const struct side *b)
{
	uint64_t a_ns = side_last_ns(a), b_ns = side_last_ns(b);

	return a_ns != b_ns ? a_ns > b_ns : a->cookie > b->cookie;
}

/* Return: whether this side represents its connection: one of two does. */
static bool take(const struct sides *sides, struct side *side,
		 struct choice_candidate *candidate)
{
	struct side *peer;

	candidate->side = side;
	candidate->pairing = sides_peer(sides, side, &peer);
	candidate->peer = peer;
	return !peer || !peer->chosen || is_after(side, peer);
}

static bool is_over(const struct side *side, bool early)
{
	return side_is_complete(side) || (early && side_closed_ns(side) != UINT64_MAX);
}

static enum rank rank_of(const struct choice_candidate *c, bool early)
{
	if (!is_over(c->side, early) || (c->peer && !is_over(c->peer, early)))
		return RANK_OPEN;
	return side_is_whole(c->side) && (!c->peer || side_is_whole(c->peer)) ?
		       RANK_WHOLE :
		       RANK_COMPLETE;
}

static bool choose(void *context, struct side *side)
{
	struct choosing *choosing = context;
	struct choice *choice = choosing->choice;
	struct choice_candidate candidate;

	if (!take(choosing->sides, side, &candidate) ||
	    rank_of(&candidate, choice->early) != choosing->rank)
		return true;
	choice->total++;
	candidate.obstacle = sides_obstacle(side);
	if (choice->count < choice->wanted)
		choice->chosen[choice->count++] = candidate;
	else if (choice->other_count < ARRAY_SIZE(choice->others))
		choice->others[choice->other_count++] = candidate;
	return true;
}

/**
 * choice_make() - choose connections
 * @choice: result; @wanted is set
 * @sides: all that were seen
 */
void choice_make(struct choice *choice, const struct sides *sides)
{
	struct choosing choosing = { .sides = sides, .choice = choice };

	choice->count = 0;
	choice->other_count = 0;
	choice->total = 0;
	for (choosing.rank = 0; choosing.rank < RANKS; choosing.rank++)
		sides_walk(sides, choose, &choosing);
}

struct counting {
	const struct sides *sides;
	bool whole;
	uint64_t now_ns;
	uint64_t *again_ns;
	uint64_t enough;
	uint64_t count;
};

static bool count(void *context, struct side *side)
{
	struct counting *c = context;
	struct choice_candidate candidate;
	enum rank rank;
	uint64_t sure_ns;

	if (!side_is_complete(side) || !take(c->sides, side, &candidate))
		return true;
	rank = rank_of(&candidate, false);
	if (rank == RANK_OPEN || (c->whole && rank != RANK_WHOLE))
		return true;
	sure_ns = side_last_ns(side) + PEER_LATE_NS;
	if (!candidate.peer && sure_ns > c->now_ns) {
		if (sure_ns < *c->again_ns)
			*c->again_ns = sure_ns;
		return true;
	}
	return ++c->count < c->enough;
}

/**
 * choice_is_enough() - whether as many connections have ended as are wanted
 * @choice: @wanted is set
 * @sides: all that were seen
 * @whole: count only those that were seen from the beginning
 * @now_ns: CLOCK_MONOTONIC
 * @again_ns: set to when to ask again, even if nothing happens meanwhile;
 *	UINT64_MAX: no need to
 */
bool choice_is_enough(struct choice *choice, const struct sides *sides,
		      bool whole, uint64_t now_ns, uint64_t *again_ns)
{
	struct counting counting = {
		.sides = sides,
		.whole = whole,
		.now_ns = now_ns,
		.again_ns = again_ns,
		.enough = choice->wanted,
	};

	if (now_ns < choice->look_ns) {
		*again_ns = choice->look_ns;
		return false;
	}
	choice->look_ns = now_ns + LOOK_NS;
	*again_ns = UINT64_MAX;
	sides_walk(sides, count, &counting);
	return counting.count == choice->wanted;
}
