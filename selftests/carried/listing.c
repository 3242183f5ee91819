// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of connections that are alive (TCPCLOSE_IOC_CONNS): what it says of each, and
 * that each is in it exactly once.
 *
 * vm: --icount --smp 1 --disruptive
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/net.h"
#include "lib/remembered.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define S 1000000000ULL
#define MS 1000000ULL

FIXTURE(listing)
{
	int fd;
	int pair[2];
	struct remembered list;
	struct device_log log;
};

FIXTURE_SETUP(listing)
{
	memset(&self->list, 0, sizeof(self->list));
	memset(&self->log, 0, sizeof(self->log));
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, net_pair(AF_INET, self->pair));
}

FIXTURE_TEARDOWN(listing)
{
	net_abort(self->pair[0]);
	net_abort(self->pair[1]);
	remembered_free(&self->list);
	device_log_free(&self->log);
	close(self->fd);
}

static __u64 inode_of(int fd)
{
	struct stat status;

	return fstat(fd, &status) ? 0 : status.st_ino;
}

/* Read the list anew; NULL: it is not there */
static const struct tcpclose_conn *look_up(int fd, struct remembered *list, __u64 cookie,
					   bool mini)
{
	remembered_free(list);
	return remembered_read(fd, list) ? NULL : remembered_find(list, cookie, mini);
}

/* Wait until a connection is there, in that state */
static const struct tcpclose_conn *look_up_in(int fd, struct remembered *list, __u64 cookie,
					      bool mini, int state)
{
	const struct tcpclose_conn *conn;
	int tries;

	for (tries = 0; tries < 1000; tries++) {
		conn = look_up(fd, list, cookie, mini);
		if (conn && conn->state == state)
			return conn;
		usleep(1000);
	}
	return NULL;
}

/* The record by which a connection entered a state; NULL: there is none */
static const struct tcpclose_record *entering(struct device_log *log, int fd, __u64 cookie,
					      int state)
{
	size_t i;

	if (device_log_drain(log, fd))
		return NULL;
	for (i = 0; i < log->count; i++)
		if (device_is_transition(&log->records[i]) &&
		    log->records[i].cookie == cookie &&
		    TCPCLOSE_EDGE_TO(log->records[i].edge) == state)
			return &log->records[i];
	return NULL;
}

TEST_F_TIMEOUT(listing, close_wait_is_listed_since_its_record, 100)
{
	__u64 cookie = net_cookie(self->pair[1]);
	const struct tcpclose_record *record;
	const struct tcpclose_conn *conn;

	ASSERT_EQ(0, shutdown(self->pair[0], SHUT_WR));
	ASSERT_NE(NULL, look_up_in(self->fd, &self->list, cookie, false, TCPCLOSE_CLOSE_WAIT));
	sleep(30);
	conn = look_up(self->fd, &self->list, cookie, false);
	ASSERT_NE(NULL, conn);
	record = entering(&self->log, self->fd, cookie, TCPCLOSE_CLOSE_WAIT);
	ASSERT_NE(NULL, record);
	EXPECT_EQ(record->ts_ns, conn->since_ns);
	EXPECT_EQ(record->ts_ns - record->age_ns, conn->born_ns);
	EXPECT_LE(30 * S, now_ns() - conn->since_ns);
	EXPECT_GE(31 * S, now_ns() - conn->since_ns);
	EXPECT_EQ(TCPCLOSE_CLOSE_WAIT, conn->state);
	EXPECT_EQ(TCPCLOSE_CLOSER_REMOTE, conn->closer);
	EXPECT_EQ(record->index + 1, conn->index);
	EXPECT_EQ(getpid(), conn->opener);
	EXPECT_EQ(TCPCLOSE_CONN_ACCEPTED, conn->flags);
	EXPECT_EQ(0, conn->listener);
	EXPECT_EQ(0, conn->inode);
	EXPECT_EQ(0, conn->cgroup);
	EXPECT_EQ(0, conn->session);
	EXPECT_EQ(0, conn->rearms);
	EXPECT_EQ(TCPCLOSE_UNKNOWN_UID, conn->uid);
	EXPECT_EQ(0, conn->reserved);
}

TEST_F(listing, the_end_that_connected_is_listed_with_its_opener)
{
	__u64 cookie = net_cookie(self->pair[0]);
	const struct tcpclose_conn *conn;

	ASSERT_EQ(0, shutdown(self->pair[0], SHUT_WR));
	conn = look_up_in(self->fd, &self->list, cookie, false, TCPCLOSE_FIN_WAIT2);
	ASSERT_NE(NULL, conn);
	EXPECT_EQ(TCPCLOSE_CLOSER_LOCAL, conn->closer);
	EXPECT_EQ(getpid(), conn->opener);
	EXPECT_EQ(0, conn->flags);
}

TEST_F(listing, what_has_no_record_yet_is_listed_without_a_cookie)
{
	size_t i, here = 0;

	ASSERT_EQ(0, remembered_read(self->fd, &self->list));
	for (i = 0; i < self->list.count; i++) {
		const struct tcpclose_conn *conn = &self->list.conns[i];

		if (conn->cookie || conn->state != TCPCLOSE_ESTABLISHED)
			continue;
		EXPECT_EQ(getpid(), conn->opener);
		EXPECT_LT(0, conn->born_ns);
		EXPECT_LE(conn->born_ns, conn->since_ns);
		here++;
	}
	EXPECT_EQ(2, here);
}

TEST_F_TIMEOUT(listing, time_wait_is_listed_until_its_end, 150)
{
	__u64 cookie = net_cookie(self->pair[0]);
	__u64 inode = inode_of(self->pair[0]);
	const struct tcpclose_record *record;
	const struct tcpclose_conn *conn;

	ASSERT_EQ(0, shutdown(self->pair[0], SHUT_WR));
	ASSERT_EQ(0, close(self->pair[1]));
	ASSERT_NE(NULL, look_up_in(self->fd, &self->list, cookie, true, TCPCLOSE_TIME_WAIT));
	sleep(30);
	conn = look_up(self->fd, &self->list, cookie, true);
	ASSERT_NE(NULL, conn);
	record = entering(&self->log, self->fd, cookie, TCPCLOSE_TIME_WAIT);
	ASSERT_NE(NULL, record);
	/* The mini-socket is made before the tracepoint reports the hand-over */
	EXPECT_GE(record->ts_ns, conn->since_ns);
	EXPECT_LE(record->ts_ns, conn->since_ns + MS);
	EXPECT_EQ(record->ts_ns - record->age_ns, conn->born_ns);
	EXPECT_EQ(TCPCLOSE_TIME_WAIT, conn->state);
	EXPECT_EQ(TCPCLOSE_CONN_MINI, conn->flags);
	EXPECT_EQ(inode, conn->inode);
	EXPECT_EQ(record->cgroup, conn->cgroup);
	EXPECT_EQ(getuid(), conn->uid);
	EXPECT_EQ(TCPCLOSE_CLOSER_LOCAL, conn->closer);
	EXPECT_EQ(0, conn->opener);
	EXPECT_EQ(0, conn->listener);
	EXPECT_EQ(NULL, remembered_find(&self->list, cookie, false));
	sleep(33);
	EXPECT_EQ(NULL, look_up(self->fd, &self->list, cookie, true));
	self->pair[1] = -1;
}

TEST_F(listing, an_orphan_is_listed_without_an_inode)
{
	__u64 cookie = net_cookie(self->pair[0]);
	const struct tcpclose_conn *conn;

	ASSERT_EQ(0, close(self->pair[0]));
	self->pair[0] = -1;
	conn = look_up_in(self->fd, &self->list, cookie, true, TCPCLOSE_FIN_WAIT2);
	ASSERT_NE(NULL, conn);
	EXPECT_EQ(0, conn->inode);
	EXPECT_EQ(getuid(), conn->uid);
}

TEST_F(listing, what_has_ended_is_not_listed)
{
	__u64 cookies[2] = { net_cookie(self->pair[0]), net_cookie(self->pair[1]) };
	struct tcpclose_stats stats;

	ASSERT_EQ(0, shutdown(self->pair[1], SHUT_WR));
	ASSERT_NE(NULL, look_up_in(self->fd, &self->list, cookies[0], false,
				   TCPCLOSE_CLOSE_WAIT));
	ASSERT_EQ(0, net_abort(self->pair[0]));
	ASSERT_EQ(0, device_stats_settled(self->fd, &stats, 0));
	EXPECT_EQ(NULL, look_up(self->fd, &self->list, cookies[0], false));
	EXPECT_EQ(NULL, remembered_find(&self->list, cookies[1], false));
	EXPECT_EQ(NULL, remembered_find(&self->list, cookies[1], true));
	self->pair[0] = -1;
}

TEST_F(listing, a_socket_that_connects_again_is_listed_beside_its_mini_socket)
{
	__u64 cookie = net_cookie(self->pair[0]);
	union net_addr addr = net_loopback(AF_INET, 0);
	const struct tcpclose_conn *mini, *full;
	int listener = net_listen(&addr, 1);

	ASSERT_LE(0, listener);
	addr = net_loopback(AF_INET, net_local_port(listener));
	ASSERT_EQ(0, shutdown(self->pair[0], SHUT_WR));
	ASSERT_EQ(0, close(self->pair[1]));
	ASSERT_NE(NULL, look_up_in(self->fd, &self->list, cookie, true, TCPCLOSE_TIME_WAIT));
	ASSERT_EQ(0, net_disconnect(self->pair[0]));
	ASSERT_EQ(0, connect(self->pair[0], &addr.sa, net_addr_len(&addr)));
	self->pair[1] = accept(listener, NULL, NULL);
	ASSERT_LE(0, self->pair[1]);
	ASSERT_EQ(0, shutdown(self->pair[0], SHUT_WR));
	full = look_up_in(self->fd, &self->list, cookie, false, TCPCLOSE_FIN_WAIT2);
	ASSERT_NE(NULL, full);
	mini = remembered_find(&self->list, cookie, true);
	ASSERT_NE(NULL, mini);
	EXPECT_EQ(TCPCLOSE_TIME_WAIT, mini->state);
	EXPECT_LT(mini->since_ns, full->born_ns);
	close(listener);
}

/* That of the listener, or NULL */
static const struct tcpclose_conn *find_listeners(const struct remembered *list, __u64 inode,
						  int state)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->conns[i].listener == inode && list->conns[i].state == state)
			return &list->conns[i];
	return NULL;
}

TEST_F(listing, what_is_not_accepted_is_listed_with_its_listener)
{
	union net_addr addr = net_loopback(AF_INET, 0);
	int listener = net_listen(&addr, 1), accepted, tries;
	const struct tcpclose_conn *conn = NULL;

	ASSERT_LE(0, listener);
	addr = net_loopback(AF_INET, net_local_port(listener));
	close(self->pair[0]);
	self->pair[0] = net_connect(NULL, &addr);
	ASSERT_LE(0, self->pair[0]);
	ASSERT_EQ(0, remembered_read(self->fd, &self->list));
	conn = find_listeners(&self->list, inode_of(listener), TCPCLOSE_ESTABLISHED);
	ASSERT_NE(NULL, conn);
	EXPECT_EQ(0, conn->opener);
	EXPECT_EQ(0, conn->flags);

	ASSERT_EQ(0, shutdown(self->pair[0], SHUT_WR));
	for (conn = NULL, tries = 0; !conn && tries < 1000; tries++) {
		usleep(1000);
		remembered_free(&self->list);
		ASSERT_EQ(0, remembered_read(self->fd, &self->list));
		conn = find_listeners(&self->list, inode_of(listener), TCPCLOSE_CLOSE_WAIT);
	}
	ASSERT_NE(NULL, conn);
	accepted = accept(listener, NULL, NULL);
	ASSERT_LE(0, accepted);
	EXPECT_EQ(net_cookie(accepted), conn->cookie);
	conn = look_up(self->fd, &self->list, net_cookie(accepted), false);
	ASSERT_NE(NULL, conn);
	EXPECT_EQ(0, conn->listener);
	EXPECT_EQ(getpid(), conn->opener);
	EXPECT_EQ(TCPCLOSE_CONN_ACCEPTED, conn->flags);
	net_abort(accepted);
	close(listener);
}

TEST_F(listing, an_opener_that_is_gone_is_not_named)
{
	union net_addr addr = net_loopback(AF_INET, 0);
	int listener = net_listen(&addr, 1), client, channel[2], status;
	const struct tcpclose_conn *conn;
	__u64 cookie;
	pid_t child;
	char byte;

	ASSERT_LE(0, listener);
	addr = net_loopback(AF_INET, net_local_port(listener));
	client = socket(AF_INET, SOCK_STREAM, 0);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, channel));
	cookie = net_cookie(client);
	/* The child connects: the socket is also the parent's, and stays */
	child = fork();
	if (!child) {
		if (connect(client, &addr.sa, net_addr_len(&addr)) ||
		    write(channel[1], "c", 1) != 1 || read(channel[1], &byte, 1) != 1)
			_exit(1);
		_exit(0);
	}
	ASSERT_LT(0, child);
	ASSERT_EQ(1, read(channel[0], &byte, 1));
	ASSERT_EQ(0, shutdown(client, SHUT_WR));
	conn = look_up_in(self->fd, &self->list, cookie, false, TCPCLOSE_FIN_WAIT2);
	ASSERT_NE(NULL, conn);
	EXPECT_EQ(child, conn->opener);
	ASSERT_EQ(1, write(channel[0], "e", 1));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_EQ(0, status);
	conn = look_up(self->fd, &self->list, cookie, false);
	ASSERT_NE(NULL, conn);
	EXPECT_EQ(0, conn->opener);
	net_abort(client);
	close(listener);
	close(channel[0]);
	close(channel[1]);
}

TEST_F(listing, a_subflow_is_listed_with_its_session)
{
	int client = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	union net_addr addr = net_loopback(AF_INET, 0);
	int listener, found = 0;
	size_t i;

	if (client < 0)
		SKIP(return, "the kernel has no MPTCP");
	listener = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	ASSERT_LE(0, listener);
	ASSERT_EQ(0, bind(listener, &addr.sa, net_addr_len(&addr)));
	ASSERT_EQ(0, listen(listener, 1));
	addr = net_loopback(AF_INET, net_local_port(listener));
	ASSERT_EQ(0, connect(client, &addr.sa, net_addr_len(&addr)));
	ASSERT_EQ(0, remembered_read(self->fd, &self->list));
	for (i = 0; i < self->list.count; i++) {
		const struct tcpclose_conn *conn = &self->list.conns[i];

		if (conn->session != net_cookie(client))
			continue;
		EXPECT_EQ(TCPCLOSE_CONN_MPTCP, conn->flags);
		EXPECT_EQ(0, conn->opener);
		EXPECT_EQ(0, conn->listener);
		found++;
	}
	EXPECT_EQ(1, found);
	close(client);
	close(listener);
}

static int compare(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(struct tcpclose_conn));
}

/* All connections, @room at a time, in structures of @size bytes; their number or -errno */
static long list_all(int fd, struct tcpclose_conn *to, size_t most, __u32 room, __u32 size)
{
	unsigned char *buf = malloc((size_t)room * size);
	struct tcpclose_conns_request request = { .buf = (uintptr_t)buf };
	size_t count = 0, i;
	int ret = 0;

	while (!ret && request.position != TCPCLOSE_CONNS_END) {
		request.count = room;
		request.size = size;
		memset(buf, 0xa5, (size_t)room * size);
		ret = device_ioctl(fd, TCPCLOSE_IOC_CONNS, &request);
		if (request.count > room || count + request.count > most ||
		    request.size != sizeof(*to))
			ret = -EPROTO;
		for (i = 0; !ret && i < request.count; i++) {
			size_t beyond;

			memcpy(&to[count++], buf + i * size, sizeof(*to));
			for (beyond = sizeof(*to); beyond < size; beyond++)
				if (buf[i * size + beyond])
					ret = -EBADMSG;
		}
		for (i *= size; !ret && i < (size_t)room * size; i++)
			if (buf[i] != 0xa5)
				ret = -EOVERFLOW;
	}
	free(buf);
	if (ret)
		return ret;
	qsort(to, count, sizeof(*to), compare);
	return count;
}

#define PAIRS 60

TEST_F(listing, each_is_listed_once_whatever_the_buffer)
{
	static const struct {
		__u32 room;
		__u32 size;
	} buffers[] = { { 1, 64 }, { 2, 72 }, { 7, 64 }, { 64, 128 }, { 1000, 4096 } };
	static struct tcpclose_conn all[1024], conns[1024];
	struct tcpclose_stats stats;
	int pairs[PAIRS][2], i;
	long count;

	for (i = 0; i < PAIRS; i++) {
		ASSERT_EQ(0, net_pair(i % 2 ? AF_INET : AF_INET6, pairs[i]));
		if (i % 4 < 2)
			ASSERT_EQ(0, shutdown(pairs[i][0], SHUT_WR));
		if (i % 4 == 1) {
			close(pairs[i][1]);
			pairs[i][1] = -1;
		}
	}
	/* The ACK of a FIN may be delayed */
	do {
		usleep(1000);
		ASSERT_EQ(0, device_stats(self->fd, &stats));
	} while (stats.live[TCPCLOSE_FIN_WAIT1]);
	count = list_all(self->fd, all, 1024, 1024, sizeof(all[0]));
	EXPECT_EQ(stats.tracked, count);
	EXPECT_LE(2 + 2 * PAIRS - PAIRS / 4, count);
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(count, list_all(self->fd, conns, 1024, buffers[i].room,
					  buffers[i].size));
		EXPECT_EQ(0, memcmp(all, conns, count * sizeof(all[0])));
	}
	for (i = 0; i < PAIRS; i++) {
		net_abort(pairs[i][0]);
		if (pairs[i][1] >= 0)
			net_abort(pairs[i][1]);
	}
}

static void take_signal(int number)
{
}

TEST_F(listing, a_signal_ends_a_call_which_has_gone_on)
{
	static const struct itimerval often = { { 0, 50 }, { 0, 50 } }, never;
	static struct tcpclose_conn conns[1024];
	struct tcpclose_conns_request request = { .buf = (uintptr_t)conns };
	unsigned int calls = 0, early = 0;
	size_t count = 0;

	ASSERT_EQ(0, shutdown(self->pair[0], SHUT_WR));
	ASSERT_EQ(0, remembered_read(self->fd, &self->list));
	signal(SIGALRM, take_signal);
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &often, NULL));
	while (request.position != TCPCLOSE_CONNS_END && calls < 10000) {
		__u64 before = request.position;

		request.count = 1024;
		request.size = sizeof(conns[0]);
		if (device_ioctl(self->fd, TCPCLOSE_IOC_CONNS, &request) ||
		    request.position <= before)
			break;
		early += request.position != TCPCLOSE_CONNS_END;
		count += request.count;
		calls++;
	}
	setitimer(ITIMER_REAL, &never, NULL);
	EXPECT_EQ(TCPCLOSE_CONNS_END, request.position);
	EXPECT_LT(0, early);
	EXPECT_EQ(self->list.count, count);
}

TEST_F(listing, what_is_older_than_the_module_is_listed_with_its_state)
{
	const struct tcpclose_conn *conn;
	__u64 cookie = net_cookie(self->pair[1]), before;

	close(self->fd);
	ASSERT_EQ(0, module_reload("max_conns=3"));
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	/* It is not remembered before it moves */
	ASSERT_EQ(0, remembered_read(self->fd, &self->list));
	EXPECT_EQ(0, self->list.count);
	before = now_ns();
	ASSERT_EQ(0, shutdown(self->pair[0], SHUT_WR));
	conn = look_up_in(self->fd, &self->list, cookie, false, TCPCLOSE_CLOSE_WAIT);
	ASSERT_NE(NULL, conn);
	EXPECT_EQ(TCPCLOSE_CONN_OLD, conn->flags);
	EXPECT_EQ(0, conn->born_ns);
	EXPECT_LE(before, conn->since_ns);
	EXPECT_GE(now_ns(), conn->since_ns);
	EXPECT_EQ(0, conn->opener);
}

TEST_F(listing, what_had_no_entry_at_first_is_marked)
{
	const struct tcpclose_conn *conn;
	int refused[2];

	close(self->fd);
	net_abort(self->pair[0]);
	net_abort(self->pair[1]);
	ASSERT_EQ(0, module_reload("max_conns=2"));
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, net_pair(AF_INET, self->pair));
	ASSERT_EQ(0, net_pair(AF_INET, refused));
	ASSERT_EQ(0, remembered_read(self->fd, &self->list));
	EXPECT_EQ(2, self->list.count);
	net_abort(self->pair[0]);
	net_abort(self->pair[1]);
	ASSERT_EQ(0, shutdown(refused[0], SHUT_WR));
	conn = look_up_in(self->fd, &self->list, net_cookie(refused[1]), false,
			  TCPCLOSE_CLOSE_WAIT);
	ASSERT_NE(NULL, conn);
	EXPECT_EQ(TCPCLOSE_CONN_UNTRACKED, conn->flags);
	EXPECT_EQ(0, conn->born_ns);
	self->pair[0] = refused[0];
	self->pair[1] = refused[1];
}

TEST_MAIN_WITH_MODULE("")
