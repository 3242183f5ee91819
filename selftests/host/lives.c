// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each transition goes to the connection that made it, also if sockets, addresses and
 * ports are used again; and the other side of a connection is the right one.
 */
#include <string.h>

#include "kselftest_harness.h"

#include "base/compiler.h"
#include "host/lib/sides_fixture.h"

SIDES_FIXTURE(life);

/* Return: the side that took it, or NULL. @born_ns: 0: unknown, and marked */
static struct side *take(FIXTURE_DATA(life) * self, unsigned int index, uint64_t born_ns,
			 unsigned int old, unsigned int new, bool mini, bool hands_over)
{
	struct event *e = &self->e;
	struct side *side;

	e->ts_ns += 1000;
	e->index = (uint16_t)index;
	e->old = (uint8_t)old;
	e->new = (uint8_t)new;
	e->origin = mini ? TCPCLOSE_ORIGIN_TIMEWAIT : TCPCLOSE_ORIGIN_TRACEPOINT;
	e->raw_old = mini ? 0 : old;
	e->raw_new = mini ? 0 : hands_over ? TCPCLOSE_CLOSE : new;
	e->mark = born_ns ? 0 : TCPCLOSE_MARK_OLD;
	e->age_ns = born_ns ? (int64_t)(e->ts_ns - born_ns) : EVENT_UNKNOWN;
	return sides_add(self->sides, e, true, &side) ? NULL : side;
}

#define SOCKET(index, born, old, new) \
	take(self, index, born, TCPCLOSE_##old, TCPCLOSE_##new, false, false)
#define HAND_OVER(index, born, old, new) \
	take(self, index, born, TCPCLOSE_##old, TCPCLOSE_##new, false, true)
#define MINI(index, born, old, new) \
	take(self, index, born, TCPCLOSE_##old, TCPCLOSE_##new, true, false)

#define EXPECT_STEPS(side, ...) do { \
	const unsigned int wanted[] = { __VA_ARGS__ }; \
	unsigned int i_; \
	ASSERT_EQ(ARRAY_SIZE(wanted), (side)->count); \
	for (i_ = 0; i_ < (side)->count; i_++) \
		EXPECT_EQ(wanted[i_], (side)->steps[i_].index); \
} while (0)

/* ---- which life */

TEST_F(life, of_a_socket_goes_on_beside_its_earlier_mini_socket)
{
	uint64_t first_ns = 999 * SECOND, second_ns;
	struct side *first, *second;

	first = SOCKET(4, first_ns, FIN_WAIT1, FIN_WAIT2);
	EXPECT_EQ(first, HAND_OVER(5, first_ns, FIN_WAIT2, TIME_WAIT));
	self->e.lport++;
	second_ns = self->e.ts_ns + 1000;
	second = SOCKET(0, second_ns, CLOSE, SYN_SENT);
	EXPECT_NE(first, second);
	EXPECT_EQ(second, SOCKET(1, second_ns, SYN_SENT, ESTABLISHED));
	self->e.lport--;
	EXPECT_EQ(first, MINI(6, first_ns, TIME_WAIT, TIME_WAIT));
	EXPECT_EQ(first, MINI(7, first_ns, TIME_WAIT, CLOSE));
	self->e.lport++;
	EXPECT_EQ(second, SOCKET(2, second_ns, ESTABLISHED, FIN_WAIT1));
	EXPECT_STEPS(first, 4, 5, 6, 7);
	EXPECT_STEPS(second, 0, 1, 2);
}

TEST_F(life, takes_a_mini_sockets_step_after_its_end)
{
	uint64_t born_ns = 999 * SECOND;
	struct side *side = HAND_OVER(5, born_ns, FIN_WAIT2, FIN_WAIT2);

	EXPECT_EQ(side, MINI(7, born_ns, TIME_WAIT, CLOSE));
	EXPECT_EQ(side, MINI(6, born_ns, FIN_WAIT2, TIME_WAIT));
	EXPECT_STEPS(side, 5, 6, 7);
}

TEST_F(life, takes_a_hand_over_after_its_end)
{
	uint64_t born_ns = 999 * SECOND;
	struct side *side = SOCKET(4, born_ns, FIN_WAIT1, FIN_WAIT2);

	EXPECT_EQ(side, MINI(6, born_ns, FIN_WAIT2, TIME_WAIT));
	EXPECT_EQ(side, MINI(7, born_ns, TIME_WAIT, CLOSE));
	EXPECT_EQ(side, HAND_OVER(5, born_ns, FIN_WAIT2, FIN_WAIT2));
	EXPECT_STEPS(side, 4, 5, 6, 7);
}

TEST_F(life, takes_a_hand_over_after_its_end_without_a_birth)
{
	struct side *side = MINI(6, 0, TIME_WAIT, CLOSE);

	EXPECT_EQ(side, HAND_OVER(5, 0, FIN_WAIT2, TIME_WAIT));
	EXPECT_STEPS(side, 5, 6);
	EXPECT_NE(side, HAND_OVER(5, 0, FIN_WAIT2, TIME_WAIT));
}

TEST_F(life, without_a_birth_ends_once)
{
	struct side *side = SOCKET(3, 0, CLOSE_WAIT, CLOSE);

	EXPECT_NE(side, SOCKET(3, 0, CLOSE_WAIT, CLOSE));
}

TEST_F(life, begins_where_none_fits)
{
	uint64_t first_ns = 999 * SECOND, second_ns = 1001 * SECOND;
	struct side *side = SOCKET(3, first_ns, ESTABLISHED, CLOSE);

	self->e.ts_ns = 1002 * SECOND;
	EXPECT_NE(side, SOCKET(3, second_ns, ESTABLISHED, FIN_WAIT1));
	EXPECT_STEPS(side, 3);
}

TEST_F(life, is_of_one_namespace)
{
	uint64_t born_ns = 999 * SECOND;
	struct side *side = SOCKET(3, born_ns, ESTABLISHED, FIN_WAIT1);

	self->e.netns_inode = OTHER;
	EXPECT_NE(side, SOCKET(4, born_ns, FIN_WAIT1, FIN_WAIT2));
	self->e.netns_inode = HOME;
	EXPECT_EQ(side, SOCKET(4, born_ns, FIN_WAIT1, FIN_WAIT2));
}

TEST_F(life, takes_the_due_transition_with_a_wrong_birth)
{
	uint64_t born_ns = 999 * SECOND;
	struct side *side = HAND_OVER(5, born_ns, FIN_WAIT2, TIME_WAIT);

	EXPECT_NE(side, MINI(9, born_ns + 1, TIME_WAIT, TIME_WAIT));
	EXPECT_EQ(side, MINI(6, born_ns + 2, TIME_WAIT, CLOSE));
}

/* Thousands of mini-sockets of one socket: each keeps its own end. */
TEST_F(life, is_found_among_many_of_one_cookie)
{
	static struct side *sides[5000];
	uint64_t born_ns = 999 * SECOND;
	unsigned int i, right = 0;

	for (i = 0; i < 5000; i++)
		sides[i] = HAND_OVER(5, born_ns + i, FIN_WAIT2, TIME_WAIT);
	for (i = 0; i < 5000; i++)
		right += MINI(6, born_ns + i, TIME_WAIT, CLOSE) == sides[i];
	EXPECT_EQ(5000, right);
}

/* ---- the other side */

static struct side *end(FIXTURE_DATA(life) * self, uint64_t cookie, uint32_t netns,
			const char *laddr, unsigned int lport, const char *raddr,
			unsigned int rport)
{
	struct event *e = &self->e;

	e->cookie = cookie;
	e->netns_inode = netns;
	e->lport = (uint16_t)lport;
	e->rport = (uint16_t)rport;
	inet_pton(AF_INET, laddr, e->laddr);
	inet_pton(AF_INET, raddr, e->raddr);
	return SOCKET(3, 999 * SECOND, ESTABLISHED, FIN_WAIT1);
}

static struct side *peer_of(FIXTURE_DATA(life) * self, const struct side *side)
{
	struct side *peer;

	sides_peer(self->sides, side, &peer);
	return peer;
}

TEST_F(life, is_paired_by_addresses_and_ports)
{
	struct side *a = end(self, 1, HOME, "10.0.0.1", 40000, "10.0.0.2", 80);
	struct side *far = end(self, 2, HOME, "10.0.0.3", 80, "10.0.0.1", 40000);
	struct side *b = end(self, 3, HOME, "10.0.0.2", 80, "10.0.0.1", 40000);
	struct side *port = end(self, 4, HOME, "10.0.0.2", 81, "10.0.0.1", 40000);
	struct side *alone = end(self, 5, HOME, "10.0.0.9", 40000, "10.0.0.2", 80);

	EXPECT_EQ(b, peer_of(self, a));
	EXPECT_EQ(a, peer_of(self, b));
	EXPECT_EQ(NULL, peer_of(self, far));
	EXPECT_EQ(NULL, peer_of(self, port));
	EXPECT_EQ(NULL, peer_of(self, alone));
}

TEST_F(life, of_loopback_is_paired_within_its_namespace)
{
	struct side *a = end(self, 1, HOME, "127.0.0.1", 40000, "127.0.0.1", 80);
	struct side *c = end(self, 2, OTHER, "127.0.0.1", 40000, "127.0.0.1", 80);
	struct side *d = end(self, 3, OTHER, "127.0.0.1", 80, "127.0.0.1", 40000);
	struct side *b = end(self, 4, HOME, "127.0.0.1", 80, "127.0.0.1", 40000);

	EXPECT_EQ(b, peer_of(self, a));
	EXPECT_EQ(a, peer_of(self, b));
	EXPECT_EQ(d, peer_of(self, c));
	EXPECT_EQ(c, peer_of(self, d));
}

TEST_F(life, of_loopback_has_no_other_side_in_another_namespace)
{
	struct side *a = end(self, 1, HOME, "127.0.0.1", 40000, "127.0.0.1", 80);
	struct side *b = end(self, 2, OTHER, "127.0.0.1", 80, "127.0.0.1", 40000);
	struct side *c = end(self, 3, HOME, "10.0.0.1", 40000, "10.0.0.2", 80);
	struct side *d = end(self, 4, OTHER, "10.0.0.2", 80, "10.0.0.1", 40000);

	EXPECT_EQ(NULL, peer_of(self, a));
	EXPECT_EQ(NULL, peer_of(self, b));
	EXPECT_EQ(d, peer_of(self, c));
	EXPECT_EQ(c, peer_of(self, d));
}

/* A connection after the other uses the same addresses and ports. */
TEST_F(life, is_paired_among_many_with_the_same_ports)
{
	static struct side *near[3000], *far[3000];
	unsigned int i, right = 0;

	for (i = 0; i < 3000; i++) {
		uint64_t born_ns = self->e.ts_ns - SECOND / 10;

		near[i] = end(self, 2 * i + 1, HOME, "10.0.0.1", 40000, "10.0.0.2", 80);
		near[i]->born_ns = born_ns;
		SOCKET(4, 999 * SECOND, FIN_WAIT1, CLOSE);
		far[i] = end(self, 2 * i + 2, OTHER, "10.0.0.2", 80, "10.0.0.1", 40000);
		far[i]->born_ns = born_ns;
		SOCKET(4, 999 * SECOND, FIN_WAIT1, CLOSE);
		self->e.ts_ns += 10 * SECOND;
	}
	for (i = 0; i < 3000; i++)
		right += peer_of(self, near[i]) == far[i] && peer_of(self, far[i]) == near[i];
	EXPECT_EQ(3000, right);
}

TEST_HARNESS_MAIN
