/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * The interface between tcpclose.ko and its readers: what /dev/tcpclose
 * delivers through read() and mmap(), and what its ioctls take.
 *
 * Every structure has the same layout for 32-bit and 64-bit programs. Numbers
 * are in host byte order, addresses in network byte order. A member whose value
 * is not known has the value that its description calls "unknown".
 */
#ifndef _UAPI_TCPCLOSE_H
#define _UAPI_TCPCLOSE_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define TCPCLOSE_DEVICE		"/dev/tcpclose"

/*
 * A reader works with every minor version of its own major version: members are
 * only added, in place of reserved ones or at the end. Major version 2 has
 * another ioctl magic than 1, so that a program for one fails with the other.
 */
#define TCPCLOSE_ABI_MAJOR	2
#define TCPCLOSE_ABI_MINOR	1

/**
 * enum tcpclose_state - TCP states, with the numbers that the kernel uses
 *
 * Source: include/net/tcp_states.h. The numbers will not change there either,
 * since BPF exposes them (tcp_set_state()).
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
	TCPCLOSE_STATES = 16,	/* size of an array indexed by state */
};

/**
 * enum tcpclose_kind - type of a record
 * @TCPCLOSE_KIND_TRANSITION: a transition, &struct tcpclose_record
 * @TCPCLOSE_KIND_DETAIL: what else is known of a transition, &struct
 *	tcpclose_detail; belongs to the next record of the same CPU, which has the
 *	next sequence number
 * @TCPCLOSE_KIND_RST: a RST that was sent or received, &struct tcpclose_rst
 *	(minor version 1)
 * @TCPCLOSE_KIND_LEFT_OUT: number of RSTs, drops and failed calls that have no record,
 *	&struct tcpclose_left_out (minor version 1)
 * @TCPCLOSE_KIND_DROP: a listener dropped what asked for a connection, &struct
 *	tcpclose_drop (minor version 1)
 * @TCPCLOSE_KIND_FAILED_CALL: bind(), listen() or connect() failed at once, &struct
 *	tcpclose_failed_call (minor version 1)
 * @TCPCLOSE_KIND_SESSION: a transition of an MPTCP session, &struct tcpclose_session
 *	(minor version 1)
 */
enum tcpclose_kind {
	TCPCLOSE_KIND_TRANSITION = 1,
	TCPCLOSE_KIND_DETAIL = 2,
	TCPCLOSE_KIND_RST = 3,
	TCPCLOSE_KIND_LEFT_OUT = 4,
	TCPCLOSE_KIND_DROP = 5,
	TCPCLOSE_KIND_FAILED_CALL = 6,
	TCPCLOSE_KIND_SESSION = 7,
};

/**
 * enum tcpclose_origin - source of a transition
 * @TCPCLOSE_ORIGIN_TRACEPOINT: the tracepoint inet_sock_set_state, for a full
 *	socket; one record for each call
 * @TCPCLOSE_ORIGIN_TIMEWAIT: a mini-socket in TIME_WAIT or FIN_WAIT2, which the
 *	tracepoint never reports
 */
enum tcpclose_origin {
	TCPCLOSE_ORIGIN_TRACEPOINT = 0,
	TCPCLOSE_ORIGIN_TIMEWAIT = 1,
};

/**
 * enum tcpclose_context - context in which a transition happened
 * @TCPCLOSE_CONTEXT_PROCESS: a task's own call: connect(), shutdown(), close(),
 *	exit, ``ss -K``, or a kernel thread; only then a task is recorded, see
 *	&enum tcpclose_call
 * @TCPCLOSE_CONTEXT_SOFTIRQ: a segment or an ICMP error was received
 * @TCPCLOSE_CONTEXT_TIMER: a timer expired
 * @TCPCLOSE_CONTEXT_BACKLOG: a segment or timer, deferred until a process
 *	released the socket (__release_sock()); that process did not cause it
 */
enum tcpclose_context {
	TCPCLOSE_CONTEXT_PROCESS = 0,
	TCPCLOSE_CONTEXT_SOFTIRQ = 1,
	TCPCLOSE_CONTEXT_TIMER = 2,
	TCPCLOSE_CONTEXT_BACKLOG = 3,
};

/**
 * enum tcpclose_call - what the task did that made a transition
 * @TCPCLOSE_CALL_NONE: no task made it, or unknown (a system call of a 32-bit
 *	program)
 * @TCPCLOSE_CALL_CONNECT: connect()
 * @TCPCLOSE_CALL_LISTEN: listen()
 * @TCPCLOSE_CALL_SEND: sendto(), sendmsg() or sendmmsg(): Fast Open, or a
 *	request to the kernel to destroy a socket
 * @TCPCLOSE_CALL_SHUTDOWN: shutdown()
 * @TCPCLOSE_CALL_CLOSE: close(), close_range(), or dup2() and dup3() onto the
 *	descriptor
 * @TCPCLOSE_CALL_EXEC: execve() closed it (FD_CLOEXEC)
 * @TCPCLOSE_CALL_EXIT: the process ended by itself
 * @TCPCLOSE_CALL_KILL: a signal ended the process
 * @TCPCLOSE_CALL_IO_URING: a request to io_uring
 * @TCPCLOSE_CALL_OTHER: another system call. It held the last reference of a
 *	socket that somebody had closed before, and released it on its return
 * @TCPCLOSE_CALL_KERNEL: a kernel thread or one of its workers: the release of a
 *	descriptor that no process held any more (garbage collection of AF_UNIX
 *	sockets, the end of an io_uring), MPTCP, or a socket of the kernel's own
 * @TCPCLOSE_CALL_BIND: bind() (minor version 1)
 *
 * Source: the system call's number and PF_* of the current task.
 */
enum tcpclose_call {
	TCPCLOSE_CALL_NONE = 0,
	TCPCLOSE_CALL_CONNECT = 1,
	TCPCLOSE_CALL_LISTEN = 2,
	TCPCLOSE_CALL_SEND = 3,
	TCPCLOSE_CALL_SHUTDOWN = 4,
	TCPCLOSE_CALL_CLOSE = 5,
	TCPCLOSE_CALL_EXEC = 6,
	TCPCLOSE_CALL_EXIT = 7,
	TCPCLOSE_CALL_KILL = 8,
	TCPCLOSE_CALL_IO_URING = 9,
	TCPCLOSE_CALL_OTHER = 10,
	TCPCLOSE_CALL_KERNEL = 11,
	TCPCLOSE_CALL_BIND = 12,
};

/**
 * enum tcpclose_closer - which end closed first
 * @TCPCLOSE_CLOSER_NONE: neither so far, or unknown
 * @TCPCLOSE_CLOSER_LOCAL: this end: it sent the first FIN, or aborted
 * @TCPCLOSE_CLOSER_REMOTE: the peer: its FIN was received first, or its RST
 * @TCPCLOSE_CLOSER_BOTH: the FINs crossed (simultaneous close)
 */
enum tcpclose_closer {
	TCPCLOSE_CLOSER_NONE = 0,
	TCPCLOSE_CLOSER_LOCAL = 1,
	TCPCLOSE_CLOSER_REMOTE = 2,
	TCPCLOSE_CLOSER_BOTH = 3,
};

/**
 * enum tcpclose_end - what ended a mini-socket
 * @TCPCLOSE_END_NONE: no mini-socket ended
 * @TCPCLOSE_END_EXPIRED: its timer expired (tw_timer_handler())
 * @TCPCLOSE_END_RST: the peer sent a RST (tcp_timewait_state_process())
 * @TCPCLOSE_END_SYN: a listener received a new SYN for its addresses and ports
 *	(TCP_TW_SYN in tcp_v4_rcv() or tcp_v6_rcv(), or TPROXY)
 * @TCPCLOSE_END_RECYCLED: connect() reused its port
 *	(__inet_check_established())
 * @TCPCLOSE_END_RST_SENT: data or a SYN was received in FIN_WAIT2, and answered
 *	with a RST (TCP_TW_RST)
 * @TCPCLOSE_END_DESTROYED: destroyed by an administrator (``ss -K``) or BPF
 *	(tcp_abort())
 * @TCPCLOSE_END_NETNS: its network namespace was removed (inet_twsk_purge())
 * @TCPCLOSE_END_OTHER: anything else
 * @TCPCLOSE_END_OVERFLOW: it could not be created, because of tcp_max_tw_buckets
 *	or lack of memory (TCPTimeWaitOverflow); in the record of the full socket,
 *	whose cause is %TCPCLOSE_CAUSE_FIN if both ends had sent their FIN, and
 *	%TCPCLOSE_CAUSE_OVERFLOW if the peer had not
 * @TCPCLOSE_ENDS: size of an array indexed by end
 */
enum tcpclose_end {
	TCPCLOSE_END_NONE = 0,
	TCPCLOSE_END_EXPIRED = 1,
	TCPCLOSE_END_RST = 2,
	TCPCLOSE_END_SYN = 3,
	TCPCLOSE_END_RECYCLED = 4,
	TCPCLOSE_END_RST_SENT = 5,
	TCPCLOSE_END_DESTROYED = 6,
	TCPCLOSE_END_NETNS = 7,
	TCPCLOSE_END_OTHER = 8,
	TCPCLOSE_END_OVERFLOW = 9,
	TCPCLOSE_ENDS = 16,
};

/**
 * enum tcpclose_cause - why a connection ended
 * @TCPCLOSE_CAUSE_NONE: it has not ended
 * @TCPCLOSE_CAUSE_UNKNOWN: the cause could not be determined
 * @TCPCLOSE_CAUSE_FIN: graceful: both ends sent their FIN
 * @TCPCLOSE_CAUSE_RST: the peer sent a RST
 * @TCPCLOSE_CAUSE_REFUSED: the peer answered the SYN with a RST
 * @TCPCLOSE_CAUSE_DATA_AFTER_CLOSE: the peer sent data after the application
 *	had closed; answered with a RST (TCPAbortOnData)
 * @TCPCLOSE_CAUSE_UNREAD: closed with unread data (TCPAbortOnClose, RFC 2525
 *	section 2.17)
 * @TCPCLOSE_CAUSE_LINGER: closed with SO_LINGER and time 0
 * @TCPCLOSE_CAUSE_DISCONNECT: connect(AF_UNSPEC) or another disconnect
 * @TCPCLOSE_CAUSE_CONNECT_ABORTED: closed or shut down before the connection
 *	was established, or connect() failed on this machine for another reason
 *	than %TCPCLOSE_CAUSE_NO_PORT
 * @TCPCLOSE_CAUSE_DESTROYED: destroyed by an administrator (``ss -K``) or BPF
 * @TCPCLOSE_CAUSE_TIMEOUT: the peer did not acknowledge: the limit of
 *	retransmissions or probes was reached (TCPAbortOnTimeout)
 * @TCPCLOSE_CAUSE_KEEPALIVE: the peer did not answer keepalive probes
 * @TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT: the peer's FIN was not received within
 *	tcp_fin_timeout or TCP_LINGER2
 * @TCPCLOSE_CAUSE_UNREACHABLE: an ICMP error (tcp_v4_err(), tcp_v6_err())
 * @TCPCLOSE_CAUSE_MEMORY: no memory (TCPAbortOnMemory, tcp_mem)
 * @TCPCLOSE_CAUSE_NOT_ACCEPTED: the listener closed before accept()
 * @TCPCLOSE_CAUSE_OPEN_FAILED: the passive opening could not be completed
 * @TCPCLOSE_CAUSE_NETNS: its network namespace was removed
 * @TCPCLOSE_CAUSE_LISTENER: a listener was closed; not a connection
 * @TCPCLOSE_CAUSE_REPLACED: a new connection reused the port while a FIN_WAIT2
 *	mini-socket waited for the peer's FIN; or the peer's SYN tried to, and was
 *	answered with a RST (%TCPCLOSE_END_RST_SENT)
 * @TCPCLOSE_CAUSE_REPAIR: closed in repair mode (TCP_REPAIR): nothing was sent
 * @TCPCLOSE_CAUSE_NO_PORT: connect() found no local port (EADDRNOTAVAIL): nothing
 *	was sent
 * @TCPCLOSE_CAUSE_USER_TIMEOUT: TCP_USER_TIMEOUT ran out before the peer
 *	acknowledged
 * @TCPCLOSE_CAUSE_ZERO_WINDOW: the peer answered probes, but kept its window at 0
 *	until the limit of probes or TCP_USER_TIMEOUT was reached
 * @TCPCLOSE_CAUSE_ORPHANS: more orphans than tcp_max_orphans allows
 *	(TCPAbortOnMemory)
 * @TCPCLOSE_CAUSE_MPTCP: MPTCP reset its subflow (fastclose, or a subflow that
 *	does not fit its session)
 * @TCPCLOSE_CAUSE_OVERFLOW: no FIN_WAIT2 mini-socket could be created
 *	(%TCPCLOSE_END_OVERFLOW)
 * @TCPCLOSE_CAUSES: size of an array indexed by cause
 *
 * The cause is in the record that decides it: the last record of the full
 * socket or, if that is handed over to a FIN_WAIT2 mini-socket, the next one of
 * the mini-socket.
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
	TCPCLOSE_CAUSE_REPAIR = 21,
	TCPCLOSE_CAUSE_NO_PORT = 22,
	TCPCLOSE_CAUSE_USER_TIMEOUT = 23,
	TCPCLOSE_CAUSE_ZERO_WINDOW = 24,
	TCPCLOSE_CAUSE_ORPHANS = 25,
	TCPCLOSE_CAUSE_MPTCP = 26,
	TCPCLOSE_CAUSE_OVERFLOW = 27,
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
#define TCPCLOSE_MARK_OLD	0x01	/* connection is older than the module */
#define TCPCLOSE_MARK_UNTRACKED	0x02	/* not tracked: max_conns reached, or no memory */
#define TCPCLOSE_MARK_LATE	0x04	/* end seen only when the memory was freed */
#define TCPCLOSE_MARK_REARM	0x08	/* timer of TIME_WAIT was re-armed */
#define TCPCLOSE_MARK_MPTCP	0x10	/* subflow of an MPTCP session */
#define TCPCLOSE_MARK_UNACCEPTED	0x20	/* in an accept queue (minor version 1) */
#define TCPCLOSE_MARK_ANY_ADDRESS	0x40	/* of a listener that is bound to any address */

/* Bit fields of &struct tcpclose_record.how. */
#define TCPCLOSE_HOW_ORIGIN(how)	((how) & 0x1)
#define TCPCLOSE_HOW_IPV6(how)		(((how) >> 1) & 0x1)
#define TCPCLOSE_HOW_CONTEXT(how)	(((how) >> 2) & 0x3)
#define TCPCLOSE_HOW_CLOSER(how)	(((how) >> 4) & 0x3)
#define TCPCLOSE_HOW_SHUTDOWN(how)	(((how) >> 6) & 0x3)
#define TCPCLOSE_HOW(origin, ipv6, context, closer, shutdown) \
	((origin) | (ipv6) << 1 | (context) << 2 | (closer) << 4 | \
	 (shutdown) << 6)

/* Old and new state in one byte. */
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
 * @cookie: socket cookie, which ``ss -e`` shows in hexadecimal; 0: unknown
 * @dwell_ns: time spent in the true old state; at the end of TIME_WAIT its
 *	total length, at a re-arm the time since it began, which is when the
 *	mini-socket was created: some microseconds before the full socket's last
 *	transition; %TCPCLOSE_UNKNOWN_NS: unknown
 * @age_ns: time since the connection's first transition;
 *	%TCPCLOSE_UNKNOWN_NS: unknown
 * @laddr: local address; an IPv4 address is in the first 4 bytes, the others
 *	are 0
 * @raddr: remote address, likewise
 * @netns: network namespace cookie (SO_NETNS_COOKIE)
 * @lport: local port, host byte order; 0: not yet bound. (The tracepoint reports
 *	the former port of a socket that connects again.)
 * @rport: remote port, host byte order; 0: unknown
 * @netns_inode: inode of the network namespace, as in /proc/PID/ns/net
 * @inode: inode of the socket, as in /proc/PID/fd; 0: unknown, or an orphan. Of a
 *	connection that is not accepted yet (%TCPCLOSE_MARK_UNACCEPTED) that of its
 *	listener, which is bound to @laddr, or to any address
 *	(%TCPCLOSE_MARK_ANY_ADDRESS); 0: unknown
 * @cgroup: cgroup v2 id of the socket; 0: unknown or does not fit in 32 bits
 * @uid: owner of the socket; %TCPCLOSE_UNKNOWN_UID: unknown
 * @bytes_sent_lo: payload sent, without retransmissions, bytes, bits 0 to 31
 * @bytes_received_lo: payload received in order, bytes, bits 0 to 31
 * @bytes_sent_hi: bits 32 to 47 of it
 * @bytes_received_hi: bits 32 to 47 of it
 * @srtt_us: smoothed round-trip time, microseconds; 0: no sample (origin
 *	tracepoint)
 * @strays: number of segments with SYN or RST that were received since the
 *	mini-socket was created and neither changed its state nor re-armed its
 *	timer: an old SYN, or one that PAWS rejected, is answered with an ACK, a
 *	RST out of the window or with tcp_rfc1337 is dropped
 *	(tcp_timewait_state_process()); 65535: that or more (origin mini-socket)
 * @unused: 0 (origin mini-socket)
 * @retransmits: number of segments retransmitted; 65535: that or more (origin
 *	tracepoint)
 * @rearms: number of times that the timer of TIME_WAIT was re-armed; 65535:
 *	that or more (origin mini-socket)
 * @index: number of this transition of the connection, counted whether or not
 *	the scope records them; 0 is the first; 65535: that or more
 * @flags: control bits of the segment that caused the transition
 *	(TCPCLOSE_FLAG_*); 0: no segment, or unknown
 * @raw: old and new state as the tracepoint reported them (TCPCLOSE_EDGE()); 0
 *	for a mini-socket
 * @edge: true old and new state (TCPCLOSE_EDGE())
 * @how: origin, family, context, closer, sk_shutdown (TCPCLOSE_HOW_*())
 * @sk_err: error pending on the socket, an errno; 0: none
 * @end: &enum tcpclose_end
 * @cause: &enum tcpclose_cause
 *
 * A mini-socket has no counts of bytes, round-trip time and error:
 * @bytes_sent_lo to @bytes_received_hi and @sk_err are 0, unknown, if the origin
 * is %TCPCLOSE_ORIGIN_TIMEWAIT.
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
	__u64 netns;
	__u16 lport;
	__u16 rport;
	__u32 netns_inode;
	__u32 inode;
	__u32 cgroup;
	__u32 uid;
	__u32 bytes_sent_lo;
	__u32 bytes_received_lo;
	__u16 bytes_sent_hi;
	__u16 bytes_received_hi;
	union {
		__u32 srtt_us;
		struct {
			__u16 strays;
			__u16 unused;
		};
	};
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

/* Bits of &struct tcpclose_detail.mark. */
#define TCPCLOSE_DETAIL_TRAFFIC	0x01	/* unread_bytes to segments_received are known */
#define TCPCLOSE_DETAIL_FIN_UNSENT	0x02	/* its FIN is behind unsent data */
#define TCPCLOSE_DETAIL_FILE	0x04	/* a file: not a socket of the kernel's own */
#define TCPCLOSE_DETAIL_IDLE	0x08	/* last_sent_ms and last_received_ms are known */
#define TCPCLOSE_DETAIL_ACCEPTED	0x10	/* opener called accept(), not connect() */

/**
 * struct tcpclose_detail - what else is known of the transition in the next
 *	record
 * @ts_ns: as in that record
 * @seq: that of that record, minus 1
 * @cpu: as in that record
 * @kind: %TCPCLOSE_KIND_DETAIL
 * @mark: TCPCLOSE_DETAIL_* bits
 * @cookie: as in that record
 * @netns: as in that record
 * @cgroup: cgroup v2 id of the socket, all 64 bits; 0: unknown
 * @session: cookie of the MPTCP socket that a subflow belongs to; 0: none, or
 *	unknown
 * @pid: process (thread group) that made the transition; 0: none, or not visible
 *	to the reader
 * @tid: its thread; 0: likewise
 * @comm: name of the process, that of its first thread, NUL-terminated; if @pid is 0,
 *	that of @opener; empty: no process, not visible, or gone
 * @thread: name of the thread, likewise
 * @unread_bytes: bytes received and not read by the application
 * @unacked_bytes: bytes written by the application and not acknowledged by the
 *	peer
 * @unsent_bytes: those of them that were never sent
 * @segments_sent: number of segments sent by the socket, with retransmissions; 0:
 *	not even a SYN
 * @segments_received: number of segments received by the socket
 * @call: &enum tcpclose_call
 * @reserved1: 0
 * @last_sent_ms: time since payload was last sent, or if none was since the
 *	connection was established, milliseconds (minor version 1)
 * @last_received_ms: likewise, since it was last received
 * @opener: process that opened the connection by connect(), or by accept()
 *	(%TCPCLOSE_DETAIL_ACCEPTED); 0: not accepted yet, opened or accepted by the
 *	kernel, a subflow, or not known, or not visible to the reader (minor version 1)
 * @linger_ms: how long a close() of the socket may wait, milliseconds (SO_LINGER); 0: not
 *	at all; 4294967295: that or more (minor version 1)
 *
 * The times have the resolution of the kernel's jiffies. How long a connection was idle
 * when its first end closed they say at once if this end closed first; if the peer did,
 * when this end closes, and the dwell in CLOSE_WAIT is to be subtracted.
 *
 * Written for each transition that a task makes (%TCPCLOSE_CONTEXT_PROCESS), and
 * for the end of each full socket that has another cause than
 * %TCPCLOSE_CAUSE_FIN. Process ids are those of the initial pid namespace or, for
 * a file that sees only its own network namespace, of the opener's.
 *
 * Sources: struct tcp_sock: rcv_nxt - copied_seq, write_seq - snd_una, write_seq -
 * snd_nxt, each without the FIN or SYN; segs_out, segs_in; sk_lingertime with SOCK_LINGER;
 * lsndtime and icsk_ack.lrcvtime, as ``ss -i`` shows them (lastsnd, lastrcv).
 */
struct tcpclose_detail {
	__u64 ts_ns;
	__u32 seq;
	__u16 cpu;
	__u8 kind;
	__u8 mark;
	__u64 cookie;
	__u64 netns;
	__u64 cgroup;
	__u64 session;
	__u32 pid;
	__u32 tid;
	char comm[16];
	char thread[16];
	__u32 unread_bytes;
	__u32 unacked_bytes;
	__u32 unsent_bytes;
	__u32 segments_sent;
	__u32 segments_received;
	__u8 call;
	__u8 reserved1[3];
	__u32 last_sent_ms;
	__u32 last_received_ms;
	__u32 opener;
	__u32 linger_ms;
};

/**
 * enum tcpclose_rst_reason - why a RST was sent
 * @TCPCLOSE_RST_NOT_SPECIFIED: unknown
 * @TCPCLOSE_RST_NO_SOCKET: a segment met no socket
 * @TCPCLOSE_RST_TCP_INVALID_ACK_SEQUENCE: an answer to a SYN acknowledged what was
 *	not sent (SYN_SENT)
 * @TCPCLOSE_RST_TCP_RFC7323_PAWS: an answer to a SYN had an old timestamp (SYN_SENT)
 * @TCPCLOSE_RST_TCP_TOO_OLD_ACK: the ACK of a SYN,ACK was far too old (SYN_RECV)
 * @TCPCLOSE_RST_TCP_ACK_UNSENT_DATA: the ACK of a SYN,ACK acknowledged what was not
 *	sent (SYN_RECV)
 * @TCPCLOSE_RST_TCP_FLAGS: a segment with an ACK reached a listener
 * @TCPCLOSE_RST_TCP_OLD_ACK: the ACK of a SYN,ACK was old (SYN_RECV)
 * @TCPCLOSE_RST_TCP_ABORT_ON_DATA: data was received after the application had closed
 * @TCPCLOSE_RST_TCP_TIMEWAIT_SOCKET: a segment reached a mini-socket
 * @TCPCLOSE_RST_INVALID_SYN: a request was refused: a SYN in the window, or the
 *	accept queue was full (tcp_abort_on_overflow)
 * @TCPCLOSE_RST_TCP_ABORT_ON_CLOSE: closed with unread data
 * @TCPCLOSE_RST_TCP_ABORT_ON_LINGER: negative TCP_LINGER2
 * @TCPCLOSE_RST_TCP_ABORT_ON_MEMORY: no memory, or too many orphans
 * @TCPCLOSE_RST_TCP_STATE: SO_LINGER with time 0, another disconnect, ``ss -K``, an
 *	orphan's FIN_WAIT2 timed out, or the listener closed before accept()
 * @TCPCLOSE_RST_TCP_KEEPALIVE_TIMEOUT: keepalive probes were not answered
 * @TCPCLOSE_RST_TCP_DISCONNECT_WITH_DATA: a disconnect with data not sent
 * @TCPCLOSE_RST_MPTCP_RST_EUNSPEC: MPTCP, RFC 8684 section 3.6: unspecified error
 * @TCPCLOSE_RST_MPTCP_RST_EMPTCP: likewise: MPTCP-specific error
 * @TCPCLOSE_RST_MPTCP_RST_ERESOURCE: likewise: lack of resources
 * @TCPCLOSE_RST_MPTCP_RST_EPROHIBIT: likewise: administratively prohibited
 * @TCPCLOSE_RST_MPTCP_RST_EWQ2BIG: likewise: too much outstanding data
 * @TCPCLOSE_RST_MPTCP_RST_EBADPERF: likewise: unacceptable performance
 * @TCPCLOSE_RST_MPTCP_RST_EMIDDLEBOX: likewise: middlebox interference
 * @TCPCLOSE_RST_ERROR: the kernel calls it an error
 * @TCPCLOSE_RST_REASONS: size of an array indexed by reason
 *
 * The names are those of the kernel's &enum sk_rst_reason (6.10), which the module
 * takes over. On older kernels it finds out which of them it is.
 */
enum tcpclose_rst_reason {
	TCPCLOSE_RST_NOT_SPECIFIED = 0,
	TCPCLOSE_RST_NO_SOCKET = 1,
	TCPCLOSE_RST_TCP_INVALID_ACK_SEQUENCE = 2,
	TCPCLOSE_RST_TCP_RFC7323_PAWS = 3,
	TCPCLOSE_RST_TCP_TOO_OLD_ACK = 4,
	TCPCLOSE_RST_TCP_ACK_UNSENT_DATA = 5,
	TCPCLOSE_RST_TCP_FLAGS = 6,
	TCPCLOSE_RST_TCP_OLD_ACK = 7,
	TCPCLOSE_RST_TCP_ABORT_ON_DATA = 8,
	TCPCLOSE_RST_TCP_TIMEWAIT_SOCKET = 9,
	TCPCLOSE_RST_INVALID_SYN = 10,
	TCPCLOSE_RST_TCP_ABORT_ON_CLOSE = 11,
	TCPCLOSE_RST_TCP_ABORT_ON_LINGER = 12,
	TCPCLOSE_RST_TCP_ABORT_ON_MEMORY = 13,
	TCPCLOSE_RST_TCP_STATE = 14,
	TCPCLOSE_RST_TCP_KEEPALIVE_TIMEOUT = 15,
	TCPCLOSE_RST_TCP_DISCONNECT_WITH_DATA = 16,
	TCPCLOSE_RST_MPTCP_RST_EUNSPEC = 17,
	TCPCLOSE_RST_MPTCP_RST_EMPTCP = 18,
	TCPCLOSE_RST_MPTCP_RST_ERESOURCE = 19,
	TCPCLOSE_RST_MPTCP_RST_EPROHIBIT = 20,
	TCPCLOSE_RST_MPTCP_RST_EWQ2BIG = 21,
	TCPCLOSE_RST_MPTCP_RST_EBADPERF = 22,
	TCPCLOSE_RST_MPTCP_RST_EMIDDLEBOX = 23,
	TCPCLOSE_RST_ERROR = 24,
	TCPCLOSE_RST_REASONS = 32,
};

/**
 * enum tcpclose_rst_effect - what a received RST did
 * @TCPCLOSE_RST_SENT: it was not received but sent
 * @TCPCLOSE_RST_ENDED: it ended the connection (tcp_reset())
 * @TCPCLOSE_RST_IGNORED: a socket rejected it: out of the window, or answered with a
 *	challenge ACK (RFC 5961 section 3.2), or not for its state
 * @TCPCLOSE_RST_MINI: it reached a mini-socket, which it may have ended: then the
 *	mini-socket's record says so
 * @TCPCLOSE_RST_UNMATCHED: it met no socket
 * @TCPCLOSE_RST_OTHER: TCP dropped it: it may have ended a listener's request, or a
 *	policy rejected it
 * @TCPCLOSE_RST_EFFECTS: size of an array indexed by effect
 */
enum tcpclose_rst_effect {
	TCPCLOSE_RST_SENT = 0,
	TCPCLOSE_RST_ENDED = 1,
	TCPCLOSE_RST_IGNORED = 2,
	TCPCLOSE_RST_MINI = 3,
	TCPCLOSE_RST_UNMATCHED = 4,
	TCPCLOSE_RST_OTHER = 5,
	TCPCLOSE_RST_EFFECTS = 8,
};

/**
 * enum tcpclose_rst_owner - whose RST it is
 * @TCPCLOSE_RST_OWNER_UNKNOWN: the kernel does not say
 * @TCPCLOSE_RST_OWNER_NONE: no socket
 * @TCPCLOSE_RST_OWNER_SOCKET: a full socket
 * @TCPCLOSE_RST_OWNER_MINI: a mini-socket
 * @TCPCLOSE_RST_OWNER_LISTENER: a listener
 * @TCPCLOSE_RST_OWNER_REQUEST: a request of a listener, of which the record has
 *	inode, owner and cgroup
 */
enum tcpclose_rst_owner {
	TCPCLOSE_RST_OWNER_UNKNOWN = 0,
	TCPCLOSE_RST_OWNER_NONE = 1,
	TCPCLOSE_RST_OWNER_SOCKET = 2,
	TCPCLOSE_RST_OWNER_MINI = 3,
	TCPCLOSE_RST_OWNER_LISTENER = 4,
	TCPCLOSE_RST_OWNER_REQUEST = 5,
};

/* Bits of &struct tcpclose_rst.mark. */
#define TCPCLOSE_RST_MARK_IPV6	0x01	/* it is an IPv6 segment */
#define TCPCLOSE_RST_MARK_UNSURE	0x02	/* sent only if a key for its signature was found */
#define TCPCLOSE_RST_MARK_SEGMENT	0x04	/* the members segment_* are known */

/**
 * struct tcpclose_rst - a RST that was sent or received
 * @ts_ns: CLOCK_MONOTONIC, nanoseconds
 * @seq: as in &struct tcpclose_record
 * @cpu: likewise
 * @kind: %TCPCLOSE_KIND_RST
 * @mark: TCPCLOSE_RST_MARK_* bits
 * @cookie: cookie of the socket, mini-socket or listener; 0: none, or unknown
 * @netns: network namespace cookie (SO_NETNS_COOKIE); 0: unknown
 * @laddr: local address, as in &struct tcpclose_record
 * @raddr: remote address, likewise
 * @cgroup: cgroup v2 id of the socket; 0: unknown
 * @lport: local port, host byte order
 * @rport: remote port, host byte order
 * @netns_inode: inode of the network namespace; 0: unknown
 * @inode: inode of the socket; 0: unknown or orphan
 * @uid: owner of the socket; %TCPCLOSE_UNKNOWN_UID: unknown
 * @segment_seq: sequence number of the segment: the RST that was received, or what a
 *	RST was sent for (%TCPCLOSE_RST_MARK_SEGMENT); 0 if it was sent on the socket's
 *	own account
 * @segment_ack: its acknowledgment number, likewise
 * @pid: process (thread group) that made the socket send it; 0: none, or not visible
 *	to the reader
 * @comm: name of the process, NUL-terminated; empty: likewise
 * @segment_flags: control bits of the segment (TCPCLOSE_FLAG_*), of which there may be
 *	none
 * @segment_length: its payload, bytes; 65535: that or more
 * @state: state of the socket; 0: none, or unknown. As the kernel's tracepoint
 *	tcp_send_reset has it: mostly %TCPCLOSE_CLOSE if a close or the segment ended
 *	the connection
 * @effect: &enum tcpclose_rst_effect; %TCPCLOSE_RST_SENT: it was sent
 * @reason: &enum tcpclose_rst_reason, if it was sent
 * @owner: &enum tcpclose_rst_owner
 * @context: &enum tcpclose_context
 * @derived: &enum tcpclose_rst_reason that the module found out by itself; the same
 *	as @reason unless the kernel passes one along
 * @reserved: 0
 *
 * A RST that is sent for a segment has the sequence number that the segment
 * acknowledges and no ACK, or if the segment has none, number 0 and an ACK. One that
 * is sent on the socket's own account has an ACK always.
 *
 * A RST that ends the connection of a full socket, that a mini-socket sends, or a
 * socket on its own account, always has a record. Of others there are at most
 * rst_rate a second and CPU (module parameter), and a sixteenth of the ring;
 * &struct tcpclose_left_out counts the rest.
 */
struct tcpclose_rst {
	__u64 ts_ns;
	__u32 seq;
	__u16 cpu;
	__u8 kind;
	__u8 mark;
	__u64 cookie;
	__u64 netns;
	__u8 laddr[16];
	__u8 raddr[16];
	__u64 cgroup;
	__u16 lport;
	__u16 rport;
	__u32 netns_inode;
	__u32 inode;
	__u32 uid;
	__u32 segment_seq;
	__u32 segment_ack;
	__u32 pid;
	char comm[16];
	__u16 segment_flags;
	__u16 segment_length;
	__u8 state;
	__u8 effect;
	__u8 reason;
	__u8 owner;
	__u8 context;
	__u8 derived;
	__u8 reserved[2];
};

/**
 * enum tcpclose_drop_reason - why a listener dropped what asked for a connection
 * @TCPCLOSE_DROP_OTHER: unknown
 * @TCPCLOSE_DROP_ACCEPT_QUEUE_SYN: a SYN, since the accept queue was full
 *	(ListenOverflows)
 * @TCPCLOSE_DROP_ACCEPT_QUEUE_ACK: the ACK of a SYN,ACK, likewise; the peer takes the
 *	connection for established (ListenOverflows)
 * @TCPCLOSE_DROP_ACCEPT_QUEUE_RST: likewise, and answered with a RST, as
 *	tcp_abort_on_overflow demands (ListenOverflows)
 * @TCPCLOSE_DROP_SYN_QUEUE: a SYN, since there were too many requests and no SYN cookies
 *	are allowed (tcp_syncookies=0)
 * @TCPCLOSE_DROP_SYN_QUEUE_RESERVED: likewise; the last quarter of the queue is for peers
 *	that are known (tcp_peer_is_proven())
 * @TCPCLOSE_DROP_NO_SOCKET: the ACK of a SYN,ACK, since its socket could not be made: no
 *	memory, or no route
 * @TCPCLOSE_DROP_NOT_UNICAST: a SYN to a broadcast or multicast address
 * @TCPCLOSE_DROP_ICMP: an ICMP error ended a request (tcp_req_err())
 * @TCPCLOSE_DROP_REASONS: size of an array indexed by reason
 *
 * All of them are among the kernel's ListenDrops.
 */
enum tcpclose_drop_reason {
	TCPCLOSE_DROP_OTHER = 0,
	TCPCLOSE_DROP_ACCEPT_QUEUE_SYN = 1,
	TCPCLOSE_DROP_ACCEPT_QUEUE_ACK = 2,
	TCPCLOSE_DROP_ACCEPT_QUEUE_RST = 3,
	TCPCLOSE_DROP_SYN_QUEUE = 4,
	TCPCLOSE_DROP_SYN_QUEUE_RESERVED = 5,
	TCPCLOSE_DROP_NO_SOCKET = 6,
	TCPCLOSE_DROP_NOT_UNICAST = 7,
	TCPCLOSE_DROP_ICMP = 8,
	TCPCLOSE_DROP_REASONS = 16,
};

/* Bits of &struct tcpclose_drop.mark. */
#define TCPCLOSE_DROP_MARK_IPV6	0x01	/* it is an IPv6 segment */

/**
 * struct tcpclose_drop - a listener dropped what asked for a connection
 * @ts_ns: CLOCK_MONOTONIC, nanoseconds
 * @seq: as in &struct tcpclose_record
 * @cpu: likewise
 * @kind: %TCPCLOSE_KIND_DROP
 * @mark: TCPCLOSE_DROP_MARK_* bits
 * @cookie: cookie of the listener
 * @netns: network namespace cookie (SO_NETNS_COOKIE)
 * @laddr: local address of the connection, as in &struct tcpclose_record
 * @raddr: remote address, likewise
 * @cgroup: cgroup v2 id of the listener; 0: unknown
 * @lport: local port, host byte order
 * @rport: remote port, host byte order
 * @netns_inode: inode of the network namespace
 * @inode: inode of the listener; 0: unknown
 * @uid: owner of the listener; %TCPCLOSE_UNKNOWN_UID: unknown
 * @queue: number of connections in its accept queue
 * @limit: most that may be there, the backlog of listen(): one more is let in
 * @requests: number of requests in its SYN queue
 * @drops: number of segments that the listener has dropped so far (sk_drops, which
 *	``ss -m`` shows as d), with or without this one
 * @bound: address that the listener is bound to, as @laddr; all 0: any
 * @reason: &enum tcpclose_drop_reason
 * @reserved: 0
 *
 * There are at most drop_rate of them a second and CPU (module parameter), and a
 * sixteenth of the ring; &struct tcpclose_left_out counts the rest.
 */
struct tcpclose_drop {
	__u64 ts_ns;
	__u32 seq;
	__u16 cpu;
	__u8 kind;
	__u8 mark;
	__u64 cookie;
	__u64 netns;
	__u8 laddr[16];
	__u8 raddr[16];
	__u64 cgroup;
	__u16 lport;
	__u16 rport;
	__u32 netns_inode;
	__u32 inode;
	__u32 uid;
	__u32 queue;
	__u32 limit;
	__u32 requests;
	__u32 drops;
	__u8 bound[16];
	__u8 reason;
	__u8 reserved[7];
};

/* Bits of &struct tcpclose_failed_call.mark. */
#define TCPCLOSE_FAILED_IPV6	0x01	/* the addresses are IPv6 ones */
#define TCPCLOSE_FAILED_RANGE	0x02	/* it wanted any port from port_low to port_high */

/**
 * struct tcpclose_failed_call - bind(), listen() or connect() failed at once
 * @ts_ns: CLOCK_MONOTONIC, nanoseconds
 * @seq: as in &struct tcpclose_record
 * @cpu: likewise
 * @kind: %TCPCLOSE_KIND_FAILED_CALL
 * @mark: TCPCLOSE_FAILED_* bits
 * @cookie: cookie of the socket; 0: unknown
 * @netns: network namespace cookie (SO_NETNS_COOKIE)
 * @laddr: local address: what bind() wanted, or the socket is bound to, as in &struct
 *	tcpclose_record; all 0: any
 * @raddr: remote address that connect() wanted; otherwise 0
 * @cgroup: cgroup v2 id of the socket; 0: unknown
 * @lport: local port, host byte order, likewise; 0: any
 * @rport: remote port that connect() wanted, host byte order; otherwise 0
 * @netns_inode: inode of the network namespace
 * @inode: inode of the socket; 0: unknown
 * @uid: owner of the socket; %TCPCLOSE_UNKNOWN_UID: unknown
 * @pid: process (thread group) that called; 0: the kernel, or not visible to the reader
 * @tid: its thread; 0: likewise
 * @comm: name of the process, NUL-terminated; empty: likewise
 * @port_low: first port of ip_local_port_range (%TCPCLOSE_FAILED_RANGE)
 * @port_high: last port of it
 * @error: the errno that the call returned
 * @call: &enum tcpclose_call: what failed, bind, listen or connect; send if it was a
 *	connect by a call that sends (Fast Open). Also if io_uring or the kernel called
 * @reserved: 0
 *
 * A connect() that fails after it has sent a SYN is a transition from SYN_SENT to CLOSE
 * instead. One that finds no local port is both. One that fails before it looks for a port
 * (no route, a route that prohibits it) is recorded only while a file that sees the whole
 * machine is being read.
 *
 * There are at most call_rate of them a second and CPU (module parameter), and a
 * sixteenth of the ring; &struct tcpclose_left_out counts the rest.
 */
struct tcpclose_failed_call {
	__u64 ts_ns;
	__u32 seq;
	__u16 cpu;
	__u8 kind;
	__u8 mark;
	__u64 cookie;
	__u64 netns;
	__u8 laddr[16];
	__u8 raddr[16];
	__u64 cgroup;
	__u16 lport;
	__u16 rport;
	__u32 netns_inode;
	__u32 inode;
	__u32 uid;
	__u32 pid;
	__u32 tid;
	char comm[16];
	__u16 port_low;
	__u16 port_high;
	__u8 error;
	__u8 call;
	__u8 reserved[10];
};

/* Bits of &struct tcpclose_session.mark. */
#define TCPCLOSE_SESSION_IPV6	0x01	/* the addresses are IPv6 ones */

/**
 * struct tcpclose_session - a transition of an MPTCP session
 * @ts_ns: CLOCK_MONOTONIC, nanoseconds
 * @seq: as in &struct tcpclose_record
 * @cpu: likewise
 * @kind: %TCPCLOSE_KIND_SESSION
 * @mark: TCPCLOSE_SESSION_* bits
 * @cookie: cookie of the MPTCP socket, which its subflows' details have as session; 0: a
 *	listener that has none. A session that is accepted has its listener's, if that has
 *	one (``ss -M`` gives it one)
 * @netns: network namespace cookie (SO_NETNS_COOKIE)
 * @laddr: local address of the first subflow, as in &struct tcpclose_record: when a session
 *	begins, the listener's that accepts it, or of the connection that the socket had
 *	before; 0: none yet
 * @raddr: remote address, likewise
 * @cgroup: cgroup v2 id of the socket; 0: unknown
 * @lport: local port, host byte order
 * @rport: remote port, host byte order
 * @netns_inode: inode of the network namespace
 * @inode: inode of the socket; 0: unknown, or an orphan
 * @uid: owner of the socket; %TCPCLOSE_UNKNOWN_UID: unknown
 * @pid: process (thread group) that made the transition, or worker of the kernel
 *	(%TCPCLOSE_CALL_KERNEL); 0: none, or not visible to the reader
 * @tid: its thread; 0: likewise
 * @comm: name of the process, NUL-terminated; empty: likewise
 * @edge: old and new state (TCPCLOSE_EDGE())
 * @context: &enum tcpclose_context
 * @call: &enum tcpclose_call
 * @sk_err: error pending on the socket, an errno; 0: none
 * @sk_shutdown: directions shut down, RCV_SHUTDOWN 1, SEND_SHUTDOWN 2
 * @reserved: 0
 *
 * Source: the tracepoint inet_sock_set_state with IPPROTO_MPTCP. A session has no
 * segments of its own: DATA_FIN (RFC 8684 section 3.3.3) moves it from state to state. If
 * the peer does not know MPTCP, its only subflow's FIN does. What a process that calls
 * recvmsg() or accept() finds to have been received has %TCPCLOSE_CONTEXT_BACKLOG. The
 * scope applies as for sockets.
 */
struct tcpclose_session {
	__u64 ts_ns;
	__u32 seq;
	__u16 cpu;
	__u8 kind;
	__u8 mark;
	__u64 cookie;
	__u64 netns;
	__u8 laddr[16];
	__u8 raddr[16];
	__u64 cgroup;
	__u16 lport;
	__u16 rport;
	__u32 netns_inode;
	__u32 inode;
	__u32 uid;
	__u32 pid;
	__u32 tid;
	char comm[16];
	__u8 edge;
	__u8 context;
	__u8 call;
	__u8 sk_err;
	__u8 sk_shutdown;
	__u8 reserved[11];
};

/**
 * struct tcpclose_left_out - RSTs and others of one CPU that have no record, since the
 *	former record of this kind or since load
 * @ts_ns: CLOCK_MONOTONIC, nanoseconds: up to when they are counted
 * @seq: as in &struct tcpclose_record
 * @cpu: likewise
 * @kind: %TCPCLOSE_KIND_LEFT_OUT
 * @reserved1: 0
 * @sent: number of RSTs sent
 * @received: number of RSTs received
 * @drops: number of drops by listeners
 * @calls: number of failed calls
 * @reserved2: 0
 *
 * Written a second after the first of them, or up to an hour after it if that happens
 * again and again. Concerns the whole machine: a file that
 * sees only its own network namespace does not see it.
 */
struct tcpclose_left_out {
	__u64 ts_ns;
	__u32 seq;
	__u16 cpu;
	__u8 kind;
	__u8 reserved1;
	__u64 sent;
	__u64 received;
	__u64 drops;
	__u64 calls;
	__u8 reserved2[80];
};

#define TCPCLOSE_RECORD_SIZE	128

/**
 * struct tcpclose_geometry - layout of the mapping
 * @abi_major: %TCPCLOSE_ABI_MAJOR of the module
 * @abi_minor: %TCPCLOSE_ABI_MINOR of the module
 * @record_size: bytes, %TCPCLOSE_RECORD_SIZE
 * @ring_records: records in one CPU's ring, a power of two
 * @rings: number of rings; ring N belongs to CPU N; the area of a CPU that is
 *	not possible (/sys/devices/system/cpu/possible) is a hole: access gives
 *	SIGBUS. So do the records, but not the header, of a CPU that has not been
 *	online since load: they appear when it comes
 * @visible: 1 if the file sees the whole machine, 0 if only its own network
 *	namespace
 * @header_size: offset of the records within the area of a ring, bytes
 * @reserved: 0
 * @ring_size: distance from the area of one ring to the next, bytes
 * @mmap_size: number of bytes that can be mapped, from offset 0
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
 * struct tcpclose_ring_header - first bytes of the area of each ring in the
 *	mapping
 * @begun: number of records that the CPU began to write since load
 * @committed: number of records that are complete, since load
 *
 * Record number N is at slot N modulo ring_records. To copy it, load @committed
 * (acquire), check that N < @committed, copy the record, issue a read barrier,
 * and load @begun: the copy is valid if @begun <= N + ring_records. Otherwise
 * the record was overwritten meanwhile and is lost.
 */
struct tcpclose_ring_header {
	__u64 begun;
	__u64 committed;
};

/**
 * struct tcpclose_cursor - position of this file in one ring
 * @cpu: CPU of the ring; set by the caller
 * @reserved: must be 0
 * @position: number of the next record to be read
 * @lost: number of records overwritten before this file read them, since it was
 *	opened, with up to an eighth of the ring behind them each time: the oldest
 *	record is overwritten next, so reading goes on later
 * @written: number of records written to the ring since load
 * @overwritten: number of records of the ring that can no longer be read
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
 * @watermark: at once when a ring has that many new records, 1 to ring_records;
 *	0 leaves it unchanged
 * @delay_us: at the latest this long after the first new record, microseconds,
 *	1 to 1000000; 0 leaves it unchanged
 * @reserved: must be 0
 *
 * On return both members have the values of this file. The module wakes all
 * readers together, by the smallest values of all files. A file that sees only
 * its own network namespace can get its values but not set them (-EPERM), since
 * that costs time on all CPUs.
 */
struct tcpclose_wakeup {
	__u32 watermark;
	__u32 delay_us;
	__u64 reserved;
};

/*
 * Histogram buckets: 4 per power of two. Bucket B, with e = B / 4 + 8 and m = B
 * % 4, counts durations from (4 + m) << (e - 2) nanoseconds up to the lower
 * bound of the next bucket; the first bucket counts all shorter durations too,
 * the last all longer ones. The range is 256 ns to 52 days, the error at most
 * 25 %.
 */
#define TCPCLOSE_BUCKETS	176
#define TCPCLOSE_BUCKET_FIRST_LOG2	8
#define TCPCLOSE_BUCKET_NS(b) \
	((__u64)(4 + (b) % 4) << ((b) / 4 + TCPCLOSE_BUCKET_FIRST_LOG2 - 2))

/**
 * struct tcpclose_histogram - distribution of durations
 * @count: number of durations
 * @sum_ns: sum of all, nanoseconds
 * @min_ns: shortest, nanoseconds; %TCPCLOSE_UNKNOWN_NS if @count is 0
 * @max_ns: longest, nanoseconds
 * @buckets: number of durations in each bucket, see TCPCLOSE_BUCKET_NS()
 */
struct tcpclose_histogram {
	__u64 count;
	__u64 sum_ns;
	__u64 min_ns;
	__u64 max_ns;
	__u64 buckets[TCPCLOSE_BUCKETS];
};

/**
 * enum tcpclose_untracked - why the dwell of a transition is unknown
 * @TCPCLOSE_UNTRACKED_OLD: the connection is older than the module
 * @TCPCLOSE_UNTRACKED_FULL: max_conns connections were tracked already, but for
 *	at most a sixteenth, or two entries for each CPU, kept at hand by other
 *	CPUs
 * @TCPCLOSE_UNTRACKED_MEMORY: there was no memory to track it
 * @TCPCLOSE_UNTRACKED_STALE: the end of an earlier socket at the same address
 *	was missed; what was remembered of that one was replaced
 * @TCPCLOSE_UNTRACKED_SHARE: the connection's network namespace had used up its
 *	share of max_conns
 * @TCPCLOSE_UNTRACKED: size of an array indexed by reason
 */
enum tcpclose_untracked {
	TCPCLOSE_UNTRACKED_OLD = 0,
	TCPCLOSE_UNTRACKED_FULL = 1,
	TCPCLOSE_UNTRACKED_MEMORY = 2,
	TCPCLOSE_UNTRACKED_STALE = 3,
	TCPCLOSE_UNTRACKED_SHARE = 4,
	TCPCLOSE_UNTRACKED = 8,
};

/* Size of an array indexed by errno; an errno that is larger counts as 0. */
#define TCPCLOSE_ERRORS	136

/* Size of an array: the shares that refused most connections. */
#define TCPCLOSE_SHARES	8

/**
 * struct tcpclose_share - connections not tracked since their network namespace
 *	had used up its share of max_conns
 * @refused: number of these connections, mini-sockets included; 0: the rest of
 *	the array is empty
 * @netns: inode of the network namespace of the latest of them
 * @uid: user, in the initial user namespace, whose network namespaces have one
 *	share together, or %TCPCLOSE_UNKNOWN_UID for one made by root
 * @reserved: 0
 *
 * Shares are told apart by a hash of 8 bits, so @refused may include connections
 * of another namespace.
 */
struct tcpclose_share {
	__u64 refused;
	__u64 netns;
	__u32 uid;
	__u32 reserved;
};

/**
 * struct tcpclose_stats - everything counted since load or the last reset
 * @since_ns: time of load or reset, CLOCK_MONOTONIC, nanoseconds
 * @now_ns: time of this snapshot, CLOCK_MONOTONIC, nanoseconds
 * @transitions: number of transitions of each true edge, [from][to], in any
 *	scope
 * @dwell: time spent in each state
 * @timewait: length of TIME_WAIT, from its beginning to its end
 * @ends: number of ended mini-sockets by &enum tcpclose_end, in FIN_WAIT2 or
 *	TIME_WAIT
 * @born: number of mini-sockets created
 * @rearmed: number of times that the timer of TIME_WAIT was re-armed
 * @late: number of ends seen only when the memory was freed
 * @causes: number of ended connections by &enum tcpclose_cause; listeners are
 *	not counted
 * @live: number of tracked connections by state at present; not changed by a
 *	reset
 * @live_timewait: number of those in @live that are mini-sockets
 * @tracked: number of connections tracked at present
 * @max_conns: maximum of @tracked
 * @untracked: number of transitions without a known dwell, by
 *	&enum tcpclose_untracked
 * @missed: number of calls that a probe missed since it could not run; expected
 *	to be 0
 * @shares: whose connections %TCPCLOSE_UNTRACKED_SHARE is about, most first
 * @rsts_sent: number of RSTs sent, by &enum tcpclose_rst_reason; those in
 *	@rsts_unsure are not among them (minor version 1, like all that follow)
 * @rsts_received: number of RSTs received, by &enum tcpclose_rst_effect
 * @rsts_unsure: number of RSTs sent only if a key for their signature was found
 *	(%TCPCLOSE_RST_MARK_UNSURE)
 * @rsts_left_out: number of all these that have no record
 * @rsts_failed: number of those in @rsts_sent that could not be sent, since there was
 *	no route for them (IPv6); their records say that they were
 * @drops: number of drops by listeners, by &enum tcpclose_drop_reason
 * @drops_left_out: number of those that have no record
 * @connect_errors: number of connect() that failed, by errno: connections that ended in
 *	SYN_SENT, 0 for those that the process itself ended, and what failed before,
 *	while a file that sees the whole machine was being read
 * @bind_errors: number of bind() and listen() that failed, by errno
 * @calls_left_out: number of failed calls that have no record
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
	struct tcpclose_share shares[TCPCLOSE_SHARES];
	__u64 rsts_sent[TCPCLOSE_RST_REASONS];
	__u64 rsts_received[TCPCLOSE_RST_EFFECTS];
	__u64 rsts_unsure;
	__u64 rsts_left_out;
	__u64 rsts_failed;
	__u64 drops[TCPCLOSE_DROP_REASONS];
	__u64 drops_left_out;
	__u64 connect_errors[TCPCLOSE_ERRORS];
	__u64 bind_errors[TCPCLOSE_ERRORS];
	__u64 calls_left_out;
};

/* Count from 0 again: each event is in this snapshot or in the next one. */
#define TCPCLOSE_STATS_RESET	0x1

/**
 * struct tcpclose_stats_request - buffer for a snapshot
 * @buf: address of the caller's &struct tcpclose_stats
 * @size: size of the caller's structure, bytes; on return that of the module's.
 *	The smaller of the two is copied
 * @flags: %TCPCLOSE_STATS_RESET or 0; others fail with -EINVAL. A reset concerns
 *	everyone who reads the statistics. It happened even if the snapshot could
 *	not be copied (-EFAULT)
 */
struct tcpclose_stats_request {
	__u64 buf;
	__u32 size;
	__u32 flags;
};

/**
 * enum tcpclose_hook_via - how a hook is attached
 * @TCPCLOSE_HOOK_OFF: not attached: the kernel lacks the function, or attaching
 *	failed; see &struct tcpclose_hook.error
 * @TCPCLOSE_HOOK_TRACEPOINT: tracepoint
 * @TCPCLOSE_HOOK_FTRACE: function entry, by ftrace
 * @TCPCLOSE_HOOK_KPROBE: function entry, by kprobe
 * @TCPCLOSE_HOOK_KRETPROBE: function entry and return, by kretprobe (minor version 1)
 */
enum tcpclose_hook_via {
	TCPCLOSE_HOOK_OFF = 0,
	TCPCLOSE_HOOK_TRACEPOINT = 1,
	TCPCLOSE_HOOK_FTRACE = 2,
	TCPCLOSE_HOOK_KPROBE = 3,
	TCPCLOSE_HOOK_KRETPROBE = 4,
};

/**
 * struct tcpclose_hook - state of one hook
 * @index: number of the hook; set by the caller, from 0 until -ENOENT
 * @via: &enum tcpclose_hook_via
 * @error: errno of the attempt to attach; ENXIO if kprobes were switched off since then;
 *	EPROTOTYPE if the function takes other arguments in this kernel, ENODATA if these
 *	are unknown; 0 if it is attached, or not needed at present
 *	(inet_csk_clone_lock() with scope=teardown, tcp_v4_connect() and
 *	tcp_v6_connect() without a reader of the whole machine)
 * @needed: 1 if the module refuses to load without it
 * @calls: number of calls since load; 0 is suspicious on a machine with
 *	connections
 * @name: name of the function or tracepoint, NUL-terminated
 * @purpose: what is not recorded without it, NUL-terminated
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

/* Bits of &struct tcpclose_conn.flags. */
#define TCPCLOSE_CONN_MINI	0x01	/* mini-socket: TIME_WAIT, or FIN_WAIT2 of an orphan */
#define TCPCLOSE_CONN_OLD	0x02	/* connection is older than the module */
#define TCPCLOSE_CONN_UNTRACKED	0x04	/* its beginning was not tracked: max_conns, memory */
#define TCPCLOSE_CONN_MPTCP	0x08	/* subflow of an MPTCP session */
#define TCPCLOSE_CONN_ACCEPTED	0x10	/* a process accepted it: opener, unless that is gone */

/**
 * struct tcpclose_conn - what is remembered of a connection that is alive (minor version 1)
 * @cookie: socket cookie; 0: unknown, since nothing of the connection was recorded yet. A
 *	socket that connects again has the cookie of its former connections, whose
 *	mini-sockets may be alive
 * @born_ns: when the connection began, CLOCK_MONOTONIC, nanoseconds; 0: unknown
 * @since_ns: when it entered @state, likewise; 0: unknown. Never too early: it has been in
 *	@state at least since then
 * @session: cookie of the MPTCP socket (%TCPCLOSE_CONN_MPTCP, full sockets only); 0:
 *	unknown
 * @inode: inode that the socket had (mini-sockets only); 0: unknown, or an orphan
 * @cgroup: cgroup v2 id, likewise; 0: unknown
 * @listener: inode of the listener that it is of, until a process accepts it (full
 *	sockets only); 0: none, or unknown
 * @opener: process that called connect() or accept() (full sockets only), in the pid
 *	namespace of the process that opened the file; 0: unknown, gone, not visible, or a
 *	subflow of MPTCP
 * @uid: owner of the socket (mini-sockets only); %TCPCLOSE_UNKNOWN_UID: unknown
 * @index: number of the next transition, at most 65535
 * @rearms: how often the timer of TIME_WAIT was re-armed, at most 65535
 * @flags: TCPCLOSE_CONN_* bits
 * @state: &enum tcpclose_state
 * @closer: &enum tcpclose_closer
 * @reserved: 0
 *
 * What else there is to know of a full socket, as its addresses, is in the kernel's
 * tables (sock_diag), which have its cookie, too.
 */
struct tcpclose_conn {
	__u64 cookie;
	__u64 born_ns;
	__u64 since_ns;
	__u64 session;
	__u32 inode;
	__u32 cgroup;
	__u32 listener;
	__u32 opener;
	__u32 uid;
	__u16 index;
	__u16 rearms;
	__u16 flags;
	__u8 state;
	__u8 closer;
	__u32 reserved;
};

/* Position of a list that is complete. */
#define TCPCLOSE_CONNS_END	(~(__u64)0)

/**
 * struct tcpclose_conns_request - list the connections that are alive (minor version 1)
 * @position: 0 to begin; on return what to go on with, or %TCPCLOSE_CONNS_END if the list
 *	is complete. Means nothing else
 * @buf: address of an array of the caller's &struct tcpclose_conn
 * @count: number of its elements, at least 1; on return how many were written, which may
 *	be 0
 * @size: size of the caller's structure, bytes: at least 64, a multiple of 8; on return
 *	that of the module's. What the caller's has beyond is filled with 0
 * @flags: must be 0
 * @reserved: must be 0
 *
 * A signal ends a call early, with what was found until then; each call goes on by some
 * connections, or to the end. A connection that begins or ends between the first call and
 * the last may be missing. Each that is there all the time is listed exactly once, but as a
 * full socket and as a mini-socket if it becomes one meanwhile. Listeners, and connections
 * without an entry (&enum tcpclose_untracked), are not listed.
 */
struct tcpclose_conns_request {
	__u64 position;
	__u64 buf;
	__u32 count;
	__u32 size;
	__u32 flags;
	__u32 reserved;
};

/**
 * struct tcpclose_version - version of the module and its interface
 * @abi_major: %TCPCLOSE_ABI_MAJOR
 * @abi_minor: %TCPCLOSE_ABI_MINOR
 * @module: version of the module, NUL-terminated
 */
struct tcpclose_version {
	__u32 abi_major;
	__u32 abi_minor;
	char module[24];
};

/* Free in Documentation/userspace-api/ioctl/ioctl-number.rst of Linux 6.12. */
#define TCPCLOSE_IOC_MAGIC	0xD5

/*
 * TCPCLOSE_IOC_STATS, _STATS_RESET, _HOOK and _CONNS concern the whole machine: for a
 * file that sees only its own network namespace they fail with -EPERM. Unknown
 * requests fail with -ENOTTY (as _CONNS does with the first modules of minor version 1),
 * reserved members that are not 0 with -EINVAL.
 */
#define TCPCLOSE_IOC_VERSION	_IOR(TCPCLOSE_IOC_MAGIC, 1, struct tcpclose_version)
#define TCPCLOSE_IOC_GEOMETRY	_IOR(TCPCLOSE_IOC_MAGIC, 2, struct tcpclose_geometry)
#define TCPCLOSE_IOC_STATS	_IOWR(TCPCLOSE_IOC_MAGIC, 3, struct tcpclose_stats_request)
#define TCPCLOSE_IOC_STATS_RESET	_IO(TCPCLOSE_IOC_MAGIC, 4)
#define TCPCLOSE_IOC_CURSOR	_IOWR(TCPCLOSE_IOC_MAGIC, 5, struct tcpclose_cursor)
#define TCPCLOSE_IOC_WAKEUP	_IOWR(TCPCLOSE_IOC_MAGIC, 6, struct tcpclose_wakeup)
#define TCPCLOSE_IOC_HOOK	_IOWR(TCPCLOSE_IOC_MAGIC, 7, struct tcpclose_hook)
#define TCPCLOSE_IOC_CONNS	_IOWR(TCPCLOSE_IOC_MAGIC, 8, struct tcpclose_conns_request)

/*
 * read() delivers complete records only, as many as fit, in time order across
 * CPUs; a buffer smaller than two records gives -EINVAL. A newly opened file
 * starts at the oldest record. lseek(fd, 0, SEEK_END) moves behind the newest
 * record and lseek(fd, 0, SEEK_SET) back to the oldest; records skipped in this
 * way do not count as lost.
 */

#endif /* _UAPI_TCPCLOSE_H */
