// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF programs: births, changes and deaths of TCP's mini-sockets, seen in
 * functions that the module does not hook.
 *
 * A birth is what inet_twsk_alloc() returns. A death is the memory going back
 * to its cache: TCP's mini-sockets have one for each family, and since that is
 * SLAB_TYPESAFE_BY_RCU (tcp_prot.slab_flags) it is not merged with others. A
 * change is the difference between the state at birth and the one that a segment
 * left behind.
 *
 * BPF does not run a program that is running on the same CPU already, so an
 * interrupt would hide what its softirq does. Hence two copies of those that
 * can be interrupted: while one is interrupted the other one runs. What both see
 * is reported once: the map knows what was reported.
 */
#include <stdbool.h>

#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "witness/minisock.h"

#define AF_INET6 10
#define IPPROTO_TCP 6
#define TCP_FIN_WAIT2 5
#define TCP_TIME_WAIT 6
/* Beside a state: which copy reported the birth, while the other has not run. */
#define BORN_ONE 0x100
#define BORN_OTHER 0x200
/* In place of a state: likewise for the death. */
#define DEAD_ONE 0x400
#define DEAD_OTHER 0x800
#define STATE 0xff

char LICENSE[] SEC("license") = "GPL";

/* The needed members of the kernel's structures; CO-RE finds their offsets. */
#pragma clang attribute push(__attribute__((preserve_access_index)), \
			     apply_to = record)

struct kmem_cache;

struct timewait_sock_ops {
	struct kmem_cache *twsk_slab;
};

struct proto {
	struct timewait_sock_ops *twsk_prot;
};

struct ns_common {
	unsigned int inum;
};

struct net {
	__u64 net_cookie;
	struct ns_common ns;
};

struct in6_addr {
	union {
		__u8 u6_addr8[16];
	} in6_u;
};

struct hlist_nulls_node {
	struct hlist_nulls_node *next, **pprev;
};

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	unsigned short skc_family;
	struct {
		struct net *net;
	} skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	struct {
		__s64 counter;
	} skc_cookie;
	struct hlist_nulls_node skc_nulls_node;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
};

struct inet_timewait_sock {
	struct sock_common __tw_common;
	unsigned char tw_substate;
	__be16 tw_sport;
};

#pragma clang attribute pop

enum tcp_tw_status {
	TCP_TW_ACK = 2,
};

extern const void tcp_prot __ksym;
extern const void tcpv6_prot __ksym __weak;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MINISOCK_MAX);
	__type(key, __u64);
	__type(value, __u32);
} known SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, MINISOCK_RING);
} events SEC(".maps");

/* Caches that TCP's mini-sockets are from; 0: not looked up yet. */
__u64 slabs[2];
/* Events that did not fit the ring buffer, mini-sockets that did not fit known. */
__u64 dropped, unknown;

static __always_inline void address(__u8 to[16], const void *from, bool ipv6)
{
	__builtin_memset(to, 0, 16);
	if (ipv6)
		bpf_probe_read_kernel(to, 16, from);
	else
		bpf_probe_read_kernel(to, 4, from);
}

static __always_inline void report(const struct inet_timewait_sock *tw,
				   enum minisock_kind kind, bool ended)
{
	const struct sock_common *common = &tw->__tw_common;
	struct minisock_event *event;
	struct net *net;

	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&dropped, 1);
		return;
	}
	event->ts_ns = bpf_ktime_get_ns();
	event->cookie = BPF_CORE_READ(common, skc_cookie.counter);
	net = BPF_CORE_READ(common, skc_net.net);
	event->netns = BPF_CORE_READ(net, net_cookie);
	event->netns_inode = BPF_CORE_READ(net, ns.inum);
	event->lport = bpf_ntohs(BPF_CORE_READ(tw, tw_sport));
	event->rport = bpf_ntohs(BPF_CORE_READ(common, skc_dport));
	event->kind = kind;
	event->ipv6 = BPF_CORE_READ(common, skc_family) == AF_INET6;
	event->state = BPF_CORE_READ(tw, tw_substate);
	event->ended = ended;
	event->reserved = 0;
	if (event->ipv6) {
		address(event->laddr, &common->skc_v6_rcv_saddr, true);
		address(event->raddr, &common->skc_v6_daddr, true);
	} else {
		address(event->laddr, &common->skc_rcv_saddr, false);
		address(event->raddr, &common->skc_daddr, false);
	}
	bpf_ringbuf_submit(event, 0);
}

static __always_inline void remember(__u64 key, __u32 state)
{
	if (bpf_map_update_elem(&known, &key, &state, BPF_ANY))
		__sync_fetch_and_add(&unknown, 1);
}

/*
 * The copy that runs first reports and leaves its mark; the other one finds the
 * mark and removes it. If the other one did not run, the mark is left: next time
 * the other one finds it and does not report, and the first one does.
 */
static __always_inline int birth(const struct sock *sk,
				 const struct inet_timewait_sock *tw,
				 __u32 mark, __u32 other)
{
	__u64 key = (__u64)tw;
	__u32 *before;

	if (!tw || sk->sk_protocol != IPPROTO_TCP)
		return 0;
	before = bpf_map_lookup_elem(&known, &key);
	if (before && *before & other) {
		remember(key, BPF_CORE_READ(tw, tw_substate));
		return 0;
	}
	remember(key, mark | BPF_CORE_READ(tw, tw_substate));
	report(tw, MINISOCK_BORN, false);
	return 0;
}

/* From the backlog inet_twsk_alloc() runs with softirqs on. */
SEC("fexit/inet_twsk_alloc")
int BPF_PROG(birth_one, const struct sock *sk, void *dr, int state,
	     const struct inet_timewait_sock *tw)
{
	return birth(sk, tw, BORN_ONE, BORN_OTHER);
}

SEC("fexit/inet_twsk_alloc")
int BPF_PROG(birth_other, const struct sock *sk, void *dr, int state,
	     const struct inet_timewait_sock *tw)
{
	return birth(sk, tw, BORN_OTHER, BORN_ONE);
}

/*
 * Softirqs are off. With TCP_TW_ACK the caller still has its reference, so this
 * is the mini-socket that it was. Two CPUs may be here for the same one.
 */
SEC("fexit/tcp_timewait_state_process")
int BPF_PROG(segment, const struct inet_timewait_sock *tw)
{
	const struct sock_common *common = &tw->__tw_common;
	__u64 key = (__u64)tw, result = 0;
	__u32 *state, before;
	bool ended;

	if (bpf_get_func_ret(ctx, &result) ||
	    (__u32)result != bpf_core_enum_value(enum tcp_tw_status, TCP_TW_ACK) ||
	    BPF_CORE_READ(tw, tw_substate) != TCP_TIME_WAIT)
		return 0;
	ended = !BPF_CORE_READ(common, skc_nulls_node.pprev);
	state = bpf_map_lookup_elem(&known, &key);
	before = state ? *state : 0;
	if (!state || !(before & STATE)) {
		remember(key, TCP_TIME_WAIT);
		report(tw, MINISOCK_IN_TIME_WAIT, ended);
	} else if ((before & STATE) == TCP_FIN_WAIT2 &&
		   __sync_val_compare_and_swap(state, before, TCP_TIME_WAIT) ==
			   before) {
		report(tw, MINISOCK_CHANGED, ended);
	}
	return 0;
}

static __always_inline __u64 slab_of(const void *proto)
{
	struct timewait_sock_ops *ops;

	if (!proto)
		return 0;
	ops = BPF_CORE_READ((const struct proto *)proto, twsk_prot);
	return (__u64)BPF_CORE_READ(ops, twsk_slab);
}

static __always_inline bool is_minisock(const struct kmem_cache *cache)
{
	if (!slabs[0]) {
		slabs[1] = slab_of(&tcpv6_prot);
		slabs[0] = slab_of(&tcp_prot);
	}
	return (__u64)cache == slabs[0] || (__u64)cache == slabs[1];
}

static __always_inline int death(const void *object,
				 const struct kmem_cache *cache, __u32 mark,
				 __u32 other)
{
	const struct inet_timewait_sock *tw = object;
	__u64 key = (__u64)object;
	__u32 *before;

	if (!is_minisock(cache))
		return 0;
	before = bpf_map_lookup_elem(&known, &key);
	if (before && *before & other) {
		bpf_map_delete_elem(&known, &key);
		return 0;
	}
	if (before && (*before & STATE) == TCP_FIN_WAIT2 &&
	    BPF_CORE_READ(tw, tw_substate) == TCP_TIME_WAIT)
		report(tw, MINISOCK_CHANGED, true);
	report(tw, MINISOCK_DIED, true);
	remember(key, mark);
	return 0;
}

/*
 * No hardirq frees mini-sockets: at most one softirq comes in between. Where a tracepoint
 * is called with preemption on, other tasks may, too, whose calls may be missed by both:
 * bpf_witness_losses(). A task may also change the CPU between the two copies.
 */
SEC("raw_tp/kmem_cache_free")
int BPF_PROG(death_one, unsigned long call_site, const void *object,
	     const struct kmem_cache *cache)
{
	return death(object, cache, DEAD_ONE, DEAD_OTHER);
}

SEC("raw_tp/kmem_cache_free")
int BPF_PROG(death_other, unsigned long call_site, const void *object,
	     const struct kmem_cache *cache)
{
	return death(object, cache, DEAD_OTHER, DEAD_ONE);
}
