/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layout of the running kernel's trace: its pages and the event, as tracefs
 * describes them.
 */
#ifndef TCPCLOSE_WITNESS_TRACE_FORMAT_H
#define TCPCLOSE_WITNESS_TRACE_FORMAT_H

#include "witness/trace.h"

/**
 * enum trace_field - members of the event that are needed
 */
enum trace_field {
	TRACE_TYPE,
	TRACE_SKADDR,
	TRACE_OLD,
	TRACE_NEW,
	TRACE_SPORT,
	TRACE_DPORT,
	TRACE_FAMILY,
	TRACE_PROTOCOL,
	TRACE_SADDR,
	TRACE_DADDR,
	TRACE_SADDR6,
	TRACE_DADDR6,
	TRACE_FIELDS,
};

/**
 * struct trace_format - layout of pages and event
 * @id: number of the event
 * @size: length of the event, up to the end of its last member that is needed
 * @offset: offsets of the members in the event
 * @commit: offset of the page's length
 * @data: offset of the page's first event
 * @room: bytes for events in a page
 */
struct trace_format {
	unsigned int id;
	unsigned int size;
	unsigned int offset[TRACE_FIELDS];
	unsigned int commit;
	unsigned int data;
	unsigned int room;
};

/* Longer than any page of a trace: sub-buffers can be made of several pages. */
#define TRACE_PAGE_MAX 65536

int trace_format_event(struct trace_format *f, const char *text);
int trace_format_page(struct trace_format *f, const char *text);
int trace_format_parse(const struct trace_format *f, const unsigned char *page,
		       size_t len, unsigned int cpu,
		       void (*receive)(void *ctx, const struct trace_event *e),
		       void *ctx);

#endif /* TCPCLOSE_WITNESS_TRACE_FORMAT_H */
