// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which local ports are available and which are taken, when none is left, and what helps:
 * of sockets that are made up.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "answer/ports_help.h"
#include "base/clock.h"
#include "conn/conns.h"

#define NOW_NS (1000 * NS_PER_S)
#define NETNS 5
#define SOCKETS_MAX 256

FIXTURE(ports)
{
	struct inventory inv;
	struct sockets_netns netns;
	struct sockets_entry entries[SOCKETS_MAX];
	struct item items[SOCKETS_MAX];
	struct recording_header head;
	struct conns conns;
	struct filter filter;
	struct ports ports;
};

FIXTURE_SETUP(ports)
{
	netsysctl_init(&self->netns.settings);
	self->netns.cookie = NETNS;
	self->netns.inode = 4026532000;
	self->netns.settings.values[NETSYSCTL_PORT_FIRST] = 40000;
	self->netns.settings.values[NETSYSCTL_PORT_LAST] = 40039;
	self->netns.settings.values[NETSYSCTL_TW_REUSE] = 0;
	self->netns.settings.values[NETSYSCTL_TIMESTAMPS] = 1;
	self->netns.settings.values[NETSYSCTL_MAX_TW_BUCKETS] = 1000;
	self->netns.reserved.known = true;
	self->inv.live = true;
	self->inv.now_ns = NOW_NS;
	self->inv.items = self->items;
	self->inv.sockets.netns = &self->netns;
	self->inv.sockets.netns_count = 1;
	self->head.start_ns = NOW_NS - 100 * NS_PER_S;
	snprintf(self->head.release, sizeof(self->head.release), "6.12.0");
	conns_init(&self->conns);
	ports_begin(&self->ports, &self->head);
}

FIXTURE_TEARDOWN(ports)
{
	ports_free(&self->ports);
	conns_free(&self->conns);
	netports_free(&self->netns.reserved);
}

/* A socket from 10.0.0.1, or another one of its family, to @to */
static struct item *add(FIXTURE_DATA(ports) * self, unsigned int state, uint16_t lport,
			const char *to, uint16_t rport)
{
	struct item *i = &self->items[self->inv.count];
	struct sockets_entry *s = &self->entries[self->inv.count++];
	int family = strchr(to, ':') ? AF_INET6 : AF_INET;

	s->state = state;
	s->lport = lport;
	s->rport = rport;
	s->ipv6 = family == AF_INET6;
	s->mini = state == TCPCLOSE_TIME_WAIT;
	inet_pton(family, to, s->raddr);
	inet_pton(family, family == AF_INET ? "10.0.0.1" : "2001:db8::1", s->laddr);
	i->socket = s;
	i->netns = &self->netns;
	i->process.pid = 100;
	memcpy(i->process.comm, "client", 6);
	return i;
}

/* Likewise a TIME_WAIT that began so long ago */
static struct item *add_time_wait(FIXTURE_DATA(ports) * self, uint16_t lport, const char *to,
				  uint64_t ago_ms)
{
	struct item *i = add(self, TCPCLOSE_TIME_WAIT, lport, to, 443);

	self->entries[self->inv.count - 1].expires_ms = (uint32_t)(60000 - ago_ms);
	i->since_how = ITEM_SINCE_SEEN;
	i->since_ns = NOW_NS - ago_ms * NS_PER_MS;
	return i;
}

/* The stream has seen it begin. */
static int begin_time_wait(FIXTURE_DATA(ports) * self, const char *to, uint16_t rport,
			   uint64_t ago_ns)
{
	struct conn c = {
		.netns = NETNS,
		.netns_inode = self->netns.inode,
		.closed_ns = NOW_NS - ago_ns,
		.states = 1 << TCPCLOSE_TIME_WAIT,
		.lport = 40000,
		.rport = rport,
		.opener = 100,
		.opener_comm = "client",
	};

	inet_pton(AF_INET, "10.0.0.1", c.laddr);
	inet_pton(AF_INET, to, c.raddr);
	return ports_add_conn(&self->ports, &c, true);
}

#define FIND() \
	ASSERT_EQ(0, ports_find(&self->ports, &self->inv, &self->conns, &self->filter))
#define DESTINATION(n) self->ports.destinations[n]

static bool advised(const struct ports *p, const struct ports_destination *d,
		    enum ports_help what, bool helps)
{
	struct ports_advice advice[PORTS_HELPS];
	size_t count = ports_advise(p, d, advice), i;

	for (i = 0; i < count; i++)
		if (advice[i].what == what)
			return advice[i].helps == helps;
	return false;
}

TEST(a_list_of_reserved_ports_is_read)
{
	struct netports n = {};

	ASSERT_EQ(0, netports_parse(&n, "80,8080-8090,60000\n"));
	EXPECT_TRUE(n.known);
	EXPECT_TRUE(netports_has(&n, 80));
	EXPECT_TRUE(netports_has(&n, 8080));
	EXPECT_TRUE(netports_has(&n, 8090));
	EXPECT_FALSE(netports_has(&n, 8091));
	EXPECT_FALSE(netports_has(&n, 65535));
	EXPECT_EQ(13, netports_count(&n, 0, 65535));
	EXPECT_EQ(3, netports_count(&n, 8088, 59999));
	EXPECT_EQ(0, netports_count(&n, 81, 8079));
	netports_free(&n);
	ASSERT_EQ(0, netports_parse(&n, "\n"));
	EXPECT_TRUE(n.known);
	EXPECT_EQ(0, netports_count(&n, 0, 65535));
	netports_free(&n);
}

TEST(what_is_no_list_of_ports_is_unknown)
{
	static const char *const texts[] = { "x", "80-", "80-70", "65536", "80 90", "-1" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		struct netports n = {};

		EXPECT_GT(0, netports_parse(&n, texts[i]))
		TH_LOG("%s", texts[i]);
		EXPECT_FALSE(n.known);
	}
}

TEST_F(ports, sockets_outside_of_the_range_or_at_reserved_ports_take_none)
{
	ASSERT_EQ(0, netports_parse(&self->netns.reserved, "40002-40003"));
	add(self, TCPCLOSE_ESTABLISHED, 40000, "10.0.0.2", 443);
	add(self, TCPCLOSE_ESTABLISHED, 40002, "10.0.0.2", 443);
	add(self, TCPCLOSE_ESTABLISHED, 39999, "10.0.0.2", 443);
	add(self, TCPCLOSE_ESTABLISHED, 40040, "10.0.0.2", 443);
	add(self, TCPCLOSE_ESTABLISHED, 40039, "10.0.0.2", 443);
	FIND();
	EXPECT_EQ(38, self->ports.netns[0]->available);
	EXPECT_EQ(2, self->ports.netns[0]->used);
	ASSERT_EQ(1, self->ports.destination_count);
	EXPECT_EQ(2, DESTINATION(0)->taken);
}

TEST_F(ports, listeners_and_bound_sockets_take_theirs_for_every_destination)
{
	add(self, TCPCLOSE_LISTEN, 40000, "0.0.0.0", 0);
	add(self, SOCKETS_BOUND, 40001, "0.0.0.0", 0);
	add(self, TCPCLOSE_ESTABLISHED, 40002, "10.0.0.2", 443);
	/* Bound with SO_REUSEADDR: the listener's port, counted once */
	add(self, TCPCLOSE_ESTABLISHED, 40000, "10.0.0.2", 443);
	add(self, TCPCLOSE_ESTABLISHED, 40003, "10.0.0.3", 443);
	/* Of a peer: the listener's */
	add(self, TCPCLOSE_ESTABLISHED, 40000, "10.0.0.9", 50000)->passive = true;
	FIND();
	EXPECT_EQ(2, self->ports.netns[0]->held);
	EXPECT_EQ(4, self->ports.netns[0]->used);
	ASSERT_EQ(2, self->ports.destination_count);
	EXPECT_EQ(3, DESTINATION(0)->taken);
	EXPECT_EQ(2, ports_used(DESTINATION(0)));
	EXPECT_EQ(3, DESTINATION(1)->taken);
	EXPECT_EQ(1, ports_used(DESTINATION(1)));
	/* All of these have the same local address. */
	ASSERT_EQ(1, self->ports.address_count);
	EXPECT_EQ(4, self->ports.addresses[0]->taken);
}

TEST_F(ports, an_address_shares_the_ports_of_any_address)
{
	struct item *any = add(self, TCPCLOSE_LISTEN, 40000, "0.0.0.0", 0);

	memset(self->entries[0].laddr, 0, sizeof(self->entries[0].laddr));
	ASSERT_EQ(&self->items[0], any);
	add(self, TCPCLOSE_ESTABLISHED, 40001, "10.0.0.2", 443);
	add(self, TCPCLOSE_ESTABLISHED, 40001, "10.0.0.3", 443);
	FIND();
	ASSERT_EQ(1, self->ports.address_count);
	EXPECT_EQ(2, self->ports.addresses[0]->taken);
}

TEST_F(ports, an_ipv4_address_in_an_ipv6_socket_is_an_ipv4_destination)
{
	add(self, TCPCLOSE_ESTABLISHED, 40000, "10.0.0.2", 443);
	add(self, TCPCLOSE_ESTABLISHED, 40001, "::ffff:10.0.0.2", 443);
	inet_pton(AF_INET6, "::ffff:10.0.0.1", self->entries[1].laddr);
	FIND();
	ASSERT_EQ(1, self->ports.destination_count);
	EXPECT_EQ(2, DESTINATION(0)->taken);
	EXPECT_FALSE(DESTINATION(0)->ends.ipv6);
}

TEST_F(ports, time_waits_are_reusable_after_a_second_if_the_settings_say_so)
{
	self->netns.settings.values[NETSYSCTL_TW_REUSE] = 1;
	add_time_wait(self, 40000, "10.0.0.2", 999);
	add_time_wait(self, 40001, "10.0.0.2", 1000);
	add_time_wait(self, 40002, "10.0.0.2", 30000);
	/* It is not known when it began. */
	add_time_wait(self, 40003, "10.0.0.2", 30000)->since_how = ITEM_SINCE_UNKNOWN;
	FIND();
	EXPECT_EQ(4, ports_used(DESTINATION(0)));
	EXPECT_EQ(2, DESTINATION(0)->reusable);
	EXPECT_EQ(2, DESTINATION(0)->taken);
}

TEST_F(ports, the_kernels_own_delay_is_respected)
{
	self->netns.settings.values[NETSYSCTL_TW_REUSE] = 1;
	self->netns.settings.values[NETSYSCTL_TW_REUSE_DELAY] = 5000;
	add_time_wait(self, 40000, "10.0.0.2", 4999);
	add_time_wait(self, 40001, "10.0.0.2", 5000);
	FIND();
	EXPECT_EQ(1, DESTINATION(0)->reusable);
}

TEST_F(ports, without_timestamps_nothing_is_reusable)
{
	self->netns.settings.values[NETSYSCTL_TW_REUSE] = 1;
	self->netns.settings.values[NETSYSCTL_TIMESTAMPS] = 0;
	add_time_wait(self, 40000, "10.0.0.2", 30000);
	FIND();
	EXPECT_EQ(0, DESTINATION(0)->reusable);
	EXPECT_EQ(0, DESTINATION(0)->would_be_reusable);
}

TEST_F(ports, tcp_tw_reuse_2_is_for_loopback_only)
{
	self->netns.settings.values[NETSYSCTL_TW_REUSE] = 2;
	add_time_wait(self, 40000, "10.0.0.2", 30000);
	add_time_wait(self, 40001, "127.0.0.2", 30000);
	add_time_wait(self, 40002, "::1", 30000);
	FIND();
	ASSERT_EQ(3, self->ports.destination_count);
	EXPECT_EQ(1, DESTINATION(0)->taken);
	EXPECT_EQ(1, DESTINATION(0)->would_be_reusable);
	EXPECT_EQ(1, DESTINATION(1)->reusable);
	EXPECT_EQ(1, DESTINATION(2)->reusable);
}

TEST_F(ports, one_a_second_uses_up_forty_ports_after_forty_seconds)
{
	unsigned int i;

	for (i = 0; i < 20; i++) {
		add_time_wait(self, (uint16_t)(40000 + i), "10.0.0.2", i * 1000);
		ASSERT_EQ(0, begin_time_wait(self, "10.0.0.2", 443, i * NS_PER_S));
	}
	self->ports.start_ns = NOW_NS - 20 * NS_PER_S;
	FIND();
	EXPECT_TRUE(DESTINATION(0)->growth.known);
	EXPECT_EQ(20, DESTINATION(0)->growth.begun);
	EXPECT_EQ(20 * NS_PER_S, DESTINATION(0)->growth.window_ns);
	EXPECT_EQ(60, DESTINATION(0)->growth.steady);
	EXPECT_TRUE(DESTINATION(0)->growth.ends);
	EXPECT_EQ(20 * NS_PER_S, DESTINATION(0)->growth.in_ns);
	EXPECT_TRUE(ports_is_short(&self->ports, DESTINATION(0)));
	EXPECT_TRUE(advised(&self->ports, DESTINATION(0), PORTS_HELP_POOL, true));
	EXPECT_TRUE(advised(&self->ports, DESTINATION(0), PORTS_HELP_REUSE, true));
	EXPECT_TRUE(advised(&self->ports, DESTINATION(0), PORTS_HELP_WIDEN, true));
	EXPECT_TRUE(advised(&self->ports, DESTINATION(0), PORTS_HELP_FIN_TIMEOUT, false));
}

TEST_F(ports, one_in_two_seconds_never_does)
{
	unsigned int i;

	for (i = 0; i < 30; i++) {
		add_time_wait(self, (uint16_t)(40000 + i), "10.0.0.2", i * 2000);
		ASSERT_EQ(0, begin_time_wait(self, "10.0.0.2", 443, i * 2 * NS_PER_S));
	}
	FIND();
	EXPECT_TRUE(DESTINATION(0)->growth.known);
	EXPECT_EQ(31, DESTINATION(0)->growth.steady);
	EXPECT_FALSE(DESTINATION(0)->growth.ends);
	EXPECT_FALSE(ports_is_short(&self->ports, DESTINATION(0)));
	EXPECT_FALSE(advised(&self->ports, DESTINATION(0), PORTS_HELP_POOL, true));
}

TEST_F(ports, what_was_seen_for_moments_only_foretells_nothing)
{
	add_time_wait(self, 40000, "10.0.0.2", 1000);
	ASSERT_EQ(0, begin_time_wait(self, "10.0.0.2", 443, NS_PER_S));
	self->ports.start_ns = NOW_NS - 9 * NS_PER_S;
	FIND();
	EXPECT_FALSE(DESTINATION(0)->growth.known);
	EXPECT_FALSE(DESTINATION(0)->growth.ends);
}

TEST_F(ports, when_all_are_in_use_none_is_left_now)
{
	unsigned int i;

	for (i = 0; i < 40; i++)
		add(self, TCPCLOSE_ESTABLISHED, (uint16_t)(40000 + i), "10.0.0.2", 443);
	FIND();
	EXPECT_EQ(100, ports_percent(DESTINATION(0)));
	EXPECT_TRUE(DESTINATION(0)->growth.ends);
	EXPECT_EQ(0, DESTINATION(0)->growth.in_ns);
	EXPECT_TRUE(advised(&self->ports, DESTINATION(0), PORTS_HELP_LIMIT, true));
	EXPECT_FALSE(advised(&self->ports, DESTINATION(0), PORTS_HELP_REUSE, true));
}

TEST_F(ports, many_processes_are_summed_up)
{
	unsigned int i;
	const struct ports_process *r;
	uint64_t sum = 0;

	self->netns.settings.values[NETSYSCTL_PORT_LAST] = 40199;
	for (i = 0; i < 200; i++) {
		struct item *item = add(self, TCPCLOSE_ESTABLISHED, (uint16_t)(40000 + i),
					"10.0.0.2", 443);

		snprintf(item->process.comm, sizeof(item->process.comm), "p%u", i);
	}
	FIND();
	EXPECT_EQ(PORTS_PROCESSES_MAX, DESTINATION(0)->sum.process_count);
	EXPECT_TRUE(DESTINATION(0)->sum.processes->rest);
	for (r = DESTINATION(0)->sum.processes; r; r = r->next)
		sum += r->counts[PORTS_OPEN];
	EXPECT_EQ(200, sum);
}

TEST_F(ports, processes_of_one_name_have_no_number)
{
	add(self, TCPCLOSE_ESTABLISHED, 40000, "10.0.0.2", 443);
	add(self, TCPCLOSE_ESTABLISHED, 40001, "10.0.0.2", 443)->process.pid = 101;
	add(self, TCPCLOSE_ESTABLISHED, 40002, "10.0.0.2", 443);
	FIND();
	EXPECT_EQ(1, DESTINATION(0)->sum.process_count);
	EXPECT_EQ(0, DESTINATION(0)->sum.processes->pid);
	EXPECT_EQ(3, DESTINATION(0)->sum.processes->counts[PORTS_OPEN]);
}

TEST_F(ports, destinations_of_the_stream_are_bounded_and_counted)
{
	unsigned int i;

	for (i = 0; i < PORTS_STREAM_MAX + 10; i++) {
		char to[16];

		snprintf(to, sizeof(to), "10.1.%u.%u", i / 250 % 250, i % 250);
		ASSERT_EQ(0, begin_time_wait(self, to, (uint16_t)(1 + i / 62500), NS_PER_S));
	}
	/* What there is now is listed in any case. */
	add(self, TCPCLOSE_ESTABLISHED, 40000, "192.0.2.1", 443);
	FIND();
	EXPECT_EQ(10, self->ports.destinations_left_out);
	EXPECT_EQ(PORTS_STREAM_MAX + 1, self->ports.destination_count);
	EXPECT_EQ(1, ports_used(DESTINATION(0)));
}

TEST_HARNESS_MAIN
