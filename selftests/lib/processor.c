// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processors: which are online, and where the calling thread runs.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/processor.h"
#include "lib/procfile.h"

#define PATH_SIZE 80

/* As many as any kernel has */
#define CPUS_MAX 8192
#define NODES_MAX 1024

int processor_pin_task(pid_t tid, unsigned int cpu)
{
	cpu_set_t *cpus = CPU_ALLOC(CPUS_MAX);
	size_t size = CPU_ALLOC_SIZE(CPUS_MAX);
	int err;

	if (!cpus)
		return -ENOMEM;
	CPU_ZERO_S(size, cpus);
	CPU_SET_S(cpu, size, cpus);
	err = sched_setaffinity(tid, size, cpus) ? -errno : 0;
	CPU_FREE(cpus);
	return err;
}

int processor_pin(unsigned int cpu)
{
	return processor_pin_task(0, cpu);
}

static const char *online_file(char path[PATH_SIZE], unsigned int cpu)
{
	snprintf(path, PATH_SIZE, "/sys/devices/system/cpu/cpu%u/online", cpu);
	return path;
}

int processor_set_online(unsigned int cpu, bool online)
{
	char path[PATH_SIZE];

	return procfile_write(online_file(path, cpu), online ? "1" : "0");
}

bool processor_is_online(unsigned int cpu)
{
	char path[PATH_SIZE];

	/* The first one cannot go offline, and then has no such file. */
	return procfile_number(online_file(path, cpu)) == 1 || !cpu;
}

int processor_node(unsigned int cpu)
{
	char path[PATH_SIZE];
	int node;

	for (node = 0; node < NODES_MAX; node++) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/node%d", cpu, node);
		if (!access(path, F_OK))
			return node;
	}
	return -ENOENT;
}
