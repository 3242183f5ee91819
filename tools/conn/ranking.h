/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The connections that are first in an order, of any number.
 */
#ifndef TCPCLOSE_CONN_RANKING_H
#define TCPCLOSE_CONN_RANKING_H

#include <stddef.h>
#include <stdint.h>

#include "conn/conn.h"

/* Most that are kept. */
#define RANKING_MAX 100000

/**
 * enum ranking_by - what connections are sorted by, the largest first
 * @RANKING_TIME: when they closed, in that order
 * @RANKING_AGE: how old they were
 * @RANKING_SENT: payload sent
 * @RANKING_RECEIVED: payload received
 * @RANKING_RETRANSMITS: segments sent again
 * @RANKING_IDLE: how long without data
 * @RANKING_CLOSING: how long closing took
 * @RANKING_TIME_WAIT: how long TIME_WAIT took
 */
enum ranking_by {
	RANKING_TIME,
	RANKING_AGE,
	RANKING_SENT,
	RANKING_RECEIVED,
	RANKING_RETRANSMITS,
	RANKING_IDLE,
	RANKING_CLOSING,
	RANKING_TIME_WAIT,
};

/**
 * struct ranking - connections; zeroed but for @by and @top
 * @by: the order
 * @top: how many are wanted, at most %RANKING_MAX
 * @conns: those that are first so far, and others
 * @count: number of these
 * @room: how many there is memory for
 * @left_out: number of those that are not kept
 */
struct ranking {
	enum ranking_by by;
	size_t top;
	struct conn **conns;
	size_t count;
	size_t room;
	uint64_t left_out;
};

int ranking_add(struct ranking *r, struct conn *c);
void ranking_finish(struct ranking *r);
void ranking_free(struct ranking *r);

#endif /* TCPCLOSE_CONN_RANKING_H */
