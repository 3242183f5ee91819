// SPDX-License-Identifier: GPL-2.0-only
/*
 * RSTs: sees each that TCP sends or receives, with a socket or without one.
 *
 * Sent: tcp_v4_send_reset() and tcp_v6_send_reset() answer a segment;
 * tcp_send_active_reset() is a socket's own. Received: tcp_reset() for one that ends
 * a connection (segment.c); a mini-socket's (timewait.c); and what TCP frees without
 * any of these (the tracepoint kfree_skb). Netfilter's REJECT sends RSTs of its own,
 * which TCP does not see.
 *
 * What a record holds is for rst_record.c, how many there may be for gate.c.
 */
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/skbuff.h>
#include <net/inet_timewait_sock.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include <net/tcp.h>

#include "caller.h"
#include "cause.h"
#include "gate.h"
#include "listener.h"
#include "rst.h"
#include "rst_reason.h"
#include "rst_record.h"
#include "stats.h"
#include "worker.h"

enum {
	V4_ANSWER,
	V6_ANSWER,
	OWN,
	PROBES,
};

static DEFINE_PER_CPU(u64 [PROBES], rst_calls);
static DEFINE_PER_CPU(u64, rst_drop_calls);

/* Who processes a segment. */
enum {
	IN_SOFTIRQ,
	IN_TASK,	/* with bottom halves off, as a writer of TUN does */
	ON_BACKLOG,
	PLACES,
};

/**
 * struct recorded - segments with a RST that have a record, and will be freed next: so
 *	that they get no second one
 * @by: by who processes it; several where several share the CPU
 * @latest: index of the latest of them
 */
struct recorded {
	const struct sk_buff *by[PLACES][TCPCLOSE_WORKER_SEATS];
	u8 latest[PLACES];
};

static DEFINE_PER_CPU(struct recorded, rst_recorded);

static unsigned int place(void)
{
	if (in_serving_softirq())
		return IN_SOFTIRQ;
	return in_softirq() ? IN_TASK : ON_BACKLOG;
}

static void note_recorded(const struct sk_buff *skb)
{
	struct recorded *recorded = this_cpu_ptr(&rst_recorded);
	unsigned int by = place();

	lockdep_assert_irqs_disabled();
	if (TCPCLOSE_WORKERS_SHARE)
		recorded->latest[by] = (recorded->latest[by] + 1) % TCPCLOSE_WORKER_SEATS;
	WRITE_ONCE(recorded->by[by][recorded->latest[by]], skb);
}

/* Another CPU may do so at the same time for another segment. */
static bool take_recorded_of(struct recorded *recorded, unsigned int by,
			     const struct sk_buff *skb)
{
	unsigned int i;

	for (i = 0; i < TCPCLOSE_WORKER_SEATS; i++) {
		const struct sk_buff **of = &recorded->by[by][i];

		if (READ_ONCE(*of) == skb && cmpxchg(of, skb, NULL) == skb)
			return true;
	}
	return false;
}

/* Whether the segment has a record; forgets it. */
static bool take_recorded(const struct sk_buff *skb)
{
	unsigned int by = place();
	int cpu;

	lockdep_assert_irqs_disabled();
	if (by != ON_BACKLOG)
		return take_recorded_of(this_cpu_ptr(&rst_recorded), by, skb);
	/* A task that processes its backlog may have changed the CPU. */
	for_each_possible_cpu(cpu) {
		if (take_recorded_of(per_cpu_ptr(&rst_recorded, cpu), by, skb))
			return true;
	}
	return false;
}

/* Interrupts off. @always: it is one of a connection, not of a flood. */
static void count_and_record(const struct tcpclose_rst_step *step, bool always)
{
	bool sent = step->effect == TCPCLOSE_RST_SENT;
	u64 now_ns = ktime_get_ns();

	if (!sent)
		this_cpu_inc(tcpclose_counters->rsts_received[step->effect]);
	else if (step->mark & TCPCLOSE_RST_MARK_UNSURE)
		this_cpu_inc(tcpclose_counters->rsts_unsure);
	else
		this_cpu_inc(tcpclose_counters->rsts_sent[step->reason]);

	if (always || tcpclose_gate_admits(TCPCLOSE_GATE_RST, now_ns)) {
		tcpclose_rst_record(step, now_ns);
	} else {
		this_cpu_inc(tcpclose_counters->rsts_left_out);
		tcpclose_gate_left_out(sent ? TCPCLOSE_GATE_SENT :
					      TCPCLOSE_GATE_RECEIVED);
	}
}

static u8 owner_of(const struct sock *sk, u8 state, enum tcpclose_way way)
{
	if (!sk)
		return TCPCLOSE_RST_OWNER_NONE;
	if (state == TCP_TIME_WAIT)
		return TCPCLOSE_RST_OWNER_MINI;
	if (state != TCP_LISTEN)
		return TCPCLOSE_RST_OWNER_SOCKET;
	return way == TCPCLOSE_WAY_CHECK_REQUEST || way == TCPCLOSE_WAY_OPEN_FAILED ?
		       TCPCLOSE_RST_OWNER_REQUEST : TCPCLOSE_RST_OWNER_LISTENER;
}

/* A listener is not locked, and who holds its lock does something else. */
static u8 segment_context(const struct sock *sk, u8 owner)
{
	return owner == TCPCLOSE_RST_OWNER_SOCKET ? tcpclose_cause_segment_context(sk) :
						    TCPCLOSE_CONTEXT_SOFTIRQ;
}

/*
 * Whether the kernel may find that the segment's signature is not good, or that it
 * has no key to sign the answer: a segment with TCP-AO (RFC 5925), or with MD5 (RFC
 * 2385) that reached no full socket. Newer kernels do not answer one whose options
 * are malformed, either.
 */
static bool may_be_refused(const struct tcphdr *th, bool full)
{
	const u8 *option = (const u8 *)(th + 1);
	int left = __tcp_hdrlen(th) - sizeof(*th);

	while (left > 0 && *option != TCPOPT_EOL) {
		int size = *option == TCPOPT_NOP ? 1 : left > 1 ? option[1] : 0;

		if (*option != TCPOPT_NOP && (size < 2 || size > left))
			return true;
		if (*option == TCPOPT_MD5SIG && (!full || size != TCPOLEN_MD5SIG))
			return true;
		if (*option == 29)	/* TCPOPT_AO of newer kernels */
			return true;
		left -= size;
		option += size;
	}
	return false;
}

/* Whether the segment that is answered ends a connection, as it can only once. */
static bool ends_connection(const struct tcpclose_rst_step *step)
{
	return step->owner == TCPCLOSE_RST_OWNER_MINI ||
	       (step->owner == TCPCLOSE_RST_OWNER_SOCKET && step->state == TCP_CLOSE);
}

static noinline void record_answer(const struct sock *sk, const struct sk_buff *skb,
				   bool ipv6, unsigned long reason, unsigned long caller)
{
	enum tcpclose_way way = tcpclose_caller_of(caller, TCPCLOSE_WAY_OTHER);
	struct tcpclose_rst_step step = {
		.sk = sk,
		.skb = skb,
		.ipv6 = ipv6,
		.state = sk ? READ_ONCE(sk->sk_state) : 0,
	};

	step.owner = owner_of(sk, step.state, way);
	step.context = segment_context(sk, step.owner);
	/* A RST is not answered. */
	if (tcp_hdr(skb)->rst) {
		step.effect = sk ? TCPCLOSE_RST_IGNORED : TCPCLOSE_RST_UNMATCHED;
		note_recorded(skb);
		count_and_record(&step, false);
		return;
	}
	if (may_be_refused(tcp_hdr(skb), sk && step.owner != TCPCLOSE_RST_OWNER_MINI))
		step.mark = TCPCLOSE_RST_MARK_UNSURE;
	step.derived = tcpclose_rst_reason_of_answer(sk, step.state, skb, way);
	step.reason = tcpclose_rst_reason_of_kernel(reason);
	if (!step.reason)
		step.reason = step.derived;
	count_and_record(&step, ends_connection(&step));
}

/* tcp_v4_send_reset(sk, skb[, reason]) */
static __always_inline void on_v4_answer(unsigned long sk, unsigned long segment,
					 unsigned long reason, unsigned long caller)
{
	const struct sk_buff *skb = (const struct sk_buff *)segment;
	unsigned long irq;

	local_irq_save(irq);
	tcpclose_probe_called(rst_calls[V4_ANSWER]);
	/* Nothing is sent for what was not sent to this machine. */
	if (sk || tcp_hdr(skb)->rst || !skb_rtable(skb) ||
	    skb_rtable(skb)->rt_type == RTN_LOCAL)
		record_answer((const struct sock *)sk, skb, false,
			      TCPCLOSE_FORM(tcp_v4_send_reset, reason) ? reason : 0, caller);
	local_irq_restore(irq);
}

TCPCLOSE_PROBE(on_v4_answer);

/* tcp_v6_send_reset(sk, skb[, reason]) */
static __always_inline void on_v6_answer(unsigned long sk, unsigned long segment,
					 unsigned long reason, unsigned long caller)
{
	const struct sk_buff *skb = (const struct sk_buff *)segment;
	unsigned long irq;

	local_irq_save(irq);
	tcpclose_probe_called(rst_calls[V6_ANSWER]);
	if (sk || tcp_hdr(skb)->rst || !skb_dst(skb) || ipv6_unicast_destination(skb))
		record_answer((const struct sock *)sk, skb, true,
			      TCPCLOSE_FORM(tcp_v6_send_reset, reason) ? reason : 0, caller);
	local_irq_restore(irq);
}

TCPCLOSE_PROBE(on_v6_answer);

/* In which context a socket sends a RST on its own account. */
static u8 context_of_own(const struct sock *sk, enum tcpclose_way way)
{
	switch (way) {
	case TCPCLOSE_WAY_KEEPALIVE_TIMER:
	case TCPCLOSE_WAY_WRITE_TIMER:
	case TCPCLOSE_WAY_RESOURCES:
		return in_serving_softirq() ? TCPCLOSE_CONTEXT_TIMER :
					      TCPCLOSE_CONTEXT_BACKLOG;
	case TCPCLOSE_WAY_CLOSE:
	case TCPCLOSE_WAY_DISCONNECT:
	case TCPCLOSE_WAY_ABORT:
		return in_serving_softirq() ? TCPCLOSE_CONTEXT_SOFTIRQ :
					      TCPCLOSE_CONTEXT_PROCESS;
	default:
		/* MPTCP does, in any context. */
		if (in_serving_softirq() || !sk->sk_lock.owned)
			return TCPCLOSE_CONTEXT_SOFTIRQ;
		return tcpclose_cause_on_backlog() ? TCPCLOSE_CONTEXT_BACKLOG :
						     TCPCLOSE_CONTEXT_PROCESS;
	}
}

/* Whether a socket's segments are IPv6 ones. */
static bool sends_ipv6(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	return sk->sk_family == AF_INET6 && !ipv6_addr_v4mapped(&sk->sk_v6_daddr);
#else
	return false;
#endif
}

/* tcp_send_active_reset(sk[, priority][, reason]) */
static __always_inline unsigned long reason_of_own(unsigned long second, unsigned long third)
{
	if (TCPCLOSE_FORM(tcp_send_active_reset, second))
		return second;
	return TCPCLOSE_FORM(tcp_send_active_reset, third) ? third : 0;
}

static __always_inline void on_own(unsigned long socket, unsigned long second,
				   unsigned long third, unsigned long caller)
{
	struct tcpclose_rst_step step = {
		.sk = (const struct sock *)socket,
		.ipv6 = sends_ipv6((const struct sock *)socket),
		.state = ((const struct sock *)socket)->sk_state,
		.owner = TCPCLOSE_RST_OWNER_SOCKET,
	};
	enum tcpclose_way way;
	unsigned long irq;

	local_irq_save(irq);
	tcpclose_probe_called(rst_calls[OWN]);
	way = tcpclose_caller_of(caller, TCPCLOSE_WAY_OTHER);
	step.context = context_of_own(step.sk, way);
	step.derived = tcpclose_rst_reason_of_own(step.sk, way);
	step.reason = tcpclose_rst_reason_of_kernel(reason_of_own(second, third));
	if (!step.reason)
		step.reason = step.derived;
	count_and_record(&step, true);
	local_irq_restore(irq);
}

TCPCLOSE_PROBE(on_own);

/**
 * tcpclose_rst_ended() - a received RST ends a connection
 * @sk: the socket, in tcp_reset()
 * @skb: the segment
 * @caller: where tcp_reset() returns to
 *
 * Context: hook.
 */
void tcpclose_rst_ended(const struct sock *sk, const struct sk_buff *skb,
			unsigned long caller)
{
	const struct tcpclose_rst_step step = {
		.sk = sk,
		.skb = skb,
		.ipv6 = skb->protocol == htons(ETH_P_IPV6),
		.state = sk->sk_state,
		.effect = TCPCLOSE_RST_ENDED,
		.owner = TCPCLOSE_RST_OWNER_SOCKET,
		.context = tcpclose_cause_segment_context(sk),
	};
	unsigned long irq;

	local_irq_save(irq);
	/* Of Fast Open before it is established: the segment is dropped afterwards. */
	if (tcpclose_caller_of(caller, TCPCLOSE_WAY_RESET) == TCPCLOSE_WAY_CHECK_REQUEST)
		note_recorded(skb);
	count_and_record(&step, true);
	local_irq_restore(irq);
}

/**
 * tcpclose_rst_at_mini() - a RST reaches a mini-socket
 * @tw: the mini-socket
 * @skb: the segment, which is freed next
 *
 * Context: hook.
 */
void tcpclose_rst_at_mini(const struct inet_timewait_sock *tw, const struct sk_buff *skb)
{
	const struct tcpclose_rst_step step = {
		.sk = (const struct sock *)tw,
		.skb = skb,
		.ipv6 = skb->protocol == htons(ETH_P_IPV6),
		.state = TCP_TIME_WAIT,
		.effect = TCPCLOSE_RST_MINI,
		.owner = TCPCLOSE_RST_OWNER_MINI,
		.context = TCPCLOSE_CONTEXT_SOFTIRQ,
	};
	unsigned long irq;

	local_irq_save(irq);
	note_recorded(skb);
	count_and_record(&step, false);
	local_irq_restore(irq);
}

/* Anything is freed there, but of a TCP segment with a RST this is true. */
static __always_inline bool may_be_rst(const struct sk_buff *skb)
{
	unsigned int header = skb->transport_header;

	return header + sizeof(struct tcphdr) <=
		       (unsigned int)(skb_tail_pointer(skb) - skb->head) &&
	       ((const struct tcphdr *)(skb->head + header))->rst;
}

/* TCP frees a segment with a RST, or somebody else something else. */
static noinline void record_drop(const struct sk_buff *skb, unsigned long location,
				 const struct sock *sk)
{
	struct tcpclose_rst_step step = {
		.skb = skb,
		.ipv6 = skb->protocol == htons(ETH_P_IPV6),
		.context = in_softirq() ? TCPCLOSE_CONTEXT_SOFTIRQ :
					  TCPCLOSE_CONTEXT_BACKLOG,
	};
	unsigned long irq;

	local_irq_save(irq);
	switch (tcpclose_caller_way(location)) {
	case TCPCLOSE_WAY_SEND_RESET:
		/* The RST itself: there is no route for it (IPv6). */
		this_cpu_inc(tcpclose_counters->rsts_failed);
		goto out;
	case TCPCLOSE_WAY_RECEIVE:
		/* The socket, if there was one, may be gone. */
		step.effect = TCPCLOSE_RST_OTHER;
		break;
	case TCPCLOSE_WAY_VALIDATE:
	case TCPCLOSE_WAY_SEGMENT:
	case TCPCLOSE_WAY_INPUT:
		step.effect = TCPCLOSE_RST_IGNORED;
		if (!sk)
			break;
		step.sk = sk;
		step.state = READ_ONCE(sk->sk_state);
		step.owner = owner_of(sk, step.state, TCPCLOSE_WAY_OTHER);
		step.context = segment_context(sk, step.owner);
		break;
	default:
		goto out;
	}
	if (!take_recorded(skb))
		count_and_record(&step, false);
out:
	local_irq_restore(irq);
}

COMPAT_KFREE_SKB_PROBE(rst_drop_probe)
{
	this_cpu_inc(rst_drop_calls);
	if (unlikely(may_be_rst(skb)))
		record_drop(skb, (unsigned long)location, COMPAT_KFREE_SKB_SOCKET);
	if (unlikely(tcpclose_listener_has_refused(skb)))
		tcpclose_listener_refused(skb);
}

struct tcpclose_tracepoint tcpclose_rst_drops = {
	.name = "kfree_skb",
	.prototype = TCPCLOSE_PROTOTYPE_trace_kfree_skb,
	.purpose = "RSTs that end no connection; handshakes that listeners drop",
	.probe = rst_drop_probe,
	.calls = &rst_drop_calls,
};

static struct tcpclose_probe rst_probes[PROBES] = {
	[V4_ANSWER] = {
		.calls = &rst_calls[V4_ANSWER],
		.functions = { TCPCLOSE_FUNCTION(tcp_v4_send_reset) },
		.purpose = "RSTs that answer a segment (IPv4)",
		.kprobe = on_v4_answer_kprobe,
	},
	[V6_ANSWER] = {
		.calls = &rst_calls[V6_ANSWER],
		.functions = { TCPCLOSE_FUNCTION(tcp_v6_send_reset) },
		.purpose = "RSTs that answer a segment (IPv6)",
		.kprobe = on_v6_answer_kprobe,
	},
	[OWN] = {
		.calls = &rst_calls[OWN],
		.functions = { TCPCLOSE_FUNCTION(tcp_send_active_reset) },
		.purpose = "RSTs that a socket sends on its own account",
		.kprobe = on_own_kprobe,
	},
};

#if TCPCLOSE_HAVE_FTRACE
static void notrace rst_ftrace(unsigned long ip, unsigned long caller,
			       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (tcpclose_probe_is_at(&rst_probes[V4_ANSWER], ip))
		TCPCLOSE_CALL(on_v4_answer, fregs, caller);
	else if (tcpclose_probe_is_at(&rst_probes[V6_ANSWER], ip))
		TCPCLOSE_CALL(on_v6_answer, fregs, caller);
	else if (tcpclose_probe_is_at(&rst_probes[OWN], ip))
		TCPCLOSE_CALL(on_own, fregs, caller);
}
#endif

struct tcpclose_hooks tcpclose_rst_hooks = {
	.probes = rst_probes,
	.count = ARRAY_SIZE(rst_probes),
	TCPCLOSE_FTRACE_MEMBER(rst_ftrace)
};
