/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_MERGE_H
#define TCPCLOSE_MERGE_H

#include <linux/types.h>

#include "uapi/tcpclose.h"
#include "visibility.h"

/**
 * struct tcpclose_head - next record of one ring for a reader
 * @record: a complete copy of it
 * @valid: whether there is one
 */
struct tcpclose_head {
	struct tcpclose_record record;
	bool valid;
};

/**
 * struct tcpclose_cpu_cursor - position of a reader in one ring
 * @position: number of the next record to copy
 * @lost: records overwritten before they were copied, or not stored by read()
 * @head: record copied and not yet delivered
 */
struct tcpclose_cpu_cursor {
	u64 position;
	u64 lost;
	struct tcpclose_head head;
};

/**
 * struct tcpclose_turn - a ring in the tree of losers
 * @ts_ns: time of its head; %U64_MAX: it has none any more
 * @cpu: the ring's CPU
 * @leaf: its number in the tree, in the order of CPUs
 */
struct tcpclose_turn {
	u64 ts_ns;
	unsigned int cpu;
	int leaf;
};

/**
 * struct tcpclose_merge - where a reader is in all rings
 * @visible: what it may see
 * @cursors: one for each CPU number
 * @tree: tree of losers of the rings that had a head when they were last looked at: the
 *	oldest head is first
 * @leaves: room for them while the tree is made
 * @leaf_count: number of these
 * @complete_ns: what is not in the tree has no record up to this time
 */
struct tcpclose_merge {
	struct tcpclose_visibility visible;
	struct tcpclose_cpu_cursor *cursors;
	struct tcpclose_turn *tree;
	struct tcpclose_turn *leaves;
	unsigned int leaf_count;
	u64 complete_ns;
};

int tcpclose_merge_init(struct tcpclose_merge *merge, bool whole);
void tcpclose_merge_exit(struct tcpclose_merge *merge);
bool tcpclose_merge_ready(struct tcpclose_merge *merge, u64 until_ns);
unsigned int tcpclose_merge_take(struct tcpclose_merge *merge, u64 until_ns,
				 struct tcpclose_record *to, unsigned int max);
bool tcpclose_merge_behind(const struct tcpclose_merge *merge);
void tcpclose_merge_seek(struct tcpclose_merge *merge, bool newest);
void tcpclose_merge_cursor(struct tcpclose_merge *merge, struct tcpclose_cursor *cursor);

#endif /* TCPCLOSE_MERGE_H */
