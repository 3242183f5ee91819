// SPDX-License-Identifier: GPL-2.0-only
/*
 * The layout of the running kernel's trace. Pages are read in their binary form,
 * since the text form hashes pointers and rounds the time.
 *
 * Knows bytes; does no I/O.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <tcpclose.h>

#include "base/compiler.h"
#include "witness/trace_format.h"

/* include/linux/ring_buffer.h: enum ring_buffer_type. */
#define ENTRY_PADDING 29
#define ENTRY_TIME_EXTEND 30
#define ENTRY_TIME_STAMP 31
#define ENTRY_TYPE_BITS 5
#define ENTRY_DELTA_BITS 27
/* kernel/trace/ring_buffer.c: a time stamp is cut to 59 bits. */
#define STAMP_BITS 59
/* Flags above the length of a page: RB_MISSED_EVENTS, RB_MISSED_STORED. */
#define PAGE_FLAGS 0xc0000000ULL
#define PAGE_MISSED 0x80000000ULL

static const struct {
	const char *name;
	unsigned int size;
} fields[TRACE_FIELDS] = {
	[TRACE_TYPE] = { "common_type", 2 },
	[TRACE_SKADDR] = { "skaddr", 8 },
	[TRACE_OLD] = { "oldstate", 4 },
	[TRACE_NEW] = { "newstate", 4 },
	[TRACE_SPORT] = { "sport", 2 },
	[TRACE_DPORT] = { "dport", 2 },
	[TRACE_FAMILY] = { "family", 2 },
	[TRACE_PROTOCOL] = { "protocol", 2 },
	[TRACE_SADDR] = { "saddr", 4 },
	[TRACE_DADDR] = { "daddr", 4 },
	[TRACE_SADDR6] = { "saddr_v6", 16 },
	[TRACE_DADDR6] = { "daddr_v6", 16 },
};

/* Finds "field:TYPE NAME;\toffset:N;\tsize:N;", or "NAME[N];". */
static int find_field(const char *text, const char *name, unsigned int *offset,
		      unsigned int *size)
{
	size_t len = strlen(name);
	const char *at = text, *end;

	while ((at = strstr(at, name))) {
		end = at + len;
		if (*end == '[')
			end += strcspn(end, ";\n");
		if (at > text && at[-1] == ' ' && *end == ';' &&
		    sscanf(end, "; offset:%u; size:%u;", offset, size) == 2)
			return 0;
		at += len;
	}
	return -ENOENT;
}

/**
 * trace_format_event() - read the layout of the event
 * @f: result
 * @text: the event's file "format"
 *
 * Return: 0, or -EPROTO if a member is missing or has another size
 */
int trace_format_event(struct trace_format *f, const char *text)
{
	const char *id = strstr(text, "ID:");
	unsigned int i, size;

	if (!id || sscanf(id, "ID: %u", &f->id) != 1)
		return -EPROTO;
	f->size = 0;
	for (i = 0; i < TRACE_FIELDS; i++) {
		if (find_field(text, fields[i].name, &f->offset[i], &size) ||
		    size != fields[i].size || f->offset[i] > 4096)
			return -EPROTO;
		if (f->size < f->offset[i] + size)
			f->size = f->offset[i] + size;
	}
	return 0;
}

/**
 * trace_format_page() - read the layout of a page
 * @f: result
 * @text: the file "events/header_page"
 *
 * Return: 0, or -EPROTO if it is not supported
 */
int trace_format_page(struct trace_format *f, const char *text)
{
	unsigned int offset, size;

	if (find_field(text, "timestamp", &offset, &size) || offset ||
	    size != 8 || find_field(text, "commit", &f->commit, &size) ||
	    size != 8 || find_field(text, "data", &f->data, &f->room) ||
	    f->commit != 8 || f->data < 16 || f->data > 64 ||
	    f->room > TRACE_PAGE_MAX - f->data)
		return -EPROTO;
	return 0;
}

static uint16_t get16(const struct trace_format *f, const unsigned char *event,
		      enum trace_field field)
{
	uint16_t value;

	memcpy(&value, event + f->offset[field], sizeof(value));
	return value;
}

static uint32_t get32(const struct trace_format *f, const unsigned char *event,
		      enum trace_field field)
{
	uint32_t value;

	memcpy(&value, event + f->offset[field], sizeof(value));
	return value;
}

static bool decode(const struct trace_format *f, const unsigned char *event,
		   struct trace_event *e)
{
	uint16_t protocol = get16(f, event, TRACE_PROTOCOL);
	bool ipv6 = get16(f, event, TRACE_FAMILY) == AF_INET6;
	size_t len = ipv6 ? 16 : 4;

	if (get16(f, event, TRACE_TYPE) != f->id ||
	    (protocol != IPPROTO_TCP && protocol != IPPROTO_MPTCP) ||
	    get32(f, event, TRACE_OLD) >= TCPCLOSE_STATES ||
	    get32(f, event, TRACE_NEW) >= TCPCLOSE_STATES)
		return false;
	memset(e, 0, sizeof(*e));
	memcpy(&e->socket, event + f->offset[TRACE_SKADDR], sizeof(e->socket));
	e->lport = get16(f, event, TRACE_SPORT);
	e->rport = get16(f, event, TRACE_DPORT);
	e->ipv6 = ipv6;
	e->session = protocol == IPPROTO_MPTCP;
	e->old = (uint8_t)get32(f, event, TRACE_OLD);
	e->new = (uint8_t)get32(f, event, TRACE_NEW);
	memcpy(e->laddr, event + f->offset[ipv6 ? TRACE_SADDR6 : TRACE_SADDR],
	       len);
	memcpy(e->raddr, event + f->offset[ipv6 ? TRACE_DADDR6 : TRACE_DADDR],
	       len);
	return true;
}

/**
 * trace_format_parse() - read the events in a page
 * @f: its layout
 * @page: the page
 * @len: its length
 * @cpu: its CPU
 * @receive: called for each event
 * @ctx: its first argument
 *
 * Return: 0; 1 if events are missing before this page; -EPROTO if it is damaged
 */
int trace_format_parse(const struct trace_format *f, const unsigned char *page,
		       size_t len, unsigned int cpu,
		       void (*receive)(void *ctx, const struct trace_event *e),
		       void *ctx)
{
	const unsigned char *at = page + f->data, *end;
	struct trace_event e;
	uint64_t ts_ns, commit;

	if (len < f->data)
		return -EPROTO;
	memcpy(&ts_ns, page, sizeof(ts_ns));
	memcpy(&commit, page + f->commit, sizeof(commit));
	if ((commit & ~PAGE_FLAGS) > len - f->data)
		return -EPROTO;
	end = at + (commit & ~PAGE_FLAGS);
	while (end - at >= 4) {
		uint32_t word, type, delta, more = 0, size;

		memcpy(&word, at, sizeof(word));
		type = word & ((1U << ENTRY_TYPE_BITS) - 1);
		delta = word >> ENTRY_TYPE_BITS;
		at += 4;
		/* One without length fills the rest of a page. */
		if (type == ENTRY_PADDING && !delta)
			break;
		size = 4 * type;
		if (!type || type >= ENTRY_PADDING) {
			if (end - at < 4)
				return -EPROTO;
			memcpy(&more, at, sizeof(more));
			at += 4;
			size = more - 4;
		}
		switch (type) {
		case ENTRY_PADDING:
			break;
		case ENTRY_TIME_EXTEND:
			ts_ns += ((uint64_t)more << ENTRY_DELTA_BITS) + delta;
			continue;
		case ENTRY_TIME_STAMP:
			/* The upper bits are those of the time before. */
			ts_ns = (ts_ns >> STAMP_BITS << STAMP_BITS) +
				(((uint64_t)more << ENTRY_DELTA_BITS) | delta);
			continue;
		default:
			ts_ns += delta;
		}
		if (size > (size_t)(end - at))
			return -EPROTO;
		if (type < ENTRY_PADDING && size >= f->size &&
		    decode(f, at, &e)) {
			e.ts_ns = ts_ns;
			e.cpu = cpu;
			receive(ctx, &e);
		}
		at += size;
	}
	return commit & PAGE_MISSED ? 1 : 0;
}
