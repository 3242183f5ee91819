// SPDX-License-Identifier: GPL-2.0-only
/*
 * Views: what of a record a reader may see that is confined to its own network
 * namespace.
 */
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

#include "reader.h"
#include "view.h"

/**
 * tcpclose_view_shows() - whether a reader may see a record
 * @reader: the reader
 * @record: the record, of any kind
 */
bool tcpclose_view_shows(const struct tcpclose_reader *reader,
			 const struct tcpclose_record *record)
{
	if (reader->whole)
		return true;
	if (record->kind == TCPCLOSE_KIND_TASK)
		return ((const struct tcpclose_task *)record)->netns == reader->netns;
	return record->netns == reader->netns &&
	       record->netns_inode == reader->netns_inode;
}

static u32 translate_pid(const struct tcpclose_reader *reader, u32 nr)
{
	u32 translated;

	rcu_read_lock();
	translated = pid_nr_ns(find_pid_ns(nr, &init_pid_ns), reader->pid_ns);
	rcu_read_unlock();
	return translated;
}

/**
 * tcpclose_view_translate() - number ids as the reader's own namespaces do
 * @reader: the reader
 * @record: the record, of any kind; what the reader can't see becomes unknown
 *
 * Context: process.
 */
void tcpclose_view_translate(const struct tcpclose_reader *reader,
			     struct tcpclose_record *record)
{
	if (record->kind == TCPCLOSE_KIND_TASK) {
		struct tcpclose_task *task = (struct tcpclose_task *)record;
		size_t length;

		task->pid = translate_pid(reader, task->pid);
		task->tid = translate_pid(reader, task->tid);
		/*
		 * A process that the reader can't see has no name either, and
		 * behind a name may be the end of one that it had before.
		 */
		length = task->pid ? strnlen(task->comm, sizeof(task->comm)) : 0;
		memset(task->comm + length, 0, sizeof(task->comm) - length);
		return;
	}
	if (record->pid)
		record->pid = translate_pid(reader, record->pid);
	if (record->uid != TCPCLOSE_UNKNOWN_UID)
		record->uid = from_kuid(reader->user_ns, KUIDT_INIT(record->uid));
}
