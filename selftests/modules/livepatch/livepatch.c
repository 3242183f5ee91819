// SPDX-License-Identifier: GPL-2.0-only
/*
 * A live patch of tcp_twsk_destructor(), which the module watches: another
 * function in its place, reached through ftrace (FTRACE_OPS_FL_IPMODIFY).
 *
 * What the patched function frees, a key of TCP-MD5 or TCP-AO, nobody in the
 * machine has.
 */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <net/sock.h>

static unsigned int calls;
module_param(calls, uint, 0444);
MODULE_PARM_DESC(calls, "so many mini-sockets were freed by the patch, or a few more");

static void free_nothing(struct sock *sk)
{
	/* Whoever asks wants to know that there were some */
	WRITE_ONCE(calls, READ_ONCE(calls) + 1);
}

static struct klp_func functions[] = {
	{ .old_name = "tcp_twsk_destructor", .new_func = free_nothing },
	{ }
};

/* Of the kernel itself, which has no name */
static struct klp_object objects[] = {
	{ .funcs = functions },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objects,
};

static int __init livepatch_init(void)
{
	return klp_enable_patch(&patch);
}

/* Only after it was disabled (/sys/kernel/livepatch/livepatch/enabled) */
static void __exit livepatch_exit(void)
{
}

module_init(livepatch_init);
module_exit(livepatch_exit);

MODULE_DESCRIPTION("A live patch of a function that others watch");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
