// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tasks: which process, thread or worker of the kernel makes a transition, and by
 * which system call. Knows no sockets.
 */
#include <asm/syscall.h>
#include <asm/unistd.h>
#include <linux/compat.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "task.h"
#include "uapi/tcpclose.h"

/* By number of the system call; the others are %TCPCLOSE_CALL_OTHER. */
static const u8 calls[] = {
	[__NR_bind] = TCPCLOSE_CALL_BIND,
	[__NR_connect] = TCPCLOSE_CALL_CONNECT,
	[__NR_listen] = TCPCLOSE_CALL_LISTEN,
	[__NR_sendto] = TCPCLOSE_CALL_SEND,
	[__NR_sendmsg] = TCPCLOSE_CALL_SEND,
	[__NR_sendmmsg] = TCPCLOSE_CALL_SEND,
	[__NR_shutdown] = TCPCLOSE_CALL_SHUTDOWN,
	[__NR_close] = TCPCLOSE_CALL_CLOSE,
	[__NR_close_range] = TCPCLOSE_CALL_CLOSE,
#ifdef __NR_dup2
	[__NR_dup2] = TCPCLOSE_CALL_CLOSE,
#endif
	[__NR_dup3] = TCPCLOSE_CALL_CLOSE,
	[__NR_execve] = TCPCLOSE_CALL_EXEC,
	[__NR_execveat] = TCPCLOSE_CALL_EXEC,
	[__NR_io_uring_enter] = TCPCLOSE_CALL_IO_URING,
};

#ifdef __NR_socketcall
/* By the first argument of socketcall(), which libraries use on s390. */
static const u8 socket_calls[] = {
	[SYS_BIND] = TCPCLOSE_CALL_BIND,
	[SYS_CONNECT] = TCPCLOSE_CALL_CONNECT,
	[SYS_LISTEN] = TCPCLOSE_CALL_LISTEN,
	[SYS_SEND] = TCPCLOSE_CALL_SEND,
	[SYS_SENDTO] = TCPCLOSE_CALL_SEND,
	[SYS_SENDMSG] = TCPCLOSE_CALL_SEND,
	[SYS_SENDMMSG] = TCPCLOSE_CALL_SEND,
	[SYS_SHUTDOWN] = TCPCLOSE_CALL_SHUTDOWN,
};

static u8 call_of_socketcall(void)
{
	unsigned long args[6];

	syscall_get_arguments(current, task_pt_regs(current), args);
	return args[0] < ARRAY_SIZE(socket_calls) ? socket_calls[args[0]] : 0;
}
#endif

/* Return: 0: another one */
static __always_inline u8 call_of(unsigned int nr)
{
#ifdef __NR_socketcall
	if (nr == __NR_socketcall)
		return call_of_socketcall();
#endif
	return likely(nr < ARRAY_SIZE(calls)) ? calls[nr] : 0;
}

#ifndef PF_USER_WORKER
#define PF_USER_WORKER	PF_IO_WORKER	/* before 6.4 only io_uring had such threads */
#endif

/* A task that is in no system call of its own. */
static noinline u8 call_of_special(unsigned int flags)
{
	if (flags & TCPCLOSE_TASK_KERNEL)
		return TCPCLOSE_CALL_KERNEL;
	if (flags & PF_IO_WORKER)
		return TCPCLOSE_CALL_IO_URING;
	/* As in wait(): all threads of a process get its exit code. */
	if (flags & PF_EXITING)
		return current->exit_code & 0x7f ? TCPCLOSE_CALL_KILL :
						   TCPCLOSE_CALL_EXIT;
	return TCPCLOSE_CALL_NONE;
}

static __always_inline u8 current_call(void)
{
	unsigned int flags = current->flags;
	u8 call;

	if (unlikely(flags & (TCPCLOSE_TASK_KERNEL | PF_IO_WORKER | PF_USER_WORKER |
			      PF_EXITING)))
		return call_of_special(flags);
	/* The numbers of a 32-bit program are others. */
	if (unlikely(in_compat_syscall()))
		return TCPCLOSE_CALL_NONE;
	call = call_of(syscall_get_nr(current, task_pt_regs(current)));
	return likely(call) ? call : TCPCLOSE_CALL_OTHER;
}

static __always_inline void copy_name(char *to, const struct task_struct *task)
{
	/*
	 * May change at any time, but its last byte is always 0
	 * (__set_task_comm()): no lock is needed.
	 */
	data_race(memcpy(to, task->comm, TASK_COMM_LEN));
	to[TASK_COMM_LEN - 1] = '\0';
}

/**
 * tcpclose_task_describe() - describe the current task
 * @detail: gets its ids, its names, and what it does
 *
 * Context: process; interrupts off.
 */
void tcpclose_task_describe(struct tcpclose_detail *detail)
{
	BUILD_BUG_ON(sizeof(detail->comm) != TASK_COMM_LEN);
	BUILD_BUG_ON(sizeof(detail->thread) != TASK_COMM_LEN);

	detail->pid = task_tgid_nr(current);
	detail->tid = task_pid_nr(current);
	/* The leader cannot be freed before the other threads of its group. */
	copy_name(detail->comm, READ_ONCE(current->group_leader));
	copy_name(detail->thread, current);
	detail->call = current_call();
}

/**
 * tcpclose_task_clear() - say that no task made a transition
 * @detail: gets no ids and no names
 */
void tcpclose_task_clear(struct tcpclose_detail *detail)
{
	detail->pid = 0;
	detail->tid = 0;
	memset(detail->comm, 0, sizeof(detail->comm));
	memset(detail->thread, 0, sizeof(detail->thread));
	detail->call = TCPCLOSE_CALL_NONE;
}

/**
 * tcpclose_task_caller() - say who the current task is, and what it does
 * @pid: set to the id of its process
 * @tid: set to its own id
 * @comm: set to the name of its process, %TASK_COMM_LEN bytes
 * @call: set to &enum tcpclose_call
 *
 * Context: process; interrupts off.
 */
void tcpclose_task_caller(u32 *pid, u32 *tid, char *comm, u8 *call)
{
	*pid = task_tgid_nr(current);
	*tid = task_pid_nr(current);
	copy_name(comm, READ_ONCE(current->group_leader));
	*call = current_call();
}

/**
 * tcpclose_task_name() - name the current process
 * @pid: set to its id, unless it is a thread of the kernel
 * @comm: likewise to its name, %TASK_COMM_LEN bytes
 *
 * Context: process; interrupts off.
 */
void tcpclose_task_name(u32 *pid, char *comm)
{
	if (current->flags & TCPCLOSE_TASK_KERNEL)
		return;
	*pid = task_tgid_nr(current);
	copy_name(comm, READ_ONCE(current->group_leader));
}

/**
 * tcpclose_task_is_sending() - whether the current task is in a call that sends
 *
 * Context: process; interrupts off.
 */
bool tcpclose_task_is_sending(void)
{
	return current_call() == TCPCLOSE_CALL_SEND;
}

/* NULL: it is gone, whoever has its id now. With rcu_read_lock(). */
static struct pid *find_process(const struct tcpclose_process *process,
				const struct task_struct **leader)
{
	struct pid *pid = find_pid_ns(process->pid, &init_pid_ns);

	*leader = pid_task(pid, PIDTYPE_TGID);
	return *leader && tcpclose_task_began(*leader) == process->began ? pid : NULL;
}

/**
 * tcpclose_task_recall() - name a process, if it is still there
 * @process: what tcpclose_task_remember() has stored
 * @comm: set to its name, %TASK_COMM_LEN bytes; unchanged if it is gone
 *
 * Context: any.
 */
void tcpclose_task_recall(const struct tcpclose_process *process, char *comm)
{
	const struct task_struct *leader;

	rcu_read_lock();
	if (find_process(process, &leader))
		copy_name(comm, leader);
	rcu_read_unlock();
}

/**
 * tcpclose_task_number() - the id of a process, if it is still there
 * @process: what tcpclose_task_remember() has stored, or anything else, which is no process
 * @ns: namespace of the id
 *
 * Context: any.
 * Return: its id; 0: it is gone, or has none there.
 */
u32 tcpclose_task_number(const struct tcpclose_process *process, struct pid_namespace *ns)
{
	const struct task_struct *leader;
	u32 number;

	rcu_read_lock();
	number = pid_nr_ns(find_process(process, &leader), ns);
	rcu_read_unlock();
	return number;
}
