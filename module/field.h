/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fields: reads from a socket what records show, for record.c and fill.h. Knows
 * no ring.
 */
#ifndef TCPCLOSE_FIELD_H
#define TCPCLOSE_FIELD_H

#include <linux/cgroup.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "compat.h"
#include "entry.h"
#include "step.h"
#include "uapi/tcpclose.h"

static __always_inline u64 tcpclose_field_cgroup(const struct sock *sk)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	const struct cgroup *cgroup = READ_ONCE(sk->sk_cgrp_data.cgroup);

	return cgroup ? compat_cgroup_id(cgroup) : 0;
#else
	return 0;
#endif
}

static __always_inline u32 tcpclose_field_inode(const struct sock *sk)
{
	struct socket *socket = READ_ONCE(sk->sk_socket);

	return socket ? READ_ONCE(SOCK_INODE(socket)->i_ino) : 0;
}

/* A value that does not fit becomes 0, unknown; it is never truncated. */
static __always_inline u32 tcpclose_field_fit(u64 value)
{
	return likely(value <= U32_MAX) ? value : 0;
}

/*
 * Set the members that come from the step and the entry. @plain: nothing is
 * unknown.
 */
static __always_inline void
tcpclose_field_set_step(struct tcpclose_record *record, u64 number,
			const struct tcpclose_step *step,
			const struct tcpclose_entry *entry, u8 origin, bool ipv6,
			u8 shutdown, bool plain)
{
	record->ts_ns = step->now_ns;
	record->seq = number;
	record->cpu = raw_smp_processor_id();
	record->kind = TCPCLOSE_KIND_TRANSITION;
	record->mark = plain ? 0 : step->mark | tcpclose_step_mark(entry);
	record->cookie = step->cookie;
	record->dwell_ns = step->dwell_ns;
	record->age_ns = plain ?
				 tcpclose_step_between(entry->born_ns, step->now_ns) :
				 tcpclose_step_since(entry->born_ns, step->now_ns);
	record->index = entry->index;
	record->flags = step->flags;
	record->raw = step->raw;
	record->edge = TCPCLOSE_EDGE(step->old, step->new);
	record->how = TCPCLOSE_HOW(origin, ipv6, step->context, step->closer,
				   shutdown);
	record->end = step->end;
	record->cause = step->cause;
}

static __always_inline void tcpclose_field_set_netns(struct tcpclose_record *record,
						     const struct net *net)
{
	record->netns = compat_netns_cookie(net);
	record->netns_inode = net->ns.inum;
}

/* Word by word: a compiler may use a loop to clear 16 bytes. */
static __always_inline void tcpclose_field_set_address4(u8 *to, __be32 address)
{
	u32 *words = (u32 *)to;

	words[0] = (__force u32)address;
	words[1] = 0;
	words[2] = 0;
	words[3] = 0;
}

/* The addresses of both ends, 16 bytes each. */
static __always_inline void tcpclose_field_set_ends(u8 *laddr, u8 *raddr,
						    const struct sock *sk, bool ipv6)
{
	const struct inet_sock *inet = inet_sk(sk);

#if IS_ENABLED(CONFIG_IPV6)
	if (ipv6) {
		memcpy(laddr, &sk->sk_v6_rcv_saddr, 16);
		memcpy(raddr, &sk->sk_v6_daddr, 16);
		return;
	}
#endif
	tcpclose_field_set_address4(laddr, inet->inet_saddr);
	tcpclose_field_set_address4(raddr, inet->inet_daddr);
}

/* Likewise, those of a segment that was received. */
static inline void tcpclose_field_set_segment(u8 *laddr, u8 *raddr,
					      const struct sk_buff *skb, bool ipv6)
{
	if (ipv6) {
		memcpy(laddr, &ipv6_hdr(skb)->daddr, 16);
		memcpy(raddr, &ipv6_hdr(skb)->saddr, 16);
	} else {
		tcpclose_field_set_address4(laddr, ip_hdr(skb)->daddr);
		tcpclose_field_set_address4(raddr, ip_hdr(skb)->saddr);
	}
}

#endif /* TCPCLOSE_FIELD_H */
