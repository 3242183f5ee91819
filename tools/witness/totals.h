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

struct accounts;

int accounts_new(struct accounts **result);
void accounts_free(struct accounts *a);

int accounts_record(struct accounts *a, const struct event *e);
void accounts_advance(struct accounts *a, uint64_t now_ns);
int accounts_begin(struct accounts *a, const struct snapshots *s);
bool accounts_are_sure(const struct accounts *a);
int accounts_end(struct accounts *a, const struct snapshots *s);
bool accounts_are_exact(const struct accounts *a);
void accounts_conclude(const struct accounts *a, bool openings,
		       struct testimony *t);

#endif /* TCPCLOSE_WITNESS_TOTALS_H */
