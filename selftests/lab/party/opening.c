// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a party gets its connections.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lab/party/party.h"

static socklen_t resolve(const char *address, const char *port, struct sockaddr_storage *to)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)to;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(party_number(port));
		return sizeof(*v4);
	}
	errno = EINVAL;
	if (inet_pton(AF_INET6, address, &v6->sin6_addr) != 1)
		party_die(address);
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(party_number(port));
	return sizeof(*v6);
}

static int new_socket(struct party *party, int family)
{
	int fd = socket(family, SOCK_STREAM, party->protocol);

	if (fd < 0)
		party_die("socket");
	party_set(party, fd);
	return fd;
}

static void share_port(int fd)
{
	int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
		party_die("SO_REUSEADDR");
}

/* listen ADDRESS PORT BACKLOG */
static void run_listen(struct party *party, char **arguments)
{
	struct sockaddr_storage at;
	socklen_t size = resolve(arguments[0], arguments[1], &at);

	party->listener = new_socket(party, at.ss_family);
	share_port(party->listener);
	if (bind(party->listener, (void *)&at, size))
		party_die("bind");
	if (listen(party->listener, party_number(arguments[2])))
		party_die("listen");
}

static void run_unlisten(struct party *party, char **arguments)
{
	close(party->listener);
	party->listener = -1;
}

/* accept N: until it has accepted N */
static void run_accept(struct party *party, char **arguments)
{
	long count = party_number(arguments[0]);
	int fd;

	while (count) {
		fd = accept(party->listener, NULL, NULL);
		if (fd < 0) {
			party_note("accept");
			continue;
		}
		party_add(party, fd);
		count--;
	}
}

/* A checkpointer's way to choose the number of the SYN. */
static void choose_isn(struct party *party, int fd)
{
	int queue = TCP_SEND_QUEUE, on = 1, off = 0;

	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &party->isn, sizeof(party->isn)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off)))
		party_die("initial sequence number");
}

/* A socket that is on its way, or -1: then the call failed at once. */
static int start(struct party *party, const struct sockaddr_storage *to, socklen_t size,
		 int flags)
{
	int fd = new_socket(party, to->ss_family);

	fcntl(fd, F_SETFL, flags);
	if (party->from_port)
		share_port(fd);
	if (party->from_size && bind(fd, (void *)&party->from, party->from_size)) {
		party_note("bind");
		close(fd);
		return -1;
	}
	if (party->has_isn)
		choose_isn(party, fd);
	if (connect(fd, (void *)to, size) && errno != EINPROGRESS) {
		party_note("connect");
		close(fd);
		return -1;
	}
	return fd;
}

static void connect_all(struct party *party, char **arguments, int flags)
{
	struct sockaddr_storage to;
	socklen_t size = resolve(arguments[0], arguments[1], &to);
	long count = party_number(arguments[2]);
	int fd;

	while (count--) {
		fd = start(party, &to, size, flags);
		if (fd >= 0)
			party_add(party, fd);
	}
}

/* connect ADDRESS PORT N */
static void run_connect(struct party *party, char **arguments)
{
	connect_all(party, arguments, 0);
}

/* start ADDRESS PORT N: connect() without waiting */
static void run_start(struct party *party, char **arguments)
{
	connect_all(party, arguments, O_NONBLOCK);
}

/* settle: wait until what was started is connected or has failed */
static void run_settle(struct party *party, char **arguments)
{
	socklen_t size = sizeof(int);
	int i, error, kept = 0;

	for (i = 0; i < party->fd_count; i++) {
		struct pollfd poller = { party->fds[i], POLLOUT, 0 };

		poll(&poller, 1, -1);
		error = 0;
		getsockopt(party->fds[i], SOL_SOCKET, SO_ERROR, &error, &size);
		if (error) {
			errno = error;
			party_note("connect");
			close(party->fds[i]);
			continue;
		}
		fcntl(party->fds[i], F_SETFL, 0);
		party->fds[kept++] = party->fds[i];
	}
	party->fd_count = kept;
}

/* from ADDRESS PORT: bind() the next ones to it */
static void run_from(struct party *party, char **arguments)
{
	party->from_size = resolve(arguments[0], arguments[1], &party->from);
	party->from_port = party_number(arguments[1]);
}

static void run_isn(struct party *party, char **arguments)
{
	party->isn = party_number(arguments[0]);
	party->has_isn = true;
}

static void run_mptcp(struct party *party, char **arguments)
{
	party->protocol = IPPROTO_MPTCP;
}

const struct word opening_words[] = {
	{ "listen", 3, run_listen },
	{ "unlisten", 0, run_unlisten },
	{ "accept", 1, run_accept },
	{ "connect", 3, run_connect },
	{ "start", 3, run_start },
	{ "settle", 0, run_settle },
	{ "from", 2, run_from },
	{ "isn", 1, run_isn },
	{ "mptcp", 0, run_mptcp },
	{},
};
