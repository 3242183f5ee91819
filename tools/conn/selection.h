/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which connections are wanted, and what is seen of them.
 */
#ifndef TCPCLOSE_CONN_SELECTION_H
#define TCPCLOSE_CONN_SELECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "conn/recorded.h"
#include "conn/sides.h"
#include "lib/filter.h"

/**
 * struct selection - the connections that a user asked for
 * @sides: all that was seen; those that are wanted are chosen
 * @filter: wanted are connections of which one event matches
 * @cookie: instead: the socket that is wanted; 0: go by @filter
 * @lost: records lost
 * @nameless: transitions that match but have no cookie to join them by
 * @listener: the cookie is a listener's
 * @recorded: from when on each RST has a record
 */
struct selection {
	struct sides *sides;
	const struct filter *filter;
	uint64_t cookie;
	uint64_t lost;
	uint64_t nameless;
	bool listener;
	struct recorded recorded;
};

int selection_init(struct selection *s, const struct filter *filter);
int selection_add(struct selection *s, const struct event *e);
void selection_free(struct selection *s);

#endif /* TCPCLOSE_CONN_SELECTION_H */
