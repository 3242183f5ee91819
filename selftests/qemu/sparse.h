/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read by sparse, and never by the compiler, before each source of the module: makes
 * it count the mutexes that a function locks. The kernel's own annotations cover
 * spinlocks and RCU only, so a mutex_unlock() missing on an error path would not be
 * reported as a context imbalance.
 */
#ifndef _SELFTESTS_QEMU_SPARSE_H
#define _SELFTESTS_QEMU_SPARSE_H

#include <linux/kconfig.h>
#include <linux/compiler_types.h>
/* As module/main.c defines it; <linux/mutex.h> includes a definition of its own */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#include <linux/mutex.h>

/* With lockdep these are macros, and sparse counts as much as it does without us */
#ifndef mutex_lock
#define mutex_lock(lock) \
	do { \
		mutex_lock(lock); \
		__acquire(lock); \
	} while (0)
#define mutex_unlock(lock) \
	do { \
		__release(lock); \
		mutex_unlock(lock); \
	} while (0)
/* Two constants: sparse follows the branch that the caller takes */
#define mutex_lock_unless(signal, lock) \
	((signal) ? -EINTR : ({ __acquire(lock); 0; }))
#define mutex_lock_killable(lock) \
	mutex_lock_unless(mutex_lock_killable(lock), lock)
#define mutex_lock_interruptible(lock) \
	mutex_lock_unless(mutex_lock_interruptible(lock), lock)
#endif

#endif /* _SELFTESTS_QEMU_SPARSE_H */
