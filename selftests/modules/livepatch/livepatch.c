// SPDX-License-Identifier: GPL-2.0-only
/*
 * A live patch of tcp_twsk_destructor(), which the module watches: another
 * function in its place, reached through ftrace (FTRACE_OPS_FL_IPMODIFY).
 *
 * The patched function frees a key of TCP-MD5 or TCP-AO; no connection in the
 * machine has such a key.
 */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <net/sock.h>

static unsigned int calls;
module_param(calls, uint, 0444);
MODULE_PARM_DESC(calls, "number of mini-sockets freed by the patch, or slightly fewer");

static void free_nothing(struct sock *sk)
{
	/* Not atomic: the test only checks that it is not 0 */
	WRITE_ONCE(calls, READ_ONCE(calls) + 1);
}

static struct klp_func functions[] = {
	{ .old_name = "tcp_twsk_destructor", .new_func = free_nothing },
	{ }
};

/* No name: functions of the kernel itself */
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

/* Only possible after disabling it (/sys/kernel/livepatch/livepatch/enabled) */
static void __exit livepatch_exit(void)
{
}

module_init(livepatch_init);
module_exit(livepatch_exit);

MODULE_DESCRIPTION("A live patch of a function that tcpclose watches");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
