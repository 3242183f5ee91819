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

#include "conn/lives.h"

/* Bits of &struct history_entry.flags. */
#define HISTORY_MARKED 0x01 /* the module does not know its beginning */
#define HISTORY_SINCE 0x02 /* @since_ns is known */
#define HISTORY_RANGE 0x04 /* only that it is from @since_ns to the latest record */
#define HISTORY_REARMS 0x08 /* @rearms is known */
#define HISTORY_TUPLE 0x10 /* @tuple is known */
#define HISTORY_CLOSER 0x20 /* @closer is known */
#define HISTORY_NEEDED 0x40 /* the transition that is still to come must come */
#define HISTORY_LINGER 0x80 /* and is waited for, also after the end */
#define HISTORY_HOLE_SINCE 0x100 /* @hole_ns is exact */
#define HISTORY_COUNTED 0x200 /* one of its transitions was wanted */
#define HISTORY_OWNER 0x400 /* the latest that used its addresses and ports */
#define HISTORY_ACCEPTED 0x800 /* a process has it, or had it */

/**
 * struct history_entry - a living connection
 * @life: which, and where it is; first, so that a pointer to it is one to the entry
 * @by_tuple: found by @tuple, if it is the latest with it
 * @tuple: hash of its addresses and ports
 * @since_ns: when it entered its state
 * @hole_ns: when it entered the state that the transition still to come leaves, or a
 *	time before that
 * @hole_due_ns: when that one was made, or a time after that
 * @replaced_ns: since when its addresses and ports have belonged to another
 *	connection; 0: they have not
 * @listener: inode of the listener in whose accept queue it was; 0: unknown
 * @rearms: how often TIME_WAIT's timer was started anew
 * @flags: HISTORY_* bits
 * @closer: &enum tcpclose_closer
 */
struct history_entry {
	struct life life;
	struct hashtable_node by_tuple;
	uint64_t tuple;
	uint64_t since_ns;
	uint64_t hole_ns;
	uint64_t hole_due_ns;
	uint64_t replaced_ns;
	uint32_t listener;
	uint16_t rearms;
	uint16_t flags;
	uint8_t closer;
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
 * @lives: tables in which they are found
 * @list: in the order of their latest records
 * @by_tuple: table of &struct history_entry.by_tuple
 * @max: the most that are kept
 * @count: entries
 * @forgotten: entries that were dropped to make room
 * @forgotten_ns: latest record of any dropped entry
 * @forget: called with each entry that is dropped
 * @context: for @forget
 * @seed: makes hashes unpredictable to the author of a recording
 * @ends: the latest ends, by hash
 */
struct history {
	struct lives lives;
	struct life_list list;
	struct hashtable by_tuple;
	size_t max;
	size_t count;
	uint64_t forgotten;
	uint64_t forgotten_ns;
	void (*forget)(void *context, const struct history_entry *entry);
	void *context;
	uint64_t seed;
	struct history_end *ends;
};

int history_init(struct history *h, size_t max);
void history_free(struct history *h);
struct history_entry *history_find(struct history *h, const struct event *e);
struct history_entry *history_find_socket(struct history *h,
					  const struct event *e);
struct history_entry *history_add(struct history *h, const struct event *e);
void history_remove(struct history *h, struct history_entry *entry);
void history_renew(struct history *h, struct history_entry *entry);
struct history_entry *history_walk(const struct history *h,
				   const struct history_entry *before);
struct history_entry *history_owner(const struct history *h, uint64_t tuple);
int history_own(struct history *h, struct history_entry *entry);
void history_disown(struct history *h, struct history_entry *entry);
void history_end(struct history *h, const struct history_entry *entry,
		 uint64_t end_ns);
struct history_end *history_find_end(struct history *h, uint64_t cookie,
				     uint32_t netns);
uint64_t history_hash(const struct history *h, uint64_t a, uint64_t b);

#endif /* TCPCLOSE_CHECK_HISTORY_H */
