// SPDX-License-Identifier: GPL-2.0-only
/*
 * What why finds of connections and sockets, on either side of each threshold.
 */
#include <errno.h>
#include <string.h>

#include "kselftest_harness.h"

#include "answer/thresholds.h"
#include "answer/why.h"
#include "base/clock.h"

#define BEGIN (1000 * NS_PER_S)

FIXTURE(judges)
{
	struct why why;
	struct conn conn;
	struct filter filter;
};

/* A connection that this end opened, with data, and that was there for ten seconds */
FIXTURE_SETUP(judges)
{
	const struct event first = {
		.kind = EVENT_TRANSITION,
		.ts_ns = BEGIN,
		.cookie = 1,
	};

	why_init(&self->why);
	memset(&self->conn, 0, sizeof(self->conn));
	conn_init(&self->conn, &first);
	self->conn.closed_ns = BEGIN;
	self->conn.states = 1U << TCPCLOSE_ESTABLISHED | 1U << TCPCLOSE_CLOSE;
	self->conn.cut_from = TCPCLOSE_ESTABLISHED;
	self->conn.cause = TCPCLOSE_CAUSE_FIN;
	self->conn.pid = 4711;
	strcpy(self->conn.comm, "program");
	self->conn.opener = 4711;
	self->conn.age_ns = 10 * (int64_t)NS_PER_S;
	self->conn.bytes_sent = 1000;
	self->conn.bytes_received = 1000;
	self->conn.lport = 40000;
	self->conn.rport = 443;
	memset(&self->filter, 0, sizeof(self->filter));
}

FIXTURE_TEARDOWN(judges)
{
	why_free(&self->why);
}

/* Judge the connection so many times, each with its own cookie */
static void judge(FIXTURE_DATA(judges) * self, unsigned int times)
{
	while (times--) {
		self->conn.cookie++;
		self->conn.closed_ns += NS_PER_MS;
		if (why_conn(&self->why, &self->conn))
			abort();
	}
}

/* Severity of what was found; -1: it was not */
static int severity(FIXTURE_DATA(judges) * self, enum diagnosis_id id)
{
	size_t i;

	if (!self->why.found.sorted && why_conclude(&self->why))
		abort();
	for (i = 0; i < self->why.found.count; i++)
		if (self->why.found.sorted[i]->id == id)
			return (int)self->why.found.sorted[i]->severity;
	return -1;
}

#define EXPECT_FOUND(id_, severity_) \
	EXPECT_EQ((int)DIAGNOSIS_##severity_, severity(self, DIAGNOSIS_##id_))
#define EXPECT_NOT_FOUND(id_) EXPECT_EQ(-1, severity(self, DIAGNOSIS_##id_))

/* ---- the table */

TEST(each_number_of_the_table_is_the_first_that_counts)
{
	unsigned int id;

	for (id = 0; id < DIAGNOSES; id++) {
		const struct threshold *t = &thresholds[id];
		struct diagnosis g = { .id = id };

		ASSERT_NE(NULL, t->name)
		TH_LOG("%u", id);
		ASSERT_LT(0, t->warning);
		g.count = t->warning - 1;
		EXPECT_EQ(DIAGNOSIS_INFO, thresholds_severity(&g))
		TH_LOG("%s", t->name);
		g.count = t->warning;
		EXPECT_LT(DIAGNOSIS_INFO, thresholds_severity(&g))
		TH_LOG("%s", t->name);
		g.mild = 1;
		EXPECT_EQ(DIAGNOSIS_INFO, thresholds_severity(&g))
		TH_LOG("%s", t->name);
		g.mild = 0;
		if (t->critical > t->warning) {
			g.count = t->critical - 1;
			EXPECT_EQ(DIAGNOSIS_WARNING, thresholds_severity(&g))
			TH_LOG("%s", t->name);
		}
		g.count = t->critical ? t->critical : 1000000;
		EXPECT_EQ(t->critical ? DIAGNOSIS_CRITICAL : DIAGNOSIS_WARNING,
			  thresholds_severity(&g))
		TH_LOG("%s", t->name);
		if (!t->share)
			continue;
		g.count = t->warning * t->share;
		g.of = t->warning * 100;
		EXPECT_LT(DIAGNOSIS_INFO, thresholds_severity(&g))
		TH_LOG("%s", t->name);
		g.of++;
		EXPECT_EQ(DIAGNOSIS_INFO, thresholds_severity(&g))
		TH_LOG("%s", t->name);
	}
}

/* ---- connections that ended */

TEST_F(judges, graceful_ones_are_healthy)
{
	judge(self, 1000);
	ASSERT_EQ(0, why_conclude(&self->why));
	EXPECT_EQ(0, self->why.found.count);
	EXPECT_EQ(WHY_HEALTHY, why_verdict(&self->why));
	EXPECT_EQ(1000, self->why.connections);
	EXPECT_EQ(1000, self->why.graceful);
}

TEST_F(judges, nothing_found_with_records_lost_is_no_answer)
{
	judge(self, 1);
	self->why.lost = 1;
	ASSERT_EQ(0, why_conclude(&self->why));
	EXPECT_EQ(WHY_CANNOT_TELL, why_verdict(&self->why));
}

TEST_F(judges, a_fifth_that_is_closed_with_unread_data_is_trouble)
{
	judge(self, 4);
	self->conn.cause = TCPCLOSE_CAUSE_UNREAD;
	judge(self, 1);
	EXPECT_FOUND(RST_UNREAD_DATA, WARNING);
	EXPECT_EQ(WHY_TROUBLE, why_verdict(&self->why));
}

TEST_F(judges, less_is_worth_knowing)
{
	judge(self, 5);
	self->conn.cause = TCPCLOSE_CAUSE_UNREAD;
	judge(self, 1);
	EXPECT_FOUND(RST_UNREAD_DATA, INFO);
	EXPECT_EQ(WHY_HEALTHY, why_verdict(&self->why));
}

TEST_F(judges, linger_0_after_data_is_trouble)
{
	self->conn.cause = TCPCLOSE_CAUSE_LINGER;
	self->conn.unacked_bytes = 1;
	judge(self, 3);
	EXPECT_FOUND(RST_LINGER, WARNING);
}

TEST_F(judges, linger_0_after_the_last_word_is_trouble)
{
	self->conn.cause = TCPCLOSE_CAUSE_LINGER;
	self->conn.spoke_ms = 4;
	self->conn.heard_ms = 5;
	judge(self, 3);
	EXPECT_FOUND(RST_LINGER, WARNING);
}

TEST_F(judges, linger_0_after_the_whole_answer_is_none)
{
	self->conn.cause = TCPCLOSE_CAUSE_LINGER;
	self->conn.spoke_ms = 5;
	self->conn.heard_ms = 5;
	judge(self, 3);
	EXPECT_FOUND(RST_LINGER, INFO);
}

TEST_F(judges, linger_0_before_the_peer_has_finished_is_trouble)
{
	self->conn.cause = TCPCLOSE_CAUSE_LINGER;
	self->conn.states |= 1 << TCPCLOSE_FIN_WAIT2;
	self->conn.spoke_ms = 5;
	self->conn.heard_ms = 5;
	judge(self, 3);
	EXPECT_FOUND(RST_LINGER, WARNING);
}

TEST_F(judges, linger_0_of_a_health_check_is_none)
{
	self->conn.cause = TCPCLOSE_CAUSE_LINGER;
	self->conn.bytes_sent = 0;
	self->conn.bytes_received = 0;
	judge(self, 300);
	EXPECT_FOUND(RST_LINGER, INFO);
}

/* A request in CLOSE_WAIT that is answered with a RST */
static void reset_in_close_wait(FIXTURE_DATA(judges) * self, int64_t heard_ms,
				uint64_t dwell_ns)
{
	self->conn.cause = TCPCLOSE_CAUSE_RST;
	self->conn.cut_from = TCPCLOSE_CLOSE_WAIT;
	self->conn.states |= 1U << TCPCLOSE_CLOSE_WAIT;
	self->conn.unacked_bytes = 100;
	self->conn.heard_ms = heard_ms;
	self->conn.dwells_ns[TCPCLOSE_CLOSE_WAIT] = dwell_ns;
	judge(self, 1);
}

TEST_F(judges, a_request_after_idling_that_meets_the_close_is_a_race)
{
	reset_in_close_wait(self, THRESHOLDS_IDLE_MS, THRESHOLDS_RACE_NS - 1);
	EXPECT_FOUND(KEEP_ALIVE_RACE, WARNING);
	EXPECT_NOT_FOUND(RST_DATA_AFTER_CLOSE);
}

TEST_F(judges, in_a_busy_connection_it_is_none)
{
	reset_in_close_wait(self, THRESHOLDS_IDLE_MS - 1, THRESHOLDS_RACE_NS - 1);
	EXPECT_FOUND(RST_DATA_AFTER_CLOSE, WARNING);
	EXPECT_NOT_FOUND(KEEP_ALIVE_RACE);
}

TEST_F(judges, later_it_is_none)
{
	reset_in_close_wait(self, THRESHOLDS_IDLE_MS, THRESHOLDS_RACE_NS);
	EXPECT_FOUND(RST_DATA_AFTER_CLOSE, WARNING);
	EXPECT_NOT_FOUND(KEEP_ALIVE_RACE);
}

TEST_F(judges, a_rst_for_one_that_sent_nothing_is_none)
{
	self->conn.cause = TCPCLOSE_CAUSE_RST;
	self->conn.cut_from = TCPCLOSE_CLOSE_WAIT;
	self->conn.unacked_bytes = 0;
	self->conn.heard_ms = THRESHOLDS_IDLE_MS;
	judge(self, 1);
	EXPECT_NOT_FOUND(KEEP_ALIVE_RACE);
	EXPECT_NOT_FOUND(RST_DATA_AFTER_CLOSE);
}

TEST_F(judges, data_for_an_end_that_idled_and_closed_is_a_race)
{
	self->conn.cause = TCPCLOSE_CAUSE_DATA_AFTER_CLOSE;
	self->conn.idle_ms = THRESHOLDS_IDLE_MS;
	judge(self, 1);
	EXPECT_FOUND(KEEP_ALIVE_RACE, WARNING);
}

TEST_F(judges, data_for_an_end_that_just_closed_is_none)
{
	self->conn.cause = TCPCLOSE_CAUSE_DATA_AFTER_CLOSE;
	self->conn.idle_ms = THRESHOLDS_IDLE_MS - 1;
	judge(self, 1);
	EXPECT_FOUND(RST_DATA_AFTER_CLOSE, WARNING);
}

TEST_F(judges, refused_is_trouble)
{
	self->conn.states = 1U << TCPCLOSE_SYN_SENT | 1U << TCPCLOSE_CLOSE;
	self->conn.cause = TCPCLOSE_CAUSE_REFUSED;
	judge(self, 1);
	EXPECT_FOUND(REFUSED, WARNING);
}

TEST_F(judges, refused_until_it_was_accepted_is_none)
{
	uint32_t states = self->conn.states;

	self->conn.states = 1U << TCPCLOSE_SYN_SENT | 1U << TCPCLOSE_CLOSE;
	self->conn.cause = TCPCLOSE_CAUSE_REFUSED;
	judge(self, 1);
	self->conn.states = states;
	self->conn.cause = TCPCLOSE_CAUSE_FIN;
	judge(self, 1);
	EXPECT_FOUND(REFUSED, INFO);
}

TEST_F(judges, refused_after_it_was_accepted_is_trouble)
{
	judge(self, 1);
	self->conn.states = 1U << TCPCLOSE_SYN_SENT | 1U << TCPCLOSE_CLOSE;
	self->conn.cause = TCPCLOSE_CAUSE_REFUSED;
	judge(self, 1);
	EXPECT_FOUND(REFUSED, WARNING);
}

TEST_F(judges, giving_up_a_connect_that_nobody_answered_is_silence)
{
	self->conn.states = 1U << TCPCLOSE_SYN_SENT | 1U << TCPCLOSE_CLOSE;
	self->conn.cause = TCPCLOSE_CAUSE_CONNECT_ABORTED;
	self->conn.dwells_ns[TCPCLOSE_SYN_SENT] = NS_PER_S;
	self->conn.retransmits = 1;
	judge(self, 1);
	EXPECT_FOUND(PEER_SILENT, WARNING);
}

TEST_F(judges, giving_it_up_at_once_is_none)
{
	self->conn.states = 1U << TCPCLOSE_SYN_SENT | 1U << TCPCLOSE_CLOSE;
	self->conn.cause = TCPCLOSE_CAUSE_CONNECT_ABORTED;
	self->conn.dwells_ns[TCPCLOSE_SYN_SENT] = NS_PER_S - 1;
	self->conn.retransmits = 1;
	judge(self, 1);
	EXPECT_NOT_FOUND(PEER_SILENT);
}

TEST_F(judges, a_connection_left_for_a_minute_until_exit_was_leaked)
{
	self->conn.call = TCPCLOSE_CALL_EXIT;
	self->conn.silent_ns = (int64_t)THRESHOLDS_READ_NS;
	judge(self, 1);
	EXPECT_FOUND(CLOSE_WAIT_LEAK, WARNING);
}

TEST_F(judges, one_that_sent_meanwhile_was_not)
{
	self->conn.call = TCPCLOSE_CALL_EXIT;
	self->conn.silent_ns = (int64_t)THRESHOLDS_READ_NS - 1;
	judge(self, 1);
	EXPECT_NOT_FOUND(CLOSE_WAIT_LEAK);
}

TEST_F(judges, one_that_was_closed_was_not)
{
	self->conn.call = TCPCLOSE_CALL_CLOSE;
	self->conn.silent_ns = (int64_t)THRESHOLDS_READ_NS;
	judge(self, 1);
	EXPECT_NOT_FOUND(CLOSE_WAIT_LEAK);
}

TEST_F(judges, five_rearms_are_a_storm)
{
	self->conn.rearms = THRESHOLDS_REARMS;
	judge(self, 1);
	EXPECT_FOUND(REARM_STORM, WARNING);
}

TEST_F(judges, four_are_not)
{
	self->conn.rearms = THRESHOLDS_REARMS - 1;
	judge(self, 1);
	EXPECT_NOT_FOUND(REARM_STORM);
}

TEST_F(judges, many_ports_of_one_address_are_a_scan)
{
	unsigned int i;

	self->conn.states = 1U << TCPCLOSE_SYN_SENT | 1U << TCPCLOSE_CLOSE;
	self->conn.cause = TCPCLOSE_CAUSE_REFUSED;
	for (i = 0; i < THRESHOLDS_SCAN; i++) {
		self->conn.rport++;
		judge(self, 1);
	}
	EXPECT_FOUND(REFUSED, INFO);
}

TEST_F(judges, fewer_are_not)
{
	unsigned int i;

	self->conn.states = 1U << TCPCLOSE_SYN_SENT | 1U << TCPCLOSE_CLOSE;
	self->conn.cause = TCPCLOSE_CAUSE_REFUSED;
	for (i = 0; i < THRESHOLDS_SCAN - 1; i++) {
		self->conn.rport++;
		judge(self, 1);
	}
	EXPECT_FOUND(REFUSED, WARNING);
}

/* Overflows of one program, and one of another */
static int overflow(FIXTURE_DATA(judges) * self, unsigned int times)
{
	size_t i;

	self->conn.end = TCPCLOSE_END_OVERFLOW;
	judge(self, times);
	strcpy(self->conn.comm, "victim");
	judge(self, 1);
	if (why_conclude(&self->why))
		abort();
	for (i = 0; i < self->why.found.count; i++)
		if (!strcmp(self->why.found.sorted[i]->subject.process.comm, "victim"))
			return (int)self->why.found.sorted[i]->severity;
	return -1;
}

TEST_F(judges, whom_another_one_pushes_out_is_a_victim)
{
	EXPECT_EQ(DIAGNOSIS_INFO, overflow(self, THRESHOLDS_VICTIM));
	EXPECT_FOUND(TIME_WAIT_OVERFLOW, WARNING);
}

TEST_F(judges, who_has_a_tenth_is_none)
{
	EXPECT_EQ(DIAGNOSIS_WARNING, overflow(self, THRESHOLDS_VICTIM - 1));
}

TEST_F(judges, what_is_long_ago_is_no_trouble_of_now)
{
	self->why.begin_ns = BEGIN + 2 * NS_PER_MS;
	self->conn.cause = TCPCLOSE_CAUSE_UNREAD;
	judge(self, 1);
	EXPECT_NOT_FOUND(RST_UNREAD_DATA);
}

TEST_F(judges, from_then_on_it_is)
{
	self->why.begin_ns = BEGIN + NS_PER_MS;
	self->conn.cause = TCPCLOSE_CAUSE_UNREAD;
	judge(self, 1);
	EXPECT_FOUND(RST_UNREAD_DATA, WARNING);
}

/* ---- sockets */

FIXTURE(sockets)
{
	struct why why;
	struct filter filter;
	struct sockets_netns netns;
	struct sockets_entry socket;
	struct item item;
	struct inventory inventory;
};

FIXTURE_SETUP(sockets)
{
	memset(self, 0, sizeof(*self));
	why_init(&self->why);
	self->socket = (struct sockets_entry){
		.state = TCPCLOSE_CLOSE_WAIT,
		.inode = 7,
		.last_sent_ms = 3600000,
		.receive_queue = 1,
		.lport = 40000,
		.rport = 443,
	};
	self->item = (struct item){
		.socket = &self->socket,
		.netns = &self->netns,
		.held = ITEM_HELD,
		.since_how = ITEM_SINCE_SEEN,
		.process = { .pid = 4711, .comm = "program" },
	};
	self->inventory = (struct inventory){
		.live = true,
		.is_whole = true,
		.now_ns = BEGIN,
		.items = &self->item,
		.count = 1,
	};
}

FIXTURE_TEARDOWN(sockets)
{
	why_free(&self->why);
}

/* So many of them, in their state for so long. Return: severity of what is found; -1: none */
static int look(FIXTURE_DATA(sockets) * self, enum diagnosis_id id, uint64_t dwell_ns,
		unsigned int times)
{
	size_t i;

	self->item.since_ns = BEGIN - dwell_ns;
	while (times--) {
		self->socket.cookie++;
		if (why_inventory(&self->why, &self->inventory, &self->filter))
			abort();
	}
	if (why_conclude(&self->why))
		abort();
	for (i = 0; i < self->why.found.count; i++)
		if (self->why.found.sorted[i]->id == id)
			return (int)self->why.found.sorted[i]->severity;
	return -1;
}

#define AFTER(id) thresholds[DIAGNOSIS_##id].after_ns

TEST_F(sockets, twenty_seconds_in_close_wait_are_a_leak)
{
	EXPECT_EQ(DIAGNOSIS_WARNING,
		  look(self, DIAGNOSIS_CLOSE_WAIT_LEAK, AFTER(CLOSE_WAIT_LEAK), 1));
}

TEST_F(sockets, less_are_worth_knowing)
{
	EXPECT_EQ(DIAGNOSIS_INFO,
		  look(self, DIAGNOSIS_CLOSE_WAIT_LEAK, AFTER(CLOSE_WAIT_LEAK) - 1, 1));
}

TEST_F(sockets, five_have_half_the_time)
{
	EXPECT_EQ(DIAGNOSIS_WARNING,
		  look(self, DIAGNOSIS_CLOSE_WAIT_LEAK, THRESHOLDS_MANY_NS, THRESHOLDS_MANY));
}

TEST_F(sockets, four_have_more)
{
	EXPECT_EQ(DIAGNOSIS_INFO, look(self, DIAGNOSIS_CLOSE_WAIT_LEAK, THRESHOLDS_MANY_NS,
				       THRESHOLDS_MANY - 1));
}

TEST_F(sockets, five_that_are_younger_are_nothing)
{
	EXPECT_EQ(-1, look(self, DIAGNOSIS_CLOSE_WAIT_LEAK, THRESHOLDS_MANY_NS - 1,
			   THRESHOLDS_MANY));
}

TEST_F(sockets, five_that_are_older_than_the_module_have_five_seconds)
{
	self->item.since_how = ITEM_SINCE_LEAST;
	EXPECT_EQ(DIAGNOSIS_WARNING,
		  look(self, DIAGNOSIS_CLOSE_WAIT_LEAK, THRESHOLDS_MANY_OLD_NS, THRESHOLDS_MANY));
}

TEST_F(sockets, and_no_less)
{
	self->item.since_how = ITEM_SINCE_LEAST;
	EXPECT_EQ(-1, look(self, DIAGNOSIS_CLOSE_WAIT_LEAK, THRESHOLDS_MANY_OLD_NS - 1,
			   THRESHOLDS_MANY));
}

TEST_F(sockets, one_that_sends_is_half_closed_and_in_use)
{
	self->socket.last_sent_ms = 9999;
	EXPECT_EQ(-1, look(self, DIAGNOSIS_CLOSE_WAIT_LEAK, 3600 * NS_PER_S, 1));
}

TEST_F(sockets, one_whose_end_was_read_has_a_minute)
{
	self->socket.receive_queue = 0;
	EXPECT_EQ(DIAGNOSIS_INFO,
		  look(self, DIAGNOSIS_CLOSE_WAIT_LEAK, THRESHOLDS_READ_NS - 1, 1));
}

TEST_F(sockets, and_no_more)
{
	self->socket.receive_queue = 0;
	EXPECT_EQ(DIAGNOSIS_WARNING,
		  look(self, DIAGNOSIS_CLOSE_WAIT_LEAK, THRESHOLDS_READ_NS, 1));
}

TEST_F(sockets, nor_have_five_after_half_of_it)
{
	self->socket.receive_queue = 0;
	EXPECT_EQ(DIAGNOSIS_WARNING,
		  look(self, DIAGNOSIS_CLOSE_WAIT_LEAK, THRESHOLDS_MANY_READ_NS, THRESHOLDS_MANY));
}

TEST_F(sockets, but_before_that_they_have)
{
	self->socket.receive_queue = 0;
	EXPECT_EQ(-1, look(self, DIAGNOSIS_CLOSE_WAIT_LEAK, THRESHOLDS_MANY_READ_NS - 1,
			   THRESHOLDS_MANY));
}

TEST_F(sockets, and_four_have)
{
	self->socket.receive_queue = 0;
	EXPECT_EQ(DIAGNOSIS_INFO, look(self, DIAGNOSIS_CLOSE_WAIT_LEAK, THRESHOLDS_READ_NS - 1,
				       THRESHOLDS_MANY - 1));
}

TEST_F(sockets, older_than_the_module_counts)
{
	self->item.since_how = ITEM_SINCE_UNKNOWN;
	EXPECT_EQ(DIAGNOSIS_WARNING, look(self, DIAGNOSIS_CLOSE_WAIT_LEAK, 0, 1));
}

TEST_F(sockets, ten_seconds_in_the_queue_are_not_accepted)
{
	self->item.held = ITEM_HELD_QUEUE;
	EXPECT_EQ(DIAGNOSIS_WARNING,
		  look(self, DIAGNOSIS_NOT_ACCEPTED, AFTER(NOT_ACCEPTED), 1));
}

TEST_F(sockets, less_in_the_queue_are_on_their_way)
{
	self->item.held = ITEM_HELD_QUEUE;
	EXPECT_EQ(-1, look(self, DIAGNOSIS_NOT_ACCEPTED, AFTER(NOT_ACCEPTED) - 1, 1));
}

TEST_F(sockets, an_open_one_in_the_queue_counts_by_its_age)
{
	self->item.held = ITEM_HELD_QUEUE;
	self->socket.state = TCPCLOSE_ESTABLISHED;
	self->item.born_ns = BEGIN - AFTER(NOT_ACCEPTED);
	EXPECT_EQ(DIAGNOSIS_WARNING, look(self, DIAGNOSIS_NOT_ACCEPTED, 0, 1));
}

TEST_F(sockets, a_young_one_does_not_count)
{
	self->item.held = ITEM_HELD_QUEUE;
	self->socket.state = TCPCLOSE_ESTABLISHED;
	self->item.born_ns = BEGIN - AFTER(NOT_ACCEPTED) + 1;
	EXPECT_EQ(-1, look(self, DIAGNOSIS_NOT_ACCEPTED, 0, 1));
}

TEST_F(sockets, orphans_in_fin_wait2_count_after_thirty_seconds)
{
	self->item.held = ITEM_HELD_NONE;
	self->socket.state = TCPCLOSE_FIN_WAIT2;
	EXPECT_EQ(DIAGNOSIS_WARNING,
		  look(self, DIAGNOSIS_FIN_WAIT2_ORPHANS, AFTER(FIN_WAIT2_ORPHANS), 5));
}

TEST_F(sockets, and_not_before)
{
	self->item.held = ITEM_HELD_NONE;
	self->socket.state = TCPCLOSE_FIN_WAIT2;
	EXPECT_EQ(-1, look(self, DIAGNOSIS_FIN_WAIT2_ORPHANS, AFTER(FIN_WAIT2_ORPHANS) - 1, 5));
}

TEST_F(sockets, a_half_closed_one_is_no_orphan)
{
	self->socket.state = TCPCLOSE_FIN_WAIT2;
	EXPECT_EQ(-1, look(self, DIAGNOSIS_FIN_WAIT2_ORPHANS, 3600 * NS_PER_S, 5));
}

/* A segment that waits for its acknowledgment */
static void unanswered(FIXTURE_DATA(sockets) * self, unsigned int state, uint8_t retransmits)
{
	self->item.held = ITEM_HELD_NONE;
	self->socket.state = (uint8_t)state;
	self->socket.timer = SOCKETS_TIMER_RETRANSMIT;
	self->socket.retransmits = retransmits;
}

TEST_F(sockets, a_fin_without_an_answer_is_stuck)
{
	unanswered(self, TCPCLOSE_LAST_ACK, THRESHOLDS_RETRANSMITS);
	EXPECT_EQ(DIAGNOSIS_WARNING,
		  look(self, DIAGNOSIS_LAST_ACK_STUCK, AFTER(LAST_ACK_STUCK), 1));
}

TEST_F(sockets, not_at_once)
{
	unanswered(self, TCPCLOSE_LAST_ACK, THRESHOLDS_RETRANSMITS);
	EXPECT_EQ(-1, look(self, DIAGNOSIS_LAST_ACK_STUCK, AFTER(LAST_ACK_STUCK) - 1, 1));
}

TEST_F(sockets, nor_after_one_retransmission)
{
	unanswered(self, TCPCLOSE_LAST_ACK, THRESHOLDS_RETRANSMITS - 1);
	EXPECT_EQ(-1, look(self, DIAGNOSIS_LAST_ACK_STUCK, AFTER(LAST_ACK_STUCK), 1));
}

TEST_F(sockets, five_retransmissions_of_an_open_one_are_silence)
{
	unanswered(self, TCPCLOSE_ESTABLISHED, THRESHOLDS_RETRANSMITS_OPEN);
	EXPECT_EQ(DIAGNOSIS_WARNING, look(self, DIAGNOSIS_PEER_SILENT, 0, 1));
}

TEST_F(sockets, four_are_not)
{
	unanswered(self, TCPCLOSE_ESTABLISHED, THRESHOLDS_RETRANSMITS_OPEN - 1);
	EXPECT_EQ(-1, look(self, DIAGNOSIS_PEER_SILENT, 0, 1));
}

TEST_HARNESS_MAIN
