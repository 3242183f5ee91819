/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_ANSWER_LIVE_H
#define TCPCLOSE_ANSWER_LIVE_H

#include "answer/item.h"
#include "conn/conn.h"

/* Open: neither a listener nor what is left of a connection. */
#define LIVE_STATES \
	(UINT32_MAX & ~(1U << TCPCLOSE_LISTEN | 1U << TCPCLOSE_TIME_WAIT | 1U << TCPCLOSE_CLOSE))

void live_conn(const struct item *i, uint64_t now_ns, uint64_t realtime_ns, struct conn *c);

#endif /* TCPCLOSE_ANSWER_LIVE_H */
