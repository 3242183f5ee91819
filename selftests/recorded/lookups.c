// SPDX-License-Identifier: GPL-2.0-only
/*
 * The names of calling functions are looked up once. After that the end of a
 * connection looks up no symbol, whatever its cause, and whichever module called.
 *
 * vm: --icount --smp 1 --with nest --disruptive
 */
#include <stdio.h>
#include <unistd.h>

#include "lib/lab_fixture.h"
#include "lib/module.h"
#include "lib/procfile.h"

#define TRACING "/sys/kernel/tracing/"
/* Any module but this one */
#define OTHER "/root/nest.ko"

LAB_FIXTURE(lookups);

/*
 * Count calls of the function with which the module looks up symbols. Not at its
 * first instruction: a probe there does not count while the module's hooks run.
 */
static int count_lookups(void)
{
	/* After the call of ftrace, with and without endbr64 before that call */
	if (procfile_write(TRACING "kprobe_events",
			   "p:lookups/lookup sprint_symbol_no_offset+9\n") &&
	    procfile_write(TRACING "kprobe_events",
			   "p:lookups/lookup sprint_symbol_no_offset+5\n"))
		return -EINVAL;
	return procfile_write(TRACING "events/lookups/enable", "1");
}

static void stop_counting(void)
{
	procfile_write(TRACING "events/lookups/enable", "0");
	procfile_write(TRACING "kprobe_events", "");
}

static long lookups(void)
{
	FILE *file = fopen(TRACING "kprobe_profile", "re");
	long hits = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%*s %ld", &hits) != 1)
		hits = -1;
	fclose(file);
	return hits;
}

static int another(struct lab *lab, struct peer *peer, uint16_t lport)
{
	peer_init(peer, &lab->puppet);
	peer->lport = lport;
	return 0;
}

static int timed_out(struct lab *lab, struct peer *peer)
{
	int timeout = 1000, ret = peer_connect(peer);

	if (ret)
		return ret;
	if (setsockopt(peer->fd, IPPROTO_TCP, 18 /* TCP_USER_TIMEOUT */, &timeout,
		       sizeof(timeout)) ||
	    write(peer->fd, "x", 1) != 1)
		return -errno;
	sleep(5);
	return peer_close(peer);
}

static int unread(struct lab *lab, struct peer *peer)
{
	int ret = peer_connect(peer);

	if (!ret)
		ret = peer_send(peer, PUPPET_PSH | PUPPET_ACK, "data", 4);
	return ret ? ret : peer_close(peer);
}

static int aborted(struct lab *lab, struct peer *peer)
{
	int ret = peer_connect(peer);

	if (!ret)
		ret = net_abort(peer->fd);
	peer->fd = -1;
	return ret;
}

static int disconnected(struct lab *lab, struct peer *peer)
{
	int ret = peer_connect(peer);

	if (!ret)
		ret = net_disconnect(peer->fd);
	return ret ? ret : peer_close(peer);
}

static int not_accepted(struct lab *lab, struct peer *peer)
{
	int ret = peer_listen(peer);

	if (!ret)
		ret = peer_knock(peer);
	if (!ret && close(peer->listener))
		ret = -errno;
	peer->listener = -1;
	return ret;
}

static int destroyed(struct lab *lab, struct peer *peer)
{
	int ret = peer_connect(peer);

	if (!ret)
		ret = peer_destroy(peer);
	return ret ? ret : peer_close(peer);
}

static int data_after_close(struct lab *lab, struct peer *peer)
{
	int ret = peer_connect(peer);

	if (!ret)
		ret = peer_close(peer);
	if (!ret)
		ret = peer_expect(peer, PUPPET_FIN);
	/* Data, while the FIN is not acknowledged yet */
	return ret ? ret : peer_send_at(peer, PUPPET_PSH | PUPPET_ACK, peer->seq,
					peer->ack - 1, "late", 4);
}

static int given_up(struct lab *lab, struct peer *peer)
{
	int ret = peer_connecting(peer);

	return ret ? ret : peer_close(peer);
}

static int unreachable(struct lab *lab, struct peer *peer)
{
	int ret = peer_connecting(peer);

	if (!ret)
		ret = puppet_icmp(&lab->puppet, lab->family == AF_INET ? 3 : 4,
				  peer->packet, peer->packet_len);
	return ret ? ret : peer_close(peer);
}

static int expired(struct lab *lab, struct peer *peer)
{
	int ret = peer_connect(peer);

	if (!ret)
		ret = peer_close_active(peer);
	sleep(63);
	return ret;
}

/* A transparent proxy takes segments to port 6001: nf_tproxy is a module. */
static int set_up_proxy(int family)
{
	const bool ipv4 = family == AF_INET;
	union net_addr any = net_address(family, ipv4 ? "0.0.0.0" : "::", 6000);
	int proxy = net_listen(&any, 1), one = 1;

	if (proxy < 0)
		return proxy;
	if (setsockopt(proxy, ipv4 ? SOL_IP : SOL_IPV6,
		       ipv4 ? 19 /* IP_TRANSPARENT */ : 75 /* IPV6_TRANSPARENT */,
		       &one, sizeof(one)))
		return -errno;
	return net_run("nft 'add table inet proxy; add chain inet proxy pre { type filter hook prerouting priority mangle; }; add rule inet proxy pre tcp dport 6001 tproxy %s to :6000 accept'",
		       ipv4 ? "ip" : "ip6");
}

static int taken_by_a_proxy(struct lab *lab, struct peer *peer)
{
	int ret;

	another(lab, peer, 6001);
	ret = peer_connect(peer);
	if (!ret)
		ret = peer_close_active(peer);
	return ret ? ret : peer_send_at(peer, PUPPET_SYN, peer->seq + 100000, 0, NULL, 0);
}

static const struct {
	const char *name;
	int (*act)(struct lab *lab, struct peer *peer);
} ends[] = {
	{ "timeout", timed_out },
	{ "unread", unread },
	{ "linger", aborted },
	{ "disconnect", disconnected },
	{ "not-accepted", not_accepted },
	{ "destroyed", destroyed },
	{ "data-after-close", data_after_close },
	{ "connect-aborted", given_up },
	{ "unreachable", unreachable },
	{ "expired", expired },
	{ "a proxy's SYN", taken_by_a_proxy },
};

TEST_F_TIMEOUT(lookups, of_symbols_end_once_all_ways_are_known, 1200)
{
	unsigned int round, i;
	long before, count;

	ASSERT_EQ(0, set_up_proxy(variant->family));
	ASSERT_EQ(0, count_lookups());
	for (round = 0; round < 3; round++) {
		for (i = 0; i < ARRAY_SIZE(ends); i++) {
			another(&self->lab, &self->peer, 5000);
			before = lookups();
			ASSERT_LE(0, before);
			ASSERT_EQ(0, ends[i].act(&self->lab, &self->peer))
			TH_LOG("%s", ends[i].name);
			ASSERT_EQ(0, lab_sync(&self->lab));
			count = lookups() - before;
			if (round < 2)
				continue;
			EXPECT_EQ(0, count)
			TH_LOG("%s", ends[i].name);
		}
		/* A count of 0 would prove nothing; IPv6 runs after IPv4 */
		if (variant->family == AF_INET)
			EXPECT_LT(0, lookups());
	}
	stop_counting();
}

/* The memory of a module that goes may get other functions, not only a module's. */
TEST_F(lookups, of_symbols_begin_again_when_a_module_goes)
{
	long before = 0;
	int i;

	if (access(OTHER, R_OK))
		SKIP(return, "no nest.ko: it is not built for this kernel");
	ASSERT_EQ(0, module_load_other(OTHER, "calls=0"));
	ASSERT_EQ(0, count_lookups());
	for (i = 0; i < 3; i++) {
		before = lookups();
		another(&self->lab, &self->peer, 5000);
		ASSERT_EQ(0, aborted(&self->lab, &self->peer));
		ASSERT_EQ(0, lab_sync(&self->lab));
	}
	EXPECT_EQ(before, lookups());
	ASSERT_EQ(0, module_unload_other("nest"));
	another(&self->lab, &self->peer, 5000);
	ASSERT_EQ(0, aborted(&self->lab, &self->peer));
	ASSERT_EQ(0, lab_sync(&self->lab));
	EXPECT_LT(before, lookups());
	stop_counting();
}

TEST_HARNESS_MAIN
