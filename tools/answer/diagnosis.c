// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may be wrong, summed up by process, place and partner.
 *
 * Knows what is found; does not know when that is trouble.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answer/diagnosis.h"
#include "base/hash.h"

/**
 * diagnoses_init() - begin with none
 * @d: result
 */
void diagnoses_init(struct diagnoses *d)
{
	*d = (struct diagnoses){ .seed = hash_seed() };
	recent_init(&d->table, sizeof(struct diagnosis), DIAGNOSIS_MAX);
}

/**
 * diagnosis_add_process() - add a process that it is about
 * @g: what is found
 * @s: of whom
 */
void diagnosis_add_process(struct diagnosis *g, const struct subject *s)
{
	struct diagnosis_process *p;
	unsigned int i;

	if (!s->process.pid)
		return;
	for (i = 0; i < g->process_count; i++) {
		p = &g->processes[i];
		if (p->process.pid == s->process.pid) {
			p->count++;
			return;
		}
	}
	if (i == DIAGNOSIS_PROCESSES)
		return;
	p = &g->processes[g->process_count++];
	p->process = s->process;
	memcpy(p->container, s->container, sizeof(p->container));
	p->count = 1;
}

static void begin(struct diagnosis *g, enum diagnosis_id id, const struct subject *s)
{
	g->id = id;
	g->subject = *s;
	g->since_ns = s->ts_ns;
	g->last_ns = s->ts_ns;
}

static void extend(struct diagnosis *g, const struct subject *s)
{
	if (s->ts_ns < g->since_ns)
		g->since_ns = s->ts_ns;
	if (s->ts_ns > g->last_ns)
		g->last_ns = s->ts_ns;
	if (memcmp(g->subject.raddr, s->raddr, sizeof(s->raddr)))
		g->several = true;
}

/* The latest ones are the ones that the ring still has. */
static void add_cookie(struct diagnosis *g, uint64_t cookie)
{
	unsigned int i;

	for (i = 0; i < g->cookie_count; i++)
		if (g->cookies[i] == cookie)
			return;
	if (!cookie)
		return;
	if (g->cookie_count == DIAGNOSIS_COOKIES)
		memmove(g->cookies, g->cookies + 1, sizeof(g->cookies) - sizeof(cookie));
	else
		g->cookie_count++;
	g->cookies[g->cookie_count - 1] = cookie;
}

/**
 * diagnoses_add_as() - add something found
 * @d: all that was found
 * @id: what it is
 * @s: of whom
 * @key: what all that is summed up has in common
 *
 * Return: what is found with the same key so far, or NULL if there is no memory
 */
struct diagnosis *diagnoses_add_as(struct diagnoses *d, enum diagnosis_id id,
				   const struct subject *s, uint64_t key)
{
	bool full = d->table.entries.count >= DIAGNOSIS_MAX;
	struct diagnosis *g = recent_take(&d->table, key, id);

	if (!g)
		return NULL;
	if (!g->count++) {
		d->left_out += full;
		begin(g, id, s);
	} else {
		extend(g, s);
	}
	diagnosis_add_process(g, s);
	add_cookie(g, s->cookie);
	return g;
}

/**
 * diagnoses_add() - add something found, summed up by subject
 * @d: all that was found
 * @id: what it is
 * @s: of whom
 *
 * Return: as diagnoses_add_as()
 */
struct diagnosis *diagnoses_add(struct diagnoses *d, enum diagnosis_id id,
				const struct subject *s)
{
	return diagnoses_add_as(d, id, s, subject_hash(s, d->seed));
}

static int compare(const void *one, const void *other)
{
	const struct diagnosis *a = *(const struct diagnosis *const *)one;
	const struct diagnosis *b = *(const struct diagnosis *const *)other;

	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

/**
 * diagnoses_finish() - sort all that was found
 * @d: all that was found; severities are set
 *
 * Return: 0 or -ENOMEM
 */
int diagnoses_finish(struct diagnoses *d)
{
	struct recent_entry *e;

	d->sorted = calloc(d->table.entries.count + 1, sizeof(*d->sorted));
	if (!d->sorted)
		return -ENOMEM;
	for (e = d->table.oldest; e; e = e->next)
		d->sorted[d->count++] = (struct diagnosis *)e;
	qsort(d->sorted, d->count, sizeof(*d->sorted), compare);
	return 0;
}

/**
 * diagnoses_free() - free all that was found
 * @d: all that was found
 */
void diagnoses_free(struct diagnoses *d)
{
	recent_free(&d->table);
	free(d->sorted);
}
