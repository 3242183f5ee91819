/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is kept of each living connection while a stream is checked, in bounded
 * memory.
 */
#ifndef TCPCLOSE_CHECK_HISTORY_H
#define TCPCLOSE_CHECK_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits of &struct history_entry.flags. */
#define HISTORY_USED 0x01
#define HISTORY_MINI 0x02 /* key: a mini-socket stands for it */
#define HISTORY_MARKED 0x04 /* the module does not know its beginning */
#define HISTORY_SINCE 0x08 /* @since_ns is known */
#define HISTORY_RANGE 0x10 /* only that it is between @since_ns and @last_ns */
#define HISTORY_BORN 0x20 /* @born_ns is known */
#define HISTORY_REARMS 0x40 /* @rearms is known */
#define HISTORY_TUPLE 0x80 /* @tuple is known */
#define HISTORY_CLOSER 0x100 /* @closer is known */
#define HISTORY_HOLE 0x200 /* one transition, @hole_index, is still to come */
#define HISTORY_NEEDED 0x400 /* and must come */
#define HISTORY_LINGER 0x800 /* and is waited for, also after the end */
#define HISTORY_HOLE_SINCE 0x1000 /* @hole_ns is exact */
#define HISTORY_COUNTED 0x2000 /* one of its transitions was wanted */

/**
 * struct history_entry - a living connection
 *
 * A socket that is used again begins another life with the same cookie, while
 * mini-sockets of earlier lives may still exist.
 *
 * @cookie: key
 * @netns: key, inode of its network namespace
 * @tuple: hash of its addresses and ports
 * @since_ns: when it entered @state
 * @last_ns: time of its latest record
 * @born_ns: time of its first transition
 * @hole_ns: when it entered @hole_from, or a time before that
 * @next: number of its next transition
 * @rearms: how often TIME_WAIT's timer was started anew
 * @flags: HISTORY_* bits
 * @hole_index: number of the transition that is still to come
 * @state: state it is in
 * @closer: &enum tcpclose_closer
 * @hole_from: old state of the transition that is still to come; 0: unknown
 * @hole_to: its new state
 */
struct history_entry {
	uint64_t cookie;
	uint32_t netns;
	uint32_t tuple;
	uint64_t since_ns;
	uint64_t last_ns;
	uint64_t born_ns;
	uint64_t hole_ns;
	uint16_t next;
	uint16_t rearms;
	uint16_t flags;
	uint16_t hole_index;
	uint8_t state;
	uint8_t closer;
	uint8_t hole_from;
	uint8_t hole_to;
};

/**
 * struct history_end - a connection that has ended
 * @cookie: key; 0: none
 * @netns: key
 * @index: number of its last transition
 * @mini: it ended as a mini-socket
 * @end_ns: when that was
 * @born_ns: when it began; 0: unknown
 */
struct history_end {
	uint64_t cookie;
	uint32_t netns;
	uint16_t index;
	bool mini;
	uint64_t end_ns;
	uint64_t born_ns;
};

/**
 * struct history - all of them
 * @slots: table, open addressing, linear probing
 * @slot_count: its size, a power of two
 * @max_slots: the most that it may grow to
 * @count: entries in use
 * @forgotten: entries that were dropped to make room
 * @forgotten_ns: latest record of any dropped entry
 * @forget: called with each entry that is dropped
 * @context: for @forget
 * @seed: makes the slots of entries unpredictable to the author of a recording
 * @ends: the latest ends, by hash
 */
struct history {
	struct history_entry *slots;
	size_t slot_count;
	size_t max_slots;
	size_t count;
	uint64_t forgotten;
	uint64_t forgotten_ns;
	void (*forget)(void *context, const struct history_entry *entry);
	void *context;
	uint64_t seed;
	struct history_end *ends;
};

int history_init(struct history *h, size_t max_slots);
void history_free(struct history *h);
struct history_entry *history_find(struct history *h, uint64_t cookie,
				   uint32_t netns, bool mini, uint64_t born_ns);
struct history_entry *history_add(struct history *h, uint64_t cookie,
				  uint32_t netns);
void history_remove(struct history *h, struct history_entry *entry);
struct history_entry *history_walk(struct history *h, size_t *pos);
void history_end(struct history *h, const struct history_entry *entry,
		 uint64_t end_ns);
struct history_end *history_find_end(struct history *h, uint64_t cookie,
				     uint32_t netns);
uint64_t history_hash(const struct history *h, uint64_t a, uint64_t b);

#endif /* TCPCLOSE_CHECK_HISTORY_H */
