// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of the UAPI's numbers, as they appear in text and JSON alike.
 *
 * Knows no record: a number in, a name out.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <tcpclose.h>

#include "base/compiler.h"
#include "lib/event.h"
#include "lib/names.h"

static const char *look_up(const char *const *names, size_t count,
			   unsigned int i)
{
	return i < count ? names[i] : NULL;
}

const char *names_state(unsigned int state)
{
	/* Spelled as the kernel's TCP_* constants, without the TCP_. */
	static const char *const names[TCPCLOSE_STATES] = {
		[TCPCLOSE_ESTABLISHED] = "ESTABLISHED",
		[TCPCLOSE_SYN_SENT] = "SYN_SENT",
		[TCPCLOSE_SYN_RECV] = "SYN_RECV",
		[TCPCLOSE_FIN_WAIT1] = "FIN_WAIT1",
		[TCPCLOSE_FIN_WAIT2] = "FIN_WAIT2",
		[TCPCLOSE_TIME_WAIT] = "TIME_WAIT",
		[TCPCLOSE_CLOSE] = "CLOSE",
		[TCPCLOSE_CLOSE_WAIT] = "CLOSE_WAIT",
		[TCPCLOSE_LAST_ACK] = "LAST_ACK",
		[TCPCLOSE_LISTEN] = "LISTEN",
		[TCPCLOSE_CLOSING] = "CLOSING",
		[TCPCLOSE_NEW_SYN_RECV] = "NEW_SYN_RECV",
	};

	return look_up(names, ARRAY_SIZE(names), state);
}

static int same_letter(char a, char b)
{
	if (a >= 'a' && a <= 'z')
		a += 'A' - 'a';
	if (a == '-')
		a = '_';
	return a == b;
}

/**
 * names_find_state() - find a state by a name that a person typed
 * @name: FIN_WAIT1, fin-wait1, fin_wait_1, FIN-WAIT-1 and so on; CLOSED too
 * @len: length of @name
 *
 * Return: the state, or -EINVAL
 */
int names_find_state(const char *name, unsigned long len)
{
	unsigned int state;

	for (state = 0; state < TCPCLOSE_STATES; state++) {
		const char *known = names_state(state);
		unsigned long i = 0;

		if (!known)
			continue;
		/* The RFC's FIN-WAIT-1 is the kernel's FIN_WAIT1. */
		while (i < len) {
			if (*known && same_letter(name[i], *known))
				known++;
			else if (name[i] != '-' && name[i] != '_')
				break;
			i++;
		}
		if (i == len && !*known)
			return (int)state;
	}
	if (len == 6 && !strncasecmp(name, "CLOSED", 6))
		return TCPCLOSE_CLOSE;
	return -EINVAL;
}

const char *names_end(unsigned int end)
{
	static const char *const names[TCPCLOSE_ENDS] = {
		[TCPCLOSE_END_EXPIRED] = "expired",
		[TCPCLOSE_END_RST] = "rst",
		[TCPCLOSE_END_SYN] = "syn",
		[TCPCLOSE_END_RECYCLED] = "recycled",
		[TCPCLOSE_END_RST_SENT] = "rst-sent",
		[TCPCLOSE_END_DESTROYED] = "destroyed",
		[TCPCLOSE_END_NETNS] = "netns",
		[TCPCLOSE_END_OTHER] = "other",
		[TCPCLOSE_END_OVERFLOW] = "overflow",
	};

	return look_up(names, ARRAY_SIZE(names), end);
}

const char *names_cause(unsigned int cause)
{
	static const char *const names[TCPCLOSE_CAUSES] = {
		[TCPCLOSE_CAUSE_UNKNOWN] = "unknown",
		[TCPCLOSE_CAUSE_FIN] = "fin",
		[TCPCLOSE_CAUSE_RST] = "rst",
		[TCPCLOSE_CAUSE_REFUSED] = "refused",
		[TCPCLOSE_CAUSE_DATA_AFTER_CLOSE] = "data-after-close",
		[TCPCLOSE_CAUSE_UNREAD] = "unread",
		[TCPCLOSE_CAUSE_LINGER] = "linger",
		[TCPCLOSE_CAUSE_DISCONNECT] = "disconnect",
		[TCPCLOSE_CAUSE_CONNECT_ABORTED] = "connect-aborted",
		[TCPCLOSE_CAUSE_DESTROYED] = "destroyed",
		[TCPCLOSE_CAUSE_TIMEOUT] = "timeout",
		[TCPCLOSE_CAUSE_KEEPALIVE] = "keepalive",
		[TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT] = "fin-wait2-timeout",
		[TCPCLOSE_CAUSE_UNREACHABLE] = "unreachable",
		[TCPCLOSE_CAUSE_MEMORY] = "memory",
		[TCPCLOSE_CAUSE_NOT_ACCEPTED] = "not-accepted",
		[TCPCLOSE_CAUSE_OPEN_FAILED] = "open-failed",
		[TCPCLOSE_CAUSE_NETNS] = "netns",
		[TCPCLOSE_CAUSE_LISTENER] = "listener",
		[TCPCLOSE_CAUSE_REPLACED] = "replaced",
		[TCPCLOSE_CAUSE_REPAIR] = "repair",
		[TCPCLOSE_CAUSE_NO_PORT] = "no-port",
		[TCPCLOSE_CAUSE_USER_TIMEOUT] = "user-timeout",
		[TCPCLOSE_CAUSE_ZERO_WINDOW] = "zero-window",
		[TCPCLOSE_CAUSE_ORPHANS] = "orphans",
		[TCPCLOSE_CAUSE_MPTCP] = "mptcp",
		[TCPCLOSE_CAUSE_OVERFLOW] = "overflow",
	};

	return look_up(names, ARRAY_SIZE(names), cause);
}

const char *names_drop_reason(unsigned int reason)
{
	static const char *const names[] = {
		[TCPCLOSE_DROP_OTHER] = "other",
		[TCPCLOSE_DROP_ACCEPT_QUEUE_SYN] = "accept-queue-syn",
		[TCPCLOSE_DROP_ACCEPT_QUEUE_ACK] = "accept-queue-ack",
		[TCPCLOSE_DROP_ACCEPT_QUEUE_RST] = "accept-queue-rst",
		[TCPCLOSE_DROP_SYN_QUEUE] = "syn-queue",
		[TCPCLOSE_DROP_SYN_QUEUE_RESERVED] = "syn-queue-reserved",
		[TCPCLOSE_DROP_NO_SOCKET] = "no-socket",
		[TCPCLOSE_DROP_NOT_UNICAST] = "not-unicast",
		[TCPCLOSE_DROP_ICMP] = "icmp",
	};

	return look_up(names, ARRAY_SIZE(names), reason);
}

const char *names_close_wait(unsigned int wait)
{
	static const char *const names[] = {
		[EVENT_CLOSE_WAIT_BEGINS] = "begins",
		[EVENT_CLOSE_WAIT_ENDS] = "ends",
		[EVENT_CLOSE_WAIT_OVER] = "over",
	};

	return look_up(names, ARRAY_SIZE(names), wait);
}

const char *names_context(unsigned int context)
{
	static const char *const names[] = {
		[TCPCLOSE_CONTEXT_PROCESS] = "process",
		[TCPCLOSE_CONTEXT_SOFTIRQ] = "softirq",
		[TCPCLOSE_CONTEXT_TIMER] = "timer",
		[TCPCLOSE_CONTEXT_BACKLOG] = "backlog",
	};

	return look_up(names, ARRAY_SIZE(names), context);
}

const char *names_call(unsigned int call)
{
	static const char *const names[] = {
		[TCPCLOSE_CALL_CONNECT] = "connect",
		[TCPCLOSE_CALL_LISTEN] = "listen",
		[TCPCLOSE_CALL_SEND] = "send",
		[TCPCLOSE_CALL_SHUTDOWN] = "shutdown",
		[TCPCLOSE_CALL_CLOSE] = "close",
		[TCPCLOSE_CALL_EXEC] = "exec",
		[TCPCLOSE_CALL_EXIT] = "exit",
		[TCPCLOSE_CALL_KILL] = "kill",
		[TCPCLOSE_CALL_IO_URING] = "io_uring",
		[TCPCLOSE_CALL_OTHER] = "other",
		[TCPCLOSE_CALL_KERNEL] = "kernel",
		[TCPCLOSE_CALL_BIND] = "bind",
	};

	return look_up(names, ARRAY_SIZE(names), call);
}

const char *names_closer(unsigned int closer)
{
	static const char *const names[] = {
		[TCPCLOSE_CLOSER_NONE] = NULL,
		[TCPCLOSE_CLOSER_LOCAL] = "local",
		[TCPCLOSE_CLOSER_REMOTE] = "remote",
		[TCPCLOSE_CLOSER_BOTH] = "both",
	};

	return look_up(names, ARRAY_SIZE(names), closer);
}

const char *names_origin(unsigned int origin)
{
	static const char *const names[] = {
		[TCPCLOSE_ORIGIN_TRACEPOINT] = "tracepoint",
		[TCPCLOSE_ORIGIN_TIMEWAIT] = "mini-socket",
	};

	return look_up(names, ARRAY_SIZE(names), origin);
}

const char *names_untracked(unsigned int reason)
{
	static const char *const names[] = {
		[TCPCLOSE_UNTRACKED_OLD] = "old",
		[TCPCLOSE_UNTRACKED_FULL] = "full",
		[TCPCLOSE_UNTRACKED_MEMORY] = "memory",
		[TCPCLOSE_UNTRACKED_STALE] = "stale",
		[TCPCLOSE_UNTRACKED_SHARE] = "share",
	};

	return look_up(names, ARRAY_SIZE(names), reason);
}

const char *names_hook_via(unsigned int via)
{
	static const char *const names[] = {
		[TCPCLOSE_HOOK_OFF] = "off",
		[TCPCLOSE_HOOK_TRACEPOINT] = "tracepoint",
		[TCPCLOSE_HOOK_FTRACE] = "ftrace",
		[TCPCLOSE_HOOK_KPROBE] = "kprobe",
		[TCPCLOSE_HOOK_KRETPROBE] = "kretprobe",
	};

	return look_up(names, ARRAY_SIZE(names), via);
}

/* By number of the control bit, not by mask; in the order of the TCP header. */
const char *names_flag(unsigned int bit)
{
	static const char *const names[] = {
		"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "NS",
	};

	return look_up(names, ARRAY_SIZE(names), bit);
}

/* By bit number. A re-arm is shown otherwise. */
const char *names_mark(unsigned int bit)
{
	static const char *const names[] = {
		"old", "untracked", "late", NULL, "mptcp", "unaccepted",
	};

	return look_up(names, ARRAY_SIZE(names), bit);
}

/* strerrorname_np() needs a newer libc than the oldest one worth supporting. */
const char *names_error(unsigned int error)
{
	static const char *const names[] = {
		[EPERM] = "EPERM",
		[ENOENT] = "ENOENT",
		[EINTR] = "EINTR",
		[ENXIO] = "ENXIO",
		[EAGAIN] = "EAGAIN",
		[ENOMEM] = "ENOMEM",
		[EACCES] = "EACCES",
		[EBUSY] = "EBUSY",
		[EINVAL] = "EINVAL",
		[EPIPE] = "EPIPE",
		[EPROTO] = "EPROTO",
		[EMSGSIZE] = "EMSGSIZE",
		[ENOPROTOOPT] = "ENOPROTOOPT",
		[EOPNOTSUPP] = "EOPNOTSUPP",
		[EADDRINUSE] = "EADDRINUSE",
		[EADDRNOTAVAIL] = "EADDRNOTAVAIL",
		[ENETDOWN] = "ENETDOWN",
		[ENETUNREACH] = "ENETUNREACH",
		[ECONNABORTED] = "ECONNABORTED",
		[ECONNRESET] = "ECONNRESET",
		[ENOBUFS] = "ENOBUFS",
		[ETIMEDOUT] = "ETIMEDOUT",
		[ECONNREFUSED] = "ECONNREFUSED",
		[EHOSTDOWN] = "EHOSTDOWN",
		[EHOSTUNREACH] = "EHOSTUNREACH",
		[ENOTCONN] = "ENOTCONN",
		[EAFNOSUPPORT] = "EAFNOSUPPORT",
		[ENODEV] = "ENODEV",
		[EKEYREJECTED] = "EKEYREJECTED",
		[ECANCELED] = "ECANCELED",
		[ENODATA] = "ENODATA",
		[EPROTOTYPE] = "EPROTOTYPE",
	};

	return look_up(names, ARRAY_SIZE(names), error);
}

/* Of a connection that ended in SYN_SENT: 0 if the process itself ended it */
const char *names_connect_error(unsigned int error)
{
	return error ? names_error(error) : "aborted";
}

/* Spelled as the kernel's &enum sk_rst_reason, and as its trace shows them. */
const char *names_rst_reason(unsigned int reason)
{
	static const char *const names[TCPCLOSE_RST_REASONS] = {
		[TCPCLOSE_RST_NOT_SPECIFIED] = "NOT_SPECIFIED",
		[TCPCLOSE_RST_NO_SOCKET] = "NO_SOCKET",
		[TCPCLOSE_RST_TCP_INVALID_ACK_SEQUENCE] = "TCP_INVALID_ACK_SEQUENCE",
		[TCPCLOSE_RST_TCP_RFC7323_PAWS] = "TCP_RFC7323_PAWS",
		[TCPCLOSE_RST_TCP_TOO_OLD_ACK] = "TCP_TOO_OLD_ACK",
		[TCPCLOSE_RST_TCP_ACK_UNSENT_DATA] = "TCP_ACK_UNSENT_DATA",
		[TCPCLOSE_RST_TCP_FLAGS] = "TCP_FLAGS",
		[TCPCLOSE_RST_TCP_OLD_ACK] = "TCP_OLD_ACK",
		[TCPCLOSE_RST_TCP_ABORT_ON_DATA] = "TCP_ABORT_ON_DATA",
		[TCPCLOSE_RST_TCP_TIMEWAIT_SOCKET] = "TCP_TIMEWAIT_SOCKET",
		[TCPCLOSE_RST_INVALID_SYN] = "INVALID_SYN",
		[TCPCLOSE_RST_TCP_ABORT_ON_CLOSE] = "TCP_ABORT_ON_CLOSE",
		[TCPCLOSE_RST_TCP_ABORT_ON_LINGER] = "TCP_ABORT_ON_LINGER",
		[TCPCLOSE_RST_TCP_ABORT_ON_MEMORY] = "TCP_ABORT_ON_MEMORY",
		[TCPCLOSE_RST_TCP_STATE] = "TCP_STATE",
		[TCPCLOSE_RST_TCP_KEEPALIVE_TIMEOUT] = "TCP_KEEPALIVE_TIMEOUT",
		[TCPCLOSE_RST_TCP_DISCONNECT_WITH_DATA] = "TCP_DISCONNECT_WITH_DATA",
		[TCPCLOSE_RST_MPTCP_RST_EUNSPEC] = "MPTCP_RST_EUNSPEC",
		[TCPCLOSE_RST_MPTCP_RST_EMPTCP] = "MPTCP_RST_EMPTCP",
		[TCPCLOSE_RST_MPTCP_RST_ERESOURCE] = "MPTCP_RST_ERESOURCE",
		[TCPCLOSE_RST_MPTCP_RST_EPROHIBIT] = "MPTCP_RST_EPROHIBIT",
		[TCPCLOSE_RST_MPTCP_RST_EWQ2BIG] = "MPTCP_RST_EWQ2BIG",
		[TCPCLOSE_RST_MPTCP_RST_EBADPERF] = "MPTCP_RST_EBADPERF",
		[TCPCLOSE_RST_MPTCP_RST_EMIDDLEBOX] = "MPTCP_RST_EMIDDLEBOX",
		[TCPCLOSE_RST_ERROR] = "ERROR",
	};

	return look_up(names, ARRAY_SIZE(names), reason);
}

/* What a received one did. */
const char *names_rst_effect(unsigned int effect)
{
	static const char *const names[TCPCLOSE_RST_EFFECTS] = {
		[TCPCLOSE_RST_ENDED] = "ended",
		[TCPCLOSE_RST_IGNORED] = "ignored",
		[TCPCLOSE_RST_MINI] = "mini-socket",
		[TCPCLOSE_RST_UNMATCHED] = "no-socket",
		[TCPCLOSE_RST_OTHER] = "other",
	};

	return look_up(names, ARRAY_SIZE(names), effect);
}

const char *names_rst_owner(unsigned int owner)
{
	static const char *const names[] = {
		[TCPCLOSE_RST_OWNER_UNKNOWN] = "unknown",
		[TCPCLOSE_RST_OWNER_NONE] = "none",
		[TCPCLOSE_RST_OWNER_SOCKET] = "socket",
		[TCPCLOSE_RST_OWNER_MINI] = "mini-socket",
		[TCPCLOSE_RST_OWNER_LISTENER] = "listener",
		[TCPCLOSE_RST_OWNER_REQUEST] = "request",
	};

	return look_up(names, ARRAY_SIZE(names), owner);
}

/* &enum event_unmatched */
const char *names_unmatched(unsigned int what)
{
	static const char *const names[] = {
		[EVENT_UNMATCHED_CONNECTION] = "unknown-connection",
		[EVENT_UNMATCHED_ANSWER] = "unasked-answer",
		[EVENT_UNMATCHED_LISTENER] = "no-listener",
	};

	return look_up(names, ARRAY_SIZE(names), what);
}
