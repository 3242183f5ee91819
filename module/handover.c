// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hand-overs: a full socket becomes a mini-socket.
 *
 * tcp_time_wait() creates the mini-socket, hashes it and calls tcp_done(), for
 * which the tracepoint reports CLOSE. The hooks here mark the socket's entry on
 * the way. The mini-socket gets an entry of its own before it can be looked up,
 * since another CPU may end it before the tracepoint is reached.
 *
 * Owns the notes of hand-overs of sockets without an entry. What becomes of the
 * mini-socket afterwards is up to timewait.c.
 */
#include <linux/ktime.h>
#include <linux/lockdep.h>
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
/* Keeps what a socket's entry would, for a socket without one. */
struct handover_note {
	const void *sk;
	struct tcpclose_worker worker;
	u16 flags;	/* TCPCLOSE_ENTRY_* */
	u8 successor;
	u8 way;
};

/* Indexed by tcpclose_worker_slot(). */
static DEFINE_PER_CPU(struct handover_note [TCPCLOSE_WORKER_SLOTS], handover_notes);

static struct handover_note *handover_note_slot(void)
{
	lockdep_assert_irqs_disabled();
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

static void note_handover(const void *sk, u8 successor, u8 way)
{
	struct handover_note *note = handover_note_slot();

	note->sk = sk;
	note->worker = tcpclose_worker_here();
	note->flags = flags_of_attempt();
	note->successor = successor;
	note->way = way;
}

/**
 * tcpclose_handover_take() - take the noted hand-over of a socket without an
 *	entry
 * @sk: the socket, which enters CLOSE
 * @entry: its stand-in; gets the hand-over's flags, state and caller if one was
 *	noted, and is left unchanged otherwise
 *
 * Context: tracepoint, interrupts off.
 */
void tcpclose_handover_take(const struct sock *sk, struct tcpclose_entry *entry)
{
	struct handover_note *note = handover_note_of(sk);

	if (!note)
		return;
	entry->flags |= note->flags;
	entry->successor = note->successor;
	entry->way = note->way;
	note->sk = NULL;
}

/*
 * tcp_time_wait(sk, state, timeo): tries to replace the socket by a
 * mini-socket.
 */
static __always_inline void on_time_wait(unsigned long sk, unsigned long state,
					 unsigned long timeo, unsigned long caller)
{
	const struct sock *socket = (const struct sock *)sk;
	struct tcpclose_entry *entry;
	unsigned long irq;

	local_irq_save(irq);
	tcpclose_probe_called(handover_calls[TCPCLOSE_HANDOVER_TO_TIME_WAIT]);
	entry = tcpclose_table_find_sock(socket);
	if (entry) {
		entry->flags |= flags_of_attempt();
		entry->successor = state;
		entry->way = tcpclose_caller_of(caller, TCPCLOSE_WAY_OTHER);
	} else {
		note_handover(socket, state,
			      tcpclose_caller_of(caller, TCPCLOSE_WAY_OTHER));
	}
	local_irq_restore(irq);
}

TCPCLOSE_PROBE(on_time_wait);

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
 * say.
 */
static noinline void begin_without_entry(const struct sock *sk, u8 substate,
					 u16 *flags, u8 *closer)
{
	struct handover_note *note = handover_note_of(sk);

	if (note) {
		note->flags |= TCPCLOSE_ENTRY_HANDED_OVER;
		note->successor = substate;
	}
	*flags = tcpclose_table_unknown_flag(tcpclose_share_unknown(sk)) |
		 TCPCLOSE_ENTRY_MINI;
	*closer = sk->sk_state == TCP_CLOSING ? TCPCLOSE_CLOSER_BOTH :
						TCPCLOSE_CLOSER_LOCAL;
}

/*
 * inet_twsk_hashdance(tw, sk, …): the mini-socket is complete, and not yet in
 * the hash table.
 */
static __always_inline void on_twsk_hashdance(unsigned long twsk,
					      unsigned long socket,
					      unsigned long hashinfo,
					      unsigned long caller)
{
	const struct inet_timewait_sock *tw = (const void *)twsk;
	const struct sock *sk = (const struct sock *)socket;
	u8 substate = tw->tw_substate, closer = 0;
	u16 flags = 0;
	struct tcpclose_entry *entry, *from;
	struct tcpclose_bucket *bucket;
	unsigned long irq;

	if (sk->sk_protocol != IPPROTO_TCP)
		return;

	local_irq_save(irq);
	tcpclose_probe_called(handover_calls[TCPCLOSE_HANDOVER_HASHDANCE]);
	this_cpu_inc(tcpclose_counters->born);
	from = tcpclose_table_find_sock(sk);
	if (likely(from)) {
		from->flags |= TCPCLOSE_ENTRY_HANDED_OVER;
		from->successor = substate;
	} else {
		begin_without_entry(sk, substate, &flags, &closer);
	}

	bucket = tcpclose_table_lock(tw);
	entry = tcpclose_table_add(bucket, tw);
	if (likely(entry)) {
		if (likely(from)) {
			inherit_entry(entry, from);
		} else {
			entry->flags = flags;
			entry->closer = closer;
		}
		/* FIN_WAIT2 continues, but TIME_WAIT starts now. */
		if (substate == TCP_TIME_WAIT)
			entry->since_ns =
				from && tcpclose_moment_of_hand_over_is_kept(from) ?
					tcpclose_moment_of_segment(sk) :
					ktime_get_ns();
		if (!entry->cookie)
			entry->cookie = atomic64_read(&tw->tw_cookie);
		entry->state = substate;
		tcpclose_record_identity(entry, sk);
		this_cpu_inc(tcpclose_counters->live_timewait);
	} else if (from || flags & TCPCLOSE_ENTRY_REFUSED) {
		tcpclose_share_refuse(sk);
	}
	/*
	 * The socket's own transition counts the mini-socket as alive, if it is
	 * tracked.
	 */
	if (unlikely(!entry != !from))
		tcpclose_stats_live(substate, entry ? 1 : -1);
	tcpclose_table_unlock(bucket);
	local_irq_restore(irq);
}

TCPCLOSE_PROBE(on_twsk_hashdance);

struct tcpclose_probe tcpclose_handover_probes[] = {
	[TCPCLOSE_HANDOVER_HASHDANCE] = {
		.calls = &handover_calls[TCPCLOSE_HANDOVER_HASHDANCE],
		.functions = { TCPCLOSE_FUNCTION(inet_twsk_hashdance),
			       TCPCLOSE_FUNCTION(inet_twsk_hashdance_schedule) },
		.purpose = "births of mini-sockets, and with them every TIME_WAIT",
		.kprobe = on_twsk_hashdance_kprobe,
	},
	[TCPCLOSE_HANDOVER_TO_TIME_WAIT] = {
		.calls = &handover_calls[TCPCLOSE_HANDOVER_TO_TIME_WAIT],
		.functions = { TCPCLOSE_FUNCTION(tcp_time_wait) },
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
