// SPDX-License-Identifier: GPL-2.0-only
/*
 * Visibility: decides which records a reader may see that is confined to its own
 * network namespace, and translates the ids in them. Knows no rings and no
 * positions.
 */
#include <linux/cred.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "uapi/tcpclose.h"
#include "visibility.h"

/**
 * tcpclose_visibility_init() - set up what the current process may see
 * @visible: the result
 * @whole: whether it may see the whole machine
 *
 * Context: process.
 */
void tcpclose_visibility_init(struct tcpclose_visibility *visible, bool whole)
{
	struct net *net = current->nsproxy->net_ns;

	visible->whole = whole;
	visible->netns = net->net_cookie;
	visible->netns_inode = net->ns.inum;
	visible->user_ns = get_user_ns(current_user_ns());
	visible->pid_ns = get_pid_ns(task_active_pid_ns(current));
}

/**
 * tcpclose_visibility_exit() - release what tcpclose_visibility_init() took
 * @visible: what the reader may see
 *
 * Context: process; sleeps.
 */
void tcpclose_visibility_exit(struct tcpclose_visibility *visible)
{
	put_pid_ns(visible->pid_ns);
	put_user_ns(visible->user_ns);
}

/**
 * tcpclose_visibility_shows() - whether a reader may see a record
 * @visible: what the reader may see
 * @record: the record, of any kind
 */
bool tcpclose_visibility_shows(const struct tcpclose_visibility *visible,
			       const struct tcpclose_record *record)
{
	if (visible->whole)
		return true;
	if (record->kind == TCPCLOSE_KIND_TASK)
		return ((const struct tcpclose_task *)record)->netns == visible->netns;
	return record->netns == visible->netns &&
	       record->netns_inode == visible->netns_inode;
}

static u32 translate_pid(const struct tcpclose_visibility *visible, u32 nr)
{
	u32 translated;

	rcu_read_lock();
	translated = pid_nr_ns(find_pid_ns(nr, &init_pid_ns), visible->pid_ns);
	rcu_read_unlock();
	return translated;
}

/**
 * tcpclose_visibility_translate() - translate ids to the reader's namespaces
 * @visible: what the reader may see
 * @record: the record, of any kind; what the reader must not see becomes
 *	unknown
 *
 * Context: process.
 */
void tcpclose_visibility_translate(const struct tcpclose_visibility *visible,
				   struct tcpclose_record *record)
{
	if (record->kind == TCPCLOSE_KIND_TASK) {
		struct tcpclose_task *task = (struct tcpclose_task *)record;
		size_t length;

		task->pid = translate_pid(visible, task->pid);
		task->tid = translate_pid(visible, task->tid);
		/*
		 * Hide the name with the process. Behind the end of a name
		 * there may be the rest of an earlier one: clear it.
		 */
		length = task->pid ? strnlen(task->comm, sizeof(task->comm)) : 0;
		memset(task->comm + length, 0, sizeof(task->comm) - length);
		return;
	}
	if (record->pid)
		record->pid = translate_pid(visible, record->pid);
	if (record->uid != TCPCLOSE_UNKNOWN_UID)
		record->uid = from_kuid(visible->user_ns, KUIDT_INIT(record->uid));
}
