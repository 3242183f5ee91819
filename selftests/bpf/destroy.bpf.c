// SPDX-License-Identifier: GPL-2.0-only
/*
 * An iterator over TCP's sockets that destroys those with one local port.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* The needed members of the kernel's structures; CO-RE finds their offsets. */
#pragma clang attribute push(__attribute__((preserve_access_index)), \
			     apply_to = record)

struct sock_common {
	__u16 skc_num;
};

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
};

#pragma clang attribute pop

extern int bpf_sock_destroy(struct sock_common *sock) __ksym;

/* Local port of the sockets to destroy, host byte order, and their number */
__u16 port;
__u32 destroyed;

SEC("iter/tcp")
int destroy(struct bpf_iter__tcp *ctx)
{
	struct sock_common *sock = ctx->sk_common;

	if (sock && sock->skc_num == port && !bpf_sock_destroy(sock))
		__sync_fetch_and_add(&destroyed, 1);
	return 0;
}
