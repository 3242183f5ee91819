/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every state that a connection with the puppet can be in, and how it gets there.
 */
#ifndef _SELFTESTS_LIB_START_H
#define _SELFTESTS_LIB_START_H

#include "lib/peer.h"

/**
 * struct start - how to bring a connection to a state
 * @path: the recorded transitions on the way
 * @reach: brings it to the state; the process keeps the socket
 */
struct start {
	const char *state;
	const char *path;
	int (*reach)(struct peer *peer);
};

enum {
	SYN_SENT, SYN_RECV, ESTABLISHED, FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT, CLOSING, LAST_ACK,
	STARTS,
};

extern const struct start starts[STARTS];

/* For each state from @first to @last: a connection that is in it. */
#define FOR_EACH_START(start, first, last) \
	for ((start) = &starts[first]; (start) <= &starts[last]; (start)++)

#endif /* _SELFTESTS_LIB_START_H */
