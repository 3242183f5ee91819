// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two processes, "client" and "server", that act out how a connection ends.
 *
 * The client controls the order: it does its own steps, sends the server's steps over
 * a socket pair, and waits until they are done.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/namespace.h"
#include "lib/peers.h"

/*
 * A step names the process that acts, C or S, and its action; after a step that ends
 * in "!" the next one starts without waiting for it. "." is a pause.
 */
enum action {
	SEND = 'w',
	RECEIVE = 'r',
	FILL = 'f',
	SEE_END = 'e',
	SEE_RESET = 'd',
	SHUT_DOWN = 'h',
	CLOSE = 'x',
	CLOSE_AT_END = 'q',
	ABORT = 'a',
	PAUSE_US = 300000,
};

static const struct scenario {
	const char *name;
	const char *steps;
} scenarios[] = {
	{ "active", "Cw Sr Cx Se . Sx" },
	{ "passive", "Cw Sr Sx Ce . Cx" },
	{ "half-close", "Cw Sr Ch Se . Sw Cr . Sw Cr . Sx Ce Cx" },
	{ "simultaneous", "Cw Sr . Sx! Cx" },
	{ "fin-ack", "Cw Sr Sq! . Cx" },
	{ "abort", "Cw Sr . Ca Sd Sx" },
	{ "unread", "Cw Sr Cw . Sx Cd Cx" },
	/* Only when the window is closed all that is written stays behind it */
	{ "held-back", "Cf . Cf . Cf . Cx . Sx" },
	{ "refused", NULL },
};

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static int parse_address(const struct peers *peers, union address *address)
{
	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, peers->address, &address->v4.sin_addr) == 1)
		address->any.sa_family = AF_INET;
	else if (inet_pton(AF_INET6, peers->address,
			   &address->v6.sin6_addr) == 1)
		address->any.sa_family = AF_INET6;
	else
		return -EINVAL;
	/* At the same offset in both families */
	address->v4.sin_port = htons(peers->port);
	return 0;
}

static int see_end(int fd, int error)
{
	char buf[64];
	ssize_t got;

	do {
		got = read(fd, buf, sizeof(buf));
	} while (got > 0);
	return (got < 0 ? errno : 0) == error ? 0 : -EPROTO;
}

/* Write until nothing more fits. */
static int fill(int fd)
{
	static const char data[65536];
	ssize_t sent;

	do {
		sent = send(fd, data, sizeof(data), MSG_DONTWAIT);
	} while (sent > 0);
	return errno == EAGAIN ? 0 : -errno;
}

static int act(int fd, char action)
{
	struct linger abort = { .l_onoff = 1 };
	char message[] = "hello";
	int ret;

	switch (action) {
	case SEND:
		ret = write(fd, message, sizeof(message));
		return ret == sizeof(message) ? 0 : -EPIPE;
	case RECEIVE:
		ret = read(fd, message, sizeof(message));
		return ret == sizeof(message) ? 0 : -EPIPE;
	case FILL:
		return fill(fd);
	case SEE_END:
		return see_end(fd, 0);
	case SEE_RESET:
		return see_end(fd, ECONNRESET);
	case SHUT_DOWN:
		return shutdown(fd, SHUT_WR) ? -errno : 0;
	case CLOSE_AT_END:
		ret = see_end(fd, 0);
		close(fd);
		return ret;
	case ABORT:
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
		return close(fd) ? -errno : 0;
	case CLOSE:
		return close(fd) ? -errno : 0;
	default:
		return -EINVAL;
	}
}

/* Listens and reports that with a byte, then does each step received and reports it */
static int serve(const union address *address, int director)
{
	int listener = socket(address->any.sa_family, SOCK_STREAM, 0);
	int fd, on = 1;
	char step = 0;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, &address->any, sizeof(*address)) ||
	    listen(listener, 1) || write(director, &step, 1) != 1)
		return 1;
	fd = accept(listener, NULL, NULL);
	if (fd < 0)
		return 1;
	while (read(director, &step, 1) == 1) {
		step = -act(fd, step);
		if (write(director, &step, 1) != 1)
			return 1;
	}
	return 0;
}

static int await_server(int director)
{
	char answer;

	return read(director, &answer, 1) == 1 ? -answer : -ECHILD;
}

static int play(const char *steps, int fd, int server)
{
	bool open_answer = false;
	int ret = 0;

	for (; *steps && !ret; steps++) {
		switch (*steps) {
		case 'C':
			ret = act(fd, *++steps);
			break;
		case 'S':
			if (write(server, ++steps, 1) != 1)
				return -EPIPE;
			open_answer = steps[1] == '!';
			if (!open_answer)
				ret = await_server(server);
			break;
		case '.':
			usleep(PAUSE_US);
			break;
		}
	}
	if (open_answer && !ret)
		ret = await_server(server);
	return ret;
}

static int connect_and_play(const struct peers *peers,
			    const struct scenario *scenario,
			    const union address *address, int server)
{
	int home = -1, fd, ret;

	if (peers->client) {
		home = namespace_enter(peers->client);
		if (home < 0)
			return home;
	}
	prctl(PR_SET_NAME, "client");
	fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ret = connect(fd, &address->any, sizeof(*address)) ? -errno : 0;
	if (!scenario->steps) {
		ret = ret == -ECONNREFUSED ? 0 : -EPROTO;
		close(fd);
	} else if (!ret) {
		ret = play(scenario->steps, fd, server);
	}
	if (home >= 0)
		namespace_leave(home);
	return ret;
}

static pid_t fork_server(const struct peers *peers,
			 const union address *address, int pair[2])
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "server");
	close(pair[0]);
	if (peers->server && namespace_enter(peers->server) < 0)
		_exit(1);
	_exit(serve(address, pair[1]));
}

int peers_act(const struct peers *peers)
{
	const struct scenario *scenario = scenarios;
	union address address;
	int pair[2], ret;
	pid_t pid = -1;

	while (strcmp(scenario->name, peers->scenario))
		if (++scenario == scenarios + sizeof(scenarios) /
						      sizeof(*scenarios))
			return -ENOENT;
	ret = parse_address(peers, &address);
	if (ret)
		return ret;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	if (scenario->steps) {
		pid = fork_server(peers, &address, pair);
		ret = pid < 0 ? -errno : 0;
	}
	close(pair[1]);
	if (!ret && scenario->steps)
		ret = await_server(pair[0]);
	if (!ret)
		ret = connect_and_play(peers, scenario, &address, pair[0]);
	close(pair[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return ret;
}
