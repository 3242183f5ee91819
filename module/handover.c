// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hand-overs: a full socket becomes a mini-socket.
 *
 * tcp_time_wait() creates the mini-socket, hashes it and calls tcp_done(), for
 * which the tracepoint reports CLOSE. The hooks here mark the socket's entry on
 * the way. The mini-socket gets an entry of its own before it can be looked up,
 * since another CPU may end it before the tracepoint is reached.
 *
 * Owns the notes of hand-overs: in softirq the first hook only leaves one, which the
 * second gives to the entry. Where that is not called since there is no mini-socket, and
 * for a socket without an entry, it waits for the tracepoint. What becomes of the
 * mini-socket afterwards is up to timewait.c.
 */
#include <linux/ktime.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>
#include <net/tcp_states.h>

#include "caller.h"
#include "handover.h"
#include "moment.h"
#include "record.h"
#include "share.h"
#include "stats.h"
#include "step.h"
#include "table.h"
#include "worker.h"

static DEFINE_PER_CPU(u64 [TCPCLOSE_HANDOVER_PROBES], handover_calls);

/**
 * struct handover_note - the latest call of tcp_time_wait() of a worker
 * @sk: its socket; only compared; NULL: an entry has taken the note over
 * @worker: who called it
 * @caller: its return address
 * @successor: state of the mini-socket
 * @born: whether that was created
 */
struct handover_note {
	const void *sk;
	struct tcpclose_worker worker;
	unsigned long caller;
	u8 successor;
	bool born;
};

/* Indexed by tcpclose_worker_slot(). */
static DEFINE_PER_CPU(struct handover_note [2], handover_notes);

/* tcpclose_worker_slot() */
#define HANDOVER_SOFTIRQ	1

static struct handover_note *handover_note_slot(void)
{
	return &(*this_cpu_ptr(&handover_notes))[tcpclose_worker_slot()];
}

static struct handover_note *handover_note_of(const void *sk)
{
	struct handover_note *note = handover_note_slot();

	if (note->sk != sk || !tcpclose_worker_is_here(&note->worker))
		return NULL;
	return note;
}

/* Without a hook on births, an attempt has to count as a birth. */
static u8 flags_of_attempt(void)
{
	return tcpclose_handover_probes[TCPCLOSE_HANDOVER_HASHDANCE].via ?
		       TCPCLOSE_ENTRY_TO_TIME_WAIT :
		       TCPCLOSE_ENTRY_HAND_OVER;
}

/**
 * tcpclose_handover_take() - take the noted hand-over of a socket
 * @sk: the socket, which enters CLOSE
 * @entry: its entry or stand-in; gets the hand-over's flags, state and caller if one
 *	was noted, and is left unchanged otherwise
 *
 * Context: tracepoint, interrupts off.
 */
void tcpclose_handover_take(const struct sock *sk, struct tcpclose_entry *entry)
{
	struct handover_note *note = handover_note_of(sk);

	if (!note)
		return;
	entry->flags |= note->born ? TCPCLOSE_ENTRY_HAND_OVER : flags_of_attempt();
	entry->successor = note->successor;
	entry->way = tcpclose_caller_of(note->caller, TCPCLOSE_WAY_OTHER);
	note->sk = NULL;
}

/* Where this may be preempted: then a note may be lost, what the entry says is not. */
static noinline void mark_attempt(const struct sock *sk, u8 successor,
				  unsigned long caller)
{
	struct tcpclose_entry *entry;
	unsigned long irq;

	local_irq_save(irq);
	entry = tcpclose_table_find_sock(sk);
	if (entry) {
		entry->flags |= flags_of_attempt();
		entry->successor = successor;
		entry->way = tcpclose_caller_of(caller, TCPCLOSE_WAY_OTHER);
	} else {
		*handover_note_slot() = (struct handover_note){
			.sk = sk,
			.worker = tcpclose_worker_here(),
			.caller = caller,
			.successor = successor,
		};
	}
	local_irq_restore(irq);
}

/*
 * tcp_time_wait(sk, state, timeo): tries to replace the socket by a
 * mini-socket.
 */
static __always_inline void on_time_wait(unsigned long sk, unsigned long state,
					 unsigned long timeo, unsigned long caller)
{
	tcpclose_probe_called(handover_calls[TCPCLOSE_HANDOVER_TO_TIME_WAIT]);
	if (unlikely(!tcpclose_moment_in_softirq())) {
		mark_attempt((const struct sock *)sk, state, caller);
		return;
	}
	/* Nothing that reads these interrupts a softirq. */
	this_cpu_write(handover_notes[HANDOVER_SOFTIRQ].sk, (const void *)sk);
	this_cpu_write(handover_notes[HANDOVER_SOFTIRQ].caller, caller);
	this_cpu_write(handover_notes[HANDOVER_SOFTIRQ].successor, state);
	this_cpu_write(handover_notes[HANDOVER_SOFTIRQ].born, false);
}

TCPCLOSE_PROBE(on_time_wait);

/* The socket's mini-socket is there; what softirq has noted goes to the entry. */
static __always_inline void mark_handed_over(struct tcpclose_entry *entry,
					     const struct sock *sk, u8 substate)
{
	unsigned long caller;

	entry->flags |= TCPCLOSE_ENTRY_HANDED_OVER;
	entry->successor = substate;
	if (!tcpclose_moment_in_softirq() ||
	    this_cpu_read(handover_notes[HANDOVER_SOFTIRQ].sk) != sk)
		return;
	this_cpu_write(handover_notes[HANDOVER_SOFTIRQ].sk, NULL);
	caller = this_cpu_read(handover_notes[HANDOVER_SOFTIRQ].caller);
	/* Only a segment leads to TIME_WAIT. */
	entry->way = likely(substate == TCP_TIME_WAIT) ?
			     TCPCLOSE_WAY_SEGMENT :
			     tcpclose_caller_of(caller, TCPCLOSE_WAY_OTHER);
}

/* Copy to the mini-socket's entry what it shares with the socket's. */
static __always_inline void inherit_entry(struct tcpclose_entry *to,
					  struct tcpclose_entry *from)
{
	to->cookie = from->cookie;
	to->born_ns = from->born_ns;
	to->since_ns = from->since_ns;
	to->index = tcpclose_entry_increment(from->index);
	to->closer = from->closer;
	to->flags = (from->flags & (TCPCLOSE_ENTRY_OLD | TCPCLOSE_ENTRY_REFUSED |
				    TCPCLOSE_ENTRY_MPTCP)) |
		    TCPCLOSE_ENTRY_MINI;
}

/*
 * The socket has no entry: complete its note, and guess what its entry would
 * say. Returns its flags.
 */
static noinline u16 begin_without_entry(const struct sock *sk)
{
	struct handover_note *note = handover_note_of(sk);

	if (note)
		note->born = true;
	return tcpclose_table_unknown_flag(tcpclose_share_unknown(sk)) |
	       TCPCLOSE_ENTRY_MINI;
}

/* Make the mini-socket's entry; interrupts off, bucket locked. */
static __always_inline struct tcpclose_entry *
add_mini_entry(struct tcpclose_bucket *bucket, const struct inet_timewait_sock *tw,
	       const struct sock *sk, struct tcpclose_entry *from, u16 flags)
{
	struct tcpclose_entry *entry = tcpclose_table_add(bucket, tw);
	u8 substate = tw->tw_substate;

	if (unlikely(!entry))
		return NULL;
	if (likely(from)) {
		inherit_entry(entry, from);
	} else {
		entry->flags = flags;
		entry->closer = sk->sk_state == TCP_CLOSING ? TCPCLOSE_CLOSER_BOTH :
							      TCPCLOSE_CLOSER_LOCAL;
	}
	/* FIN_WAIT2 continues, but TIME_WAIT starts now. */
	if (substate == TCP_TIME_WAIT)
		entry->since_ns = from && tcpclose_moment_of_hand_over_is_kept(from) ?
					  tcpclose_moment_of_segment(sk) :
					  ktime_get_ns();
	if (!entry->cookie)
		entry->cookie = atomic64_read(&tw->tw_cookie);
	entry->state = substate;
	tcpclose_record_identity(entry, sk);
	this_cpu_inc(tcpclose_counters->live_timewait);
	return entry;
}

static noinline void hand_over(const struct inet_timewait_sock *tw, const struct sock *sk)
{
	struct tcpclose_entry *entry, *from;
	struct tcpclose_bucket *bucket;
	unsigned long irq;
	u16 flags = 0;

	local_irq_save(irq);
	tcpclose_probe_called(handover_calls[TCPCLOSE_HANDOVER_HASHDANCE]);
	this_cpu_inc(tcpclose_counters->born);
	from = tcpclose_table_find_sock(sk);
	if (likely(from))
		mark_handed_over(from, sk, tw->tw_substate);
	else
		flags = begin_without_entry(sk);

	bucket = tcpclose_table_lock(tw);
	entry = add_mini_entry(bucket, tw, sk, from, flags);
	if (unlikely(!entry) && (from || flags & TCPCLOSE_ENTRY_REFUSED))
		tcpclose_share_refuse(sk);
	/*
	 * The socket's own transition counts the mini-socket as alive, if it is
	 * tracked.
	 */
	if (unlikely(!entry != !from))
		tcpclose_stats_live(tw->tw_substate, entry ? 1 : -1);
	tcpclose_table_unlock(bucket);
	local_irq_restore(irq);
}

/*
 * inet_twsk_hashdance(tw, sk, …): the mini-socket is complete, and not yet in
 * the hash table.
 */
static __always_inline void on_twsk_hashdance(unsigned long tw, unsigned long sk,
					      unsigned long hashinfo,
					      unsigned long caller)
{
	if (((const struct sock *)sk)->sk_protocol == IPPROTO_TCP)
		hand_over((const void *)tw, (const struct sock *)sk);
}

TCPCLOSE_PROBE(on_twsk_hashdance);

struct tcpclose_probe tcpclose_handover_probes[] = {
	[TCPCLOSE_HANDOVER_HASHDANCE] = {
		.calls = &handover_calls[TCPCLOSE_HANDOVER_HASHDANCE],
		.functions = { "inet_twsk_hashdance",
			       "inet_twsk_hashdance_schedule" },
		.purpose = "births of mini-sockets, and with them every TIME_WAIT",
		.kprobe = on_twsk_hashdance_kprobe,
	},
	[TCPCLOSE_HANDOVER_TO_TIME_WAIT] = {
		.calls = &handover_calls[TCPCLOSE_HANDOVER_TO_TIME_WAIT],
		.functions = { "tcp_time_wait" },
		.purpose = "mini-sockets that could not be created (overflow)",
		.kprobe = on_time_wait_kprobe,
	},
};

#if TCPCLOSE_HAVE_FTRACE
static void notrace handover_ftrace(unsigned long ip, unsigned long caller,
				    struct ftrace_ops *ops,
				    struct ftrace_regs *fregs)
{
	if (tcpclose_probe_is_at(&tcpclose_handover_probes[TCPCLOSE_HANDOVER_TO_TIME_WAIT], ip))
		TCPCLOSE_CALL(on_time_wait, fregs, caller);
	else if (tcpclose_probe_is_at(&tcpclose_handover_probes[TCPCLOSE_HANDOVER_HASHDANCE], ip))
		TCPCLOSE_CALL(on_twsk_hashdance, fregs, caller);
}
#endif

struct tcpclose_hooks tcpclose_handover_hooks = {
	.probes = tcpclose_handover_probes,
	.count = TCPCLOSE_HANDOVER_PROBES,
	TCPCLOSE_FTRACE_MEMBER(handover_ftrace)
};
