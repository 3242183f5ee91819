/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_POOL_H
#define TCPCLOSE_POOL_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "entry.h"

/**
 * struct tcpclose_magazine - free entries of one CPU
 * @head: the one given back last, or %TCPCLOSE_ENTRY_FREE_END
 * @count: how many there are
 */
struct tcpclose_magazine {
	struct tcpclose_entry *head;
	u32 count;
};

DECLARE_PER_CPU(struct tcpclose_magazine, tcpclose_magazines);

/* With more than that a CPU gives some back. */
extern u32 tcpclose_pool_most;

int tcpclose_pool_init(unsigned int capacity);
void tcpclose_pool_exit(void);
struct tcpclose_entry *tcpclose_pool_refill(void);
void tcpclose_pool_spill(void);
bool tcpclose_pool_full(void);
unsigned int tcpclose_pool_capacity(void);

/**
 * tcpclose_pool_get() - take an entry
 *
 * Context: interrupts off.
 * Return: the entry, whose content is undefined, or NULL if there is none.
 */
static __always_inline struct tcpclose_entry *tcpclose_pool_get(void)
{
	struct tcpclose_entry *entry = this_cpu_read(tcpclose_magazines.head);

	if (unlikely(tcpclose_entry_is_end(entry)))
		return tcpclose_pool_refill();
	this_cpu_write(tcpclose_magazines.head, entry->next);
	this_cpu_dec(tcpclose_magazines.count);
	return entry;
}

/**
 * tcpclose_pool_put() - give an entry back
 * @entry: the entry; somebody may still look where it leads
 *
 * Context: interrupts off.
 */
static __always_inline void tcpclose_pool_put(struct tcpclose_entry *entry)
{
	WRITE_ONCE(entry->next, this_cpu_read(tcpclose_magazines.head));
	this_cpu_write(tcpclose_magazines.head, entry);
	if (unlikely(this_cpu_inc_return(tcpclose_magazines.count) >
		     tcpclose_pool_most))
		tcpclose_pool_spill();
}

#endif /* TCPCLOSE_POOL_H */
