/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device's records, prepared for a test: of one connection, in order, with their
 * processes, and as text that a failed comparison can show.
 *
 * Knows records; knows nothing of sockets.
 */
#ifndef _SELFTESTS_LIB_STREAM_H
#define _SELFTESTS_LIB_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tcpclose.h"

#define STREAM_CPUS	64

/**
 * struct event - a transition
 * @r: its record
 * @detail: its details; kind 0: no such record
 */
struct event {
	struct tcpclose_record r;
	struct tcpclose_detail detail;
};

/**
 * struct stream - an open device, and the records read from it
 * @gaps: sequence numbers that did not follow the previous one
 * @disorder: records older than the previous one
 * @stray_details: details without their transition
 * @unknown: records of an unknown kind
 * @rsts: the RSTs among them
 * @drops: the drops by listeners among them
 * @sessions: the transitions of MPTCP sessions among them
 * @left_out: number of RSTs that have no record
 * @drops_left_out: number of drops that have no record
 * @bad_details: transitions without details that should have them, with details that
 *	should not, with a process outside a call, or without one inside
 */
struct stream {
	int fd;
	struct event *events;
	size_t count;
	size_t room;
	struct tcpclose_rst *rsts;
	size_t rst_count;
	size_t rst_room;
	struct tcpclose_drop *drops;
	size_t drop_count;
	size_t drop_room;

	struct tcpclose_session *sessions;
	size_t session_count;
	size_t session_room;
	uint64_t left_out;
	uint64_t drops_left_out;
	unsigned int gaps;
	unsigned int disorder;
	unsigned int stray_details;
	unsigned int unknown;
	unsigned int bad_details;

	uint64_t last_ns;
	uint32_t next_seq[STREAM_CPUS];
	bool begun[STREAM_CPUS];
	struct tcpclose_detail detail[STREAM_CPUS];
};

/**
 * struct flow - selects the transitions of a connection; a member of 0 matches all
 */
struct flow {
	uint64_t cookie;
	uint32_t netns;
	uint16_t lport;
	uint16_t rport;
};

/** stream_open() - open the device, continue after the newest record */
int stream_open(struct stream *stream);
void stream_close(struct stream *stream);

/** stream_exact() - whether no record was lost, out of order or torn so far */
bool stream_exact(const struct stream *stream);

/** stream_count() - number of transitions of @flow so far */
size_t stream_count(const struct stream *stream, const struct flow *flow);

/**
 * stream_event() - the @n-th transition of @flow, from 0
 *
 * Return: an empty event if there is no such transition, so a test need not check.
 */
const struct event *stream_event(const struct stream *stream,
				 const struct flow *flow, size_t n);

/** stream_poll() - read the records of the next @timeout_ms; 0 or -errno */
int stream_poll(struct stream *stream, int timeout_ms);

/**
 * stream_wait() - read until @flow has @count transitions
 *
 * Return: 0, -ETIMEDOUT or another -errno.
 */
int stream_wait(struct stream *stream, const struct flow *flow, size_t count,
		int timeout_ms);

/**
 * stream_path() - the transitions of @flow as one line of text
 *
 * One word each: ``FIN_WAIT1>FIN_WAIT2``; prefix ``tw:`` for a mini-socket; suffix
 * ``[CLOSE]`` if the tracepoint reported another new state, ``*`` for a re-arm,
 * ``=CAUSE`` and ``!END`` if the record has them, and ``?OLD``, ``?UNTRACKED``,
 * ``?LATE``, which no test expects.
 *
 * Return: a string that is valid until the next call.
 */
const char *stream_path(const struct stream *stream, const struct flow *flow);

/** stream_words() - number of transitions in such a line */
size_t stream_words(const char *path);

/** stream_dump() - print the records of @flow in readable form */
void stream_dump(const struct stream *stream, const struct flow *flow, FILE *to);

/**
 * stream_rst() - the @n-th RST of @flow, from 0
 *
 * Return: an empty record if there is no such RST, so a test need not check.
 */
const struct tcpclose_rst *stream_rst(const struct stream *stream,
				      const struct flow *flow, size_t n);

/**
 * stream_rsts() - the RSTs of @flow as one line of text
 *
 * One word each: ``>TCP_STATE`` was sent for that reason, ``<ENDED`` was received
 * with that effect; prefix ``tw:``, ``listener:``, ``request:``, ``none:`` unless it is
 * a socket's.
 *
 * Return: a string that is valid until the next call.
 */
const char *stream_rsts(const struct stream *stream, const struct flow *flow);

/** stream_drop() - likewise, the @n-th drop of @flow, whose cookie is the listener's */
const struct tcpclose_drop *stream_drop(const struct stream *stream,
					const struct flow *flow, size_t n);

/**
 * stream_drops() - the reasons of the drops of @flow as one line of text
 *
 * Return: a string that is valid until the next call.
 */
const char *stream_drops(const struct stream *stream, const struct flow *flow);
/**
 * stream_sessions() - the transitions of the MPTCP session with that cookie as one line
 *	of text
 *
 * One word each: ``ESTABLISHED>FIN_WAIT1``; suffix ``/NAME:CALL`` of the process that made
 * it, ``/worker`` of a worker of the kernel.
 *
 * Return: a string that is valid until the next call.
 */
const char *stream_sessions(const struct stream *stream, uint64_t cookie);

static inline uint64_t event_sent(const struct event *event)
{
	return event->r.bytes_sent_lo | (uint64_t)event->r.bytes_sent_hi << 32;
}

static inline uint64_t event_received(const struct event *event)
{
	return event->r.bytes_received_lo |
	       (uint64_t)event->r.bytes_received_hi << 32;
}

static inline int event_context(const struct event *event)
{
	return TCPCLOSE_HOW_CONTEXT(event->r.how);
}

static inline int event_closer(const struct event *event)
{
	return TCPCLOSE_HOW_CLOSER(event->r.how);
}

static inline int event_shutdown(const struct event *event)
{
	return TCPCLOSE_HOW_SHUTDOWN(event->r.how);
}

#endif /* _SELFTESTS_LIB_STREAM_H */
