// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lives of mini-sockets as BPF and as tcpclose have them, set against each
 * other by verify --against-kernel.
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

FIXTURE(ledger)
{
	struct bpf_match *ledger;
	struct comparison said;
	struct bpf_losses losses;
	uint64_t now_ns;
};

FIXTURE_SETUP(ledger)
{
	memset(&self->said, 0, sizeof(self->said));
	memset(&self->losses, 0, sizeof(self->losses));
	ASSERT_EQ(0, bpf_match_new(&self->ledger));
	self->now_ns = 1000;
}

FIXTURE_TEARDOWN(ledger)
{
	bpf_match_free(self->ledger);
}

static void see(struct bpf_match *l, uint64_t ts_ns, uint64_t cookie,
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

	bpf_match_witness(l, &e);
}

static void hear(struct bpf_match *l, uint64_t ts_ns, uint64_t cookie,
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
	bpf_match_record(l, &e);
}

#define SEE(cookie, kind, state) \
	see(self->ledger, self->now_ns += 10, cookie, MINISOCK_##kind, \
	    TCPCLOSE_##state, false)
#define HEAR_BIRTH(cookie, old, new) \
	hear(self->ledger, self->now_ns += 10, cookie, \
	     TCPCLOSE_ORIGIN_TRACEPOINT, TCPCLOSE_##old, TCPCLOSE_##new)
#define HEAR(cookie, old, new) \
	hear(self->ledger, self->now_ns += 10, cookie, \
	     TCPCLOSE_ORIGIN_TIMEWAIT, TCPCLOSE_##old, TCPCLOSE_##new)
#define CONCLUDE() \
	bpf_match_conclude(self->ledger, 0, UINT64_MAX, &self->losses, &self->said)
#define EXPECT_ROW(row, bpf, tcpclose_, difference_) do { \
	EXPECT_EQ(bpf, self->said.rows[row].kernel); \
	EXPECT_EQ(tcpclose_, self->said.rows[row].tcpclose); \
	EXPECT_EQ(difference_, self->said.rows[row].difference); \
} while (0)

/* A whole life: as an orphan in FIN_WAIT2, then in TIME_WAIT */
#define LIFE(cookie) do { \
	SEE(cookie, BORN, FIN_WAIT2); \
	HEAR_BIRTH(cookie, FIN_WAIT2, FIN_WAIT2); \
	HEAR(cookie, FIN_WAIT2, TIME_WAIT); \
	SEE(cookie, CHANGED, TIME_WAIT); \
	HEAR(cookie, TIME_WAIT, CLOSE); \
	SEE(cookie, DIED, TIME_WAIT); \
} while (0)

TEST_F(ledger, of_whole_lives_is_even)
{
	uint64_t cookie;
	int i;

	for (cookie = 1; cookie <= 3000; cookie++)
		LIFE(cookie);
	EXPECT_TRUE(bpf_match_is_settled(self->ledger, 0, UINT64_MAX));
	SEE(1, BORN, TIME_WAIT);
	EXPECT_FALSE(bpf_match_is_settled(self->ledger, 0, UINT64_MAX));
	HEAR_BIRTH(1, CLOSING, TIME_WAIT);
	CONCLUDE();
	EXPECT_ROW(ROW_BORN_IN_TIME_WAIT, 1, 1, 0);
	for (i = ROW_CHANGED; i < ROWS; i++)
		EXPECT_ROW(i, 3000, 3000, 0);
	EXPECT_EQ(0, self->said.detail_count);
}

TEST_F(ledger, counts_no_rearm_as_a_change)
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
	bpf_match_record(self->ledger, &rearm);
	CONCLUDE();
	EXPECT_ROW(ROW_CHANGED, 1, 1, 0);
}

/* As many on both sides, and not the same */
TEST_F(ledger, finds_one_cookie_in_place_of_another)
{
	SEE(1, BORN, TIME_WAIT);
	HEAR_BIRTH(2, FIN_WAIT2, TIME_WAIT);
	CONCLUDE();
	EXPECT_ROW(ROW_BORN_IN_TIME_WAIT, 1, 1, 2);
	EXPECT_EQ(2, self->said.detail_count);
	EXPECT_EQ(NULL, strstr(self->said.details[0].text, "cookie 0"));
}

TEST_F(ledger, finds_a_birth_in_another_state)
{
	SEE(1, BORN, FIN_WAIT2);
	HEAR_BIRTH(1, FIN_WAIT2, TIME_WAIT);
	CONCLUDE();
	EXPECT_ROW(ROW_BORN_IN_FIN_WAIT2, 1, 0, 1);
	EXPECT_ROW(ROW_BORN_IN_TIME_WAIT, 0, 1, 1);
}

TEST_F(ledger, finds_a_missing_change)
{
	SEE(1, BORN, FIN_WAIT2);
	HEAR_BIRTH(1, FIN_WAIT2, FIN_WAIT2);
	SEE(1, CHANGED, TIME_WAIT);
	CONCLUDE();
	EXPECT_ROW(ROW_CHANGED, 1, 0, 1);
}

TEST_F(ledger, finds_an_end_told_twice)
{
	LIFE(1);
	HEAR(1, TIME_WAIT, CLOSE);
	CONCLUDE();
	EXPECT_ROW(ROW_DIED, 1, 2, 1);
}

TEST_F(ledger, asks_for_nothing_outside_of_the_time_that_counts)
{
	HEAR_BIRTH(1, FIN_WAIT2, TIME_WAIT);
	self->now_ns = 5000;
	SEE(2, BORN, TIME_WAIT);
	HEAR_BIRTH(2, FIN_WAIT2, TIME_WAIT);
	bpf_match_conclude(self->ledger, 2000, 9000, &self->losses, &self->said);
	EXPECT_ROW(ROW_BORN_IN_TIME_WAIT, 1, 1, 0);
}

TEST_F(ledger, knows_who_was_in_fin_wait2_before)
{
	bpf_match_old(self->ledger, 1, TCPCLOSE_FIN_WAIT2);
	bpf_match_old(self->ledger, 2, TCPCLOSE_FIN_WAIT2);
	bpf_match_old(self->ledger, 3, TCPCLOSE_TIME_WAIT);
	SEE(1, IN_TIME_WAIT, TIME_WAIT);
	HEAR(1, FIN_WAIT2, TIME_WAIT);
	/* One that tcpclose has missed, and one that never changed */
	SEE(2, IN_TIME_WAIT, TIME_WAIT);
	SEE(3, IN_TIME_WAIT, TIME_WAIT);
	CONCLUDE();
	EXPECT_ROW(ROW_CHANGED, 2, 1, 1);
}

/* Nobody could ask for the state of one in a namespace without a name */
TEST_F(ledger, believes_what_is_told_of_strangers)
{
	SEE(1, IN_TIME_WAIT, TIME_WAIT);
	HEAR(1, FIN_WAIT2, TIME_WAIT);
	HEAR(2, FIN_WAIT2, TIME_WAIT);
	SEE(2, IN_TIME_WAIT, TIME_WAIT);
	SEE(3, IN_TIME_WAIT, TIME_WAIT);
	CONCLUDE();
	EXPECT_ROW(ROW_CHANGED, 2, 2, 0);
}

/* A FIN reaches one that another CPU ended a moment before */
TEST_F(ledger, lets_the_dead_change)
{
	SEE(1, BORN, FIN_WAIT2);
	HEAR_BIRTH(1, FIN_WAIT2, FIN_WAIT2);
	HEAR(1, FIN_WAIT2, CLOSE);
	see(self->ledger, self->now_ns += 10, 1, MINISOCK_CHANGED,
	    TCPCLOSE_TIME_WAIT, true);
	SEE(1, DIED, TIME_WAIT);
	/* But not the living */
	SEE(2, BORN, FIN_WAIT2);
	HEAR_BIRTH(2, FIN_WAIT2, FIN_WAIT2);
	see(self->ledger, self->now_ns += 10, 2, MINISOCK_CHANGED,
	    TCPCLOSE_TIME_WAIT, true);
	HEAR(2, FIN_WAIT2, CLOSE);
	SEE(2, DIED, TIME_WAIT);
	CONCLUDE();
	EXPECT_ROW(ROW_CHANGED, 1, 0, 1);
}

TEST_F(ledger, finds_the_cookie_of_a_birth_by_its_addresses)
{
	SEE(0, BORN, TIME_WAIT);
	HEAR_BIRTH(7, FIN_WAIT2, TIME_WAIT);
	CONCLUDE();
	EXPECT_ROW(ROW_BORN_IN_TIME_WAIT, 1, 1, 0);
}

TEST_F(ledger, is_worth_nothing_after_a_loss)
{
	HEAR_BIRTH(7, FIN_WAIT2, TIME_WAIT);
	self->losses.dropped = 3;
	CONCLUDE();
	EXPECT_TRUE(comparison_is_incomplete(&self->said));
}

/* What may have been missed explains what is missing, and no more than that */
TEST_F(ledger, doubts_bpf_where_it_may_have_missed_calls)
{
	self->losses.missed_births = 1;
	SEE(1, BORN, TIME_WAIT);
	HEAR_BIRTH(1, FIN_WAIT2, TIME_WAIT);
	CONCLUDE();
	EXPECT_FALSE(comparison_is_incomplete(&self->said));
	HEAR_BIRTH(2, FIN_WAIT2, TIME_WAIT);
	CONCLUDE();
	EXPECT_TRUE(comparison_is_incomplete(&self->said));
	self->said.incomplete.text[0] = '\0';
	HEAR_BIRTH(3, FIN_WAIT2, TIME_WAIT);
	CONCLUDE();
	EXPECT_FALSE(comparison_is_incomplete(&self->said));
}

TEST_HARNESS_MAIN
