/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tcpclose's records add up to in each network namespace, against what the
 * kernel counts and lists there.
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
void totals_free(struct totals *a);

int totals_record(struct totals *a, const struct event *e);
void totals_advance(struct totals *a, uint64_t now_ns);
int totals_begin(struct totals *a, const struct snapshots *s);
bool totals_are_sure(const struct totals *a);
int totals_end(struct totals *a, const struct snapshots *s);
bool totals_are_exact(const struct totals *a);
void totals_conclude(const struct totals *a, bool openings,
		     struct comparison *t);

#endif /* TCPCLOSE_WITNESS_TOTALS_H */
