// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judges transitions by the table of states and edges.
 */
#include "model/edges.h"

#define BIT(n) (1u << (n))

/**
 * model_state() - a state
 * @state: its number
 *
 * Return: the state, or NULL if none has this number
 */
const struct model_state *model_state(unsigned int state)
{
	if (state >= TCPCLOSE_STATES || !model_states[state].name)
		return NULL;
	return &model_states[state];
}

/**
 * model_edges() - all edges
 * @count: number of edges; at most %MODEL_EDGES_MAX
 *
 * Return: the first of them
 */
const struct model_edge *model_edges(size_t *count)
{
	*count = edges_count;
	return edges_all;
}

/**
 * model_index() - number of an edge, from 0
 * @edge: one of those of model_edges()
 */
size_t model_index(const struct model_edge *edge)
{
	return (size_t)(edge - edges_all);
}

/**
 * model_has() - whether Linux has any edge between two states
 * @from: old state
 * @to: new state
 */
bool model_has(unsigned int from, unsigned int to)
{
	size_t i;

	for (i = 0; i < edges_count; i++)
		if (edges_all[i].from == from && edges_all[i].to == to &&
		    edges_all[i].standing != MODEL_ABSENT)
			return true;
	return false;
}

/* Return: whether the record has one of these shapes. */
static bool shape_of(const struct event *e, enum model_shape *shape)
{
	if (e->origin == TCPCLOSE_ORIGIN_TIMEWAIT) {
		*shape = event_is_rearm(e) ? MODEL_REARM : MODEL_MINI;
		return !e->raw_old && !e->raw_new;
	}
	if (event_is_rearm(e) || e->raw_old != e->old)
		return false;
	if (e->raw_new == e->new) {
		*shape = e->end == TCPCLOSE_END_OVERFLOW ? MODEL_OVERFLOW :
							   MODEL_SOCKET;
		return true;
	}
	*shape = MODEL_HAND_OVER;
	return e->raw_new == TCPCLOSE_CLOSE;
}

static bool has_bit(uint32_t set, unsigned int bit)
{
	return bit < 32 && (set ? set : BIT(0)) & BIT(bit);
}

/*
 * Return: NULL if @e is an instance of @edge, else what is different; @fit
 * grows with the number of things that agree.
 */
static const char *difference(const struct model_edge *edge,
			      const struct event *e, enum model_shape shape,
			      unsigned int *fit)
{
	/* Linux has no such step, in any form. */
	if (edge->standing == MODEL_ABSENT)
		return *fit = 5, NULL;
	*fit = 0;
	if (edge->shape != shape)
		return "it can't be recorded in this form";
	*fit = 1;
	if (!has_bit(edge->ends, e->end))
		return "it can't have this end";
	*fit = 2;
	if (!has_bit(edge->causes, e->cause))
		return "it can't have this cause";
	*fit = 3;
	if (!has_bit(edge->contexts, e->context))
		return "it can't happen in this context";
	*fit = 4;
	/* The segment may be unknown. */
	if (edge->bits && e->flags && !(edge->bits & e->flags))
		return "this segment can't cause it";
	*fit = 5;
	return NULL;
}

/**
 * model_judge() - judge a transition
 * @e: a transition
 * @judgement: result
 */
void model_judge(const struct event *e, struct model_judgement *judgement)
{
	static const enum model_verdict verdicts[] = {
		[MODEL_DOCUMENTED] = MODEL_OK_DOCUMENTED,
		[MODEL_LINUX] = MODEL_OK_LINUX,
		[MODEL_ABSENT] = MODEL_IMPOSSIBLE,
	};
	unsigned int best = 0, fit;
	enum model_shape shape;
	size_t i;

	judgement->verdict = MODEL_ILLEGAL;
	judgement->edge = NULL;
	judgement->why = "no such transition";
	if (!shape_of(e, &shape)) {
		judgement->why = "traced and true states contradict each other";
		return;
	}
	for (i = 0; i < edges_count; i++) {
		const struct model_edge *edge = &edges_all[i];
		const char *why;

		if (edge->from != e->old || edge->to != e->new)
			continue;
		why = difference(edge, e, shape, &fit);
		if (!why) {
			judgement->verdict = verdicts[edge->standing];
			judgement->edge = edge;
			judgement->why =
				edge->standing == MODEL_ABSENT ?
					"Linux never makes this transition" :
					NULL;
			return;
		}
		if (!judgement->edge || fit > best) {
			judgement->edge = edge;
			judgement->why = why;
			best = fit;
		}
	}
}

/**
 * model_standing_name() - name of &enum model_standing
 * @standing: the number
 */
const char *model_standing_name(enum model_standing standing)
{
	static const char *const names[] = {
		[MODEL_DOCUMENTED] = "documented",
		[MODEL_LINUX] = "Linux-specific",
		[MODEL_ABSENT] = "impossible here",
	};

	return names[standing];
}

/**
 * model_manner_name() - name of &enum model_manner
 * @manner: the number
 */
const char *model_manner_name(enum model_manner manner)
{
	static const char *const names[] = {
		[MODEL_OPENING] = "opening",
		[MODEL_GRACEFUL] = "graceful",
		[MODEL_ABRUPT] = "abrupt",
	};

	return names[manner];
}

/**
 * model_trigger_name() - name of &enum model_trigger
 * @trigger: the number
 */
const char *model_trigger_name(enum model_trigger trigger)
{
	static const char *const names[] = {
		[MODEL_BY_SEGMENT] = "segment",
		[MODEL_BY_CALL] = "call",
		[MODEL_BY_TIMER] = "timer",
		[MODEL_BY_ADMIN] = "administrator",
		[MODEL_BY_KERNEL] = "kernel",
	};

	return names[trigger];
}

/**
 * model_shape_name() - name of &enum model_shape
 * @shape: the number
 */
const char *model_shape_name(enum model_shape shape)
{
	static const char *const names[] = {
		[MODEL_SOCKET] = "socket",
		[MODEL_HAND_OVER] = "hand-over",
		[MODEL_OVERFLOW] = "overflow",
		[MODEL_MINI] = "mini-socket",
		[MODEL_REARM] = "re-arm",
	};

	return names[shape];
}

/**
 * model_verdict_name() - name of &enum model_verdict
 * @verdict: the number
 */
const char *model_verdict_name(enum model_verdict verdict)
{
	static const char *const names[] = {
		[MODEL_OK_DOCUMENTED] = "documented",
		[MODEL_OK_LINUX] = "Linux-specific",
		[MODEL_ILLEGAL] = "illegal",
		[MODEL_IMPOSSIBLE] = "impossible here",
	};

	return names[verdict];
}
