/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking and returning entries: the inline part of pool.c, for the free list of
 * the current CPU.
 */
#ifndef TCPCLOSE_POOL_H
#define TCPCLOSE_POOL_H

#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "entry.h"

/**
 * struct tcpclose_magazine - free entries of one CPU
 * @head: the one returned last, or %TCPCLOSE_ENTRY_FREE_END
 * @count: number of entries
 */
struct tcpclose_magazine {
	struct tcpclose_entry *head;
	u32 count;
};

DECLARE_PER_CPU(struct tcpclose_magazine, tcpclose_magazines);

/*
 * A CPU with more free entries than that calls tcpclose_pool_spill(). 0 while
 * entries count against a share: then it does so for each entry.
 */
extern u32 tcpclose_pool_most;

int tcpclose_pool_init(unsigned int capacity);
void tcpclose_pool_exit(void);
struct tcpclose_entry *tcpclose_pool_refill(u8 share, u8 *why);
void tcpclose_pool_spill(void);
unsigned int tcpclose_pool_capacity(void);
const struct tcpclose_entry *tcpclose_pool_entry(u64 number);

/**
 * tcpclose_pool_get() - take an entry of this CPU
 *
 * Context: interrupts off.
 * Return: the entry, with undefined content, or NULL: call
 * tcpclose_pool_refill().
 */
static __always_inline struct tcpclose_entry *tcpclose_pool_get(void)
{
	struct tcpclose_entry *entry = this_cpu_read(tcpclose_magazines.head);

	lockdep_assert_irqs_disabled();
	if (unlikely(tcpclose_entry_is_end(entry)))
		return NULL;
	this_cpu_write(tcpclose_magazines.head, entry->next);
	this_cpu_dec(tcpclose_magazines.count);
	return entry;
}

/**
 * tcpclose_pool_put() - return an entry
 * @entry: the entry; another CPU may still read its @next
 *
 * Context: interrupts off.
 */
static __always_inline void tcpclose_pool_put(struct tcpclose_entry *entry)
{
	lockdep_assert_irqs_disabled();
	WRITE_ONCE(entry->next, this_cpu_read(tcpclose_magazines.head));
	this_cpu_write(tcpclose_magazines.head, entry);
	if (unlikely(this_cpu_inc_return(tcpclose_magazines.count) >
		     tcpclose_pool_most))
		tcpclose_pool_spill();
}

#endif /* TCPCLOSE_POOL_H */
