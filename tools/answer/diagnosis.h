/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What may be wrong with closing connections, and where that begins.
 */
#ifndef TCPCLOSE_ANSWER_DIAGNOSIS_H
#define TCPCLOSE_ANSWER_DIAGNOSIS_H

#include "answer/subject.h"
#include "base/recent.h"

/**
 * enum diagnosis_id - what is found; the names are fixed
 * @DIAGNOSIS_CLOSE_WAIT_LEAK: the peer has closed, the process has not
 * @DIAGNOSIS_FIN_WAIT2_ORPHANS: the process has closed, the peer has not
 * @DIAGNOSIS_LAST_ACK_STUCK: the last segments of a close are not acknowledged
 * @DIAGNOSIS_PORTS_EXHAUSTED: no local port is left, or few are
 * @DIAGNOSIS_TIME_WAIT_OVERFLOW: TIME_WAIT was left out, tcp_max_tw_buckets is reached
 * @DIAGNOSIS_RST_UNREAD_DATA: closed without reading what had been received
 * @DIAGNOSIS_RST_LINGER: closed with SO_LINGER 0
 * @DIAGNOSIS_RST_DATA_AFTER_CLOSE: one end sends to an end that has closed
 * @DIAGNOSIS_RST_RECEIVED: the peer resets; why is known there only
 * @DIAGNOSIS_KEEP_ALIVE_RACE: a request met the close of an idle connection
 * @DIAGNOSIS_PEER_SILENT: the peer does not answer
 * @DIAGNOSIS_KEEP_ALIVE_TIMEOUT: the peer did not answer keepalive probes
 * @DIAGNOSIS_REFUSED: nobody listens there
 * @DIAGNOSIS_UNREACHABLE: there is no way to the peer
 * @DIAGNOSIS_NOT_ACCEPTED: a listener does not accept
 * @DIAGNOSIS_LISTEN_OVERFLOW: a listener drops connections
 * @DIAGNOSIS_ORPHAN_LIMIT: tcp_max_orphans, or memory, cut connections
 * @DIAGNOSIS_TIME_WAIT_REUSE: a new connection met an old TIME_WAIT
 * @DIAGNOSIS_HALF_CLOSE_CUT: a connection that was shut down in one direction was cut
 * @DIAGNOSIS_NAMESPACE_GONE: connections ended with their network namespace
 * @DIAGNOSIS_DESTROYED: an administrator destroyed connections
 * @DIAGNOSIS_RST_NO_SOCKET: segments of connections that this machine does not know
 * @DIAGNOSIS_REARM_STORM: TIME_WAIT begins anew again and again
 * @DIAGNOSIS_SYN_IN_LAST_ACK: a new connection met the last ACK of an old one
 * @DIAGNOSIS_ZERO_WINDOW_KILL: the peer lives but does not read, and was given up
 * @DIAGNOSIS_ADDRESS_IN_USE: bind() to a port that is taken
 * @DIAGNOSES: number of these
 */
enum diagnosis_id {
	DIAGNOSIS_CLOSE_WAIT_LEAK,
	DIAGNOSIS_FIN_WAIT2_ORPHANS,
	DIAGNOSIS_LAST_ACK_STUCK,
	DIAGNOSIS_PORTS_EXHAUSTED,
	DIAGNOSIS_TIME_WAIT_OVERFLOW,
	DIAGNOSIS_RST_UNREAD_DATA,
	DIAGNOSIS_RST_LINGER,
	DIAGNOSIS_RST_DATA_AFTER_CLOSE,
	DIAGNOSIS_RST_RECEIVED,
	DIAGNOSIS_KEEP_ALIVE_RACE,
	DIAGNOSIS_PEER_SILENT,
	DIAGNOSIS_KEEP_ALIVE_TIMEOUT,
	DIAGNOSIS_REFUSED,
	DIAGNOSIS_UNREACHABLE,
	DIAGNOSIS_NOT_ACCEPTED,
	DIAGNOSIS_LISTEN_OVERFLOW,
	DIAGNOSIS_ORPHAN_LIMIT,
	DIAGNOSIS_TIME_WAIT_REUSE,
	DIAGNOSIS_HALF_CLOSE_CUT,
	DIAGNOSIS_NAMESPACE_GONE,
	DIAGNOSIS_DESTROYED,
	DIAGNOSIS_RST_NO_SOCKET,
	DIAGNOSIS_REARM_STORM,
	DIAGNOSIS_SYN_IN_LAST_ACK,
	DIAGNOSIS_ZERO_WINDOW_KILL,
	DIAGNOSIS_ADDRESS_IN_USE,
	DIAGNOSES,
};

/**
 * enum diagnosis_severity - how bad it is
 * @DIAGNOSIS_INFO: worth knowing, no trouble
 * @DIAGNOSIS_WARNING: trouble
 * @DIAGNOSIS_CRITICAL: connections fail, or will
 */
enum diagnosis_severity {
	DIAGNOSIS_INFO,
	DIAGNOSIS_WARNING,
	DIAGNOSIS_CRITICAL,
};

/* What of a diagnosis is kept. */
#define DIAGNOSIS_PROCESSES 8
#define DIAGNOSIS_COOKIES 8
/* Diagnoses that are kept at a time. */
#define DIAGNOSIS_MAX 4096

/**
 * struct diagnosis_process - a process that it is about
 * @process: the process
 * @container: its container, or unit; empty: none, or unknown
 * @count: how often
 */
struct diagnosis_process {
	struct item_process process;
	char container[CGROUP_NAME_SIZE];
	uint64_t count;
};

/**
 * struct diagnosis - something found, of one process, place and partner
 * @recent: by its subject and @id
 * @id: what it is
 * @severity: how bad, after diagnoses_finish()
 * @mild: so many of @count are no trouble: see the rule
 * @count: how often
 * @of: of so many connections; 0: that means nothing
 * @since_ns: the first, CLOCK_MONOTONIC; 0: unknown: before the module was loaded
 * @last_ns: the latest
 * @longest_ns: the longest time in the state that it is about
 * @bytes: what was not read, not sent or not acknowledged, of all
 * @inode: of a listener whose holder is not known; 0: none
 * @limit: what it came up against, if there is such a number: a queue's limit, ports
 * @subject: the first of them
 * @holds: @count is how many ports a process holds
 * @several: their remote addresses differ
 * @processes: whose they are
 * @process_count: how many of these are known
 * @cookies: the latest of them
 * @cookie_count: how many
 */
struct diagnosis {
	struct recent_entry recent;
	enum diagnosis_id id;
	enum diagnosis_severity severity;
	uint64_t mild;
	uint64_t count;
	uint64_t of;
	uint64_t since_ns;
	uint64_t last_ns;
	uint64_t longest_ns;
	uint64_t bytes;
	uint64_t limit;
	uint32_t inode;
	struct subject subject;
	bool several;
	bool holds;
	struct diagnosis_process processes[DIAGNOSIS_PROCESSES];
	unsigned int process_count;
	uint64_t cookies[DIAGNOSIS_COOKIES];
	unsigned int cookie_count;
};

/**
 * struct diagnoses - all that was found
 * @table: diagnoses
 * @seed: of the hashes of subjects
 * @sorted: the worst first, after diagnoses_finish()
 * @count: how many
 * @left_out: number that was given up to make room
 */
struct diagnoses {
	struct recent table;
	uint64_t seed;
	struct diagnosis **sorted;
	size_t count;
	uint64_t left_out;
};

void diagnoses_init(struct diagnoses *d);
struct diagnosis *diagnoses_add(struct diagnoses *d, enum diagnosis_id id,
				const struct subject *s);
struct diagnosis *diagnoses_add_as(struct diagnoses *d, enum diagnosis_id id,
				   const struct subject *s, uint64_t key);
void diagnosis_add_process(struct diagnosis *g, const struct subject *s);
int diagnoses_finish(struct diagnoses *d);
void diagnoses_free(struct diagnoses *d);

#endif /* TCPCLOSE_ANSWER_DIAGNOSIS_H */
