// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each RST goes to the end that sent or received it, and to none if that is not sure;
 * it is known from when on each has a record.
 */
#include "kselftest_harness.h"

#include "conn/recorded.h"
#include "conn/waiting.h"
#include "host/lib/sides_fixture.h"

/* Before the first event */
#define BORN (999 * SECOND)

SIDES_FIXTURE(rst);

/* A transition of a connection. Return: its side, or NULL */
static struct side *step(FIXTURE_DATA(rst) * self, uint64_t born_ns, unsigned int old,
			 unsigned int new)
{
	struct event e = self->e;
	struct side *side;

	self->e.ts_ns += SECOND;
	e.context = TCPCLOSE_CONTEXT_SOFTIRQ;
	e.old = (uint8_t)old;
	e.new = (uint8_t)new;
	e.raw_old = old;
	e.raw_new = new;
	e.index = new == TCPCLOSE_CLOSE ? 3 : 2;
	e.age_ns = (int64_t)(e.ts_ns - born_ns);
	e.dwell_ns = EVENT_UNKNOWN;
	return sides_add(self->sides, &e, true, &side) ? NULL : side;
}

#define STEP(born, old, new) step(self, born, TCPCLOSE_##old, TCPCLOSE_##new)

static int rst(FIXTURE_DATA(rst) * self, unsigned int effect, unsigned int owner,
	       unsigned int state)
{
	struct event e = self->e;

	self->e.ts_ns += SECOND;
	e.kind = EVENT_RST;
	e.context = TCPCLOSE_CONTEXT_SOFTIRQ;
	e.old = (uint8_t)state;
	e.new = e.old;
	e.flags = effect ? TCPCLOSE_FLAG_RST : 0;
	if (owner == TCPCLOSE_RST_OWNER_NONE && !effect)
		e.flags = TCPCLOSE_FLAG_ACK;
	e.rst.effect = (uint8_t)effect;
	e.rst.owner = (uint8_t)owner;
	e.rst.segment = e.flags;
	if (owner != TCPCLOSE_RST_OWNER_SOCKET && owner != TCPCLOSE_RST_OWNER_MINI)
		e.cookie = 0;
	return sides_add_rst(self->sides, &e);
}

#define RST(effect, owner, state) \
	ASSERT_EQ(0, rst(self, TCPCLOSE_RST_##effect, TCPCLOSE_RST_OWNER_##owner, state))

TEST_F(rst, waits_for_its_side)
{
	struct side *side;

	RST(IGNORED, SOCKET, TCPCLOSE_ESTABLISHED);
	RST(IGNORED, UNKNOWN, 0);
	side = STEP(BORN, ESTABLISHED, CLOSE_WAIT);
	ASSERT_NE(NULL, side);
	EXPECT_EQ(2, side->rsts.count);
}

TEST_F(rst, does_not_wait_for_a_later_connection)
{
	struct side *side;

	RST(IGNORED, SOCKET, TCPCLOSE_ESTABLISHED);
	RST(IGNORED, UNKNOWN, 0);
	side = STEP(self->e.ts_ns - 1, ESTABLISHED, CLOSE_WAIT);
	ASSERT_NE(NULL, side);
	EXPECT_EQ(0, side->rsts.count);
}

TEST_F(rst, of_a_socket_used_again_is_not_of_its_earlier_connection)
{
	struct side *first, *second;

	first = STEP(BORN, ESTABLISHED, CLOSE);
	/* Sent after the first one's CLOSE; and before that of the second */
	RST(SENT, SOCKET, TCPCLOSE_CLOSE);
	RST(SENT, SOCKET, TCPCLOSE_ESTABLISHED);
	second = STEP(self->e.ts_ns - 2 * SECOND, ESTABLISHED, CLOSE);
	ASSERT_NE(NULL, first);
	ASSERT_NE(NULL, second);
	ASSERT_NE(first, second);
	EXPECT_EQ(1, first->rsts.count);
	EXPECT_EQ(1, second->rsts.count);
}

TEST_F(rst, that_met_no_socket_is_of_the_only_one_that_is_over)
{
	struct side *side;

	side = STEP(BORN, ESTABLISHED, CLOSE_WAIT);
	ASSERT_NE(NULL, side);
	RST(SENT, NONE, 0);
	EXPECT_EQ(0, side->rsts.count);
	side = STEP(BORN, CLOSE_WAIT, CLOSE);
	RST(SENT, NONE, 0);
	EXPECT_EQ(1, side->rsts.count);
	self->e.netns_inode = OTHER;
	RST(SENT, NONE, 0);
	EXPECT_EQ(1, side->rsts.count);
	self->e.netns_inode = HOME;
	self->e.cookie++;
	ASSERT_NE(NULL, STEP(self->e.ts_ns - 1, ESTABLISHED, CLOSE));
	RST(SENT, NONE, 0);
	EXPECT_EQ(1, side->rsts.count);
}

TEST_F(rst, of_an_unknown_namespace_is_left_out)
{
	struct side *side;

	self->e.netns_inode = 0;
	RST(IGNORED, SOCKET, TCPCLOSE_ESTABLISHED);
	side = STEP(BORN, ESTABLISHED, CLOSE_WAIT);
	ASSERT_NE(NULL, side);
	RST(IGNORED, UNKNOWN, 0);
	EXPECT_EQ(0, side->rsts.count);
}

TEST_F(rst, of_a_full_socket_is_not_of_a_mini_socket)
{
	struct side *old, *next;
	struct event e;

	old = STEP(BORN, ESTABLISHED, FIN_WAIT2);
	ASSERT_NE(NULL, old);
	e = self->e;
	e.kind = EVENT_TRANSITION;
	e.old = TCPCLOSE_FIN_WAIT2;
	e.new = TCPCLOSE_TIME_WAIT;
	e.raw_new = TCPCLOSE_CLOSE;
	e.index = 3;
	ASSERT_EQ(0, sides_add(self->sides, &e, true, &old));
	RST(IGNORED, UNKNOWN, 0);
	EXPECT_EQ(0, old->rsts.count);
	RST(MINI, MINI, TCPCLOSE_TIME_WAIT);
	EXPECT_EQ(1, old->rsts.count);
	self->e.cookie++;
	next = STEP(BORN + SECOND, ESTABLISHED, CLOSE_WAIT);
	ASSERT_NE(NULL, next);
	EXPECT_EQ(1, next->rsts.count);
}

TEST_F(rst, of_a_flood_is_counted_but_the_last_is_kept)
{
	struct side *side = STEP(BORN, ESTABLISHED, CLOSE_WAIT);
	unsigned int i;

	ASSERT_NE(NULL, side);
	for (i = 0; i < 100000; i++)
		RST(IGNORED, SOCKET, TCPCLOSE_CLOSE_WAIT);
	RST(ENDED, SOCKET, TCPCLOSE_CLOSE_WAIT);
	EXPECT_EQ(SIDE_RSTS_MAX, side->rsts.count);
	EXPECT_EQ(100001 - SIDE_RSTS_MAX, side->rsts.dropped);
	EXPECT_EQ(TCPCLOSE_RST_ENDED, side->rsts.kept[SIDE_RSTS_MAX - 1].rst.effect);
	EXPECT_EQ(1, side->count);
}

TEST_F(rst, of_too_many_connections_waits_for_the_latest)
{
	struct side *side;
	unsigned int i;

	for (i = 0; i < 100 * WAITING_MAX; i++) {
		self->e.cookie++;
		RST(IGNORED, SOCKET, TCPCLOSE_ESTABLISHED);
	}
	side = STEP(BORN, ESTABLISHED, CLOSE_WAIT);
	ASSERT_NE(NULL, side);
	EXPECT_EQ(1, side->rsts.count);
	self->e.cookie -= WAITING_MAX - 1;
	side = STEP(BORN, ESTABLISHED, CLOSE_WAIT);
	ASSERT_NE(NULL, side);
	EXPECT_EQ(1, side->rsts.count);
	self->e.cookie--;
	side = STEP(BORN, ESTABLISHED, CLOSE_WAIT);
	ASSERT_NE(NULL, side);
	EXPECT_EQ(0, side->rsts.count);
}

FIXTURE(recorded)
{
	struct recording_header head;
	struct recorded recorded;
};

FIXTURE_SETUP(recorded)
{
	self->head.abi_minor = 1;
	self->head.start_ns = 1000 * SECOND;
	recorded_begin(&self->recorded, &self->head);
}

FIXTURE_TEARDOWN(recorded)
{
}

static void see(FIXTURE_DATA(recorded) * self, unsigned int kind, unsigned int cpu,
		uint64_t seq, uint64_t ts_ns)
{
	struct event e = { .kind = kind, .cpu = cpu, .seq = seq, .ts_ns = ts_ns };

	recorded_add(&self->recorded, &e);
}

TEST_F(recorded, from_the_beginning_of_each_ring)
{
	see(self, EVENT_TRANSITION, 0, 0, SECOND);
	/* Number 0 are its details. */
	see(self, EVENT_TRANSITION, 3, 1, 2 * SECOND);
	see(self, EVENT_TRANSITION, 0, 5, 3 * SECOND);
	EXPECT_EQ(0, self->recorded.since_ns);
}

TEST_F(recorded, not_before_a_ring_was_overwritten)
{
	see(self, EVENT_TRANSITION, 0, 0, SECOND);
	see(self, EVENT_RST, 65535, 7000, 30 * SECOND);
	EXPECT_LT(30 * SECOND, self->recorded.since_ns);
	EXPECT_GT(31 * SECOND, self->recorded.since_ns);
}

TEST_F(recorded, from_when_the_reader_began)
{
	see(self, EVENT_TRANSITION, 0, 7000, 1001 * SECOND);
	EXPECT_EQ(0, self->recorded.since_ns);
}

TEST_F(recorded, not_before_a_loss)
{
	see(self, EVENT_LOST, 0, 0, 2000 * SECOND);
	EXPECT_LT(2000 * SECOND, self->recorded.since_ns);
	EXPECT_GT(2001 * SECOND, self->recorded.since_ns);
}

/* What is left out ends no connection. */
TEST_F(recorded, although_others_were_left_out)
{
	see(self, EVENT_LEFT_OUT, 0, 0, 3000 * SECOND);
	EXPECT_EQ(0, self->recorded.since_ns);
}

TEST_F(recorded, never_by_an_older_module)
{
	self->recorded.since_ns = 0;
	self->head.abi_minor = 0;
	recorded_begin(&self->recorded, &self->head);
	see(self, EVENT_LOST, 0, 0, 2000 * SECOND);
	EXPECT_EQ(UINT64_MAX, self->recorded.since_ns);
}

TEST_HARNESS_MAIN
