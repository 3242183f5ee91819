/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The set-up for tests of records: a separate network namespace, the puppet in it,
 * and the device, opened outside of it, so that its sequence numbers have no gaps.
 */
#ifndef _SELFTESTS_LIB_LAB_H
#define _SELFTESTS_LIB_LAB_H

#include <fnmatch.h>

#include "lib/peer.h"
#include "lib/stream.h"

#define LAB_TIMEOUT_MS	5000

/**
 * struct lab
 * @netns: cookie of the test's network namespace
 * @failed: RSTs of the machine that had no route, before
 */
struct lab {
	int family;
	uint32_t netns;
	uint64_t failed;
	struct stream stream;
	struct puppet puppet;
};

/** lab_open() - set up; the module's scope is "teardown", now and after lab_close() */
int lab_open(struct lab *lab, int family);

/** lab_open_scope() - likewise, but the scope is that one until lab_close() */
int lab_open_scope(struct lab *lab, int family, const char *scope);
void lab_close(struct lab *lab);

/** lab_flow() - a connection of the lab's namespace by its ports, 0: any */
struct flow lab_flow(const struct lab *lab, uint16_t lport, uint16_t rport);
struct flow lab_peer_flow(const struct lab *lab, const struct peer *peer);

/**
 * lab_sync() - wait until the stream has everything that happened before this call
 *
 * Causes a transition itself and waits for its record.
 */
int lab_sync(struct lab *lab);

/** lab_settle() - likewise, for a stream without a lab */
int lab_settle(struct stream *stream);

/**
 * lab_path() - stream_path(), once the path is complete
 * @expected: waits until there are as many transitions as this has words
 *
 * Dumps the records to standard output if the path is not @expected.
 */
const char *lab_path(struct lab *lab, const struct flow *flow, const char *expected);

/** lab_settled_path() - likewise, for a stream without a lab */
const char *lab_settled_path(struct stream *stream, const struct flow *flow,
			     const char *expected);

/**
 * EXPECT_PATH() - @flow went through exactly these transitions
 * @path: as stream_path() writes them
 */
#define EXPECT_PATH(lab, flow, path) \
	EXPECT_STREQ(path, lab_path(lab, flow, path))

#define EXPECT_PEER_PATH(lab, peer, path) do { \
	struct flow _flow = lab_peer_flow(lab, peer); \
	EXPECT_PATH(lab, &_flow, path); \
} while (0)

/**
 * lab_closer() - who began to close or ended this connection at this end
 *
 * Return: the process and its call, as "nginx close", with the name of a thread that has
 * another one, as "app/reader other"; "kernel releases": a thread of the
 * kernel's, what no process holds; "kernel": likewise, a socket without a file; "nobody": a
 * segment, a timer. Valid until the next call.
 */
const char *lab_closer(const struct lab *lab, const struct flow *flow);

/** EXPECT_CLOSER() - likewise; @who: a pattern of fnmatch(3) */
#define EXPECT_CLOSER(lab, flow, who) do { \
	const char *_closer = lab_closer(lab, flow); \
	EXPECT_EQ(0, fnmatch(who, _closer, 0)) \
	TH_LOG("closed by %s instead of %s", _closer, who); \
} while (0)

/**
 * lab_rsts_differ() - compare the RSTs of the stream with what others count
 *
 * Those sent in the lab's namespace with the kernel's own count; those received with
 * what the puppet sent, and with what was sent over the loopback device.
 *
 * Return: what differs, valid until the next call; NULL: nothing.
 */
const char *lab_rsts_differ(struct lab *lab);

/**
 * lab_drops_differ() - compare the drops by listeners with the kernel's own counts
 *
 * Of the lab's namespace: ListenOverflows and ListenDrops.
 * @unseen: number of drops that the module does not see
 *
 * Return: as lab_rsts_differ()
 */
const char *lab_drops_differ(struct lab *lab, long unseen);

/** lab_wait() - wait until @peer's connection has @count transitions */
int lab_wait(struct lab *lab, const struct peer *peer, size_t count, int timeout_ms);

/** lab_event() - the @n-th transition of @peer's connection, from 0 */
const struct event *lab_event(const struct lab *lab, const struct peer *peer, size_t n);

#endif /* _SELFTESTS_LIB_LAB_H */
