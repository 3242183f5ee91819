/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sides of connections seen in a stream, the latest of them, and which two
 * belong together.
 */
#ifndef TCPCLOSE_CONN_SIDES_H
#define TCPCLOSE_CONN_SIDES_H

#include <stdbool.h>
#include <stdint.h>

#include "conn/side.h"

/* Most that is kept: enough for a busy minute, small on any machine. */
#define SIDES_MAX 16384
#define SIDES_STEPS_MAX (16 * SIDES_MAX)

/**
 * enum sides_pairing - what is known of the other side
 * @SIDES_PAIRED: it was seen
 * @SIDES_ALONE: it was not seen: on another machine, behind NAT, or no socket
 * @SIDES_DOUBTFUL: several sockets could be it, in several network namespaces
 */
enum sides_pairing {
	SIDES_PAIRED,
	SIDES_ALONE,
	SIDES_DOUBTFUL,
};

struct sides;

/* What sides_walk() does with each side; returns whether to go on. */
typedef bool sides_visit(void *context, struct side *side);

struct sides *sides_new(void);
void sides_free(struct sides *sides);
int sides_add(struct sides *sides, const struct event *e, bool chosen,
	      struct side **side);
int sides_add_rst(struct sides *sides, const struct event *e);
enum sides_pairing sides_peer(const struct sides *sides, const struct side *side,
			      struct side **peer);
const struct side *sides_obstacle(const struct side *side);
void sides_walk(const struct sides *sides, sides_visit *visit, void *context);
uint64_t sides_forgotten(const struct sides *sides);

#endif /* TCPCLOSE_CONN_SIDES_H */
