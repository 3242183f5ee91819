/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocations that fail: one of the caller's allocations, by number, or all
 * allocations of the kernel's high-priority workers.
 *
 * Needs CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC and their debugfs files, which
 * stock kernels do not have: Documentation/fault-injection/ in the kernel's
 * source. Every function returns -errno on failure and prints nothing.
 */
#ifndef _SELFTESTS_LIB_FAULT_H
#define _SELFTESTS_LIB_FAULT_H

#include <stdbool.h>

/** fault_possible() - whether this kernel can make allocations fail */
bool fault_possible(void);

/**
 * fault_prepare() - allow every kind of allocation to fail
 *
 * The kernel does not log the failures: a report of each would count as trouble in
 * its log.
 *
 * Return: a descriptor for fault_arm(), of the calling thread
 */
int fault_prepare(void);

/** fault_arm() - make the calling thread's @nth allocation from now on fail, once */
int fault_arm(int fd, unsigned int nth);

/**
 * fault_disarm() - make allocations succeed again
 *
 * Return: 1 if there were too few allocations for one to fail, 0 if one failed
 */
int fault_disarm(int fd);

/** fault_workers() - choose whether all allocations of high-priority workers fail */
int fault_workers(bool fail);

#endif /* _SELFTESTS_LIB_FAULT_H */
