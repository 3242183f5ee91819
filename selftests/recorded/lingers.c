// SPDX-License-Identifier: GPL-2.0-only
/*
 * close() with SO_LINGER: how long it may wait is recorded with the call, and whether it
 * still waits shows in what ends the waiting. Compared with what close() itself took.
 *
 * vm: --icount --smp 1
 */
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/device.h"
#include "lib/lab_fixture.h"

LAB_FIXTURE(lingers);

/* How far close() and its records may be apart, ms: a tick, and some work */
#define TOLERANCE_MS 30

/**
 * struct closer - a process that closes the socket, which nobody else has
 * @pid: it
 * @took: a pipe: how long close() took, ms
 */
struct closer {
	pid_t pid;
	int took;
};

static void on_alarm(int number)
{
}

static void close_and_tell(int fd, int to, int alarm_ms)
{
	struct itimerval timer = { .it_value.tv_usec = alarm_ms * 1000 };
	uint64_t before_ns = now_ns();
	int ms;

	signal(SIGALRM, on_alarm);
	if (alarm_ms)
		setitimer(ITIMER_REAL, &timer, NULL);
	close(fd);
	ms = (int)((now_ns() - before_ns) / 1000000);
	_exit(write(to, &ms, sizeof(ms)) != sizeof(ms));
}

/* @linger_s: -1: none. @alarm_ms: 0: no signal. @kill: the process only waits. */
static int start_closer(struct closer *closer, struct peer *peer, int linger_s, int alarm_ms,
			bool kill)
{
	struct linger linger = { .l_onoff = 1, .l_linger = linger_s };
	int ends[2], go[2], err;
	char byte;

	if (linger_s >= 0 &&
	    setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)))
		return -1;
	if (pipe(ends) || pipe(go))
		return -1;
	closer->pid = fork();
	if (!closer->pid) {
		close(go[1]);
		/* Until it alone has the socket */
		if (read(go[0], &byte, 1))
			_exit(1);
		while (kill)
			pause();
		close_and_tell(peer->fd, ends[1], alarm_ms);
	}
	err = close(peer->fd);
	peer->fd = -1;
	close(ends[1]);
	close(go[0]);
	close(go[1]);
	closer->took = ends[0];
	return closer->pid < 0 ? -1 : err;
}

/* Return: how long close() took, ms; below 0: it did not return */
static int end_closer(const struct closer *closer)
{
	int ms = -1;

	if (read(closer->took, &ms, sizeof(ms)) != sizeof(ms))
		ms = -1;
	waitpid(closer->pid, NULL, 0);
	close(closer->took);
	return ms;
}

static void wait_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

static int between_ms(const struct event *from, const struct event *to)
{
	return (int)((int64_t)(to->r.ts_ns - from->r.ts_ns) / 1000000);
}

TEST_F(lingers, close_waits_until_all_is_acknowledged)
{
	struct closer closer;
	int ms;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, start_closer(&closer, &self->peer, 5, 0, false));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	wait_ms(1500);
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ms = end_closer(&closer);
	PATH("ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>FIN_WAIT2[CLOSE]");
	EXPECT_EQ(5000, EVENT(0)->detail.linger_ms);
	EXPECT_EQ(TCPCLOSE_CALL_CLOSE, EVENT(0)->detail.call);
	/* Still a process's */
	EXPECT_NE(0, EVENT(1)->r.inode);
	EXPECT_LE(1500, ms);
	EXPECT_LE(abs(ms - between_ms(EVENT(0), EVENT(1))), TOLERANCE_MS);
}

TEST_F(lingers, close_returns_when_its_time_is_over)
{
	struct closer closer;
	int ms;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, start_closer(&closer, &self->peer, 1, 0, false));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ms = end_closer(&closer);
	wait_ms(1500);
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 2, LAB_TIMEOUT_MS));
	EXPECT_EQ(1000, EVENT(0)->detail.linger_ms);
	EXPECT_EQ(0, EVENT(1)->r.inode);
	EXPECT_LE(abs(ms - 1000), TOLERANCE_MS);
}

TEST_F(lingers, signal_ends_it)
{
	struct closer closer;
	int ms;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, start_closer(&closer, &self->peer, 5, 300, false));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ms = end_closer(&closer);
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 2, LAB_TIMEOUT_MS));
	EXPECT_EQ(5000, EVENT(0)->detail.linger_ms);
	EXPECT_EQ(0, EVENT(1)->r.inode);
	EXPECT_GT(1000, ms);
}

/* A process that is killed waits for nothing. */
TEST_F(lingers, kill_does_not_wait)
{
	struct closer closer;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, start_closer(&closer, &self->peer, 5, 0, true));
	ASSERT_EQ(0, kill(closer.pid, SIGKILL));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	EXPECT_EQ(-1, end_closer(&closer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 2, LAB_TIMEOUT_MS));
	EXPECT_EQ(TCPCLOSE_CALL_KILL, EVENT(0)->detail.call);
	EXPECT_EQ(5000, EVENT(0)->detail.linger_ms);
	EXPECT_EQ(0, EVENT(1)->r.inode);
}

TEST_F(lingers, without_the_option_there_is_no_time)
{
	struct closer closer;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, start_closer(&closer, &self->peer, -1, 0, false));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	EXPECT_GE(TOLERANCE_MS, end_closer(&closer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 2, LAB_TIMEOUT_MS));
	EXPECT_EQ(0, EVENT(0)->detail.linger_ms);
	EXPECT_EQ(0, EVENT(1)->r.inode);
}

/* The time begins with close(), which the dwell does not show. */
TEST_F(lingers, close_after_a_shutdown)
{
	struct closer closer;
	int ms;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, shutdown(self->peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	wait_ms(100);
	ASSERT_EQ(0, start_closer(&closer, &self->peer, 5, 0, false));
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 2, LAB_TIMEOUT_MS));
	wait_ms(100);
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ms = end_closer(&closer);
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 3, LAB_TIMEOUT_MS));
	EXPECT_EQ(0, EVENT(0)->detail.linger_ms);
	EXPECT_EQ(5000, EVENT(1)->detail.linger_ms);
	EXPECT_NE(0, EVENT(2)->r.inode);
	EXPECT_LE(abs(ms - between_ms(EVENT(1), EVENT(2))), TOLERANCE_MS);
}

TEST_F(lingers, last_ack)
{
	struct closer closer;
	int ms;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	ASSERT_EQ(0, start_closer(&closer, &self->peer, 5, 0, false));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	wait_ms(150);
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	ms = end_closer(&closer);
	PATH("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=FIN");
	EXPECT_EQ(5000, EVENT(1)->detail.linger_ms);
	EXPECT_NE(0, EVENT(2)->r.inode);
	EXPECT_LE(abs(ms - between_ms(EVENT(1), EVENT(2))), TOLERANCE_MS);
}

TEST_F(lingers, longest_time)
{
	struct closer closer;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, start_closer(&closer, &self->peer, INT_MAX, 0, false));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_ACK, NULL, 0));
	EXPECT_LE(0, end_closer(&closer));
	ASSERT_EQ(0, lab_wait(&self->lab, &self->peer, 2, LAB_TIMEOUT_MS));
	EXPECT_EQ(UINT32_MAX, EVENT(0)->detail.linger_ms);
}

TEST_HARNESS_MAIN
