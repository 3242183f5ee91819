// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two sockets of a proxy, whose data the kernel passes from one to the other.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 2);
	__type(key, int);
	__type(value, int);
} sockets SEC(".maps");

/* Local port of the socket at index 0 */
__u32 port;

SEC("sk_skb/stream_verdict")
int redirect(struct __sk_buff *skb)
{
	return bpf_sk_redirect_map(skb, &sockets, skb->local_port == port, 0);
}
