// SPDX-License-Identifier: GPL-2.0-only
/*
 * Canary: finds out whether kprobes run at all. kprobes/enabled=0 in debugfs
 * disables all of them, including those registered later, and register_kprobe()
 * does not report it. So this sets a kprobe on a function, and calls the
 * function.
 *
 * It is a function of the kernel, not of the module: kernels that optimize
 * kprobes may still refer to it when the module is unloaded. Knows nothing of
 * other hooks.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "canary.h"

static DEFINE_MUTEX(canary_lock);
static struct kprobe canary_kprobe;	/* under canary_lock */
static bool canary_attached;		/* under canary_lock */
/*
 * Task that holds canary_lock and calls the function; whether the kprobe saw
 * it.
 */
static const struct task_struct *canary_caller;
static bool canary_seen;

static int canary_handler(struct kprobe *unused, struct pt_regs *regs)
{
	if (READ_ONCE(canary_caller) == current)
		WRITE_ONCE(canary_seen, true);
	return 0;
}

NOKPROBE_SYMBOL(canary_handler);

static int attach_canary(void)
{
	int err;

	if (canary_attached)
		return 0;
	canary_kprobe = (struct kprobe) {
		.symbol_name = "int_sqrt",
		.pre_handler = canary_handler,
	};
	err = register_kprobe(&canary_kprobe);
	canary_attached = !err;
	return err;
}

/* Call the function; whether the kprobe saw it. */
static bool canary_is_seen(void)
{
	unsigned long number = 4;

	WRITE_ONCE(canary_seen, false);
	WRITE_ONCE(canary_caller, current);
	OPTIMIZER_HIDE_VAR(number);
	number = int_sqrt(number);
	OPTIMIZER_HIDE_VAR(number);
	WRITE_ONCE(canary_caller, NULL);
	return READ_ONCE(canary_seen);
}

/**
 * tcpclose_canary_check() - check whether kprobes run
 *
 * Context: process; sleeps.
 * Return: 0, -ENXIO if they are switched off, or an error of register_kprobe().
 */
int tcpclose_canary_check(void)
{
	int err;

	mutex_lock(&canary_lock);
	err = attach_canary();
	if (!err && !canary_is_seen())
		err = -ENXIO;
	mutex_unlock(&canary_lock);
	return err;
}

/**
 * tcpclose_canary_exit() - remove the kprobe of tcpclose_canary_check()
 *
 * Context: process; sleeps.
 */
void tcpclose_canary_exit(void)
{
	mutex_lock(&canary_lock);
	if (canary_attached)
		unregister_kprobe(&canary_kprobe);
	canary_attached = false;
	mutex_unlock(&canary_lock);
}
