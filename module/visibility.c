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

#include "compat.h"
#include "visibility.h"
#include "uapi/tcpclose.h"

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
	visible->netns = compat_netns_cookie(net);
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
	switch (record->kind) {
	case TCPCLOSE_KIND_TRANSITION:
		return record->netns == visible->netns;
	case TCPCLOSE_KIND_DETAIL:
		return ((const struct tcpclose_detail *)record)->netns ==
		       visible->netns;
	case TCPCLOSE_KIND_RST:
		return ((const struct tcpclose_rst *)record)->netns == visible->netns;
	case TCPCLOSE_KIND_DROP:
		return ((const struct tcpclose_drop *)record)->netns == visible->netns;
	case TCPCLOSE_KIND_FAILED_CALL:
		return ((const struct tcpclose_failed_call *)record)->netns ==
		       visible->netns;
	case TCPCLOSE_KIND_SESSION:
		return ((const struct tcpclose_session *)record)->netns == visible->netns;
	default:
		return false;
	}
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
 * tcpclose_visibility_uid() - translate a user id to the reader's namespace
 * @visible: what the reader may see
 * @uid: in the initial user namespace, or %TCPCLOSE_UNKNOWN_UID
 *
 * Return: the id there, or %TCPCLOSE_UNKNOWN_UID.
 */
u32 tcpclose_visibility_uid(const struct tcpclose_visibility *visible, u32 uid)
{
	return uid == TCPCLOSE_UNKNOWN_UID ?
		       uid : from_kuid(visible->user_ns, KUIDT_INIT(uid));
}

/*
 * Clear a name unless it is to be shown, and what is behind its end, which may be
 * the rest of an earlier name.
 */
static void show_name(char *name, bool shown)
{
	size_t length = shown ? strnlen(name, TASK_COMM_LEN) : 0;

	memset(name + length, 0, TASK_COMM_LEN - length);
}

static void translate_detail(const struct tcpclose_visibility *visible,
			     struct tcpclose_detail *detail)
{
	bool acts = detail->pid;

	detail->pid = translate_pid(visible, detail->pid);
	detail->tid = translate_pid(visible, detail->tid);
	detail->opener = translate_pid(visible, detail->opener);
	if (!detail->opener)
		detail->mark &= ~TCPCLOSE_DETAIL_ACCEPTED;
	/* The names are hidden with the process. */
	show_name(detail->comm, acts ? detail->pid : detail->opener);
	show_name(detail->thread, detail->pid);
}

static void translate_rst(const struct tcpclose_visibility *visible,
			  struct tcpclose_rst *rst)
{
	rst->pid = translate_pid(visible, rst->pid);
	show_name(rst->comm, rst->pid);
	rst->uid = tcpclose_visibility_uid(visible, rst->uid);
}

static void translate_failed_call(const struct tcpclose_visibility *visible,
				  struct tcpclose_failed_call *failed)
{
	failed->pid = translate_pid(visible, failed->pid);
	failed->tid = translate_pid(visible, failed->tid);
	show_name(failed->comm, failed->pid);
	failed->uid = tcpclose_visibility_uid(visible, failed->uid);
}

static void translate_session(const struct tcpclose_visibility *visible,
			      struct tcpclose_session *session)
{
	session->pid = translate_pid(visible, session->pid);
	session->tid = translate_pid(visible, session->tid);
	show_name(session->comm, session->pid);
	session->uid = tcpclose_visibility_uid(visible, session->uid);
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
	struct tcpclose_drop *drop = (struct tcpclose_drop *)record;

	switch (record->kind) {
	case TCPCLOSE_KIND_DETAIL:
		translate_detail(visible, (struct tcpclose_detail *)record);
		break;
	case TCPCLOSE_KIND_RST:
		translate_rst(visible, (struct tcpclose_rst *)record);
		break;
	case TCPCLOSE_KIND_DROP:
		drop->uid = tcpclose_visibility_uid(visible, drop->uid);
		break;
	case TCPCLOSE_KIND_FAILED_CALL:
		translate_failed_call(visible, (struct tcpclose_failed_call *)record);
		break;
	case TCPCLOSE_KIND_SESSION:
		translate_session(visible, (struct tcpclose_session *)record);
		break;
	default:
		record->uid = tcpclose_visibility_uid(visible, record->uid);
	}
}
