/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_CAUSE_H
#define TCPCLOSE_CAUSE_H

#include <linux/types.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "uapi/tcpclose.h"

/**
 * struct tcpclose_verdict - why and in which context a socket closed
 * @cause: &enum tcpclose_cause
 * @context: &enum tcpclose_context
 * @segment: a segment caused it, and the note is of that segment
 */
struct tcpclose_verdict {
	u8 cause;
	u8 context;
	bool segment;
};

/*
 * Whether everything that a socket in LAST_ACK sent is acknowledged: it ends
 * gracefully, unless it was reset. An error does not say whether it was: ICMP
 * may have left one (IP_RECVERR).
 */
static __always_inline bool tcpclose_cause_is_acknowledged(const struct sock *sk,
							   int old)
{
	return old == TCP_LAST_ACK && tcp_sk(sk)->snd_una == tcp_sk(sk)->write_seq;
}

/*
 * Whether a socket that enters CLOSE certainly leaves LAST_ACK gracefully, which
 * tcp_rcv_state_process() does when everything is acknowledged.
 */
static __always_inline bool tcpclose_cause_is_last_ack(const struct sock *sk,
						       int old)
{
	return tcpclose_cause_is_acknowledged(sk, old) && !READ_ONCE(sk->sk_err);
}

struct tcpclose_verdict tcpclose_cause_of_close(const struct sock *sk, int old);
u8 tcpclose_cause_segment_context(const struct sock *sk);
bool tcpclose_cause_on_backlog(void);
u8 tcpclose_cause_doubtful_context(const struct sock *sk);
u8 tcpclose_cause_of_end(u8 end, u8 flags);
u8 tcpclose_cause_closer(u8 cause);

#endif /* TCPCLOSE_CAUSE_H */
