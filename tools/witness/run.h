/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tcpclose against the kernel: what the stream tells, and what three witnesses
 * that owe it nothing saw meanwhile.
 */
#ifndef TCPCLOSE_WITNESS_RUN_H
#define TCPCLOSE_WITNESS_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/event.h"
#include "witness/outcome.h"

/**
 * struct witness_options - what is wanted
 * @device: name of the device
 * @duration_ns: for how long; 0: until the command ends or a signal comes
 * @command: what to run meanwhile, NULL at its end; NULL: nothing
 * @quiet: the command's standard output goes where its complaints go
 * @event: also gets each event of the stream, of any kind; returns 0, or -errno
 *	to give up; NULL: nobody
 * @context: its first argument
 */
struct witness_options {
	const char *device;
	uint64_t duration_ns;
	char *const *command;
	bool quiet;
	int (*event)(void *context, const struct event *e);
	void *context;
};

int witness_compare(const struct witness_options *options,
		    struct outcome *outcome);

#endif /* TCPCLOSE_WITNESS_RUN_H */
