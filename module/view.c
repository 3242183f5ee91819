// SPDX-License-Identifier: GPL-2.0-only
/*
 * Views: decides which records a reader may see that is confined to its own
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
#include "view.h"

/**
 * tcpclose_view_init() - set up the view of the current process
 * @view: the view
 * @whole: whether it may see the whole machine
 *
 * Context: process.
 */
void tcpclose_view_init(struct tcpclose_view *view, bool whole)
{
	struct net *net = current->nsproxy->net_ns;

	view->whole = whole;
	view->netns = net->net_cookie;
	view->netns_inode = net->ns.inum;
	view->user_ns = get_user_ns(current_user_ns());
	view->pid_ns = get_pid_ns(task_active_pid_ns(current));
}

/**
 * tcpclose_view_exit() - release the namespaces of a view
 * @view: the view
 *
 * Context: process; sleeps.
 */
void tcpclose_view_exit(struct tcpclose_view *view)
{
	put_pid_ns(view->pid_ns);
	put_user_ns(view->user_ns);
}

/**
 * tcpclose_view_shows() - whether a reader may see a record
 * @view: view of the reader
 * @record: the record, of any kind
 */
bool tcpclose_view_shows(const struct tcpclose_view *view,
			 const struct tcpclose_record *record)
{
	if (view->whole)
		return true;
	if (record->kind == TCPCLOSE_KIND_TASK)
		return ((const struct tcpclose_task *)record)->netns == view->netns;
	return record->netns == view->netns &&
	       record->netns_inode == view->netns_inode;
}

static u32 translate_pid(const struct tcpclose_view *view, u32 nr)
{
	u32 translated;

	rcu_read_lock();
	translated = pid_nr_ns(find_pid_ns(nr, &init_pid_ns), view->pid_ns);
	rcu_read_unlock();
	return translated;
}

/**
 * tcpclose_view_translate() - translate ids to the reader's namespaces
 * @view: view of the reader
 * @record: the record, of any kind; what the reader must not see becomes
 *	unknown
 *
 * Context: process.
 */
void tcpclose_view_translate(const struct tcpclose_view *view,
			     struct tcpclose_record *record)
{
	if (record->kind == TCPCLOSE_KIND_TASK) {
		struct tcpclose_task *task = (struct tcpclose_task *)record;
		size_t length;

		task->pid = translate_pid(view, task->pid);
		task->tid = translate_pid(view, task->tid);
		/*
		 * Hide the name with the process. Behind the end of a name
		 * there may be the rest of an earlier one: clear it.
		 */
		length = task->pid ? strnlen(task->comm, sizeof(task->comm)) : 0;
		memset(task->comm + length, 0, sizeof(task->comm) - length);
		return;
	}
	if (record->pid)
		record->pid = translate_pid(view, record->pid);
	if (record->uid != TCPCLOSE_UNKNOWN_UID)
		record->uid = from_kuid(view->user_ns, KUIDT_INIT(record->uid));
}
