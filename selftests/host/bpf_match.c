// SPDX-License-Identifier: GPL-2.0-only
/*
 * Comparison of mini-sockets' lives, observed by BPF and recorded by tcpclose, as in
 * verify --against-kernel.
 */
#include <string.h>

#include "kselftest_harness.h"

#include "witness/bpf_match.h"

enum {
	ROW_BORN_IN_FIN_WAIT2,
	ROW_BORN_IN_TIME_WAIT,
	ROW_CHANGED,
	ROW_DIED,
	ROWS,
};

FIXTURE(bpf_match)
{
	struct bpf_match *match;
	struct comparison result;
	struct bpf_losses losses;
	uint64_t now_ns;
};

FIXTURE_SETUP(bpf_match)
{
	ASSERT_EQ(0, bpf_match_new(&self->match));
	self->now_ns = 1000;
}

FIXTURE_TEARDOWN(bpf_match)
{
	bpf_match_free(self->match);
}

static void see(struct bpf_match *m, uint64_t ts_ns, uint64_t cookie,
		enum minisock_kind kind, unsigned int state, bool ended)
{
	struct minisock_event e = {
		.ts_ns = ts_ns,
		.cookie = cookie,
		.kind = kind,
		.state = state,
		.ended = ended,
		.lport = 80,
	};

	bpf_match_add_event(m, &e);
}

static void record(struct bpf_match *m, uint64_t ts_ns, uint64_t cookie,
		   unsigned int origin, unsigned int old, unsigned int new)
{
	struct event e = {
		.ts_ns = ts_ns,
		.cookie = cookie,
		.origin = origin,
		.old = old,
		.new = new,
		.lport = 80,
	};

	if (origin == TCPCLOSE_ORIGIN_TRACEPOINT) {
		e.raw_old = old;
		e.raw_new = TCPCLOSE_CLOSE;
	}
	bpf_match_add_record(m, &e);
}

#define SEE(cookie, kind, state) \
	see(self->match, self->now_ns += 10, cookie, MINISOCK_##kind, \
	    TCPCLOSE_##state, false)
#define RECORD_BIRTH(cookie, old, new) \
	record(self->match, self->now_ns += 10, cookie, \
	       TCPCLOSE_ORIGIN_TRACEPOINT, TCPCLOSE_##old, TCPCLOSE_##new)
#define RECORD(cookie, old, new) \
	record(self->match, self->now_ns += 10, cookie, \
	       TCPCLOSE_ORIGIN_TIMEWAIT, TCPCLOSE_##old, TCPCLOSE_##new)
#define CONCLUDE() \
	bpf_match_conclude(self->match, 0, UINT64_MAX, &self->losses, &self->result)
#define EXPECT_ROW(row, bpf, tcpclose_, difference_) \
	do { \
		EXPECT_EQ(bpf, self->result.rows[row].kernel); \
		EXPECT_EQ(tcpclose_, self->result.rows[row].tcpclose); \
		EXPECT_EQ(difference_, self->result.rows[row].difference); \
	} while (0)

/* A whole life: first in FIN_WAIT2, as an orphan, then in TIME_WAIT */
#define LIFE(cookie) \
	do { \
		SEE(cookie, BORN, FIN_WAIT2); \
		RECORD_BIRTH(cookie, FIN_WAIT2, FIN_WAIT2); \
		RECORD(cookie, FIN_WAIT2, TIME_WAIT); \
		SEE(cookie, CHANGED, TIME_WAIT); \
		RECORD(cookie, TIME_WAIT, CLOSE); \
		SEE(cookie, DIED, TIME_WAIT); \
	} while (0)

TEST_F(bpf_match, of_whole_lives_is_balanced)
{
	uint64_t cookie;
	int i;

	for (cookie = 1; cookie <= 3000; cookie++)
		LIFE(cookie);
	EXPECT_TRUE(bpf_match_is_settled(self->match, 0, UINT64_MAX));
	SEE(1, BORN, TIME_WAIT);
	EXPECT_FALSE(bpf_match_is_settled(self->match, 0, UINT64_MAX));
	RECORD_BIRTH(1, CLOSING, TIME_WAIT);
	CONCLUDE();
	EXPECT_ROW(ROW_BORN_IN_TIME_WAIT, 1, 1, 0);
	for (i = ROW_CHANGED; i < ROWS; i++)
		EXPECT_ROW(i, 3000, 3000, 0);
	EXPECT_EQ(0, self->result.detail_count);
}

TEST_F(bpf_match, counts_no_rearm_as_a_change)
{
	struct event rearm = {
		.ts_ns = 2000,
		.cookie = 1,
		.origin = TCPCLOSE_ORIGIN_TIMEWAIT,
		.old = TCPCLOSE_TIME_WAIT,
		.new = TCPCLOSE_TIME_WAIT,
		.mark = TCPCLOSE_MARK_REARM,
	};

	LIFE(1);
	bpf_match_add_record(self->match, &rearm);
	CONCLUDE();
	EXPECT_ROW(ROW_CHANGED, 1, 1, 0);
}

/* Both sides have the same number of mini-sockets, but not the same mini-sockets */
TEST_F(bpf_match, finds_one_cookie_in_place_of_another)
{
	SEE(1, BORN, TIME_WAIT);
	RECORD_BIRTH(2, FIN_WAIT2, TIME_WAIT);
	CONCLUDE();
	EXPECT_ROW(ROW_BORN_IN_TIME_WAIT, 1, 1, 2);
	EXPECT_EQ(2, self->result.detail_count);
	EXPECT_EQ(NULL, strstr(self->result.details[0].text, "cookie 0"));
}

TEST_F(bpf_match, finds_a_birth_in_another_state)
{
	SEE(1, BORN, FIN_WAIT2);
	RECORD_BIRTH(1, FIN_WAIT2, TIME_WAIT);
	CONCLUDE();
	EXPECT_ROW(ROW_BORN_IN_FIN_WAIT2, 1, 0, 1);
	EXPECT_ROW(ROW_BORN_IN_TIME_WAIT, 0, 1, 1);
}

TEST_F(bpf_match, finds_a_missing_change)
{
	SEE(1, BORN, FIN_WAIT2);
	RECORD_BIRTH(1, FIN_WAIT2, FIN_WAIT2);
	SEE(1, CHANGED, TIME_WAIT);
	CONCLUDE();
	EXPECT_ROW(ROW_CHANGED, 1, 0, 1);
}

TEST_F(bpf_match, finds_an_end_recorded_twice)
{
	LIFE(1);
	RECORD(1, TIME_WAIT, CLOSE);
	CONCLUDE();
	EXPECT_ROW(ROW_DIED, 1, 2, 1);
}

TEST_F(bpf_match, ignores_what_is_outside_of_the_time_that_is_compared)
{
	RECORD_BIRTH(1, FIN_WAIT2, TIME_WAIT);
	self->now_ns = 5000;
	SEE(2, BORN, TIME_WAIT);
	RECORD_BIRTH(2, FIN_WAIT2, TIME_WAIT);
	bpf_match_conclude(self->match, 2000, 9000, &self->losses, &self->result);
	EXPECT_ROW(ROW_BORN_IN_TIME_WAIT, 1, 1, 0);
}

TEST_F(bpf_match, knows_those_that_were_in_fin_wait2_before)
{
	bpf_match_add_old(self->match, 1, TCPCLOSE_FIN_WAIT2);
	bpf_match_add_old(self->match, 2, TCPCLOSE_FIN_WAIT2);
	bpf_match_add_old(self->match, 3, TCPCLOSE_TIME_WAIT);
	SEE(1, IN_TIME_WAIT, TIME_WAIT);
	RECORD(1, FIN_WAIT2, TIME_WAIT);
	/* One mini-socket that tcpclose has missed, and one that never changed */
	SEE(2, IN_TIME_WAIT, TIME_WAIT);
	SEE(3, IN_TIME_WAIT, TIME_WAIT);
	CONCLUDE();
	EXPECT_ROW(ROW_CHANGED, 2, 1, 1);
}

/* The state of a mini-socket in a namespace without a name could not be read */
TEST_F(bpf_match, accepts_a_change_of_an_unknown_one)
{
	SEE(1, IN_TIME_WAIT, TIME_WAIT);
	RECORD(1, FIN_WAIT2, TIME_WAIT);
	RECORD(2, FIN_WAIT2, TIME_WAIT);
	SEE(2, IN_TIME_WAIT, TIME_WAIT);
	SEE(3, IN_TIME_WAIT, TIME_WAIT);
	CONCLUDE();
	EXPECT_ROW(ROW_CHANGED, 2, 2, 0);
}

/* Its namespace is removed at once: BPF's events are read before the records */
TEST_F(bpf_match, accepts_a_change_of_an_unknown_one_that_is_dead_already)
{
	SEE(1, IN_TIME_WAIT, TIME_WAIT);
	SEE(1, DIED, TIME_WAIT);
	RECORD(1, FIN_WAIT2, TIME_WAIT);
	RECORD(1, TIME_WAIT, CLOSE);
	/* A change that BPF did not see is a difference all the same. */
	SEE(2, DIED, FIN_WAIT2);
	RECORD(2, FIN_WAIT2, TIME_WAIT);
	RECORD(2, TIME_WAIT, CLOSE);
	CONCLUDE();
	EXPECT_ROW(ROW_CHANGED, 1, 2, 1);
	EXPECT_ROW(ROW_DIED, 2, 2, 0);
}

/* A FIN reaches a mini-socket that another CPU ended a moment before */
TEST_F(bpf_match, ignores_a_change_after_the_end)
{
	SEE(1, BORN, FIN_WAIT2);
	RECORD_BIRTH(1, FIN_WAIT2, FIN_WAIT2);
	RECORD(1, FIN_WAIT2, CLOSE);
	see(self->match, self->now_ns += 10, 1, MINISOCK_CHANGED,
	    TCPCLOSE_TIME_WAIT, true);
	SEE(1, DIED, TIME_WAIT);
	/* A change of a mini-socket that is alive is not ignored */
	SEE(2, BORN, FIN_WAIT2);
	RECORD_BIRTH(2, FIN_WAIT2, FIN_WAIT2);
	see(self->match, self->now_ns += 10, 2, MINISOCK_CHANGED,
	    TCPCLOSE_TIME_WAIT, true);
	RECORD(2, FIN_WAIT2, CLOSE);
	SEE(2, DIED, TIME_WAIT);
	CONCLUDE();
	EXPECT_ROW(ROW_CHANGED, 1, 0, 1);
}

TEST_F(bpf_match, finds_the_cookie_of_a_birth_by_its_addresses)
{
	SEE(0, BORN, TIME_WAIT);
	RECORD_BIRTH(7, FIN_WAIT2, TIME_WAIT);
	CONCLUDE();
	EXPECT_ROW(ROW_BORN_IN_TIME_WAIT, 1, 1, 0);
}

TEST_F(bpf_match, is_incomplete_after_a_loss)
{
	RECORD_BIRTH(7, FIN_WAIT2, TIME_WAIT);
	self->losses.dropped = 3;
	CONCLUDE();
	EXPECT_TRUE(comparison_is_incomplete(&self->result));
}

/* Possibly missed calls explain as many missing changes, and no more */
TEST_F(bpf_match, is_incomplete_where_bpf_may_have_missed_calls)
{
	self->losses.missed_births = 1;
	SEE(1, BORN, TIME_WAIT);
	RECORD_BIRTH(1, FIN_WAIT2, TIME_WAIT);
	CONCLUDE();
	EXPECT_FALSE(comparison_is_incomplete(&self->result));
	RECORD_BIRTH(2, FIN_WAIT2, TIME_WAIT);
	CONCLUDE();
	EXPECT_TRUE(comparison_is_incomplete(&self->result));
	self->result.incomplete.text[0] = '\0';
	RECORD_BIRTH(3, FIN_WAIT2, TIME_WAIT);
	CONCLUDE();
	EXPECT_FALSE(comparison_is_incomplete(&self->result));
	RECORD(1, TIME_WAIT, CLOSE);
	CONCLUDE();
	EXPECT_FALSE(comparison_is_incomplete(&self->result));
	self->losses.missed_deaths = 1;
	CONCLUDE();
	EXPECT_TRUE(comparison_is_incomplete(&self->result));
}

TEST_HARNESS_MAIN
