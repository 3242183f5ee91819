// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which system call caused a step: the records say that it was a call of the
 * process, and in which state the socket was, but not which call.
 */
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
 * Later steps show which call sent the FIN, close() or shutdown(): close()
 * after shutdown() stores the state once more (tcp_close_state()), and after
 * close() no process holds the socket any more.
 */
static const char *call_of_fin(const struct ladder *ladder, int step)
{
	const struct ladder_step *fin = &ladder->steps[step];
	int i;

	if (is_shut_wr(fin->step))
		return "shutdown(SHUT_WR)";
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

static const char *call_of_abort(unsigned int cause)
{
	switch (cause) {
	case TCPCLOSE_CAUSE_UNREAD:
		return "close(), data unread";
	case TCPCLOSE_CAUSE_LINGER:
		return "close(), SO_LINGER 0";
	case TCPCLOSE_CAUSE_DISCONNECT:
		return "connect(AF_UNSPEC)";
	case TCPCLOSE_CAUSE_CONNECT_ABORTED:
		return "gives up connecting";
	case TCPCLOSE_CAUSE_DESTROYED:
		return "ss -K or BPF";
	case TCPCLOSE_CAUSE_NOT_ACCEPTED:
		return "closes the listener";
	case TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT:
		return "close(), TCP_LINGER2";
	case TCPCLOSE_CAUSE_MEMORY:
		return "close(), no memory";
	case TCPCLOSE_CAUSE_NETNS:
		return "namespace gone";
	default:
		return "call unknown";
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

/**
 * ladder_call() - which system call caused a step
 * @ladder: the connection
 * @step: number of the step, one that a process caused
 *
 * Return: its name, or what is known of it
 */
const char *ladder_call(const struct ladder *ladder, int step)
{
	const struct side_step *s = ladder->steps[step].step;
	const char *end = call_of_end(s->end);

	if (end)
		return end;
	if (ladder_sends_fin(s))
		return call_of_fin(ladder, step);
	if (s->old == s->new)
		return "close()";
	switch (s->new) {
	case TCPCLOSE_SYN_SENT:
		return "connect()";
	case TCPCLOSE_ESTABLISHED:
		return "connect(), repair";
	case TCPCLOSE_LISTEN:
		return "listen()";
	case TCPCLOSE_CLOSE:
		return call_of_abort(s->cause);
	default:
		return "close()";
	}
}
