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

struct ledger;

int ledger_new(struct ledger **result);
void ledger_free(struct ledger *l);

int ledger_old(struct ledger *l, uint64_t cookie, unsigned int state);
int ledger_witness(struct ledger *l, const struct minisock_event *e);
int ledger_record(struct ledger *l, const struct event *e);
bool ledger_is_settled(const struct ledger *l, uint64_t start_ns,
		       uint64_t end_ns);
void ledger_conclude(struct ledger *l, uint64_t start_ns, uint64_t end_ns,
		     const struct bpf_losses *losses, struct testimony *t);

#endif /* TCPCLOSE_WITNESS_BPF_MATCH_H */
