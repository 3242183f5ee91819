/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_READER_H
#define TCPCLOSE_READER_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "uapi/tcpclose.h"
#include "visibility.h"
#include "wakeup.h"

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
 * struct tcpclose_reader - one open file
 * @node: in the list of readers that see the whole machine, if it does
 * @waiting: in the list of waiting readers, or empty
 * @lock: guards @cursors
 * @cursors: one for each CPU number
 * @visible: what it may see
 * @watermark: see &struct tcpclose_wakeup
 * @delay_us: likewise
 * @reading: it sees the whole machine, and was read: what is recorded only while somebody
 *	reads is recorded
 */
struct tcpclose_reader {
	struct list_head node;
	struct list_head waiting;
	struct mutex lock;	/* guards @cursors */
	struct tcpclose_cpu_cursor *cursors;
	struct tcpclose_visibility visible;
	u32 watermark;
	u32 delay_us;
	bool reading;
};

struct tcpclose_reader *tcpclose_reader_open(bool whole);
void tcpclose_reader_close(struct tcpclose_reader *reader);
ssize_t tcpclose_reader_read(struct tcpclose_reader *reader, char __user *to,
			     size_t size);
bool tcpclose_reader_ready(struct tcpclose_reader *reader);
bool tcpclose_reader_behind(struct tcpclose_reader *reader);
int tcpclose_reader_seek(struct tcpclose_reader *reader, bool newest);
int tcpclose_reader_cursor(struct tcpclose_reader *reader,
			   struct tcpclose_cursor *cursor);
int tcpclose_reader_wakeup(struct tcpclose_reader *reader,
			   struct tcpclose_wakeup *wakeup);
void tcpclose_reader_wait(struct tcpclose_reader *reader);
enum tcpclose_waiting tcpclose_reader_look(int *state);

#endif /* TCPCLOSE_READER_H */
