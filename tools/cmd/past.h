/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What commands that answer have in common: the connections of what the module still
 * holds, or of a recording, and all sockets at the end of that.
 */
#ifndef TCPCLOSE_CMD_PAST_H
#define TCPCLOSE_CMD_PAST_H

#include "answer/inventory.h"
#include "cli/run.h"

/**
 * struct past - one run of such a command; its own structure begins with this one
 * @run: what all commands have
 * @conns: connections that are not over
 * @over: takes each that is, before it is freed; returns 0 or -errno; NULL: none is wanted
 * @keep: those in TIME_WAIT at the end are not taken: they stay among @conns
 * @inventory: all sockets
 * @last_ns: time of the latest record, CLOCK_MONOTONIC
 * @offset_ns: what must be added to a record's time for the time since the epoch
 * @lost: records that were overwritten before they could be read
 */
struct past {
	struct run run;
	struct conns conns;
	int (*over)(void *run, const struct conn *c);
	bool keep;
	struct inventory inventory;
	uint64_t last_ns;
	int64_t offset_ns;
	uint64_t lost;
};

void past_init(struct past *p, uint32_t states);
const char *past_check(struct past *p);
int past_add(void *run, const struct event *e);
int past_conclude(struct past *p);
int past_finish(struct past *p);
void past_free(struct past *p);

#endif /* TCPCLOSE_CMD_PAST_H */
