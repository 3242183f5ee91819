// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model: its table is complete, and events are checked against the table only.
 * conformance.sh shows that the table is right.
 */
#include <string.h>

#include "kselftest_harness.h"

#include "model/model.h"

#define STATE(name)	TCPCLOSE_##name

/* An event that matches an edge; the caller sets cause, end, context, flags. */
static struct event event_of(const struct model_edge *edge)
{
	struct event e;

	memset(&e, 0, sizeof(e));
	e.kind = EVENT_TRANSITION;
	e.old = edge->from;
	e.new = edge->to;
	if (edge->shape == MODEL_MINI || edge->shape == MODEL_REARM) {
		e.origin = TCPCLOSE_ORIGIN_TIMEWAIT;
		e.mark = edge->shape == MODEL_REARM ? TCPCLOSE_MARK_REARM : 0;
		return e;
	}
	e.raw_old = edge->from;
	e.raw_new = edge->shape == MODEL_HAND_OVER ? TCPCLOSE_CLOSE : edge->to;
	return e;
}

static bool allows(uint32_t set, unsigned int bit)
{
	return (set ? set : 1) >> bit & 1;
}

static enum model_verdict verdict_of(const struct model_edge *edge)
{
	switch (edge->standing) {
	case MODEL_DOCUMENTED:
		return MODEL_OK_DOCUMENTED;
	case MODEL_LINUX:
		return MODEL_OK_LINUX;
	default:
		return MODEL_IMPOSSIBLE;
	}
}

static bool is_ok(const struct model_judgement *j)
{
	return j->verdict == MODEL_OK_DOCUMENTED || j->verdict == MODEL_OK_LINUX;
}

FIXTURE(model)
{
	const struct model_edge *edges;
	size_t count;
};

FIXTURE_SETUP(model)
{
	self->edges = model_edges(&self->count);
}

FIXTURE_TEARDOWN(model)
{
}

#define FOR_EACH(edge) \
	for ((edge) = self->edges; (edge) < self->edges + self->count; (edge)++)

#define WAYS	(TCPCLOSE_CAUSES * TCPCLOSE_ENDS * 4)

/*
 * The next event, of all causes, ends and contexts, that an edge allows.
 *
 * Return: whether there is another event; @way: 0 at first
 */
static bool next_way(const struct model_edge *edge, unsigned int *way, struct event *e)
{
	*e = event_of(edge);
	e->flags = edge->bits;
	while (*way < WAYS) {
		e->context = *way % 4;
		e->end = *way / 4 % TCPCLOSE_ENDS;
		e->cause = *way / 4 / TCPCLOSE_ENDS;
		++*way;
		if (allows(edge->causes, e->cause) && allows(edge->ends, e->end) &&
		    edge->contexts >> e->context & 1)
			return true;
	}
	return false;
}

/* ---- the table */

TEST_F(model, every_state_has_its_texts)
{
	unsigned int state;

	for (state = TCPCLOSE_ESTABLISHED; state <= TCPCLOSE_NEW_SYN_RECV; state++) {
		const struct model_state *s = model_state(state);

		ASSERT_NE(NULL, s);
		EXPECT_LT(0, strlen(s->name));
		EXPECT_LT(0, strlen(s->wording));
		EXPECT_EQ(!s->rfc_name, !s->section);
	}
	EXPECT_EQ(NULL, model_state(0));
	EXPECT_EQ(NULL, model_state(TCPCLOSE_NEW_SYN_RECV + 1));
	EXPECT_EQ(NULL, model_state(1000));
}

TEST_F(model, every_edge_has_its_texts)
{
	const struct model_edge *edge;

	ASSERT_GE(MODEL_EDGES_MAX, self->count);
	FOR_EACH(edge) {
		ASSERT_NE(NULL, edge->id);
		EXPECT_NE(NULL, model_state(edge->from));
		EXPECT_NE(NULL, model_state(edge->to));
		EXPECT_EQ(edge - self->edges, model_index(edge));
		EXPECT_TRUE(edge->event && *edge->event)
		TH_LOG("%s", edge->id);
		EXPECT_TRUE(edge->by && *edge->by)
		TH_LOG("%s", edge->id);
		EXPECT_TRUE(edge->wording && *edge->wording)
		TH_LOG("%s", edge->id);
		EXPECT_TRUE(edge->section && *edge->section)
		TH_LOG("%s", edge->id);
		EXPECT_TRUE(edge->contexts)
		TH_LOG("%s", edge->id);
		/* An edge of the RFC names its section; an edge of Linux names its function. */
		EXPECT_TRUE(edge->standing == MODEL_LINUX || strcmp(edge->section, "-"))
		TH_LOG("%s", edge->id);
		EXPECT_EQ(edge->standing == MODEL_ABSENT, !strcmp(edge->by, "-"))
		TH_LOG("%s", edge->id);
	}
}

TEST_F(model, ids_are_unique)
{
	const struct model_edge *edge, *other;

	FOR_EACH(edge) {
		for (other = self->edges; other < edge; other++)
			EXPECT_STRNE(edge->id, other->id);
	}
}

/* RFC 9293, 3.3.2, Figure 5: each arrow. */
TEST_F(model, figure_is_the_rfcs)
{
	static const struct {
		uint8_t from, to;
		const char *event;
	} figure[] = {
		{ STATE(CLOSE), STATE(LISTEN), "passive OPEN" },
		{ STATE(LISTEN), STATE(CLOSE), "CLOSE" },
		{ STATE(CLOSE), STATE(SYN_SENT), "active OPEN" },
		{ STATE(SYN_SENT), STATE(CLOSE), "CLOSE" },
		{ STATE(LISTEN), STATE(SYN_RECV), "rcv SYN" },
		{ STATE(LISTEN), STATE(SYN_SENT), "SEND" },
		{ STATE(SYN_RECV), STATE(LISTEN), "rcv RST" },
		{ STATE(SYN_SENT), STATE(SYN_RECV), "rcv SYN" },
		{ STATE(SYN_SENT), STATE(ESTABLISHED), "rcv SYN,ACK" },
		{ STATE(SYN_RECV), STATE(ESTABLISHED), "rcv ACK of SYN" },
		{ STATE(SYN_RECV), STATE(FIN_WAIT1), "CLOSE" },
		{ STATE(ESTABLISHED), STATE(FIN_WAIT1), "CLOSE" },
		{ STATE(ESTABLISHED), STATE(CLOSE_WAIT), "rcv FIN" },
		{ STATE(FIN_WAIT1), STATE(FIN_WAIT2), "rcv ACK of FIN" },
		{ STATE(FIN_WAIT1), STATE(CLOSING), "rcv FIN" },
		{ STATE(FIN_WAIT2), STATE(TIME_WAIT), "rcv FIN" },
		{ STATE(CLOSING), STATE(TIME_WAIT), "rcv ACK of FIN" },
		{ STATE(CLOSE_WAIT), STATE(LAST_ACK), "CLOSE" },
		{ STATE(LAST_ACK), STATE(CLOSE), "rcv ACK of FIN" },
		{ STATE(TIME_WAIT), STATE(CLOSE), "Timeout=2MSL" },
	};
	bool found[ARRAY_SIZE(figure)] = { false };
	const struct model_edge *edge;
	size_t i;

	FOR_EACH(edge) {
		bool drawn = false;

		for (i = 0; i < ARRAY_SIZE(figure); i++) {
			if (edge->from != figure[i].from || edge->to != figure[i].to ||
			    strcmp(edge->event, figure[i].event))
				continue;
			drawn = true;
			found[i] |= edge->figure;
		}
		EXPECT_EQ(drawn, edge->figure)
		TH_LOG("%s", edge->id);
	}
	for (i = 0; i < ARRAY_SIZE(figure); i++) {
		EXPECT_TRUE(found[i])
		TH_LOG("%u to %u", figure[i].from, figure[i].to);
	}
}

/* Transitions of Linux: tcp_close_state(), tcp_fin(), tcp_rcv_state_process() … */
TEST_F(model, has_what_the_kernel_makes)
{
	static const uint8_t made[][2] = {
		{ STATE(ESTABLISHED), STATE(FIN_WAIT1) }, { STATE(SYN_RECV), STATE(FIN_WAIT1) },
		{ STATE(CLOSE_WAIT), STATE(LAST_ACK) }, { STATE(SYN_SENT), STATE(CLOSE) },
		{ STATE(FIN_WAIT1), STATE(FIN_WAIT1) }, { STATE(FIN_WAIT2), STATE(FIN_WAIT2) },
		{ STATE(CLOSING), STATE(CLOSING) }, { STATE(LAST_ACK), STATE(LAST_ACK) },
		{ STATE(ESTABLISHED), STATE(CLOSE_WAIT) }, { STATE(FIN_WAIT1), STATE(CLOSING) },
		{ STATE(FIN_WAIT2), STATE(TIME_WAIT) }, { STATE(FIN_WAIT1), STATE(FIN_WAIT2) },
		{ STATE(CLOSING), STATE(TIME_WAIT) }, { STATE(LAST_ACK), STATE(CLOSE) },
		{ STATE(FIN_WAIT2), STATE(CLOSE) }, { STATE(FIN_WAIT1), STATE(CLOSE) },
		{ STATE(ESTABLISHED), STATE(CLOSE) }, { STATE(SYN_RECV), STATE(CLOSE) },
		{ STATE(CLOSE_WAIT), STATE(CLOSE) }, { STATE(CLOSING), STATE(CLOSE) },
		{ STATE(TIME_WAIT), STATE(TIME_WAIT) }, { STATE(TIME_WAIT), STATE(CLOSE) },
		{ STATE(LISTEN), STATE(SYN_RECV) }, { STATE(LISTEN), STATE(CLOSE) },
		{ STATE(CLOSE), STATE(LISTEN) }, { STATE(CLOSE), STATE(SYN_SENT) },
		{ STATE(SYN_SENT), STATE(SYN_RECV) }, { STATE(SYN_SENT), STATE(ESTABLISHED) },
		{ STATE(SYN_RECV), STATE(ESTABLISHED) }, { STATE(CLOSE), STATE(CLOSE) },
	};
	unsigned int from, to, count = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(made); i++) {
		EXPECT_TRUE(model_has(made[i][0], made[i][1]))
		TH_LOG("%u to %u", made[i][0], made[i][1]);
	}
	for (from = 0; from < TCPCLOSE_STATES; from++)
		for (to = 0; to < TCPCLOSE_STATES; to++)
			count += model_has(from, to);
	EXPECT_EQ(ARRAY_SIZE(made), count);
}

/* ---- the verdict on events */

TEST_F(model, gives_each_edge_its_own_verdict)
{
	const struct model_edge *edge;
	struct model_judgement j;
	struct event e;

	FOR_EACH(edge) {
		unsigned int way = 0, ways = 0;

		while (next_way(edge, &way, &e)) {
			ways++;
			model_judge(&e, &j);
			EXPECT_EQ(edge, j.edge)
			TH_LOG("%s is taken for %s", edge->id, j.edge ? j.edge->id : "none");
			EXPECT_EQ(verdict_of(edge), j.verdict)
			TH_LOG("%s", edge->id);
			EXPECT_EQ(edge->standing == MODEL_ABSENT, !!j.why);
			/* The segment's flags may be unknown. */
			e.flags = 0;
			model_judge(&e, &j);
			EXPECT_EQ(edge, j.edge)
			TH_LOG("%s is taken for %s", edge->id, j.edge ? j.edge->id : "none");
		}
		EXPECT_LT(0, ways)
		TH_LOG("%s", edge->id);
	}
}

/* Return: whether an event that matches @edge, except for these, is illegal */
static bool try_way(struct __test_metadata *_metadata, const struct model_edge *edge,
		    unsigned int cause, unsigned int end, unsigned int context)
{
	bool own = cause < 32 && end < 16 && allows(edge->causes, cause) &&
		   allows(edge->ends, end) && edge->contexts >> context & 1;
	struct event e = event_of(edge);
	struct model_judgement j;

	e.cause = cause;
	e.end = end;
	e.context = context;
	e.flags = edge->bits;
	model_judge(&e, &j);
	EXPECT_EQ(own, is_ok(&j) && j.edge == edge)
	TH_LOG("%s, cause %u end %u context %u", edge->id, cause, end, context);
	EXPECT_EQ(is_ok(&j), !j.why);
	return !is_ok(&j);
}

/* An event that no edge allows is illegal; if another edge allows it, it is that edge. */
TEST_F(model, takes_no_other_cause_end_or_context)
{
	const struct model_edge *edge;
	unsigned int cause, end, context, illegal = 0;

	FOR_EACH(edge) {
		if (edge->standing == MODEL_ABSENT)
			continue;
		for (cause = 0; cause < 256; cause++)
			for (end = 0; end < 256; end += end < 16 ? 1 : 60)
				for (context = 0; context < 4; context++)
					illegal += try_way(_metadata, edge, cause, end, context);
	}
	EXPECT_LT(10000, illegal);
}

TEST_F(model, takes_no_other_segment)
{
	const struct model_edge *edge;
	unsigned int way, seen = 0;
	struct model_judgement j;
	struct event e;

	FOR_EACH(edge) {
		if (!edge->bits || edge->standing == MODEL_ABSENT)
			continue;
		for (way = 0; next_way(edge, &way, &e);) {
			e.flags = 0x1ff & ~edge->bits;
			model_judge(&e, &j);
			EXPECT_EQ(MODEL_ILLEGAL, j.verdict)
			TH_LOG("%s", edge->id);
			EXPECT_NE(NULL, j.why);
			seen++;
		}
	}
	EXPECT_LT(0, seen);
}

/* A socket's transition is not a mini-socket's, and the traced states must match. */
TEST_F(model, takes_no_other_shape)
{
	const struct model_edge *edge;
	unsigned int way, raw;
	struct model_judgement j;
	struct event e;

	FOR_EACH(edge) {
		if (edge->standing == MODEL_ABSENT)
			continue;
		for (way = 0; next_way(edge, &way, &e);) {
			struct event own = e;

			e.origin = !e.origin;
			model_judge(&e, &j);
			EXPECT_EQ(MODEL_ILLEGAL, j.verdict)
			TH_LOG("%s, origin", edge->id);
			e = own;
			e.mark ^= TCPCLOSE_MARK_REARM;
			model_judge(&e, &j);
			EXPECT_EQ(MODEL_ILLEGAL, j.verdict)
			TH_LOG("%s, re-arm", edge->id);
			e = own;
			for (raw = 0; raw < 256; raw++) {
				e.raw_old = TCPCLOSE_EDGE_FROM(raw);
				e.raw_new = TCPCLOSE_EDGE_TO(raw);
				if (e.raw_old == own.raw_old && e.raw_new == own.raw_new)
					continue;
				model_judge(&e, &j);
				/* FIN_WAIT2 stored again and handed over differ only in these. */
				EXPECT_FALSE(is_ok(&j) && j.edge == edge)
				TH_LOG("%s, raw %#x", edge->id, raw);
			}
		}
	}
}

TEST_F(model, takes_no_other_states)
{
	const struct model_edge *edge;
	unsigned int from, to, cause;
	struct model_judgement j;

	for (from = 0; from < TCPCLOSE_STATES; from++) {
		for (to = 0; to < TCPCLOSE_STATES; to++) {
			bool known = false;

			FOR_EACH(edge) {
				known |= edge->from == from && edge->to == to;
			}
			for (cause = 0; cause < TCPCLOSE_CAUSES && !known; cause++) {
				struct event e = {
					.old = from, .new = to, .raw_old = from, .raw_new = to,
					.cause = cause,
				};

				model_judge(&e, &j);
				EXPECT_EQ(MODEL_ILLEGAL, j.verdict);
				EXPECT_EQ(NULL, j.edge);
			}
		}
	}
}

TEST_F(model, has_a_name_for_everything)
{
	int i;

	for (i = MODEL_DOCUMENTED; i <= MODEL_ABSENT; i++)
		EXPECT_LT(0, strlen(model_standing_name(i)));
	for (i = MODEL_OPENING; i <= MODEL_ABRUPT; i++)
		EXPECT_LT(0, strlen(model_manner_name(i)));
	for (i = MODEL_BY_SEGMENT; i <= MODEL_BY_KERNEL; i++)
		EXPECT_LT(0, strlen(model_trigger_name(i)));
	for (i = MODEL_SOCKET; i <= MODEL_REARM; i++)
		EXPECT_LT(0, strlen(model_shape_name(i)));
	for (i = MODEL_OK_DOCUMENTED; i <= MODEL_IMPOSSIBLE; i++)
		EXPECT_LT(0, strlen(model_verdict_name(i)));
}

TEST_HARNESS_MAIN
