// SPDX-License-Identifier: GPL-2.0-only
/*
 * What listeners may drop, and with which queues: sk_acceptq_is_full() and
 * inet_csk_reqsk_queue_is_full(), which let in one more than the limit.
 *
 * Pure: does no I/O, keeps no state.
 */
#include <stddef.h>

#include "model/drops.h"

/**
 * drops_judge() - whether a listener may drop this
 * @e: the drop
 *
 * Return: NULL if it may, or why it may not
 */
const char *drops_judge(const struct event *e)
{
	const struct event_drop *d = &e->drop;

	switch (d->reason) {
	case TCPCLOSE_DROP_ACCEPT_QUEUE_SYN:
	case TCPCLOSE_DROP_ACCEPT_QUEUE_ACK:
	case TCPCLOSE_DROP_ACCEPT_QUEUE_RST:
		return d->queue > d->limit ? NULL : "its accept queue was not full";
	case TCPCLOSE_DROP_SYN_QUEUE:
		return d->requests > d->limit ? NULL : "its SYN queue was not full";
	case TCPCLOSE_DROP_SYN_QUEUE_RESERVED:
	case TCPCLOSE_DROP_NO_SOCKET:
	case TCPCLOSE_DROP_NOT_UNICAST:
	case TCPCLOSE_DROP_ICMP:
		return e->cookie ? NULL : "the listener has no cookie";
	default:
		return "there is no such reason";
	}
}
