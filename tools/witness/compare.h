/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tcpclose against the kernel: what the stream reports, and what witnesses that
 * do not depend on the module saw in the same time.
 */
#ifndef TCPCLOSE_WITNESS_COMPARE_H
#define TCPCLOSE_WITNESS_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/event.h"
#include "witness/outcome.h"

/**
 * struct witness_options - what to compare
 * @device: name of the device
 * @duration_ns: for how long; 0: until the command ends or a signal arrives
 * @command: command to run during the comparison, NULL at its end; NULL: none
 * @quiet: the command's standard output goes to its standard error
 * @event: also receives each event of the stream, of any kind; returns 0, or
 *	-errno to give up; NULL: unused
 * @context: first argument of @event
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

#endif /* TCPCLOSE_WITNESS_COMPARE_H */
