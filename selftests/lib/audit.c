// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks every reader of the device: each record that a test reads is counted,
 * and the sum must agree with the module's when the file is closed or the program
 * ends. The linker puts this in front of the C library's calls (--wrap in the
 * Makefile), so no test can forget it.
 *
 * For each CPU: written == delivered + lost. "Delivered" is what was counted
 * here, by the records' own numbers; "written" and "lost" are the module's. Unread
 * records are read at the end. If a process was killed within read(), the number of
 * records that it received is unknown, but no larger than the number requested.
 *
 * Knows files and sequence numbers; knows nothing of the records' content.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/audit.h"
#include "tcpclose.h"

#define ACCOUNTS	4096
#define RINGS		256
#define FILES		65536
#define BATCH		256

/* How long to wait for the last records, which are held back for 1 ms */
#define DRAIN_TRIES	2000
#define DRAIN_WAIT_MS	5

/**
 * struct ring_account - one CPU's records, as one open file received them
 * @start: number of the first record that the file can receive
 * @lost: records that the file had lost before
 * @delivered: records that the file received
 * @next: number after the newest record received
 */
struct ring_account {
	uint64_t start;
	uint64_t lost;
	uint64_t delivered;
	uint64_t next;
};

/**
 * struct account - counters of an open file, for all processes that share it
 * @users: descriptors of all processes; 0: this account is free
 * @asked: records that unfinished calls of read() have room for
 * @reads: calls of read()
 * @together: two calls ran at the same time, so their order is unknown
 * @whole: the file shows the whole machine
 */
struct account {
	unsigned int users;
	uint64_t asked;
	unsigned int reads;
	bool together;
	bool whole;
	unsigned int rings;
	struct ring_account ring[RINGS];
};

/* Shared with forked processes, as the open files are */
static struct account *accounts;
/* Private to each process: number of the account, plus 1 */
static uint16_t account_of[FILES];
static int highest = -1;

int __real_open(const char *path, int flags, ...);
int __real_close(int fd);
int __real_dup(int fd);
ssize_t __real_read(int fd, void *to, size_t size);
off_t __real_lseek(int fd, off_t offset, int whence);
void __real__exit(int status) __attribute__((noreturn));

int __wrap_open(const char *path, int flags, ...);
int __wrap_close(int fd);
int __wrap_dup(int fd);
ssize_t __wrap_read(int fd, void *to, size_t size);
off_t __wrap_lseek(int fd, off_t offset, int whence);
void __wrap__exit(int status) __attribute__((noreturn));

void audit_fail(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	dprintf(STDERR_FILENO, "# audit: %s\n", text);
	abort();
}

static struct account *find(int fd)
{
	if (fd < 0 || fd >= FILES || !account_of[fd])
		return NULL;
	return &accounts[account_of[fd] - 1];
}

static bool cursor_of(int fd, unsigned int cpu, struct tcpclose_cursor *cursor)
{
	*cursor = (struct tcpclose_cursor){ .cpu = cpu };
	if (!ioctl(fd, TCPCLOSE_IOC_CURSOR, cursor))
		return true;
	/* A hole in the numbering of CPUs */
	if (errno != EINVAL)
		audit_fail("CPU %u: no cursor: %s", cpu, strerror(errno));
	return false;
}

/* Count from here, the file's present position */
static void begin(struct account *account, int fd)
{
	struct tcpclose_cursor cursor;
	unsigned int cpu;

	for (cpu = 0; cpu < account->rings; cpu++) {
		if (!cursor_of(fd, cpu, &cursor))
			continue;
		account->ring[cpu] = (struct ring_account){
			.start = cursor.position,
			.lost = cursor.lost,
			.next = cursor.position,
		};
	}
}

static void bind_account(int fd, unsigned int number)
{
	account_of[fd] = number;
	if (fd > highest)
		highest = fd;
}

static void open_account(int fd)
{
	struct tcpclose_geometry geometry;
	unsigned int i;

	if (fd >= FILES || ioctl(fd, TCPCLOSE_IOC_GEOMETRY, &geometry))
		return;
	if (geometry.rings > RINGS)
		audit_fail("%u CPUs, %u at most", geometry.rings, RINGS);
	for (i = 0; i < ACCOUNTS; i++) {
		struct account *account = &accounts[i];
		unsigned int none = 0;

		if (!__atomic_compare_exchange_n(&account->users, &none, 1, false,
						 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			continue;
		account->asked = 0;
		account->reads = 0;
		account->together = false;
		account->whole = geometry.visible;
		account->rings = geometry.rings;
		begin(account, fd);
		bind_account(fd, i + 1);
		return;
	}
	audit_fail("%u files at a time, at most", ACCOUNTS);
}

static void enter(struct account *account, const struct tcpclose_record *record)
{
	struct ring_account *ring = &account->ring[record->cpu];
	uint64_t next = __atomic_load_n(&ring->next, __ATOMIC_RELAXED), number;
	int32_t ahead;

	if (record->cpu >= account->rings)
		audit_fail("a record of CPU %u", record->cpu);
	do {
		ahead = record->seq - (uint32_t)next;
		if (ahead < 0 && !account->together)
			audit_fail("CPU %u: number %u after %u", record->cpu,
				   record->seq, (uint32_t)next - 1);
		number = next + ahead + 1;
	} while (ahead >= 0 &&
		 !__atomic_compare_exchange_n(&ring->next, &next, number, false,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	__atomic_fetch_add(&ring->delivered, 1, __ATOMIC_RELAXED);
}

static ssize_t read_and_count(struct account *account, int fd, void *to, size_t size)
{
	const struct tcpclose_record *record = to;
	uint64_t asked = size / sizeof(*record);
	ssize_t got, i;
	int err;

	if (__atomic_fetch_add(&account->asked, asked, __ATOMIC_SEQ_CST))
		account->together = true;
	got = __real_read(fd, to, size);
	err = errno;
	if (got > 0 && got % sizeof(*record))
		audit_fail("%zd bytes are no whole records", got);
	for (i = 0; i < got / (ssize_t)sizeof(*record); i++)
		enter(account, &record[i]);
	__atomic_fetch_add(&account->reads, 1, __ATOMIC_RELAXED);
	/* Release: a process that reads asked == 0 also sees what was entered above */
	__atomic_fetch_sub(&account->asked, asked, __ATOMIC_RELEASE);
	errno = err;
	return got;
}

/* Reads may be under way: the account is read before and after the cursor */
static void check_ring(const struct account *account, int fd, unsigned int cpu)
{
	const struct ring_account *ring = &account->ring[cpu];
	uint64_t before = __atomic_load_n(&ring->delivered, __ATOMIC_ACQUIRE);
	uint64_t next = __atomic_load_n(&ring->next, __ATOMIC_ACQUIRE);
	uint64_t least, most, asked, lost;
	struct tcpclose_cursor cursor;

	if (!cursor_of(fd, cpu, &cursor))
		return;
	asked = __atomic_load_n(&account->asked, __ATOMIC_ACQUIRE);
	lost = cursor.lost - ring->lost;
	least = ring->start + lost + before;
	most = ring->start + lost + asked +
	       __atomic_load_n(&ring->delivered, __ATOMIC_ACQUIRE);
	/* Records of other namespaces are skipped, and not counted */
	if (cursor.position < least || (account->whole && cursor.position > most))
		audit_fail("CPU %u: of records %llu to %llu %llu delivered, %llu lost",
			   cpu, (unsigned long long)ring->start, cursor.position,
			   (unsigned long long)before, (unsigned long long)lost);
	if (next > cursor.position || cursor.position > cursor.written)
		audit_fail("CPU %u: %llu written, position %llu, but %llu delivered",
			   cpu, cursor.written, cursor.position,
			   (unsigned long long)next);
}

static void check(const struct account *account, int fd)
{
	unsigned int cpu;

	for (cpu = 0; cpu < account->rings; cpu++)
		check_ring(account, fd, cpu);
}

static bool is_behind(const struct account *account, int fd, const uint64_t *end)
{
	struct tcpclose_cursor cursor;
	unsigned int cpu;

	for (cpu = 0; cpu < account->rings; cpu++) {
		if (cursor_of(fd, cpu, &cursor) && cursor.position < end[cpu])
			return true;
	}
	return false;
}

/* Every record written so far must be delivered or counted as lost */
static void drain(struct account *account, int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	struct tcpclose_record batch[BATCH];
	struct tcpclose_cursor cursor;
	uint64_t end[RINGS] = {};
	unsigned int cpu, tries = 0;

	for (cpu = 0; cpu < account->rings; cpu++) {
		if (cursor_of(fd, cpu, &cursor))
			end[cpu] = cursor.written;
	}
	while (is_behind(account, fd, end)) {
		if (poll(&ready, 1, DRAIN_WAIT_MS) == 1)
			read_and_count(account, fd, batch, sizeof(batch));
		else if (++tries == DRAIN_TRIES)
			audit_fail("records that were written cannot be read");
	}
}

static void close_account(int fd)
{
	struct account *account = find(fd);

	if (!account)
		return;
	/* Another process continues to read, or was killed before it could count */
	if (account->users == 1 && account->reads && !account->asked)
		drain(account, fd);
	check(account, fd);
	account_of[fd] = 0;
	__atomic_fetch_sub(&account->users, 1, __ATOMIC_ACQ_REL);
}

int __wrap_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;
	int fd;

	if (flags & (O_CREAT | __O_TMPFILE)) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	fd = __real_open(path, flags, mode);
	if (fd >= 0 && !strcmp(path, TCPCLOSE_DEVICE))
		open_account(fd);
	return fd;
}

int __wrap_close(int fd)
{
	close_account(fd);
	return __real_close(fd);
}

int __wrap_dup(int fd)
{
	struct account *account = find(fd);
	int copy = __real_dup(fd);

	if (account && copy >= 0 && copy < FILES) {
		__atomic_fetch_add(&account->users, 1, __ATOMIC_ACQ_REL);
		bind_account(copy, account_of[fd]);
	}
	return copy;
}

ssize_t __wrap_read(int fd, void *to, size_t size)
{
	struct account *account = find(fd);

	return account ? read_and_count(account, fd, to, size) :
			 __real_read(fd, to, size);
}

off_t __wrap_lseek(int fd, off_t offset, int whence)
{
	struct account *account = find(fd);
	off_t ret;

	if (!account)
		return __real_lseek(fd, offset, whence);
	/* This query makes the module count records that it would skip as lost */
	if (account->reads)
		check(account, fd);
	ret = __real_lseek(fd, offset, whence);
	if (ret >= 0)
		begin(account, fd);
	return ret;
}

static void close_all(void)
{
	int fd;

	for (fd = 0; fd <= highest; fd++)
		close_account(fd);
}

void __wrap__exit(int status)
{
	close_all();
	__real__exit(status);
}

/* Before the child exists: the parent might close the file first */
static void share_all(void)
{
	int fd;

	for (fd = 0; fd <= highest; fd++) {
		if (account_of[fd])
			__atomic_fetch_add(&find(fd)->users, 1, __ATOMIC_ACQ_REL);
	}
}

static void __attribute__((constructor)) audit_init(void)
{
	accounts = mmap(NULL, ACCOUNTS * sizeof(*accounts), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (accounts == MAP_FAILED || pthread_atfork(share_all, NULL, NULL) ||
	    atexit(close_all)) {
		perror("audit");
		abort();
	}
}
