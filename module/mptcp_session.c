// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transitions of MPTCP sessions: records them. A session has no segments; DATA_FIN, on
 * any of its subflows, moves it from state to state, and most often a worker of the
 * kernel does what follows.
 *
 * Remembers nothing of them: a session has no mini-socket, and no cause.
 */
#include <linux/ktime.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <net/inet_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "cause.h"
#include "compat.h"
#include "edge.h"
#include "field.h"
#include "mptcp_session.h"
#include "record.h"
#include "ring.h"
#include "task.h"
#include "transition.h"
#include "wakeup.h"

/*
 * In which context it happens. What only the peer can cause, and is found in a task that
 * has the session, was deferred until that task looked for it.
 */
static u8 context_of(const struct sock *sk, int new, u8 edge)
{
	if (in_serving_softirq())
		return TCPCLOSE_CONTEXT_SOFTIRQ;
	if (edge & TCPCLOSE_EDGE_OWN_CALL)
		return TCPCLOSE_CONTEXT_PROCESS;
	if (!sk->sk_lock.owned)
		return TCPCLOSE_CONTEXT_SOFTIRQ;
	if (current->flags & TCPCLOSE_TASK_KERNEL)
		return TCPCLOSE_CONTEXT_PROCESS;
	return new == TCP_CLOSE && !tcpclose_cause_on_backlog() ?
		       TCPCLOSE_CONTEXT_PROCESS : TCPCLOSE_CONTEXT_BACKLOG;
}

/*
 * A listener gets none from here: the kernel would give it to each session that the
 * listener accepts (sk_clone_lock()).
 */
static u64 cookie_of(const struct sock *sk, int old, int new)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	if (cookie || new == TCP_LISTEN || (old == TCP_LISTEN && new == TCP_CLOSE))
		return cookie;
	return tcpclose_record_make_cookie(sk);
}

/* As the tracepoint has them. */
static void set_tuple(struct tcpclose_session *record, const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	bool ipv6 = sk->sk_family == AF_INET6;

	record->lport = ntohs(inet->inet_sport);
	record->rport = ntohs(inet->inet_dport);
	record->mark = ipv6 ? TCPCLOSE_SESSION_IPV6 : 0;
	tcpclose_field_set_ends(record->laddr, record->raddr, sk, ipv6);
}

/* Interrupts off. */
static void record_session(const struct sock *sk, int old, int new, u8 edge)
{
	u64 cookie = cookie_of(sk, old, new), number;
	u8 context = context_of(sk, new, edge);
	struct tcpclose_session *record;

	BUILD_BUG_ON(sizeof(*record) != TCPCLOSE_RECORD_SIZE);

	record = tcpclose_record_begin(&number, TCPCLOSE_KIND_SESSION, ktime_get_ns());
	record->cookie = cookie;
	record->netns = compat_netns_cookie(sock_net(sk));
	record->netns_inode = sock_net(sk)->ns.inum;
	set_tuple(record, sk);
	record->cgroup = tcpclose_field_cgroup(sk);
	record->inode = tcpclose_field_inode(sk);
	record->uid = READ_ONCE(sk->sk_uid.val);
	record->edge = TCPCLOSE_EDGE(old, new);
	record->context = context;
	record->sk_err = min_t(int, READ_ONCE(sk->sk_err), U8_MAX);
	record->sk_shutdown = READ_ONCE(sk->sk_shutdown) & SHUTDOWN_MASK;
	if (context == TCPCLOSE_CONTEXT_PROCESS)
		tcpclose_task_caller(&record->pid, &record->tid, record->comm,
				     &record->call);
	tcpclose_ring_commit(number);
	tcpclose_wakeup_notify();
}

/**
 * tcpclose_mptcp_session_step() - take a transition that is not TCP's
 * @sk: the socket, of any protocol that shares the tracepoint
 * @old: its state before
 * @new: its state after
 *
 * Context: tracepoint; MPTCP holds the lock of a session that others can see.
 */
void tcpclose_mptcp_session_step(const struct sock *sk, int old, int new)
{
	u8 edge = tcpclose_edges[TCPCLOSE_EDGE(old, new)];
	unsigned long irq;

	if (sk->sk_protocol != IPPROTO_MPTCP ||
	    (!(edge & TCPCLOSE_EDGE_TEARDOWN) && !READ_ONCE(tcpclose_scope_all)))
		return;
	local_irq_save(irq);
	record_session(sk, old, new, edge);
	local_irq_restore(irq);
}
