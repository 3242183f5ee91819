// SPDX-License-Identifier: GPL-2.0-only
/*
 * Common parts of all synthetic recordings.
 */
#include <stdio.h>
#include <string.h>

#include <tcpclose.h>

#include "host/lib/synthetic.h"

void synthetic_header(struct recording_header *h, uint32_t own_netns)
{
	memset(h, 0, sizeof(*h));
	memcpy(h->magic, RECORDING_MAGIC, sizeof(h->magic));
	h->version = RECORDING_VERSION;
	h->header_size = sizeof(*h);
	h->abi_major = TCPCLOSE_ABI_MAJOR;
	h->abi_minor = TCPCLOSE_ABI_MINOR;
	h->record_size = TCPCLOSE_RECORD_SIZE;
	h->byte_order = RECORDING_BYTE_ORDER;
	h->realtime_offset_ns = SYNTHETIC_OFFSET_NS;
	h->start_ns = SYNTHETIC_START_NS;
	h->own_netns = own_netns;
	h->visible = 1;
	h->cpus = SYNTHETIC_CPUS;
	memcpy(h->release, "6.12.0-sample", sizeof("6.12.0-sample"));
}

struct recording_marker synthetic_marker(uint64_t ts_ns, unsigned int kind,
					 unsigned int cpu, uint64_t value)
{
	struct recording_marker m;

	memset(&m, 0, sizeof(m));
	m.ts_ns = ts_ns;
	m.cpu = (uint16_t)cpu;
	m.kind = (uint8_t)kind;
	m.value = value;
	return m;
}

struct recording_marker synthetic_netns(uint64_t ts_ns, uint64_t cookie,
					uint32_t inode, const char *name)
{
	struct recording_marker m = synthetic_marker(ts_ns, RECORDING_KIND_NETNS, 0, cookie);

	m.inode = inode;
	snprintf(m.name, sizeof(m.name), "%s", name);
	return m;
}
