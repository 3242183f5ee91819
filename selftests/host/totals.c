// SPDX-License-Identifier: GPL-2.0-only
/*
 * Comparison of sums of records with the kernel's counters and lists, as in verify
 * --against-kernel: with invented snapshots of an invented kernel.
 */
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "base/clock.h"
#include "witness/totals.h"

#define NETNS 77
#define INODE 4026531840U
#define MS NS_PER_MS

/* A kernel with one namespace: its counters and its list */
struct kernel {
	struct counters counters;
	struct sockdiag_entry list[16];
	size_t listed;
};

FIXTURE(totals)
{
	struct totals *totals;
	struct comparison result;
	struct kernel kernel;
};

FIXTURE_SETUP(totals)
{
	ASSERT_EQ(0, totals_new(&self->totals));
	/* The kernel has been up for a while */
	self->kernel.counters.value[COUNTER_BIRTHS] = 1000;
	self->kernel.counters.value[COUNTER_ESTAB_RESETS] = 5;
}

FIXTURE_TEARDOWN(totals)
{
	totals_free(self->totals);
}

static struct snapshots snapshot_of(struct kernel *kernel, struct snapshot *one,
				    uint64_t ms)
{
	memset(one, 0, sizeof(*one));
	one->ns.inode = INODE;
	one->list.netns = NETNS;
	one->list.entries = kernel->list;
	one->list.count = kernel->listed;
	one->counters = kernel->counters;
	one->counters.minisocks = kernel->listed;
	one->begin_ns = ms * MS;
	one->counted_ns = ms * MS + MS / 2;
	one->end_ns = ms * MS + MS;
	return (struct snapshots){ .all = one, .count = 1 };
}

static void add_first(struct totals *t, struct kernel *kernel, uint64_t ms)
{
	struct snapshot one;
	struct snapshots all = snapshot_of(kernel, &one, ms);

	totals_begin(t, &all);
}

static void add_last(struct totals *t, struct kernel *kernel, uint64_t ms)
{
	struct snapshot one;
	struct snapshots all = snapshot_of(kernel, &one, ms);

	totals_end(t, &all);
}

/* @lport: of the mini-socket; its other addresses are 0 */
static void record_of_port(struct totals *t, uint64_t ms, uint64_t cookie,
			   uint16_t lport, unsigned int origin,
			   unsigned int old, unsigned int new)
{
	struct event e = {
		.ts_ns = ms * MS,
		.cookie = cookie,
		.lport = lport,
		.netns = NETNS,
		.netns_inode = INODE,
		.origin = origin,
		.old = old,
		.new = new,
	};

	if (origin == TCPCLOSE_ORIGIN_TRACEPOINT) {
		e.raw_old = old;
		e.raw_new = TCPCLOSE_CLOSE;
	}
	totals_add_record(t, &e);
}

static void record(struct totals *t, uint64_t ms, uint64_t cookie,
		   unsigned int origin, unsigned int old, unsigned int new)
{
	record_of_port(t, ms, cookie, 0, origin, old, new);
}

#define RECORD_BIRTH(ms, cookie, state) \
	record(self->totals, ms, cookie, TCPCLOSE_ORIGIN_TRACEPOINT, \
	       TCPCLOSE_FIN_WAIT2, TCPCLOSE_##state)
#define RECORD(ms, cookie, old, new) \
	record(self->totals, ms, cookie, TCPCLOSE_ORIGIN_TIMEWAIT, \
	       TCPCLOSE_##old, TCPCLOSE_##new)

static void list_of_port(struct kernel *kernel, uint64_t cookie, uint16_t lport,
			 unsigned int state)
{
	static const uint8_t nowhere[16];
	struct sockdiag_entry *entry = &kernel->list[kernel->listed++];

	entry->key = sockdiag_key(cookie, lport, 0, nowhere);
	entry->cookie = cookie;
	entry->state = state;
}

static void list(struct kernel *kernel, uint64_t cookie, unsigned int state)
{
	list_of_port(kernel, cookie, 0, state);
}

/* The kernel makes a mini-socket */
static void add_birth(struct kernel *kernel, uint64_t cookie, unsigned int state)
{
	kernel->counters.value[COUNTER_BIRTHS]++;
	list(kernel, cookie, state);
}

static const struct comparison_row *row(const struct comparison *c,
					const char *what)
{
	static const struct comparison_row none = { .difference = ~0ULL };
	unsigned int i;

	for (i = 0; i < c->row_count; i++)
		if (!strncmp(c->rows[i].what, what, strlen(what)))
			return &c->rows[i];
	return &none;
}

#define CONCLUDE() \
	do { \
		memset(&self->result, 0, sizeof(self->result)); \
		totals_conclude(self->totals, false, &self->result); \
	} while (0)
#define EXPECT_ROW(what_, kernel_, tcpclose_, difference_, moving_) \
	do { \
		const struct comparison_row *_row = row(&self->result, what_); \
		EXPECT_EQ(kernel_, _row->kernel); \
		EXPECT_EQ(tcpclose_, _row->tcpclose); \
		EXPECT_EQ(difference_, _row->difference); \
		EXPECT_EQ(moving_, _row->moving); \
	} while (0)

TEST_F(totals, add_up)
{
	list(&self->kernel, 1, TCPCLOSE_FIN_WAIT2);
	add_first(self->totals, &self->kernel, 100);
	RECORD_BIRTH(200, 2, TIME_WAIT);
	add_birth(&self->kernel, 2, TCPCLOSE_TIME_WAIT);
	RECORD(210, 1, FIN_WAIT2, TIME_WAIT);
	self->kernel.list[0].state = TCPCLOSE_TIME_WAIT;
	RECORD_BIRTH(220, 3, FIN_WAIT2);
	add_birth(&self->kernel, 3, TCPCLOSE_FIN_WAIT2);
	RECORD_BIRTH(230, 4, TIME_WAIT);
	add_birth(&self->kernel, 4, TCPCLOSE_TIME_WAIT);
	RECORD(240, 4, TIME_WAIT, CLOSE);
	self->kernel.listed--;
	add_last(self->totals, &self->kernel, 300);
	EXPECT_TRUE(totals_are_exact(self->totals));
	CONCLUDE();
	EXPECT_ROW("births", 3, 3, 0, 0);
	EXPECT_ROW("resets", 0, 0, 0, 0);
	EXPECT_ROW("mini-sockets now", 3, 3, 0, 0);
	EXPECT_ROW("the same by cookie", 3, 3, 0, 0);
	EXPECT_EQ(0, self->result.detail_count);
	EXPECT_EQ(~0ULL, row(&self->result, "passive opens")->difference);
}

static void drop(struct totals *t, uint64_t ms, uint8_t reason)
{
	struct event e = {
		.kind = EVENT_DROP,
		.ts_ns = ms * MS,
		.netns = NETNS,
		.netns_inode = INODE,
		.drop = { .reason = reason },
	};

	totals_add_record(t, &e);
}

static void record_opening(struct totals *t, uint64_t ms, unsigned int state,
			   unsigned int cause, unsigned int opener)
{
	struct event e = {
		.opener = opener,
		.ts_ns = ms * MS,
		.cookie = ms,
		.netns = NETNS,
		.netns_inode = INODE,
		.origin = TCPCLOSE_ORIGIN_TRACEPOINT,
		.old = (uint8_t)state,
		.new = TCPCLOSE_CLOSE,
		.raw_old = state,
		.raw_new = TCPCLOSE_CLOSE,
		.cause = (uint8_t)cause,
	};

	totals_add_record(t, &e);
}

TEST_F(totals, count_drops)
{
	add_first(self->totals, &self->kernel, 100);
	drop(self->totals, 200, TCPCLOSE_DROP_ACCEPT_QUEUE_SYN);
	drop(self->totals, 201, TCPCLOSE_DROP_ACCEPT_QUEUE_ACK);
	drop(self->totals, 202, TCPCLOSE_DROP_ACCEPT_QUEUE_RST);
	drop(self->totals, 203, TCPCLOSE_DROP_SYN_QUEUE);
	self->kernel.counters.value[COUNTER_LISTEN_OVERFLOWS] = 3;
	self->kernel.counters.value[COUNTER_LISTEN_DROPS] = 4;
	add_last(self->totals, &self->kernel, 300);
	EXPECT_TRUE(totals_are_exact(self->totals));
	CONCLUDE();
	EXPECT_ROW("accept queue full", 3, 3, 0, 0);
	EXPECT_ROW("listeners' drops", 4, 4, 0, 0);
	EXPECT_STREQ("", self->result.remarks.text);
}

/* The kernel drops some where nothing shows it, but none that it does not count. */
TEST_F(totals, do_not_see_all_drops)
{
	add_first(self->totals, &self->kernel, 100);
	drop(self->totals, 200, TCPCLOSE_DROP_NO_SOCKET);
	self->kernel.counters.value[COUNTER_LISTEN_DROPS] = 3;
	add_last(self->totals, &self->kernel, 300);
	EXPECT_TRUE(totals_are_exact(self->totals));
	CONCLUDE();
	EXPECT_ROW("listeners' drops", 3, 1, 0, 0);
	EXPECT_NE(NULL, strstr(self->result.remarks.text, "2 drops by listeners"));
}

TEST_F(totals, miss_an_overflow)
{
	add_first(self->totals, &self->kernel, 100);
	self->kernel.counters.value[COUNTER_LISTEN_OVERFLOWS] = 1;
	add_last(self->totals, &self->kernel, 300);
	CONCLUDE();
	EXPECT_ROW("accept queue full", 1, 0, 1, 0);
}

TEST_F(totals, have_a_drop_too_many)
{
	add_first(self->totals, &self->kernel, 100);
	drop(self->totals, 200, TCPCLOSE_DROP_NO_SOCKET);
	add_last(self->totals, &self->kernel, 300);
	CONCLUDE();
	EXPECT_ROW("listeners' drops", 0, 1, 1, 0);
}

TEST_F(totals, ignore_drops_without_a_record)
{
	add_first(self->totals, &self->kernel, 100);
	totals_ignore_drops(self->totals);
	self->kernel.counters.value[COUNTER_LISTEN_OVERFLOWS] = 7;
	add_last(self->totals, &self->kernel, 300);
	EXPECT_TRUE(totals_are_exact(self->totals));
	CONCLUDE();
	EXPECT_EQ(~0ULL, row(&self->result, "accept queue full")->difference);
	EXPECT_NE(NULL, strstr(self->result.remarks.text, "drop_rate"));
}

static void record_rst(struct totals *t, uint64_t ms, unsigned int effect,
		       unsigned int reason, unsigned int flags)
{
	struct event e = {
		.kind = EVENT_RST,
		.ts_ns = ms * MS,
		.netns = NETNS,
		.netns_inode = INODE,
		.flags = (uint16_t)flags,
		.rst.effect = (uint8_t)effect,
		.rst.reason = (uint8_t)reason,
	};

	totals_add_record(t, &e);
}

/* What tcp_done() ends, and a SYN in the window of a request; not what connect() does */
TEST_F(totals, count_failed_openings)
{
	add_first(self->totals, &self->kernel, 100);
	record_opening(self->totals, 200, TCPCLOSE_SYN_SENT, TCPCLOSE_CAUSE_REFUSED, 7);
	record_opening(self->totals, 201, TCPCLOSE_SYN_RECV, TCPCLOSE_CAUSE_RST, 7);
	record_opening(self->totals, 202, TCPCLOSE_SYN_SENT, TCPCLOSE_CAUSE_TIMEOUT, 7);
	record_opening(self->totals, 203, TCPCLOSE_SYN_SENT, TCPCLOSE_CAUSE_NO_PORT, 7);
	record_opening(self->totals, 204, TCPCLOSE_SYN_SENT, TCPCLOSE_CAUSE_CONNECT_ABORTED, 7);
	record_opening(self->totals, 205, TCPCLOSE_ESTABLISHED, TCPCLOSE_CAUSE_TIMEOUT, 7);
	record_rst(self->totals, 206, TCPCLOSE_RST_SENT, TCPCLOSE_RST_INVALID_SYN,
		   TCPCLOSE_FLAG_SYN);
	/* The accept queue was full. */
	record_rst(self->totals, 207, TCPCLOSE_RST_SENT, TCPCLOSE_RST_INVALID_SYN,
		   TCPCLOSE_FLAG_ACK);
	self->kernel.counters.value[COUNTER_ATTEMPT_FAILS] += 4;
	self->kernel.counters.value[COUNTER_ABORT_ON_TIMEOUT] += 2;
	self->kernel.counters.value[COUNTER_ESTAB_RESETS]++;
	self->kernel.counters.value[COUNTER_OUT_RSTS] += 2;
	add_last(self->totals, &self->kernel, 300);
	CONCLUDE();
	EXPECT_ROW("failed openings", 4, 4, 0, 0);
	EXPECT_STREQ("", self->result.remarks.text);
}

/* What a listener opened by Fast Open is counted as a request and as a socket. */
TEST_F(totals, may_count_a_reset_twice)
{
	add_first(self->totals, &self->kernel, 100);
	record_opening(self->totals, 201, TCPCLOSE_SYN_RECV, TCPCLOSE_CAUSE_RST, 0);
	self->kernel.counters.value[COUNTER_ATTEMPT_FAILS] += 2;
	add_last(self->totals, &self->kernel, 300);
	CONCLUDE();
	EXPECT_ROW("failed openings", 2, 2, 0, 0);
}

/* A RST that was dropped may have ended a request: one more, but not two. */
TEST_F(totals, leave_open_what_a_dropped_rst_did)
{
	add_first(self->totals, &self->kernel, 100);
	record_rst(self->totals, 200, TCPCLOSE_RST_OTHER, 0, TCPCLOSE_FLAG_RST);
	self->kernel.counters.value[COUNTER_ATTEMPT_FAILS]++;
	add_last(self->totals, &self->kernel, 300);
	CONCLUDE();
	EXPECT_ROW("failed openings", 1, 1, 0, 0);
	EXPECT_NE(NULL, strstr(self->result.remarks.text, "AttemptFails within 1"));
	self->kernel.counters.value[COUNTER_ATTEMPT_FAILS]++;
	add_last(self->totals, &self->kernel, 400);
	add_last(self->totals, &self->kernel, 500);
	add_last(self->totals, &self->kernel, 600);
	add_last(self->totals, &self->kernel, 700);
	CONCLUDE();
	EXPECT_LT(0, row(&self->result, "failed openings")->difference);
}

/* A socket that connects again has the cookie of its living mini-sockets. */
TEST_F(totals, tell_mini_sockets_of_one_cookie_apart)
{
	uint16_t port;

	list_of_port(&self->kernel, 1, 40000, TCPCLOSE_TIME_WAIT);
	add_first(self->totals, &self->kernel, 100);
	for (port = 40001; port < 40004; port++) {
		record_of_port(self->totals, 200, 1, port,
			       TCPCLOSE_ORIGIN_TRACEPOINT, TCPCLOSE_FIN_WAIT2,
			       TCPCLOSE_TIME_WAIT);
		self->kernel.counters.value[COUNTER_BIRTHS]++;
		list_of_port(&self->kernel, 1, port, TCPCLOSE_TIME_WAIT);
	}
	/* The oldest and the latest end. */
	record_of_port(self->totals, 210, 1, 40000, TCPCLOSE_ORIGIN_TIMEWAIT,
		       TCPCLOSE_TIME_WAIT, TCPCLOSE_CLOSE);
	record_of_port(self->totals, 220, 1, 40003, TCPCLOSE_ORIGIN_TIMEWAIT,
		       TCPCLOSE_TIME_WAIT, TCPCLOSE_CLOSE);
	self->kernel.listed--;
	self->kernel.list[0] = self->kernel.list[2];
	self->kernel.listed--;
	add_last(self->totals, &self->kernel, 300);
	EXPECT_TRUE(totals_are_exact(self->totals));
	CONCLUDE();
	EXPECT_ROW("mini-sockets now", 2, 2, 0, 0);
	EXPECT_ROW("the same by cookie", 2, 2, 0, 0);
	EXPECT_EQ(0, self->result.detail_count);
}

TEST_F(totals, miss_a_record)
{
	add_first(self->totals, &self->kernel, 100);
	RECORD_BIRTH(200, 1, TIME_WAIT);
	add_birth(&self->kernel, 1, TCPCLOSE_TIME_WAIT);
	add_birth(&self->kernel, 2, TCPCLOSE_TIME_WAIT);
	add_last(self->totals, &self->kernel, 300);
	EXPECT_FALSE(totals_are_exact(self->totals));
	CONCLUDE();
	EXPECT_ROW("births", 2, 1, 1, 0);
	EXPECT_ROW("mini-sockets now", 2, 1, 1, 0);
	EXPECT_ROW("the same by cookie", 2, 1, 1, 0);
	EXPECT_EQ(3, self->result.detail_count);
}

TEST_F(totals, have_a_record_too_many)
{
	list(&self->kernel, 1, TCPCLOSE_TIME_WAIT);
	add_first(self->totals, &self->kernel, 100);
	RECORD_BIRTH(200, 2, TIME_WAIT);
	RECORD(210, 1, TIME_WAIT, CLOSE);
	add_last(self->totals, &self->kernel, 300);
	CONCLUDE();
	EXPECT_ROW("births", 0, 1, 1, 0);
	/* The same number, but another mini-socket */
	EXPECT_ROW("mini-sockets now", 1, 1, 0, 0);
	EXPECT_ROW("the same by cookie", 1, 1, 2, 0);
}

TEST_F(totals, find_another_state)
{
	list(&self->kernel, 1, TCPCLOSE_FIN_WAIT2);
	add_first(self->totals, &self->kernel, 100);
	self->kernel.list[0].state = TCPCLOSE_TIME_WAIT;
	add_last(self->totals, &self->kernel, 300);
	CONCLUDE();
	EXPECT_ROW("the same by cookie", 1, 1, 1, 0);
}

/* What happens close to a snapshot may be in it or not */
TEST_F(totals, do_not_count_what_moves)
{
	int seen, i;

	for (seen = 0; seen < 2; seen++) {
		totals_free(self->totals);
		ASSERT_EQ(0, totals_new(&self->totals));
		self->kernel.listed = 0;
		self->kernel.counters.value[COUNTER_BIRTHS] = 1000;
		add_first(self->totals, &self->kernel, 100);
		RECORD_BIRTH(200, 1, TIME_WAIT);
		add_birth(&self->kernel, 1, TCPCLOSE_TIME_WAIT);
		RECORD_BIRTH(301, 2, TIME_WAIT);
		if (seen)
			add_birth(&self->kernel, 2, TCPCLOSE_TIME_WAIT);
		add_last(self->totals, &self->kernel, 300);
		CONCLUDE();
		EXPECT_ROW("births", 1 + seen, 1 + seen, 0, 1);
		EXPECT_ROW("mini-sockets now", 1 + seen, 1 + seen, 0, 1);
		EXPECT_ROW("the same by cookie", 1, 1, 0, 1);
	}
	/* More precise snapshots are conclusive */
	for (i = 0; i < 3; i++)
		add_last(self->totals, &self->kernel, 400 + i);
	EXPECT_TRUE(totals_are_exact(self->totals));
}

/* Two moving mini-sockets explain a difference of two, not of three */
TEST_F(totals, allow_no_more_than_what_moves)
{
	add_first(self->totals, &self->kernel, 100);
	RECORD_BIRTH(299, 1, TIME_WAIT);
	RECORD_BIRTH(301, 2, TIME_WAIT);
	self->kernel.counters.value[COUNTER_BIRTHS] += 3;
	add_last(self->totals, &self->kernel, 300);
	CONCLUDE();
	EXPECT_EQ(1, row(&self->result, "births")->difference);
}

/* One CPU was delayed: its record is dated long before its counter moved */
TEST_F(totals, outvote_one_wrong_reading)
{
	RECORD_BIRTH(50, 1, TIME_WAIT);
	add_first(self->totals, &self->kernel, 100);
	self->kernel.counters.value[COUNTER_BIRTHS]++;
	add_first(self->totals, &self->kernel, 120);
	EXPECT_FALSE(totals_are_sure(self->totals));
	add_first(self->totals, &self->kernel, 140);
	add_first(self->totals, &self->kernel, 160);
	add_first(self->totals, &self->kernel, 180);
	EXPECT_TRUE(totals_are_sure(self->totals));
	add_last(self->totals, &self->kernel, 300);
	CONCLUDE();
	EXPECT_ROW("births", 0, 0, 0, 0);
	/* But a permanent difference is still found */
	self->kernel.counters.value[COUNTER_BIRTHS]++;
	add_last(self->totals, &self->kernel, 320);
	add_last(self->totals, &self->kernel, 340);
	add_last(self->totals, &self->kernel, 360);
	add_last(self->totals, &self->kernel, 380);
	CONCLUDE();
	EXPECT_ROW("births", 1, 0, 1, 0);
}

/* Readings that allow two values are no evidence for one of them */
TEST_F(totals, do_not_let_one_wrong_reading_decide_for_vague_ones)
{
	uint64_t ms;

	RECORD_BIRTH(50, 1, TIME_WAIT);
	add_first(self->totals, &self->kernel, 100);
	for (ms = 120; ms < 160; ms += 20) {
		self->kernel.counters.value[COUNTER_BIRTHS]++;
		RECORD_BIRTH(ms, ms, TIME_WAIT);
		add_first(self->totals, &self->kernel, ms);
	}
	self->kernel.counters.value[COUNTER_BIRTHS]++;
	EXPECT_FALSE(totals_are_sure(self->totals));
	add_last(self->totals, &self->kernel, 200);
	CONCLUDE();
	EXPECT_EQ(0, row(&self->result, "births")->difference);
	EXPECT_LT(0, row(&self->result, "births")->moving);
	for (ms = 200; ms < 280; ms += 20)
		add_first(self->totals, &self->kernel, ms);
	EXPECT_TRUE(totals_are_sure(self->totals));
	CONCLUDE();
	EXPECT_ROW("births", 0, 0, 0, 0);
}

/* Another CPU changes or ends a mini-socket before its birth is recorded */
TEST_F(totals, know_a_life_before_the_birth)
{
	add_first(self->totals, &self->kernel, 100);
	RECORD(200, 1, TIME_WAIT, CLOSE);
	RECORD_BIRTH(201, 1, TIME_WAIT);
	self->kernel.counters.value[COUNTER_BIRTHS]++;
	RECORD(210, 2, FIN_WAIT2, TIME_WAIT);
	RECORD_BIRTH(211, 2, FIN_WAIT2);
	add_birth(&self->kernel, 2, TCPCLOSE_TIME_WAIT);
	RECORD(220, 3, FIN_WAIT2, TIME_WAIT);
	RECORD(221, 3, TIME_WAIT, CLOSE);
	RECORD_BIRTH(222, 3, FIN_WAIT2);
	self->kernel.counters.value[COUNTER_BIRTHS]++;
	add_last(self->totals, &self->kernel, 300);
	CONCLUDE();
	EXPECT_ROW("births", 3, 3, 0, 0);
	EXPECT_ROW("mini-sockets now", 1, 1, 0, 0);
	EXPECT_ROW("the same by cookie", 1, 1, 0, 0);
}

/* A mini-socket born before the stream changes before the first snapshot */
TEST_F(totals, know_a_life_that_began_before_the_records)
{
	uint64_t ms;

	RECORD(50, 1, FIN_WAIT2, TIME_WAIT);
	RECORD(51, 2, FIN_WAIT2, TIME_WAIT);
	RECORD(52, 3, TIME_WAIT, CLOSE);
	totals_advance(self->totals, 900 * MS);
	list(&self->kernel, 1, TCPCLOSE_TIME_WAIT);
	list(&self->kernel, 2, TCPCLOSE_TIME_WAIT);
	for (ms = 1000; ms < 1060; ms += 20)
		add_first(self->totals, &self->kernel, ms);
	RECORD(1100, 2, TIME_WAIT, CLOSE);
	self->kernel.listed--;
	add_last(self->totals, &self->kernel, 1300);
	CONCLUDE();
	EXPECT_ROW("mini-sockets now", 1, 1, 0, 0);
	EXPECT_ROW("the same by cookie", 1, 1, 0, 0);
}

/* A list skips entries that move within their bucket */
TEST_F(totals, believe_several_lists_rather_than_one)
{
	add_first(self->totals, &self->kernel, 100);
	list(&self->kernel, 1, TCPCLOSE_TIME_WAIT);
	add_first(self->totals, &self->kernel, 120);
	add_last(self->totals, &self->kernel, 300);
	self->kernel.listed = 0;
	add_last(self->totals, &self->kernel, 320);
	CONCLUDE();
	EXPECT_ROW("the same by cookie", 1, 1, 0, 0);
}

TEST_F(totals, begin_at_zero_in_a_new_namespace)
{
	RECORD_BIRTH(200, 1, TIME_WAIT);
	self->kernel.counters.value[COUNTER_BIRTHS] = 0;
	self->kernel.counters.value[COUNTER_ESTAB_RESETS] = 0;
	add_birth(&self->kernel, 1, TCPCLOSE_TIME_WAIT);
	add_last(self->totals, &self->kernel, 300);
	CONCLUDE();
	EXPECT_ROW("births", 1, 1, 0, 0);
	EXPECT_ROW("the same by cookie", 1, 1, 0, 0);
	EXPECT_EQ('\0', self->result.remarks.text[0]);
}

TEST_F(totals, name_what_is_left_out)
{
	struct snapshot two[2] = {};
	struct snapshots all = { .all = two, .count = 2 };
	struct event foreign = {
		.ts_ns = 200 * MS,
		.netns = NETNS + 2,
		.origin = TCPCLOSE_ORIGIN_TRACEPOINT,
		.new = TCPCLOSE_TIME_WAIT,
	};

	two[0].ns.inode = INODE + 1;
	two[0].list.netns = NETNS + 1;
	two[1].ns.inode = INODE + 3;
	two[1].error = -EPERM;
	add_first(self->totals, &self->kernel, 100);
	totals_begin(self->totals, &all);
	totals_add_record(self->totals, &foreign);
	add_last(self->totals, &self->kernel, 400);
	CONCLUDE();
	EXPECT_NE(NULL, strstr(self->result.remarks.text, "removed meanwhile"));
	EXPECT_NE(NULL, strstr(self->result.remarks.text, "without a name"));
	EXPECT_NE(NULL, strstr(self->result.remarks.text, "cannot be entered"));
	EXPECT_FALSE(comparison_is_missing(&self->result));
}

TEST_F(totals, are_missing_if_nothing_can_be_read)
{
	struct snapshot one = { .error = -EPERM };
	struct snapshots all = { .all = &one, .count = 1 };

	totals_begin(self->totals, &all);
	totals_end(self->totals, &all);
	CONCLUDE();
	EXPECT_TRUE(comparison_is_missing(&self->result));
}

TEST_HARNESS_MAIN
