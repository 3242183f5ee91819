/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_CALLER_H
#define TCPCLOSE_CALLER_H

/**
 * enum tcpclose_way - function that shows how something happened
 *
 * Each may stand for several functions: see the table in caller.c.
 */
enum tcpclose_way {
	TCPCLOSE_WAY_OTHER = 1,
	TCPCLOSE_WAY_BOUNDARY,
	TCPCLOSE_WAY_BACKLOG,
	TCPCLOSE_WAY_TIMER,
	TCPCLOSE_WAY_DESCHEDULE,
	TCPCLOSE_WAY_STATE_PROCESS,
	TCPCLOSE_WAY_RECEIVE,
	TCPCLOSE_WAY_TPROXY,
	TCPCLOSE_WAY_CONNECT_HASH,
	TCPCLOSE_WAY_ABORT,
	TCPCLOSE_WAY_PURGE,
	TCPCLOSE_WAY_CLOSE,
	TCPCLOSE_WAY_SHUTDOWN,
	TCPCLOSE_WAY_DISCONNECT,
	TCPCLOSE_WAY_CONNECT,
	TCPCLOSE_WAY_LISTEN_STOP,
	TCPCLOSE_WAY_RESET,
	TCPCLOSE_WAY_VALIDATE,
	TCPCLOSE_WAY_SEGMENT,
	TCPCLOSE_WAY_ICMP,
	TCPCLOSE_WAY_WRITE_TIMER,
	TCPCLOSE_WAY_KEEPALIVE_TIMER,
	TCPCLOSE_WAY_RESOURCES,
	TCPCLOSE_WAY_MAKE_SOCKET,
	TCPCLOSE_WAY_OPEN_FAILED,
	TCPCLOSE_WAY_CHECK_REQUEST,
	TCPCLOSE_WAY_INPUT,
	TCPCLOSE_WAY_SEND_RESET,
	TCPCLOSE_WAY_MPTCP,
	/* For caller.c only. */
	TCPCLOSE_WAY_RETURN_HOOKED,
};

int tcpclose_caller_init(void);
void tcpclose_caller_exit(void);
enum tcpclose_way tcpclose_caller_way(unsigned long address);
enum tcpclose_way tcpclose_caller_of(unsigned long caller, enum tcpclose_way hooked);

#endif /* TCPCLOSE_CALLER_H */
