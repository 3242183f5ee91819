// SPDX-License-Identifier: GPL-2.0-only
/*
 * Comparison of transitions in the trace and in tcpclose's records, as in verify
 * --against-kernel: a transition that is missing, doubled, out of order or of another
 * socket is found, and nothing else.
 */
#include <string.h>

#include "kselftest_harness.h"

#include "witness/trace_match.h"

#define SOCKET 0xffff888001000000ULL
#define COOKIE 0x1000ULL
#define PORT 40000

FIXTURE(match)
{
	struct trace_match *match;
	struct comparison result;
	uint64_t now_ns;
};

FIXTURE_SETUP(match)
{
	ASSERT_EQ(0, trace_match_new(&self->match));
	self->now_ns = 1000;
}

FIXTURE_TEARDOWN(match)
{
	trace_match_free(self->match);
}

/* One of several sockets, each with its own port, address and cookie */
static struct event record_of(uint64_t ts_ns, unsigned int socket,
			      unsigned int old, unsigned int new)
{
	return (struct event){
		.ts_ns = ts_ns,
		.cookie = COOKIE + socket,
		.raw_old = old,
		.raw_new = new,
		.lport = PORT + socket,
		.rport = 80,
		.laddr = { 127, 0, 0, 1 },
		.raddr = { 127, 0, 0, 1 },
	};
}

static void record_at(struct trace_match *m, uint64_t ts_ns, unsigned int socket,
		      unsigned int old, unsigned int new)
{
	struct event e = record_of(ts_ns, socket, old, new);

	trace_match_add_record(m, &e);
}

static void trace_at(struct trace_match *m, uint64_t ts_ns, unsigned int socket,
		     unsigned int old, unsigned int new)
{
	struct trace_event e = {
		.ts_ns = ts_ns,
		.socket = SOCKET + 0x1000 * socket,
		.old = old,
		.new = new,
		.lport = PORT + socket,
		.rport = 80,
		.laddr = { 127, 0, 0, 1 },
		.raddr = { 127, 0, 0, 1 },
	};

	trace_match_add_event(m, &e);
}

/* In the order in which the tracepoint calls the probes: tcpclose first */
#define RECORD(socket, old, new) \
	record_at(self->match, self->now_ns += 10, socket, \
		  TCPCLOSE_##old, TCPCLOSE_##new)
#define TRACE(socket, old, new) \
	trace_at(self->match, self->now_ns += 10, socket, \
		 TCPCLOSE_##old, TCPCLOSE_##new)
#define BOTH(socket, old, new) \
	do { \
		RECORD(socket, old, new); \
		TRACE(socket, old, new); \
	} while (0)

#define CONCLUDE() \
	trace_match_conclude(self->match, 0, UINT64_MAX, &self->result)
#define EXPECT_DIFFERENCES(count, disorder) \
	do { \
		CONCLUDE(); \
		EXPECT_EQ(count, self->result.rows[0].difference); \
		EXPECT_EQ(disorder, self->result.rows[1].difference); \
		EXPECT_EQ((count) + !!(disorder), self->result.detail_count); \
	} while (0)

TEST_F(match, of_the_same_finds_nothing)
{
	BOTH(1, ESTABLISHED, FIN_WAIT1);
	BOTH(2, ESTABLISHED, CLOSE_WAIT);
	BOTH(1, FIN_WAIT1, FIN_WAIT2);
	BOTH(2, CLOSE_WAIT, LAST_ACK);
	BOTH(1, FIN_WAIT2, CLOSE);
	BOTH(2, LAST_ACK, CLOSE);
	EXPECT_DIFFERENCES(0, 0);
	EXPECT_EQ(6, self->result.rows[0].kernel);
	EXPECT_EQ(6, self->result.rows[0].tcpclose);
}

TEST_F(match, does_not_depend_on_what_is_read_first)
{
	int i;

	for (i = 0; i < 5000; i++)
		trace_at(self->match, 20 * i + 10, i % 7, TCPCLOSE_FIN_WAIT1,
			 TCPCLOSE_FIN_WAIT2);
	for (i = 0; i < 5000; i++)
		record_at(self->match, 20 * i, i % 7, TCPCLOSE_FIN_WAIT1,
			  TCPCLOSE_FIN_WAIT2);
	EXPECT_DIFFERENCES(0, 0);
	EXPECT_EQ(5000, self->result.rows[0].kernel);
}

/* A softirq with other calls runs between the two probes of one call */
TEST_F(match, takes_calls_that_nest_apart)
{
	RECORD(1, CLOSE, SYN_SENT);
	BOTH(2, LISTEN, SYN_RECV);
	BOTH(2, SYN_RECV, ESTABLISHED);
	TRACE(1, CLOSE, SYN_SENT);
	EXPECT_DIFFERENCES(0, 0);
}

/* Two sockets with the same addresses, in different namespaces */
TEST_F(match, takes_alike_calls_that_nest_apart)
{
	struct trace_event outer = { .socket = SOCKET, .old = 4, .new = 5 };
	struct trace_event inner = { .socket = SOCKET + 64, .old = 4, .new = 5 };
	struct event record = { .raw_old = 4, .raw_new = 5 };
	int i;

	for (i = 0; i < 2; i++) {
		record.ts_ns = 100 * i + 10;
		record.cookie = COOKIE;
		trace_match_add_record(self->match, &record);
		record.ts_ns = 100 * i + 20;
		record.cookie = COOKIE + 1;
		trace_match_add_record(self->match, &record);
		inner.ts_ns = 100 * i + 30;
		trace_match_add_event(self->match, &inner);
		outer.ts_ns = 100 * i + 40;
		trace_match_add_event(self->match, &outer);
	}
	EXPECT_DIFFERENCES(0, 0);
}

TEST_F(match, finds_a_record_that_is_missing)
{
	BOTH(1, ESTABLISHED, FIN_WAIT1);
	TRACE(1, FIN_WAIT1, FIN_WAIT2);
	BOTH(1, FIN_WAIT2, CLOSE);
	EXPECT_DIFFERENCES(1, 0);
	EXPECT_EQ(3, self->result.rows[0].kernel);
	EXPECT_EQ(2, self->result.rows[0].tcpclose);
	EXPECT_NE(NULL, strstr(self->result.details[0].text,
			       "no record of FIN_WAIT1 to FIN_WAIT2"));
}

TEST_F(match, finds_a_record_too_many)
{
	BOTH(1, ESTABLISHED, FIN_WAIT1);
	RECORD(1, ESTABLISHED, FIN_WAIT1);
	BOTH(1, FIN_WAIT1, FIN_WAIT2);
	EXPECT_DIFFERENCES(1, 0);
	EXPECT_NE(NULL, strstr(self->result.details[0].text, "not traced"));
}

TEST_F(match, finds_another_state)
{
	RECORD(1, ESTABLISHED, CLOSE_WAIT);
	TRACE(1, ESTABLISHED, FIN_WAIT1);
	EXPECT_DIFFERENCES(2, 0);
}

TEST_F(match, finds_another_port)
{
	RECORD(1, ESTABLISHED, FIN_WAIT1);
	TRACE(2, ESTABLISHED, FIN_WAIT1);
	EXPECT_DIFFERENCES(2, 0);
}

/* Each record is right by itself, and belongs to the wrong connection */
TEST_F(match, finds_a_cookie_of_another_socket)
{
	struct event e = record_of(0, 2, TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2);

	e.cookie = COOKIE + 1;
	BOTH(1, ESTABLISHED, FIN_WAIT1);
	BOTH(2, ESTABLISHED, FIN_WAIT1);
	e.ts_ns = self->now_ns += 10;
	trace_match_add_record(self->match, &e);
	TRACE(2, FIN_WAIT1, FIN_WAIT2);
	EXPECT_DIFFERENCES(2, 0);
}

/* Another socket with the same ports, too */
TEST_F(match, knows_that_an_address_comes_back)
{
	struct event e = record_of(2000, 1, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE);

	e.cookie = COOKIE + 100;
	BOTH(1, FIN_WAIT2, CLOSE);
	trace_match_add_record(self->match, &e);
	trace_at(self->match, 2010, 1, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE);
	/* One socket ended unobserved, while its successor opens */
	BOTH(2, ESTABLISHED, FIN_WAIT1);
	e.ts_ns = 3000;
	e.cookie++;
	e.lport++;
	e.raw_old = TCPCLOSE_CLOSE;
	e.raw_new = TCPCLOSE_SYN_SENT;
	trace_match_add_record(self->match, &e);
	trace_at(self->match, 3010, 2, TCPCLOSE_CLOSE, TCPCLOSE_SYN_SENT);
	EXPECT_DIFFERENCES(0, 0);
	EXPECT_EQ(4, self->result.rows[0].kernel);
}

/* One socket ended unobserved; a listener's child has its address, with other ports */
TEST_F(match, knows_that_a_child_has_an_address_again)
{
	struct event e = record_of(2000, 1, TCPCLOSE_LISTEN, TCPCLOSE_SYN_RECV);

	BOTH(1, ESTABLISHED, FIN_WAIT1);
	e.cookie = COOKIE + 100;
	e.lport++;
	trace_match_add_record(self->match, &e);
	trace_at(self->match, 2010, 1, TCPCLOSE_LISTEN, TCPCLOSE_SYN_RECV);
	EXPECT_DIFFERENCES(0, 0);
	EXPECT_EQ(2, self->result.rows[0].kernel);
}

/* Both sides have the same two transitions, in different order */
TEST_F(match, finds_records_of_a_socket_that_changed_places)
{
	struct event late = {
		.ts_ns = 5000,
		.cookie = COOKIE + 1,
		.cpu = 1,
		.raw_old = TCPCLOSE_ESTABLISHED,
		.raw_new = TCPCLOSE_FIN_WAIT1,
	};
	struct trace_event early = {
		.ts_ns = 5000,
		.cpu = 1,
		.socket = SOCKET + 0x1000,
		.old = TCPCLOSE_ESTABLISHED,
		.new = TCPCLOSE_FIN_WAIT1,
	};

	RECORD(1, FIN_WAIT1, FIN_WAIT2);
	trace_at(self->match, 5010, 1, TCPCLOSE_FIN_WAIT1,
		 TCPCLOSE_FIN_WAIT2);
	trace_match_add_record(self->match, &late);
	trace_match_add_event(self->match, &early);
	EXPECT_DIFFERENCES(0, 1);
}

TEST_F(match, ignores_records_from_before_the_trace)
{
	RECORD(1, ESTABLISHED, FIN_WAIT1);
	RECORD(2, CLOSE, SYN_SENT);
	trace_match_forget(self->match, 1500);
	self->now_ns = 2000;
	BOTH(1, FIN_WAIT1, FIN_WAIT2);
	BOTH(2, CLOSE, SYN_SENT);
	EXPECT_DIFFERENCES(0, 0);
	EXPECT_EQ(2, self->result.rows[0].kernel);
	EXPECT_EQ(2, self->result.rows[0].tcpclose);
}

TEST_F(match, ignores_what_is_outside_of_the_time_that_is_compared)
{
	RECORD(1, ESTABLISHED, FIN_WAIT1);
	self->now_ns = 5000;
	RECORD(2, ESTABLISHED, FIN_WAIT1);
	trace_match_advance(self->match, UINT64_MAX);
	EXPECT_TRUE(trace_match_is_settled(self->match, 2000, 4000));
	EXPECT_FALSE(trace_match_is_settled(self->match, 2000, 6000));
	trace_match_conclude(self->match, 2000, 4000, &self->result);
	EXPECT_EQ(0, self->result.rows[0].difference);
}

TEST_HARNESS_MAIN
