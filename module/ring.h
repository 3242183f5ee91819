/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reserving and committing records: the inline part of ring.c, for producers.
 */
#ifndef TCPCLOSE_RING_H
#define TCPCLOSE_RING_H

#include <linux/bits.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "uapi/tcpclose.h"

#define TCPCLOSE_RING_RECORDS_MIN	256
#define TCPCLOSE_RING_RECORDS_MAX	BIT(20)
#define TCPCLOSE_RING_RECORDS_DEFAULT	16384

struct vm_area_struct;

/**
 * struct tcpclose_ring - one CPU's ring
 * @header: first page of the area that readers can map
 * @records: the others: its records; %NULL: the CPU was not online yet
 * @last: the last record
 * @newest: the record begun last; @last before the first
 * @position: records begun so far; the owner CPU's private copy of
 *	@header->begun
 * @woken: @position when waiting readers were last woken, or later
 */
struct tcpclose_ring {
	struct tcpclose_ring_header *header;
	struct tcpclose_record *records;
	struct tcpclose_record *last;
	struct tcpclose_record *newest;
	u64 position;
	u64 woken;
};

DECLARE_PER_CPU(struct tcpclose_ring, tcpclose_rings);

int tcpclose_ring_init(unsigned int records);
void tcpclose_ring_exit(void);

void tcpclose_ring_skip(unsigned int cpu, u64 *position, u64 *lost);
bool tcpclose_ring_copy(unsigned int cpu, u64 *position, u64 *lost, void *to);
u64 tcpclose_ring_committed(unsigned int cpu);
u64 tcpclose_ring_oldest(unsigned int cpu);
void tcpclose_ring_geometry(struct tcpclose_geometry *geometry);
int tcpclose_ring_mmap(struct vm_area_struct *vma);

/**
 * tcpclose_ring_newest_ns() - time of this CPU's newest record; 0: none
 *
 * Context: interrupts off.
 */
static __always_inline u64 tcpclose_ring_newest_ns(void)
{
	lockdep_assert_irqs_disabled();
	return this_cpu_read(tcpclose_rings.newest)->ts_ns;
}

/**
 * tcpclose_ring_begin() - reserve this CPU's next record
 * @number: set to the record's number
 *
 * Never fails: overwrites the oldest record.
 *
 * Context: interrupts off, until tcpclose_ring_commit().
 * Return: the record, of which the caller must write every byte.
 */
static __always_inline void *tcpclose_ring_begin(u64 *number)
{
	struct tcpclose_record *record = this_cpu_read(tcpclose_rings.newest) + 1;
	u64 position = this_cpu_read(tcpclose_rings.position);

	lockdep_assert_irqs_disabled();
	if (unlikely(record > this_cpu_read(tcpclose_rings.last)))
		record = this_cpu_read(tcpclose_rings.records);
	this_cpu_write(tcpclose_rings.newest, record);
	this_cpu_write(tcpclose_rings.position, position + 1);
	WRITE_ONCE(this_cpu_read(tcpclose_rings.header)->begun, position + 1);
	/* Pairs with smp_rmb() in tcpclose_ring_copy(). */
	smp_wmb();
	*number = position;
	return record;
}

/**
 * tcpclose_ring_commit() - publish the record of tcpclose_ring_begin() to
 *	readers
 * @number: its number
 *
 * Context: as tcpclose_ring_begin().
 */
static __always_inline void tcpclose_ring_commit(u64 number)
{
	lockdep_assert_irqs_disabled();
	/* Release: pairs with the acquire in tcpclose_ring_committed(). */
	smp_store_release(&this_cpu_read(tcpclose_rings.header)->committed,
			  number + 1);
}

#endif /* TCPCLOSE_RING_H */
