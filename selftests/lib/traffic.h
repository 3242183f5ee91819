/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connections over the loopback device, opened and closed in bulk.
 *
 * Knows sockets; knows nothing of the module. A thread holds both ends of its
 * connections, so one cycle ends before the next one begins.
 */
#ifndef _SELFTESTS_LIB_TRAFFIC_H
#define _SELFTESTS_LIB_TRAFFIC_H

/**
 * enum traffic_close - how a connection is closed
 * @TRAFFIC_CLIENT: the client closes, then the server
 * @TRAFFIC_SERVER: the server closes, then the client
 * @TRAFFIC_BOTH: both close at once, each in a separate thread
 * @TRAFFIC_HALF: the client shuts down sending, receives, closes
 * @TRAFFIC_LINGER: the client aborts: SO_LINGER with time 0
 * @TRAFFIC_UNREAD: the server closes before it has read everything
 * @TRAFFIC_DISCONNECT: the client calls connect(AF_UNSPEC)
 * @TRAFFIC_REFUSED: there is no server
 * @TRAFFIC_MIXED: all of the above
 * @TRAFFIC_LATE_DATA: the client shuts down both directions, the server sends
 * @TRAFFIC_ORPHAN: the client closes, and its FIN is acknowledged before the server
 *	closes
 * @TRAFFIC_ORPHAN_DATA: likewise, but the server sends
 * @TRAFFIC_LINGER2: the client does not wait for the server's FIN: TCP_LINGER2
 * @TRAFFIC_NOT_ACCEPTED: the listener closes before it accepts
 * @TRAFFIC_DESTROYED: an administrator ends the client's socket
 * @TRAFFIC_ALL: all of the above
 */
enum traffic_close {
	TRAFFIC_CLIENT = 0x01,
	TRAFFIC_SERVER = 0x02,
	TRAFFIC_BOTH = 0x04,
	TRAFFIC_HALF = 0x08,
	TRAFFIC_LINGER = 0x10,
	TRAFFIC_UNREAD = 0x20,
	TRAFFIC_DISCONNECT = 0x40,
	TRAFFIC_REFUSED = 0x80,
	TRAFFIC_MIXED = 0xff,
	TRAFFIC_LATE_DATA = 0x100,
	TRAFFIC_ORPHAN_DATA = 0x200,
	TRAFFIC_LINGER2 = 0x400,
	TRAFFIC_NOT_ACCEPTED = 0x800,
	TRAFFIC_DESTROYED = 0x1000,
	TRAFFIC_ORPHAN = 0x2000,
	TRAFFIC_ALL = 0x3fff,
};

/**
 * struct traffic - the connections to make
 * @family: AF_INET, AF_INET6, or AF_UNSPEC: both in turn
 * @closes: set of &enum traffic_close, in turn
 * @cycles: connections of each thread; 0: until traffic_stop()
 * @threads: number of threads; 0 means 1
 * @netns: descriptor of a network namespace; 0: the caller's
 * @port: thread N's server listens at @port + N; 0 means 20000
 * @pause_us: pause between a thread's connections
 */
struct traffic {
	int family;
	unsigned int closes;
	unsigned int cycles;
	unsigned int threads;
	int netns;
	unsigned int port;
	unsigned int pause_us;
};

struct traffic_run;

/** traffic_start() - start the threads; NULL with errno set */
struct traffic_run *traffic_start(const struct traffic *traffic);

/** traffic_start_mixed() - likewise: both families, %TRAFFIC_MIXED, no end */
struct traffic_run *traffic_start_mixed(unsigned int threads);

/**
 * traffic_wait() - wait until all cycles are done
 *
 * Return: number of connections made, or -errno of the first that failed
 */
long traffic_wait(struct traffic_run *run);

/** traffic_stop() - stop after the current cycle; likewise */
long traffic_stop(struct traffic_run *run);

/** traffic_run() - start and wait; likewise */
long traffic_run(const struct traffic *traffic);

/** traffic_run_mixed() - likewise: both families, %TRAFFIC_MIXED */
long traffic_run_mixed(unsigned int cycles, unsigned int threads);

/** traffic_one() - one connection over IPv4, the given way; likewise */
long traffic_one(enum traffic_close how);

/**
 * traffic_end_leftovers() - end all mini-sockets, so that there is room for new ones
 *	(tcp_max_tw_buckets)
 *
 * Return: 0, or -ENOENT: no ss, or a kernel without CONFIG_INET_DIAG_DESTROY.
 */
int traffic_end_leftovers(void);

#endif /* _SELFTESTS_LIB_TRAFFIC_H */
