/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * The interface between tcpclose.ko and its readers: what /dev/tcpclose
 * delivers through read() and mmap(), and what its ioctls take.
 *
 * Every structure has the same layout for 32-bit and 64-bit programs. Numbers
 * are in the machine's byte order; addresses are in network order. A value
 * that the kernel does not know is the one named "unknown" at its member.
 */
#ifndef _UAPI_TCPCLOSE_H
#define _UAPI_TCPCLOSE_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define TCPCLOSE_DEVICE		"/dev/tcpclose"

/*
 * A reader works with any minor version of its own major one: members are
 * only ever appended, in reserved places or behind the end.
 */
#define TCPCLOSE_ABI_MAJOR	1
#define TCPCLOSE_ABI_MINOR	0

/**
 * enum tcpclose_state - TCP states, numbered as the kernel numbers them
 *
 * Source: include/net/tcp_states.h. The numbers are fixed there too, since BPF
 * exposes them (tcp_set_state()).
 */
enum tcpclose_state {
	TCPCLOSE_ESTABLISHED = 1,
	TCPCLOSE_SYN_SENT = 2,
	TCPCLOSE_SYN_RECV = 3,
	TCPCLOSE_FIN_WAIT1 = 4,
	TCPCLOSE_FIN_WAIT2 = 5,
	TCPCLOSE_TIME_WAIT = 6,
	TCPCLOSE_CLOSE = 7,
	TCPCLOSE_CLOSE_WAIT = 8,
	TCPCLOSE_LAST_ACK = 9,
	TCPCLOSE_LISTEN = 10,
	TCPCLOSE_CLOSING = 11,
	TCPCLOSE_NEW_SYN_RECV = 12,
	TCPCLOSE_STATES = 16,	/* size of a table indexed by state */
};

/**
 * enum tcpclose_kind - what a record is
 * @TCPCLOSE_KIND_TRANSITION: &struct tcpclose_record
 * @TCPCLOSE_KIND_TASK: &struct tcpclose_task; belongs to the next record of
 *	the same CPU, which has the next sequence number
 */
enum tcpclose_kind {
	TCPCLOSE_KIND_TRANSITION = 1,
	TCPCLOSE_KIND_TASK = 2,
};

/**
 * enum tcpclose_origin - who reported a transition
 * @TCPCLOSE_ORIGIN_TRACEPOINT: the tracepoint inet_sock_set_state; one record
 *	for each of its calls
 * @TCPCLOSE_ORIGIN_TIMEWAIT: a mini-socket of TIME_WAIT or FIN_WAIT2, which
 *	the tracepoint never shows
 */
enum tcpclose_origin {
	TCPCLOSE_ORIGIN_TRACEPOINT = 0,
	TCPCLOSE_ORIGIN_TIMEWAIT = 1,
};

/**
 * enum tcpclose_context - in which context a transition ran
 * @TCPCLOSE_CONTEXT_PROCESS: a process's own call: connect(), shutdown(),
 *	close(), exit, ``ss -K``; only here is a process named
 * @TCPCLOSE_CONTEXT_SOFTIRQ: a segment, or an ICMP error, that arrived
 * @TCPCLOSE_CONTEXT_TIMER: a timer
 * @TCPCLOSE_CONTEXT_BACKLOG: a segment or timer that had to wait until a
 *	process released the socket (__release_sock()); the process did not
 *	ask for it
 */
enum tcpclose_context {
	TCPCLOSE_CONTEXT_PROCESS = 0,
	TCPCLOSE_CONTEXT_SOFTIRQ = 1,
	TCPCLOSE_CONTEXT_TIMER = 2,
	TCPCLOSE_CONTEXT_BACKLOG = 3,
};

/**
 * enum tcpclose_closer - which end closed first
 * @TCPCLOSE_CLOSER_NONE: none so far, or unknown
 * @TCPCLOSE_CLOSER_LOCAL: this end: it sent the first FIN, or it aborted
 * @TCPCLOSE_CLOSER_REMOTE: the other end: its FIN came first, or its RST
 * @TCPCLOSE_CLOSER_BOTH: both FINs crossed (simultaneous close)
 */
enum tcpclose_closer {
	TCPCLOSE_CLOSER_NONE = 0,
	TCPCLOSE_CLOSER_LOCAL = 1,
	TCPCLOSE_CLOSER_REMOTE = 2,
	TCPCLOSE_CLOSER_BOTH = 3,
};

/**
 * enum tcpclose_end - what ended a mini-socket
 * @TCPCLOSE_END_NONE: nothing ended
 * @TCPCLOSE_END_EXPIRED: its timer (tw_timer_handler())
 * @TCPCLOSE_END_RST: a RST from the peer (tcp_timewait_state_process())
 * @TCPCLOSE_END_SYN: a new SYN for a listener took its place (TCP_TW_SYN in
 *	tcp_v4_rcv() or tcp_v6_rcv(), or TPROXY)
 * @TCPCLOSE_END_RECYCLED: connect() took its port (__inet_check_established())
 * @TCPCLOSE_END_REFUSED: data or a SYN came for FIN_WAIT2 and was answered with
 *	a RST (TCP_TW_RST)
 * @TCPCLOSE_END_DESTROYED: an administrator (``ss -K``) or BPF (tcp_abort())
 * @TCPCLOSE_END_NETNS: its network namespace went away (inet_twsk_purge())
 * @TCPCLOSE_END_OTHER: something else
 * @TCPCLOSE_END_OVERFLOW: it could not be made: tcp_max_tw_buckets or memory
 *	(TCPTimeWaitOverflow); stands in the record of the socket itself, whose
 *	cause is %TCPCLOSE_CAUSE_FIN if both FINs were there and
 *	%TCPCLOSE_CAUSE_MEMORY if the peer's was still to come
 * @TCPCLOSE_ENDS: size of a table indexed by end
 */
enum tcpclose_end {
	TCPCLOSE_END_NONE = 0,
	TCPCLOSE_END_EXPIRED = 1,
	TCPCLOSE_END_RST = 2,
	TCPCLOSE_END_SYN = 3,
	TCPCLOSE_END_RECYCLED = 4,
	TCPCLOSE_END_REFUSED = 5,
	TCPCLOSE_END_DESTROYED = 6,
	TCPCLOSE_END_NETNS = 7,
	TCPCLOSE_END_OTHER = 8,
	TCPCLOSE_END_OVERFLOW = 9,
	TCPCLOSE_ENDS = 16,
};

/**
 * enum tcpclose_cause - why a connection ended
 * @TCPCLOSE_CAUSE_NONE: it has not ended
 * @TCPCLOSE_CAUSE_UNKNOWN: it ended in a way that is none of these
 * @TCPCLOSE_CAUSE_FIN: gracefully: both ends sent their FIN
 * @TCPCLOSE_CAUSE_RST: the peer sent a RST
 * @TCPCLOSE_CAUSE_REFUSED: the peer answered the SYN with a RST
 * @TCPCLOSE_CAUSE_DATA_AFTER_CLOSE: the peer sent data that nobody will read
 *	any more; answered with a RST (TCPAbortOnData)
 * @TCPCLOSE_CAUSE_UNREAD: closed with unread data (TCPAbortOnClose, RFC 2525
 *	section 2.17)
 * @TCPCLOSE_CAUSE_LINGER: closed with SO_LINGER and time 0
 * @TCPCLOSE_CAUSE_DISCONNECT: connect(AF_UNSPEC) or another disconnect
 * @TCPCLOSE_CAUSE_CONNECT_ABORTED: closed or shut down before the connection
 *	was established, or connect() failed on this machine
 * @TCPCLOSE_CAUSE_DESTROYED: by an administrator (``ss -K``) or BPF
 * @TCPCLOSE_CAUSE_TIMEOUT: the peer does not answer: retransmissions, probes
 *	or TCP_USER_TIMEOUT ran out (TCPAbortOnTimeout)
 * @TCPCLOSE_CAUSE_KEEPALIVE: the peer does not answer keepalive probes
 * @TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT: the peer's FIN did not come within
 *	tcp_fin_timeout or TCP_LINGER2
 * @TCPCLOSE_CAUSE_UNREACHABLE: an ICMP error (tcp_v4_err(), tcp_v6_err())
 * @TCPCLOSE_CAUSE_MEMORY: too many orphans or no memory (TCPAbortOnMemory)
 * @TCPCLOSE_CAUSE_NOT_ACCEPTED: the listener closed before accept()
 * @TCPCLOSE_CAUSE_OPEN_FAILED: the passive opening could not be completed
 * @TCPCLOSE_CAUSE_NETNS: its network namespace went away
 * @TCPCLOSE_CAUSE_LISTENER: a listener that was closed, no connection
 * @TCPCLOSE_CAUSE_REPLACED: while this end waited for the peer's FIN in a
 *	mini-socket, a new connection took the port
 * @TCPCLOSE_CAUSES: size of a table indexed by cause
 *
 * A connection's cause stands in the record that decides it: the last one of
 * the full socket, or, where a FIN_WAIT2 mini-socket lives on, that one's next.
 */
enum tcpclose_cause {
	TCPCLOSE_CAUSE_NONE = 0,
	TCPCLOSE_CAUSE_UNKNOWN = 1,
	TCPCLOSE_CAUSE_FIN = 2,
	TCPCLOSE_CAUSE_RST = 3,
	TCPCLOSE_CAUSE_REFUSED = 4,
	TCPCLOSE_CAUSE_DATA_AFTER_CLOSE = 5,
	TCPCLOSE_CAUSE_UNREAD = 6,
	TCPCLOSE_CAUSE_LINGER = 7,
	TCPCLOSE_CAUSE_DISCONNECT = 8,
	TCPCLOSE_CAUSE_CONNECT_ABORTED = 9,
	TCPCLOSE_CAUSE_DESTROYED = 10,
	TCPCLOSE_CAUSE_TIMEOUT = 11,
	TCPCLOSE_CAUSE_KEEPALIVE = 12,
	TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT = 13,
	TCPCLOSE_CAUSE_UNREACHABLE = 14,
	TCPCLOSE_CAUSE_MEMORY = 15,
	TCPCLOSE_CAUSE_NOT_ACCEPTED = 16,
	TCPCLOSE_CAUSE_OPEN_FAILED = 17,
	TCPCLOSE_CAUSE_NETNS = 18,
	TCPCLOSE_CAUSE_LISTENER = 19,
	TCPCLOSE_CAUSE_REPLACED = 20,
	TCPCLOSE_CAUSES = 32,
};

/* Bits of &struct tcpclose_record.flags: RFC 9293 3.1; NS is RFC 3540. */
#define TCPCLOSE_FLAG_FIN	0x0001
#define TCPCLOSE_FLAG_SYN	0x0002
#define TCPCLOSE_FLAG_RST	0x0004
#define TCPCLOSE_FLAG_PSH	0x0008
#define TCPCLOSE_FLAG_ACK	0x0010
#define TCPCLOSE_FLAG_URG	0x0020
#define TCPCLOSE_FLAG_ECE	0x0040
#define TCPCLOSE_FLAG_CWR	0x0080
#define TCPCLOSE_FLAG_NS	0x0100

/* Bits of &struct tcpclose_record.mark. */
#define TCPCLOSE_MARK_OLD	0x01	/* older than the module */
#define TCPCLOSE_MARK_UNTRACKED	0x02	/* no entry: max_conns reached */
#define TCPCLOSE_MARK_LATE	0x04	/* end seen only when the memory was freed */
#define TCPCLOSE_MARK_REARM	0x08	/* TIME_WAIT's timer was started anew */

/* Parts of &struct tcpclose_record.how. */
#define TCPCLOSE_HOW_ORIGIN(how)	((how) & 0x1)
#define TCPCLOSE_HOW_IPV6(how)		(((how) >> 1) & 0x1)
#define TCPCLOSE_HOW_CONTEXT(how)	(((how) >> 2) & 0x3)
#define TCPCLOSE_HOW_CLOSER(how)	(((how) >> 4) & 0x3)
#define TCPCLOSE_HOW_SHUTDOWN(how)	(((how) >> 6) & 0x3)
#define TCPCLOSE_HOW(origin, ipv6, context, closer, shutdown) \
	((origin) | (ipv6) << 1 | (context) << 2 | (closer) << 4 | \
	 (shutdown) << 6)

/* Two states in one byte. */
#define TCPCLOSE_EDGE(from, to)	((from) << 4 | (to))
#define TCPCLOSE_EDGE_FROM(edge)	((edge) >> 4)
#define TCPCLOSE_EDGE_TO(edge)	((edge) & 0xf)

#define TCPCLOSE_UNKNOWN_NS	(~(__u64)0)
#define TCPCLOSE_UNKNOWN_UID	(~(__u32)0)

/**
 * struct tcpclose_record - one transition
 * @ts_ns: CLOCK_MONOTONIC, nanoseconds
 * @seq: per-CPU sequence number of the record, its low 32 bits; starts at 0
 *	when the module is loaded and counts records of every kind
 * @cpu: CPU that wrote the record
 * @kind: %TCPCLOSE_KIND_TRANSITION
 * @mark: TCPCLOSE_MARK_* bits
 * @cookie: socket cookie, as ``ss -e`` prints it (there in hexadecimal);
 *	0: unknown
 * @dwell_ns: time spent in the true old state; for the end of a TIME_WAIT its
 *	whole length, for a re-arm the time since TIME_WAIT began, which is when
 *	the mini-socket was made: some microseconds before the full socket's
 *	last transition; %TCPCLOSE_UNKNOWN_NS: unknown
 * @age_ns: time since the connection's first transition;
 *	%TCPCLOSE_UNKNOWN_NS: unknown
 * @laddr: local address; IPv4 in the first 4 bytes, the others 0
 * @raddr: remote address, likewise
 * @lport: local port, host byte order; 0: not bound yet
 * @rport: remote port, host byte order; 0: unknown
 * @netns: network namespace cookie (SO_NETNS_COOKIE); 0: does not fit 32 bits
 * @netns_inode: inode of the network namespace, as in /proc/PID/ns/net
 * @inode: inode of the socket, as in /proc/PID/fd; 0: unknown or orphan
 * @cgroup: cgroup v2 id of the socket; 0: unknown or does not fit 32 bits
 * @uid: owner of the socket; %TCPCLOSE_UNKNOWN_UID: unknown
 * @pid: process (thread group) whose own call this was; 0: none
 * @bytes_sent_lo: payload sent, without retransmissions, bits 0 to 31
 * @bytes_received_lo: payload received in order, bits 0 to 31
 * @bytes_sent_hi: bits 32 to 47
 * @bytes_received_hi: bits 32 to 47
 * @srtt_us: smoothed round-trip time, microseconds; 0: no sample
 * @retransmits: segments retransmitted, at most 65535 (tracepoint)
 * @rearms: how often TIME_WAIT's timer was started anew, at most 65535
 *	(mini-socket)
 * @index: number of this transition in the connection's life, whether or not
 *	the scope records it; 0 is the first; 65535: that or more
 * @flags: control bits of the segment behind the transition; 0: no segment, or
 *	not in hand
 * @raw: old and new state as the tracepoint gave them (TCPCLOSE_EDGE()); 0 for
 *	a mini-socket
 * @edge: old and new state as they are (TCPCLOSE_EDGE())
 * @how: origin, family, context, closer, sk_shutdown (TCPCLOSE_HOW_*())
 * @sk_err: error pending on the socket, an errno; 0: none
 * @end: &enum tcpclose_end
 * @cause: &enum tcpclose_cause
 *
 * A mini-socket knows no traffic, inode and error of its own: @bytes_sent_lo to
 * @srtt_us and @sk_err are 0 and mean unknown where the origin is
 * %TCPCLOSE_ORIGIN_TIMEWAIT.
 */
struct tcpclose_record {
	__u64 ts_ns;
	__u32 seq;
	__u16 cpu;
	__u8 kind;
	__u8 mark;
	__u64 cookie;
	__u64 dwell_ns;
	__u64 age_ns;
	__u8 laddr[16];
	__u8 raddr[16];
	__u16 lport;
	__u16 rport;
	__u32 netns;
	__u32 netns_inode;
	__u32 inode;
	__u32 cgroup;
	__u32 uid;
	__u32 pid;
	__u32 bytes_sent_lo;
	__u32 bytes_received_lo;
	__u16 bytes_sent_hi;
	__u16 bytes_received_hi;
	__u32 srtt_us;
	union {
		__u16 retransmits;
		__u16 rearms;
	};
	__u16 index;
	__u16 flags;
	__u8 raw;
	__u8 edge;
	__u8 how;
	__u8 sk_err;
	__u8 end;
	__u8 cause;
};

/**
 * struct tcpclose_task - the process behind the record that follows
 * @ts_ns: as in that record
 * @seq: that record's, less 1
 * @cpu: as in that record
 * @kind: %TCPCLOSE_KIND_TASK
 * @mark: 0
 * @cookie: as in that record
 * @netns: network namespace cookie, whole
 * @cgroup: cgroup v2 id of the socket, whole; 0: unknown
 * @pid: process (thread group), initial pid namespace
 * @tid: thread
 * @comm: name of the thread, NUL-terminated
 * @unread_bytes: received and not read by the application
 * @unacked_bytes: written by the application, not acknowledged by the peer
 * @reserved: 0
 *
 * Written only for %TCPCLOSE_CONTEXT_PROCESS.
 */
struct tcpclose_task {
	__u64 ts_ns;
	__u32 seq;
	__u16 cpu;
	__u8 kind;
	__u8 mark;
	__u64 cookie;
	__u64 netns;
	__u64 cgroup;
	__u32 pid;
	__u32 tid;
	char comm[16];
	__u32 unread_bytes;
	__u32 unacked_bytes;
	__u8 reserved[56];
};

#define TCPCLOSE_RECORD_SIZE	128

/**
 * struct tcpclose_geometry - how the mapping is laid out
 * @abi_major: %TCPCLOSE_ABI_MAJOR of the module
 * @abi_minor: %TCPCLOSE_ABI_MINOR of the module
 * @record_size: bytes, %TCPCLOSE_RECORD_SIZE
 * @ring_records: records in one CPU's ring, a power of two
 * @rings: number of rings; ring N belongs to CPU N; the area of a CPU that can't
 *	exist (/sys/devices/system/cpu/possible) is not there: SIGBUS
 * @visible: 1 if the file sees the whole machine, 0 if its own network
 *	namespace only
 * @header_size: offset of the records within a ring's area, bytes
 * @reserved: 0
 * @ring_size: distance from one ring's area to the next, bytes
 * @mmap_size: bytes that can be mapped, from offset 0
 */
struct tcpclose_geometry {
	__u16 abi_major;
	__u16 abi_minor;
	__u32 record_size;
	__u32 ring_records;
	__u32 rings;
	__u32 visible;
	__u32 header_size;
	__u64 reserved;
	__u64 ring_size;
	__u64 mmap_size;
};

/**
 * struct tcpclose_ring_header - first bytes of each ring's area in the mapping
 * @begun: records whose writing has begun, ever
 * @committed: records that are whole, ever
 *
 * Record number N is at slot N modulo ring_records. To copy it: load
 * @committed (acquire), check N < @committed, copy the record, then a read
 * barrier, load @begun: the copy is whole if @begun <= N + ring_records. If not,
 * it was overwritten meanwhile and is lost.
 */
struct tcpclose_ring_header {
	__u64 begun;
	__u64 committed;
};

/**
 * struct tcpclose_cursor - where this file stands in one ring
 * @cpu: which ring; set by the caller
 * @reserved: must be 0
 * @position: number of the next record to be read
 * @lost: records overwritten before this file read them, since it was opened
 * @written: records written to the ring, ever
 * @overwritten: records of the ring that no reader can read any more
 */
struct tcpclose_cursor {
	__u32 cpu;
	__u32 reserved;
	__u64 position;
	__u64 lost;
	__u64 written;
	__u64 overwritten;
};

/**
 * struct tcpclose_wakeup - when a waiting reader of this file is woken
 * @watermark: at once, when a ring has that many new records; 1 to
 *	ring_records; 0 leaves it as it is
 * @delay_us: at the latest that long after the first new record, microseconds;
 *	1 to 1000000; 0 leaves it as it is
 * @reserved: must be 0
 *
 * The module wakes all readers together, by the smallest values of any. A file
 * that sees only its own network namespace can ask (0, 0), and setting gives it
 * -EPERM: all CPUs would pay for it.
 */
struct tcpclose_wakeup {
	__u32 watermark;
	__u32 delay_us;
	__u64 reserved;
};

/*
 * Histogram buckets: 4 to each power of two. Bucket B, with e = B / 4 + 8 and
 * m = B % 4, counts durations from (4 + m) << (e - 2) nanoseconds up to the next
 * bucket's; the first counts all shorter ones too, the last all longer ones.
 * That is 256 ns to 52 days with an error of at most 25 %.
 */
#define TCPCLOSE_BUCKETS	176
#define TCPCLOSE_BUCKET_FIRST_LOG2	8
#define TCPCLOSE_BUCKET_NS(b) \
	((__u64)(4 + (b) % 4) << ((b) / 4 + TCPCLOSE_BUCKET_FIRST_LOG2 - 2))

/**
 * struct tcpclose_histogram - how long something lasted
 * @count: how many were measured
 * @sum_ns: their sum, nanoseconds
 * @min_ns: the shortest; %TCPCLOSE_UNKNOWN_NS when @count is 0
 * @max_ns: the longest
 * @buckets: counts, see TCPCLOSE_BUCKET_NS()
 */
struct tcpclose_histogram {
	__u64 count;
	__u64 sum_ns;
	__u64 min_ns;
	__u64 max_ns;
	__u64 buckets[TCPCLOSE_BUCKETS];
};

/**
 * enum tcpclose_untracked - why a transition's dwell is unknown
 * @TCPCLOSE_UNTRACKED_OLD: the connection is older than the module
 * @TCPCLOSE_UNTRACKED_FULL: max_conns connections are tracked already
 * @TCPCLOSE_UNTRACKED_MEMORY: no memory for the entry
 * @TCPCLOSE_UNTRACKED_STALE: an entry that outlived its socket was replaced
 * @TCPCLOSE_UNTRACKED: size of a table indexed by reason
 */
enum tcpclose_untracked {
	TCPCLOSE_UNTRACKED_OLD = 0,
	TCPCLOSE_UNTRACKED_FULL = 1,
	TCPCLOSE_UNTRACKED_MEMORY = 2,
	TCPCLOSE_UNTRACKED_STALE = 3,
	TCPCLOSE_UNTRACKED = 8,
};

/**
 * struct tcpclose_stats - everything counted since load or the last reset
 * @since_ns: CLOCK_MONOTONIC of load or reset, nanoseconds
 * @now_ns: CLOCK_MONOTONIC of this snapshot
 * @transitions: count of each true edge, [from][to], of every scope
 * @dwell: time spent in each state
 * @timewait: length of TIME_WAIT, from its first moment to its end
 * @ends: mini-sockets' ends, by &enum tcpclose_end, of FIN_WAIT2 and TIME_WAIT
 * @born: mini-sockets made
 * @rearmed: times that TIME_WAIT's timer was started anew
 * @late: ends seen only when the memory was freed
 * @causes: ends of connections by &enum tcpclose_cause; listeners are none
 * @live: tracked connections by state, now; not touched by a reset
 * @live_timewait: mini-sockets alive, of @live, now
 * @tracked: connections tracked, now
 * @max_conns: the most that can be
 * @untracked: transitions without a known dwell by &enum tcpclose_untracked
 * @missed: calls that were not recorded because a probe could not run; must be 0
 */
struct tcpclose_stats {
	__u64 since_ns;
	__u64 now_ns;
	__u64 transitions[TCPCLOSE_STATES][TCPCLOSE_STATES];
	struct tcpclose_histogram dwell[TCPCLOSE_STATES];
	struct tcpclose_histogram timewait;
	__u64 ends[TCPCLOSE_ENDS];
	__u64 born;
	__u64 rearmed;
	__u64 late;
	__u64 causes[TCPCLOSE_CAUSES];
	__s64 live[TCPCLOSE_STATES];
	__s64 live_timewait;
	__u64 tracked;
	__u64 max_conns;
	__u64 untracked[TCPCLOSE_UNTRACKED];
	__u64 missed;
};

/**
 * struct tcpclose_stats_request - where a snapshot goes
 * @buf: address of the caller's &struct tcpclose_stats
 * @size: its size; on return the module's. The smaller of the two is copied
 * @reserved: must be 0
 */
struct tcpclose_stats_request {
	__u64 buf;
	__u32 size;
	__u32 reserved;
};

/**
 * enum tcpclose_hook_via - how a hook is attached
 * @TCPCLOSE_HOOK_OFF: not at all: the function is missing or could not be
 *	attached to, @error says why
 * @TCPCLOSE_HOOK_TRACEPOINT: tracepoint
 * @TCPCLOSE_HOOK_FTRACE: function entry, ftrace
 * @TCPCLOSE_HOOK_KPROBE: function entry, kprobe
 */
enum tcpclose_hook_via {
	TCPCLOSE_HOOK_OFF = 0,
	TCPCLOSE_HOOK_TRACEPOINT = 1,
	TCPCLOSE_HOOK_FTRACE = 2,
	TCPCLOSE_HOOK_KPROBE = 3,
};

/**
 * struct tcpclose_hook - one hook and its state
 * @index: which; set by the caller, from 0 until -ENOENT
 * @via: &enum tcpclose_hook_via
 * @error: errno of the attempt to attach, or ENXIO if kprobes were switched off
 *	since then; 0 when attached, or when the hook is not wanted at present
 *	(inet_csk_clone_lock() with scope=teardown)
 * @needed: 1 if the module refuses to load without it
 * @calls: how often it was called since load; 0 is suspicious
 * @name: the function or tracepoint
 * @purpose: what is lost without it, in a few words
 */
struct tcpclose_hook {
	__u32 index;
	__u32 via;
	__u32 error;
	__u32 needed;
	__u64 calls;
	char name[48];
	char purpose[80];
};

/**
 * struct tcpclose_version - the module's version
 * @abi_major: %TCPCLOSE_ABI_MAJOR
 * @abi_minor: %TCPCLOSE_ABI_MINOR
 * @module: version of the module, NUL-terminated
 */
struct tcpclose_version {
	__u32 abi_major;
	__u32 abi_minor;
	char module[24];
};

#define TCPCLOSE_IOC_MAGIC	0xCB

/*
 * TCPCLOSE_IOC_STATS, _STATS_RESET and _HOOK speak of the whole machine: a file
 * that sees only its own network namespace gets -EPERM. Unknown requests give
 * -ENOTTY, reserved members that are not 0 give -EINVAL.
 */
#define TCPCLOSE_IOC_VERSION	_IOR(TCPCLOSE_IOC_MAGIC, 1, struct tcpclose_version)
#define TCPCLOSE_IOC_GEOMETRY	_IOR(TCPCLOSE_IOC_MAGIC, 2, struct tcpclose_geometry)
#define TCPCLOSE_IOC_STATS	_IOWR(TCPCLOSE_IOC_MAGIC, 3, struct tcpclose_stats_request)
#define TCPCLOSE_IOC_STATS_RESET	_IO(TCPCLOSE_IOC_MAGIC, 4)
#define TCPCLOSE_IOC_CURSOR	_IOWR(TCPCLOSE_IOC_MAGIC, 5, struct tcpclose_cursor)
#define TCPCLOSE_IOC_WAKEUP	_IOWR(TCPCLOSE_IOC_MAGIC, 6, struct tcpclose_wakeup)
#define TCPCLOSE_IOC_HOOK	_IOWR(TCPCLOSE_IOC_MAGIC, 7, struct tcpclose_hook)

/*
 * read() gives whole records only, as many as fit, in time order across CPUs;
 * a buffer smaller than two records gives -EINVAL. A new file starts at the
 * oldest record; lseek(fd, 0, SEEK_END) goes to the newest, lseek(fd, 0,
 * SEEK_SET) back to the oldest, and neither counts as a loss.
 */

#endif /* _UAPI_TCPCLOSE_H */
