/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's rings, mapped: records of all CPUs in the order of time.
 */
#ifndef TCPCLOSE_LIB_RINGS_H
#define TCPCLOSE_LIB_RINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tcpclose.h>

/**
 * struct rings_cpu - the ring of one CPU
 * @header: its first bytes; NULL: there is no such CPU
 * @records: its slots
 * @position: number of the next record to be read
 * @end: number behind the last complete record, when last looked for
 * @lost: records skipped because they had been overwritten
 */
struct rings_cpu {
	const struct tcpclose_ring_header *header;
	const struct tcpclose_record *records;
	uint64_t position;
	uint64_t end;
	uint64_t lost;
};

/**
 * struct rings_head - the next record of a ring
 * @ts_ns: its time
 * @cpu: its CPU
 */
struct rings_head {
	uint64_t ts_ns;
	unsigned int cpu;
};

/**
 * struct rings - all rings
 * @map: the mapping
 * @ring_size: distance from one ring to the next
 * @header_size: offset of the slots within a ring
 * @ring_records: slots, a power of two
 * @cpus: each ring
 * @cpu_count: size of @cpus
 * @heads: rings with something to read, a heap; the oldest record is first
 * @head_count: size of @heads
 */
struct rings {
	const char *map;
	size_t ring_size;
	size_t header_size;
	uint64_t ring_records;
	struct rings_cpu *cpus;
	unsigned int cpu_count;
	struct rings_head *heads;
	unsigned int head_count;
};

int rings_init(struct rings *r, const void *map,
	       const struct tcpclose_geometry *geometry);
void rings_free(struct rings *r);
void rings_begin(struct rings *r, unsigned int cpu, uint64_t position);
size_t rings_copy(struct rings *r, uint64_t until_ns,
		  struct tcpclose_record *to, size_t max);
bool rings_behind(const struct rings *r);
bool rings_fill(const struct rings *r);

#endif /* TCPCLOSE_LIB_RINGS_H */
