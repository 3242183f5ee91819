// SPDX-License-Identifier: GPL-2.0-only
/*
 * Canary: whether kprobes run at all. debugfs's kprobes/enabled=0 silences all of
 * them, and those that are registered later, and neither register_kprobe() nor
 * the kprobe itself tells. One on a function that is then called does.
 *
 * It is a function of the kernel's: one of the module's own would do, but for
 * kernels that optimize kprobes and still hold such a one when the module is gone.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kprobes.h>
#include <linux/math.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "canary.h"

static DEFINE_MUTEX(lock);
static struct kprobe kp;	/* under @lock */
static bool attached;		/* under @lock */
/* Whoever holds @lock and calls the function, and whether that was seen. */
static const struct task_struct *caller;
static bool seen;

static int handler(struct kprobe *unused, struct pt_regs *regs)
{
	if (READ_ONCE(caller) == current)
		WRITE_ONCE(seen, true);
	return 0;
}

NOKPROBE_SYMBOL(handler);

static int attach(void)
{
	int err;

	if (attached)
		return 0;
	kp = (struct kprobe) {
		.symbol_name = "int_sqrt",
		.pre_handler = handler,
	};
	err = register_kprobe(&kp);
	attached = !err;
	return err;
}

static bool is_seen(void)
{
	unsigned long number = 4;

	WRITE_ONCE(seen, false);
	WRITE_ONCE(caller, current);
	OPTIMIZER_HIDE_VAR(number);
	number = int_sqrt(number);
	OPTIMIZER_HIDE_VAR(number);
	WRITE_ONCE(caller, NULL);
	return READ_ONCE(seen);
}

/**
 * tcpclose_canary_check() - see whether kprobes run
 *
 * Context: process; sleeps.
 * Return: 0, -ENXIO if they are switched off, or an error of register_kprobe().
 */
int tcpclose_canary_check(void)
{
	int err;

	mutex_lock(&lock);
	err = attach();
	if (!err && !is_seen())
		err = -ENXIO;
	mutex_unlock(&lock);
	return err;
}

/**
 * tcpclose_canary_exit() - give back what tcpclose_canary_check() took
 *
 * Context: process; sleeps.
 */
void tcpclose_canary_exit(void)
{
	mutex_lock(&lock);
	if (attached)
		unregister_kprobe(&kp);
	attached = false;
	mutex_unlock(&lock);
}
