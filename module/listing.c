// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of connections that are alive, from what is remembered of them.
 *
 * Goes through all entries of the pool, by number, and shows those that are in the table.
 * An entry keeps its number, wherever in the table it is, so that none is passed over or
 * listed twice, and the list ends. How an entry is copied while its connection goes on is
 * up to table.c; nothing is held between two of them.
 */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "entry.h"
#include "listing.h"
#include "pool.h"
#include "table.h"
#include "task.h"
#include "uapi/tcpclose.h"
#include "visibility.h"

#define ENTRIES_AT_ONCE	1024u	/* without a pause */
#define SIZE_LEAST	64u	/* of the first struct tcpclose_conn */
#define SIZE_MOST	4096u

/* One that is handed over is its mini-socket's by now, which has an entry of its own. */
static bool is_shown(const struct tcpclose_entry *entry)
{
	return entry->state && !(entry->flags & TCPCLOSE_ENTRY_HANDED_OVER);
}

static u16 flags_of(const struct tcpclose_entry *entry)
{
	u16 flags = 0;

	if (entry->flags & TCPCLOSE_ENTRY_MINI)
		flags |= TCPCLOSE_CONN_MINI;
	if (entry->flags & TCPCLOSE_ENTRY_OLD)
		flags |= TCPCLOSE_CONN_OLD;
	if (entry->flags & TCPCLOSE_ENTRY_REFUSED)
		flags |= TCPCLOSE_CONN_UNTRACKED;
	if (entry->flags & TCPCLOSE_ENTRY_MPTCP)
		flags |= TCPCLOSE_CONN_MPTCP;
	if (entry->flags & TCPCLOSE_ENTRY_ACCEPTED)
		flags |= TCPCLOSE_CONN_ACCEPTED;
	return flags;
}

/* What is known of one of both kinds of sockets only. */
static void fill_identity(struct tcpclose_conn *conn, const struct tcpclose_entry *entry,
			  const struct tcpclose_visibility *visible)
{
	conn->uid = TCPCLOSE_UNKNOWN_UID;
	if (entry->flags & TCPCLOSE_ENTRY_MINI) {
		conn->inode = entry->inode;
		conn->cgroup = entry->cgroup;
		conn->uid = tcpclose_visibility_uid(visible, entry->uid);
	} else if (entry->flags & TCPCLOSE_ENTRY_MPTCP) {
		conn->session = entry->session;
	} else if (entry->flags & TCPCLOSE_ENTRY_OPENER) {
		conn->opener = tcpclose_task_number(&entry->opener, visible->pid_ns);
	} else if (entry->flags & TCPCLOSE_ENTRY_LISTENER) {
		conn->listener = entry->listener;
	}
}

static void fill_conn(struct tcpclose_conn *conn, const struct tcpclose_entry *entry,
		      const struct tcpclose_visibility *visible)
{
	*conn = (struct tcpclose_conn){
		.cookie = entry->cookie,
		.born_ns = entry->born_ns,
		.since_ns = entry->since_ns,
		.index = entry->index,
		.rearms = entry->rearms,
		.flags = flags_of(entry),
		.state = entry->state,
		.closer = entry->closer,
	};
	fill_identity(conn, entry, visible);
}

/* Into the caller's structure, which may be shorter or longer. */
static int copy_conn(void __user *to, const struct tcpclose_conn *conn, u32 size)
{
	u32 common = min_t(u32, size, sizeof(*conn));

	if (copy_to_user(to, conn, common) || clear_user(to + common, size - common))
		return -EFAULT;
	return 0;
}

static bool is_valid(const struct tcpclose_conns_request *request)
{
	return !request->flags && !request->reserved && request->count &&
	       request->size >= SIZE_LEAST && request->size <= SIZE_MOST &&
	       request->size % sizeof(u64) == 0;
}

/**
 * tcpclose_listing_copy() - copy connections that are alive to the caller
 * @visible: what the reader may see: the whole machine
 * @request: where to begin and how much room there is; brought up to date unless it fails
 *
 * Context: process; sleeps.
 * Return: 0, -EINVAL or -EFAULT.
 */
int tcpclose_listing_copy(const struct tcpclose_visibility *visible,
			  struct tcpclose_conns_request *request)
{
	void __user *to = u64_to_user_ptr(request->buf);
	u64 position = request->position;
	const struct tcpclose_entry *entry;
	struct tcpclose_entry copy;
	struct tcpclose_conn conn;
	u32 done = 0, seen = 0;

	BUILD_BUG_ON(sizeof(conn) < SIZE_LEAST);

	if (!is_valid(request))
		return -EINVAL;
	for (; done < request->count; position++) {
		entry = tcpclose_pool_entry(position);
		if (!entry) {
			position = TCPCLOSE_CONNS_END;
			break;
		}
		if (tcpclose_table_copy(entry, &copy) && is_shown(&copy)) {
			fill_conn(&conn, &copy, visible);
			if (copy_conn(to, &conn, request->size))
				return -EFAULT;
			to += request->size;
			done++;
		}
		if (++seen % ENTRIES_AT_ONCE)
			continue;
		cond_resched();
		if (signal_pending(current)) {
			position++;
			break;
		}
	}
	request->position = position;
	request->count = done;
	request->size = sizeof(conn);
	return 0;
}
