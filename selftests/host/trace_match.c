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

static struct trace_event event_of(uint64_t ts_ns, unsigned int socket, unsigned int old,
				   unsigned int new)
{
	return (struct trace_event){
		.ts_ns = ts_ns,
		.socket = SOCKET + 0x1000 * socket,
		.old = old,
		.new = new,
		.lport = PORT + socket,
		.rport = 80,
		.laddr = { 127, 0, 0, 1 },
		.raddr = { 127, 0, 0, 1 },
	};
}

static void trace_at(struct trace_match *m, uint64_t ts_ns, unsigned int socket,
		     unsigned int old, unsigned int new)
{
	struct trace_event e = event_of(ts_ns, socket, old, new);

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
	/* Also where the first step does not show it */
	RECORD(3, LISTEN, SYN_RECV);
	RECORD(3, SYN_RECV, ESTABLISHED);
	TRACE(4, LISTEN, SYN_RECV);
	TRACE(4, SYN_RECV, ESTABLISHED);
	EXPECT_DIFFERENCES(6, 0);
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
		.lport = PORT + 1,
		.rport = 80,
		.laddr = { 127, 0, 0, 1 },
		.raddr = { 127, 0, 0, 1 },
	};
	struct trace_event early = {
		.ts_ns = 5000,
		.cpu = 1,
		.socket = SOCKET + 0x1000,
		.old = TCPCLOSE_ESTABLISHED,
		.new = TCPCLOSE_FIN_WAIT1,
		.lport = PORT + 1,
		.rport = 80,
		.laddr = { 127, 0, 0, 1 },
		.raddr = { 127, 0, 0, 1 },
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

/* A task that was preempted between the two probes, for 25 ms, runs on another CPU */
TEST_F(match, takes_a_call_that_changed_the_cpu)
{
	struct trace_event e = event_of(25000000, 1, TCPCLOSE_ESTABLISHED, TCPCLOSE_FIN_WAIT1);

	e.cpu = 1;
	RECORD(1, ESTABLISHED, FIN_WAIT1);
	trace_match_add_event(self->match, &e);
	self->now_ns = e.ts_ns;
	BOTH(1, FIN_WAIT1, FIN_WAIT2);
	EXPECT_DIFFERENCES(0, 0);
	EXPECT_EQ(2, self->result.rows[0].kernel);
}

/* The kernel shows no port yet, and a clone's trace has the addresses of its listener */
TEST_F(match, takes_openings_on_several_cpus_apart)
{
	struct trace_event connects, cloned;
	unsigned int i;

	for (i = 1; i <= 4; i++) {
		RECORD(i, CLOSE, SYN_SENT);
		RECORD(i + 10, LISTEN, SYN_RECV);
	}
	for (i = 4; i >= 1; i--) {
		connects = event_of(self->now_ns += 10, i, TCPCLOSE_CLOSE, TCPCLOSE_SYN_SENT);
		connects.lport = 0;
		connects.cpu = i % 3;
		trace_match_add_event(self->match, &connects);
		cloned = event_of(self->now_ns += 10, i + 10, TCPCLOSE_LISTEN,
				  TCPCLOSE_SYN_RECV);
		memset(cloned.raddr, 0, sizeof(cloned.raddr));
		cloned.rport = 0;
		trace_match_add_event(self->match, &cloned);
	}
	for (i = 1; i <= 3; i++) {
		BOTH(i, SYN_SENT, ESTABLISHED);
		BOTH(i + 10, SYN_RECV, ESTABLISHED);
	}
	/* One of each has not gone on, and one fails; both are what they seem to be */
	BOTH(1, ESTABLISHED, CLOSE);
	RECORD(14, SYN_RECV, ESTABLISHED);
	EXPECT_DIFFERENCES(1, 0);
	EXPECT_EQ(15, self->result.rows[0].kernel);
	EXPECT_NE(NULL, strstr(self->result.details[0].text, "not traced: cookie 100e"));
}

/* The same addresses and ports in two namespaces, at the same time */
static void record_twin(struct trace_match *m, uint64_t ts_ns, unsigned int twin,
			unsigned int old, unsigned int new)
{
	struct event e = record_of(ts_ns, 1, old, new);

	e.cookie = COOKIE + 50 + twin;
	trace_match_add_record(m, &e);
}

static void trace_twin(struct trace_match *m, uint64_t ts_ns, unsigned int twin,
		       unsigned int old, unsigned int new)
{
	struct trace_event e = event_of(ts_ns, 1, old, new);

	e.socket = SOCKET + 0x40 + 0x1000 * twin;
	e.cpu = twin;
	trace_match_add_event(m, &e);
}

#define RECORD_TWIN(twin, old, new) \
	record_twin(self->match, self->now_ns += 10, twin, TCPCLOSE_##old, TCPCLOSE_##new)
#define TRACE_TWIN(twin, old, new) \
	trace_twin(self->match, self->now_ns += 10, twin, TCPCLOSE_##old, TCPCLOSE_##new)

/* Which of two records belongs to the first step shows at the second step only */
TEST_F(match, takes_twins_apart_by_what_follows)
{
	RECORD_TWIN(1, SYN_SENT, ESTABLISHED);
	RECORD_TWIN(2, SYN_SENT, ESTABLISHED);
	TRACE_TWIN(1, SYN_SENT, ESTABLISHED);
	TRACE_TWIN(2, SYN_SENT, ESTABLISHED);
	trace_match_advance(self->match, self->now_ns + 1);
	EXPECT_TRUE(trace_match_is_settled(self->match, 0, UINT64_MAX));
	RECORD_TWIN(2, ESTABLISHED, CLOSE_WAIT);
	RECORD_TWIN(1, ESTABLISHED, FIN_WAIT1);
	TRACE_TWIN(1, ESTABLISHED, FIN_WAIT1);
	TRACE_TWIN(2, ESTABLISHED, CLOSE_WAIT);
	RECORD_TWIN(1, FIN_WAIT1, CLOSE);
	TRACE_TWIN(1, FIN_WAIT1, CLOSE);
	RECORD_TWIN(2, CLOSE_WAIT, CLOSE);
	TRACE_TWIN(2, CLOSE_WAIT, CLOSE);
	EXPECT_DIFFERENCES(0, 0);
	EXPECT_EQ(6, self->result.rows[0].kernel);
}

/* Each step is on both sides, but two belong to the wrong one of two sockets */
TEST_F(match, finds_twins_that_were_confused)
{
	RECORD_TWIN(1, ESTABLISHED, FIN_WAIT1);
	TRACE_TWIN(1, ESTABLISHED, FIN_WAIT1);
	RECORD_TWIN(2, ESTABLISHED, CLOSE_WAIT);
	TRACE_TWIN(2, ESTABLISHED, CLOSE_WAIT);
	RECORD_TWIN(2, FIN_WAIT1, FIN_WAIT2);
	TRACE_TWIN(1, FIN_WAIT1, FIN_WAIT2);
	RECORD_TWIN(1, CLOSE_WAIT, LAST_ACK);
	TRACE_TWIN(2, CLOSE_WAIT, LAST_ACK);
	EXPECT_DIFFERENCES(4, 0);
}

TEST_F(match, finds_a_twin_that_is_not_traced)
{
	RECORD_TWIN(1, ESTABLISHED, FIN_WAIT1);
	RECORD_TWIN(2, ESTABLISHED, FIN_WAIT1);
	TRACE_TWIN(1, ESTABLISHED, FIN_WAIT1);
	EXPECT_DIFFERENCES(1, 0);
}

/* The same addresses and ports again, a moment later */
TEST_F(match, finds_what_is_missing_of_the_second_of_two)
{
	struct event e;
	int i;

	for (i = 0; i < 2; i++) {
		RECORD_TWIN(i, ESTABLISHED, FIN_WAIT1);
		TRACE_TWIN(i, ESTABLISHED, FIN_WAIT1);
		if (!i)
			RECORD_TWIN(i, FIN_WAIT1, FIN_WAIT2);
		TRACE_TWIN(i, FIN_WAIT1, FIN_WAIT2);
		RECORD_TWIN(i, FIN_WAIT2, CLOSE);
		TRACE_TWIN(i, FIN_WAIT2, CLOSE);
	}
	/* One life without any record, and one without any trace */
	TRACE_TWIN(5, ESTABLISHED, CLOSE);
	e = record_of(self->now_ns + 1000000000, 1, TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE);
	trace_match_add_record(self->match, &e);
	EXPECT_DIFFERENCES(3, 0);
	EXPECT_EQ(7, self->result.rows[0].kernel);
	EXPECT_EQ(6, self->result.rows[0].tcpclose);
}

/* The buffer of one CPU was full for a while: that, and nothing else, is not traced */
TEST_F(match, finds_what_one_cpu_has_lost)
{
	static const unsigned char path[] = { TCPCLOSE_ESTABLISHED, TCPCLOSE_FIN_WAIT1,
					      TCPCLOSE_FIN_WAIT2, TCPCLOSE_CLOSE };
	unsigned int socket, step, lost = 0;

	for (step = 0; step < 3; step++) {
		for (socket = 0; socket < 100; socket++) {
			bool is_lost = (socket + step) % 2 && socket > 20 && socket < 40;

			record_at(self->match, self->now_ns += 10, socket, path[step],
				  path[step + 1]);
			lost += is_lost;
			if (!is_lost)
				trace_at(self->match, self->now_ns += 10, socket, path[step],
					 path[step + 1]);
		}
	}
	CONCLUDE();
	EXPECT_EQ(lost, self->result.rows[0].difference);
	EXPECT_EQ(300 - lost, self->result.rows[0].kernel);
	EXPECT_EQ(300, self->result.rows[0].tcpclose);
	EXPECT_EQ(0, self->result.rows[1].difference);
}

/* Two CPUs make a socket for one request; the second one is freed without another step */
TEST_F(match, knows_that_a_request_may_be_answered_twice)
{
	struct event second = record_of(1100, 1, TCPCLOSE_LISTEN, TCPCLOSE_SYN_RECV);

	RECORD(1, LISTEN, SYN_RECV);
	trace_match_add_record(self->match, &second);
	self->now_ns = 1200;
	trace_at(self->match, 1110, 3, TCPCLOSE_LISTEN, TCPCLOSE_SYN_RECV);
	TRACE(1, LISTEN, SYN_RECV);
	BOTH(1, SYN_RECV, ESTABLISHED);
	second.ts_ns = self->now_ns += 10;
	trace_match_add_record(self->match, &second);
	trace_at(self->match, self->now_ns += 10, 4, TCPCLOSE_LISTEN, TCPCLOSE_SYN_RECV);
	BOTH(1, ESTABLISHED, CLOSE);
	EXPECT_DIFFERENCES(0, 0);
	EXPECT_EQ(5, self->result.rows[0].kernel);
}

/* A call of the hook that knows the request was missed */
TEST_F(match, accepts_a_record_without_a_cookie)
{
	struct event e = record_of(1000, 1, TCPCLOSE_LISTEN, TCPCLOSE_SYN_RECV);

	e.cookie = 0;
	trace_match_add_record(self->match, &e);
	TRACE(1, LISTEN, SYN_RECV);
	BOTH(1, SYN_RECV, ESTABLISHED);
	BOTH(1, ESTABLISHED, CLOSE);
	EXPECT_DIFFERENCES(0, 0);
	e.ts_ns = 2000;
	trace_match_add_record(self->match, &e);
	memset(&self->result, 0, sizeof(self->result));
	EXPECT_DIFFERENCES(1, 0);
}

/* A SYN is answered after the trace has ended, or was sent before it began */
TEST_F(match, accepts_a_life_that_the_trace_has_in_part)
{
	RECORD(1, CLOSE, SYN_SENT);
	BOTH(1, SYN_SENT, ESTABLISHED);
	self->now_ns = 3000;
	BOTH(2, CLOSE, SYN_SENT);
	BOTH(3, CLOSE, SYN_SENT);
	self->now_ns = 5000;
	RECORD(2, SYN_SENT, ESTABLISHED);
	RECORD(4, CLOSE, SYN_SENT);
	trace_match_advance(self->match, UINT64_MAX);
	EXPECT_TRUE(trace_match_is_settled(self->match, 2000, 4000));
	trace_match_conclude(self->match, 2000, 4000, &self->result);
	EXPECT_EQ(0, self->result.rows[0].difference);
	EXPECT_EQ(3, self->result.rows[0].kernel);
}

/* A listener's cookie, which the kernel gives to what it accepts */
TEST_F(match, takes_sessions_with_one_cookie_apart)
{
	static const uint8_t path[] = { TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE_WAIT,
					TCPCLOSE_LAST_ACK, TCPCLOSE_CLOSE };
	unsigned int step, socket;

	for (step = 0; step < 3; step++) {
		for (socket = 1; socket <= 2; socket++) {
			struct trace_event t = event_of(2000 + 10 * step, socket, path[step],
							path[step + 1]);
			struct event r = record_of(2000 + 10 * step, socket, 0, 0);

			t.session = true;
			r.kind = EVENT_SESSION;
			r.cookie = COOKIE;
			r.old = path[step];
			r.new = path[step + 1];
			trace_match_add_event(self->match, &t);
			trace_match_add_record(self->match, &r);
			/* Before the trace, and with another state */
			r.ts_ns = 100;
			r.old = TCPCLOSE_FIN_WAIT1;
			trace_match_add_record(self->match, &r);
		}
	}
	trace_match_forget(self->match, 1500);
	EXPECT_DIFFERENCES(0, 0);
	EXPECT_EQ(6, self->result.rows[0].kernel);
}

static unsigned int dice(uint64_t *state, unsigned int sides)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned int)(*state >> 33) % sides;
}

#define SOCKETS 64
#define TRANSITIONS 4000

/*
 * Sockets in the namespaces of a machine with few ports, whose tasks are preempted between
 * the probes for up to 40 ms, so that the other CPUs come in between. @fault: number of
 * the transition that has a wrong record
 */
static void play(struct trace_match *m, uint64_t seed, long fault)
{
	static const unsigned char next[TCPCLOSE_STATES][2] = {
		[TCPCLOSE_CLOSE] = { TCPCLOSE_SYN_SENT, TCPCLOSE_SYN_SENT },
		[TCPCLOSE_SYN_SENT] = { TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE },
		[TCPCLOSE_ESTABLISHED] = { TCPCLOSE_FIN_WAIT1, TCPCLOSE_CLOSE_WAIT },
		[TCPCLOSE_FIN_WAIT1] = { TCPCLOSE_FIN_WAIT2, TCPCLOSE_CLOSE },
		[TCPCLOSE_FIN_WAIT2] = { TCPCLOSE_FIN_WAIT2, TCPCLOSE_CLOSE },
		[TCPCLOSE_CLOSE_WAIT] = { TCPCLOSE_LAST_ACK, TCPCLOSE_CLOSE },
		[TCPCLOSE_LAST_ACK] = { TCPCLOSE_CLOSE, TCPCLOSE_CLOSE },
	};
	unsigned char state[SOCKETS];
	uint64_t free_ns[SOCKETS] = { 0 }, cookies[SOCKETS], cookie = COOKIE, now_ns = 1000;
	long i;

	memset(state, TCPCLOSE_CLOSE, sizeof(state));
	for (i = 0; i < TRANSITIONS; i++) {
		unsigned int socket = dice(&seed, SOCKETS), old = state[socket];
		unsigned int new = next[old][dice(&seed, 2)];
		struct event r = record_of(0, socket % 4, old, new);
		struct trace_event t = event_of(0, socket, old, new);

		if (old == TCPCLOSE_CLOSE)
			cookies[socket] = cookie++;
		now_ns += 1 + dice(&seed, 100000);
		r.ts_ns = now_ns > free_ns[socket] ? now_ns : free_ns[socket];
		r.cpu = dice(&seed, 4);
		r.cookie = cookies[socket];
		t.lport = r.lport;
		t.cpu = dice(&seed, 10) ? r.cpu : dice(&seed, 4);
		t.ts_ns = r.ts_ns + 1 + (dice(&seed, 10) ? dice(&seed, 1000) :
							   dice(&seed, 40000000));
		free_ns[socket] = t.ts_ns + 1;
		state[socket] = new;
		if (i == fault)
			r.raw_new = TCPCLOSE_CLOSING;
		trace_match_add_record(m, &r);
		trace_match_add_event(m, &t);
		if (i % 100 == 0)
			trace_match_advance(m, now_ns - 1);
	}
}

TEST_F(match, is_exact_whatever_runs_between_the_probes)
{
	int i;

	for (i = 0; i < 50; i++) {
		trace_match_free(self->match);
		ASSERT_EQ(0, trace_match_new(&self->match));
		memset(&self->result, 0, sizeof(self->result));
		play(self->match, i, -1);
		CONCLUDE();
		EXPECT_EQ(0, self->result.rows[0].difference)
		{
			TH_LOG("seed %d: %s", i, self->result.details[0].text);
		}
		EXPECT_EQ(0, self->result.rows[1].difference);
		EXPECT_EQ(TRANSITIONS, self->result.rows[0].kernel);
	}
}

TEST_F(match, finds_one_fault_among_thousands)
{
	int i;

	for (i = 0; i < 50; i++) {
		trace_match_free(self->match);
		ASSERT_EQ(0, trace_match_new(&self->match));
		memset(&self->result, 0, sizeof(self->result));
		play(self->match, i, 70 * i);
		CONCLUDE();
		EXPECT_LE(2, self->result.rows[0].difference);
		/* And a step of a twin that it is taken for */
		EXPECT_GE(4, self->result.rows[0].difference);
	}
}

TEST_HARNESS_MAIN
