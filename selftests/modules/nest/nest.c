// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls a function that the module watches, from the handler of another kprobe:
 * a kprobe there misses the call. Each load does so a number of times.
 *
 * The function, tcp_twsk_destructor(), frees a key of TCP-MD5 or TCP-AO; the
 * mini-socket that it gets has none, and is no socket's. No header of all kernels leads to
 * it, but a kprobe finds it by its name.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <net/tcp.h>

static unsigned int calls = 1;
module_param(calls, uint, 0444);
MODULE_PARM_DESC(calls, "number of calls to miss");

static struct tcp_timewait_sock *nobodys;
static void (*watched)(struct sock *sk);

static noinline void nest_here(void)
{
	barrier();
}

static int call_watched(struct kprobe *kp, struct pt_regs *regs)
{
	watched((struct sock *)nobodys);
	return 0;
}

static struct kprobe probe = {
	.pre_handler = call_watched,
};

static int find_watched(void)
{
	struct kprobe at_watched = { .symbol_name = "tcp_twsk_destructor" };
	int err = register_kprobe(&at_watched);

	if (err)
		return err;
	watched = (void *)at_watched.addr;
	unregister_kprobe(&at_watched);
	return 0;
}

static int __init nest_init(void)
{
	unsigned int i;
	int err = find_watched();

	if (err)
		return err;
	nobodys = kzalloc(sizeof(*nobodys), GFP_KERNEL);
	if (!nobodys)
		return -ENOMEM;
	probe.addr = (kprobe_opcode_t *)nest_here;
	err = register_kprobe(&probe);
	if (!err) {
		for (i = 0; i < calls; i++)
			nest_here();
		unregister_kprobe(&probe);
	}
	kfree(nobodys);
	return err;
}

static void __exit nest_exit(void)
{
}

module_init(nest_init);
module_exit(nest_exit);

MODULE_DESCRIPTION("Calls that a kprobe of tcpclose misses");
MODULE_LICENSE("GPL");
