/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _BENCH_PLUGIN_LINES_H
#define _BENCH_PLUGIN_LINES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define LINE_SHIFT 6

/**
 * struct written_line - a cache line that was written
 * @line: number of the line; 0: the slot is free
 * @writes: number of writes
 * @moves: number of writes by another processor than the previous one
 * @writers: processors that wrote, as a mask
 * @last: processor that wrote last
 * @code: address of the last instruction that wrote
 */
struct written_line {
	uint64_t line;
	uint64_t writes;
	uint64_t moves;
	uint64_t writers;
	uint64_t code;
	unsigned int last;
};

/**
 * struct written_lines - all written cache lines, found by number
 * @room: slots, a power of two
 * @used: slots that have a line
 * @slot: open addressing
 */
struct written_lines {
	size_t room;
	size_t used;
	struct written_line *slot;
};

/* Processors that have their own bit in the mask; all above share the last bit */
#define LINES_MAX_VCPU 63

void lines_write(struct written_lines *lines, uint64_t line, unsigned int vcpu,
		 uint64_t code);
void lines_clear(struct written_lines *lines);
void lines_print(const struct written_lines *lines, FILE *to);

/* Number of lines, touched by one visit of a hook, that can be distinguished */
#define TOUCHED_ROOM 4096

/**
 * struct touched_lines - the lines that a visit has touched so far
 * @visit: number of the visit; slots of an older visit are free
 * @count: number of lines of this visit
 * @slot: open addressing, by the line's number
 */
struct touched_lines {
	uint64_t visit;
	unsigned int count;
	struct {
		uint64_t visit;
		uint64_t line;
	} slot[TOUCHED_ROOM];
};

void touched_begin(struct touched_lines *touched);
void touched_add(struct touched_lines *touched, uint64_t line);

#endif /* _BENCH_PLUGIN_LINES_H */
