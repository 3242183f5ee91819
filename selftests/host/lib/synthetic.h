/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recordings that no kernel wrote, always the same bytes: their common beginning, and
 * the kinds of recordings.
 *
 * Knows records and recordings; knows nothing of sockets.
 */
#ifndef _SELFTESTS_HOST_LIB_SYNTHETIC_H
#define _SELFTESTS_HOST_LIB_SYNTHETIC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "lib/recording.h"

#define SYNTHETIC_SECOND	1000000000ULL
#define SYNTHETIC_CPUS	4

/* 2026-01-02 03:04:05 UTC is 1000 s after the machine was started. */
#define SYNTHETIC_START_NS	(1000 * SYNTHETIC_SECOND)
#define SYNTHETIC_OFFSET_NS	(1767323045 * SYNTHETIC_SECOND - SYNTHETIC_START_NS)

/* Network namespaces: the recorder's, and two for connections */
#define SYNTHETIC_HOST	4026531840U
#define SYNTHETIC_CLIENT	4026532300U
#define SYNTHETIC_SERVER	4026532400U

/**
 * synthetic_header() - write the header of a recording
 * @own_netns: inode of the recorder's network namespace
 */
void synthetic_header(struct recording_header *header, uint32_t own_netns);

/**
 * synthetic_marker() - write a record that the recorder itself adds
 * @kind: of &enum recording_kind, or another number
 * @value: value of that kind
 */
struct recording_marker synthetic_marker(uint64_t ts_ns, unsigned int kind,
					 unsigned int cpu, uint64_t value);

/** synthetic_netns() - likewise: the name of a network namespace, by cookie */
struct recording_marker synthetic_netns(uint64_t ts_ns, uint64_t cookie,
					uint32_t inode, const char *name);

/**
 * enum synthetic_rst_records - what a recording has of RSTs
 * @SYNTHETIC_RSTS_RECORDED: each has a record
 * @SYNTHETIC_RSTS_OLD: none, since the module is too old
 * @SYNTHETIC_RSTS_LEFT_OUT: none, but the number of some at the end
 * @SYNTHETIC_RSTS_LOST: none, and records were lost at the end
 */
enum synthetic_rst_records {
	SYNTHETIC_RSTS_RECORDED,
	SYNTHETIC_RSTS_OLD,
	SYNTHETIC_RSTS_LEFT_OUT,
	SYNTHETIC_RSTS_LOST,
};

/**
 * synthetic_closes() - connections that close in known ways, and in ways that no
 *	kernel has; each has its own server port
 * @out: receives the recording
 * @records: what it has of RSTs
 */
void synthetic_closes(struct buffer *out, enum synthetic_rst_records records);

/** synthetic_closes_many() - a number of plain connections, one after the other */
void synthetic_closes_many(struct buffer *out, unsigned int count);

/**
 * synthetic_closes_random() - records that make no sense
 * @seed: selects the records
 */
void synthetic_closes_random(struct buffer *out, uint32_t seed);

/**
 * synthetic_failed_calls() - calls that failed at once, and a number left out
 * @broken: those that no kernel has, instead
 */
void synthetic_failed_calls(struct buffer *out, bool broken);

/** synthetic_lingers() - calls of close() that wait, and others that do not */
void synthetic_lingers(struct buffer *out);

/**
 * synthetic_rsts() - RSTs of each kind, sent and received, and a number left out
 * @broken: those that no kernel has, instead
 */
void synthetic_rsts(struct buffer *out, bool broken);

/**
 * synthetic_drops() - drops by listeners for each reason, a number left out, and
 *	connections in their queues
 * @broken: drops that no kernel has instead
 */
void synthetic_drops(struct buffer *out, bool broken);

/**
 * synthetic_sessions() - MPTCP sessions, and subflows that a worker of the kernel closes
 * @broken: transitions that no session has, and sessions that lack some, instead
 */
void synthetic_sessions(struct buffer *out, bool broken);

/** synthetic_owners() - connections whose process is known, or is not */
void synthetic_owners(struct buffer *out);

/** synthetic_ports() - connections that use up local ports, and calls that find none */
void synthetic_ports(struct buffer *out);

#endif /* _SELFTESTS_HOST_LIB_SYNTHETIC_H */
