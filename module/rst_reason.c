// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reasons of RSTs: why the kernel sends one.
 *
 * Since 6.10 the kernel passes its own reason along, whose numbers may change with
 * each release: names are compared. On older kernels the same reason is found out
 * from the socket, the segment and the calling function, by the rules that 6.12
 * applies where it chooses one. Knows no records.
 */
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <net/mptcp.h>
#include <net/tcp.h>

#include "compat.h"
#include "rst_reason.h"
#include "uapi/tcpclose.h"

#if TCPCLOSE_HAVE_RST_REASON
/* &enum tcpclose_rst_reason by the kernel's number; 0: none of ours */
static u8 reason_of_kernel[SK_RST_REASON_MAX + 1];

struct reason_name {
	u8 reason;
	const char *name;
};

#define NAME(reason)		{ SK_RST_REASON_##reason, #reason },
#define LAST_NAME(reason)	{ SK_RST_REASON_##reason, "" },

static const struct reason_name kernel_names[] = {
	DEFINE_RST_REASON(NAME, LAST_NAME)
};

#undef NAME
#define NAME(reason)		{ TCPCLOSE_RST_##reason, #reason }

static const struct reason_name our_names[] = {
	NAME(NO_SOCKET), NAME(TCP_INVALID_ACK_SEQUENCE), NAME(TCP_RFC7323_PAWS),
	NAME(TCP_TOO_OLD_ACK), NAME(TCP_ACK_UNSENT_DATA), NAME(TCP_FLAGS),
	NAME(TCP_OLD_ACK), NAME(TCP_ABORT_ON_DATA), NAME(TCP_TIMEWAIT_SOCKET),
	NAME(INVALID_SYN), NAME(TCP_ABORT_ON_CLOSE), NAME(TCP_ABORT_ON_LINGER),
	NAME(TCP_ABORT_ON_MEMORY), NAME(TCP_STATE), NAME(TCP_KEEPALIVE_TIMEOUT),
	NAME(TCP_DISCONNECT_WITH_DATA), NAME(MPTCP_RST_EUNSPEC),
	NAME(MPTCP_RST_EMPTCP), NAME(MPTCP_RST_ERESOURCE), NAME(MPTCP_RST_EPROHIBIT),
	NAME(MPTCP_RST_EWQ2BIG), NAME(MPTCP_RST_EBADPERF),
	NAME(MPTCP_RST_EMIDDLEBOX), NAME(ERROR),
};

static u8 our_reason(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(our_names); i++) {
		if (!strcmp(our_names[i].name, name))
			return our_names[i].reason;
	}
	return TCPCLOSE_RST_NOT_SPECIFIED;
}

/**
 * tcpclose_rst_reason_init() - find the kernel's reasons
 *
 * Context: process.
 */
void tcpclose_rst_reason_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kernel_names); i++)
		reason_of_kernel[kernel_names[i].reason] = our_reason(kernel_names[i].name);
}

/**
 * tcpclose_rst_reason_of_kernel() - the reason that the kernel passes along
 * @argument: the argument of its function
 *
 * Return: &enum tcpclose_rst_reason
 */
u8 tcpclose_rst_reason_of_kernel(unsigned long argument)
{
	/* An int: the upper half of the register is undefined. */
	u32 reason = argument;

	return reason < ARRAY_SIZE(reason_of_kernel) ? reason_of_kernel[reason] :
						       TCPCLOSE_RST_NOT_SPECIFIED;
}
#else
void tcpclose_rst_reason_init(void)
{
}

u8 tcpclose_rst_reason_of_kernel(unsigned long argument)
{
	return TCPCLOSE_RST_NOT_SPECIFIED;
}
#endif

/* As tcp_ack(), for a socket in SYN_RECV. */
static u8 reason_in_syn_recv(const struct tcp_sock *tp, const struct tcphdr *th)
{
	u32 ack = ntohl(th->ack_seq);
	u32 window = min_t(u64, tp->max_window, tp->bytes_acked);

	if (after(ack, tp->snd_nxt))
		return TCPCLOSE_RST_TCP_ACK_UNSENT_DATA;
	return before(ack, tp->snd_una - window) ? TCPCLOSE_RST_TCP_TOO_OLD_ACK :
						   TCPCLOSE_RST_TCP_OLD_ACK;
}

/* As tcp_rcv_synsent_state_process(). */
static u8 reason_in_syn_sent(const struct tcp_sock *tp, const struct tcphdr *th)
{
	u32 ack = ntohl(th->ack_seq);

	return !after(ack, tp->snd_una) || after(ack, tp->snd_nxt) ?
		       TCPCLOSE_RST_TCP_INVALID_ACK_SEQUENCE :
		       TCPCLOSE_RST_TCP_RFC7323_PAWS;
}

/* What MPTCP wants to tell its peer, RFC 8684 section 3.6. */
static u8 reason_of_mptcp(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_MPTCP)
	const struct mptcp_ext *ext = skb_ext_find(skb, SKB_EXT_MPTCP);

	if (ext && ext->reset_reason <=
			   TCPCLOSE_RST_MPTCP_RST_EMIDDLEBOX - TCPCLOSE_RST_MPTCP_RST_EUNSPEC)
		return TCPCLOSE_RST_MPTCP_RST_EUNSPEC + ext->reset_reason;
#endif
	return TCPCLOSE_RST_NOT_SPECIFIED;
}

static u8 reason_at_listener(const struct sk_buff *skb, enum tcpclose_way way)
{
	/* MPTCP refuses a subflow. */
	if (way == TCPCLOSE_WAY_OPEN_FAILED)
		return reason_of_mptcp(skb);
	return tcp_hdr(skb)->ack ? TCPCLOSE_RST_TCP_FLAGS : TCPCLOSE_RST_NOT_SPECIFIED;
}

/**
 * tcpclose_rst_reason_of_answer() - find why a segment is answered with a RST
 * @sk: what it reached: a socket, mini-socket or listener, or NULL
 * @state: its state
 * @skb: the segment
 * @way: caller of tcp_v4_send_reset() or tcp_v6_send_reset()
 *
 * Context: interrupts off.
 * Return: &enum tcpclose_rst_reason
 */
u8 tcpclose_rst_reason_of_answer(const struct sock *sk, u8 state,
				 const struct sk_buff *skb, enum tcpclose_way way)
{
	if (!sk)
		return TCPCLOSE_RST_NO_SOCKET;
	/* Of a listener's request, or of Fast Open's socket. */
	if (way == TCPCLOSE_WAY_CHECK_REQUEST)
		return TCPCLOSE_RST_INVALID_SYN;
	switch (state) {
	case TCP_TIME_WAIT:
		return TCPCLOSE_RST_TCP_TIMEWAIT_SOCKET;
	case TCP_LISTEN:
		return reason_at_listener(skb, way);
	case TCP_SYN_SENT:
		return reason_in_syn_sent(tcp_sk(sk), tcp_hdr(skb));
	case TCP_SYN_RECV:
		return reason_in_syn_recv(tcp_sk(sk), tcp_hdr(skb));
	case TCP_CLOSE:
		/* tcp_reset() or tcp_done() was called just before. */
		return TCPCLOSE_RST_TCP_ABORT_ON_DATA;
	default:
		return TCPCLOSE_RST_NOT_SPECIFIED;
	}
}

/* __tcp_close() itself; a disconnect has a way of its own. */
static u8 reason_in_close(const struct sock *sk)
{
	if (!sock_flag(sk, SOCK_DEAD))
		return TCPCLOSE_RST_TCP_ABORT_ON_CLOSE;
	return READ_ONCE(tcp_sk(sk)->linger2) < 0 ? TCPCLOSE_RST_TCP_ABORT_ON_LINGER :
						    TCPCLOSE_RST_TCP_ABORT_ON_MEMORY;
}

/*
 * tcp_disconnect(), after it has set CLOSE: the peer's FIN was received and an own
 * one is to be sent in CLOSING and LAST_ACK only.
 */
static u8 reason_in_disconnect(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return tp->snd_nxt != tp->write_seq && sk->sk_shutdown & SEND_SHUTDOWN &&
			       sock_flag(sk, SOCK_DONE) ?
		       TCPCLOSE_RST_TCP_DISCONNECT_WITH_DATA :
		       TCPCLOSE_RST_TCP_STATE;
}

/**
 * tcpclose_rst_reason_of_own() - find why a socket sends a RST on its own account
 * @sk: the socket
 * @way: caller of tcp_send_active_reset()
 *
 * Context: interrupts off.
 * Return: &enum tcpclose_rst_reason
 */
u8 tcpclose_rst_reason_of_own(const struct sock *sk, enum tcpclose_way way)
{
	switch (way) {
	case TCPCLOSE_WAY_CLOSE:
		return reason_in_close(sk);
	case TCPCLOSE_WAY_DISCONNECT:
		return reason_in_disconnect(sk);
	case TCPCLOSE_WAY_ABORT:
		return TCPCLOSE_RST_TCP_STATE;
	case TCPCLOSE_WAY_KEEPALIVE_TIMER:
		return sk->sk_state == TCP_FIN_WAIT2 && sock_flag(sk, SOCK_DEAD) ?
			       TCPCLOSE_RST_TCP_STATE :
			       TCPCLOSE_RST_TCP_KEEPALIVE_TIMEOUT;
	case TCPCLOSE_WAY_WRITE_TIMER:
	case TCPCLOSE_WAY_RESOURCES:
		return TCPCLOSE_RST_TCP_ABORT_ON_MEMORY;
	default:
		return TCPCLOSE_RST_NOT_SPECIFIED;
	}
}
