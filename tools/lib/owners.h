/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose connections are: the processes that opened, closed or hold them.
 */
#ifndef TCPCLOSE_LIB_OWNERS_H
#define TCPCLOSE_LIB_OWNERS_H

#include "base/recent.h"
#include "lib/event.h"
#include "lib/recording.h"

/**
 * struct owners - the latest owner of each connection
 * @entries: by cookie and network namespace
 * @told: the one that was told last
 */
struct owners {
	struct recent entries;
	struct event_owner told;
};

void owners_init(struct owners *o);
void owners_free(struct owners *o);
void owners_mark(struct owners *o, const struct recording_owner *m);
void owners_tell(struct owners *o, struct event *e);
void owners_follow(struct owners *o, struct event *e);

#endif /* TCPCLOSE_LIB_OWNERS_H */
