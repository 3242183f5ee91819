// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records: fills them in place in the ring; the only reader of socket fields
 * for the sake of showing them.
 *
 * Runs in the tracepoint or a hook, interrupts off. The fields of a full socket
 * are stable there, since its states change under its lock; a mini-socket's
 * never change once it is hashed.
 */
#include <linux/cgroup.h>
#include <linux/sched.h>
#include <linux/sock_diag.h>
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "conn.h"
#include "record.h"
#include "ring.h"
#include "step.h"
#include "wakeup.h"

/**
 * tcpclose_record_cookie() - a socket's cookie, generated if it has none yet
 * @sk: the socket, or a request socket cast to one
 *
 * The one thing that the module writes to a socket.
 */
u64 tcpclose_record_cookie(const struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);
	u32 halves[2];

	if (likely(cookie))
		return cookie;
	sock_diag_save_cookie((struct sock *)sk, halves);
	return halves[0] | (u64)halves[1] << 32;
}

static u64 cgroup_of(const struct sock *sk)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	const struct cgroup *cgroup = READ_ONCE(sk->sk_cgrp_data.cgroup);

	return cgroup ? cgroup_id(cgroup) : 0;
#else
	return 0;
#endif
}

static u32 inode_of(const struct sock *sk)
{
	struct socket *socket = READ_ONCE(sk->sk_socket);

	return socket ? READ_ONCE(SOCK_INODE(socket)->i_ino) : 0;
}

/* What does not fit is unknown, never cut off. */
static u32 fit(u64 value)
{
	return value <= U32_MAX ? value : 0;
}

/**
 * tcpclose_record_identity() - remember whose a socket was
 * @conn: the entry of the mini-socket that takes over
 * @sk: the socket
 */
void tcpclose_record_identity(struct tcpclose_conn *conn, const struct sock *sk)
{
	conn->inode = inode_of(sk);
	conn->cgroup = fit(cgroup_of(sk));
	conn->uid = __kuid_val(sk->sk_uid);
}

/* Members that need no socket, but for the addresses. */
static void fill_step(struct tcpclose_record *record, u32 seq,
		      const struct tcpclose_step *step, u8 origin, bool ipv6,
		      u8 shutdown)
{
	record->ts_ns = step->now_ns;
	record->seq = seq;
	record->cpu = smp_processor_id();
	record->kind = TCPCLOSE_KIND_TRANSITION;
	record->mark = step->mark;
	record->cookie = step->cookie;
	record->dwell_ns = step->dwell_ns;
	record->age_ns = step->age_ns;
	record->index = step->index;
	record->flags = step->flags;
	record->raw = step->raw;
	record->edge = TCPCLOSE_EDGE(step->old, step->new);
	record->how = TCPCLOSE_HOW(origin, ipv6, step->context, step->closer,
				   shutdown);
	record->end = step->end;
	record->cause = step->cause;
	record->pid = step->context == TCPCLOSE_CONTEXT_PROCESS ?
			      task_tgid_nr(current) : 0;
}

static void fill_address4(u8 *to, __be32 address)
{
	memset(to, 0, 16);
	memcpy(to, &address, sizeof(address));
}

static void fill_netns(struct tcpclose_record *record, const struct net *net)
{
	record->netns = fit(net->net_cookie);
	record->netns_inode = net->ns.inum;
}

static void fill_sock_addresses(struct tcpclose_record *record,
				const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);

	record->lport = ntohs(inet->inet_sport);
	record->rport = ntohs(inet->inet_dport);
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		memcpy(record->laddr, &sk->sk_v6_rcv_saddr, 16);
		memcpy(record->raddr, &sk->sk_v6_daddr, 16);
		return;
	}
#endif
	fill_address4(record->laddr, inet->inet_saddr);
	fill_address4(record->raddr, inet->inet_daddr);
}

/* A socket just cloned from its listener still has the listener's. */
static void fill_request_addresses(struct tcpclose_record *record,
				   const struct sock *sk,
				   const struct request_sock *req)
{
	const struct inet_request_sock *ireq = inet_rsk(req);

	record->lport = ireq->ir_num;
	record->rport = ntohs(ireq->ir_rmt_port);
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6 && ireq->ireq_family == AF_INET6) {
		memcpy(record->laddr, &ireq->ir_v6_loc_addr, 16);
		memcpy(record->raddr, &ireq->ir_v6_rmt_addr, 16);
		return;
	}
	if (sk->sk_family == AF_INET6) {
		struct in6_addr mapped;

		ipv6_addr_set_v4mapped(ireq->ir_loc_addr, &mapped);
		memcpy(record->laddr, &mapped, 16);
		ipv6_addr_set_v4mapped(ireq->ir_rmt_addr, &mapped);
		memcpy(record->raddr, &mapped, 16);
		return;
	}
#endif
	fill_address4(record->laddr, ireq->ir_loc_addr);
	fill_address4(record->raddr, ireq->ir_rmt_addr);
}

static void fill_timewait_addresses(struct tcpclose_record *record,
				    const struct inet_timewait_sock *tw)
{
	record->lport = ntohs(tw->tw_sport);
	record->rport = ntohs(tw->tw_dport);
#if IS_ENABLED(CONFIG_IPV6)
	if (tw->tw_family == AF_INET6) {
		memcpy(record->laddr, &tw->tw_v6_rcv_saddr, 16);
		memcpy(record->raddr, &tw->tw_v6_daddr, 16);
		return;
	}
#endif
	fill_address4(record->laddr, tw->tw_rcv_saddr);
	fill_address4(record->raddr, tw->tw_daddr);
}

static void fill_traffic(struct tcpclose_record *record, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 sent = tp->bytes_sent - tp->bytes_retrans;
	/* rcv_nxt, which this counts, has passed the peer's FIN (tcp_fin()). */
	u64 received = tp->bytes_received - sock_flag(sk, SOCK_DONE);

	record->bytes_sent_lo = sent;
	record->bytes_sent_hi = sent >> 32;
	record->bytes_received_lo = received;
	record->bytes_received_hi = received >> 32;
	record->srtt_us = tp->srtt_us >> 3;
	record->retransmits = min_t(u32, tp->total_retrans, U16_MAX);
}

/* The process behind the record that follows. */
static void record_task(const struct tcpclose_step *step, u64 netns, u64 cgroup,
			u32 unread, u32 unacked)
{
	struct tcpclose_task *task;
	u32 seq;

	task = tcpclose_ring_begin(&seq);
	memset(task, 0, sizeof(*task));
	task->ts_ns = step->now_ns;
	task->seq = seq;
	task->cpu = smp_processor_id();
	task->kind = TCPCLOSE_KIND_TASK;
	task->cookie = step->cookie;
	task->netns = netns;
	task->cgroup = cgroup;
	task->pid = task_tgid_nr(current);
	task->tid = task_pid_nr(current);
	/* Renamed at any time, but always terminated: no lock is needed. */
	strscpy(task->comm, current->comm, sizeof(task->comm));
	task->unread_bytes = unread;
	task->unacked_bytes = unacked;
	tcpclose_ring_commit();
}

/**
 * tcpclose_record_sock() - record a transition of a full socket
 * @step: what was found out
 * @sk: the socket
 * @req: the request it was just cloned for, or NULL
 *
 * Context: tracepoint, interrupts off.
 */
void tcpclose_record_sock(const struct tcpclose_step *step, const struct sock *sk,
			  const struct request_sock *req)
{
	const struct net *net = sock_net(sk);
	u64 cgroup = cgroup_of(sk);
	struct tcpclose_record *record;
	u32 seq;

	if (step->context == TCPCLOSE_CONTEXT_PROCESS) {
		const struct tcp_sock *tp = tcp_sk(sk);
		u32 unread = tp->rcv_nxt - tp->copied_seq;
		u32 unacked = tp->write_seq - tp->snd_una;

		/* SYN and FIN take a number, too, which is no data. */
		if (unread && sock_flag(sk, SOCK_DONE))
			unread--;
		if (unacked && (1 << step->old) & (TCPF_SYN_RECV | TCPF_FIN_WAIT1 |
						   TCPF_CLOSING | TCPF_LAST_ACK))
			unacked--;
		/* A socket that is used again still has its old snd_una. */
		if ((1 << step->old) & (TCPF_CLOSE | TCPF_LISTEN | TCPF_SYN_SENT))
			unacked = 0;
		record_task(step, net->net_cookie, cgroup, unread, unacked);
	}

	record = tcpclose_ring_begin(&seq);
	fill_step(record, seq, step, TCPCLOSE_ORIGIN_TRACEPOINT,
		  sk->sk_family == AF_INET6, sk->sk_shutdown & SHUTDOWN_MASK);
	if (req)
		fill_request_addresses(record, sk, req);
	else
		fill_sock_addresses(record, sk);
	fill_netns(record, net);
	record->inode = inode_of(sk);
	record->cgroup = fit(cgroup);
	record->uid = __kuid_val(sk->sk_uid);
	fill_traffic(record, sk);
	record->sk_err = min_t(int, READ_ONCE(sk->sk_err), U8_MAX);
	tcpclose_ring_commit();
	tcpclose_wakeup_notify();
}

/**
 * tcpclose_record_timewait() - record a step of a mini-socket
 * @step: what was found out
 * @tw: the mini-socket
 * @conn: what is remembered of it; NULL if nothing
 *
 * Context: hook, interrupts off.
 */
void tcpclose_record_timewait(const struct tcpclose_step *step,
			      const struct inet_timewait_sock *tw,
			      const struct tcpclose_conn *conn)
{
	const struct net *net = twsk_net(tw);
	struct tcpclose_record *record;
	u32 seq;

	if (step->context == TCPCLOSE_CONTEXT_PROCESS)
		record_task(step, net->net_cookie, conn ? conn->cgroup : 0, 0, 0);

	record = tcpclose_ring_begin(&seq);
	fill_step(record, seq, step, TCPCLOSE_ORIGIN_TIMEWAIT,
		  tw->tw_family == AF_INET6, 0);
	fill_timewait_addresses(record, tw);
	fill_netns(record, net);
	record->inode = conn ? conn->inode : 0;
	record->cgroup = conn ? conn->cgroup : 0;
	record->uid = conn ? conn->uid : TCPCLOSE_UNKNOWN_UID;
	record->bytes_sent_lo = 0;
	record->bytes_sent_hi = 0;
	record->bytes_received_lo = 0;
	record->bytes_received_hi = 0;
	record->srtt_us = 0;
	record->rearms = step->rearms;
	record->sk_err = 0;
	tcpclose_ring_commit();
	tcpclose_wakeup_notify();
}
