// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process did that made a step: the system call that the record names,
 * and why it had that effect.
 *
 * A record without a call (of a 32-bit program) still says in which state the
 * socket was, from which some calls can be told apart.
 */
#include <stdio.h>

#include "base/compiler.h"
#include "ladder/ladder.h"

/* SHUT_WR alone: tcp_close_state() found only the sending direction shut. */
static bool is_shut_wr(const struct side_step *step)
{
	return side_step_is_call(step) && ladder_sends_fin(step) &&
	       step->sk_shutdown == 2;
}

/**
 * ladder_is_half_close() - whether one side sent its FIN and went on receiving
 * @ladder: the connection
 */
bool ladder_is_half_close(const struct ladder *ladder)
{
	int i;

	for (i = 0; i < ladder->step_count; i++)
		if (is_shut_wr(ladder->steps[i].step))
			return true;
	return false;
}

static bool closes_abruptly(const struct side_step *step)
{
	return step->cause == TCPCLOSE_CAUSE_UNREAD ||
	       step->cause == TCPCLOSE_CAUSE_LINGER;
}

/*
 * Of an unknown call later steps show whether it was close() or shutdown():
 * close() after shutdown() stores the state once more (tcp_close_state()), and
 * after close() no process holds the socket any more.
 */
static const char *unknown_call_of_fin(const struct ladder *ladder, int step)
{
	const struct ladder_step *fin = &ladder->steps[step];
	int i;

	for (i = step + 1; i < ladder->step_count; i++) {
		const struct side_step *later = ladder->steps[i].step;

		if (ladder->steps[i].column != fin->column ||
		    later->origin != TCPCLOSE_ORIGIN_TRACEPOINT)
			continue;
		if (side_step_is_call(later) &&
		    (closes_abruptly(later) ||
		     (later->old == later->new && !later->orphaned)))
			return "shutdown()";
		if (later->no_process)
			return "close()";
	}
	return "close() or shutdown()";
}

/**
 * ladder_closing() - what closed a socket, as a noun
 * @step: a step that a process made
 */
const char *ladder_closing(const struct side_step *step)
{
	static const char *const names[] = {
		[TCPCLOSE_CALL_NONE] = "close()",
		[TCPCLOSE_CALL_SEND] = "sendmsg()",
		[TCPCLOSE_CALL_SHUTDOWN] = "shutdown()",
		[TCPCLOSE_CALL_CLOSE] = "close()",
		[TCPCLOSE_CALL_EXEC] = "exec",
		[TCPCLOSE_CALL_EXIT] = "exit",
		[TCPCLOSE_CALL_KILL] = "kill",
		[TCPCLOSE_CALL_IO_URING] = "io_uring",
		[TCPCLOSE_CALL_OTHER] = "late release",
		[TCPCLOSE_CALL_KERNEL] = "release",
	};

	if (step->call >= ARRAY_SIZE(names) || !names[step->call])
		return "close()";
	return names[step->call];
}

/* The verb, for a process in front of it. */
static const char *closing_verb(const struct side_step *step)
{
	switch (step->call) {
	case TCPCLOSE_CALL_EXEC:
		return "exec closes it";
	case TCPCLOSE_CALL_KILL:
		return "is killed";
	case TCPCLOSE_CALL_EXIT:
		return "exits";
	case TCPCLOSE_CALL_OTHER:
		return "releases it late";
	case TCPCLOSE_CALL_KERNEL:
		if (!(step->mark & TCPCLOSE_MARK_MPTCP))
			return step->deferred ? "releases it" : "closes it";
		return step->old == step->new ? "close() for MPTCP" :
						"for MPTCP";
	default:
		return ladder_closing(step);
	}
}

static const char *call_of_fin(const struct ladder *ladder, int step)
{
	const struct side_step *s = ladder->steps[step].step;

	if (is_shut_wr(s) && (s->call == TCPCLOSE_CALL_NONE ||
			      s->call == TCPCLOSE_CALL_SHUTDOWN))
		return "shutdown(SHUT_WR)";
	if (s->call == TCPCLOSE_CALL_NONE)
		return unknown_call_of_fin(ladder, step);
	return closing_verb(s);
}

static const char *call_of_connect(const struct side_step *step)
{
	switch (step->call) {
	case TCPCLOSE_CALL_SEND:
		return "sendto(), Fast Open";
	case TCPCLOSE_CALL_IO_URING:
		return "connect(), io_uring";
	default:
		return "connect()";
	}
}

/* What explains an abort beside the call; NULL: the call alone says all. */
static const char *reason_of_abort(const struct side_step *step)
{
	if (step->end == TCPCLOSE_END_OVERFLOW)
		return "no mini-socket";
	switch (step->cause) {
	case TCPCLOSE_CAUSE_UNREAD:
		return "data unread";
	case TCPCLOSE_CAUSE_LINGER:
		return "SO_LINGER 0";
	case TCPCLOSE_CAUSE_REPAIR:
		return "repair mode";
	case TCPCLOSE_CAUSE_CONNECT_ABORTED:
		return "not connected";
	case TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT:
		return "TCP_LINGER2";
	case TCPCLOSE_CAUSE_MEMORY:
		return "no memory";
	case TCPCLOSE_CAUSE_ORPHANS:
		return "orphan limit";
	case TCPCLOSE_CAUSE_NOT_ACCEPTED:
		return "not accepted";
	default:
		return NULL;
	}
}

/* An abort that has another name than the call that led to it. */
static const char *name_of_abort(const struct side_step *step)
{
	switch (step->cause) {
	case TCPCLOSE_CAUSE_DISCONNECT:
		return "connect(AF_UNSPEC)";
	case TCPCLOSE_CAUSE_NO_PORT:
		return "connect(): no port";
	case TCPCLOSE_CAUSE_CONNECT_ABORTED:
		return step->call == TCPCLOSE_CALL_CONNECT ||
				       step->call == TCPCLOSE_CALL_SEND ?
			       "connect() fails" :
			       NULL;
	case TCPCLOSE_CAUSE_DESTROYED:
		return "ss -K or BPF";
	case TCPCLOSE_CAUSE_NOT_ACCEPTED:
		return step->call == TCPCLOSE_CALL_NONE ||
				       step->call == TCPCLOSE_CALL_CLOSE ?
			       "closes the listener" :
			       NULL;
	case TCPCLOSE_CAUSE_MPTCP:
		return "MPTCP resets it";
	case TCPCLOSE_CAUSE_NETNS:
		return "namespace gone";
	default:
		return NULL;
	}
}

static const char *call_of_end(unsigned int end)
{
	switch (end) {
	case TCPCLOSE_END_RECYCLED:
		return "connect() takes port";
	case TCPCLOSE_END_DESTROYED:
		return "ss -K or BPF";
	case TCPCLOSE_END_NETNS:
		return "namespace gone";
	default:
		return NULL;
	}
}

static const char *describe_abort(const struct side_step *step,
				  char text[LADDER_CALL_SIZE])
{
	const char *name = name_of_abort(step), *reason = reason_of_abort(step);

	if (name)
		return name;
	if (!reason)
		return "call unknown";
	snprintf(text, LADDER_CALL_SIZE, "%s, %s", ladder_closing(step), reason);
	return text;
}

/**
 * ladder_call() - which system call caused a step
 * @ladder: the connection
 * @step: number of the step, one that a process caused
 * @text: room for what is said
 *
 * Return: its name, or what is known of it
 */
const char *ladder_call(const struct ladder *ladder, int step,
			char text[LADDER_CALL_SIZE])
{
	const struct side_step *s = ladder->steps[step].step;
	const char *end = call_of_end(s->end);

	if (end)
		return end;
	if (ladder_sends_fin(s))
		return call_of_fin(ladder, step);
	if (s->old == s->new)
		return closing_verb(s);
	switch (s->new) {
	case TCPCLOSE_SYN_SENT:
		return call_of_connect(s);
	case TCPCLOSE_ESTABLISHED:
		return "connect(), repair";
	case TCPCLOSE_LISTEN:
		return "listen()";
	case TCPCLOSE_CLOSE:
		return describe_abort(s, text);
	default:
		return closing_verb(s);
	}
}
