// SPDX-License-Identifier: GPL-2.0-only
/*
 * The connections of one command: its own sockets by their cgroup, the other ends by
 * addresses, ports and times, also those that come first; and nobody else's.
 */
#include <arpa/inet.h>
#include <string.h>

#include "kselftest_harness.h"

#include "conn/followed.h"

#define SECOND 1000000000ULL
#define OURS 77
#define THEIRS 88
#define HOME 100 /* a network namespace */
#define AWAY 200

FIXTURE(followed)
{
	struct followed *followed;
	struct event own;
	struct event other;
};

static bool is_ours(void *context, uint64_t cgroup)
{
	return cgroup == OURS;
}

static struct event transition(const char *local, uint16_t lport, const char *remote,
			       uint16_t rport)
{
	struct event e = {
		.kind = EVENT_TRANSITION,
		.ts_ns = 1000 * SECOND,
		.age_ns = EVENT_UNKNOWN,
		.srtt_us = EVENT_UNKNOWN,
		.netns_inode = HOME,
		.lport = lport,
		.rport = rport,
		.old = TCPCLOSE_ESTABLISHED,
		.new = TCPCLOSE_FIN_WAIT1,
	};

	inet_pton(AF_INET, local, e.laddr);
	inet_pton(AF_INET, remote, e.raddr);
	return e;
}

FIXTURE_SETUP(followed)
{
	self->followed = followed_new(is_ours, NULL);
	ASSERT_NE(NULL, self->followed);
	self->own = transition("10.0.0.1", 40000, "10.0.0.2", 80);
	self->own.cookie = 1;
	self->own.cgroup = OURS;
	self->other = transition("10.0.0.2", 80, "10.0.0.1", 40000);
	self->other.cookie = 2;
	self->other.cgroup = THEIRS;
}

FIXTURE_TEARDOWN(followed)
{
	followed_free(self->followed);
}

#define ADD(e) followed_add(self->followed, e)
#define NEXT() followed_next(self->followed)
#define PENDING() followed_pending(self->followed, self->own.ts_ns)

static void step(struct event *e, uint8_t old, uint8_t new)
{
	e->ts_ns += 1000;
	e->old = old;
	e->new = new;
}

#define STEP(e, from, to) step(e, TCPCLOSE_##from, TCPCLOSE_##to)

TEST_F(followed, own_sockets_are_those_of_the_cgroup)
{
	EXPECT_EQ(1, ADD(&self->own));
	EXPECT_EQ(NULL, NEXT());
	self->own.lport++;
	self->own.cookie++;
	self->own.cgroup = THEIRS;
	EXPECT_EQ(0, ADD(&self->own));
	self->own.cookie++;
	self->own.cgroup = 0;
	EXPECT_EQ(0, ADD(&self->own));
}

/* A mini-socket whose cgroup does not fit, or a socket without details */
TEST_F(followed, own_sockets_stay_so_by_their_cookies)
{
	EXPECT_EQ(1, ADD(&self->own));
	self->own.cgroup = 0;
	STEP(&self->own, FIN_WAIT1, FIN_WAIT2);
	EXPECT_EQ(1, ADD(&self->own));
	/* There is another one with this number in each namespace */
	self->own.netns_inode = AWAY;
	EXPECT_EQ(0, ADD(&self->own));
}

TEST_F(followed, the_other_end_is_one_by_addresses_and_ports)
{
	EXPECT_EQ(1, ADD(&self->own));
	EXPECT_EQ(1, ADD(&self->other));
	EXPECT_EQ(NULL, NEXT());
	/* Then by its cookie, if a disconnect has wiped them */
	self->other.lport = 0;
	EXPECT_EQ(1, ADD(&self->other));
}

TEST_F(followed, what_comes_first_waits_and_keeps_its_order)
{
	const struct event *e;

	EXPECT_EQ(0, ADD(&self->other));
	STEP(&self->other, FIN_WAIT1, FIN_WAIT2);
	EXPECT_EQ(0, ADD(&self->other));
	self->own.ts_ns = self->other.ts_ns + 1;
	EXPECT_EQ(1, ADD(&self->own));
	e = NEXT();
	ASSERT_NE(NULL, e);
	EXPECT_EQ(2, e->cookie);
	EXPECT_EQ(TCPCLOSE_FIN_WAIT1, e->new);
	e = NEXT();
	ASSERT_NE(NULL, e);
	EXPECT_EQ(TCPCLOSE_FIN_WAIT2, e->new);
	EXPECT_EQ(NULL, NEXT());
	STEP(&self->other, FIN_WAIT2, TIME_WAIT);
	EXPECT_EQ(1, ADD(&self->other));
}

TEST_F(followed, what_waits_keeps_its_names)
{
	struct event_owner owner = { .pid = 5, .comm = "nginx" };
	struct cgroup_names names = { .text = { "container" } };
	char netns[] = "blue";
	const struct event *e;

	self->other.owner = &owner;
	self->other.cgroup_names = &names;
	self->other.netns_name = netns;
	EXPECT_EQ(0, ADD(&self->other));
	memset(&owner, 0, sizeof(owner));
	memset(&names, 0, sizeof(names));
	memset(netns, 0, sizeof(netns));
	EXPECT_EQ(1, ADD(&self->own));
	e = NEXT();
	ASSERT_NE(NULL, e);
	EXPECT_EQ(5, e->owner->pid);
	EXPECT_STREQ("nginx", e->owner->comm);
	EXPECT_STREQ("container", e->cgroup_names->text[0]);
	EXPECT_STREQ("blue", e->netns_name);
	EXPECT_EQ(NULL, e->listener_owner);
}

TEST_F(followed, own_events_without_a_cgroup_wait_for_one_that_has_it)
{
	self->own.cgroup = 0;
	EXPECT_EQ(0, ADD(&self->own));
	self->own.cgroup = OURS;
	STEP(&self->own, FIN_WAIT1, FIN_WAIT2);
	EXPECT_EQ(1, ADD(&self->own));
	EXPECT_NE(NULL, NEXT());
	EXPECT_EQ(NULL, NEXT());
}

TEST_F(followed, the_other_end_may_be_in_another_namespace)
{
	self->other.netns_inode = AWAY;
	EXPECT_EQ(0, ADD(&self->other));
	EXPECT_EQ(1, ADD(&self->own));
	EXPECT_NE(NULL, NEXT());
}

TEST_F(followed, but_loopback_stays_in_its_own)
{
	self->own = transition("127.0.0.1", 40000, "127.0.0.1", 80);
	self->own.cookie = 1;
	self->own.cgroup = OURS;
	self->other = transition("127.0.0.1", 80, "127.0.0.1", 40000);
	self->other.cookie = 2;
	self->other.netns_inode = AWAY;
	EXPECT_EQ(0, ADD(&self->other));
	EXPECT_EQ(1, ADD(&self->own));
	EXPECT_EQ(NULL, NEXT());
	EXPECT_EQ(0, ADD(&self->other));
	self->other.netns_inode = HOME;
	EXPECT_EQ(1, ADD(&self->other));
}

TEST_F(followed, an_ipv4_socket_and_one_of_ipv6_are_ends_of_one_connection)
{
	self->other.ipv6 = true;
	inet_pton(AF_INET6, "::ffff:10.0.0.2", self->other.laddr);
	inet_pton(AF_INET6, "::ffff:10.0.0.1", self->other.raddr);
	EXPECT_EQ(1, ADD(&self->own));
	EXPECT_EQ(1, ADD(&self->other));
}

TEST_F(followed, a_later_connection_with_the_same_ports_is_another)
{
	EXPECT_EQ(1, ADD(&self->own));
	STEP(&self->own, ESTABLISHED, CLOSE);
	EXPECT_EQ(1, ADD(&self->own));
	self->other.ts_ns = self->own.ts_ns + 100 * SECOND;
	self->other.age_ns = 50 * SECOND;
	EXPECT_EQ(0, ADD(&self->other));
	/* This end did not notice for long that the connection was cut */
	self->other.age_ns = 200 * SECOND;
	EXPECT_EQ(1, ADD(&self->other));
}

TEST_F(followed, an_earlier_connection_with_the_same_ports_is_another)
{
	EXPECT_EQ(0, ADD(&self->other));
	self->own.ts_ns += 100 * SECOND;
	self->own.age_ns = 50 * SECOND;
	EXPECT_EQ(1, ADD(&self->own));
	EXPECT_EQ(NULL, NEXT());
}

TEST_F(followed, a_socket_that_is_used_for_another_connection_is_no_other_end)
{
	EXPECT_EQ(1, ADD(&self->own));
	EXPECT_EQ(1, ADD(&self->other));
	self->other.rport++;
	EXPECT_EQ(0, ADD(&self->other));
	EXPECT_EQ(0, ADD(&self->other));
}

/* It is own wherever it connects to; and the ends there are others' */
TEST_F(followed, an_own_socket_may_be_used_again)
{
	EXPECT_EQ(1, ADD(&self->own));
	self->own.lport = 0;
	STEP(&self->own, ESTABLISHED, CLOSE);
	EXPECT_EQ(1, ADD(&self->own));
	self->other.rport = 40001;
	EXPECT_EQ(0, ADD(&self->other));
	self->own.lport = 40001;
	STEP(&self->own, CLOSE, SYN_SENT);
	EXPECT_EQ(1, ADD(&self->own));
	EXPECT_NE(NULL, NEXT());
}

TEST_F(followed, rsts_without_a_socket_go_by_addresses_and_ports)
{
	struct event rst = self->other;

	rst.kind = EVENT_RST;
	rst.cookie = 0;
	rst.cgroup = 0;
	EXPECT_EQ(0, ADD(&rst));
	EXPECT_EQ(1, ADD(&self->own));
	EXPECT_NE(NULL, NEXT());
	EXPECT_EQ(1, ADD(&rst));
	rst = self->own;
	rst.kind = EVENT_RST;
	rst.cookie = 0;
	rst.cgroup = 0;
	EXPECT_EQ(1, ADD(&rst));
	rst.lport++;
	EXPECT_EQ(0, ADD(&rst));
}

TEST_F(followed, drops_and_failed_calls_go_by_the_cgroup)
{
	self->own.kind = EVENT_DROP;
	EXPECT_EQ(1, ADD(&self->own));
	self->own.kind = EVENT_FAILED_CALL;
	EXPECT_EQ(1, ADD(&self->own));
	/* Neither says that the socket is one end of a connection */
	EXPECT_EQ(0, ADD(&self->other));
	EXPECT_EQ(0, PENDING());
	self->other.kind = EVENT_FAILED_CALL;
	EXPECT_EQ(0, ADD(&self->other));
}

TEST_F(followed, losses_are_everybodys)
{
	struct event e = { .kind = EVENT_LOST, .lost = 1 };

	EXPECT_EQ(1, ADD(&e));
	e.kind = EVENT_LEFT_OUT;
	EXPECT_EQ(1, ADD(&e));
}

TEST_F(followed, what_waits_is_bounded_and_what_may_be_missing_is_counted)
{
	struct event e = self->other;
	unsigned int i;

	EXPECT_EQ(0, ADD(&self->other));
	for (i = 0; i < FOLLOWED_HELD_MAX; i++) {
		e.cookie = 1000 + i;
		e.lport = (uint16_t)(1000 + i / 1000);
		e.rport = (uint16_t)(1000 + i);
		ASSERT_EQ(0, ADD(&e));
	}
	EXPECT_EQ(0, followed_cut(self->followed));
	EXPECT_EQ(1, ADD(&self->own));
	EXPECT_EQ(NULL, NEXT());
	EXPECT_EQ(1, followed_cut(self->followed));
	STEP(&self->own, FIN_WAIT1, FIN_WAIT2);
	EXPECT_EQ(1, ADD(&self->own));
	EXPECT_EQ(1, followed_cut(self->followed));
}

TEST_F(followed, sockets_are_bounded)
{
	unsigned int i;

	for (i = 0; i < 2 * FOLLOWED_MAX; i++) {
		self->own.cookie = 1 + i;
		self->own.lport = (uint16_t)(1 + i % 60000);
		self->own.rport = (uint16_t)(1 + i / 60000);
		ASSERT_EQ(1, ADD(&self->own));
	}
	/* The latest is known without its cgroup, the first is not any more */
	self->own.cgroup = 0;
	EXPECT_EQ(1, ADD(&self->own));
	self->own.cookie = 1;
	EXPECT_EQ(0, ADD(&self->own));
}

/* ---- what is not over yet */

TEST_F(followed, closes_until_both_fins_were_exchanged)
{
	EXPECT_EQ(0, PENDING());
	ADD(&self->own);
	EXPECT_EQ(FOLLOWED_CLOSING, PENDING());
	STEP(&self->own, FIN_WAIT1, FIN_WAIT2);
	ADD(&self->own);
	EXPECT_EQ(FOLLOWED_CLOSING, PENDING());
	STEP(&self->own, FIN_WAIT2, TIME_WAIT);
	ADD(&self->own);
	EXPECT_EQ(FOLLOWED_TIME_WAIT, PENDING());
	STEP(&self->own, TIME_WAIT, CLOSE);
	self->own.origin = TCPCLOSE_ORIGIN_TIMEWAIT;
	ADD(&self->own);
	EXPECT_EQ(0, PENDING());
}

TEST_F(followed, the_other_ends_time_wait_counts)
{
	STEP(&self->own, CLOSE_WAIT, LAST_ACK);
	ADD(&self->own);
	STEP(&self->other, FIN_WAIT2, TIME_WAIT);
	ADD(&self->other);
	EXPECT_EQ(FOLLOWED_CLOSING | FOLLOWED_TIME_WAIT, PENDING());
	STEP(&self->own, LAST_ACK, CLOSE);
	ADD(&self->own);
	EXPECT_EQ(FOLLOWED_TIME_WAIT, PENDING());
	STEP(&self->other, TIME_WAIT, CLOSE);
	self->other.origin = TCPCLOSE_ORIGIN_TIMEWAIT;
	ADD(&self->other);
	EXPECT_EQ(0, PENDING());
}

TEST_F(followed, a_process_that_does_not_close_is_not_waited_for)
{
	STEP(&self->own, ESTABLISHED, CLOSE_WAIT);
	ADD(&self->own);
	EXPECT_EQ(0, PENDING());
}

TEST_F(followed, the_other_end_of_what_was_cut_has_a_round_trip)
{
	STEP(&self->own, ESTABLISHED, CLOSE);
	self->own.srtt_us = 20000;
	ADD(&self->own);
	EXPECT_EQ(FOLLOWED_CLOSING, followed_pending(self->followed,
						     self->own.ts_ns + 39 * SECOND / 1000));
	EXPECT_EQ(0, followed_pending(self->followed, self->own.ts_ns + 41 * SECOND / 1000));
	STEP(&self->other, ESTABLISHED, CLOSE);
	ADD(&self->other);
	EXPECT_EQ(0, PENDING());
}

TEST_F(followed, an_end_that_was_lost_is_not_waited_for_for_ever)
{
	struct event lost = { .kind = EVENT_LOST, .lost = 1 };

	STEP(&self->own, FIN_WAIT2, TIME_WAIT);
	ADD(&self->own);
	EXPECT_EQ(FOLLOWED_TIME_WAIT,
		  followed_pending(self->followed, self->own.ts_ns + 121 * SECOND));
	ADD(&lost);
	EXPECT_EQ(FOLLOWED_TIME_WAIT,
		  followed_pending(self->followed, self->own.ts_ns + 119 * SECOND));
	EXPECT_EQ(0, followed_pending(self->followed, self->own.ts_ns + 121 * SECOND));
}

TEST_HARNESS_MAIN
