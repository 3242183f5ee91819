// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own trace of sock:inet_sock_set_state.
 *
 * Reads the binary pages, since the text has hashed pointers and rounded times.
 * Format of the pages: include/linux/ring_buffer.h and events/header_page.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/procfile.h"
#include "lib/tracefs.h"

#define INSTANCE "/sys/kernel/tracing/instances/tcpclose-test"
#define EVENT INSTANCE "/events/sock/inet_sock_set_state"

/*
 * The event's own fields. The "format" file lists them after the fields that all
 * events have; a kernel with PREEMPT_RT may have more of the latter.
 */
struct set_state {
	uint64_t skaddr;
	int32_t oldstate;
	int32_t newstate;
	uint16_t sport;
	uint16_t dport;
	uint16_t family;
	uint16_t protocol;
	uint8_t saddr[4];
	uint8_t daddr[4];
	uint8_t saddr_v6[16];
	uint8_t daddr_v6[16];
};

static_assert(sizeof(struct set_state) == 64, "no holes");

enum {
	PAGE_HEADER = 16,
	PAGE_MISSED = 1u << 31,
	PAGE_MISSED_STORED = 1u << 30,
	TYPE_DATA_MAX = 28,
	TYPE_PADDING = 29,
	TYPE_TIME_EXTEND = 30,
	TYPE_TIME_STAMP = 31,
	DELTA_BITS = 27,
};

/* The offset of those fields, or -errno */
static int find_fields(void)
{
	static const char first[] = "field:const void * skaddr;\toffset:";
	char format[4096], last[64];
	const char *found;
	int ret = procfile_read(EVENT "/format", format, sizeof(format));

	if (ret < 0)
		return ret;
	found = strstr(format, first);
	if (!found)
		return -EPROTO;
	ret = atoi(found + strlen(first));
	snprintf(last, sizeof(last), "field:__u8 daddr_v6[16];\toffset:%zu;",
		 ret + offsetof(struct set_state, daddr_v6));
	return ret > 0 && strstr(format, last) ? ret : -EPROTO;
}

int trace_start(struct trace *trace, unsigned int buffer_kb)
{
	char text[16];
	int ret;

	memset(trace, 0, sizeof(*trace));
	rmdir(INSTANCE);
	if (mkdir(INSTANCE, 0700))
		return -errno;
	ret = find_fields();
	if (ret < 0)
		return ret;
	trace->fields = ret;
	snprintf(text, sizeof(text), "%u", buffer_kb);
	ret = procfile_write(INSTANCE "/buffer_size_kb", text);
	if (!ret)
		ret = procfile_write(INSTANCE "/trace_clock", "mono");
	if (!ret)
		ret = procfile_write(EVENT "/enable", "1");
	return ret;
}

static int add(struct trace *trace, uint64_t ts_ns, const struct set_state *raw)
{
	struct trace_event *event;

	if (raw->protocol != IPPROTO_TCP)
		return 0;
	if (trace->count == trace->room) {
		size_t room = trace->room ? trace->room * 2 : 16384;

		event = realloc(trace->events, room * sizeof(*event));
		if (!event)
			return -ENOMEM;
		trace->events = event;
		trace->room = room;
	}
	event = &trace->events[trace->count++];
	memset(event, 0, sizeof(*event));
	event->ts_ns = ts_ns;
	event->socket = raw->skaddr;
	event->sport = raw->sport;
	event->dport = raw->dport;
	event->family = raw->family;
	event->oldstate = raw->oldstate;
	event->newstate = raw->newstate;
	if (raw->family == AF_INET6) {
		memcpy(event->saddr, raw->saddr_v6, 16);
		memcpy(event->daddr, raw->daddr_v6, 16);
	} else {
		memcpy(event->saddr, raw->saddr, 4);
		memcpy(event->daddr, raw->daddr, 4);
	}
	return 0;
}

static int parse_page(struct trace *trace, const unsigned char *page,
		      uint16_t id)
{
	uint32_t word, at = 0, length, type;
	const unsigned char *data = page + PAGE_HEADER;
	struct set_state raw;
	uint64_t ts_ns, commit;
	uint16_t event;
	int ret;

	memcpy(&ts_ns, page, sizeof(ts_ns));
	memcpy(&commit, page + 8, sizeof(commit));
	if (commit & PAGE_MISSED)
		trace->lost++;
	commit &= ~((uint64_t)PAGE_MISSED | PAGE_MISSED_STORED);
	while (at + 4 <= commit) {
		memcpy(&word, data + at, sizeof(word));
		type = word & 31;
		at += 4;
		memcpy(&length, data + at, sizeof(length));
		switch (type) {
		case TYPE_PADDING:
			/* A null event fills the rest of the page */
			if (!(word >> 5))
				return 0;
			at += length;
			continue;
		case TYPE_TIME_EXTEND:
			ts_ns += (word >> 5) + ((uint64_t)length << DELTA_BITS);
			at += 4;
			continue;
		case TYPE_TIME_STAMP:
			/* The upper bits are those of the previous time */
			ts_ns = (ts_ns & (31ULL << 59)) |
				((word >> 5) +
				 ((uint64_t)length << DELTA_BITS));
			at += 4;
			continue;
		case 0:
			length -= 4;
			at += 4;
			break;
		default:
			length = type * 4;
		}
		ts_ns += word >> 5;
		if (at + length > commit || length < trace->fields + sizeof(raw)) {
			trace->lost++;
			return 0;
		}
		memcpy(&event, data + at, sizeof(event));
		memcpy(&raw, data + at + trace->fields, sizeof(raw));
		at += length;
		if (event != id)
			continue;
		ret = add(trace, ts_ns, &raw);
		if (ret)
			return ret;
	}
	return 0;
}

static int read_cpu(struct trace *trace, unsigned int cpu, uint16_t id)
{
	unsigned char page[4096];
	char path[128];
	ssize_t got;
	int fd, ret = 0;

	snprintf(path, sizeof(path), INSTANCE "/per_cpu/cpu%u/trace_pipe_raw",
		 cpu);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (!ret) {
		memset(page, 0, sizeof(page));
		got = read(fd, page, sizeof(page));
		if (got <= 0)
			break;
		ret = parse_page(trace, page, id);
	}
	close(fd);
	return ret;
}

int trace_stop(struct trace *trace)
{
	long id = procfile_number(EVENT "/id");
	unsigned int cpu;
	int ret;

	ret = procfile_write(EVENT "/enable", "0");
	if (!ret && id < 0)
		ret = id;
	for (cpu = 0; !ret && cpu < sysconf(_SC_NPROCESSORS_CONF); cpu++)
		ret = read_cpu(trace, cpu, id);
	rmdir(INSTANCE);
	return ret;
}

void trace_free(struct trace *trace)
{
	free(trace->events);
	memset(trace, 0, sizeof(*trace));
}
