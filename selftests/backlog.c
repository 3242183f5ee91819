// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments and timers that find the socket in a process's hands: the process
 * carries them out when it lets go, but it did not ask for them.
 *
 * A writer is stopped in the middle of its system call, with the socket locked,
 * because the page it writes from is not there until the test supplies it.
 *
 * vm: --icount --smp 1
 */
#include <fcntl.h>
#include <linux/tcp.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "lab_fixture.h"

LAB_FIXTURE(backlog);

/**
 * struct writer - a write() that holds its socket until it is let go
 * @page: not there
 * @fault: userfaultfd that says when it is needed
 */
struct writer {
	int fd;
	void *page;
	long page_size;
	int fault;
	pthread_t thread;
};

static void *write_page(void *arg)
{
	struct writer *writer = arg;

	/* Its result is of no interest: the connection may be gone by then */
	if (send(writer->fd, writer->page, 100, MSG_NOSIGNAL) < 0)
		return NULL;
	return writer;
}

static int writer_start(struct writer *writer, int fd)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	writer->fd = fd;
	writer->page_size = sysconf(_SC_PAGESIZE);
	writer->page = mmap(NULL, writer->page_size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (writer->page == MAP_FAILED)
		return -errno;
	writer->fault = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (writer->fault < 0 || ioctl(writer->fault, UFFDIO_API, &api))
		return -errno;
	range.range.start = (uintptr_t)writer->page;
	range.range.len = writer->page_size;
	if (ioctl(writer->fault, UFFDIO_REGISTER, &range))
		return -errno;
	if (pthread_create(&writer->thread, NULL, write_page, writer))
		return -EAGAIN;
	return net_wait(writer->fault, POLLIN, LAB_TIMEOUT_MS);
}

static int writer_let_go(struct writer *writer)
{
	struct uffdio_zeropage zero = {
		.range = { .start = (uintptr_t)writer->page, .len = writer->page_size },
	};

	if (ioctl(writer->fault, UFFDIO_ZEROPAGE, &zero))
		return -errno;
	return -pthread_join(writer->thread, NULL);
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
	EXPECT_EQ(TCPCLOSE_CONTEXT_BACKLOG, event_context(EVENT(0)));
	EXPECT_EQ(TCPCLOSE_CLOSER_REMOTE, event_closer(EVENT(0)));
	EXPECT_EQ(0U, EVENT(0)->r.pid);
	EXPECT_EQ(0, EVENT(0)->task.kind);
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
	EXPECT_EQ(TCPCLOSE_CONTEXT_BACKLOG, event_context(EVENT(0)));
	EXPECT_EQ(TCPCLOSE_CLOSER_REMOTE, event_closer(EVENT(0)));
	EXPECT_EQ(0U, EVENT(0)->r.pid);
}

TEST_F(backlog, timer_waits_for_the_writer)
{
	struct writer writer;
	int timeout = 1000;

	ASSERT_EQ(0, peer_connect(&self->peer));
	ASSERT_EQ(0, setsockopt(self->peer.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout,
				sizeof(timeout)));
	ASSERT_EQ(1, write(self->peer.fd, "x", 1));
	/* The timeout counts from the first retransmission on */
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_PSH));
	ASSERT_EQ(0, peer_expect(&self->peer, PUPPET_PSH));
	ASSERT_EQ(0, writer_start(&writer, self->peer.fd));
	sleep(5);
	PATH("");
	ASSERT_EQ(0, writer_let_go(&writer));
	PATH("ESTABLISHED>CLOSE=TIMEOUT");
	EXPECT_EQ(TCPCLOSE_CONTEXT_BACKLOG, event_context(EVENT(0)));
	EXPECT_EQ(0U, EVENT(0)->r.pid);
}

TEST_HARNESS_MAIN
