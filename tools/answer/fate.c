// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ends the state that a socket is in.
 *
 * Source: tcp_write_timeout(), tcp_orphan_retries(), tcp_model_timeout(),
 * tcp_keepalive_timer() and inet_csk_reqsk_queue timers of Linux 6.1 and 6.12.
 */
#include "answer/fate.h"
#include "base/clock.h"

/* TCP_RTO_MIN and TCP_RTO_MAX: what the kernel's model of retransmissions assumes. */
#define RTO_MIN_MS 200
#define RTO_MAX_MS 120000
/* Retransmissions at which their distance reaches the maximum: ilog2(MAX / MIN). */
#define LINEAR 9
/* tcp_orphan_retries 0 means this. */
#define ORPHAN_RETRIES 8
/* TCP_TIMEOUT_INIT */
#define SYN_MS 1000

/* tcp_model_timeout(): time from the first transmission to the timeout after @count more */
static uint64_t model_ms(unsigned int count, unsigned int first_ms)
{
	uint64_t linear = count > LINEAR ? count - LINEAR : 0;

	if (linear)
		count = LINEAR;
	return ((2ULL << count) - 1) * first_ms + linear * RTO_MAX_MS;
}

/* Time until it gives up: what is left of the model's, but the timer is due before. */
static uint64_t left_ns(const struct sockets_entry *s, uint64_t retries, unsigned int first_ms)
{
	uint64_t all_ms = model_ms((unsigned int)retries, first_ms);
	uint64_t due_ms = model_ms(s->retransmits, first_ms);
	uint64_t left_ms = s->expires_ms;

	if (all_ms > due_ms)
		left_ms += all_ms - due_ms;
	return left_ms * NS_PER_MS;
}

static void give_up(const struct item *i, struct fate *f)
{
	const int64_t *settings = i->netns->settings.values;
	int64_t retries = settings[item_is_orphan(i) ? NETSYSCTL_ORPHAN_RETRIES :
						       NETSYSCTL_RETRIES2];

	if (item_is_orphan(i) && !retries)
		retries = ORPHAN_RETRIES;
	/* A tail loss probe has the same timer: there was no retransmission. */
	if (retries < 0 || i->socket->timer != SOCKETS_TIMER_RETRANSMIT)
		return;
	f->known = true;
	f->in_ns = left_ns(i->socket, (uint64_t)retries, RTO_MIN_MS);
}

static void of_handshake(const struct item *i, struct fate *f)
{
	int64_t retries = i->netns->settings.values[NETSYSCTL_SYNACK_RETRIES];

	f->by = FATE_HANDSHAKE;
	if (retries < 0 || i->socket->timer != SOCKETS_TIMER_RETRANSMIT)
		return;
	f->known = true;
	f->in_ns = left_ns(i->socket, (uint64_t)retries, SYN_MS);
}

static void of_timer(const struct item *i, struct fate *f)
{
	f->by = FATE_TIMER;
	f->known = true;
	f->in_ns = (uint64_t)i->socket->expires_ms * NS_PER_MS;
}

static void of_ack(const struct item *i, struct fate *f)
{
	f->by = i->socket->timer == SOCKETS_TIMER_PROBE ? FATE_WINDOW : FATE_ACK;
	give_up(i, f);
}

/**
 * fate_of() - what ends the state that a socket is in
 * @i: the socket
 * @live: it is there now; otherwise it is of a recording
 * @f: result
 */
void fate_of(const struct item *i, bool live, struct fate *f)
{
	*f = (struct fate){ .by = FATE_UNKNOWN };
	f->keepalive = live && !item_is_orphan(i) &&
		       i->socket->timer == SOCKETS_TIMER_KEEPALIVE;
	switch (i->socket->state) {
	case TCPCLOSE_CLOSE_WAIT:
		f->by = i->held == ITEM_HELD_QUEUE ? FATE_ACCEPT : FATE_CLOSE;
		break;
	case TCPCLOSE_FIN_WAIT2:
		if (!item_is_orphan(i))
			f->by = FATE_FIN;
		else if (live)
			of_timer(i, f);
		break;
	case TCPCLOSE_TIME_WAIT:
		if (live)
			of_timer(i, f);
		break;
	case TCPCLOSE_SYN_RECV:
		of_handshake(i, f);
		break;
	case TCPCLOSE_FIN_WAIT1:
	case TCPCLOSE_CLOSING:
	case TCPCLOSE_LAST_ACK:
		of_ack(i, f);
		break;
	}
}
