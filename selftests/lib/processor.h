/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processors: which are online, and where the calling thread runs.
 */
#ifndef _SELFTESTS_LIB_PROCESSOR_H
#define _SELFTESTS_LIB_PROCESSOR_H

#include <stdbool.h>
#include <sys/types.h>

/** processor_pin() - run on this processor only; 0 or -errno */
int processor_pin(unsigned int cpu);

/** processor_pin_task() - likewise, another task; 0: the calling thread */
int processor_pin_task(pid_t tid, unsigned int cpu);

/** processor_set_online() - bring it online, or take it offline; 0 or -errno */
int processor_set_online(unsigned int cpu, bool online);

/** processor_is_online() - whether it is */
bool processor_is_online(unsigned int cpu);

/** processor_node() - the NUMA node of one that was online, or -ENOENT */
int processor_node(unsigned int cpu);

#endif /* _SELFTESTS_LIB_PROCESSOR_H */
