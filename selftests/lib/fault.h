/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocations that fail: one of the caller's own, by number, or all of the
 * kernel's workers of high priority.
 *
 * Wants CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC and their debugfs files, which
 * stock kernels do not have: Documentation/fault-injection/ in the kernel's
 * source. Every function returns -errno on failure and prints nothing.
 */
#ifndef _SELFTESTS_LIB_FAULT_H
#define _SELFTESTS_LIB_FAULT_H

#include <stdbool.h>

/** fault_possible() - whether this kernel can make allocations fail */
bool fault_possible(void);

/**
 * fault_prepare() - let every kind of allocation be one that can fail
 *
 * Silently: a report of each would be trouble in the kernel's log.
 *
 * Return: a descriptor for fault_arm(), of the calling thread
 */
int fault_prepare(void);

/** fault_arm() - the calling thread's @nth allocation from now on fails, once */
int fault_arm(int fd, unsigned int nth);

/**
 * fault_disarm() - back to normal
 *
 * Return: 1 if there were too few allocations for one to fail, 0 if one did
 */
int fault_disarm(int fd);

/** fault_workers() - all allocations of workers of high priority fail, or not */
int fault_workers(bool fail);

#endif /* _SELFTESTS_LIB_FAULT_H */
