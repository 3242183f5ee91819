// SPDX-License-Identifier: GPL-2.0-only
/*
 * For comparison: those members of the module's record that BPF can read, through
 * BPF's own ring buffer.
 *
 * Uses the cheapest means of BPF: a BTF-typed tracepoint, which reads the socket with
 * plain loads, a hash of sockets that is allocated in advance, and one reservation
 * for each record. It records no mini-socket, cause, context, closer and control bits.
 */
#include <stdbool.h>

#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "states.h"
#include "tcpclose.h"

#define AF_INET6 10
#define IPPROTO_TCP 6

char LICENSE[] SEC("license") = "GPL";

/* The members needed of the kernel's structures; CO-RE finds their offsets. */
#pragma clang attribute push(__attribute__((preserve_access_index)), \
			     apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct net {
	__u64 net_cookie;
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in6_addr {
	union {
		__u32 u6_addr32[4];
	} in6_u;
};

struct sock_common {
	__u32 skc_daddr;
	__u32 skc_rcv_saddr;
	__u16 skc_dport;
	unsigned short skc_family;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};

typedef struct {
	unsigned int val;
} kuid_t;

struct kernfs_node {
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct sock_cgroup_data {
	struct cgroup *cgroup;
};

struct inode {
	unsigned long i_ino;
};

struct file {
	struct inode *f_inode;
};

struct socket {
	struct file *file;
};

struct sock {
	struct sock_common __sk_common;
	struct socket *sk_socket;
	struct sock_cgroup_data sk_cgrp_data;
	kuid_t sk_uid;
	__u16 sk_protocol;
	int sk_err;
	__u8 sk_shutdown;
};

struct inet_sock {
	__u16 inet_sport;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	__u64 bytes_acked;
	__u64 bytes_received;
	__u32 srtt_us;
	__u32 total_retrans;
};

#pragma clang attribute pop

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, STATES_RING_BYTES);
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STATES_SOCKETS);
	__type(key, __u64);
	__type(value, struct states_life);
} sockets SEC(".maps");

__u64 dropped;
/* Whether the reader polls periodically, without a wakeup */
const volatile bool batch;

static __always_inline void fill_socket(struct tcpclose_record *r,
					struct sock *sk)
{
	struct net *net = sk->__sk_common.skc_net.net;
	struct socket *socket = sk->sk_socket;
	struct file *file = socket ? socket->file : NULL;

	r->cookie = bpf_get_socket_cookie(sk);
	r->netns = net->net_cookie;
	r->netns_inode = net->ns.inum;
	r->inode = file ? file->f_inode->i_ino : 0;
	r->cgroup = sk->sk_cgrp_data.cgroup->kn->id;
	r->uid = sk->sk_uid.val;
	/* The module has it in another record. */
	r->bytes_sent_lo = bpf_get_current_pid_tgid() >> 32;
	r->rport = bpf_ntohs(sk->__sk_common.skc_dport);
	r->sk_err = sk->sk_err;
}

static __always_inline void fill_addresses(struct tcpclose_record *r,
					   struct sock *sk)
{
	__u32 *local = (__u32 *)r->laddr, *remote = (__u32 *)r->raddr;
	struct sock_common *common = &sk->__sk_common;
	int i;

	if (common->skc_family == AF_INET6) {
#pragma unroll
		for (i = 0; i < 4; i++) {
			local[i] = common->skc_v6_rcv_saddr.in6_u.u6_addr32[i];
			remote[i] = common->skc_v6_daddr.in6_u.u6_addr32[i];
		}
	} else {
		__builtin_memset(r->laddr, 0, sizeof(r->laddr));
		__builtin_memset(r->raddr, 0, sizeof(r->raddr));
		local[0] = common->skc_rcv_saddr;
		remote[0] = common->skc_daddr;
	}
}

static __always_inline void fill_traffic(struct tcpclose_record *r,
					 struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	r->lport = 0;
	r->bytes_sent_lo = 0;
	r->bytes_received_lo = 0;
	r->bytes_sent_hi = 0;
	r->bytes_received_hi = 0;
	r->srtt_us = 0;
	r->retransmits = 0;
	if (!tp)
		return;
	r->lport = bpf_ntohs(tp->inet_conn.icsk_inet.inet_sport);
	r->bytes_sent_lo = tp->bytes_acked;
	r->bytes_sent_hi = tp->bytes_acked >> 32;
	r->bytes_received_lo = tp->bytes_received;
	r->bytes_received_hi = tp->bytes_received >> 32;
	r->srtt_us = tp->srtt_us >> 3;
	r->retransmits = tp->total_retrans;
}

static __always_inline void fill_life(struct tcpclose_record *r, __u64 key,
				      int to)
{
	struct states_life *life = bpf_map_lookup_elem(&sockets, &key);
	struct states_life first = { r->ts_ns, r->ts_ns, 1 };

	r->dwell_ns = TCPCLOSE_UNKNOWN_NS;
	r->age_ns = 0;
	r->index = 0;
	if (life) {
		r->dwell_ns = r->ts_ns - life->since_ns;
		r->age_ns = r->ts_ns - life->born_ns;
		r->index = life->index;
	}
	if (to == TCPCLOSE_CLOSE) {
		bpf_map_delete_elem(&sockets, &key);
	} else if (life) {
		life->since_ns = r->ts_ns;
		life->index++;
	} else {
		bpf_map_update_elem(&sockets, &key, &first, BPF_ANY);
	}
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(set_state, struct sock *sk, int from, int to)
{
	struct tcpclose_record *r;

	if (sk->sk_protocol != IPPROTO_TCP)
		return 0;
	r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);
	if (!r) {
		__sync_fetch_and_add(&dropped, 1);
		return 0;
	}
	r->ts_ns = bpf_ktime_get_ns();
	r->seq = 0;
	r->cpu = bpf_get_smp_processor_id();
	r->kind = TCPCLOSE_KIND_TRANSITION;
	r->mark = 0;
	fill_socket(r, sk);
	fill_addresses(r, sk);
	fill_traffic(r, sk);
	fill_life(r, (__u64)sk, to);
	r->flags = 0;
	r->raw = TCPCLOSE_EDGE(from, to);
	r->edge = r->raw;
	r->how = TCPCLOSE_HOW(0, sk->__sk_common.skc_family == AF_INET6, 0, 0,
			      sk->sk_shutdown & 3);
	r->end = 0;
	r->cause = 0;
	bpf_ringbuf_submit(r, batch ? BPF_RB_NO_WAKEUP : 0);
	return 0;
}
