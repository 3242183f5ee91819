// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits: which limit ended a connection where one function of the kernel ends it
 * for several: the limits of retransmissions, probes and TCP_USER_TIMEOUT, those of
 * memory and orphans, and the range of local ports.
 *
 * The kernel does not say which one it was. What it compared is still in the
 * socket.
 */
#include <net/net_namespace.h>
#include <net/tcp.h>

#include "compat.h"
#include "limit.h"
#include "uapi/tcpclose.h"

/* The peer did not answer a SYN, or a SYN,ACK (tcp_write_timeout()). */
static u8 limit_of_syn(const struct sock *sk, int old)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	struct net *net = sock_net(sk);
	unsigned int limit = READ_ONCE(icsk->icsk_syn_retries);

	if (!limit)
		limit = READ_ONCE(net->ipv4.sysctl_tcp_syn_retries);
	if (old == TCP_SYN_SENT)
		limit += compat_syn_linear_timeouts(net);
	return icsk->icsk_user_timeout && icsk->icsk_retransmits < limit ?
		       TCPCLOSE_CAUSE_USER_TIMEOUT : TCPCLOSE_CAUSE_TIMEOUT;
}

/*
 * Nothing was in flight: the peer's window was too small for what was to be sent
 * (tcp_probe_timer()). Each ACK clears icsk_probes_out (tcp_ack()).
 */
static u8 limit_of_probes(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	u32 user_timeout = READ_ONCE(icsk->icsk_user_timeout);

	if (!icsk->icsk_probes_out)
		return TCPCLOSE_CAUSE_ZERO_WINDOW;
	if (user_timeout && icsk->icsk_probes_tstamp &&
	    (s32)(tcp_jiffies32 - icsk->icsk_probes_tstamp) >=
		    msecs_to_jiffies(user_timeout))
		return TCPCLOSE_CAUSE_USER_TIMEOUT;
	return TCPCLOSE_CAUSE_TIMEOUT;
}

/**
 * tcpclose_limit_of_timer() - find which limit the retransmission timer, or the
 *	timer of probes, has reached
 * @sk: the socket; its queue of what was sent may be empty already
 *	(tcp_write_err())
 * @old: its state
 *
 * Return: &enum tcpclose_cause
 */
u8 tcpclose_limit_of_timer(const struct sock *sk, int old)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if ((1 << old) & (TCPF_SYN_SENT | TCPF_SYN_RECV))
		return limit_of_syn(sk, old);
	if (tp->snd_nxt == tp->snd_una)
		return limit_of_probes(sk);
	/* Where it is set it replaces the number of retransmissions. */
	if (!READ_ONCE(inet_csk(sk)->icsk_user_timeout))
		return TCPCLOSE_CAUSE_TIMEOUT;
	/* The window was closed over data in flight, which serves as probe. */
	return !tp->snd_wnd && !before(tp->rcv_tstamp, tp->lsndtime) ?
		       TCPCLOSE_CAUSE_ZERO_WINDOW : TCPCLOSE_CAUSE_USER_TIMEOUT;
}

/* As tcp_out_of_memory(), which modules cannot call on every kernel. */
static bool is_out_of_memory(const struct sock *sk)
{
	return READ_ONCE(sk->sk_wmem_queued) > SOCK_MIN_SNDBUF &&
	       sk_memory_allocated(sk) > sk_prot_mem_limits(sk, 2);
}

/**
 * tcpclose_limit_of_resources() - find why tcp_check_oom() ended a connection
 * @sk: the socket
 *
 * Return: &enum tcpclose_cause
 */
u8 tcpclose_limit_of_resources(const struct sock *sk)
{
	if (!check_net(sock_net(sk)))
		return TCPCLOSE_CAUSE_NETNS;
	return is_out_of_memory(sk) ? TCPCLOSE_CAUSE_MEMORY : TCPCLOSE_CAUSE_ORPHANS;
}

/**
 * tcpclose_limit_of_connect() - find why a call of connect() failed
 * @sk: the socket
 *
 * inet_hash_connect() finds a local port, or finds that the one bound to is taken,
 * before the first sequence number is chosen.
 *
 * Return: &enum tcpclose_cause
 */
u8 tcpclose_limit_of_connect(const struct sock *sk)
{
	return !inet_sk(sk)->inet_sport || !tcp_sk(sk)->write_seq ?
		       TCPCLOSE_CAUSE_NO_PORT : TCPCLOSE_CAUSE_CONNECT_ABORTED;
}
