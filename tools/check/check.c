// SPDX-License-Identifier: GPL-2.0-only
/*
 * The check of a stream: counts transitions by the model's judgement, and takes
 * each on to life.c, which follows its connection.
 *
 * Knows where the stream begins and the flaws of the stream itself; knows no
 * connection.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/check_internal.h"
#include "lib/names.h"
#include "model/drops.h"
#include "model/failed_calls.h"
#include "model/rsts.h"

/* About 200 bytes each. */
#define MAX_LIVES ((size_t)1 << 20)

/**
 * check_finding() - add a finding about the event at hand
 * @c: the check
 * @kind: its kind
 * @e: the event that shows it; one that is not wanted adds nothing
 * @format: what is wrong, one phrase
 */
void check_finding(struct check *c, enum finding_kind kind,
		   const struct event *e, const char *format, ...)
{
	struct finding f;
	va_list args;

	if (!c->wanted)
		return;
	finding_of_event(&f, kind, e);
	va_start(args, format);
	vsnprintf(f.what, sizeof(f.what), format, args);
	va_end(args);
	findings_add(&c->findings[kind], &f);
}

/* Fewest transitions from the beginning of a life to each state. */
static void measure_distances(struct check *c)
{
	unsigned int round;
	size_t count, i;
	const struct model_edge *edges = model_edges(&count);

	memset(c->distance, TCPCLOSE_STATES, sizeof(c->distance));
	for (round = 1; round < TCPCLOSE_STATES; round++) {
		for (i = 0; i < count; i++) {
			const struct model_edge *edge = &edges[i];
			bool begins = life_state_is_unborn(edge->from);

			if (edge->standing == MODEL_ABSENT ||
			    life_state_is_unborn(edge->to) ||
			    c->distance[edge->to] <= round)
				continue;
			if (begins ? round == 1 :
				     c->distance[edge->from] == round - 1)
				c->distance[edge->to] = (uint8_t)round;
		}
	}
}

/**
 * check_init() - begin a check
 * @c: the check
 * @filter: what to report on; NULL: all
 *
 * Return: 0 or -ENOMEM
 */
int check_init(struct check *c, const struct filter *filter)
{
	memset(c, 0, sizeof(*c));
	c->filter = filter;
	c->start_ns = UINT64_MAX;
	measure_distances(c);
	if (history_init(&c->history, MAX_LIVES))
		return -ENOMEM;
	c->history.forget = check_life_forget;
	c->history.context = c;
	return 0;
}

static struct check_start *start_of(struct check *c, uint32_t cpu)
{
	struct check_start *starts;
	unsigned int count =
		cpu < 2 * c->start_count ? 2 * c->start_count : cpu + 1;

	if (cpu < c->start_count)
		return &c->starts[cpu];
	starts = realloc(c->starts, count * sizeof(*starts));
	if (!starts)
		return NULL;
	memset(starts + c->start_count, 0,
	       (count - c->start_count) * sizeof(*starts));
	c->starts = starts;
	c->start_count = count;
	return &starts[cpu];
}

static int begin_cpu(struct check *c, const struct event *e)
{
	struct check_start *start = start_of(c, e->cpu);

	if (!start)
		return -ENOMEM;
	if (start->known)
		return 0;
	c->start_ns = e->ts_ns;
	start->known = true;
	start->middle = e->seq > 0;
	if (start->middle && !start->seen)
		c->unseen++;
	return gaps_expect(&c->gaps, e->cpu);
}

static int take_cpu(struct check *c, const struct event *e)
{
	struct check_start *start = start_of(c, e->cpu);

	if (!start)
		return -ENOMEM;
	if (!start->seen) {
		start->seen = true;
		if (start->middle)
			c->unseen--;
		/* No start marker came: the records begin here. */
		if ((start->middle || !start->known) &&
		    e->ts_ns > c->covered_ns)
			c->covered_ns = e->ts_ns;
	}
	return gaps_record(&c->gaps, e->cpu);
}

/**
 * check_covers() - whether all records of a moment must be in the stream
 * @c: the check
 * @ts_ns: the moment
 *
 * They are from when the reader began to read, and as far back as every CPU's
 * ring goes.
 */
bool check_covers(const struct check *c, uint64_t ts_ns)
{
	return ts_ns >= c->start_ns ||
	       (!c->unseen && ts_ns > c->covered_ns);
}

static void judge(struct check *c, const struct event *e)
{
	struct model_judgement j;

	model_judge(e, &j);
	switch (j.verdict) {
	case MODEL_OK_DOCUMENTED:
	case MODEL_OK_LINUX:
		c->edges[model_index(j.edge)]++;
		break;
	case MODEL_IMPOSSIBLE:
		c->edges[model_index(j.edge)]++;
		check_finding(c, FINDING_IMPOSSIBLE, e, "%s", j.why);
		break;
	case MODEL_ILLEGAL:
		if (!c->illegal[e->old][e->new].count++)
			c->illegal[e->old][e->new].why = j.why;
		check_finding(c, FINDING_TRANSITION, e, "%s", j.why);
		break;
	}
}

/* A CPU may be held for any time between reading the clock and writing. */
static void take_time(struct check *c, uint64_t ts_ns)
{
	if (ts_ns >= c->newest_ns) {
		c->newest_ns = ts_ns;
		return;
	}
	c->late++;
	if (c->newest_ns - ts_ns > c->late_ns)
		c->late_ns = c->newest_ns - ts_ns;
}

/* A listener, or a socket that was never connected: it has no history. */
static void check_unborn(struct check *c, const struct event *e)
{
	if (e->index)
		check_finding(c, FINDING_INDEX, e, "no connection has begun");
	if (e->dwell_ns >= 0 || e->age_ns >= 0)
		check_finding(c, FINDING_TIME, e, "no connection has begun");
	if (event_is_marked(e))
		check_finding(c, FINDING_MARK, e, "no connection has begun");
	if (e->closer)
		check_finding(c, FINDING_CLOSER, e, "no connection has begun");
}

/*
 * Without a cookie a connection can't be followed. Two kinds may lack one: a
 * mini-socket that is older than the module, and a clone whose request was not
 * seen.
 */
static void check_nameless(struct check *c, const struct event *e)
{
	if (c->wanted)
		c->nameless++;
	if (event_is_mini(e) ? !event_is_marked(e) :
			       e->old != TCPCLOSE_LISTEN ||
				       e->new != TCPCLOSE_SYN_RECV)
		check_finding(c, FINDING_COOKIE, e,
			      "this transition should have one");
}

static int check_transition(struct check *c, const struct event *e)
{
	int ret = take_cpu(c, e);

	if (ret)
		return ret;
	c->wanted = !c->filter || filter_matches(c->filter, e);
	if (c->wanted) {
		if (!c->transitions++)
			c->first_ns = e->ts_ns;
		if (e->ts_ns > c->last_ns)
			c->last_ns = e->ts_ns;
		judge(c, e);
	}
	take_time(c, e->ts_ns);
	if (life_state_is_unborn(e->old) && life_state_is_unborn(e->new))
		check_unborn(c, e);
	if (e->cookie)
		return check_life_step(c, e);
	check_nameless(c, e);
	return 0;
}

static void take_flaw(struct check *c, const struct event *e)
{
	enum finding_kind kind = FINDING_STREAM + e->flaw;
	unsigned long long lost = e->lost;
	unsigned int seq = (uint32_t)e->seq;

	c->wanted = true;
	switch (e->flaw) {
	case EVENT_FLAW_GAP:
	case EVENT_FLAW_LOSS:
		check_finding(c, kind, e, "%llu before number %u of CPU %u",
			      lost, seq, e->cpu);
		break;
	case EVENT_FLAW_START_AGAIN:
		check_finding(c, kind, e, "of CPU %u", e->cpu);
		break;
	default:
		check_finding(c, kind, e, "number %u of CPU %u", seq, e->cpu);
		break;
	}
}

static int check_rst(struct check *c, const struct event *e)
{
	bool sent = e->rst.effect == TCPCLOSE_RST_SENT;
	unsigned int number = sent ? e->rst.reason : e->rst.effect;
	const char *name = sent ? names_rst_reason(number) : names_rst_effect(number);
	const char *why = rsts_judge(e);
	char unnamed[16];

	c->wanted = !c->filter || filter_matches(c->filter, e);
	c->rsts += c->wanted;
	if (why) {
		snprintf(unnamed, sizeof(unnamed), "number-%u", number);
		check_finding(c, FINDING_RST, e, "%s %s: %s",
			      sent ? "sent for" : "received,", name ? name : unnamed, why);
	}
	return take_cpu(c, e);
}

static int check_drop(struct check *c, const struct event *e)
{
	const char *name = names_drop_reason(e->drop.reason);
	const char *why = drops_judge(e);

	c->wanted = !c->filter || filter_matches(c->filter, e);
	c->drops += c->wanted;
	if (why && name)
		check_finding(c, FINDING_DROP, e, "%s: %s", name, why);
	else if (why)
		check_finding(c, FINDING_DROP, e, "number-%u: %s", e->drop.reason, why);
	return take_cpu(c, e);
}

static int check_failed_call(struct check *c, const struct event *e)
{
	const char *name = names_call(e->call), *why = failed_calls_judge(e);

	c->wanted = !c->filter || filter_matches(c->filter, e);
	c->failed_calls += c->wanted;
	if (why)
		check_finding(c, FINDING_FAILED_CALL, e, "%s: %s", name ? name : "unknown", why);
	return take_cpu(c, e);
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}

/* Of a damaged recording any number may be too large. */
static int take_left_out(struct check *c, const struct event *e)
{
	c->rsts_left_out = sum(c->rsts_left_out,
			       sum(e->left_out.sent, e->left_out.received));
	c->drops_left_out = sum(c->drops_left_out, e->left_out.drops);
	c->calls_left_out = sum(c->calls_left_out, e->left_out.calls);
	return take_cpu(c, e);
}

/**
 * check_event() - check an event
 * @c: the check
 * @e: the event, of any kind; all are passed, in the order of the stream
 *
 * Return: 0 or -ENOMEM
 */
int check_event(struct check *c, const struct event *e)
{
	int ret;

	switch (e->kind) {
	case EVENT_TRANSITION:
		return check_transition(c, e);
	case EVENT_LOST:
		c->lost += e->lost;
		return gaps_loss(&c->gaps, e->cpu, e->ts_ns);
	case EVENT_START:
		return begin_cpu(c, e);
	case EVENT_FLAW:
		take_flaw(c, e);
		break;
	case EVENT_RST:
		return check_rst(c, e);
	case EVENT_LEFT_OUT:
		return take_left_out(c, e);
	case EVENT_SESSION:
		c->wanted = !c->filter || filter_matches(c->filter, e);
		ret = take_cpu(c, e);
		return ret ? ret : check_session(c, e);
	case EVENT_DROP:
		return check_drop(c, e);
	case EVENT_FAILED_CALL:
		return check_failed_call(c, e);
	}
	return 0;
}

/**
 * check_finish() - conclude a check: no more events will come
 * @c: the check
 *
 * Return: 0 or -ENOMEM
 */
int check_finish(struct check *c)
{
	int ret = check_life_finish(c);

	gaps_finish(&c->gaps);
	c->findings[FINDING_GAP] = c->gaps.unexplained;
	return ret;
}

/**
 * check_free() - end a check
 * @c: the check
 */
void check_free(struct check *c)
{
	history_free(&c->history);
	gaps_free(&c->gaps);
	free(c->session_places);
	free(c->starts);
}

/**
 * check_finding_count() - number of findings, without gaps that loss explains
 * @c: a finished check
 */
uint64_t check_finding_count(const struct check *c)
{
	uint64_t count = 0;
	unsigned int i;

	for (i = 0; i < FINDING_KINDS; i++)
		count += c->findings[i].count;
	return count;
}
