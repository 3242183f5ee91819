// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many different numbers there were: exactly, up to a limit that bounds the
 * memory; above it, that there were more.
 */
#include <stdlib.h>
#include <string.h>

#include "base/distinct.h"
#include "base/hash.h"

#define FIRST_BITS 10

/* Multiply-shift: the author of a recording can't make numbers collide. */
static uint64_t *place(const struct distinct *d, uint64_t number)
{
	size_t mask = ((size_t)1 << d->bits) - 1;
	size_t i = (size_t)(number * d->seed >> (64 - d->bits));

	while (d->table[i] && d->table[i] != number)
		i = (i + 1) & mask;
	return &d->table[i];
}

static bool grow(struct distinct *d)
{
	struct distinct larger = *d;
	size_t i;

	if (!d->seed)
		larger.seed = hash_seed();
	larger.bits = d->table ? d->bits + 1 : FIRST_BITS;
	larger.table = calloc((size_t)1 << larger.bits, sizeof(*larger.table));
	if (!larger.table)
		return false;
	for (i = 0; d->table && i < (size_t)1 << d->bits; i++)
		if (d->table[i])
			*place(&larger, d->table[i]) = d->table[i];
	free(d->table);
	*d = larger;
	return true;
}

/**
 * distinct_add() - see a number
 * @d: the numbers seen
 * @number: one more, not 0
 *
 * Without memory it is as if the limit were reached.
 */
void distinct_add(struct distinct *d, uint64_t number)
{
	uint64_t *found;

	if (!d->table && !grow(d)) {
		d->more = true;
		return;
	}
	found = place(d, number);
	if (*found)
		return;
	if (d->count == DISTINCT_MAX || d->more) {
		d->more = true;
		return;
	}
	/* Half of the places stay free. */
	if (2 * (d->count + 1) > (size_t)1 << d->bits) {
		if (!grow(d)) {
			d->more = true;
			return;
		}
		found = place(d, number);
	}
	*found = number;
	d->count++;
}

/**
 * distinct_free() - forget all numbers
 * @d: the numbers seen
 */
void distinct_free(struct distinct *d)
{
	free(d->table);
	memset(d, 0, sizeof(*d));
}
