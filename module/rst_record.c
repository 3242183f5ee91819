// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of RSTs: writes them in place in the ring. Decides nothing: what a RST
 * means comes in &struct tcpclose_rst_step.
 */
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <net/dst.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "field.h"
#include "record.h"
#include "ring.h"
#include "rst_record.h"
#include "segment.h"
#include "task.h"
#include "wakeup.h"

/* A segment that no socket has taken has its route still. */
static const struct net *netns_of(const struct tcpclose_rst_step *step)
{
	const struct dst_entry *dst;

	if (step->sk)
		return sock_net(step->sk);
	dst = skb_dst(step->skb);
	if (dst && dst->dev)
		return dev_net(dst->dev);
	return step->skb->dev ? dev_net(step->skb->dev) : NULL;
}

static void set_netns(struct tcpclose_rst *record, const struct tcpclose_rst_step *step)
{
	const struct net *net = netns_of(step);

	record->netns = net ? compat_netns_cookie(net) : 0;
	record->netns_inode = net ? net->ns.inum : 0;
}

/* What was sent to the local end. */
static void set_segment(struct tcpclose_rst *record, const struct sk_buff *skb, bool ipv6)
{
	const struct tcphdr *th = tcp_hdr(skb);
	int length = skb->len - skb_transport_offset(skb) - __tcp_hdrlen(th);

	tcpclose_field_set_segment(record->laddr, record->raddr, skb, ipv6);
	record->lport = ntohs(th->dest);
	record->rport = ntohs(th->source);
	record->segment_seq = ntohl(th->seq);
	record->segment_ack = ntohl(th->ack_seq);
	record->segment_flags = tcpclose_segment_header_flags(th);
	record->segment_length = clamp(length, 0, U16_MAX);
	record->mark |= TCPCLOSE_RST_MARK_SEGMENT;
}

static void set_tuple(struct tcpclose_rst *record, const struct sock *sk, bool ipv6)
{
	const struct inet_sock *inet = inet_sk(sk);

	record->lport = ntohs(inet->inet_sport);
	record->rport = ntohs(inet->inet_dport);
	tcpclose_field_set_ends(record->laddr, record->raddr, sk, ipv6);
}

static void set_socket(struct tcpclose_rst *record, const struct sock *sk, u8 state)
{
	if (state == TCP_TIME_WAIT) {
		const struct inet_timewait_sock *tw = inet_twsk(sk);

		record->cookie = atomic64_read(&tw->tw_cookie);
		record->state = READ_ONCE(tw->tw_substate);
		return;
	}
	record->cookie = tcpclose_record_cookie(sk);
	record->state = state;
	record->inode = tcpclose_field_inode(sk);
	record->uid = READ_ONCE(sk->sk_uid.val);
	record->cgroup = tcpclose_field_cgroup(sk);
}

/**
 * tcpclose_rst_record() - record a RST
 * @step: the RST
 * @now_ns: when it was seen
 *
 * Context: hook, interrupts off.
 */
void tcpclose_rst_record(const struct tcpclose_rst_step *step, u64 now_ns)
{
	struct tcpclose_rst *record;
	u64 number;

	BUILD_BUG_ON(sizeof(*record) != TCPCLOSE_RECORD_SIZE);

	record = tcpclose_record_begin(&number, TCPCLOSE_KIND_RST, now_ns);
	record->mark = step->mark | (step->ipv6 ? TCPCLOSE_RST_MARK_IPV6 : 0);
	record->uid = TCPCLOSE_UNKNOWN_UID;
	record->effect = step->effect;
	record->reason = step->reason;
	record->derived = step->derived;
	record->owner = step->owner;
	record->context = step->context;
	set_netns(record, step);
	if (step->skb)
		set_segment(record, step->skb, step->ipv6);
	else
		set_tuple(record, step->sk, step->ipv6);
	if (step->sk)
		set_socket(record, step->sk, step->state);
	if (step->owner == TCPCLOSE_RST_OWNER_REQUEST)
		record->state = TCP_NEW_SYN_RECV;
	if (step->context == TCPCLOSE_CONTEXT_PROCESS)
		tcpclose_task_name(&record->pid, record->comm);
	tcpclose_ring_commit(number);
	tcpclose_wakeup_notify();
}
