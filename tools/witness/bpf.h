/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF witness from user space: load, attach, read.
 */
#ifndef TCPCLOSE_WITNESS_BPF_H
#define TCPCLOSE_WITNESS_BPF_H

#include <stdint.h>

#include <linux/types.h>

#include "base/error.h"
#include "witness/minisock.h"

struct bpf_witness;

/**
 * struct bpf_losses - what the programs may have missed
 * @dropped: events that did not fit the ring buffer
 * @unknown: mini-sockets above %MINISOCK_MAX, whose changes were not seen
 * @missed_births: calls of inet_twsk_alloc() that may have been missed, at most
 * @missed_segments: likewise for tcp_timewait_state_process()
 * @missed_deaths: likewise for the freeing of memory
 */
struct bpf_losses {
	uint64_t dropped;
	uint64_t unknown;
	uint64_t missed_births;
	uint64_t missed_segments;
	uint64_t missed_deaths;
};

int bpf_witness_load(struct bpf_witness **result, struct error *why);
int bpf_witness_attach(struct bpf_witness *w, struct error *why);
int bpf_witness_check(struct bpf_witness *w, struct error *why);
int bpf_witness_read(struct bpf_witness *w);
void bpf_witness_losses(const struct bpf_witness *w, struct bpf_losses *losses);
void bpf_witness_detach(struct bpf_witness *w);
void bpf_witness_close(struct bpf_witness *w);

void bpf_witness_set_receiver(struct bpf_witness *w,
			      void (*receive)(void *ctx,
					      const struct minisock_event *e),
			      void *ctx);

#endif /* TCPCLOSE_WITNESS_BPF_H */
