/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_REQUEST_H
#define TCPCLOSE_REQUEST_H

#include <net/inet_sock.h>

#include "hook.h"

struct request_sock;

/**
 * tcpclose_request_is_over() - whether a socket just cloned has the addresses and the
 *	cookie of its request already
 * @sk: the socket, at LISTEN → SYN_RECV
 *
 * Otherwise it has those of its listener, which has no peer.
 */
static inline bool tcpclose_request_is_over(const struct sock *sk)
{
	return inet_sk(sk)->inet_dport || sk->sk_daddr;
}

const struct request_sock *tcpclose_request_take(void);
void tcpclose_request_forget(void);

extern struct tcpclose_hooks tcpclose_request_hooks;

#endif /* TCPCLOSE_REQUEST_H */
