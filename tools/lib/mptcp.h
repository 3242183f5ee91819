/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who closed MPTCP sessions: their subflows are closed by the kernel's workers.
 */
#ifndef TCPCLOSE_LIB_MPTCP_H
#define TCPCLOSE_LIB_MPTCP_H

#include "base/recent.h"
#include "lib/event.h"

/**
 * struct mptcp - the processes that closed sessions
 * @by_cookie: by the session's cookie and network namespace
 * @by_tuple: by the addresses and ports of its first subflow, and network namespace
 * @told: the one that was told last
 */
struct mptcp {
	struct recent by_cookie;
	struct recent by_tuple;
	struct event_owner told;
};

void mptcp_init(struct mptcp *m);
void mptcp_free(struct mptcp *m);
void mptcp_follow(struct mptcp *m, const struct event *session);
void mptcp_tell(struct mptcp *m, struct event *e);

#endif /* TCPCLOSE_LIB_MPTCP_H */
