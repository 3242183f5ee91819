// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections over the loopback device, opened and closed in bulk.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/diag.h"
#include "lib/net.h"
#include "lib/traffic.h"

#define DEFAULT_PORT 20000
/* No server listens at a port this far above the first server's */
#define REFUSED_PORTS 64

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* The second closer of TRAFFIC_BOTH */
struct helper {
	pthread_t thread;
	pthread_barrier_t meet;
	int fd;
};

struct worker {
	struct traffic_run *run;
	pthread_t thread;
	struct helper helper;
	unsigned int number;
	union address server[2];
	int listener[2];
	long done;
};

struct traffic_run {
	struct traffic traffic;
	bool stop;
	unsigned int started;
	struct worker workers[];
};

static void loopback(union address *address, int family, unsigned int port)
{
	memset(address, 0, sizeof(*address));
	address->any.sa_family = family;
	if (family == AF_INET6) {
		address->v6.sin6_addr = in6addr_loopback;
		address->v6.sin6_port = htons(port);
	} else {
		address->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		address->v4.sin_port = htons(port);
	}
}

static int listen_at(const union address *address)
{
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1, ret;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (address->any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, &address->any, sizeof(*address)) || listen(fd, 16)) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

static void *helper_main(void *arg)
{
	struct helper *helper = arg;

	for (;;) {
		pthread_barrier_wait(&helper->meet);
		if (helper->fd < 0)
			return NULL;
		close(helper->fd);
		pthread_barrier_wait(&helper->meet);
	}
}

static void close_both(struct helper *helper, int client, int server)
{
	helper->fd = server;
	pthread_barrier_wait(&helper->meet);
	close(client);
	pthread_barrier_wait(&helper->meet);
}

/* Wait for the other end's FIN or RST */
static int expect_end(int fd, int error)
{
	char byte;
	ssize_t got;

	do {
		got = read(fd, &byte, 1);
	} while (got > 0);
	if (got < 0)
		return errno == error ? 0 : -errno;
	return error ? -EPROTO : 0;
}

static int expect_byte(int from, int to)
{
	char byte = 'x';

	if (write(from, &byte, 1) != 1)
		return -errno;
	return read(to, &byte, 1) == 1 ? 0 : -EPIPE;
}

/* The ACK of a received FIN may be delayed by 40 ms */
static void acknowledge(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

/* The client's end is in FIN_WAIT1 or FIN_WAIT2 and receives data */
static int answer_data(int client, int server)
{
	/* After the FIN no read() reports a RST */
	struct pollfd reset = { .fd = server };
	int ret = expect_end(server, 0);

	acknowledge(server);
	/* With few ports the RST of an old connection may have arrived already */
	if (!ret && send(server, "late", 4, MSG_NOSIGNAL) < 0 &&
	    errno != EPIPE && errno != ECONNRESET)
		ret = -errno;
	else if (!ret && poll(&reset, 1, -1) != 1)
		ret = -errno;
	if (client >= 0)
		close(client);
	close(server);
	return ret;
}

static int destroy(int client, int server)
{
	union net_addr local, remote;
	socklen_t len = sizeof(local);
	int ret = 0;

	if (getsockname(client, &local.sa, &len))
		ret = -errno;
	len = sizeof(remote);
	if (!ret && getpeername(client, &remote.sa, &len))
		ret = -errno;
	if (!ret)
		ret = diag_destroy(&local, &remote);
	if (!ret)
		ret = expect_end(server, ECONNRESET);
	close(client);
	close(server);
	return ret;
}

/* Closes both ends, whatever happens */
static int close_pair(struct worker *worker, enum traffic_close how, int client,
		      int server)
{
	struct linger abort = { .l_onoff = 1 };
	struct pollfd unread = { .fd = server, .events = POLLIN };
	int ret = 0, never = -1;

	switch (how) {
	case TRAFFIC_CLIENT:
		close(client);
		ret = expect_end(server, 0);
		close(server);
		return ret;
	case TRAFFIC_SERVER:
		close(server);
		ret = expect_end(client, 0);
		close(client);
		return ret;
	case TRAFFIC_BOTH:
		close_both(&worker->helper, client, server);
		return 0;
	case TRAFFIC_HALF:
		shutdown(client, SHUT_WR);
		ret = expect_end(server, 0);
		if (!ret)
			ret = expect_byte(server, client);
		close(server);
		if (!ret)
			ret = expect_end(client, 0);
		close(client);
		return ret;
	case TRAFFIC_LINGER:
		setsockopt(client, SOL_SOCKET, SO_LINGER, &abort,
			   sizeof(abort));
		close(client);
		ret = expect_end(server, ECONNRESET);
		close(server);
		return ret;
	case TRAFFIC_UNREAD:
		/* Has to arrive before the server closes */
		if (write(client, "unread", 6) != 6 ||
		    poll(&unread, 1, -1) != 1)
			ret = -errno;
		close(server);
		if (!ret)
			ret = expect_end(client, ECONNRESET);
		close(client);
		return ret;
	case TRAFFIC_DISCONNECT:
		ret = net_disconnect(client);
		if (!ret)
			ret = expect_end(server, ECONNRESET);
		close(client);
		close(server);
		return ret;
	case TRAFFIC_LATE_DATA:
		shutdown(client, SHUT_RDWR);
		return answer_data(client, server);
	case TRAFFIC_ORPHAN:
		close(client);
		ret = expect_end(server, 0);
		acknowledge(server);
		close(server);
		return ret;
	case TRAFFIC_ORPHAN_DATA:
		close(client);
		return answer_data(-1, server);
	case TRAFFIC_LINGER2:
		setsockopt(client, IPPROTO_TCP, TCP_LINGER2, &never,
			   sizeof(never));
		shutdown(client, SHUT_WR);
		ret = expect_end(server, 0);
		/* The result depends on whether the ACK has arrived */
		if (worker->done % 3)
			acknowledge(server);
		close(client);
		close(server);
		return ret;
	case TRAFFIC_DESTROYED:
		return destroy(client, server);
	default:
		close(client);
		close(server);
		return -EINVAL;
	}
}

/* With a listener of its own, at any port */
static int cycle_not_accepted(int family)
{
	union address at;
	socklen_t len = sizeof(at);
	int listener, client, ret;

	loopback(&at, family, 0);
	listener = listen_at(&at);
	if (listener < 0)
		return listener;
	client = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ret = client < 0 || getsockname(listener, &at.any, &len) ||
			      connect(client, &at.any, sizeof(at)) ?
		      -errno :
		      0;
	close(listener);
	if (!ret)
		ret = expect_end(client, ECONNRESET);
	close(client);
	return ret;
}

static int cycle(struct worker *worker, enum traffic_close how, int v6)
{
	union address to = worker->server[v6];
	int client, server, ret;

	if (how == TRAFFIC_NOT_ACCEPTED)
		return cycle_not_accepted(to.any.sa_family);
	client = socket(to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client < 0)
		return -errno;
	if (how == TRAFFIC_REFUSED) {
		loopback(&to, to.any.sa_family,
			 ntohs(to.v4.sin_port) + REFUSED_PORTS);
		ret = connect(client, &to.any, sizeof(to)) ? -errno : -EISCONN;
		if (ret == -ECONNREFUSED)
			ret = 0;
		close(client);
		return ret;
	}
	if (connect(client, &to.any, sizeof(to))) {
		ret = -errno;
		close(client);
		return ret;
	}
	server = accept4(worker->listener[v6], NULL, NULL, SOCK_CLOEXEC);
	if (server < 0) {
		ret = -errno;
		close(client);
		return ret;
	}
	ret = expect_byte(client, server);
	if (ret) {
		close(client);
		close(server);
		return ret;
	}
	return close_pair(worker, how, client, server);
}

static enum traffic_close next_close(unsigned int closes,
				     enum traffic_close last)
{
	unsigned int how = last;

	do {
		how = how << 1 & TRAFFIC_ALL ? how << 1 : 1;
	} while (!(how & closes));
	return how;
}

static int worker_loop(struct worker *worker)
{
	const struct traffic *traffic = &worker->run->traffic;
	enum traffic_close how = 0;
	unsigned int i;
	int v6, ret;

	for (i = 0; !traffic->cycles || i < traffic->cycles; i++) {
		if (__atomic_load_n(&worker->run->stop, __ATOMIC_RELAXED))
			break;
		v6 = traffic->family == AF_INET6;
		how = next_close(traffic->closes, how);
		if (traffic->family == AF_UNSPEC)
			v6 = i / __builtin_popcount(traffic->closes) & 1;
		ret = cycle(worker, how, v6);
		if (ret)
			return ret;
		worker->done++;
		if (traffic->pause_us)
			usleep(traffic->pause_us);
	}
	return 0;
}

static int worker_listen(struct worker *worker)
{
	unsigned int port = worker->run->traffic.port + worker->number;
	int v6;

	for (v6 = 0; v6 < 2; v6++) {
		loopback(&worker->server[v6], v6 ? AF_INET6 : AF_INET, port);
		worker->listener[v6] = -1;
	}
	for (v6 = 0; v6 < 2; v6++) {
		if (worker->run->traffic.family == (v6 ? AF_INET : AF_INET6))
			continue;
		worker->listener[v6] = listen_at(&worker->server[v6]);
		if (worker->listener[v6] < 0)
			return worker->listener[v6];
	}
	return 0;
}

static void *worker_main(void *arg)
{
	struct worker *worker = arg;
	int ret = 0, v6;

	if (worker->run->traffic.netns &&
	    setns(worker->run->traffic.netns, CLONE_NEWNET)) {
		worker->done = -errno;
		return NULL;
	}
	pthread_barrier_init(&worker->helper.meet, NULL, 2);
	ret = -pthread_create(&worker->helper.thread, NULL, helper_main,
			      &worker->helper);
	if (ret) {
		worker->done = ret;
		return NULL;
	}
	ret = worker_listen(worker);
	if (!ret)
		ret = worker_loop(worker);
	if (ret)
		worker->done = ret;
	for (v6 = 0; v6 < 2; v6++)
		if (worker->listener[v6] >= 0)
			close(worker->listener[v6]);
	worker->helper.fd = -1;
	pthread_barrier_wait(&worker->helper.meet);
	pthread_join(worker->helper.thread, NULL);
	return NULL;
}

struct traffic_run *traffic_start(const struct traffic *traffic)
{
	unsigned int threads = traffic->threads ? traffic->threads : 1;
	struct traffic_run *run;
	struct worker *worker;

	run = calloc(1, sizeof(*run) + threads * sizeof(*run->workers));
	if (!run)
		return NULL;
	run->traffic = *traffic;
	run->traffic.threads = threads;
	if (!run->traffic.port)
		run->traffic.port = DEFAULT_PORT;
	while (run->started < threads) {
		worker = &run->workers[run->started];
		worker->run = run;
		worker->number = run->started;
		if (pthread_create(&worker->thread, NULL, worker_main, worker))
			break;
		run->started++;
	}
	return run;
}

struct traffic_run *traffic_start_mixed(unsigned int threads)
{
	return traffic_start(&(struct traffic){
		.family = AF_UNSPEC,
		.closes = TRAFFIC_MIXED,
		.threads = threads,
	});
}

long traffic_wait(struct traffic_run *run)
{
	long done = run->started == run->traffic.threads ? 0 : -EAGAIN;
	unsigned int i;

	for (i = 0; i < run->started; i++) {
		pthread_join(run->workers[i].thread, NULL);
		if (done >= 0 && run->workers[i].done >= 0)
			done += run->workers[i].done;
		else if (done >= 0)
			done = run->workers[i].done;
	}
	free(run);
	return done;
}

long traffic_stop(struct traffic_run *run)
{
	__atomic_store_n(&run->stop, true, __ATOMIC_RELAXED);
	return traffic_wait(run);
}

long traffic_run(const struct traffic *traffic)
{
	struct traffic_run *run = traffic_start(traffic);

	return run ? traffic_wait(run) : -errno;
}

long traffic_run_mixed(unsigned int cycles, unsigned int threads)
{
	return traffic_run(&(struct traffic){
		.family = AF_UNSPEC,
		.closes = TRAFFIC_MIXED,
		.cycles = cycles,
		.threads = threads,
	});
}

long traffic_one(enum traffic_close how)
{
	return traffic_run(&(struct traffic){
		.family = AF_INET,
		.closes = how,
		.cycles = 1,
	});
}

int traffic_end_leftovers(void)
{
	if (system("ss -Kat state time-wait state fin-wait-2 >/dev/null"))
		return -ENOENT;
	return 0;
}
