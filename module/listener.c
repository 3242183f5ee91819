// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listeners: sees what they drop, which the kernel counts as ListenDrops.
 *
 * A SYN: what tcp_conn_request() will do with it is known when it reaches the listener
 * (segment.c), since it looks at the queues first. The ACK that completes a handshake: if
 * it is freed without a socket having been made for it. A request: where ICMP ends it, or
 * the peer is not proven. What a record holds is for drop_record.c, how many there may be
 * for gate.c.
 */
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/skbuff.h>
#include <net/inet_connection_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "drop_record.h"
#include "gate.h"
#include "listener.h"
#include "stats.h"

enum {
	V4_CHILD,
	V6_CHILD,
	REQUEST_ERROR,
	PEER_PROVEN,
	PROBES,
};

static DEFINE_PER_CPU(u64 [PROBES], listener_calls);

DEFINE_PER_CPU(struct tcpclose_opening [TCPCLOSE_WORKER_SEATS], tcpclose_openings);

/* Bottom halves and interrupts off. */
static struct tcpclose_opening *opening_here(void)
{
	return &(*this_cpu_ptr(&tcpclose_openings))[tcpclose_worker_seat()];
}

/**
 * tcpclose_listener_mark_shared() - note whether the socket of the ACK is made, where
 *	several tasks may be making one
 * @made: it is
 *
 * Context: tracepoint, interrupts off.
 */
void tcpclose_listener_mark_shared(bool made)
{
	struct tcpclose_opening *opening = opening_here();

	if (!tcpclose_worker_is_seated(opening->task))
		return;
	if (made)
		opening->ack |= TCPCLOSE_OPENING_MADE;
	else
		opening->ack &= ~TCPCLOSE_OPENING_MADE;
}

/* In which run of NET_RX this is, or after which, see &struct tcpclose_opening */
static unsigned int present_run(void)
{
	return TCPCLOSE_WORKERS_SHARE ? jiffies : __this_cpu_read(kstat.softirqs[NET_RX_SOFTIRQ]);
}

static bool is_of_this_run(const struct tcpclose_opening *opening)
{
	return present_run() - opening->run <= (TCPCLOSE_WORKERS_SHARE ? HZ / 10 : 0);
}

/* Interrupts off. */
static void count_and_record(const struct tcpclose_drop_step *step)
{
	u64 now_ns = ktime_get_ns();

	this_cpu_inc(tcpclose_counters->drops[step->reason]);
	if (tcpclose_gate_admits(TCPCLOSE_GATE_DROP, now_ns)) {
		tcpclose_drop_record(step, now_ns);
	} else {
		this_cpu_inc(tcpclose_counters->drops_left_out);
		tcpclose_gate_left_out(TCPCLOSE_GATE_DROPS);
	}
}

/* Read once: other CPUs change them. */
static void read_queues(struct tcpclose_drop_step *step)
{
	step->queue = READ_ONCE(step->listener->sk_ack_backlog);
	step->limit = READ_ONCE(step->listener->sk_max_ack_backlog);
	step->requests = inet_csk_reqsk_queue_len(step->listener);
}

/* As tcp_v4_conn_request(), tcp_v6_conn_request() and tcp_conn_request() decide. */
static u8 reason_of_syn(const struct tcpclose_drop_step *step)
{
	const struct net *net = sock_net(step->listener);
	const struct sk_buff *skb = step->skb;

	if (!tcpclose_listener_is_addressed(skb))
		return TCPCLOSE_DROP_NOT_UNICAST;
	/* That is counted elsewhere. */
	if (skb->protocol == htons(ETH_P_IPV6) && ipv6_addr_v4mapped(&ipv6_hdr(skb)->saddr))
		return TCPCLOSE_DROP_OTHER;
	if (step->requests > step->limit && !TCP_SKB_CB(skb)->tcp_tw_isn &&
	    !(IS_ENABLED(CONFIG_SYN_COOKIES) &&
	      READ_ONCE(net->ipv4.sysctl_tcp_syncookies)))
		return TCPCLOSE_DROP_SYN_QUEUE;
	return step->queue > step->limit ? TCPCLOSE_DROP_ACCEPT_QUEUE_SYN :
					   TCPCLOSE_DROP_OTHER;
}

/**
 * tcpclose_listener_refuse() - a SYN reaches a listener that may drop it
 * @sk: the listener
 * @skb: the SYN
 *
 * Context: hook.
 */
noinline void tcpclose_listener_refuse(const struct sock *sk, const struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);
	struct tcpclose_drop_step step = {
		.listener = sk,
		.skb = skb,
	};
	unsigned long irq;

	if (th->ack || th->rst || th->fin || !skb_dst(skb))
		return;
	read_queues(&step);
	step.reason = reason_of_syn(&step);
	if (step.reason == TCPCLOSE_DROP_OTHER)
		return;
	local_irq_save(irq);
	count_and_record(&step);
	local_irq_restore(irq);
}

/* No RST is sent for an ACK with a SYN cookie, whose request is of no listener. */
static noinline void note_overflow(struct tcpclose_opening *opening,
				   const struct request_sock *req)
{
	const struct sock *sk = opening->listener;
	u32 queue = READ_ONCE(sk->sk_ack_backlog), limit = READ_ONCE(sk->sk_max_ack_backlog);

	/* Another CPU has made room. */
	if (queue <= limit)
		return;
	opening->queue = queue;
	opening->limit = limit;
	opening->reason = TCPCLOSE_DROP_ACCEPT_QUEUE_ACK;
	if (req->rsk_listener && READ_ONCE(sock_net(sk)->ipv4.sysctl_tcp_abort_on_overflow))
		opening->reason = TCPCLOSE_DROP_ACCEPT_QUEUE_RST;
}

static __always_inline void note_opening(struct tcpclose_opening *opening,
					 unsigned long skb, const struct sock *sk,
					 unsigned long req)
{
	opening->ack = skb;
	opening->listener = sk;
	if (TCPCLOSE_WORKERS_SHARE)
		opening->task = current;
	opening->run = present_run();
	opening->reason = TCPCLOSE_DROP_NO_SOCKET;
	if (unlikely(sk_acceptq_is_full(sk)))
		note_overflow(opening, (const struct request_sock *)req);
}

static noinline void note_shared_opening(unsigned long skb, const struct sock *sk,
					 unsigned long req)
{
	unsigned long irq;

	local_irq_save(irq);
	note_opening(opening_here(), skb, sk, req);
	local_irq_restore(irq);
}

/*
 * Bottom halves are off: no other ACK comes between this and the end of this one, unless
 * tasks share the CPU.
 */
static __always_inline void on_child(unsigned long socket, unsigned long skb,
				     unsigned long req)
{
	const struct sock *sk = (const struct sock *)socket;

	lockdep_assert_once(in_softirq());
	/* The SYN of a Fast Open is answered in any case, and not freed as dropped. */
	if (unlikely(tcp_hdr((const struct sk_buff *)skb)->syn))
		return;
	if (TCPCLOSE_WORKERS_SHARE)
		note_shared_opening(skb, sk, req);
	else
		note_opening(opening_here(), skb, sk, req);
}

/* tcp_v4_syn_recv_sock(sk, skb, req, …) */
static __always_inline void on_v4_child(unsigned long sk, unsigned long skb,
					unsigned long req, unsigned long caller)
{
	tcpclose_probe_called(listener_calls[V4_CHILD]);
	on_child(sk, skb, req);
}

TCPCLOSE_PROBE(on_v4_child);

/* tcp_v6_syn_recv_sock(sk, skb, req, …), which calls the former for a mapped address */
static __always_inline void on_v6_child(unsigned long sk, unsigned long skb,
					unsigned long req, unsigned long caller)
{
	tcpclose_probe_called(listener_calls[V6_CHILD]);
	on_child(sk, skb, req);
}

TCPCLOSE_PROBE(on_v6_child);

/**
 * tcpclose_listener_refused() - the ACK is freed for which no socket could be made
 * @skb: the ACK, see tcpclose_listener_has_refused()
 *
 * Context: tracepoint.
 */
void tcpclose_listener_refused(const struct sk_buff *skb)
{
	struct tcpclose_drop_step step = { .skb = skb };
	struct tcpclose_opening *opening;
	unsigned long irq;

	local_irq_save(irq);
	opening = opening_here();
	/* Another segment at its address, freed with bottom halves on: the CPU may be another. */
	if (unlikely(!tcpclose_worker_is_seated(opening->task) ||
		     opening->ack != (unsigned long)skb))
		goto out;
	opening->ack = 0;
	if (unlikely(!is_of_this_run(opening)))
		goto out;
	step.listener = opening->listener;
	step.reason = opening->reason;
	read_queues(&step);
	if (step.reason != TCPCLOSE_DROP_NO_SOCKET) {
		step.queue = opening->queue;
		step.limit = opening->limit;
	}
	count_and_record(&step);
out:
	local_irq_restore(irq);
}

static void drop_request(const struct request_sock *req, u8 reason)
{
	struct tcpclose_drop_step step = {
		.listener = req->rsk_listener,
		.req = req,
		.reason = reason,
	};
	unsigned long irq;

	local_irq_save(irq);
	read_queues(&step);
	count_and_record(&step);
	local_irq_restore(irq);
}

/* tcp_req_err(sk, seq, abort) */
static __always_inline void on_request_error(unsigned long sk, unsigned long seq,
					     unsigned long abort, unsigned long caller)
{
	const struct request_sock *req = inet_reqsk((const struct sock *)sk);

	tcpclose_probe_called(listener_calls[REQUEST_ERROR]);
	if ((u32)seq == tcp_rsk(req)->snt_isn && (u8)abort)
		drop_request(req, TCPCLOSE_DROP_ICMP);
}

TCPCLOSE_PROBE(on_request_error);

/* tcp_peer_is_proven(req, dst) */
static int peer_proven_entered(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	*(unsigned long *)instance->data = compat_argument(regs, 0);
	return 0;
}

NOKPROBE_SYMBOL(peer_proven_entered);

static int peer_proven_returned(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	tcpclose_probe_called(listener_calls[PEER_PROVEN]);
	if (!(u8)regs_return_value(regs))
		drop_request(*(const struct request_sock **)instance->data,
			     TCPCLOSE_DROP_SYN_QUEUE_RESERVED);
	return 0;
}

NOKPROBE_SYMBOL(peer_proven_returned);

static struct tcpclose_probe listener_probes[PROBES] = {
	[V4_CHILD] = {
		.calls = &listener_calls[V4_CHILD],
		.functions = { TCPCLOSE_FUNCTION(tcp_v4_syn_recv_sock) },
		.purpose = "drops by listeners at the end of a handshake (IPv4)",
		.kprobe = on_v4_child_kprobe,
	},
	[V6_CHILD] = {
		.calls = &listener_calls[V6_CHILD],
		.functions = { TCPCLOSE_FUNCTION(tcp_v6_syn_recv_sock) },
		.purpose = "drops by listeners at the end of a handshake (IPv6)",
		.kprobe = on_v6_child_kprobe,
	},
	[REQUEST_ERROR] = {
		.calls = &listener_calls[REQUEST_ERROR],
		.functions = { TCPCLOSE_FUNCTION(tcp_req_err) },
		.purpose = "drops by listeners for an ICMP error",
		.kprobe = on_request_error_kprobe,
	},
	[PEER_PROVEN] = {
		.calls = &listener_calls[PEER_PROVEN],
		.functions = { TCPCLOSE_FUNCTION(tcp_peer_is_proven) },
		.purpose = "drops by listeners in the last quarter of the SYN queue",
		.entered = peer_proven_entered,
		.returned = peer_proven_returned,
		.note_size = sizeof(unsigned long),
	},
};

#if TCPCLOSE_HAVE_FTRACE
static void notrace listener_ftrace(unsigned long ip, unsigned long caller,
				    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (tcpclose_probe_is_at(&listener_probes[V4_CHILD], ip))
		TCPCLOSE_CALL(on_v4_child, fregs, caller);
	else if (tcpclose_probe_is_at(&listener_probes[V6_CHILD], ip))
		TCPCLOSE_CALL(on_v6_child, fregs, caller);
	else if (tcpclose_probe_is_at(&listener_probes[REQUEST_ERROR], ip))
		TCPCLOSE_CALL(on_request_error, fregs, caller);
}
#endif

struct tcpclose_hooks tcpclose_listener_hooks = {
	.probes = listener_probes,
	.count = ARRAY_SIZE(listener_probes),
	TCPCLOSE_FTRACE_MEMBER(listener_ftrace)
};
