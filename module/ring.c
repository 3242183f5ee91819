// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ring buffer: carries records from the probes to any number of readers.
 *
 * Each possible CPU has its own ring, written only by that CPU and with
 * interrupts off, so that a producer takes no lock, writes no shared cache line
 * and never waits. The newest record is always kept; a reader checks after it
 * has copied a record whether it was overwritten meanwhile.
 *
 * Knows sizes and positions; knows nothing of TCP.
 */
#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "ring.h"

DEFINE_PER_CPU(struct tcpclose_ring, tcpclose_rings);

/* Size of one CPU's area: a page for the header, then the records. */
static size_t ring_size;
static unsigned int records_per_ring;

/**
 * tcpclose_ring_init() - allocate the rings
 * @records: records per ring, a power of two
 *
 * Context: process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int tcpclose_ring_init(unsigned int records)
{
	int cpu;

	records_per_ring = records;
	ring_size = PAGE_SIZE +
		    PAGE_ALIGN((size_t)records * sizeof(struct tcpclose_record));

	for_each_possible_cpu(cpu) {
		struct tcpclose_ring *ring = per_cpu_ptr(&tcpclose_rings, cpu);
		void *area = vmalloc_user(ring_size);

		if (!area) {
			tcpclose_ring_exit();
			return -ENOMEM;
		}
		ring->header = area;
		ring->records = area + PAGE_SIZE;
		ring->last = ring->records + records - 1;
		ring->newest = ring->last;
		ring->position = 0;
		ring->woken = 0;
	}
	return 0;
}

/**
 * tcpclose_ring_exit() - free the rings
 *
 * Context: process; no producer, reader or mapping is left.
 */
void tcpclose_ring_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct tcpclose_ring *ring = per_cpu_ptr(&tcpclose_rings, cpu);

		vfree(ring->header);
		ring->header = NULL;
	}
}

/**
 * tcpclose_ring_committed() - number of complete records written since load
 * @cpu: CPU of the ring
 *
 * Context: any.
 */
u64 tcpclose_ring_committed(unsigned int cpu)
{
	/* Acquire: pairs with the release in tcpclose_ring_commit(). */
	return smp_load_acquire(&per_cpu_ptr(&tcpclose_rings, cpu)->header->committed);
}

/**
 * tcpclose_ring_oldest() - number of the oldest record that can still be read
 * @cpu: CPU of the ring
 *
 * Context: any.
 */
u64 tcpclose_ring_oldest(unsigned int cpu)
{
	struct tcpclose_ring *ring = per_cpu_ptr(&tcpclose_rings, cpu);
	u64 begun = READ_ONCE(ring->header->begun);

	return begun > records_per_ring ? begun - records_per_ring : 0;
}

/**
 * tcpclose_ring_skip() - skip the records that were overwritten
 * @cpu: CPU of the ring
 * @position: number of a record; if it was overwritten it advances to an eighth
 *	of the ring behind the oldest record: the oldest is overwritten next, and
 *	a reader that went on there would lose again
 * @lost: increases by the number of records skipped
 *
 * Context: any.
 */
void tcpclose_ring_skip(unsigned int cpu, u64 *position, u64 *lost)
{
	u64 oldest = tcpclose_ring_oldest(cpu), next;

	if (*position >= oldest)
		return;
	next = min(oldest + records_per_ring / 8, tcpclose_ring_committed(cpu));
	*lost += next - *position;
	WRITE_ONCE(*position, next);
}

/**
 * tcpclose_ring_copy() - copy one record
 * @cpu: CPU of the ring
 * @position: number of the record; advances by 1 when a record was copied, and
 *	as by tcpclose_ring_skip() if it was overwritten; other CPUs may read it
 * @lost: increases by the number of records skipped
 * @to: %TCPCLOSE_RECORD_SIZE bytes; undefined if nothing was copied
 *
 * Context: any.
 * Return: true if a record was copied, false if there is none yet.
 */
bool tcpclose_ring_copy(unsigned int cpu, u64 *position, u64 *lost, void *to)
{
	struct tcpclose_ring *ring = per_cpu_ptr(&tcpclose_rings, cpu);

	tcpclose_ring_skip(cpu, position, lost);
	while (*position < tcpclose_ring_committed(cpu)) {
		/* It may be overwritten meanwhile: checked below. */
		data_race(memcpy(to, &ring->records[*position & (records_per_ring - 1)],
				 sizeof(*ring->records)));
		/* Pairs with smp_wmb() in tcpclose_ring_begin(). */
		smp_rmb();
		if (*position >= tcpclose_ring_oldest(cpu)) {
			WRITE_ONCE(*position, *position + 1);
			return true;
		}
		tcpclose_ring_skip(cpu, position, lost);
	}
	return false;
}

/**
 * tcpclose_ring_geometry() - describe the mapping
 * @geometry: set to what the ring knows; other members are left alone
 */
void tcpclose_ring_geometry(struct tcpclose_geometry *geometry)
{
	geometry->record_size = sizeof(struct tcpclose_record);
	geometry->ring_records = records_per_ring;
	geometry->rings = nr_cpu_ids;
	geometry->header_size = PAGE_SIZE;
	geometry->ring_size = ring_size;
	geometry->mmap_size = (u64)ring_size * nr_cpu_ids;
}

/**
 * tcpclose_ring_mmap() - map rings read-only
 * @vma: any page-aligned part of what tcpclose_ring_geometry() describes
 *
 * Context: process, mmap lock held.
 * Return: 0, -EPERM for a writable or executable mapping, -EINVAL for a range outside, or an
 * error of vm_insert_page().
 */
int tcpclose_ring_mmap(struct vm_area_struct *vma)
{
	unsigned long ring_pages = ring_size >> PAGE_SHIFT;
	unsigned long pages = ring_pages * nr_cpu_ids;
	unsigned long page = vma->vm_pgoff;
	unsigned long address;

	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
	if (page >= pages || vma_pages(vma) > pages - page)
		return -EINVAL;
	compat_vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP,
			    VM_MAYWRITE | VM_MAYEXEC);

	for (address = vma->vm_start; address < vma->vm_end;
	     address += PAGE_SIZE, page++) {
		unsigned int cpu = page / ring_pages;
		void *area;
		int err;

		/* A hole in the numbering of CPUs has no ring. */
		if (!cpu_possible(cpu))
			continue;
		area = per_cpu_ptr(&tcpclose_rings, cpu)->header;
		area += page % ring_pages << PAGE_SHIFT;
		err = vm_insert_page(vma, address, vmalloc_to_page(area));
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}
