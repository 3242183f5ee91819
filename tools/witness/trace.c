// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own trace of sock:inet_sock_set_state: makes, reads and removes an
 * instance of tracefs.
 *
 * Knows files; trace_format knows the layout of their content.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/compiler.h"
#include "sys/directory.h"
#include "witness/trace.h"
#include "witness/trace_format.h"

#define TRACEFS "/sys/kernel/tracing"
#define EVENT "events/sock/inet_sock_set_state"
#define INSTANCES_DIR "instances"
/* Names that are tried for the instance. */
#define INSTANCES 16
/* For each CPU: some 20000 events between two reads. */
#define BUFFER_KB "2048"

/**
 * struct trace_cpu - one CPU's part of the buffer
 * @cpu: its number
 * @fd: of trace_pipe_raw
 */
struct trace_cpu {
	unsigned int cpu;
	int fd;
};

struct trace_witness {
	int tracefs;
	int instance;
	char name[48];
	struct trace_format format;
	struct trace_cpu *cpus;
	unsigned int cpu_count;
	uint64_t damaged;
	uint64_t missed;
	void (*receive)(void *ctx, const struct trace_event *e);
	void *ctx;
	unsigned char page[TRACE_PAGE_MAX];
};

static int read_file(int dir, const char *path, char *text, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t got = 1;

	if (fd < 0)
		return -errno;
	while (got > 0 && len + 1 < size) {
		got = read(fd, text + len, size - 1 - len);
		if (got > 0)
			len += (size_t)got;
	}
	close(fd);
	text[len] = '\0';
	return got < 0 ? -EIO : 0;
}

static int write_file(int dir, const char *path, const char *text)
{
	int fd = openat(dir, path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/* The one that is mounted, or one that no other process sees. */
static int open_tracefs(void)
{
	int fd = open(TRACEFS, O_RDONLY | O_DIRECTORY | O_CLOEXEC), context;
	struct statfs fs;

	if (fd >= 0 && !fstatfs(fd, &fs) && fs.f_type == TRACEFS_MAGIC)
		return fd;
	if (fd >= 0)
		close(fd);
	context = fsopen("tracefs", FSOPEN_CLOEXEC);
	if (context < 0)
		return -errno;
	fd = fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	if (!fd)
		fd = fsmount(context, FSMOUNT_CLOEXEC, 0);
	if (fd < 0)
		fd = -errno;
	close(context);
	return fd;
}

static int open_cpu(struct trace_witness *w, int dir, const char *name)
{
	struct trace_cpu *cpus, cpu;
	char path[64];

	if (sscanf(name, "cpu%u", &cpu.cpu) != 1)
		return 0;
	snprintf(path, sizeof(path), "cpu%u/trace_pipe_raw", cpu.cpu);
	cpu.fd = openat(dir, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (cpu.fd < 0)
		return -errno;
	cpus = realloc(w->cpus, (w->cpu_count + 1) * sizeof(*cpus));
	if (!cpus) {
		close(cpu.fd);
		return -ENOMEM;
	}
	w->cpus = cpus;
	w->cpus[w->cpu_count++] = cpu;
	return 0;
}

static int open_cpus(struct trace_witness *w)
{
	DIR *dir = directory_open(w->instance, "per_cpu");
	struct dirent *entry;
	int ret = 0;

	if (!dir)
		return -errno;
	while (!ret && (entry = readdir(dir)))
		ret = open_cpu(w, dirfd(dir), entry->d_name);
	closedir(dir);
	return ret;
}

static int read_formats(struct trace_witness *w)
{
	char text[4096];
	int ret = read_file(w->tracefs, "events/header_page", text,
			    sizeof(text));

	if (!ret)
		ret = trace_format_page(&w->format, text);
	if (!ret)
		ret = read_file(w->instance, EVENT "/format", text,
				sizeof(text));
	return ret ? ret : trace_format_event(&w->format, text);
}

/* A lock shows that the process lives, whichever PID namespace it is in. */
static void remove_if_stale(int dir, const char *name)
{
	int pid, number, fd;

	if (sscanf(name, "tcpclose-%d-%d", &pid, &number) != 2)
		return;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	/* One whose files are open is not removed: EBUSY. */
	if (!flock(fd, LOCK_EX | LOCK_NB))
		unlinkat(dir, name, AT_REMOVEDIR);
	close(fd);
}

/* What a process that was killed left behind goes on tracing. */
static void remove_stale(int tracefs)
{
	DIR *dir = directory_open(tracefs, INSTANCES_DIR);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		remove_if_stale(dirfd(dir), entry->d_name);
	closedir(dir);
}

/* Return: 0, -EEXIST if the name is taken, or another -errno */
static int try_instance(struct trace_witness *w)
{
	if (mkdirat(w->tracefs, w->name, 0700))
		return -errno;
	w->instance = openat(w->tracefs, w->name,
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* Another process may have removed it before it was locked. */
	if (w->instance >= 0 && !flock(w->instance, LOCK_SH | LOCK_NB) &&
	    !faccessat(w->instance, "trace_clock", F_OK, 0))
		return 0;
	if (w->instance < 0 && errno != ENOENT)
		return -errno;
	if (w->instance >= 0)
		close(w->instance);
	w->instance = -1;
	return -EEXIST;
}

static int make_instance(struct trace_witness *w)
{
	unsigned int i;
	int ret = -EEXIST;

	remove_stale(w->tracefs);
	/* A name may be taken, by a process of another namespace. */
	for (i = 0; ret == -EEXIST && i < INSTANCES; i++) {
		snprintf(w->name, sizeof(w->name),
			 INSTANCES_DIR "/tcpclose-%d-%u", (int)getpid(), i);
		ret = try_instance(w);
	}
	return ret;
}

static int set_up(struct trace_witness *w)
{
	int ret = write_file(w->instance, "buffer_size_kb", BUFFER_KB);

	if (!ret)
		ret = write_file(w->instance, "trace_clock", "mono");
	/* poll() answers as soon as there is one event: see has_events() */
	if (!ret)
		ret = write_file(w->instance, "buffer_percent", "0");
	return ret ? ret : open_cpus(w);
}

/**
 * trace_open() - make an instance that is not enabled yet
 * @result: the witness
 * @why: why it failed
 *
 * Return: 0, or -errno
 */
int trace_open(struct trace_witness **result, struct error *why)
{
	struct trace_witness *w = calloc(1, sizeof(*w));
	const char *step = "tracefs";
	int ret;

	if (!w)
		return error_set(why, -ENOMEM, "out of memory");
	w->instance = -1;
	w->tracefs = open_tracefs();
	ret = w->tracefs < 0 ? w->tracefs : 0;
	if (!ret) {
		step = "an instance of tracefs";
		ret = make_instance(w);
	}
	if (!ret) {
		step = "the format of " EVENT;
		ret = read_formats(w);
	}
	if (!ret) {
		step = "a trace buffer";
		ret = set_up(w);
	}
	if (!ret) {
		*result = w;
		return 0;
	}
	trace_close(w);
	return error_set(why, ret, "no %s: %s%s", step, strerror(-ret),
			 ret == -EPERM || ret == -EACCES ?
				 ": run it as root, without lockdown" :
				 "");
}

/**
 * trace_set_receiver() - set where events go
 * @w: the witness
 * @receive: called by trace_read() for each event
 * @ctx: its first argument
 */
void trace_set_receiver(struct trace_witness *w,
			void (*receive)(void *ctx, const struct trace_event *e),
			void *ctx)
{
	w->receive = receive;
	w->ctx = ctx;
}

/**
 * trace_enable() - trace events from now on
 * @w: the witness
 * @why: why it failed
 *
 * Return: 0, or -errno
 */
int trace_enable(struct trace_witness *w, struct error *why)
{
	int ret = write_file(w->instance, EVENT "/enable", "1");

	return ret ? error_set(why, ret, "%s cannot be enabled: %s", EVENT,
			       strerror(-ret)) :
		     0;
}

/*
 * An empty buffer must not be read: rb_get_reader_page() checks first whether all
 * of its page was read and then whether the writer has left the page. Events that
 * the writer adds in between, before it leaves, are dropped and counted nowhere; a
 * virtual CPU that is preempted there makes that a long time. poll() only checks.
 */
static bool has_events(const struct trace_cpu *cpu)
{
	struct pollfd pollfd = { .fd = cpu->fd, .events = POLLIN };

	return poll(&pollfd, 1, 0) > 0 && (pollfd.revents & POLLIN);
}

static int read_cpu(struct trace_witness *w, const struct trace_cpu *cpu)
{
	size_t size = w->format.data + w->format.room;
	ssize_t got;
	int ret;

	while (has_events(cpu)) {
		got = read(cpu->fd, w->page, size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno != EAGAIN)
			return -errno;
		if (got <= 0)
			return 0;
		ret = trace_format_parse(&w->format, w->page, (size_t)got,
					 cpu->cpu, w->receive, w->ctx);
		if (ret < 0)
			w->damaged++;
		else
			w->missed += (unsigned int)ret;
	}
	return 0;
}

/**
 * trace_read() - read the events since the last call
 * @w: the witness
 *
 * Each CPU's events come in order; one CPU comes after the other.
 *
 * Return: 0, or -errno
 */
int trace_read(struct trace_witness *w)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < w->cpu_count; i++)
		ret = read_cpu(w, &w->cpus[i]);
	return ret;
}

/**
 * trace_disable() - trace no more events; those in the buffer can be read
 * @w: the witness
 */
void trace_disable(struct trace_witness *w)
{
	write_file(w->instance, EVENT "/enable", "0");
}

/**
 * trace_lost() - events that did not fit the buffer, or could not be read
 * @w: the witness, disabled and read to its end
 *
 * What the buffer still holds then is lost, too: it cannot be read any more.
 *
 * Return: number of events; a damaged page counts as one
 */
uint64_t trace_lost(const struct trace_witness *w)
{
	static const char *const names[] = { "entries: ", "\noverrun: ",
					     "commit overrun: ",
					     "dropped events: " };
	uint64_t lost = w->damaged;
	char path[64], text[1024];
	unsigned int i, j;

	for (i = 0; i < w->cpu_count; i++) {
		snprintf(path, sizeof(path), "per_cpu/cpu%u/stats",
			 w->cpus[i].cpu);
		if (read_file(w->instance, path, text, sizeof(text)))
			continue;
		for (j = 0; j < ARRAY_SIZE(names); j++) {
			const char *at = strstr(text, names[j]);

			if (at)
				lost += strtoull(at + strlen(names[j]), NULL,
						 10);
		}
	}
	/* Pages report losses, too, but not always how many. */
	return lost ? lost : w->missed;
}

/**
 * trace_close() - remove the instance
 * @w: the witness
 */
void trace_close(struct trace_witness *w)
{
	unsigned int i;

	for (i = 0; i < w->cpu_count; i++)
		close(w->cpus[i].fd);
	free(w->cpus);
	if (w->instance >= 0) {
		close(w->instance);
		unlinkat(w->tracefs, w->name, AT_REMOVEDIR);
	}
	if (w->tracefs >= 0)
		close(w->tracefs);
	free(w);
}
