// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments in hand: notes which segment is being processed for which socket, so
 * that a transition can be recorded with the control bits of the segment behind
 * it.
 *
 * A transition that a segment causes always has one of the functions hooked
 * here on its stack. Whether a segment caused it is for reason.c to decide, and
 * for timewait.c: a note may be left from an earlier segment. Owns the notes;
 * knows nothing of entries and records.
 */
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "listener.h"
#include "rst.h"
#include "segment.h"

enum {
	RCV_STATE_PROCESS,
	DATA_QUEUE,
	RESET,
#if TCPCLOSE_FORM(tcp_reset, alone)
	VALIDATE,
#endif
	PROBES,
};

static DEFINE_PER_CPU(u64 [PROBES], segment_calls);
static struct tcpclose_probe segment_probes[PROBES];

DEFINE_PER_CPU(struct tcpclose_segment [TCPCLOSE_WORKER_SLOTS], tcpclose_segments);

static noinline void note_segment_in_task(const void *owner, u32 what)
{
	unsigned long switches = tcpclose_worker_switches();

	/*
	 * Another task on this CPU may leave half a note of this one, and this
	 * one half of that: both have been switched since they counted, so
	 * neither will take it for its own.
	 */
	barrier();
	this_cpu_write(tcpclose_segments[TCPCLOSE_SEGMENT_TASK].owner, owner);
	this_cpu_write(tcpclose_segments[TCPCLOSE_SEGMENT_TASK].worker.task, current);
	this_cpu_write(tcpclose_segments[TCPCLOSE_SEGMENT_TASK].worker.switches,
		       switches);
	this_cpu_write(tcpclose_segments[TCPCLOSE_SEGMENT_TASK].what, what);
}

/* Who has bottom halves off may be preempted, and come back. */
static noinline void note_segment_of_many(const void *owner, u32 what)
{
	struct tcpclose_segment *segment;
	unsigned long irq;

	local_irq_save(irq);
	segment = tcpclose_segment_slot();
	segment->owner = owner;
	segment->worker = tcpclose_worker_here();
	segment->what = what;
	local_irq_restore(irq);
}

static __always_inline void note_segment(const void *owner, const struct tcphdr *th,
					 u8 substate, bool reset)
{
	u32 what = tcpclose_segment_header_flags(th);

	what |= reset ? TCPCLOSE_SEGMENT_RESET : 0;
	what |= (u32)substate << TCPCLOSE_SEGMENT_SUBSTATE_SHIFT;

	if (TCPCLOSE_WORKERS_SHARE) {
		note_segment_of_many(owner, what);
		return;
	}
	if (unlikely(!in_serving_softirq())) {
		note_segment_in_task(owner, what);
		return;
	}
	/* Nothing that reads these interrupts a softirq. */
	this_cpu_write(tcpclose_segments[TCPCLOSE_SEGMENT_SOFTIRQ].owner, owner);
	this_cpu_write(tcpclose_segments[TCPCLOSE_SEGMENT_SOFTIRQ].what, what);
}

/**
 * tcpclose_segment_note() - note a segment
 * @owner: the socket or mini-socket that it reached
 * @th: its header
 * @substate: state of the mini-socket, 0 for a socket
 * @reset: whether it resets the connection
 *
 * Context: any.
 */
void tcpclose_segment_note(const void *owner, const struct tcphdr *th,
			   u8 substate, bool reset)
{
	note_segment(owner, th, substate, reset);
}

#if TCPCLOSE_FORM(tcp_reset, alone)
/* Up to 5.10 only those that call tcp_reset() have the segment: it is kept for that. */
struct segment_in_hand {
	const void *owner;
	const struct sk_buff *skb;
	struct tcpclose_worker worker;
};

/* Indexed by tcpclose_worker_slot(). */
static DEFINE_PER_CPU(struct segment_in_hand [TCPCLOSE_WORKER_SLOTS], segments_in_hand);

static void take_in_hand(const void *owner, const struct sk_buff *skb)
{
	struct segment_in_hand *hand;
	unsigned long irq;

	if (!tcp_hdr(skb)->rst)
		return;
	local_irq_save(irq);
	hand = &(*this_cpu_ptr(&segments_in_hand))[tcpclose_worker_slot()];
	hand->owner = owner;
	hand->skb = skb;
	hand->worker = tcpclose_worker_here();
	local_irq_restore(irq);
}

static const struct sk_buff *take_from_hand(const void *owner)
{
	const struct sk_buff *skb = NULL;
	struct segment_in_hand *hand;
	unsigned long irq;

	local_irq_save(irq);
	hand = &(*this_cpu_ptr(&segments_in_hand))[tcpclose_worker_slot()];
	if (hand->owner == owner && tcpclose_worker_is_here(&hand->worker))
		skb = hand->skb;
	hand->owner = NULL;
	local_irq_restore(irq);
	return skb;
}

/*
 * tcp_validate_incoming(sk, skb): segments off the fast path; it calls tcp_reset(), as
 * tcp_rcv_state_process() does in SYN_SENT.
 */
static __always_inline void on_validate_incoming(unsigned long sk, unsigned long skb,
						 unsigned long unused,
						 unsigned long caller)
{
	tcpclose_probe_called(segment_calls[VALIDATE]);
	take_in_hand((const void *)sk, (const struct sk_buff *)skb);
}

TCPCLOSE_PROBE(on_validate_incoming);

/* Return: the segment; NULL: it is unknown. */
static __always_inline const struct sk_buff *segment_of_reset(unsigned long sk,
							      unsigned long skb)
{
	return take_from_hand((const void *)sk);
}
#else
static __always_inline void take_in_hand(const void *owner, const struct sk_buff *skb)
{
}

static __always_inline const struct sk_buff *segment_of_reset(unsigned long sk,
							      unsigned long skb)
{
	return (const struct sk_buff *)skb;
}
#endif

/*
 * tcp_rcv_state_process(sk, skb): every segment outside ESTABLISHED. No SYN changes the
 * state of a listener.
 */
static __always_inline void on_rcv_state_process(unsigned long socket,
						 unsigned long buffer,
						 unsigned long unused,
						 unsigned long caller)
{
	const struct sk_buff *skb = (const struct sk_buff *)buffer;
	const struct sock *sk = (const struct sock *)socket;

	tcpclose_probe_called(segment_calls[RCV_STATE_PROCESS]);
	take_in_hand(sk, skb);
	if (unlikely(tcp_hdr(skb)->syn) && sk->sk_state == TCP_LISTEN)
		tcpclose_listener_syn(sk, skb);
	else
		note_segment(sk, tcp_hdr(skb), 0, false);
}

TCPCLOSE_PROBE(on_rcv_state_process);

/*
 * tcp_data_queue(sk, skb): in ESTABLISHED, segments off the fast path, as those
 * with a FIN always are. One without a FIN may fill the gap before a FIN that
 * was received early. In other states tcp_rcv_state_process() was called
 * before.
 */
static __always_inline void on_data_queue(unsigned long socket,
					  unsigned long buffer,
					  unsigned long unused,
					  unsigned long caller)
{
	const struct sk_buff *skb = (const struct sk_buff *)buffer;
	const struct sock *sk = (const struct sock *)socket;

	tcpclose_probe_called(segment_calls[DATA_QUEUE]);
	if (likely(!(TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN)) &&
	    likely(RB_EMPTY_ROOT(&tcp_sk(sk)->out_of_order_queue)))
		return;
	if (sk->sk_state == TCP_ESTABLISHED)
		note_segment(sk, tcp_hdr(skb), 0, false);
}

TCPCLOSE_PROBE(on_data_queue);

/*
 * tcp_reset(sk, skb), up to 5.10 tcp_reset(sk): always followed by CLOSE. Noted last:
 * the record of the RST may wake a reader, to which a task is switched at once if the
 * kernel has PREEMPT_RT.
 */
static __always_inline void on_reset(unsigned long socket, unsigned long buffer,
				     unsigned long unused, unsigned long caller)
{
	const struct sk_buff *skb = segment_of_reset(socket, buffer);
	const struct sock *sk = (const struct sock *)socket;
	static const struct tcphdr unknown;

	tcpclose_probe_called(segment_calls[RESET]);
	if (skb && tcp_hdr(skb)->rst)
		tcpclose_rst_ended(sk, skb, caller);
	note_segment(sk, skb ? tcp_hdr(skb) : &unknown, 0, true);
}

TCPCLOSE_PROBE(on_reset);

static struct tcpclose_probe segment_probes[PROBES] = {
	[RCV_STATE_PROCESS] = {
		.calls = &segment_calls[RCV_STATE_PROCESS],
		.functions = { TCPCLOSE_FUNCTION(tcp_rcv_state_process) },
		.purpose = "control bits of segments outside ESTABLISHED; SYNs that listeners drop",
		.kprobe = on_rcv_state_process_kprobe,
	},
	[DATA_QUEUE] = {
		.calls = &segment_calls[DATA_QUEUE],
		.functions = { TCPCLOSE_FUNCTION(tcp_data_queue) },
		.purpose = "control bits of a FIN received in ESTABLISHED",
		.kprobe = on_data_queue_kprobe,
	},
	[RESET] = {
		.calls = &segment_calls[RESET],
		.functions = { TCPCLOSE_FUNCTION(tcp_reset) },
		.purpose = "whether a RST was received, and its control bits",
		.kprobe = on_reset_kprobe,
	},
#if TCPCLOSE_FORM(tcp_reset, alone)
	[VALIDATE] = {
		.calls = &segment_calls[VALIDATE],
		.functions = { TCPCLOSE_FUNCTION(tcp_validate_incoming) },
		.purpose = "control bits of a RST received, and records of RSTs that end connections",
		.kprobe = on_validate_incoming_kprobe,
	},
#endif
};

/* Most frequent first, here and in the other files. */
#if TCPCLOSE_HAVE_FTRACE
static void notrace segment_ftrace(unsigned long ip, unsigned long caller,
				   struct ftrace_ops *ops,
				   struct ftrace_regs *fregs)
{
	if (tcpclose_probe_is_at(&segment_probes[RCV_STATE_PROCESS], ip))
		TCPCLOSE_CALL(on_rcv_state_process, fregs, caller);
	else if (tcpclose_probe_is_at(&segment_probes[DATA_QUEUE], ip))
		TCPCLOSE_CALL(on_data_queue, fregs, caller);
	else if (tcpclose_probe_is_at(&segment_probes[RESET], ip))
		TCPCLOSE_CALL(on_reset, fregs, caller);
#if TCPCLOSE_FORM(tcp_reset, alone)
	else if (tcpclose_probe_is_at(&segment_probes[VALIDATE], ip))
		TCPCLOSE_CALL(on_validate_incoming, fregs, caller);
#endif
}
#endif

struct tcpclose_hooks tcpclose_segment_hooks = {
	.probes = segment_probes,
	.count = ARRAY_SIZE(segment_probes),
	TCPCLOSE_FTRACE_MEMBER(segment_ftrace)
};
