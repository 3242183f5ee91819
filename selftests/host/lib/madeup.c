// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that exists in one process only: a library for LD_PRELOAD. It replaces the
 * C library's calls by which the tool uses /dev/tcpclose, so that a test decides what
 * happens when, whatever the machine does meanwhile.
 *
 * Its records are those of a recording, with numbers of its own. The environment says
 * what else is special; times are milliseconds since the device was opened:
 *
 *	MADEUP_DEVICE		name of the device; all else is left alone
 *	MADEUP_RECORDING	the recording; unset: there are no records
 *	MADEUP_SPREAD		the records are written evenly from the open until then;
 *				unset: all were written before, with their own distances
 *	MADEUP_CONFINED		the file shows one network namespace: no mapping
 *	MADEUP_HOLE		there is no CPU of this number
 *	MADEUP_LOSE		FIRST COUNT: these records are overwritten before they are
 *				read (confined only)
 *	MADEUP_KIND		the first from this number on that opens a connection for a
 *				listener is of an unknown kind
 *	MADEUP_STALL		the first write of output returns at that time
 *	MADEUP_SLOW		each write of output after SIGINT takes so long
 *	MADEUP_INTERRUPT	SIGINT arrives at that time, while the tool waits
 *	MADEUP_STEP		the wall clock is set at that time, an hour ahead
 *	MADEUP_LOG		file that receives, at the end: the number of transitions
 *				written before SIGINT, the value of the counter
 *				FIN_WAIT1 to FIN_WAIT2 at its last reset
 *
 * The counter grows with each ioctl and each write. Knows the interface of the module
 * and the form of a recording; knows nothing of the tool.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "lib/recording.h"

#define CPUS 8u
#define SLOTS 16384u
#define HEADER_SIZE 4096u
#define RING_SIZE (HEADER_SIZE + SLOTS * TCPCLOSE_RECORD_SIZE)
#define UNKNOWN_KIND 0x30
/* As the module: younger records are not read yet. */
#define HOLD_NS NS_PER_MS
#define NEVER UINT64_MAX

struct ring {
	uint64_t written;
	uint64_t position;
	uint64_t lost;
};

static struct {
	pthread_mutex_t lock;
	int fd;
	char *map;
	uint64_t opened_ns;
	struct tcpclose_record *records;
	size_t count, written, next;
	size_t lose_first, lose_count;
	struct ring rings[CPUS];
	unsigned int hole;
	bool confined, stalled, interrupted;
	uint64_t step_ns;
	size_t before_interrupt;
	uint64_t counted, base;
} device = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.fd = -1,
	.hole = CPUS,
};

#define REAL(function) ((__typeof__(function) *)dlsym(RTLD_NEXT, #function))

/* CLOCK_MONOTONIC begins a day earlier: a recording may be older than the real boot. */
static int shifted_time(clockid_t clock, struct timespec *ts)
{
	int ret = REAL(clock_gettime)(clock, ts);

	if (clock == CLOCK_MONOTONIC)
		ts->tv_sec += 24 * 3600;
	return ret;
}

static uint64_t now_of(clockid_t clock)
{
	struct timespec ts;

	shifted_time(clock, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static void nap(uint64_t ns)
{
	struct timespec ts = {
		.tv_sec = (time_t)(ns / NS_PER_S),
		.tv_nsec = (long)(ns % NS_PER_S),
	};

	REAL(clock_nanosleep)
	(CLOCK_MONOTONIC, 0, &ts, NULL);
}

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

/* The time of an event, CLOCK_MONOTONIC */
static uint64_t moment(const char *name)
{
	uint64_t ms = number(name, NEVER);

	return ms == NEVER ? NEVER : device.opened_ns + ms * NS_PER_MS;
}

static void give_up(const char *what)
{
	fprintf(stderr, "madeup: %s: %s\n", what, strerror(errno));
	_exit(99);
}

/* The module's records of the recording; those of a CPU that does not exist are CPU 0's. */
static void load(const char *path)
{
	struct tcpclose_record r;
	FILE *file = fopen(path, "r");

	if (!file || fseek(file, sizeof(struct recording_header), SEEK_SET))
		give_up(path);
	while (fread(&r, sizeof(r), 1, file) == 1) {
		if (recording_is_marker(r.kind))
			continue;
		device.records = realloc(device.records,
					 (device.count + 1) * sizeof(r));
		if (!device.records)
			give_up("realloc");
		device.records[device.count++] = r;
	}
	fclose(file);
}

/* A listener's new socket: such openings are not always recorded. */
static bool is_missed_by_nobody(const struct tcpclose_record *r)
{
	return r->kind == TCPCLOSE_KIND_TRANSITION &&
	       TCPCLOSE_EDGE_FROM(r->edge) == TCPCLOSE_LISTEN;
}

static void prepare(void)
{
	uint64_t spread_ns = number("MADEUP_SPREAD", 0) * NS_PER_MS;
	uint64_t odd = number("MADEUP_KIND", NEVER);
	uint32_t seq[CPUS] = {};
	uint64_t shift_ns;
	size_t i;

	if (!device.count)
		return;
	shift_ns = device.opened_ns - device.records[device.count - 1].ts_ns;
	for (i = 0; i < device.count; i++) {
		struct tcpclose_record *r = &device.records[i];

		if (r->cpu >= CPUS || r->cpu == device.hole)
			r->cpu = 0;
		r->seq = seq[r->cpu]++;
		r->ts_ns = spread_ns ? device.opened_ns + (i + 1) * spread_ns /
								  device.count :
				       r->ts_ns + shift_ns;
		if (i >= odd && is_missed_by_nobody(r)) {
			r->kind = UNKNOWN_KIND;
			odd = NEVER;
		}
	}
}

/* Write what is due; the lock is held. */
static void advance(uint64_t now_ns)
{
	while (device.written < device.count &&
	       device.records[device.written].ts_ns <= now_ns) {
		const struct tcpclose_record *r = &device.records[device.written++];
		char *area = device.map + r->cpu * (size_t)RING_SIZE;
		struct tcpclose_ring_header *header = (void *)area;
		uint64_t at = device.rings[r->cpu].written++;

		header->begun = at + 1;
		memcpy(area + HEADER_SIZE + at % SLOTS * sizeof(*r), r, sizeof(*r));
		__atomic_store_n(&header->committed, at + 1, __ATOMIC_RELEASE);
	}
}

static void look(void)
{
	pthread_mutex_lock(&device.lock);
	advance(now_of(CLOCK_MONOTONIC));
	pthread_mutex_unlock(&device.lock);
}

static int open_device(void)
{
	const char *lose = getenv("MADEUP_LOSE");
	const char *path = getenv("MADEUP_RECORDING");

	device.fd = memfd_create("madeup", MFD_CLOEXEC);
	if (device.fd < 0 || ftruncate(device.fd, (off_t)CPUS * RING_SIZE))
		give_up("memfd_create");
	device.map = REAL(mmap)(NULL, (size_t)CPUS * RING_SIZE,
				PROT_READ | PROT_WRITE, MAP_SHARED, device.fd, 0);
	if (device.map == MAP_FAILED)
		give_up("mmap");
	if (lose && sscanf(lose, "%zu %zu", &device.lose_first,
			   &device.lose_count) != 2)
		give_up("MADEUP_LOSE");
	device.confined = getenv("MADEUP_CONFINED");
	device.hole = (unsigned int)number("MADEUP_HOLE", CPUS);
	if (path)
		load(path);
	device.opened_ns = now_of(CLOCK_MONOTONIC);
	device.step_ns = moment("MADEUP_STEP");
	prepare();
	return device.fd;
}

int open(const char *path, int flags, ...)
{
	const char *name = getenv("MADEUP_DEVICE");
	mode_t mode = 0;
	va_list args;

	if (name && !strcmp(path, name))
		return open_device();
	va_start(args, flags);
	if (flags & (O_CREAT | O_TMPFILE))
		mode = va_arg(args, mode_t);
	va_end(args);
	return REAL(open)(path, flags, mode);
}

static bool is_lost(size_t i)
{
	return i >= device.lose_first && i - device.lose_first < device.lose_count;
}

ssize_t read(int fd, void *to, size_t size)
{
	uint64_t now_ns;
	size_t done = 0;

	if (fd != device.fd)
		return REAL(read)(fd, to, size);
	pthread_mutex_lock(&device.lock);
	now_ns = now_of(CLOCK_MONOTONIC);
	advance(now_ns);
	while (device.next < device.written &&
	       size - done >= TCPCLOSE_RECORD_SIZE) {
		const struct tcpclose_record *r = &device.records[device.next];

		if (r->ts_ns > now_ns - HOLD_NS)
			break;
		device.rings[r->cpu].position++;
		if (is_lost(device.next++)) {
			device.rings[r->cpu].lost++;
			continue;
		}
		memcpy((char *)to + done, r, sizeof(*r));
		done += sizeof(*r);
	}
	pthread_mutex_unlock(&device.lock);
	if (done)
		return (ssize_t)done;
	errno = EAGAIN;
	return -1;
}

off_t lseek(int fd, off_t offset, int whence)
{
	unsigned int cpu;

	if (fd != device.fd)
		return REAL(lseek)(fd, offset, whence);
	look();
	device.next = whence == SEEK_END ? device.written : 0;
	for (cpu = 0; cpu < CPUS; cpu++)
		device.rings[cpu].position =
			whence == SEEK_END ? device.rings[cpu].written : 0;
	return 0;
}

static int stats(struct tcpclose_stats_request *request)
{
	struct tcpclose_stats *s = (void *)(uintptr_t)request->buf;

	memset(s, 0, request->size);
	s->since_ns = device.opened_ns;
	s->now_ns = now_of(CLOCK_MONOTONIC);
	s->transitions[TCPCLOSE_FIN_WAIT1][TCPCLOSE_FIN_WAIT2] =
		device.counted - device.base;
	if (request->flags & TCPCLOSE_STATS_RESET)
		device.base = device.counted;
	return 0;
}

static int refuse(int error)
{
	errno = error;
	return -1;
}

static int cursor(struct tcpclose_cursor *c)
{
	const struct ring *ring = &device.rings[c->cpu];

	if (c->cpu >= CPUS || c->cpu == device.hole)
		return refuse(EINVAL);
	c->position = ring->position;
	c->lost = ring->lost;
	c->written = ring->written;
	c->overwritten = 0;
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *to;

	va_start(args, request);
	to = va_arg(args, void *);
	va_end(args);
	if (fd != device.fd)
		return REAL(ioctl)(fd, request, to);
	look();
	device.counted++;
	switch (request) {
	case TCPCLOSE_IOC_VERSION:
		*(struct tcpclose_version *)to = (struct tcpclose_version){
			.abi_major = TCPCLOSE_ABI_MAJOR,
			.abi_minor = TCPCLOSE_ABI_MINOR,
			.module = "made up",
		};
		return 0;
	case TCPCLOSE_IOC_GEOMETRY:
		*(struct tcpclose_geometry *)to = (struct tcpclose_geometry){
			.abi_major = TCPCLOSE_ABI_MAJOR,
			.abi_minor = TCPCLOSE_ABI_MINOR,
			.record_size = TCPCLOSE_RECORD_SIZE,
			.ring_records = SLOTS,
			.rings = CPUS,
			.visible = !device.confined,
			.header_size = HEADER_SIZE,
			.ring_size = RING_SIZE,
			.mmap_size = (uint64_t)CPUS * RING_SIZE,
		};
		return 0;
	case TCPCLOSE_IOC_CURSOR:
		return cursor(to);
	case TCPCLOSE_IOC_WAKEUP:
		return 0;
	case TCPCLOSE_IOC_STATS:
		return stats(to);
	case TCPCLOSE_IOC_STATS_RESET:
		device.base = device.counted;
		return 0;
	case TCPCLOSE_IOC_HOOK:
		return refuse(ENOENT);
	default:
		return refuse(ENOTTY);
	}
}

/* The machine's clock, by which records are due, with the step of the wall clock */
int clock_gettime(clockid_t clock, struct timespec *ts)
{
	int ret = shifted_time(clock, ts);

	if (device.fd < 0)
		return ret;
	look();
	if (clock == CLOCK_REALTIME && device.step_ns != NEVER &&
	    now_of(CLOCK_MONOTONIC) >= device.step_ns)
		ts->tv_sec += 3600;
	return ret;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
	uint64_t until_ns = moment("MADEUP_STALL");
	uint64_t now_ns = now_of(CLOCK_MONOTONIC);

	if (fd == STDERR_FILENO || device.fd < 0)
		return REAL(write)(fd, bytes, size);
	device.counted++;
	if (device.interrupted)
		nap(number("MADEUP_SLOW", 0) * NS_PER_MS);
	if (until_ns != NEVER && !device.stalled && until_ns > now_ns)
		nap(until_ns - now_ns);
	device.stalled = true;
	return REAL(write)(fd, bytes, size);
}

static void interrupt(void)
{
	size_t i;

	if (device.interrupted ||
	    now_of(CLOCK_MONOTONIC) < moment("MADEUP_INTERRUPT"))
		return;
	look();
	device.interrupted = true;
	for (i = 0; i < device.written; i++)
		device.before_interrupt += device.records[i].kind ==
					   TCPCLOSE_KIND_TRANSITION;
	kill(getpid(), SIGINT);
}

static bool is_behind(void)
{
	unsigned int cpu;

	look();
	if (device.confined)
		return device.next < device.written &&
		       device.records[device.next].ts_ns + HOLD_NS <=
			       now_of(CLOCK_MONOTONIC);
	for (cpu = 0; cpu < CPUS; cpu++)
		if (device.rings[cpu].position < device.rings[cpu].written)
			return true;
	return false;
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
	  const sigset_t *mask)
{
	const struct timespec slice = { .tv_nsec = 5 * NS_PER_MS };
	uint64_t end_ns = NEVER;

	if (device.fd < 0 || !count)
		return REAL(ppoll)(fds, count, timeout, mask);
	if (timeout)
		end_ns = now_of(CLOCK_MONOTONIC) +
			 (uint64_t)timeout->tv_sec * NS_PER_S +
			 (uint64_t)timeout->tv_nsec;
	for (;;) {
		if (REAL(ppoll)(NULL, 0, &slice, mask) < 0)
			return -1;
		/* There is something to read by then, and something too young. */
		interrupt();
		fds->revents = is_behind() ? POLLIN : 0;
		if (fds->revents)
			return 1;
		if (now_of(CLOCK_MONOTONIC) >= end_ns)
			return 0;
	}
}

__attribute__((destructor)) static void report(void)
{
	const char *path = getenv("MADEUP_LOG");
	FILE *file;

	if (!path || device.fd < 0)
		return;
	file = fopen(path, "w");
	if (!file)
		give_up(path);
	fprintf(file, "%zu %llu\n", device.before_interrupt,
		(unsigned long long)device.base);
	fclose(file);
}
