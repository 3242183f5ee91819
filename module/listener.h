/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What listeners drop: the inline part of listener.c, which every passive opening runs.
 */
#ifndef TCPCLOSE_LISTENER_H
#define TCPCLOSE_LISTENER_H

#include <linux/compiler.h>
#include <linux/interrupt.h>
#include <linux/kernel_stat.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <net/inet_connection_sock.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include <net/tcp.h>

#include "entry.h"
#include "hook.h"
#include "worker.h"

/**
 * struct tcpclose_opening - the latest ACK for which a CPU, or a task there, was to make a
 *	socket
 * @ack: its segment; lowest bit: the socket was made
 * @listener: the listener, which RCU keeps until the segment is freed
 * @task: who was to make it, see tcpclose_worker_is_seated()
 * @run: the CPU's run of NET_RX in which that happened, or, where one may begin within
 *	another, the time in jiffies: in a later one the segment is another, at the same
 *	address
 * @queue: number of connections in the accept queue, if that was full
 * @limit: most that may be there
 * @reason: why no socket is made, if none is (&enum tcpclose_drop_reason)
 */
struct tcpclose_opening {
	unsigned long ack;
	const struct sock *listener;
	const struct task_struct *task;
	unsigned int run;
	u32 queue;
	u32 limit;
	u8 reason;
};

DECLARE_PER_CPU(struct tcpclose_opening [TCPCLOSE_WORKER_SEATS], tcpclose_openings);

#define TCPCLOSE_OPENING_MADE	1UL

/* Whether the kernel may answer a SYN; false also if there is no route (backlog). */
static __always_inline bool tcpclose_listener_is_addressed(const struct sk_buff *skb)
{
	if (unlikely(!skb_dst(skb)))
		return false;
	if (skb->protocol == htons(ETH_P_IP))
		return !(skb_rtable(skb)->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST));
	return ipv6_unicast_destination(skb);
}

void tcpclose_listener_refuse(const struct sock *sk, const struct sk_buff *skb);

/**
 * tcpclose_listener_syn() - a SYN reaches a listener
 * @sk: the listener, in tcp_rcv_state_process()
 * @skb: the SYN
 *
 * Context: hook.
 */
static __always_inline void tcpclose_listener_syn(const struct sock *sk,
						  const struct sk_buff *skb)
{
	if (unlikely(sk_acceptq_is_full(sk) || inet_csk_reqsk_queue_is_full(sk) ||
		     !tcpclose_listener_is_addressed(skb)))
		tcpclose_listener_refuse(sk, skb);
}

void tcpclose_listener_mark_shared(bool made);

/* The socket of the ACK is made, whether or not there is an entry for it. */
static __always_inline void tcpclose_listener_made(void)
{
	if (TCPCLOSE_WORKERS_SHARE)
		tcpclose_listener_mark_shared(true);
	else
		this_cpu_or(tcpclose_openings[0].ack, TCPCLOSE_OPENING_MADE);
}

/**
 * tcpclose_listener_remember() - remember the listener of a socket that is being made
 * @entry: entry of the socket
 * @sk: the socket, at LISTEN → SYN_RECV: the listener's copy still, but for some members,
 *	and from 6.15 on for its addresses
 *
 * An empty list refers to itself, and a listener has sent nothing: that of its copy
 * refers to the listener. tcp_create_openreq_child() clears it afterwards.
 *
 * Context: tracepoint; the listener is held.
 */
static __always_inline void tcpclose_listener_remember(struct tcpclose_entry *entry,
						       const struct sock *sk)
{
	const struct list_head *sent = tcp_sk(sk)->tsorted_sent_queue.next;
	const struct tcp_sock *listener =
		container_of(sent, struct tcp_sock, tsorted_sent_queue);
	const struct socket *socket;

	if (unlikely(sent->next != sent))
		return;
	socket = READ_ONCE(((const struct sock *)listener)->sk_socket);
	if (unlikely(!socket))
		return;
	entry->listener = READ_ONCE(SOCK_INODE((struct socket *)socket)->i_ino);
	entry->bound = ((const struct sock *)listener)->sk_rcv_saddr;
	entry->flags |= TCPCLOSE_ENTRY_LISTENER;
}

/* The socket that was made for an ACK could not be opened. */
static inline void tcpclose_listener_open_failed(void)
{
	if (TCPCLOSE_WORKERS_SHARE)
		tcpclose_listener_mark_shared(false);
	else
		this_cpu_and(tcpclose_openings[0].ack, ~TCPCLOSE_OPENING_MADE);
}

/* Whether a segment that is freed is the ACK for which no socket could be made. */
static __always_inline bool tcpclose_listener_has_refused(const struct sk_buff *skb)
{
	unsigned int i;

	for (i = 0; i < TCPCLOSE_WORKER_SEATS; i++) {
		if (this_cpu_read(tcpclose_openings[i].ack) == (unsigned long)skb)
			return true;
	}
	return false;
}

void tcpclose_listener_refused(const struct sk_buff *skb);

extern struct tcpclose_hooks tcpclose_listener_hooks;

#endif /* TCPCLOSE_LISTENER_H */
