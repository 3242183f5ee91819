// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocations that fail: one of the caller's allocations, by number, or all
 * allocations of the kernel's high-priority workers.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fault.h"
#include "lib/procfile.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define SLAB		"/sys/kernel/debug/failslab/"
#define PAGES		"/sys/kernel/debug/fail_page_alloc/"

static const struct setting {
	const char *path;
	const char *value;
} settings[] = {
	/* Allocations that may sleep can fail, too: nearly all may sleep */
	{ SLAB "ignore-gfp-wait", "N" },
	{ PAGES "ignore-gfp-wait", "N" },
	{ PAGES "ignore-gfp-highmem", "N" },
	{ PAGES "min-order", "0" },
	{ SLAB "verbose", "0" },
	{ PAGES "verbose", "0" },
	{ SLAB "probability", "0" },
	{ PAGES "probability", "0" },
	{ SLAB "times", "-1" },
	{ PAGES "times", "-1" },
	{ SLAB "task-filter", "Y" },
	{ PAGES "task-filter", "Y" },
};

bool fault_possible(void)
{
	return !access(FAIL_NTH, W_OK) && !access(SLAB "probability", W_OK) &&
	       !access(PAGES "probability", W_OK);
}

int fault_prepare(void)
{
	unsigned int i;
	int fd, err;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		err = procfile_write(settings[i].path, settings[i].value);
		if (err)
			return err;
	}
	fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int fault_arm(int fd, unsigned int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", nth);

	return pwrite(fd, text, length, 0) == length ? 0 : -errno;
}

int fault_disarm(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return -errno;
	if (fault_arm(fd, 0))
		return -errno;
	return atoi(text) != 0;
}

/* Includes kthreadd, which creates workers, so that new workers are marked as well */
static bool is_worker(const char *name)
{
	char priority;

	return (sscanf(name, "kworker/%*u:%*u%c", &priority) == 1 && priority == 'H') ||
	       !strcmp(name, "kthreadd");
}

static int mark_workers(const char *value)
{
	struct dirent *entry;
	char path[288], name[64];
	DIR *dir = opendir("/proc");

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (atoi(entry->d_name) <= 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		if (procfile_read(path, name, sizeof(name)) < 0 || !is_worker(name))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/make-it-fail", entry->d_name);
		procfile_write(path, value);
	}
	closedir(dir);
	return 0;
}

int fault_workers(bool fail)
{
	const char *probability = fail ? "100" : "0";
	int err = mark_workers(fail ? "1" : "0");

	if (!err)
		err = procfile_write(SLAB "probability", probability);
	if (!err)
		err = procfile_write(PAGES "probability", probability);
	return err;
}
