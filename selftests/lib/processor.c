// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processors: choose where the calling thread runs.
 */
#include <errno.h>
#include <sched.h>

#include "lib/processor.h"

int processor_pin(unsigned int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	return sched_setaffinity(0, sizeof(cpus), &cpus) ? -errno : 0;
}
