/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing the records of full sockets in place in the ring, inline, since most
 * transitions run it.
 */
#ifndef TCPCLOSE_FILL_H
#define TCPCLOSE_FILL_H

#include <linux/limits.h>
#include <linux/minmax.h>
#include <net/mptcp.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "entry.h"
#include "failed_call.h"
#include "field.h"
#include "record.h"
#include "ring.h"
#include "step.h"
#include "wakeup.h"

static __always_inline void
tcpclose_fill_sock_addresses(struct tcpclose_record *record,
			     const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);

	record->lport = ntohs(inet->inet_sport);
	record->rport = ntohs(inet->inet_dport);
	tcpclose_field_set_ends(record->laddr, record->raddr, sk,
				sk->sk_family == AF_INET6);
}

/*
 * Payload sent, without retransmissions. The kernel counts it before it sends
 * it, and again if that fails: then what the peer has acknowledged or is to
 * acknowledge disagrees.
 */
static __always_inline u64
tcpclose_fill_sent(const struct sock *sk, const struct tcpclose_entry *entry, u8 old)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 sent = tp->bytes_sent - tp->bytes_retrans;
	u64 more = tp->bytes_acked + (tp->snd_nxt - tp->snd_una) - entry->own_syn -
		   sent;

	/* At most the FIN more. */
	return likely(more <= 1) ? sent : tcpclose_record_sent(sk, entry, old);
}

/*
 * Payload received. The kernel counts what rcv_nxt passed, so the peer's FIN,
 * too (tcp_fin()), but for one that came with the answer to a SYN with data
 * (tcp_fastopen_add_skb()).
 */
static __always_inline u64
tcpclose_fill_received(const struct sock *sk, const struct tcpclose_entry *entry,
		       bool plain)
{
	u64 received = tcp_sk(sk)->bytes_received;

	if (plain)
		return received - sock_flag(sk, SOCK_DONE);
	return received - (received && sock_flag(sk, SOCK_DONE) &&
			   !(entry->flags & TCPCLOSE_ENTRY_LONE_FIN));
}

static __always_inline void tcpclose_fill_traffic(struct tcpclose_record *record,
						  const struct sock *sk,
						  const struct tcpclose_entry *entry,
						  u8 old, bool plain)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 sent = tcpclose_fill_sent(sk, entry, old);
	u64 received = tcpclose_fill_received(sk, entry, plain);

	record->bytes_sent_lo = sent;
	record->bytes_sent_hi = sent >> 32;
	record->bytes_received_lo = received;
	record->bytes_received_hi = received >> 32;
	record->srtt_us = tp->srtt_us >> 3;
	record->retransmits = min_t(u32, tp->total_retrans, U16_MAX);
}

/*
 * Whether it is in the accept queue of a listener, so that no process has it: it has no
 * struct socket yet (sock_graft()), and has not lost one either (sock_orphan()). What
 * opens it is not marked, since every accepted connection begins there. MPTCP takes
 * away that of its subflows (__mptcp_close()).
 */
static __always_inline bool
tcpclose_fill_is_unaccepted(const struct sock *sk, const struct tcpclose_step *step)
{
	if (sock_flag(sk, SOCK_DEAD) || step->old == TCP_LISTEN)
		return false;
	return !sk_is_mptcp(sk) &&
	       !(step->old == TCP_SYN_RECV && step->new == TCP_ESTABLISHED);
}

/**
 * tcpclose_fill_sock() - record a transition of a full socket
 * @step: the transition
 * @entry: its entry before this transition, or a stand-in
 * @sk: the socket
 * @req: the request for which it was just cloned, or NULL
 * @plain: the record needs no mark, and all times are known
 *
 * Context: tracepoint, interrupts off.
 */
static __always_inline void tcpclose_fill_sock(const struct tcpclose_step *step,
					       const struct tcpclose_entry *entry,
					       const struct sock *sk,
					       const struct request_sock *req,
					       bool plain)
{
	const struct net *net = sock_net(sk);
	struct tcpclose_record *record;
	u64 number;

	if (step->context == TCPCLOSE_CONTEXT_PROCESS ||
	    unlikely(step->cause != TCPCLOSE_CAUSE_NONE &&
		     step->cause != TCPCLOSE_CAUSE_FIN)) {
		if (unlikely(step->old == TCP_SYN_SENT && step->new == TCP_CLOSE))
			tcpclose_failed_call_opening(sk, step->now_ns, step->cause,
						     step->context);
		tcpclose_record_detail(sk, entry, step->now_ns, step->cookie,
				       step->old, step->context);
	}

	record = tcpclose_ring_begin(&number);
	tcpclose_field_set_step(record, number, step, entry,
				TCPCLOSE_ORIGIN_TRACEPOINT,
				sk->sk_family == AF_INET6,
				sk->sk_shutdown & SHUTDOWN_MASK, plain);
	if (unlikely(req))
		tcpclose_record_request_addresses(record, sk, req);
	else
		tcpclose_fill_sock_addresses(record, sk);
	/* After a disconnect inet_sport still has the former port. */
	if (!plain && step->old == TCP_CLOSE)
		record->lport = inet_sk(sk)->inet_num;
	tcpclose_field_set_netns(record, net);
	record->inode = tcpclose_field_inode(sk);
	if (!record->inode && unlikely(tcpclose_fill_is_unaccepted(sk, step)))
		tcpclose_record_unaccepted(record, entry);
	record->cgroup = tcpclose_field_fit(tcpclose_field_cgroup(sk));
	record->uid = READ_ONCE(sk->sk_uid.val);
	tcpclose_fill_traffic(record, sk, entry, step->old, plain);
	record->sk_err = min_t(int, READ_ONCE(sk->sk_err), U8_MAX);
	tcpclose_ring_commit(number);
	tcpclose_wakeup_notify();
}

#endif /* TCPCLOSE_FILL_H */
