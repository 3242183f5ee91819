// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accepts: which process accepted a connection, for its entry.
 *
 * accept() gives the connection a struct socket (sock_graft()), which the hook here
 * sees: in the process, under the socket's lock, with bottom halves off. A connection
 * is accepted once; where its descriptor goes from there is not known here.
 */
#include <linux/in.h>
#include <linux/percpu.h>
#include <net/sock.h>

#include "accept.h"
#include "table.h"
#include "task.h"

static DEFINE_PER_CPU(u64, accept_calls);

/* security_sock_graft(sk, parent): called for sockets of other protocols, too. */
static __always_inline void on_graft(unsigned long socket, unsigned long parent,
				     unsigned long unused, unsigned long caller)
{
	const struct sock *sk = (const struct sock *)socket;
	struct tcpclose_process opener;
	struct tcpclose_entry *entry;

	if (sk->sk_protocol != IPPROTO_TCP)
		return;
	tcpclose_probe_called(accept_calls);
	entry = tcpclose_table_find_sock(sk);
	/* Subflows have no room, nor has what is left over from another socket. */
	if (unlikely(!entry) ||
	    unlikely(entry->flags & (TCPCLOSE_ENTRY_MPTCP | TCPCLOSE_ENTRY_MINI)) ||
	    unlikely(!tcpclose_task_remember(&opener)))
		return;
	entry->flags = (entry->flags & ~TCPCLOSE_ENTRY_LISTENER) | TCPCLOSE_ENTRY_OPENER |
		       TCPCLOSE_ENTRY_ACCEPTED;
	smp_wmb(); /* in this order, for copy_entry() in table.c */
	WRITE_ONCE(entry->opener.pid, opener.pid);
	WRITE_ONCE(entry->opener.began, opener.began);
}

TCPCLOSE_PROBE(on_graft);

static struct tcpclose_probe accept_probe = {
	.calls = &accept_calls,
	.functions = { TCPCLOSE_FUNCTION(security_sock_graft) },
	.purpose = "who accepted a connection",
	.kprobe = on_graft_kprobe,
};

#if TCPCLOSE_HAVE_FTRACE
static void notrace accept_ftrace(unsigned long ip, unsigned long caller,
				  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	TCPCLOSE_CALL(on_graft, fregs, caller);
}
#endif

struct tcpclose_hooks tcpclose_accept_hooks = {
	.probes = &accept_probe,
	.count = 1,
	TCPCLOSE_FTRACE_MEMBER(accept_ftrace)
};
