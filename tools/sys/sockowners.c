// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes that hold sockets, by the inodes of these.
 *
 * Knows /proc/PID/fd; knows nothing of TCP. One look is for all processes, and
 * what was found is used for all sockets, as long as it is younger than the question.
 * No descriptor of another process is duplicated (pidfd_getfd()): should the process
 * close its own meanwhile, this one would end the connection.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/parse.h"
#include "sys/directory.h"
#include "sys/sockowners.h"

/* Descriptors that are remembered: 16 MiB. */
#define DESCRIPTORS_MAX (1U << 20)
/* Descriptors between two looks at the clock. */
#define AT_A_TIME 256
/* The longest look, if the caller does not say when it is urgent. */
#define SHORT_LOOK_NS (20 * NS_PER_MS)

/* Looks that find nobody cost more and more, up to so many times their time. */
#define PRICE_MAX 16

/*
 * The kernel numbers the inodes of sockets, and of other things, with one counter of 32
 * bits (get_next_ino()), so the number of a socket that was closed comes again only
 * after 2^32 others. No machine makes these within this time.
 */
#define TRUST_NS (10 * NS_PER_S)

/**
 * struct sockowners_process - a process that holds sockets
 * @comm: its name
 */
struct sockowners_process {
	char comm[SOCKOWNERS_COMM_SIZE];
};

/**
 * struct sockowners_descriptor - a descriptor of a socket
 * @inode: the socket's
 * @pid: number of the process
 * @process: its index
 * @number: the descriptor
 * @tid: thread with descriptors of its own; 0: the process
 */
struct sockowners_descriptor {
	uint32_t inode;
	uint32_t pid;
	uint32_t process;
	uint32_t number;
	uint32_t tid;
};

/**
 * sockowners_open() - begin with nothing known
 * @s: result
 * @proc: /proc, or a directory like it, for tests
 */
void sockowners_open(struct sockowners *s, const char *proc)
{
	memset(s, 0, sizeof(*s));
	s->price = 1;
	s->found = true;
	s->proc = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/**
 * sockowners_close() - forget everything
 * @s: the owners
 */
void sockowners_close(struct sockowners *s)
{
	if (s->proc >= 0)
		close(s->proc);
	free(s->processes);
	free(s->descriptors);
}

/* Make room for one more. Return: whether there is */
static bool make_room(struct sockowners *s, void **array, size_t count, size_t *room,
		      size_t size)
{
	size_t more = *room ? 2 * *room : 256;
	void *larger;

	if (count < *room)
		return true;
	larger = count < DESCRIPTORS_MAX ? realloc(*array, more * size) : NULL;
	s->full |= !larger;
	if (!larger)
		return false;
	*array = larger;
	*room = more;
	return true;
}

/* Return: number of the process or descriptor that an entry stands for; -1: none */
static int64_t number_of(const struct dirent *entry)
{
	uint64_t number;

	return parse_u64(entry->d_name, 0, INT32_MAX, &number) ? -1 : (int64_t)number;
}

/* Return: the inode of the socket that the descriptor stands for, or 0 */
static uint32_t socket_of(int fds, const char *number)
{
	static const char prefix[] = "socket:[";
	char link[32];
	uint64_t inode;
	ssize_t len = readlinkat(fds, number, link, sizeof(link));

	/* Longer ones are cut: no socket's is. */
	if (len < (ssize_t)sizeof(prefix) || len == sizeof(link) ||
	    memcmp(link, prefix, sizeof(prefix) - 1) || link[len - 1] != ']')
		return 0;
	link[len - 1] = '\0';
	return parse_u64(link + sizeof(prefix) - 1, 1, UINT32_MAX, &inode) ? 0 : (uint32_t)inode;
}

/* Return: whether the process is there, and has a name */
static bool read_comm(int process, char comm[SOCKOWNERS_COMM_SIZE])
{
	int fd = openat(process, "comm", O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return false;
	len = read(fd, comm, SOCKOWNERS_COMM_SIZE);
	close(fd);
	if (len <= 0)
		return false;
	/* There is a newline behind it, in place of the NUL. */
	comm[len - 1] = '\0';
	return comm[0];
}

static bool is_urgent(const struct sockowners *s)
{
	return s->is_urgent && s->is_urgent(s->context);
}

static bool is_in_time(const struct sockowners *s, uint64_t until_ns)
{
	return clock_monotonic_ns() < until_ns && !is_urgent(s);
}

static void add(struct sockowners *s, uint32_t inode, uint32_t pid, uint32_t tid,
		uint32_t number)
{
	if (!make_room(s, (void **)&s->descriptors, s->count, &s->room,
		       sizeof(*s->descriptors)))
		return;
	s->descriptors[s->count++] = (struct sockowners_descriptor){
		.inode = inode,
		.pid = pid,
		.process = (uint32_t)s->process_count,
		.number = number,
		.tid = tid,
	};
}

/*
 * @seen: set to their number, with the two entries that each directory has
 *
 * Return: whether there was time for all of them
 */
static bool look_at_descriptors(struct sockowners *s, int task, uint32_t pid, uint32_t tid,
				uint64_t until_ns, unsigned int *seen)
{
	DIR *dir = directory_open(task, "fd");
	struct dirent *entry;
	bool in_time = true;

	*seen = 0;
	if (!dir) {
		s->refused |= errno == EACCES;
		return true;
	}
	while (in_time && (entry = readdir(dir))) {
		uint32_t inode = socket_of(dirfd(dir), entry->d_name);

		if (inode)
			add(s, inode, pid, tid, (uint32_t)number_of(entry));
		if (!(++*seen % AT_A_TIME))
			in_time = is_in_time(s, until_ns);
	}
	closedir(dir);
	return in_time;
}

/* This directory stays that of the process, also if its number is given away. */
static int open_process(const struct sockowners *s, uint32_t pid)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", pid);
	return openat(s->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/*
 * A process whose first thread has ended: that one has no descriptors any more, the others
 * have. Return: one of these; 0: there is none, as in most of the kernel's own threads
 */
static uint32_t find_thread(int process, uint32_t pid)
{
	struct dirent *entry;
	int64_t thread = -1;
	struct stat st;
	DIR *dir;

	/* A directory has three links if there is one in it. */
	if (fstatat(process, "task", &st, AT_SYMLINK_NOFOLLOW) || st.st_nlink == 3)
		return 0;
	dir = directory_open(process, "task");
	while (dir && (thread <= 0 || thread == pid) && (entry = readdir(dir)))
		thread = number_of(entry);
	if (dir)
		closedir(dir);
	return thread > 0 && thread != pid ? (uint32_t)thread : 0;
}

static bool look_at_other_thread(struct sockowners *s, int process, uint32_t pid,
				 uint64_t until_ns)
{
	uint32_t thread = find_thread(process, pid);
	unsigned int seen;
	char name[16];
	bool in_time;
	int task;

	snprintf(name, sizeof(name), "task/%u", thread);
	task = thread ? openat(process, name, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	if (task < 0)
		return true;
	in_time = look_at_descriptors(s, task, pid, thread, until_ns, &seen);
	close(task);
	return in_time;
}

/*
 * Of a process, or of a thread (@tid).
 * @any: if the first thread has none, look at those of another one
 *
 * Return: whether there was time for all of it
 */
static bool look_at_task(struct sockowners *s, int task, uint32_t pid, uint32_t tid, bool any,
			 uint64_t until_ns)
{
	struct sockowners_process *p;
	size_t before = s->count;
	unsigned int seen;
	bool in_time;

	if (!make_room(s, (void **)&s->processes, s->process_count, &s->process_room,
		       sizeof(*p)))
		return true;
	in_time = look_at_descriptors(s, task, pid, tid, until_ns, &seen);
	if (any && in_time && seen <= 2)
		in_time = look_at_other_thread(s, task, pid, until_ns);
	p = &s->processes[s->process_count];
	if (s->count > before && read_comm(task, p->comm))
		s->process_count++;
	else
		s->count = before;
	return in_time;
}

static bool share_descriptors(uint32_t one, uint32_t other)
{
	/* What cannot be compared is taken for the usual. */
	return syscall(SYS_kcmp, one, other, KCMP_FILES, 0, 0) <= 0;
}

/*
 * Threads may have descriptors of their own (unshare(CLONE_FILES)), and those of a process
 * whose first thread has ended show in the others only.
 */
static void look_at_threads(struct sockowners *s, int process, uint32_t pid)
{
	DIR *dir = directory_open(process, "task");
	uint32_t seen = pid;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		int64_t tid = number_of(entry);
		int task;

		if (tid < 0 || tid == pid || share_descriptors(pid, (uint32_t)tid) ||
		    (seen != pid && share_descriptors(seen, (uint32_t)tid)))
			continue;
		task = openat(dirfd(dir), entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (task < 0)
			continue;
		look_at_task(s, task, pid, (uint32_t)tid, false, UINT64_MAX);
		close(task);
		seen = (uint32_t)tid;
	}
	if (dir)
		closedir(dir);
}

/* Return: whether there was time for all of it */
static bool look_at_process(struct sockowners *s, uint32_t pid, bool threads,
			    uint64_t until_ns)
{
	bool in_time;
	int fd = open_process(s, pid);

	if (fd < 0)
		return true;
	in_time = look_at_task(s, fd, pid, 0, !threads, until_ns);
	if (threads)
		look_at_threads(s, fd, pid);
	close(fd);
	return in_time;
}

static int compare(const void *one, const void *other)
{
	const struct sockowners_descriptor *a = one, *b = other;

	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

/*
 * Count the time of a look. Sockets that live for a moment only are all closed by then:
 * it is not worth looking for their owners often.
 */
static void pay(struct sockowners *s, uint64_t end_ns)
{
	if (s->found)
		s->price = 1;
	else if (s->price < PRICE_MAX)
		s->price *= 2;
	s->found = false;
	s->cost_ns = allowance_spend(&s->allowance, s->looked_ns,
				     s->looked_ns + s->price * (end_ns - s->looked_ns));
}

/*
 * Look at all processes. If there are too many for the time, the next look goes on
 * behind the last one.
 */
static void look_until(struct sockowners *s, bool threads, uint64_t until_ns)
{
	uint32_t from = s->last_pid;
	struct dirent *entry;
	DIR *dir;

	s->process_count = 0;
	s->count = 0;
	s->last_pid = 0;
	s->looks++;
	dir = directory_open(s->proc, ".");
	while (dir && !s->last_pid && (entry = readdir(dir))) {
		int64_t pid = number_of(entry);

		/* The own one has what its parent forgot to close, and ends soon. */
		if (pid <= from || pid == s->own)
			continue;
		if (!look_at_process(s, (uint32_t)pid, threads, until_ns) ||
		    !is_in_time(s, until_ns))
			s->last_pid = (uint32_t)pid;
	}
	if (dir)
		closedir(dir);
	if (s->count)
		qsort(s->descriptors, s->count, sizeof(*s->descriptors), compare);
}

static void look(struct sockowners *s)
{
	s->looked_ns = clock_monotonic_ns();
	look_until(s, false, s->looked_ns + (s->is_urgent ? ALLOWANCE_BURST_NS : SHORT_LOOK_NS));
	pay(s, clock_monotonic_ns());
}

/* Return: the first descriptor of the socket, or the end of all */
static const struct sockowners_descriptor *first_of(const struct sockowners *s,
						    uint32_t inode)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->descriptors[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return &s->descriptors[low];
}

/**
 * sockowners_read() - look at all processes, however long that takes
 * @s: the owners
 *
 * Also at threads that have descriptors of their own.
 */
void sockowners_read(struct sockowners *s)
{
	s->looked_ns = clock_monotonic_ns();
	s->last_pid = 0;
	s->full = false;
	s->refused = s->proc < 0;
	s->own = getpid();
	look_until(s, true, UINT64_MAX);
}

/**
 * sockowners_holder() - the descriptors of a socket, one by one
 * @s: the owners, after sockowners_read()
 * @inode: the socket's
 * @number: which of them, from 0
 * @holder: result
 *
 * Return: whether there are so many
 */
bool sockowners_holder(const struct sockowners *s, uint32_t inode, size_t number,
		       struct sockholder *holder)
{
	const struct sockowners_descriptor *d = first_of(s, inode) + number;

	if (d >= s->descriptors + s->count || d->inode != inode)
		return false;
	holder->pid = d->pid;
	holder->tid = d->tid;
	holder->fd = d->number;
	memcpy(holder->comm, s->processes[d->process].comm, sizeof(holder->comm));
	return true;
}

/**
 * sockowners_name() - the name of a process
 * @s: the owners
 * @pid: its number
 * @comm: result, NUL-terminated
 *
 * Return: whether there is such a process
 */
bool sockowners_name(const struct sockowners *s, uint32_t pid, char comm[SOCKOWNERS_COMM_SIZE])
{
	int fd = s->proc < 0 ? -1 : open_process(s, pid);
	bool found = fd >= 0 && read_comm(fd, comm);

	if (fd >= 0)
		close(fd);
	return found;
}

/* A process may hold a socket several times. */
static uint32_t count_others(const struct sockowners *s,
			     const struct sockowners_descriptor *d)
{
	const struct sockowners_descriptor *end = s->descriptors + s->count;
	uint32_t inode = d->inode, count = 0;

	for (; d + 1 < end && d[1].inode == inode; d++)
		count += d[1].pid != d->pid;
	return count;
}

/*
 * The process was seen to hold the socket before the moment that is asked for: whether
 * it does now. Its number may have become another's.
 */
static bool holds_still(struct sockowners *s, const struct sockowners_descriptor *d,
			struct sockowner *owner)
{
	uint64_t begin_ns = clock_monotonic_ns();
	char path[32];
	bool holds;
	int fd;

	if (!allowance_permits(&s->allowance, begin_ns, 0))
		return false;
	fd = open_process(s, owner->pid);
	if (fd < 0)
		return false;
	if (d->tid)
		snprintf(path, sizeof(path), "task/%u/fd/%u", d->tid, d->number);
	else
		snprintf(path, sizeof(path), "fd/%u", d->number);
	holds = socket_of(fd, path) == d->inode && read_comm(fd, owner->comm);
	close(fd);
	allowance_spend(&s->allowance, begin_ns, clock_monotonic_ns());
	return holds;
}

/**
 * sockowners_find() - a process that holds a socket
 * @s: the owners
 * @inode: the socket's
 * @at_ns: when the socket had that inode, CLOCK_MONOTONIC
 * @now_ns: now, or a moment ago, but after @at_ns
 * @owner: result: of several processes the one with the lowest number
 *
 * Takes a bounded part of the time; without time for it no owner is found.
 *
 * Return: whether there is one: it held the socket after @at_ns
 */
bool sockowners_find(struct sockowners *s, uint32_t inode, uint64_t at_ns,
		     uint64_t now_ns, struct sockowner *owner)
{
	const struct sockowners_descriptor *d;

	if (s->proc < 0 || at_ns + TRUST_NS < now_ns)
		return false;
	if (s->looked_ns <= at_ns &&
	    allowance_permits(&s->allowance, now_ns, s->cost_ns) && !is_urgent(s))
		look(s);
	d = first_of(s, inode);
	if (d == s->descriptors + s->count || d->inode != inode)
		return false;
	owner->pid = d->pid;
	owner->others = count_others(s, d);
	memcpy(owner->comm, s->processes[d->process].comm, sizeof(owner->comm));
	if (s->looked_ns <= at_ns && !holds_still(s, d, owner))
		return false;
	s->found = true;
	return true;
}
