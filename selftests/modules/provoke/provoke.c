// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes one error on purpose when loaded: shows that the kernel's checkers work.
 *
 * Each kind is reported by one option of a debug kernel; no error has effects
 * after the report.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

static char *kind = "";
module_param(kind, charp, 0444);
MODULE_PARM_DESC(kind, "atomic, preempt, rcu, object, lock, ubsan, kasan, leak or race");

static int *keep;
static int forty = 40;

/* DEBUG_ATOMIC_SLEEP */
static void sleep_where_none_may(void)
{
	preempt_disable();
	might_sleep();
	preempt_enable();
}

/* DEBUG_PREEMPT */
static void ask_for_a_cpu_that_may_change(void)
{
	WRITE_ONCE(forty, READ_ONCE(forty) + (smp_processor_id() & 0));
}

static int __rcu *shared;

/* PROVE_RCU */
static void follow_without_a_lock(void)
{
	WRITE_ONCE(keep, rcu_dereference(shared));
}

static void never(struct timer_list *timer)
{
}

/* DEBUG_OBJECTS_TIMERS, DEBUG_OBJECTS_FREE */
static void free_a_running_timer(void)
{
	struct timer_list *timer = kzalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, never, 0);
	mod_timer(timer, jiffies + 100 * HZ);
	kfree(timer);
}

static DEFINE_SPINLOCK(first);
static DEFINE_SPINLOCK(second);

/* PROVE_LOCKING: reports the order without a real deadlock */
static void lock_in_both_orders(void)
{
	spin_lock(&first);
	spin_lock(&second);
	spin_unlock(&second);
	spin_unlock(&first);
	spin_lock(&second);
	spin_lock(&first);
	spin_unlock(&first);
	spin_unlock(&second);
}

/* UBSAN_SHIFT */
static void shift_too_far(void)
{
	WRITE_ONCE(forty, 1 << READ_ONCE(forty));
}

/* KASAN */
static void read_what_is_freed(void)
{
	int *freed = kmalloc(sizeof(*freed), GFP_KERNEL);

	kfree(freed);
	/* Hide the error from the compiler */
	OPTIMIZER_HIDE_VAR(freed);
	WRITE_ONCE(forty, *freed);
}

/* DEBUG_KMEMLEAK */
static void forget(void)
{
	unsigned int i;

	/* More than one: a register may still contain the last pointer */
	for (i = 0; i < 16; i++)
		WRITE_ONCE(keep, kmalloc(1000, GFP_KERNEL));
	WRITE_ONCE(keep, NULL);
}

static int counter;

static int count(void *unused)
{
	while (!kthread_should_stop()) {
		unsigned int i;

		for (i = 0; i < 1000; i++) {
			counter++;
			barrier();
		}
		usleep_range(10, 100);
	}
	return 0;
}

/* KCSAN */
static void race(void)
{
	struct task_struct *other = kthread_run(count, NULL, "provoke");
	unsigned long end = jiffies + 5 * HZ;

	if (IS_ERR(other))
		return;
	while (time_before(jiffies, end)) {
		counter++;
		barrier();
		cond_resched();
	}
	kthread_stop(other);
}

static const struct {
	const char *name;
	void (*act)(void);
} kinds[] = {
	{ "atomic", sleep_where_none_may },
	{ "preempt", ask_for_a_cpu_that_may_change },
	{ "rcu", follow_without_a_lock },
	{ "object", free_a_running_timer },
	{ "lock", lock_in_both_orders },
	{ "ubsan", shift_too_far },
	{ "kasan", read_what_is_freed },
	{ "leak", forget },
	{ "race", race },
};

static int __init provoke_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].name, kind))
			continue;
		kinds[i].act();
		return 0;
	}
	return -EINVAL;
}

static void __exit provoke_exit(void)
{
}

module_init(provoke_init);
module_exit(provoke_exit);

MODULE_DESCRIPTION("Provokes what debug kernels report");
MODULE_LICENSE("GPL");
