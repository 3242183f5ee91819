/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two machines and the network between them, in three network namespaces: a
 * client and a server, each with the kernel's own TCP, and a router that delays and
 * loses packets, and has addresses that do not answer.
 *
 * Each end is observed in three ways: by its sockets, by the module, and on the wire
 * where packets leave the machine, before any delay.
 */
#ifndef _SELFTESTS_LIB_STAGE_H
#define _SELFTESTS_LIB_STAGE_H

#include "lib/capture.h"
#include "lib/stream.h"

#define STAGE_TIMEOUT_MS	5000
/* From one end to the other */
#define STAGE_DELAY_NS		10000000ULL

/**
 * struct stage_end - the client's or the server's machine
 * @netns: descriptor of its network namespace
 * @cookie: cookie of that namespace
 * @addr: the machine's address, and its port of the connection
 * @fd: its socket; -1: none
 * @wire: segments that leave and reach the machine
 */
struct stage_end {
	int netns;
	uint32_t cookie;
	union net_addr addr;
	int fd;
	struct capture wire;
};

/**
 * struct stage
 * @router: descriptor of the router's network namespace
 * @listener: the server's listening socket; -1: none
 * @stream: the module's records, of the whole machine
 */
struct stage {
	int family;
	struct stage_end client;
	struct stage_end server;
	int router;
	int listener;
	struct stream stream;
};

/** stage_open() - set up, without a listener. 0 or -errno */
int stage_open(struct stage *stage, int family, uint16_t port);
void stage_close(struct stage *stage);

/** stage_listen() - the server listens at its port */
int stage_listen(struct stage *stage);

/** stage_connect() - the client connects, from its port: a socket, or -errno */
int stage_connect(struct stage *stage);

/** stage_establish() - stage_listen(), stage_connect(), accept() */
int stage_establish(struct stage *stage);

/** stage_close_end() - close() the socket of one end */
int stage_close_end(struct stage_end *end);

/** stage_run() - run a shell command in that namespace; its exit status */
int stage_run(int netns, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * stage_lose() - from now on the router loses packets that match
 * @match: an expression of nftables, "tcp flags & fin == fin"
 *
 * Replaces the previous expression atomically.
 */
int stage_lose(struct stage *stage, const char *match);

/** stage_lose_all() - from now on the router loses everything */
int stage_lose_all(struct stage *stage);

/** stage_lost() - number of packets lost since stage_lose(), or -errno */
int stage_lost(struct stage *stage);

/** stage_mend() - from now on the router loses nothing */
int stage_mend(struct stage *stage);

/** stage_flow() - the transitions of one end's connection */
struct flow stage_flow(const struct stage *stage, const struct stage_end *end);

/** stage_event() - the @n-th transition of one end's connection, from 0 */
const struct event *stage_event(const struct stage *stage, const struct stage_end *end,
				size_t n);

/** stage_wait() - wait until one end's connection has @count transitions */
int stage_wait(struct stage *stage, const struct stage_end *end, size_t count,
	       int timeout_ms);

/** stage_path() - lab_path() for one end's connection */
const char *stage_path(struct stage *stage, const struct stage_end *end,
		       const char *expected);

/**
 * stage_wire() - capture_path() of one end, once the path is complete
 * @expected: waits until there are as many segments as this has words
 */
const char *stage_wire(struct stage *stage, struct stage_end *end, const char *expected);

#endif /* _SELFTESTS_LIB_STAGE_H */
