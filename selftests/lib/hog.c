// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes memory, so that little is left for others.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/hog.h"
#include "lib/procfile.h"

/* The number behind a name in a file, or -errno */
static long number_of(const char *path, const char *name)
{
	char text[16384];
	const char *at;
	int length = procfile_read(path, text, sizeof(text));

	if (length < 0)
		return length;
	at = strstr(text, name);
	return at ? atol(at + strlen(name)) : -ENOENT;
}

int hog_take(struct hog *hog, long leave_kib)
{
	long kib = number_of("/proc/meminfo", "MemAvailable:") - leave_kib;
	void *memory;

	if (kib <= 0)
		return -ENOMEM;
	memory = mmap(NULL, kib * 1024, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (memory == MAP_FAILED)
		return -errno;
	hog->memory = memory;
	hog->size = kib * 1024;
	return 0;
}

void hog_release(struct hog *hog)
{
	if (hog->memory)
		munmap(hog->memory, hog->size);
	memset(hog, 0, sizeof(*hog));
}

long hog_kills(void)
{
	return number_of("/proc/vmstat", "\noom_kill ");
}
