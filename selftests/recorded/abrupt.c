// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every state of a connection, ended abruptly in every possible way: the model's
 * edges to CLOSE, one by one.
 *
 * vm: --icount --smp 1
 */
#include <fcntl.h>
#include <linux/tcp.h>
#include <stdio.h>

#include "lib/device.h"
#include "lib/lab_fixture.h"
#include "lib/start.h"

LAB_FIXTURE(abrupt);

/* Each has its own ports: the connection before may still exist. */
#define REACH(start) do { \
	unsigned int number = (start) - starts; \
	peer_init(&self->peer, &self->lab.puppet); \
	self->peer.lport += 10 + number; \
	self->peer.rport += 10 + number; \
	ASSERT_EQ(0, (start)->reach(&self->peer)) \
	TH_LOG("%s", (start)->state); \
} while (0)

/* The connection ended from this state, with this cause. */
#define EXPECT_END(start, how) do { \
	char expected[256]; \
	snprintf(expected, sizeof(expected), "%s%s>CLOSE=%s", (start)->path, \
		 (start)->state, how); \
	PATH(expected); \
} while (0)

static int keep_alive(int fd)
{
	return net_keep_alive(fd, 1);
}

/* ---- this end */

TEST_F(abrupt, administrator)
{
	const struct start *start;

	FOR_EACH_START(start, SYN_SENT, LAST_ACK) {
		REACH(start);
		ASSERT_EQ(0, peer_destroy(&self->peer));
		EXPECT_END(start, "DESTROYED");
		close(self->peer.fd);
	}
}

TEST_F(abrupt, administrator_of_an_orphan)
{
	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_close(&self->peer));
	ASSERT_EQ(0, peer_destroy(&self->peer));
	EXPECT_END(&starts[FIN_WAIT1], "DESTROYED");
}

TEST_F(abrupt, linger_of_no_time)
{
	const struct start *start;

	FOR_EACH_START(start, SYN_SENT, LAST_ACK) {
		REACH(start);
		ASSERT_EQ(0, net_abort(self->peer.fd));
		EXPECT_END(start, "LINGER");
	}
}

TEST_F(abrupt, disconnecting)
{
	const struct start *start;

	FOR_EACH_START(start, SYN_RECV, LAST_ACK) {
		REACH(start);
		ASSERT_EQ(0, net_disconnect(self->peer.fd));
		EXPECT_END(start, "DISCONNECT");
		close(self->peer.fd);
	}
}

/* Data that arrived before the FIN of either end, and was not read. */
TEST_F(abrupt, closing_with_unread_data)
{
	const struct start *start;

	FOR_EACH_START(start, FIN_WAIT1, LAST_ACK) {
		bool first = start == &starts[FIN_WAIT1] || start == &starts[FIN_WAIT2] ||
			     start == &starts[CLOSING];

		peer_init(&self->peer, &self->lab.puppet);
		self->peer.lport += 10 + (start - starts);
		ASSERT_EQ(0, peer_connect(&self->peer));
		ASSERT_EQ(0, peer_send(&self->peer, PUPPET_PSH | PUPPET_ACK, "data", 4));
		ASSERT_EQ(0, net_wait(self->peer.fd, POLLIN, LAB_TIMEOUT_MS));
		if (first)
			ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
		if (start == &starts[FIN_WAIT2]) {
			ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
			ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
		} else if (start != &starts[FIN_WAIT1]) {
			ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
		}
		if (start == &starts[LAST_ACK])
			ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
		ASSERT_EQ(0, peer_close(&self->peer));
		EXPECT_END(start, "UNREAD");
	}
}

/* ---- the peer */

/* After its FIN the peer repeats a segment, with more data. */
TEST_F(abrupt, data_behind_the_peers_fin)
{
	const struct start *start;

	FOR_EACH_START(start, CLOSE_WAIT, LAST_ACK) {
		REACH(start);
		ASSERT_EQ(0, peer_send_at(&self->peer, PUPPET_PSH | PUPPET_ACK,
					  self->peer.seq - 1, self->peer.ack - 1, "late", 4));
		EXPECT_END(start, "DATA_AFTER_CLOSE");
		close(self->peer.fd);
	}
}

TEST_F(abrupt, icmp_error_while_syns_crossed)
{
	REACH(&starts[SYN_RECV]);
	ASSERT_EQ(0, puppet_icmp(&self->lab.puppet, self->lab.family == AF_INET ? 3 : 4,
				 self->peer.packet, self->peer.packet_len));
	EXPECT_END(&starts[SYN_RECV], "UNREACHABLE");
	close(self->peer.fd);
}

/* ---- silence */

TEST_F(abrupt, no_answer_to_data_in_close_wait)
{
	REACH(&starts[CLOSE_WAIT]);
	ASSERT_EQ(0, net_tcp_option(self->peer.fd, TCP_USER_TIMEOUT, 1000));
	ASSERT_EQ(1, write(self->peer.fd, "x", 1));
	ASSERT_EQ(0, net_wait(self->peer.fd, POLLHUP, 20000));
	EXPECT_END(&starts[CLOSE_WAIT], "USER_TIMEOUT");
	close(self->peer.fd);
}

TEST_F(abrupt, no_answer_to_keepalive)
{
	const int states[] = { ESTABLISHED, FIN_WAIT2, CLOSE_WAIT };
	unsigned int i;

	for (i = 0; i < 3; i++) {
		REACH(&starts[states[i]]);
		ASSERT_EQ(0, keep_alive(self->peer.fd));
		EXPECT_EQ(0, net_wait(self->peer.fd, POLLERR, 20000));
		EXPECT_END(&starts[states[i]], "KEEPALIVE");
		close(self->peer.fd);
	}
}

/* ---- memory */

/*
 * The kernel counts its orphans ten times a second, unless the processor sleeps
 * (TIMER_DEFERRABLE); the first RTO is longer.
 */
static void let_orphans_be_counted(void)
{
	uint64_t end_ns = now_ns() + 130000000;

	while (now_ns() < end_ns)
		;
}

static int max_orphans(const char *number)
{
	return net_in_init(net_sysctl, "ipv4.tcp_max_orphans", number);
}

/* close() makes one orphan too many, in each possible state. */
TEST_F(abrupt, too_many_orphans)
{
	const int states[] = { FIN_WAIT1, FIN_WAIT2, CLOSING, LAST_ACK };
	unsigned int i;

	/* A longer timeout than TIME_WAIT keeps the full socket at first. */
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_fin_timeout", "120"));
	for (i = 0; i < 4; i++) {
		const struct start *start = &starts[states[i]];
		struct peer first;
		char expected[256];

		peer_init(&first, &self->lab.puppet);
		first.lport = 5001 + i;
		ASSERT_EQ(0, peer_connect(&first));
		REACH(start);
		EXPECT_EQ(0, peer_close(&first));
		let_orphans_be_counted();
		ASSERT_EQ(0, max_orphans("0"));
		EXPECT_EQ(0, peer_close(&self->peer));
		ASSERT_EQ(0, max_orphans("8192"));
		snprintf(expected, sizeof(expected), "%s%s>%s %s>CLOSE=ORPHANS", start->path,
			 start->state, start->state, start->state);
		PATH(expected);
	}
}

/* ---- listeners, and connections that wait in them */

/* Server, no cookie needed, every listener */
#define FAST_OPEN "1538"

/* A socket in SYN_RECV, not accepted yet; @listening: prepares the listener */
static int fast_open(struct peer *peer, int (*listening)(int fd))
{
	int err = net_sysctl("ipv4.tcp_fastopen", FAST_OPEN);

	if (!err)
		err = peer_listen(peer);
	if (!err && listening)
		err = listening(peer->listener);
	return err ? err : peer_knock_fast(peer);
}

TEST_F(abrupt, listener_closes_on_a_fast_open)
{
	ASSERT_EQ(0, fast_open(&self->peer, NULL));
	ASSERT_EQ(0, close(self->peer.listener));
	PATH("SYN_RECV>CLOSE=NOT_ACCEPTED");
}

TEST_F(abrupt, fast_open_is_not_kept_alive)
{
	ASSERT_EQ(0, fast_open(&self->peer, keep_alive));
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 1, 20000));
	PATH("SYN_RECV>CLOSE=KEEPALIVE");
}

/* tcp_abort() closes the listener, and then closes the closed socket again. */
TEST_F(abrupt, administrator_of_a_listener)
{
	struct flow flow = lab_flow(&self->lab, self->peer.lport, 0);

	ASSERT_EQ(0, device_scope("all"));
	ASSERT_EQ(0, peer_listen(&self->peer));
	ASSERT_EQ(0, net_run("ss -K -tl sport = :%u", self->peer.lport));
	EXPECT_PATH(&self->lab, &flow,
		    "CLOSE>LISTEN LISTEN>CLOSE=LISTENER CLOSE>CLOSE");
}

TEST_HARNESS_MAIN
