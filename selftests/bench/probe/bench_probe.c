// SPDX-License-Identifier: GPL-2.0-only
/*
 * The least that a module can do on the tracepoint: nothing, or write a record.
 *
 * A record has the format of tcpclose, with time, connection, old and new state: only
 * what the tracepoint itself shows. There is one ring for each CPU, as in tcpclose,
 * without a reader.
 */
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint.h>
#include <linux/vmalloc.h>
#include <net/inet_sock.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "uapi/tcpclose.h"

#define RECORDS 16384u

struct bench_ring {
	struct tcpclose_record *records;
	u64 begun;
	u64 committed;
};

static DEFINE_PER_CPU(struct bench_ring, rings);
static struct tracepoint *found;
static void *registered;

static bool record;
module_param(record, bool, 0444);
MODULE_PARM_DESC(record, "write a record with each call (N: do nothing)");

/* Shows whether the measured writes happened at all. */
static int get_written(char *buffer, const struct kernel_param *param)
{
	u64 written = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		written += per_cpu(rings, cpu).committed;
	return sysfs_emit(buffer, "%llu\n", written);
}

static const struct kernel_param_ops written_ops = { .get = get_written };
module_param_cb(written, &written_ops, NULL, 0444);
MODULE_PARM_DESC(written, "records written");

static void probe_empty(void *unused, const struct sock *sk, int from, int to)
{
}

static void fill_addresses(struct tcpclose_record *r, const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		memcpy(r->laddr, &sk->sk_v6_rcv_saddr, sizeof(r->laddr));
		memcpy(r->raddr, &sk->sk_v6_daddr, sizeof(r->raddr));
		return;
	}
#endif
	memset(r->laddr, 0, sizeof(r->laddr));
	memset(r->raddr, 0, sizeof(r->raddr));
	memcpy(r->laddr, &sk->sk_rcv_saddr, sizeof(__be32));
	memcpy(r->raddr, &sk->sk_daddr, sizeof(__be32));
}

/* Members that a bare record does not use; written, since all 128 bytes are. */
static void fill_nothing(struct tcpclose_record *r)
{
	r->mark = 0;
	r->dwell_ns = TCPCLOSE_UNKNOWN_NS;
	r->age_ns = TCPCLOSE_UNKNOWN_NS;
	r->netns = 0;
	r->inode = 0;
	r->cgroup = 0;
	r->uid = TCPCLOSE_UNKNOWN_UID;
	r->bytes_sent_lo = 0;
	r->bytes_received_lo = 0;
	r->bytes_sent_hi = 0;
	r->bytes_received_hi = 0;
	r->srtt_us = 0;
	r->retransmits = 0;
	r->index = 0;
	r->flags = 0;
	r->end = TCPCLOSE_END_NONE;
	r->cause = TCPCLOSE_CAUSE_NONE;
}

static void probe_record(void *unused, const struct sock *sk, int from, int to)
{
	struct bench_ring *ring;
	struct tcpclose_record *r;
	unsigned long flags;

	if (sk->sk_protocol != IPPROTO_TCP)
		return;
	local_irq_save(flags);
	ring = this_cpu_ptr(&rings);
	r = &ring->records[ring->begun & (RECORDS - 1)];
	WRITE_ONCE(ring->begun, ring->begun + 1);
	/* For a reader: announce the overwriting before it happens. */
	smp_wmb();
	r->ts_ns = ktime_get_mono_fast_ns();
	r->seq = ring->begun - 1;
	r->cpu = smp_processor_id();
	r->kind = TCPCLOSE_KIND_TRANSITION;
	r->cookie = atomic64_read(&sk->sk_cookie);
	r->netns_inode = sock_net(sk)->ns.inum;
	r->lport = ntohs(inet_sk(sk)->inet_sport);
	r->rport = ntohs(sk->sk_dport);
	fill_addresses(r, sk);
	fill_nothing(r);
	r->raw = TCPCLOSE_EDGE(from, to);
	r->edge = TCPCLOSE_EDGE(from, to);
	r->how = TCPCLOSE_HOW(TCPCLOSE_ORIGIN_TRACEPOINT,
			      sk->sk_family == AF_INET6,
			      TCPCLOSE_CONTEXT_PROCESS, TCPCLOSE_CLOSER_NONE,
			      sk->sk_shutdown & 3);
	r->sk_err = sk->sk_err;
	/* Release: the record is whole before a reader can see it. */
	smp_store_release(&ring->committed, ring->begun);
	local_irq_restore(flags);
}

static void look_at(struct tracepoint *tracepoint, void *unused)
{
	if (!strcmp(tracepoint->name, "inet_sock_set_state"))
		found = tracepoint;
}

static void free_rings(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		vfree(per_cpu(rings, cpu).records);
		per_cpu(rings, cpu).records = NULL;
	}
}

static int __init bench_probe_init(void)
{
	int cpu, err;

	for_each_kernel_tracepoint(look_at, NULL);
	if (!found)
		return -ENOENT;
	for_each_possible_cpu(cpu) {
		struct bench_ring *ring = per_cpu_ptr(&rings, cpu);

		ring->records = vzalloc(array_size(RECORDS,
						   sizeof(*ring->records)));
		if (!ring->records) {
			free_rings();
			return -ENOMEM;
		}
	}
	registered = record ? probe_record : probe_empty;
	err = tracepoint_probe_register(found, registered, NULL);
	if (err)
		free_rings();
	return err;
}

static void __exit bench_probe_exit(void)
{
	tracepoint_probe_unregister(found, registered, NULL);
	tracepoint_synchronize_unregister();
	free_rings();
}

module_init(bench_probe_init);
module_exit(bench_probe_exit);
MODULE_DESCRIPTION("An empty probe, or a bare record, for comparison");
MODULE_LICENSE("GPL");
