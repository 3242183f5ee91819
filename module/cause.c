// SPDX-License-Identifier: GPL-2.0-only
/*
 * Causes: why a connection ended.
 *
 * A graceful end and a RST show in the socket and the segment in hand. For all
 * other causes neither the order of events nor sk_err is enough, so they are
 * read from the call stack: the innermost function of interest decides. That
 * costs a few thousand instructions, once in the life of an aborted connection.
 * Writes no records and no entries.
 */
#include <linux/stacktrace.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "caller.h"
#include "cause.h"
#include "limit.h"
#include "listener.h"
#include "segment.h"

#define STACK_DEPTH	32

/**
 * tcpclose_cause_segment_context() - find the context in which a segment is
 *	processed
 * @sk: the socket it reached
 *
 * The socket is either free, or owned by a process that processes its backlog
 * before it releases it. The current task does not matter: a writer to a TUN
 * device and a threaded NAPI deliver segments from a task.
 *
 * Return: %TCPCLOSE_CONTEXT_SOFTIRQ or %TCPCLOSE_CONTEXT_BACKLOG.
 */
u8 tcpclose_cause_segment_context(const struct sock *sk)
{
	return in_serving_softirq() || !sk->sk_lock.owned ?
		       TCPCLOSE_CONTEXT_SOFTIRQ : TCPCLOSE_CONTEXT_BACKLOG;
}

/**
 * tcpclose_cause_on_backlog() - whether this runs from the backlog of a socket, in the
 *	process that owns it
 *
 * Walks the stack.
 */
bool tcpclose_cause_on_backlog(void)
{
	unsigned long stack[STACK_DEPTH];
	unsigned int depth = stack_trace_save(stack, STACK_DEPTH, 1);
	unsigned int i;

	for (i = 0; i < depth; i++) {
		enum tcpclose_way way = tcpclose_caller_way(stack[i]);

		if (way == TCPCLOSE_WAY_BACKLOG)
			return true;
		if (way == TCPCLOSE_WAY_BOUNDARY)
			break;
	}
	return false;
}

/**
 * tcpclose_cause_doubtful_context() - find the context in which a socket is
 *	closed by either a process or a segment
 * @sk: the socket, of which nothing else is known
 *
 * Walks the stack if this task has processed a segment for the socket.
 *
 * Return: &enum tcpclose_context
 */
u8 tcpclose_cause_doubtful_context(const struct sock *sk)
{
	if (in_serving_softirq())
		return TCPCLOSE_CONTEXT_SOFTIRQ;
	if (!tcpclose_segment_of(sk))
		return TCPCLOSE_CONTEXT_PROCESS;
	/*
	 * The task has processed a segment for this socket; is it doing so now?
	 */
	if (!sk->sk_lock.owned)
		return TCPCLOSE_CONTEXT_SOFTIRQ;
	return tcpclose_cause_on_backlog() ? TCPCLOSE_CONTEXT_BACKLOG :
					     TCPCLOSE_CONTEXT_PROCESS;
}

/* __tcp_close() without tcp_disconnect() or tcp_time_wait(). */
static u8 cause_in_close(const struct sock *sk, int old)
{
	if (old == TCP_LISTEN)
		return TCPCLOSE_CAUSE_LISTENER;
	if (old == TCP_SYN_SENT)
		return TCPCLOSE_CAUSE_CONNECT_ABORTED;
	/* Before sock_orphan() only unread data ends a connection at once. */
	if (!sock_flag(sk, SOCK_DEAD))
		return TCPCLOSE_CAUSE_UNREAD;
	if (old == TCP_FIN_WAIT2 && READ_ONCE(tcp_sk(sk)->linger2) < 0)
		return TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT;
	return tcpclose_limit_of_resources(sk);
}

/*
 * tcp_rcv_state_process() without tcp_time_wait(), without
 * tcp_validate_incoming(), which resets for a RST, and without tcp_reset() on
 * the stack. It may still have been called: since 6.12 it ends with a jump to
 * tcp_done_with_error(), and a task that was preempted has lost its note.
 */
static u8 cause_in_segment(const struct sock *sk, int old)
{
	/* Only a RST does this. */
	if (old == TCP_SYN_SENT)
		return TCPCLOSE_CAUSE_REFUSED;
	/* A reset leaves one of these errors; ICMP may have left others. */
	if (old == TCP_LAST_ACK) {
		int err = READ_ONCE(sk->sk_err);

		return err == ECONNRESET || err == EPIPE ? TCPCLOSE_CAUSE_UNKNOWN :
							   TCPCLOSE_CAUSE_FIN;
	}
	if (old == TCP_FIN_WAIT2 && READ_ONCE(tcp_sk(sk)->linger2) < 0)
		return TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT;
	return old == TCP_FIN_WAIT1 || old == TCP_FIN_WAIT2 ?
		       TCPCLOSE_CAUSE_DATA_AFTER_CLOSE : TCPCLOSE_CAUSE_UNKNOWN;
}

/* The same with tcp_reset() on the stack, but no note of its call. */
static u8 cause_of_reset(const struct sock *sk, int old)
{
	const struct tcpclose_segment *segment = tcpclose_segment_of(sk);

	if (old == TCP_SYN_SENT)
		return TCPCLOSE_CAUSE_REFUSED;
	if (!segment)
		return TCPCLOSE_CAUSE_UNKNOWN;
	return tcpclose_segment_bits(segment) & TCPCLOSE_FLAG_RST ?
		       TCPCLOSE_CAUSE_RST :
		       TCPCLOSE_CAUSE_DATA_AFTER_CLOSE;
}

/* Cause that one function on the stack implies, or %TCPCLOSE_CAUSE_NONE. */
static u8 cause_of_way(enum tcpclose_way way, const struct sock *sk, int old,
		       bool disconnect, bool reset)
{
	switch (way) {
	case TCPCLOSE_WAY_CLOSE:
		if (!disconnect)
			return cause_in_close(sk, old);
		return tcp_sk(sk)->repair ? TCPCLOSE_CAUSE_REPAIR :
					    TCPCLOSE_CAUSE_LINGER;
	case TCPCLOSE_WAY_SHUTDOWN:
		return TCPCLOSE_CAUSE_CONNECT_ABORTED;
	case TCPCLOSE_WAY_CONNECT:
		return tcpclose_limit_of_connect(sk);
	case TCPCLOSE_WAY_MPTCP:
		return TCPCLOSE_CAUSE_MPTCP;
	case TCPCLOSE_WAY_LISTEN_STOP:
		return TCPCLOSE_CAUSE_NOT_ACCEPTED;
	case TCPCLOSE_WAY_ABORT:
		return TCPCLOSE_CAUSE_DESTROYED;
	case TCPCLOSE_WAY_VALIDATE:
		return TCPCLOSE_CAUSE_RST;
	case TCPCLOSE_WAY_SEGMENT:
		return reset ? cause_of_reset(sk, old) : cause_in_segment(sk, old);
	case TCPCLOSE_WAY_MAKE_SOCKET:
	case TCPCLOSE_WAY_OPEN_FAILED:
	case TCPCLOSE_WAY_CHECK_REQUEST:
		return reset ? TCPCLOSE_CAUSE_RST : TCPCLOSE_CAUSE_OPEN_FAILED;
	case TCPCLOSE_WAY_ICMP:
		return TCPCLOSE_CAUSE_UNREACHABLE;
	case TCPCLOSE_WAY_RESOURCES:
		return tcpclose_limit_of_resources(sk);
	case TCPCLOSE_WAY_WRITE_TIMER:
		return tcpclose_limit_of_timer(sk, old);
	case TCPCLOSE_WAY_KEEPALIVE_TIMER:
		/* The same timer ends an orphan in FIN_WAIT2. */
		return old == TCP_FIN_WAIT2 && sock_flag(sk, SOCK_DEAD) ?
			       TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT :
			       TCPCLOSE_CAUSE_KEEPALIVE;
	default:
		return TCPCLOSE_CAUSE_NONE;
	}
}

/* Whether what runs there may have been deferred to the backlog. */
static bool may_be_deferred(enum tcpclose_way way)
{
	return way == TCPCLOSE_WAY_WRITE_TIMER ||
	       way == TCPCLOSE_WAY_KEEPALIVE_TIMER ||
	       way == TCPCLOSE_WAY_RESOURCES || way == TCPCLOSE_WAY_MPTCP;
}

static u8 cause_of_disconnect(const struct sock *sk, int old)
{
	if (tcp_sk(sk)->repair)
		return TCPCLOSE_CAUSE_REPAIR;
	/* inet_shutdown() disconnects a socket in SYN_SENT. */
	return old == TCP_SYN_SENT ? TCPCLOSE_CAUSE_CONNECT_ABORTED :
				     TCPCLOSE_CAUSE_DISCONNECT;
}

/*
 * In which context the decisive function ran, and whether a segment that is noted
 * made it run.
 * @backlog: a process took it from its backlog
 * @received: below is the stack of what receives segments
 */
static void find_context(struct tcpclose_verdict *verdict, const struct sock *sk,
			 enum tcpclose_way decisive, bool backlog, bool received)
{
	switch (decisive) {
	case TCPCLOSE_WAY_RESET:
	case TCPCLOSE_WAY_VALIDATE:
	case TCPCLOSE_WAY_SEGMENT:
	case TCPCLOSE_WAY_MAKE_SOCKET:
	case TCPCLOSE_WAY_OPEN_FAILED:
	case TCPCLOSE_WAY_CHECK_REQUEST:
		/*
		 * In tcp_rcv_established() nothing is noted, nor of the segment
		 * for which a socket is made that cannot be opened: the note is
		 * an older one, or of another socket that had this address.
		 */
		verdict->segment = verdict->cause == TCPCLOSE_CAUSE_RST ?
					   tcpclose_segment_flags(sk) & TCPCLOSE_FLAG_RST :
					   decisive != TCPCLOSE_WAY_MAKE_SOCKET &&
						   decisive != TCPCLOSE_WAY_OPEN_FAILED &&
						   decisive != TCPCLOSE_WAY_CHECK_REQUEST;
		verdict->context = tcpclose_cause_segment_context(sk);
		break;
	case TCPCLOSE_WAY_ICMP:
		verdict->context = tcpclose_cause_segment_context(sk);
		break;
	case TCPCLOSE_WAY_RESOURCES:
	case TCPCLOSE_WAY_WRITE_TIMER:
	case TCPCLOSE_WAY_KEEPALIVE_TIMER:
		verdict->context = backlog ? TCPCLOSE_CONTEXT_BACKLOG :
					     TCPCLOSE_CONTEXT_TIMER;
		break;
	default:
		if (backlog)
			verdict->context = TCPCLOSE_CONTEXT_BACKLOG;
		else if (in_serving_softirq() || received)
			verdict->context = TCPCLOSE_CONTEXT_SOFTIRQ;
		else
			verdict->context = TCPCLOSE_CONTEXT_PROCESS;
	}
}

/* The innermost function of interest decides on cause and context. */
static struct tcpclose_verdict cause_on_stack(const struct sock *sk, int old)
{
	struct tcpclose_verdict verdict = { .cause = TCPCLOSE_CAUSE_NONE };
	bool disconnect = false, backlog = false, reset = false, received = false;
	enum tcpclose_way decisive = TCPCLOSE_WAY_OTHER;
	unsigned long stack[STACK_DEPTH];
	unsigned int depth = stack_trace_save(stack, STACK_DEPTH, 1);
	unsigned int i;

	for (i = 0; i < depth; i++) {
		enum tcpclose_way way = tcpclose_caller_way(stack[i]);

		received = way == TCPCLOSE_WAY_BOUNDARY;
		if (received || way == TCPCLOSE_WAY_TIMER)
			break;
		backlog = way == TCPCLOSE_WAY_BACKLOG;
		if (backlog)
			break;
		disconnect |= way == TCPCLOSE_WAY_DISCONNECT;
		reset |= way == TCPCLOSE_WAY_RESET;
		if (verdict.cause == TCPCLOSE_CAUSE_NONE) {
			verdict.cause = cause_of_way(way, sk, old, disconnect, reset);
			decisive = way;
		}
		if (verdict.cause != TCPCLOSE_CAUSE_NONE && !may_be_deferred(decisive))
			break;
	}
	if (verdict.cause == TCPCLOSE_CAUSE_OPEN_FAILED &&
	    decisive == TCPCLOSE_WAY_MAKE_SOCKET)
		tcpclose_listener_open_failed();
	if (verdict.cause == TCPCLOSE_CAUSE_NONE && reset) {
		verdict.cause = TCPCLOSE_CAUSE_RST;
		decisive = TCPCLOSE_WAY_RESET;
	}
	if (verdict.cause == TCPCLOSE_CAUSE_NONE && disconnect)
		verdict.cause = cause_of_disconnect(sk, old);
	if (verdict.cause == TCPCLOSE_CAUSE_NONE)
		verdict.cause = TCPCLOSE_CAUSE_UNKNOWN;

	find_context(&verdict, sk, decisive, backlog, received);
	return verdict;
}

/**
 * tcpclose_cause_of_close() - find why a full socket enters CLOSE
 * @sk: the socket
 * @old: its state before
 *
 * Not for a socket that is handed over to a mini-socket.
 *
 * Context: tracepoint, interrupts off.
 * Return: cause and context.
 */
struct tcpclose_verdict tcpclose_cause_of_close(const struct sock *sk, int old)
{
	struct tcpclose_verdict verdict = {
		.context = tcpclose_cause_segment_context(sk),
		.segment = true,
	};
	struct tcpclose_segment *segment = tcpclose_segment_of(sk);

	if (tcpclose_cause_is_last_ack(sk, old) ||
	    (tcpclose_cause_is_acknowledged(sk, old) && segment &&
	     !tcpclose_segment_is_reset(segment) &&
	     !(tcpclose_segment_bits(segment) & TCPCLOSE_FLAG_RST))) {
		verdict.cause = TCPCLOSE_CAUSE_FIN;
		return verdict;
	}
	if (!segment || !tcpclose_segment_is_reset(segment))
		return cause_on_stack(sk, old);

	segment->what &= ~TCPCLOSE_SEGMENT_RESET;
	if (!(tcpclose_segment_bits(segment) & TCPCLOSE_FLAG_RST))
		verdict.cause = TCPCLOSE_CAUSE_DATA_AFTER_CLOSE;
	else
		verdict.cause = old == TCP_SYN_SENT ? TCPCLOSE_CAUSE_REFUSED :
						      TCPCLOSE_CAUSE_RST;
	return verdict;
}

/**
 * tcpclose_cause_of_end() - find why a connection ended in a FIN_WAIT2
 *	mini-socket
 * @end: what ended its mini-socket, &enum tcpclose_end
 * @flags: control bits of the segment that did so, 0: unknown
 *
 * Return: &enum tcpclose_cause
 */
u8 tcpclose_cause_of_end(u8 end, u8 flags)
{
	switch (end) {
	case TCPCLOSE_END_EXPIRED:
		return TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT;
	case TCPCLOSE_END_RST:
		return TCPCLOSE_CAUSE_RST;
	case TCPCLOSE_END_RST_SENT:
		return flags & TCPCLOSE_FLAG_SYN ? TCPCLOSE_CAUSE_REPLACED :
						   TCPCLOSE_CAUSE_DATA_AFTER_CLOSE;
	case TCPCLOSE_END_DESTROYED:
		return TCPCLOSE_CAUSE_DESTROYED;
	case TCPCLOSE_END_NETNS:
		return TCPCLOSE_CAUSE_NETNS;
	case TCPCLOSE_END_SYN:
	case TCPCLOSE_END_RECYCLED:
		return TCPCLOSE_CAUSE_REPLACED;
	default:
		return TCPCLOSE_CAUSE_UNKNOWN;
	}
}

/**
 * tcpclose_cause_closer() - find which end closed a connection before any FIN
 * @cause: why it ended
 *
 * Return: &enum tcpclose_closer
 */
u8 tcpclose_cause_closer(u8 cause)
{
	switch (cause) {
	case TCPCLOSE_CAUSE_RST:
	case TCPCLOSE_CAUSE_REFUSED:
		return TCPCLOSE_CLOSER_REMOTE;
	case TCPCLOSE_CAUSE_UNREAD:
	case TCPCLOSE_CAUSE_LINGER:
	case TCPCLOSE_CAUSE_DISCONNECT:
	case TCPCLOSE_CAUSE_CONNECT_ABORTED:
	case TCPCLOSE_CAUSE_DESTROYED:
	case TCPCLOSE_CAUSE_TIMEOUT:
	case TCPCLOSE_CAUSE_KEEPALIVE:
	case TCPCLOSE_CAUSE_MEMORY:
	case TCPCLOSE_CAUSE_NOT_ACCEPTED:
	case TCPCLOSE_CAUSE_NETNS:
	case TCPCLOSE_CAUSE_REPAIR:
	case TCPCLOSE_CAUSE_NO_PORT:
	case TCPCLOSE_CAUSE_USER_TIMEOUT:
	case TCPCLOSE_CAUSE_ZERO_WINDOW:
	case TCPCLOSE_CAUSE_ORPHANS:
	case TCPCLOSE_CAUSE_MPTCP:
	case TCPCLOSE_CAUSE_OVERFLOW:
		return TCPCLOSE_CLOSER_LOCAL;
	default:
		return TCPCLOSE_CLOSER_NONE;
	}
}
