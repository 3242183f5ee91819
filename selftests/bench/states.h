/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BPF program for comparison counts, besides its records, which are
 * struct tcpclose_record.
 */
#ifndef _BENCH_STATES_H
#define _BENCH_STATES_H

/* Bytes of its ring, for all CPUs: one CPU's ring of the module */
#define STATES_RING_BYTES (2 << 20)
#define STATES_SOCKETS 65536

/**
 * struct states_life - what is remembered of a socket
 * @born_ns: its first transition
 * @since_ns: its last one
 * @index: number of the next one
 */
struct states_life {
	__u64 born_ns;
	__u64 since_ns;
	__u64 index;
};

#endif /* _BENCH_STATES_H */
