// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which call may fail at once, and how. Keeps no state, does no I/O.
 */
#include <errno.h>
#include <string.h>

#include "model/failed_calls.h"

static bool is_connect(const struct event *e)
{
	return e->call == TCPCLOSE_CALL_CONNECT || e->call == TCPCLOSE_CALL_SEND;
}

static bool has_remote(const struct event *e)
{
	static const uint8_t any[sizeof(e->raddr)];

	return e->rport || memcmp(e->raddr, any, sizeof(any));
}

static const char *judge_range(const struct event *e)
{
	if (e->lport)
		return "it wanted one port, so no range was searched";
	if (e->failed.port_low > e->failed.port_high)
		return "the range of ports ends before it begins";
	if (e->failed.error != (is_connect(e) ? EADDRNOTAVAIL : EADDRINUSE))
		return "no port is free, but the error is another one";
	return NULL;
}

/**
 * failed_calls_judge() - judge a failed call
 * @e: an event of the kind %EVENT_FAILED_CALL
 *
 * Return: why the kernel has none like it; NULL: it has
 */
const char *failed_calls_judge(const struct event *e)
{
	if (!is_connect(e) && e->call != TCPCLOSE_CALL_BIND && e->call != TCPCLOSE_CALL_LISTEN)
		return "it is neither a bind nor a listen nor a connect";
	if (!e->failed.error)
		return "it has no error";
	if (!is_connect(e) && has_remote(e))
		return "only a connect wants a remote address";
	return e->failed.range ? judge_range(e) : NULL;
}
