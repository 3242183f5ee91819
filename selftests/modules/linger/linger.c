// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lingers wherever the state of a TCP socket is about to be traced, before the probes of
 * others: so that what may preempt a task between a segment's arrival and what it changes
 * does so nearly every time.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>

static unsigned int us = 200;
module_param(us, uint, 0444);
MODULE_PARM_DESC(us, "how long, in microseconds");

static atomic_t preempted;
static int preempted_get(char *to, const struct kernel_param *kp)
{
	return sysfs_emit(to, "%d\n", atomic_read(&preempted));
}

static const struct kernel_param_ops preempted_ops = {
	.get = preempted_get,
};

module_param_cb(preempted, &preempted_ops, NULL, 0444);
MODULE_PARM_DESC(preempted, "how often who had bottom halves off was preempted meanwhile");

/* Those of others have 10. */
#define BEFORE_OTHERS 1000

static struct tracepoint *tracepoint;

static void linger(void *data, const struct sock *sk, const int old, const int new)
{
	unsigned long switches = current->nivcsw;

	udelay(us);
	if (in_softirq() && current->nivcsw != switches)
		atomic_inc(&preempted);
}

static void find(struct tracepoint *candidate, void *data)
{
	if (!strcmp(candidate->name, "inet_sock_set_state"))
		tracepoint = candidate;
}

static int __init linger_init(void)
{
	if (!us || us > 1000)
		return -EINVAL;
	for_each_kernel_tracepoint(find, NULL);
	if (!tracepoint)
		return -ENOENT;
	return tracepoint_probe_register_prio(tracepoint, linger, NULL, BEFORE_OTHERS);
}

static void __exit linger_exit(void)
{
	tracepoint_probe_unregister(tracepoint, linger, NULL);
	tracepoint_synchronize_unregister();
}

module_init(linger_init);
module_exit(linger_exit);

MODULE_DESCRIPTION("Time for another task to come in between");
MODULE_LICENSE("GPL");
