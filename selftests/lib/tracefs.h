/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own trace of sock:inet_sock_set_state, in a private instance of
 * tracefs: a record of events that is independent of the module.
 */
#ifndef _SELFTESTS_LIB_TRACEFS_H
#define _SELFTESTS_LIB_TRACEFS_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct trace_event - one call of the tracepoint for a TCP socket
 * @ts_ns: CLOCK_MONOTONIC
 * @socket: address of the socket, used only as a key
 * @sport: host byte order
 * @dport: host byte order
 * @saddr: IPv4 in the first 4 bytes, the others 0
 */
struct trace_event {
	uint64_t ts_ns;
	uint64_t socket;
	unsigned char saddr[16];
	unsigned char daddr[16];
	uint16_t sport;
	uint16_t dport;
	uint16_t family;
	uint8_t oldstate;
	uint8_t newstate;
};

/**
 * struct trace - an instance, and the events read from it
 * @fields: offset in an event of the fields that only this event has
 * @lost: events that did not fit the buffer, pages that could not be parsed
 */
struct trace {
	struct trace_event *events;
	size_t fields;
	size_t count;
	size_t room;
	uint64_t lost;
};

/**
 * trace_start() - trace from now on
 * @buffer_kb: for each CPU
 *
 * Return: 0 or -errno
 */
int trace_start(struct trace *trace, unsigned int buffer_kb);

/** trace_stop() - stop, read everything, remove the instance; 0 or -errno */
int trace_stop(struct trace *trace);

void trace_free(struct trace *trace);

#endif /* _SELFTESTS_LIB_TRACEFS_H */
