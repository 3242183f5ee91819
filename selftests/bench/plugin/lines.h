/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _BENCH_PLUGIN_LINES_H
#define _BENCH_PLUGIN_LINES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define LINE_SHIFT 6

/**
 * struct written_line - a cache line that was written
 * @line: its number, 0 where there is none
 * @writes: how often
 * @moves: how often by another processor than the last time
 * @writers: by which processors, as a mask
 * @last: processor that wrote last
 * @code: where the last instruction that wrote is
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
 * struct written_lines - all of them, found by number
 * @room: slots, a power of two
 * @used: slots that have a line
 * @slot: open addressing
 */
struct written_lines {
	size_t room;
	size_t used;
	struct written_line *slot;
};

/* Processors with a bit of their own in the mask; those above share the last */
#define LINES_MAX_VCPU 63

void lines_write(struct written_lines *lines, uint64_t line, unsigned int vcpu,
		 uint64_t code);
void lines_clear(struct written_lines *lines);
void lines_print(const struct written_lines *lines, FILE *to);

/* Lines that one visit of a hook touches: more are not distinguished */
#define TOUCHED_ROOM 4096

/**
 * struct touched_lines - which lines a visit has touched so far
 * @visit: number of the visit; slots of an older one are free
 * @count: lines of this visit
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
