// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ring buffer: carries records from the probes to any number of readers.
 *
 * Each CPU has its own ring, written only by that CPU and with interrupts off, so
 * that a producer takes no lock, writes no shared cache line and never waits. The
 * newest record is always kept; a reader checks after it has copied a record
 * whether it was overwritten meanwhile.
 *
 * A ring's header is there from load on for each possible CPU, since readers look
 * at all of them; its records come with the CPU, before that runs for the first
 * time, and stay until unload: readers may still want them when it is offline.
 *
 * Knows sizes and positions; knows nothing of TCP.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "memory.h"
#include "ring.h"

DEFINE_PER_CPU(struct tcpclose_ring, tcpclose_rings);

static unsigned int records_per_ring;
/* Pages of one CPU's area: one for the header, then the records. */
static unsigned long ring_pages;
static int hotplug_state;	/* of cpuhp_setup_state(); 0: none */

/*
 * Of the CPU's node; of another one if that has none left, or is not there yet. Cleared,
 * since readers see all of it.
 */
static struct page *alloc_page_for(unsigned int cpu)
{
	int node = cpu_to_node(cpu);

	if (node != NUMA_NO_NODE && !node_online(node))
		node = NUMA_NO_NODE;
	return alloc_pages_node(node, TCPCLOSE_MEMORY_GFP | __GFP_ZERO, 0);
}

/* Return: memory for records, which vfree() frees; NULL: there is none */
static void *alloc_records(unsigned int cpu)
{
	unsigned int count = ring_pages - 1, done;
	struct page **pages;
	void *records;

	pages = kvmalloc_array(count, sizeof(*pages), TCPCLOSE_MEMORY_GFP);
	if (!pages)
		return NULL;
	for (done = 0; done < count; done++) {
		pages[done] = alloc_page_for(cpu);
		if (!pages[done])
			goto free_pages;
		cond_resched();
	}
	/* From then on it owns the pages and the array. */
	records = vmap(pages, count, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	if (records)
		return records;
free_pages:
	while (done--)
		__free_page(pages[done]);
	kvfree(pages);
	return NULL;
}

static size_t size_of(unsigned int rings)
{
	return rings * ring_pages << PAGE_SHIFT;
}

/* A CPU is about to come online; or it is, and the module is being loaded. */
static int make_ring(unsigned int cpu)
{
	struct tcpclose_ring *ring = per_cpu_ptr(&tcpclose_rings, cpu);
	struct tcpclose_record *records;

	if (ring->records)
		return 0;
	records = tcpclose_memory_is_available(size_of(1)) ? alloc_records(cpu) : NULL;
	if (!records) {
		if (!cpu_online(cpu))
			pr_err("no memory for the ring of CPU %u, %zu KiB, so it stays offline: free memory, or load the module with a smaller ring_records= (it is %u)\n",
			       cpu, size_of(1) >> 10, records_per_ring);
		return -ENOMEM;
	}
	ring->last = records + records_per_ring - 1;
	ring->newest = ring->last;
	/* Release: pairs with the acquire in page_at(). */
	smp_store_release(&ring->records, records);
	return 0;
}

static int alloc_headers(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct page *page = alloc_page_for(cpu);

		if (!page)
			return -ENOMEM;
		per_cpu(tcpclose_rings, cpu) = (struct tcpclose_ring) {
			.header = page_address(page),
		};
	}
	return 0;
}

/*
 * Rings for the CPUs that are online, and a callback for the others. In older kernels,
 * as 5.10, cpuhp_setup_state() does not call back for those that are online if the
 * state is CPUHP_BP_PREPARE_DYN.
 */
static int make_rings(void)
{
	int cpu, err = 0;

	cpus_read_lock();
	for_each_online_cpu(cpu) {
		err = make_ring(cpu);
		if (err)
			break;
	}
	if (!err)
		err = cpuhp_setup_state_nocalls_cpuslocked(CPUHP_BP_PREPARE_DYN,
							   "tcpclose:prepare",
							   make_ring, NULL);
	cpus_read_unlock();
	if (err < 0)
		return err;
	hotplug_state = err;
	return 0;
}

/**
 * tcpclose_ring_init() - allocate rings for the CPUs that are online, and for others
 *	when they come online
 * @records: records per ring, a power of two
 *
 * Context: process; sleeps.
 * Return: 0, or -ENOMEM or another error of
 *	cpuhp_setup_state_nocalls_cpuslocked().
 */
int tcpclose_ring_init(unsigned int records)
{
	unsigned int online = num_online_cpus();
	int err;

	records_per_ring = records;
	ring_pages = 1 + DIV_ROUND_UP((size_t)records * sizeof(struct tcpclose_record),
				      PAGE_SIZE);

	err = tcpclose_memory_is_available(size_of(online)) ? alloc_headers() : -ENOMEM;
	if (!err)
		err = make_rings();
	if (!err)
		return 0;
	if (err == -ENOMEM)
		pr_err("no memory for the rings of %u CPUs, %zu KiB: load the module with a smaller ring_records= (it is %u)\n",
		       online, size_of(online) >> 10, records);
	tcpclose_ring_exit();
	return err;
}

/**
 * tcpclose_ring_exit() - free the rings
 *
 * Context: process; sleeps; no producer, reader or mapping is left.
 */
void tcpclose_ring_exit(void)
{
	int cpu;

	if (hotplug_state)
		cpuhp_remove_state_nocalls(hotplug_state);
	hotplug_state = 0;
	for_each_possible_cpu(cpu) {
		struct tcpclose_ring *ring = per_cpu_ptr(&tcpclose_rings, cpu);

		vfree(ring->records);
		ring->records = NULL;
		free_page((unsigned long)ring->header);
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
	geometry->ring_size = (u64)ring_pages << PAGE_SHIFT;
	geometry->mmap_size = geometry->ring_size * nr_cpu_ids;
}

/* A page of the mapping, by number; NULL: there is none, or not yet */
static struct page *page_at(unsigned long number)
{
	unsigned int cpu = number / ring_pages;
	unsigned long offset = number % ring_pages;
	struct tcpclose_ring *ring;
	void *records;

	/* A hole in the numbering of CPUs has no ring. */
	if (!cpu_possible(cpu))
		return NULL;
	ring = per_cpu_ptr(&tcpclose_rings, cpu);
	if (!offset)
		return virt_to_page(ring->header);
	/* Acquire: pairs with the release in make_ring(). */
	records = smp_load_acquire(&ring->records);
	return records ? vmalloc_to_page(records + ((offset - 1) << PAGE_SHIFT)) : NULL;
}

/* Only for what was not there when it was mapped. */
static vm_fault_t mapping_fault(struct vm_fault *vmf)
{
	struct page *page = page_at(vmf->pgoff);

	return page ? vmf_insert_page(vmf->vma, vmf->address, page) : VM_FAULT_SIGBUS;
}

static const struct vm_operations_struct mapping_operations = {
	.fault = mapping_fault,
};

/**
 * tcpclose_ring_mmap() - map rings read-only
 * @vma: any page-aligned part of what tcpclose_ring_geometry() describes
 *
 * The records of CPUs that come online later appear in the mapping then.
 *
 * Context: process, mmap lock held.
 * Return: 0, -EPERM for a writable or executable mapping, -EINVAL for a range outside, or an
 * error of vm_insert_page().
 */
int tcpclose_ring_mmap(struct vm_area_struct *vma)
{
	unsigned long pages = ring_pages * nr_cpu_ids;
	unsigned long number = vma->vm_pgoff;
	unsigned long address;

	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EPERM;
	if (number >= pages || vma_pages(vma) > pages - number)
		return -EINVAL;
	/* VM_MIXEDMAP: pages are inserted by faults as well. */
	compat_vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP | VM_MIXEDMAP,
			    VM_MAYWRITE | VM_MAYEXEC);
	vma->vm_ops = &mapping_operations;

	for (address = vma->vm_start; address < vma->vm_end;
	     address += PAGE_SIZE, number++) {
		struct page *page = page_at(number);
		int err = page ? vm_insert_page(vma, address, page) : 0;

		if (err)
			return err;
		cond_resched();
	}
	return 0;
}
