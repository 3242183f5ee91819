// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of the module's rings, as /proc/vmallocinfo shows it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ringmem.h"

/* "0x…-0x… SIZE alloc_records+0x…/0x… [tcpclose] pages=512 vmap N0=512" */
static void add(struct ringmem *memory, const char *line)
{
	const char *pages = strstr(line, " pages=");
	unsigned long count;
	unsigned int node;

	if (!strstr(line, "[tcpclose]") || !strstr(line, " vmap") || !pages)
		return;
	count = strtoul(pages + strlen(" pages="), NULL, 10);
	memory->rings++;
	memory->pages += count;
	for (node = 0; node < RINGMEM_NODES; node++) {
		char all[32];

		snprintf(all, sizeof(all), " N%u=%lu\n", node, count);
		if (strstr(line, all))
			memory->on[node]++;
	}
}

int ringmem_read(struct ringmem *memory)
{
	FILE *file = fopen("/proc/vmallocinfo", "re");
	char line[512];

	memset(memory, 0, sizeof(*memory));
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file))
		add(memory, line);
	fclose(file);
	return 0;
}

int ringmem_rings(void)
{
	struct ringmem memory;
	int err = ringmem_read(&memory);

	return err ? err : (int)memory.rings;
}
