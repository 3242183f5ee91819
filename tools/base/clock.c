// SPDX-License-Identifier: GPL-2.0-only
/*
 * The clock of the records, as the initial time namespace has it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"

/* Inode of the first time namespace, include/linux/proc_ns.h. */
#define INITIAL_TIME_NS 0xeffffffaU

/* What the time namespace adds: the same for the whole program, set once. */
static uint64_t added_ns;

/* Return: 0, or -errno; @ns: what children's namespace adds */
static int read_offset(int64_t *ns)
{
	FILE *file = fopen("/proc/self/timens_offsets", "re");
	long long seconds, rest;
	char name[32];
	int ret = -ENODATA;

	if (!file)
		return -errno;
	while (ret && fscanf(file, "%31s %lld %lld", name, &seconds, &rest) == 3) {
		if (strcmp(name, "monotonic"))
			continue;
		*ns = seconds * (int64_t)NS_PER_S + rest;
		ret = 0;
	}
	fclose(file);
	return ret;
}

/**
 * clock_begin() - make clock_monotonic_ns() the clock of the records
 * @why: why that failed
 *
 * Without /proc, or time namespaces, it is that of the initial one already.
 *
 * Return: 0, or -errno
 */
int clock_begin(struct error *why)
{
	static const char unknown[] =
		"the clock of this time namespace cannot be compared with that of the records: %s";
	struct stat own, children;
	int64_t ns = 0;
	int ret;

	if (stat("/proc/self/ns/time", &own) || own.st_ino == INITIAL_TIME_NS)
		return 0;
	/* The offsets of children are shown, which may have another namespace. */
	if (stat("/proc/self/ns/time_for_children", &children))
		return error_set(why, -errno, unknown, strerror(errno));
	if (own.st_ino != children.st_ino)
		return error_set(why, -EXDEV, unknown, "run it as a child");
	ret = read_offset(&ns);
	if (ret)
		return error_set(why, ret, unknown, strerror(-ret));
	added_ns = (uint64_t)ns;
	return 0;
}

/**
 * clock_monotonic_ns() - CLOCK_MONOTONIC of the initial time namespace, once
 *	clock_begin() was called
 */
uint64_t clock_monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC) - added_ns;
}
