/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries: what is remembered of one connection between its transitions. Where
 * entries come from is up to pool.c, how they are found to table.c.
 */
#ifndef TCPCLOSE_ENTRY_H
#define TCPCLOSE_ENTRY_H

#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/types.h>

#include "task.h"
#include "uapi/tcpclose.h"

#define TCPCLOSE_ENTRY_MINI	0x01	/* @key is a mini-socket */
#define TCPCLOSE_ENTRY_OLD	0x02	/* older than the module: birth unknown */
#define TCPCLOSE_ENTRY_REFUSED	0x04	/* born when there was no entry left */
#define TCPCLOSE_ENTRY_TO_TIME_WAIT	0x08	/* tcp_time_wait() was called */
#define TCPCLOSE_ENTRY_HANDED_OVER	0x10	/* its mini-socket was created */
#define TCPCLOSE_ENTRY_SHUT_DOWN	0x20	/* shutdown() before it was established */
#define TCPCLOSE_ENTRY_STAND_IN	0x40	/* not in the table: see tcpclose_table_stand_in() */
#define TCPCLOSE_ENTRY_FAST_OPEN	0x80	/* its SYN may carry data (TCP Fast Open) */
#define TCPCLOSE_ENTRY_MPTCP	0x100	/* subflow of an MPTCP session */
#define TCPCLOSE_ENTRY_LONE_FIN	0x200	/* bytes_received does not count the peer's FIN */
#define TCPCLOSE_ENTRY_OPENER	0x400	/* @opener is known */
#define TCPCLOSE_ENTRY_LISTENER	0x800	/* @listener and @bound are known */
#define TCPCLOSE_ENTRY_ACCEPTED	0x1000	/* @opener has accepted it */
/* Set by handover.c. */
#define TCPCLOSE_ENTRY_HAND_OVER (TCPCLOSE_ENTRY_TO_TIME_WAIT | \
				  TCPCLOSE_ENTRY_HANDED_OVER)

/**
 * struct tcpclose_entry - what is remembered of a connection between
 *	transitions
 * @key: address of the socket or mini-socket; only compared, never followed
 * @cookie: socket cookie; 0: not generated yet
 * @born_ns: time of the first transition
 * @since_ns: when @state was entered
 * @next: next entry of the bucket or of a free list, or its end marker
 * @inode: inode of the socket (mini-sockets only)
 * @cgroup: cgroup of the socket (mini-sockets only)
 * @session: cookie of the MPTCP socket (%TCPCLOSE_ENTRY_MPTCP, full sockets
 *	only); 0: unknown
 * @opener: process that called connect() or accept() (%TCPCLOSE_ENTRY_OPENER, full
 *	sockets only)
 * @listener: inode of the listener that it is of (%TCPCLOSE_ENTRY_LISTENER, full sockets
 *	only)
 * @bound: 0: that was bound to any address (inet_rcv_saddr, not 0 for any other of IPv6,
 *	either)
 * @uid: owner of the socket (mini-sockets only)
 * @index: number of the next transition
 * @rearms: how often the timer of TIME_WAIT was re-armed
 * @flags: TCPCLOSE_ENTRY_*
 * @state: true state
 * @closer: &enum tcpclose_closer
 * @successor: true state of the mini-socket that replaces the socket (full
 *	sockets only)
 * @way: &enum tcpclose_way in which tcp_time_wait() was called (full sockets
 *	only)
 * @strays: see &struct tcpclose_record (mini-sockets only)
 * @own_syn: 1: its SYN is among what the peer has to acknowledge; 0: it is not,
 *	as in what a listener accepts, or unknown
 * @share: number of the share that it counts against; 0: none
 *
 * A full socket's entry changes under the socket's lock only. A mini-socket has
 * no lock, so every access to its entry holds the lock of the bucket. Both may be read
 * at any time by tcpclose_table_copy(), which relies on the order in which @since_ns,
 * @state, @flags and the union are stored.
 */
struct tcpclose_entry {
	const void *key;
	u64 cookie;
	u64 born_ns;
	u64 since_ns;
	struct tcpclose_entry *next;
	union {
		struct {
			u32 inode;
			u32 cgroup;
		};
		u64 session;
		struct tcpclose_process opener;
		struct {
			u32 listener;
			__be32 bound;
		};
	};
	u32 uid;
	u16 index;
	u16 rearms;
	u16 flags;
	u8 state;
	u8 closer;
	union {
		struct {
			u8 successor;
			u8 way;
		};
		u16 strays;
	};
	u8 own_syn;
	u8 share;
};

/*
 * The end marker of a chain is odd, so it is never the address of an entry:
 * TCPCLOSE_ENTRY_FREE_END for free entries, tcpclose_table_end() for a bucket.
 */
#define TCPCLOSE_ENTRY_FREE_END	((struct tcpclose_entry *)1UL)

/* Whether this is the end marker of a chain. */
static __always_inline bool
tcpclose_entry_is_end(const struct tcpclose_entry *entry)
{
	return (unsigned long)entry & 1;
}

/**
 * tcpclose_entry_increment() - add 1, but not beyond the largest number
 * @number: number to add to
 *
 * Return: the sum, at most %U16_MAX.
 */
static __always_inline u16 tcpclose_entry_increment(u16 number)
{
	u16 next = number + 1;

	return likely(next) ? next : U16_MAX;
}

#endif /* TCPCLOSE_ENTRY_H */
