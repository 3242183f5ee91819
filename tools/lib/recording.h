/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recordings: the file format, described in Documentation/recording.rst.
 */
#ifndef TCPCLOSE_LIB_RECORDING_H
#define TCPCLOSE_LIB_RECORDING_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#include <tcpclose.h>

#include "base/error.h"

#define RECORDING_MAGIC "TCPCLOSE"
#define RECORDING_VERSION 1
#define RECORDING_BYTE_ORDER 0x01020304

/**
 * struct recording_header - first bytes of a recording
 * @magic: %RECORDING_MAGIC, no NUL
 * @version: %RECORDING_VERSION; a reader refuses a greater one
 * @header_size: offset of the first record
 * @abi_major: of the module that wrote the records
 * @abi_minor: likewise
 * @record_size: %TCPCLOSE_RECORD_SIZE
 * @byte_order: %RECORDING_BYTE_ORDER as the recording machine stores it
 * @realtime_offset_ns: what to add to a record's time for the time since the
 *	epoch, at the beginning
 * @start_ns: CLOCK_MONOTONIC when the recording began
 * @own_netns: inode of the recorder's network namespace; 0: unknown
 * @visible: 1 if the recorder saw the whole machine, 0 if @own_netns only
 * @cpus: number of CPUs that the machine could have
 * @reserved: 0
 * @release: kernel release, as in uname -r, cut if it is longer; NUL-padded
 * @own_netns_cookie: cookie of @own_netns, which no other namespace ever has; 0:
 *	unknown
 */
struct recording_header {
	char magic[8];
	uint16_t version;
	uint16_t header_size;
	uint16_t abi_major;
	uint16_t abi_minor;
	uint32_t record_size;
	uint32_t byte_order;
	int64_t realtime_offset_ns;
	uint64_t start_ns;
	uint32_t own_netns;
	uint32_t visible;
	uint32_t cpus;
	uint32_t reserved;
	char release[64];
	uint64_t own_netns_cookie;
};

/**
 * enum recording_kind - kinds of records that the recorder adds
 * @RECORDING_KIND_START: @value is the number of the next record of @cpu
 * @RECORDING_KIND_LOST: @value records of @cpu were lost here
 * @RECORDING_KIND_CLOCK: @value is the new realtime_offset_ns
 * @RECORDING_KIND_NETNS: the network namespace with the cookie @value and the
 *	inode @inode is called @name
 * @RECORDING_KIND_OWNER: whose a connection is, &struct recording_owner
 * @RECORDING_KIND_CGROUP: the cgroup with the id @value has @name, a name of the kind
 *	@inode, &enum cgroup_name
 *
 * They begin at 0xf0, which enum tcpclose_kind never reaches. A reader skips
 * and counts kinds that it does not know.
 */
enum recording_kind {
	RECORDING_KIND_START = 0xf0,
	RECORDING_KIND_LOST = 0xf1,
	RECORDING_KIND_CLOCK = 0xf2,
	RECORDING_KIND_NETNS = 0xf3,
	RECORDING_KIND_OWNER = 0xf4,
	RECORDING_KIND_CGROUP = 0xf5,
};

/**
 * recording_is_marker() - whether a record is the recorder's own
 * @kind: its kind
 *
 * All others are the module's and have a number of their CPU, also those of a kind
 * that is not known: a newer module may write it.
 */
static inline bool recording_is_marker(unsigned int kind)
{
	return kind >= RECORDING_KIND_START;
}

/**
 * recording_is_known() - whether this program knows the module's records of a kind
 * @kind: their kind
 */
static inline bool recording_is_known(unsigned int kind)
{
	return kind >= TCPCLOSE_KIND_TRANSITION && kind <= TCPCLOSE_KIND_SESSION;
}

/**
 * struct recording_marker - a record of the recorder's own
 * @ts_ns: as in &struct tcpclose_record
 * @seq: 0
 * @cpu: as in &struct tcpclose_record
 * @kind: &enum recording_kind
 * @mark: 0
 * @value: see &enum recording_kind
 * @inode: see &enum recording_kind
 * @reserved: 0
 * @name: see &enum recording_kind; NUL-terminated
 */
struct recording_marker {
	uint64_t ts_ns;
	uint32_t seq;
	uint16_t cpu;
	uint8_t kind;
	uint8_t mark;
	uint64_t value;
	uint32_t inode;
	uint32_t reserved;
	char name[96];
};

/* &struct recording_owner.mark: what it holds is the listener of the connection. */
#define RECORDING_OWNER_OF_LISTENER 1

/**
 * struct recording_owner - a process that holds the socket of a connection
 * @ts_ns: time of the transition that follows
 * @seq: 0
 * @cpu: of that transition
 * @kind: %RECORDING_KIND_OWNER
 * @mark: 0 or %RECORDING_OWNER_OF_LISTENER
 * @cookie: of that transition
 * @netns: likewise, cookie of the network namespace
 * @pid: number of the process
 * @others: number of other processes that hold it, too
 * @comm: its name, NUL-terminated
 * @reserved: 0
 */
struct recording_owner {
	uint64_t ts_ns;
	uint32_t seq;
	uint16_t cpu;
	uint8_t kind;
	uint8_t mark;
	uint64_t cookie;
	uint64_t netns;
	uint32_t pid;
	uint32_t others;
	char comm[16];
	char reserved[72];
};

void recording_header_init(struct recording_header *h);
int recording_header_check(const struct recording_header *h, size_t len,
			   struct error *why);
int recording_create(const char *path, int force, struct error *why);
int recording_open(const char *path, struct error *why);

#endif /* TCPCLOSE_LIB_RECORDING_H */
