/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters of the BPF program for comparison. Its records are struct tcpclose_record.
 */
#ifndef _BENCH_STATES_H
#define _BENCH_STATES_H

/* Bytes of its ring, for all CPUs: as large as one CPU's ring of the module */
#define STATES_RING_BYTES (2 << 20)
#define STATES_SOCKETS 65536

/**
 * struct states_life - the stored state of a socket
 * @born_ns: time of its first transition
 * @since_ns: time of its last transition
 * @index: number of its next transition
 */
struct states_life {
	__u64 born_ns;
	__u64 since_ns;
	__u64 index;
};

#endif /* _BENCH_STATES_H */
