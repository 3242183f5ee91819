// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments and timers that arrive while a process holds the socket's lock: the
 * process handles them when it releases the lock, but it is not their cause.
 *
 * A writer stops in the middle of its system call, with the socket locked, because
 * its source page is missing until the test supplies it.
 *
 * vm: --icount --smp 1
 */
#include <linux/tcp.h>
#include <pthread.h>

#include "lib/lab_fixture.h"

#include "lib/absent.h"

LAB_FIXTURE(backlog);

/**
 * struct writer - a write() that holds its socket's lock until it is released
 * @fd: the socket
 * @absent: the page that it writes from
 */
struct writer {
	int fd;
	struct absent absent;
	pthread_t thread;
};

static void *write_page(void *arg)
{
	struct writer *writer = arg;

	/* Ignore the result: the connection may have ended meanwhile */
	if (send(writer->fd, writer->absent.page, 100, MSG_NOSIGNAL) < 0)
		return NULL;
	return writer;
}

static int writer_start(struct writer *writer, int fd)
{
	int ret = absent_open(&writer->absent);

	if (ret)
		return ret;
	writer->fd = fd;
	if (pthread_create(&writer->thread, NULL, write_page, writer))
		return -EAGAIN;
	return absent_wait(&writer->absent);
}

static int writer_let_go(struct writer *writer)
{
	int ret = absent_supply(&writer->absent);

	if (!ret)
		ret = -pthread_join(writer->thread, NULL);
	absent_close(&writer->absent);
	return ret;
}

TEST_F(backlog, fin_waits_for_the_writer)
{
	struct writer writer;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, writer_start(&writer, self->peer.fd));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	PATH("");
	ASSERT_EQ(0, writer_let_go(&writer));
	PATH("ESTABLISHED>CLOSE_WAIT");
	EXPECT_BY(0, BACKLOG, REMOTE);
	EXPECT_EQ(0U, EVENT(0)->detail.pid);
	EXPECT_EQ(0, EVENT(0)->detail.kind);
}

TEST_F(backlog, rst_waits_for_the_writer)
{
	struct writer writer;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, writer_start(&writer, self->peer.fd));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_RST, NULL, 0));
	PATH("");
	ASSERT_EQ(0, writer_let_go(&writer));
	PATH("ESTABLISHED>CLOSE=RST");
	EXPECT_BY(0, BACKLOG, REMOTE);
	EXPECT_EQ(0U, EVENT(0)->detail.pid);
}

TEST_F(backlog, timer_waits_for_the_writer)
{
	struct writer writer;
	int timeout = 1000;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, setsockopt(self->peer.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout,
				sizeof(timeout)));
	ASSERT_EQ(1, write(self->peer.fd, "x", 1));
	/* The timeout is measured from the first retransmission */
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_PSH));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_PSH));
	ASSERT_EQ(0, writer_start(&writer, self->peer.fd));
	sleep(5);
	PATH("");
	ASSERT_EQ(0, writer_let_go(&writer));
	PATH("ESTABLISHED>CLOSE=USER_TIMEOUT");
	EXPECT_EQ(TCPCLOSE_CONTEXT_BACKLOG, event_context(EVENT(0)));
	EXPECT_EQ(0U, EVENT(0)->detail.pid);
}

/* A connection that is being restored receives segments like any other. */
TEST_F(backlog, fin_waits_for_the_writer_of_a_restored_connection)
{
	int on = 1, queue = 2 /* TCP_SEND_QUEUE */;
	struct writer writer;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, setsockopt(self->peer.fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)));
	ASSERT_EQ(0, setsockopt(self->peer.fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue,
				sizeof(queue)));
	ASSERT_EQ(0, writer_start(&writer, self->peer.fd));
	ASSERT_EQ(0, peer_send(&self->peer, PUPPET_FIN | PUPPET_ACK, NULL, 0));
	PATH("");
	ASSERT_EQ(0, writer_let_go(&writer));
	PATH("ESTABLISHED>CLOSE_WAIT");
	EXPECT_EQ(TCPCLOSE_CONTEXT_BACKLOG, event_context(EVENT(0)));
	EXPECT_EQ(TCPCLOSE_FLAG_FIN | TCPCLOSE_FLAG_ACK, EVENT(0)->r.flags);
	EXPECT_EQ(0U, EVENT(0)->detail.pid);
}

TEST_HARNESS_MAIN
