// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of drops by listeners: writes them in place in the ring. Decides nothing: what
 * was dropped, and why, comes in &struct tcpclose_drop_step.
 */
#include <linux/skbuff.h>
#include <linux/string.h>
#include <net/inet_connection_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "drop_record.h"
#include "field.h"
#include "record.h"
#include "ring.h"
#include "wakeup.h"

/* What was sent to the listener. */
static void set_segment(struct tcpclose_drop *record, const struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);
	bool ipv6 = skb->protocol == htons(ETH_P_IPV6);

	record->mark = ipv6 ? TCPCLOSE_DROP_MARK_IPV6 : 0;
	tcpclose_field_set_segment(record->laddr, record->raddr, skb, ipv6);
	record->lport = ntohs(th->dest);
	record->rport = ntohs(th->source);
}

static void set_request(struct tcpclose_drop *record, const struct request_sock *req)
{
	const struct inet_request_sock *ireq = inet_rsk(req);

	record->lport = ireq->ir_num;
	record->rport = ntohs(ireq->ir_rmt_port);
#if IS_ENABLED(CONFIG_IPV6)
	if (req->rsk_ops->family == AF_INET6) {
		record->mark = TCPCLOSE_DROP_MARK_IPV6;
		memcpy(record->laddr, &ireq->ir_v6_loc_addr, sizeof(record->laddr));
		memcpy(record->raddr, &ireq->ir_v6_rmt_addr, sizeof(record->raddr));
		return;
	}
#endif
	tcpclose_field_set_address4(record->laddr, ireq->ir_loc_addr);
	tcpclose_field_set_address4(record->raddr, ireq->ir_rmt_addr);
}

/* A listener for IPv6 is bound to an IPv4 address if that is mapped. */
static void set_bound(struct tcpclose_drop *record, const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (record->mark & TCPCLOSE_DROP_MARK_IPV6) {
		memcpy(record->bound, &sk->sk_v6_rcv_saddr, sizeof(record->bound));
		return;
	}
#endif
	tcpclose_field_set_address4(record->bound, sk->sk_rcv_saddr);
}

static void set_listener(struct tcpclose_drop *record, const struct sock *sk)
{
	record->cookie = tcpclose_record_cookie(sk);
	record->netns = compat_netns_cookie(sock_net(sk));
	record->netns_inode = sock_net(sk)->ns.inum;
	record->inode = tcpclose_field_inode(sk);
	record->uid = READ_ONCE(sk->sk_uid.val);
	record->cgroup = tcpclose_field_cgroup(sk);
	record->drops = atomic_read(&sk->sk_drops);
}

/**
 * tcpclose_drop_record() - record a drop by a listener
 * @step: the drop
 * @now_ns: when it was seen
 *
 * Context: hook, interrupts off.
 */
void tcpclose_drop_record(const struct tcpclose_drop_step *step, u64 now_ns)
{
	struct tcpclose_drop *record;
	u64 number;

	BUILD_BUG_ON(sizeof(*record) != TCPCLOSE_RECORD_SIZE);

	record = tcpclose_record_begin(&number, TCPCLOSE_KIND_DROP, now_ns);
	record->reason = step->reason;
	record->queue = step->queue;
	record->limit = step->limit;
	record->requests = step->requests;
	if (step->skb)
		set_segment(record, step->skb);
	else
		set_request(record, step->req);
	set_listener(record, step->listener);
	set_bound(record, step->listener);
	tcpclose_ring_commit(number);
	tcpclose_wakeup_notify();
}
