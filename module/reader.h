/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_READER_H
#define TCPCLOSE_READER_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "merge.h"
#include "uapi/tcpclose.h"
#include "wakeup.h"

/**
 * struct tcpclose_reader - one open file
 * @node: in the list of readers that see the whole machine, if it does
 * @waiting: in the list of waiting readers, or empty
 * @lock: guards @merge
 * @merge: what it may see, and what it has seen
 * @watermark: see &struct tcpclose_wakeup
 * @delay_us: likewise
 * @reading: it sees the whole machine, and was read: what is recorded only while somebody
 *	reads is recorded
 */
struct tcpclose_reader {
	struct list_head node;
	struct list_head waiting;
	struct mutex lock;	/* guards @merge */
	struct tcpclose_merge merge;
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
