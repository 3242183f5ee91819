// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chooses connections to be drawn: those that were seen from the beginning to
 * the end before others, and of these the latest.
 */
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "ladder/choice.h"

/* How long the first record of the other end may come after the last of this. */
#define PEER_LATE_NS NS_PER_S

/* From the best on. */
enum rank {
	RANK_WHOLE,
	RANK_COMPLETE,
	RANK_OPEN,
	RANKS,
};

struct choosing {
	const struct ends *ends;
	struct ladder_choice *choice;
	enum rank rank;
};

static bool is_after(const struct end *a, const struct end *b)
{
	uint64_t a_ns = end_last_ns(a), b_ns = end_last_ns(b);

	return a_ns != b_ns ? a_ns > b_ns : a->cookie > b->cookie;
}

/* Return: whether this end stands for its connection: one of two does. */
static bool take(const struct ends *ends, struct end *end,
		 struct ladder_candidate *candidate)
{
	struct end *peer;

	candidate->end = end;
	candidate->pairing = ends_peer(ends, end, &peer);
	candidate->peer = peer;
	return !peer || !peer->chosen || is_after(end, peer);
}

static enum rank rank_of(const struct ladder_candidate *c)
{
	if (!end_is_complete(c->end) || (c->peer && !end_is_complete(c->peer)))
		return RANK_OPEN;
	return end_is_whole(c->end) && (!c->peer || end_is_whole(c->peer)) ?
		       RANK_WHOLE :
		       RANK_COMPLETE;
}

static bool choose(void *context, struct end *end)
{
	struct choosing *choosing = context;
	struct ladder_choice *choice = choosing->choice;
	struct ladder_candidate candidate;

	if (!take(choosing->ends, end, &candidate) ||
	    rank_of(&candidate) != choosing->rank)
		return true;
	choice->total++;
	if (choice->count < choice->wanted)
		choice->chosen[choice->count++] = candidate;
	else if (choice->other_count < ARRAY_SIZE(choice->others))
		choice->others[choice->other_count++] = candidate;
	return true;
}

/**
 * ladder_choose() - choose
 * @choice: result; @wanted is set
 * @ends: all that were seen
 */
void ladder_choose(struct ladder_choice *choice, const struct ends *ends)
{
	struct choosing choosing = { .ends = ends, .choice = choice };

	choice->count = 0;
	choice->other_count = 0;
	choice->total = 0;
	for (choosing.rank = 0; choosing.rank < RANKS; choosing.rank++)
		ends_walk(ends, choose, &choosing);
}

struct counting {
	const struct ends *ends;
	bool whole;
	uint64_t now_ns;
	uint64_t *again_ns;
	unsigned int enough;
	unsigned int count;
};

static bool count(void *context, struct end *end)
{
	struct counting *c = context;
	struct ladder_candidate candidate;
	enum rank rank;
	uint64_t sure_ns;

	if (!end_is_complete(end) || !take(c->ends, end, &candidate))
		return true;
	rank = rank_of(&candidate);
	if (rank == RANK_OPEN || (c->whole && rank != RANK_WHOLE))
		return true;
	sure_ns = end_last_ns(end) + PEER_LATE_NS;
	if (!candidate.peer && sure_ns > c->now_ns) {
		if (sure_ns < *c->again_ns)
			*c->again_ns = sure_ns;
		return true;
	}
	return ++c->count < c->enough;
}

/**
 * ladder_count_ended() - how many connections are over, both ends of them
 * @ends: all that were seen
 * @whole: count only those that were seen from the beginning
 * @now_ns: CLOCK_MONOTONIC
 * @again_ns: lowered to when it is to be asked again, if it is too early to say
 *	that an end is the only one
 * @enough: stop counting there
 */
unsigned int ladder_count_ended(const struct ends *ends, bool whole,
				uint64_t now_ns, uint64_t *again_ns,
				unsigned int enough)
{
	struct counting counting = {
		.ends = ends,
		.whole = whole,
		.now_ns = now_ns,
		.again_ns = again_ns,
		.enough = enough,
	};

	ends_walk(ends, count, &counting);
	return counting.count;
}
