/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two machines and the network between them, in three network namespaces: a
 * client and a server, each with the kernel's own TCP, and a router that
 * delays, loses, and has addresses that nothing answers.
 *
 * Each end is seen three times: by its sockets, by the module, and on the wire
 * where it leaves the machine, before any delay.
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
 * @cookie: of that
 * @addr: its address, and its port of the connection
 * @fd: its socket; -1: none
 * @wire: what leaves and reaches it
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
 * @router: descriptor of the network's namespace
 * @listener: of the server; -1: none
 * @stream: the module's, of the whole machine
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

/** stage_run() - a shell command on the machine with that namespace; its status */
int stage_run(int netns, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * stage_lose() - from now on the router loses what matches
 * @match: an expression of nftables, "tcp flags & fin == fin"
 *
 * What was said before no longer counts, from the same instant.
 */
int stage_lose(struct stage *stage, const char *match);

/** stage_lose_all() - from now on the router loses everything */
int stage_lose_all(struct stage *stage);

/** stage_lost() - how many packets it lost since stage_lose(), or -errno */
int stage_lost(struct stage *stage);

/** stage_mend() - from now on the router loses nothing */
int stage_mend(struct stage *stage);

/** stage_flow() - the transitions of one end's connection */
struct flow stage_flow(const struct stage *stage, const struct stage_end *end);

/** stage_event() - its @n-th, from 0 */
const struct event *stage_event(const struct stage *stage, const struct stage_end *end,
				size_t n);

/** stage_wait() - wait until there are @count of them */
int stage_wait(struct stage *stage, const struct stage_end *end, size_t count,
	       int timeout_ms);

/** stage_path() - lab_path() for one end's connection */
const char *stage_path(struct stage *stage, const struct stage_end *end,
		       const char *expected);

/**
 * stage_wire() - capture_path() of one end, once it is complete
 * @expected: waits until there are as many segments as words in it
 */
const char *stage_wire(struct stage *stage, struct stage_end *end, const char *expected);

#endif /* _SELFTESTS_LIB_STAGE_H */
