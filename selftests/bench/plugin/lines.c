// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cache lines: those that a visit of a hook touches, and those that are written, with
 * the processors that write them.
 *
 * Knows addresses and processors; knows nothing of QEMU.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

#define FIRST_ROOM 65536

static size_t hash(uint64_t line)
{
	return line * UINT64_C(0x9e3779b97f4a7c15) >> 32;
}

static struct written_line *find(struct written_line *slot, size_t room,
				 uint64_t line)
{
	size_t i = hash(line) & (room - 1);

	while (slot[i].line && slot[i].line != line)
		i = (i + 1) & (room - 1);
	return &slot[i];
}

static void grow(struct written_lines *lines)
{
	size_t room = lines->room ? 2 * lines->room : FIRST_ROOM, i;
	struct written_line *slot = calloc(room, sizeof(*slot));

	if (!slot) {
		fputs("plugin: no memory for cache lines\n", stderr);
		exit(1);
	}
	for (i = 0; i < lines->room; i++)
		if (lines->slot[i].line)
			*find(slot, room, lines->slot[i].line) = lines->slot[i];
	free(lines->slot);
	lines->slot = slot;
	lines->room = room;
}

/** lines_write() - a processor writes to a line, with an instruction at @code */
void lines_write(struct written_lines *lines, uint64_t line, unsigned int vcpu,
		 uint64_t code)
{
	struct written_line *w;

	if (lines->used >= lines->room / 2)
		grow(lines);
	w = find(lines->slot, lines->room, line);
	if (!w->line) {
		w->line = line;
		lines->used++;
	} else if (w->last != vcpu) {
		w->moves++;
	}
	w->writes++;
	w->writers |= UINT64_C(1)
		      << (vcpu < LINES_MAX_VCPU ? vcpu : LINES_MAX_VCPU);
	w->last = vcpu;
	w->code = code;
}

/** lines_clear() - forget all written lines */
void lines_clear(struct written_lines *lines)
{
	if (lines->used)
		memset(lines->slot, 0, lines->room * sizeof(*lines->slot));
	lines->used = 0;
}

/** lines_print() - a line of text for each: "w LINE CODE WRITERS WRITES MOVES" */
void lines_print(const struct written_lines *lines, FILE *to)
{
	unsigned int writers;
	uint64_t mask;
	size_t i;

	for (i = 0; i < lines->room; i++) {
		const struct written_line *w = &lines->slot[i];

		if (!w->line)
			continue;
		writers = 0;
		for (mask = w->writers; mask; mask &= mask - 1)
			writers++;
		fprintf(to,
			"w %016" PRIx64 " %016" PRIx64 " %u %" PRIu64
			" %" PRIu64 "\n",
			w->line << LINE_SHIFT, w->code, writers, w->writes,
			w->moves);
	}
}

/** touched_begin() - another visit: nothing is touched */
void touched_begin(struct touched_lines *touched)
{
	touched->visit++;
	touched->count = 0;
}

/** touched_add() - count a line, once per visit */
void touched_add(struct touched_lines *touched, uint64_t line)
{
	size_t i = hash(line) % TOUCHED_ROOM, tried;

	for (tried = 0; tried < TOUCHED_ROOM; tried++) {
		if (touched->slot[i].visit != touched->visit) {
			touched->slot[i].visit = touched->visit;
			touched->slot[i].line = line;
			touched->count++;
			return;
		}
		if (touched->slot[i].line == line)
			return;
		i = (i + 1) % TOUCHED_ROOM;
	}
}
