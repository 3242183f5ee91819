/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compares the sums of tcpclose's records in each network namespace with the
 * kernel's counters and lists there.
 */
#ifndef TCPCLOSE_WITNESS_TOTALS_H
#define TCPCLOSE_WITNESS_TOTALS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/event.h"
#include "witness/comparison.h"
#include "witness/snapshot.h"

struct totals;

int totals_new(struct totals **result);
void totals_free(struct totals *t);

int totals_add_record(struct totals *t, const struct event *e);
void totals_ignore_rsts(struct totals *t);
void totals_ignore_drops(struct totals *t);
void totals_advance(struct totals *t, uint64_t now_ns);
int totals_begin(struct totals *t, const struct snapshots *s);
bool totals_are_sure(const struct totals *t);
int totals_end(struct totals *t, const struct snapshots *s);
bool totals_are_exact(const struct totals *t);
void totals_conclude(const struct totals *t, bool openings,
		     struct comparison *c);

#endif /* TCPCLOSE_WITNESS_TOTALS_H */
