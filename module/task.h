/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_TASK_H
#define TCPCLOSE_TASK_H

#include <linux/compiler.h>
#include <linux/sched.h>
#include <linux/types.h>

struct pid_namespace;
struct tcpclose_detail;

/* Flags of the kernel's own tasks, which belong to no process. */
#define TCPCLOSE_TASK_KERNEL	(PF_KTHREAD | PF_WQ_WORKER)

/**
 * struct tcpclose_process - a process that may be gone
 * @pid: its id
 * @began: when it began, in about a millisecond: whether another has that id since
 */
struct tcpclose_process {
	u32 pid;
	u32 began;
};

static __always_inline u32 tcpclose_task_began(const struct task_struct *leader)
{
	return leader->start_boottime >> 20;
}

/**
 * tcpclose_task_remember() - remember the current process
 * @process: it
 *
 * Context: process.
 * Return: whether there is one; threads of the kernel are none.
 */
static __always_inline bool tcpclose_task_remember(struct tcpclose_process *process)
{
	if (unlikely(current->flags & TCPCLOSE_TASK_KERNEL))
		return false;
	process->pid = task_tgid_nr(current);
	process->began = tcpclose_task_began(READ_ONCE(current->group_leader));
	return true;
}

void tcpclose_task_describe(struct tcpclose_detail *detail);
void tcpclose_task_clear(struct tcpclose_detail *detail);
void tcpclose_task_caller(u32 *pid, u32 *tid, char *comm, u8 *call);
void tcpclose_task_name(u32 *pid, char *comm);
bool tcpclose_task_is_sending(void);
void tcpclose_task_recall(const struct tcpclose_process *process, char *comm);
u32 tcpclose_task_number(const struct tcpclose_process *process, struct pid_namespace *ns);

#endif /* TCPCLOSE_TASK_H */
