/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ends of connections seen in a stream, the latest of them, and which two
 * belong together.
 */
#ifndef TCPCLOSE_CONN_SIDES_H
#define TCPCLOSE_CONN_SIDES_H

#include <stdbool.h>
#include <stdint.h>

#include "conn/side.h"

/* What is kept at most: enough for a busy minute, little enough for anybody. */
#define ENDS_MAX 16384
#define ENDS_STEPS_MAX (16 * ENDS_MAX)

/**
 * enum ends_pairing - what is known of the other end
 * @ENDS_PAIRED: it is there
 * @ENDS_ALONE: it was not seen: on another machine, behind NAT, or no socket
 * @ENDS_DOUBTFUL: several sockets could be it, in several network namespaces
 */
enum ends_pairing {
	ENDS_PAIRED,
	ENDS_ALONE,
	ENDS_DOUBTFUL,
};

struct ends;

/* What ends_walk() does with each end; returns whether to go on. */
typedef bool ends_visit(void *context, struct end *end);

struct ends *ends_new(void);
void ends_free(struct ends *ends);
int ends_add(struct ends *ends, const struct event *e, bool chosen,
	     struct end **end);
enum ends_pairing ends_peer(const struct ends *ends, const struct end *end,
			    struct end **peer);
void ends_walk(const struct ends *ends, ends_visit *visit, void *context);
uint64_t ends_forgotten(const struct ends *ends);

#endif /* TCPCLOSE_CONN_SIDES_H */
