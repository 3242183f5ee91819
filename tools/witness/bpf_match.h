/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compares the lives of mini-sockets, step by step and cookie by cookie, as the
 * BPF programs saw them and as tcpclose recorded them.
 */
#ifndef TCPCLOSE_WITNESS_BPF_MATCH_H
#define TCPCLOSE_WITNESS_BPF_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/event.h"
#include "witness/bpf.h"
#include "witness/comparison.h"

struct bpf_match;

int bpf_match_new(struct bpf_match **result);
void bpf_match_free(struct bpf_match *m);

int bpf_match_add_old(struct bpf_match *m, uint64_t cookie, unsigned int state);
int bpf_match_add_event(struct bpf_match *m, const struct minisock_event *e);
int bpf_match_add_record(struct bpf_match *m, const struct event *e);
bool bpf_match_is_settled(const struct bpf_match *m, uint64_t start_ns,
			  uint64_t end_ns);
void bpf_match_conclude(struct bpf_match *m, uint64_t start_ns, uint64_t end_ns,
			const struct bpf_losses *losses, struct comparison *c);

#endif /* TCPCLOSE_WITNESS_BPF_MATCH_H */
