/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long close() waits (SO_LINGER).
 */
#ifndef TCPCLOSE_LIB_LINGERS_H
#define TCPCLOSE_LIB_LINGERS_H

#include "base/recent.h"
#include "lib/event.h"

/**
 * struct lingers - calls of close() that wait
 * @entries: by cookie and network namespace
 */
struct lingers {
	struct recent entries;
};

void lingers_init(struct lingers *l);
void lingers_free(struct lingers *l);
void lingers_follow(struct lingers *l, struct event *e);

#endif /* TCPCLOSE_LIB_LINGERS_H */
