/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BPF programs report to user space about mini-sockets.
 *
 * Included by both sides, after the definition of the __u* types.
 */
#ifndef TCPCLOSE_WITNESS_MINISOCK_H
#define TCPCLOSE_WITNESS_MINISOCK_H

/**
 * enum minisock_kind - what happened to a mini-socket
 * @MINISOCK_BORN: inet_twsk_alloc() made it, in @state
 * @MINISOCK_CHANGED: from FIN_WAIT2 to TIME_WAIT
 * @MINISOCK_IN_TIME_WAIT: one whose birth was not seen is in TIME_WAIT after a
 *	segment, for the first time: it may have changed
 * @MINISOCK_DIED: its memory was freed
 */
enum minisock_kind {
	MINISOCK_BORN,
	MINISOCK_CHANGED,
	MINISOCK_IN_TIME_WAIT,
	MINISOCK_DIED,
};

/**
 * struct minisock_event - an event of a mini-socket
 * @ts_ns: CLOCK_MONOTONIC
 * @cookie: socket cookie; 0: it has none
 * @netns: network namespace cookie
 * @laddr: local address; IPv4 in the first 4 bytes, the others 0
 * @raddr: remote address, likewise
 * @netns_inode: inode of the network namespace
 * @lport: host byte order
 * @rport: host byte order
 * @kind: &enum minisock_kind
 * @ipv6: addresses are 16 bytes
 * @state: tw_substate
 * @ended: it was unhashed before
 * @reserved: 0
 */
struct minisock_event {
	__u64 ts_ns;
	__u64 cookie;
	__u64 netns;
	__u8 laddr[16];
	__u8 raddr[16];
	__u32 netns_inode;
	__u16 lport;
	__u16 rport;
	__u8 kind;
	__u8 ipv6;
	__u8 state;
	__u8 ended;
	__u32 reserved;
};

/* Mini-sockets that the programs can follow at a time. */
#define MINISOCK_MAX 262144
/* Room for events that user space has not read yet, bytes. */
#define MINISOCK_RING (8 * 1024 * 1024)

#endif /* TCPCLOSE_WITNESS_MINISOCK_H */
