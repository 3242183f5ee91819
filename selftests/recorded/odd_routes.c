// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections with addresses, devices and segments of uncommon kinds: IPv4 over IPv6
 * sockets, VRF, a transparent proxy, TCP MD5 signatures.
 *
 * vm: --icount --smp 1
 */
#include <linux/in6.h>
#include <linux/tcp.h>
#include <unistd.h>

#include "lib/odd_fixture.h"

ODD_FIXTURE(odd_routes, "teardown");

/* ---- connections within this machine */

/**
 * struct route - a kind of connection
 * @prepare: prepares each socket
 * @addr: address of both ends, IPv4 and IPv6; NULL: there is no such kind
 */
struct route {
	int (*prepare)(int fd, const union net_addr *addr);
	const char *addr[2];
};

static int unprepared(int fd, const union net_addr *addr)
{
	return 0;
}

static int bind_to_vrf(int fd, const union net_addr *addr)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "red", 3) ? -errno : 0;
}

static int sign(int fd, const union net_addr *addr)
{
	struct tcp_md5sig key = { .tcpm_keylen = 6, .tcpm_key = "secret" };

	memcpy(&key.tcpm_addr, &addr->ss, sizeof(key.tcpm_addr));
	return setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &key, sizeof(key)) ? -errno : 0;
}

static const struct route mapped = {
	unprepared, { NULL, "::ffff:127.0.0.1" }
};

static const struct route vrf = {
	bind_to_vrf, { "198.51.100.1", "fd00::1" }
};

static const struct route md5 = {
	sign, { "127.0.0.1", "::1" }
};

static int open_pair(const struct route *route, int family, int pair[2])
{
	union net_addr addr = net_address(family, route->addr[family == AF_INET6], 0);
	socklen_t len = net_addr_len(&addr);
	int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), ret;

	pair[0] = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ret = route->prepare(listener, &addr);
	if (!ret)
		ret = route->prepare(pair[0], &addr);
	if (ret)
		return ret;
	if (bind(listener, &addr.sa, len) || listen(listener, 1) ||
	    getsockname(listener, &addr.sa, &len) || connect(pair[0], &addr.sa, len))
		return -errno;
	pair[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	close(listener);
	return pair[1] < 0 ? -errno : 0;
}

static int disconnect(int fd)
{
	return net_disconnect(fd) || close(fd);
}

static int destroy(int fd)
{
	return net_run("ss -K -t sport = :%u", net_local_port(fd)) || close(fd);
}

/* Close connections of that kind, gracefully and in other ways. */
static void close_and_reset(struct __test_metadata *_metadata, struct lab *lab,
			    const struct route *route)
{
	static const struct {
		int (*close)(int fd);
		const char *client, *closer, *server, *whole;
	} ways[] = {
		{ close, TO_FIN_WAIT2, "odd_routes close", PASSIVE_CLOSE, TO_TIME_WAIT },
		{ net_abort, "ESTABLISHED>CLOSE=LINGER", "odd_routes close",
		  "ESTABLISHED>CLOSE=RST", "ESTABLISHED>CLOSE=LINGER" },
		{ disconnect, "ESTABLISHED>CLOSE=DISCONNECT", "odd_routes connect",
		  "ESTABLISHED>CLOSE=RST", "ESTABLISHED>CLOSE=DISCONNECT" },
		{ destroy, "ESTABLISHED>CLOSE=DESTROYED", "ss send", "ESTABLISHED>CLOSE=RST",
		  "ESTABLISHED>CLOSE=DESTROYED" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		struct flow client, server;
		int pair[2] = { -1, -1 };

		ASSERT_EQ(0, open_pair(route, lab->family, pair));
		client = lab_flow(lab, net_local_port(pair[0]), net_remote_port(pair[0]));
		server = lab_flow(lab, client.rport, client.lport);
		ASSERT_EQ(0, ways[i].close(pair[0]));
		EXPECT_PATH(lab, &client, ways[i].client);
		EXPECT_CLOSER(lab, &client, ways[i].closer);
		ASSERT_EQ(0, close(pair[1]));
		EXPECT_PATH(lab, &server, ways[i].server);
		EXPECT_PATH(lab, &client, ways[i].whole);
	}
}

ODD_TEST(odd_routes, ipv4_over_ipv6)
{
	if (variant->family == AF_INET6)
		close_and_reset(_metadata, &self->lab, &mapped);
}

ODD_TEST(odd_routes, vrf)
{
	if (net_run("ip link add red type vrf table 10"))
		SKIP(return, "no VRF in this kernel");
	ASSERT_EQ(0, net_run("ip link set red up"));
	ASSERT_EQ(0, net_run("ip addr add 198.51.100.1/32 dev red"));
	ASSERT_EQ(0, net_run("ip addr add fd00::1/128 dev red nodad"));
	close_and_reset(_metadata, &self->lab, &vrf);
}

ODD_TEST(odd_routes, md5)
{
	close_and_reset(_metadata, &self->lab, &md5);
}

/* A segment without the signature does nothing. */
ODD_TEST(odd_routes, md5_protects)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, sign(self->peer.fd, &self->lab.puppet.remote));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_RST, self->peer.seq, 0, NULL, 0));
	ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_FIN | PUPPET_ACK, self->peer.seq,
				  self->peer.ack, NULL, 0));
	EXPECT_TRUE(peer_silent(&self->peer, 100));
	PATH("");
	ASSERT_EQ(0, net_abort(self->peer.fd));
	PATH("ESTABLISHED>CLOSE=LINGER");
}

/* ---- a transparent proxy: the addresses are those of another machine */

ODD_TEST(odd_routes, transparent_proxy)
{
	const bool ipv4 = variant->family == AF_INET;
	const char *ip = ipv4 ? "ip" : "ip -6", *foreign = ipv4 ? "203.0.113.1" : "2001:db8:1::1";
	union net_addr any = net_address(variant->family, ipv4 ? "0.0.0.0" : "::", 6000);
	union net_addr name = { 0 };
	socklen_t len = sizeof(name);
	int listener, one = 1, i;

	listener = net_listen(&any, 1);
	ASSERT_LE(0, listener);
	ASSERT_EQ(0, setsockopt(listener, ipv4 ? SOL_IP : SOL_IPV6,
				ipv4 ? IP_TRANSPARENT : IPV6_TRANSPARENT, &one, sizeof(one)));
	ASSERT_EQ(0, net_run("%s rule add fwmark 1 lookup 100; %s route add local default dev lo table 100",
			     ip, ip));
	ASSERT_EQ(0, net_run("nft 'add table inet proxy; add chain inet proxy pre { type filter hook prerouting priority mangle; }; add rule inet proxy pre iifname puppet meta l4proto tcp tproxy %s to :6000 meta mark set 1 accept'",
			     ipv4 ? "ip" : "ip6"));
	self->lab.puppet.local = net_address(variant->family, foreign, 0);
	for (i = 0; i < 2; i++) {
		peer_init(&self->peer, &self->lab.puppet);
		ASSERT_EQ(0, peer_knock(&self->peer));
		self->peer.fd = accept(listener, NULL, NULL);
		ASSERT_LE(0, self->peer.fd);
		ASSERT_EQ(0, getsockname(self->peer.fd, &name.sa, &len));
		EXPECT_EQ(self->peer.lport, net_addr_port(&name));
		if (i) {
			ASSERT_EQ(0, peer_close_active(&self->peer));
			PATH(TO_TIME_WAIT);
		} else {
			ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
			PATH("ESTABLISHED>CLOSE=RST");
		}
		EXPECT_EQ(0, memcmp(EVENT(0)->r.laddr,
				    ipv4 ? (void *)&name.in.sin_addr : &name.in6.sin6_addr,
				    ipv4 ? 4 : 16));
	}
}

TEST_HARNESS_MAIN
