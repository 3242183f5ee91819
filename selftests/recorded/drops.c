// SPDX-License-Identifier: GPL-2.0-only
/*
 * What listeners drop: each has its record, with the reason, the listener, and its
 * queue. That none is missing is checked at the end of each test in the lab.
 *
 * vm: --icount --smp 1
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/device.h"
#include "lib/lab_fixture.h"
#include "lib/patience.h"
#include "lib/procfile.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* One for each: connections that are in the queue, or ask for a place. */
#define GUESTS 8

FIXTURE(drops) {
	struct lab lab;
	struct peer guests[GUESTS];
	int listener;
	/* Drops that the module cannot see */
	long unseen;
};

FAMILY_VARIANTS(drops);

FIXTURE_SETUP(drops)
{
	int i;

	memset(self, 0, sizeof(*self));
	ASSERT_EQ(0, lab_open(&self->lab, variant->family));
	for (i = 0; i < GUESTS; i++)
		peer_init(&self->guests[i], &self->lab.puppet);
	self->listener = -1;
}

FIXTURE_TEARDOWN(drops)
{
	EXPECT_EQ(0, stream_poll(&self->lab.stream, 0));
	EXPECT_TRUE(stream_exact(&self->lab.stream));
	EXPECT_RSTS_TOLD(&self->lab);
	EXPECT_DROPS_TOLD(&self->lab, self->unseen);
	if (self->listener >= 0)
		close(self->listener);
	lab_close(&self->lab);
}

static int listen_at(const struct lab *lab, int limit)
{
	union net_addr local = lab->puppet.local;

	local.in.sin_port = htons(5000);
	return net_listen(&local, limit);
}

#define LISTEN(limit) do { \
	self->listener = listen_at(&self->lab, limit); \
	ASSERT_LE(0, self->listener); \
} while (0)

static const struct flow any_port = {};

/* The drops, once there are as many as expected. */
static const char *drops_of(struct lab *lab, const char *expected)
{
	uint64_t end_ns = now_ns() + patience_ms(LAB_TIMEOUT_MS) * 1000000ULL;
	struct flow flow = any_port;

	flow.netns = lab->netns;
	while (stream_words(stream_drops(&lab->stream, &flow)) < stream_words(expected) &&
	       now_ns() < end_ns) {
		if (stream_poll(&lab->stream, 10))
			return "the device gives no records";
	}
	return stream_drops(&lab->stream, &flow);
}

#define DROPS(expected)	EXPECT_STREQ(expected, drops_of(&self->lab, expected))
#define DROP(n)		stream_drop(&self->lab.stream, &any_port, n)
#define GUEST(n)	(&self->guests[n])

/* The SYN of a guest, and the answer to it */
static int ask(struct peer *guest)
{
	int err = peer_send(guest, PUPPET_SYN, NULL, 0);

	return err ? err : peer_expect(guest, PUPPET_SYN | PUPPET_ACK);
}

static int confirm(struct peer *guest)
{
	return peer_send(guest, PUPPET_ACK, NULL, 0);
}

static int knock(struct peer *guests, int count)
{
	int i, err = 0;

	for (i = 0; !err && i < count; i++)
		err = peer_knock(&guests[i]);
	return err;
}

static uint32_t inode_of(int fd)
{
	struct stat stat;

	return fstat(fd, &stat) ? 0 : stat.st_ino;
}

static bool is_of(const struct tcpclose_drop *drop, const struct lab *lab,
		  const struct peer *guest)
{
	bool ipv6 = lab->family == AF_INET6;
	const void *local = ipv6 ? (const void *)&lab->puppet.local.in6.sin6_addr :
				   (const void *)&lab->puppet.local.in.sin_addr;
	const void *remote = ipv6 ? (const void *)&lab->puppet.remote.in6.sin6_addr :
				    (const void *)&lab->puppet.remote.in.sin_addr;
	size_t len = ipv6 ? 16 : 4;

	return !memcmp(drop->laddr, local, len) && !memcmp(drop->raddr, remote, len) &&
	       !memcmp(drop->bound, local, len) && drop->lport == guest->lport &&
	       drop->rport == guest->rport && drop->netns == lab->netns &&
	       drop->mark == (ipv6 ? TCPCLOSE_DROP_MARK_IPV6 : 0);
}

#define EXPECT_OF(n, guest) do { \
	EXPECT_TRUE(is_of(DROP(n), &self->lab, guest)); \
	EXPECT_EQ(net_cookie(self->listener), DROP(n)->cookie); \
	EXPECT_EQ(inode_of(self->listener), DROP(n)->inode); \
	EXPECT_EQ(getuid(), DROP(n)->uid); \
} while (0)

/* ---- the accept queue is full */

TEST_F(drops, syn)
{
	struct tcpclose_stats before, after;

	ASSERT_EQ(0, device_stats(self->lab.stream.fd, &before));
	LISTEN(0);
	ASSERT_EQ(0, knock(GUEST(0), 1));
	ASSERT_EQ(0, peer_send(GUEST(1), PUPPET_SYN, NULL, 0));
	EXPECT_TRUE(peer_silent(GUEST(1), 50));
	DROPS("accept-queue-syn");
	EXPECT_OF(0, GUEST(1));
	EXPECT_EQ(1, DROP(0)->queue);
	EXPECT_EQ(0, DROP(0)->limit);
	EXPECT_EQ(0, DROP(0)->requests);
	ASSERT_EQ(0, device_stats(self->lab.stream.fd, &after));
	EXPECT_EQ(1, after.drops[TCPCLOSE_DROP_ACCEPT_QUEUE_SYN] -
			     before.drops[TCPCLOSE_DROP_ACCEPT_QUEUE_SYN]);
	EXPECT_EQ(after.drops_left_out, before.drops_left_out);
}

TEST_F(drops, none_below_the_limit)
{
	int limit, fd, i;

	for (limit = 0; limit < 4; limit++) {
		LISTEN(limit);
		for (i = 0; i < GUESTS; i++)
			peer_init(GUEST(i), &self->lab.puppet);
		ASSERT_EQ(0, knock(GUEST(0), limit + 1));
		ASSERT_EQ(0, peer_send(GUEST(limit + 1), PUPPET_SYN, NULL, 0));
		EXPECT_EQ(0, lab_sync(&self->lab));
		EXPECT_EQ(limit + 1, self->lab.stream.drop_count);
		EXPECT_EQ(limit, DROP(limit)->limit);
		EXPECT_EQ(limit + 1, DROP(limit)->queue);
		/* accept() makes room. */
		fd = accept(self->listener, NULL, NULL);
		ASSERT_LE(0, fd);
		EXPECT_EQ(0, ask(GUEST(limit + 1)));
		close(fd);
		close(self->listener);
		self->listener = -1;
	}
}

/* The peer takes its connection for established, and sends data. */
TEST_F(drops, ack)
{
	int fd;

	LISTEN(1);
	ASSERT_EQ(0, ask(GUEST(0)));
	ASSERT_EQ(0, ask(GUEST(1)));
	ASSERT_EQ(0, confirm(GUEST(0)));
	ASSERT_EQ(0, ask(GUEST(2)));
	ASSERT_EQ(0, confirm(GUEST(1)));
	ASSERT_EQ(0, confirm(GUEST(2)));
	DROPS("accept-queue-ack");
	EXPECT_OF(0, GUEST(2));
	EXPECT_EQ(2, DROP(0)->queue);
	EXPECT_EQ(1, DROP(0)->limit);
	EXPECT_EQ(1, DROP(0)->requests);
	ASSERT_EQ(0, peer_send_at(GUEST(2), PUPPET_PSH | PUPPET_ACK, GUEST(2)->seq,
				  GUEST(2)->ack, "data", 4));
	DROPS("accept-queue-ack accept-queue-ack");
	EXPECT_LT(DROP(0)->drops, DROP(1)->drops);
	fd = accept(self->listener, NULL, NULL);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, peer_send(GUEST(2), PUPPET_PSH | PUPPET_ACK, "data", 4));
	EXPECT_EQ(0, lab_sync(&self->lab));
	EXPECT_EQ(2, self->lab.stream.drop_count);
	close(fd);
}

TEST_F(drops, abort_on_overflow)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_abort_on_overflow", "1"));
	LISTEN(0);
	ASSERT_EQ(0, ask(GUEST(0)));
	ASSERT_EQ(0, knock(GUEST(1), 1));
	ASSERT_EQ(0, confirm(GUEST(0)));
	ASSERT_EQ(0, peer_expect(GUEST(0), PUPPET_RST));
	DROPS("accept-queue-rst");
	EXPECT_OF(0, GUEST(0));
	EXPECT_EQ(1, DROP(0)->queue);
}

/* There is no request that a RST could refuse. */
TEST_F(drops, ack_with_a_cookie)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_syncookies", "2"));
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_abort_on_overflow", "1"));
	LISTEN(0);
	ASSERT_EQ(0, ask(GUEST(0)));
	ASSERT_EQ(0, knock(GUEST(1), 1));
	ASSERT_EQ(0, confirm(GUEST(0)));
	DROPS("accept-queue-ack");
	EXPECT_OF(0, GUEST(0));
	EXPECT_EQ(0, DROP(0)->requests);
	EXPECT_TRUE(peer_silent(GUEST(0), 50));
}

TEST_F(drops, of_a_listener_for_both_families)
{
	union net_addr any = { .in6 = { .sin6_family = AF_INET6,
					.sin6_port = htons(5000) } };
	static const __u8 nothing[16];

	self->listener = net_listen(&any, 0);
	ASSERT_LE(0, self->listener);
	ASSERT_EQ(0, ask(GUEST(0)));
	ASSERT_EQ(0, knock(GUEST(1), 1));
	ASSERT_EQ(0, confirm(GUEST(0)));
	ASSERT_EQ(0, peer_send(GUEST(2), PUPPET_SYN, NULL, 0));
	DROPS("accept-queue-ack accept-queue-syn");
	EXPECT_EQ(net_cookie(self->listener), DROP(0)->cookie);
	EXPECT_EQ(0, memcmp(nothing, DROP(0)->bound, 16));
	EXPECT_EQ(0, memcmp(nothing, DROP(1)->bound, 16));
	EXPECT_EQ(variant->family == AF_INET6, DROP(0)->mark & TCPCLOSE_DROP_MARK_IPV6);
	EXPECT_EQ(variant->family == AF_INET6, DROP(1)->mark & TCPCLOSE_DROP_MARK_IPV6);
}

TEST_F(drops, of_a_listener_of_mptcp)
{
	union net_addr local = self->lab.puppet.local;

	local.in.sin_port = htons(5000);
	self->listener = socket(variant->family, SOCK_STREAM, IPPROTO_MPTCP);
	ASSERT_LE(0, self->listener);
	ASSERT_EQ(0, bind(self->listener, &local.sa, net_addr_len(&local)));
	ASSERT_EQ(0, listen(self->listener, 0));
	ASSERT_EQ(0, ask(GUEST(0)));
	ASSERT_EQ(0, knock(GUEST(1), 1));
	ASSERT_EQ(0, confirm(GUEST(0)));
	ASSERT_EQ(0, peer_send(GUEST(2), PUPPET_SYN, NULL, 0));
	DROPS("accept-queue-ack accept-queue-syn");
	EXPECT_TRUE(is_of(DROP(0), &self->lab, GUEST(0)));
	EXPECT_EQ(inode_of(self->listener), DROP(0)->inode);
}

/* Of the group the right one */
TEST_F(drops, of_a_listener_that_shares_its_port)
{
	int others[3], on = 1, i;
	union net_addr local = self->lab.puppet.local;
	uint64_t cookie;

	local.in.sin_port = htons(5000);
	for (i = 0; i < 3; i++) {
		others[i] = socket(variant->family, SOCK_STREAM, 0);
		ASSERT_LE(0, others[i]);
		ASSERT_EQ(0, setsockopt(others[i], SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)));
		ASSERT_EQ(0, bind(others[i], &local.sa, net_addr_len(&local)));
		ASSERT_EQ(0, listen(others[i], 0));
	}
	ASSERT_EQ(0, knock(GUEST(0), 1));
	for (i = 0; i < 3 && net_wait(others[i], POLLIN, 0); i++)
		;
	ASSERT_LT(i, 3);
	cookie = net_cookie(others[i]);
	/* From the same port the hash is the same. */
	ASSERT_EQ(0, peer_send(GUEST(0), PUPPET_RST, NULL, 0));
	EXPECT_EQ(0, lab_sync(&self->lab));
	ASSERT_EQ(0, peer_send_at(GUEST(0), PUPPET_SYN, 5000, 0, NULL, 0));
	DROPS("accept-queue-syn");
	EXPECT_EQ(cookie, DROP(0)->cookie);
	EXPECT_EQ(inode_of(others[i]), DROP(0)->inode);
	for (i = 0; i < 3; i++)
		close(others[i]);
}

/* ---- too many requests */

TEST_F(drops, syn_without_cookies)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_syncookies", "0"));
	LISTEN(1);
	ASSERT_EQ(0, ask(GUEST(0)));
	ASSERT_EQ(0, ask(GUEST(1)));
	ASSERT_EQ(0, peer_send(GUEST(2), PUPPET_SYN, NULL, 0));
	DROPS("syn-queue");
	EXPECT_OF(0, GUEST(2));
	EXPECT_EQ(2, DROP(0)->requests);
	EXPECT_EQ(0, DROP(0)->queue);
	EXPECT_EQ(1, DROP(0)->limit);
}

TEST_F(drops, none_with_cookies)
{
	LISTEN(1);
	ASSERT_EQ(0, ask(GUEST(0)));
	ASSERT_EQ(0, ask(GUEST(1)));
	ASSERT_EQ(0, ask(GUEST(2)));
	ASSERT_EQ(0, confirm(GUEST(2)));
	EXPECT_EQ(0, net_wait(self->listener, POLLIN, LAB_TIMEOUT_MS));
	DROPS("");
}

TEST_F(drops, last_quarter_of_the_syn_queue)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_syncookies", "0"));
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_max_syn_backlog", "4"));
	LISTEN(16);
	ASSERT_EQ(0, ask(GUEST(0)));
	ASSERT_EQ(0, ask(GUEST(1)));
	ASSERT_EQ(0, ask(GUEST(2)));
	ASSERT_EQ(0, ask(GUEST(3)));
	ASSERT_EQ(0, peer_send(GUEST(4), PUPPET_SYN, NULL, 0));
	DROPS("syn-queue-reserved");
	EXPECT_OF(0, GUEST(4));
	EXPECT_EQ(4, DROP(0)->requests);
}

/* Known from a connection of before */
TEST_F(drops, none_of_a_proven_peer)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_syncookies", "0"));
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_max_syn_backlog", "4"));
	GUEST(0)->listener = listen_at(&self->lab, 16);
	ASSERT_LE(0, GUEST(0)->listener);
	self->listener = GUEST(0)->listener;
	ASSERT_EQ(0, peer_accept(GUEST(0)));
	ASSERT_EQ(0, peer_close_active(GUEST(0)));
	ASSERT_EQ(0, ask(GUEST(1)));
	ASSERT_EQ(0, ask(GUEST(2)));
	ASSERT_EQ(0, ask(GUEST(3)));
	ASSERT_EQ(0, ask(GUEST(4)));
	EXPECT_EQ(0, ask(GUEST(5)));
	DROPS("");
}

/* ---- other reasons */

/* For IPv6 the kernel looks for a route before it makes the socket. */
TEST_F(drops, no_socket)
{
	LISTEN(16);
	ASSERT_EQ(0, ask(GUEST(0)));
	ASSERT_EQ(0, net_run("ip route add unreachable %s",
			     variant->family == AF_INET6 ? "2001:db8::2/128" :
							   "192.0.2.2/32"));
	ASSERT_EQ(0, confirm(GUEST(0)));
	DROPS("no-socket");
	EXPECT_OF(0, GUEST(0));
	EXPECT_EQ(0, DROP(0)->queue);
	EXPECT_EQ(1, DROP(0)->requests);
}

/* Nothing shows it before the request is freed. */
TEST_F(drops, syn_that_has_no_way_back_is_not_seen)
{
	LISTEN(16);
	ASSERT_EQ(0, net_run("ip route add unreachable %s",
			     variant->family == AF_INET6 ? "2001:db8::2/128" :
							   "192.0.2.2/32"));
	ASSERT_EQ(0, peer_send(GUEST(0), PUPPET_SYN, NULL, 0));
	self->unseen = 1;
	EXPECT_EQ(1, procfile_tcpext("ListenDrops"));
	DROPS("");
}

TEST_F(drops, syn_to_many)
{
	bool ipv6 = variant->family == AF_INET6;
	union net_addr any = { .sa.sa_family = variant->family };

	any.in.sin_port = htons(5000);
	self->listener = net_listen(&any, 16);
	ASSERT_LE(0, self->listener);
	self->lab.puppet.local = ipv6 ? net_address(AF_INET6, "ff02::1", 0) :
					net_address(AF_INET, "255.255.255.255", 0);
	ASSERT_EQ(0, peer_send(GUEST(0), PUPPET_SYN, NULL, 0));
	DROPS("not-unicast");
	EXPECT_EQ(GUEST(0)->rport, DROP(0)->rport);
	EXPECT_EQ(0xff, DROP(0)->laddr[0]);
	EXPECT_EQ(0, DROP(0)->bound[0]);
}

TEST_F(drops, icmp)
{
	uint8_t code = variant->family == AF_INET ? 1 : 4;

	LISTEN(16);
	ASSERT_EQ(0, ask(GUEST(0)));
	ASSERT_EQ(0, puppet_icmp(&self->lab.puppet, code, GUEST(0)->packet,
				 GUEST(0)->packet_len));
	DROPS("icmp");
	EXPECT_OF(0, GUEST(0));
	EXPECT_EQ(1, DROP(0)->requests);
	/* There is no such request any more. */
	ASSERT_EQ(0, puppet_icmp(&self->lab.puppet, code, GUEST(0)->packet,
				 GUEST(0)->packet_len));
	EXPECT_EQ(0, lab_sync(&self->lab));
	EXPECT_EQ(1, self->lab.stream.drop_count);
}

/* Not an error that ends anything */
TEST_F(drops, icmp_that_is_only_a_hint)
{
	LISTEN(16);
	ASSERT_EQ(0, ask(GUEST(0)));
	ASSERT_EQ(0, puppet_icmp(&self->lab.puppet, 3, GUEST(0)->packet, GUEST(0)->packet_len));
	EXPECT_EQ(0, lab_sync(&self->lab));
	DROPS("");
}

/* ---- a flood */

TEST_F(drops, flood)
{
	struct tcpclose_stats before, after;
	int i, floods = 400;
	uint64_t records;

	ASSERT_EQ(0, device_stats(self->lab.stream.fd, &before));
	LISTEN(0);
	ASSERT_EQ(0, knock(GUEST(0), 1));
	/* Those of other tests are of another second. */
	sleep(2);
	for (i = 0; i < floods; i++)
		ASSERT_EQ(0, peer_send_at(GUEST(1), PUPPET_SYN, 1000 + i, 0, NULL, 0));
	sleep(2);
	EXPECT_EQ(0, stream_poll(&self->lab.stream, 0));
	records = self->lab.stream.drop_count;
	EXPECT_LE(100, records);
	EXPECT_LT(records, floods);
	EXPECT_EQ(floods, records + self->lab.stream.drops_left_out);
	ASSERT_EQ(0, device_stats(self->lab.stream.fd, &after));
	EXPECT_EQ(floods, after.drops[TCPCLOSE_DROP_ACCEPT_QUEUE_SYN] -
				  before.drops[TCPCLOSE_DROP_ACCEPT_QUEUE_SYN]);
	EXPECT_EQ(self->lab.stream.drops_left_out, after.drops_left_out - before.drops_left_out);
}

TEST_HARNESS_MAIN
