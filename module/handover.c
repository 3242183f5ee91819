// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hand-overs: a full socket becomes a mini-socket.
 *
 * tcp_time_wait() makes the mini-socket, hashes it and calls tcp_done(), for
 * which the tracepoint says CLOSE. The socket's entry is marked on the way; the
 * mini-socket gets one of its own before anybody can find it, since another CPU
 * may end it before the tracepoint is reached.
 */
#include <linux/ktime.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>
#include <net/tcp_states.h>

#include "caller.h"
#include "handover.h"
#include "record.h"
#include "stats.h"
#include "step.h"
#include "table.h"
#include "worker.h"

enum {
	HASHDANCE,
	TO_TIME_WAIT,
};

/*
 * What a socket's entry would be told of its hand-over, where it has none, by
 * tcpclose_worker_slot().
 */
struct note {
	const void *sk;
	struct tcpclose_worker worker;
	u8 flags;	/* TCPCLOSE_CONN_* */
	u8 successor;
	u8 way;
};

static DEFINE_PER_CPU(struct note [2], notes);

struct tcpclose_probe tcpclose_handover_probes[2];

static struct note *note_slot(void)
{
	return &(*this_cpu_ptr(&notes))[tcpclose_worker_slot()];
}

static struct note *note_of(const void *sk)
{
	struct note *note = note_slot();

	if (note->sk != sk || !tcpclose_worker_is_here(&note->worker))
		return NULL;
	return note;
}

/* Where births are not watched, an attempt has to be taken for one. */
static u8 attempt(void)
{
	return tcpclose_handover_probes[HASHDANCE].via ?
		       TCPCLOSE_CONN_TO_TIME_WAIT :
		       TCPCLOSE_CONN_TO_TIME_WAIT | TCPCLOSE_CONN_HANDED_OVER;
}

static void note_begin(const void *sk, u8 successor, u8 way)
{
	struct note *note = note_slot();

	note->sk = sk;
	note->worker = tcpclose_worker_here();
	note->flags = attempt();
	note->successor = successor;
	note->way = way;
}

/**
 * tcpclose_handover_take() - the hand-over of a socket that has no entry
 * @sk: the socket, which enters CLOSE
 * @last: gets flags, successor and way, if it is sure that there is one
 *
 * Context: tracepoint, interrupts off.
 */
void tcpclose_handover_take(const struct sock *sk, struct tcpclose_handover *last)
{
	struct note *note = note_of(sk);

	if (!note)
		return;
	last->flags = note->flags;
	last->successor = note->successor;
	last->way = note->way;
	note->sk = NULL;
}

/**
 * tcpclose_handover_watched() - whether a hand-over can't go unseen
 */
bool tcpclose_handover_watched(void)
{
	return tcpclose_handover_probes[TO_TIME_WAIT].via ||
	       tcpclose_handover_probes[HASHDANCE].via;
}

/* tcp_time_wait(sk, state, timeo): the socket is to become a mini-socket. */
static __always_inline void time_wait(unsigned long sk, unsigned long state,
				      unsigned long timeo, unsigned long caller)
{
	const struct sock *socket = (const struct sock *)sk;
	struct tcpclose_bucket *bucket;
	struct tcpclose_conn *conn;
	unsigned long irq;

	local_irq_save(irq);
	tcpclose_probe_called(&tcpclose_handover_probes[TO_TIME_WAIT]);
	bucket = tcpclose_conn_lock(socket);
	conn = tcpclose_conn_find(bucket, socket);
	if (conn) {
		conn->flags |= attempt();
		conn->successor = state;
		conn->way = tcpclose_caller(caller);
	} else {
		note_begin(socket, state, tcpclose_caller(caller));
	}
	tcpclose_conn_unlock(bucket);
	local_irq_restore(irq);
}

TCPCLOSE_PROBE(time_wait);

/* What the mini-socket's entry takes over from the socket's. */
static void hand_over(struct tcpclose_conn *to, const struct sock *sk,
		      const struct inet_timewait_sock *tw)
{
	struct tcpclose_bucket *bucket = tcpclose_conn_lock(sk);
	struct tcpclose_conn *from = tcpclose_conn_find(bucket, sk);

	if (from) {
		from->flags |= TCPCLOSE_CONN_HANDED_OVER;
		from->successor = tw->tw_substate;
		to->cookie = from->cookie;
		to->born_ns = from->born_ns;
		to->index = tcpclose_conn_next(from->index);
		to->closer = from->closer;
		to->flags = from->flags & (TCPCLOSE_CONN_OLD | TCPCLOSE_CONN_REFUSED);
		to->since_ns = from->since_ns;
	} else {
		struct note *note = note_of(sk);

		if (note) {
			note->flags |= TCPCLOSE_CONN_HANDED_OVER;
			note->successor = tw->tw_substate;
		}
		to->flags = tcpclose_conn_unknown_flag(tcpclose_conn_unknown());
		to->closer = sk->sk_state == TCP_CLOSING ? TCPCLOSE_CLOSER_BOTH :
							   TCPCLOSE_CLOSER_LOCAL;
	}
	/* FIN_WAIT2 goes on; TIME_WAIT begins. */
	if (tw->tw_substate == TCP_TIME_WAIT)
		to->since_ns = ktime_get_ns();
	tcpclose_conn_unlock(bucket);
}

/*
 * inet_twsk_hashdance(tw, sk, …): the mini-socket is complete, and nobody can
 * find it yet.
 */
static __always_inline void hashdance(unsigned long twsk, unsigned long sk,
				      unsigned long hashinfo, unsigned long caller)
{
	const struct inet_timewait_sock *tw = (const void *)twsk;
	const struct sock *socket = (const struct sock *)sk;
	struct tcpclose_conn took = { .key = tw };
	struct tcpclose_bucket *bucket;
	struct tcpclose_conn *conn;
	unsigned long irq;

	if (socket->sk_protocol != IPPROTO_TCP)
		return;

	local_irq_save(irq);
	tcpclose_probe_called(&tcpclose_handover_probes[HASHDANCE]);
	tcpclose_count(&tcpclose_stats_here()->born);
	hand_over(&took, socket, tw);
	if (!took.cookie)
		took.cookie = atomic64_read(&tw->tw_cookie);
	took.state = tw->tw_substate;
	took.flags |= TCPCLOSE_CONN_MINI;
	tcpclose_record_identity(&took, socket);

	bucket = tcpclose_conn_lock(tw);
	conn = tcpclose_conn_find(bucket, tw);
	if (unlikely(conn)) {
		tcpclose_stats_untracked(TCPCLOSE_UNTRACKED_STALE);
		tcpclose_conn_remove(bucket, conn);
	}
	conn = tcpclose_conn_add(bucket, tw);
	if (conn) {
		took.next = conn->next;
		*conn = took;
		tcpclose_stats_live(conn->state, true, 1);
	}
	tcpclose_conn_unlock(bucket);
	local_irq_restore(irq);
}

TCPCLOSE_PROBE(hashdance);

struct tcpclose_probe tcpclose_handover_probes[2] = {
	[HASHDANCE] = {
		.functions = { "inet_twsk_hashdance",
			       "inet_twsk_hashdance_schedule" },
		.purpose = "births of mini-sockets: without it, no TIME_WAIT at all",
		TCPCLOSE_PROBE_MEMBERS(hashdance),
	},
	[TO_TIME_WAIT] = {
		.functions = { "tcp_time_wait" },
		.purpose = "mini-sockets that could not be made (overflow)",
		TCPCLOSE_PROBE_MEMBERS(time_wait),
	},
};
