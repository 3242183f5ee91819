// SPDX-License-Identifier: GPL-2.0-only
/*
 * Canary: whether kprobes run at all. debugfs's kprobes/enabled=0 silences all of
 * them, and those that are registered later, and neither register_kprobe() nor
 * the kprobe itself tells. One on a function of the module's own does.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kprobes.h>
#include <linux/mutex.h>

#include "canary.h"

/* Guards all below; the handler runs within watched(), so under it. */
static DEFINE_MUTEX(lock);
static struct kprobe kp;
static bool attached;
static unsigned long calls;

static noinline void watched(void)
{
	barrier();
}

static int handler(struct kprobe *unused, struct pt_regs *regs)
{
	calls++;
	return 0;
}
NOKPROBE_SYMBOL(handler);

static int attach(void)
{
	int err;

	if (attached)
		return 0;
	kp = (struct kprobe) {
		.addr = (kprobe_opcode_t *)watched,
		.pre_handler = handler,
	};
	err = register_kprobe(&kp);
	attached = !err;
	return err;
}

/**
 * tcpclose_canary_check() - see whether kprobes run
 *
 * Context: process; sleeps.
 * Return: 0, -ENXIO if they are switched off, or an error of register_kprobe().
 */
int tcpclose_canary_check(void)
{
	unsigned long before;
	int err;

	mutex_lock(&lock);
	err = attach();
	if (!err) {
		before = READ_ONCE(calls);
		watched();
		err = READ_ONCE(calls) == before ? -ENXIO : 0;
	}
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
	if (attached)
		unregister_kprobe(&kp);
	attached = false;
}
