/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RSTs that one side of a connection sent and received, the first few of them.
 */
#ifndef TCPCLOSE_CONN_SIDE_RSTS_H
#define TCPCLOSE_CONN_SIDE_RSTS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/event.h"

/* A flood of them is counted only. */
#define SIDE_RSTS_MAX 8

/**
 * struct side_rst - a RST
 * @ts_ns: CLOCK_MONOTONIC
 * @flags: control bits of the segment: the RST that was received, or what one was sent
 *	for
 * @state: state of its socket; 0: none, or unknown
 * @rst: what else the record has
 */
struct side_rst {
	uint64_t ts_ns;
	uint16_t flags;
	uint8_t state;
	struct event_rst rst;
};

/**
 * struct side_rsts - those of a side; all zero: none
 * @kept: the first, as they came
 * @count: size of @kept
 * @dropped: how many are not kept because there were too many
 */
struct side_rsts {
	struct side_rst *kept;
	unsigned int count;
	uint64_t dropped;
};

int side_rsts_add(struct side_rsts *rsts, const struct side_rst *rst);
int side_rsts_take(struct side_rsts *rsts, struct side_rsts *from);
void side_rsts_free(struct side_rsts *rsts);
struct side_rst side_rst_of(const struct event *e);
bool side_rst_ends(const struct side_rst *rst);

static inline bool side_rst_is_sent(const struct side_rst *rst)
{
	return rst->rst.effect == TCPCLOSE_RST_SENT;
}

#endif /* TCPCLOSE_CONN_SIDE_RSTS_H */
