/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lives of mini-sockets, each step as BPF saw it and as tcpclose has it, set
 * against each other by cookie.
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
void bpf_match_free(struct bpf_match *l);

int bpf_match_old(struct bpf_match *l, uint64_t cookie, unsigned int state);
int bpf_match_witness(struct bpf_match *l, const struct minisock_event *e);
int bpf_match_record(struct bpf_match *l, const struct event *e);
bool bpf_match_is_settled(const struct bpf_match *l, uint64_t start_ns,
			  uint64_t end_ns);
void bpf_match_conclude(struct bpf_match *l, uint64_t start_ns, uint64_t end_ns,
			const struct bpf_losses *losses, struct comparison *t);

#endif /* TCPCLOSE_WITNESS_BPF_MATCH_H */
