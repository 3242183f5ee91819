/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A queue from one thread to another: in memory, above a bound in a file.
 */
#ifndef TCPCLOSE_BASE_SPOOL_H
#define TCPCLOSE_BASE_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory is allocated, and written to the file, in blocks of this size. */
#define SPOOL_BLOCK (256 * 1024)
/* Bytes of one item, at most. */
#define SPOOL_ITEM_MAX (64 * 1024)

struct spool;

/**
 * struct spool_item - what was added
 * @kind: what the producer calls it
 * @bytes: aligned to 8
 * @len: how many
 */
struct spool_item {
	uint32_t kind;
	const void *bytes;
	size_t len;
};

int spool_new(struct spool **result, size_t memory);
void spool_free(struct spool *s);

int spool_add(struct spool *s, uint32_t kind, const void *bytes, size_t len);
void spool_notify(struct spool *s);
void spool_end(struct spool *s, int error);

int spool_next(struct spool *s, struct spool_item *item);
int spool_fd(const struct spool *s);
uint64_t spool_spilled(const struct spool *s);

#endif /* TCPCLOSE_BASE_SPOOL_H */
