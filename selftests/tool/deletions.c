// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording of a real server: verify notices each transition that is taken out of it,
 * but the last one of a connection that may well stay as it is.
 *
 * vm: --icount --smp 1 --slow
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/net.h"
#include "lib/patience.h"
#include "lib/recording.h"

#define RECORDING "/tmp/server.rec"
#define CHANGED "/tmp/changed.rec"
#define PORT 8080
#define REQUESTS 30
#define RECORDS_MAX 4096
/* Longer than a TIME_WAIT, and how late its timer may be */
#define AFTERWARDS_S 80

union entry {
	struct recording_marker m;
	struct tcpclose_record r;
	struct tcpclose_detail d;
};

struct recorded {
	struct recording_header header;
	union entry entries[RECORDS_MAX];
};

static size_t size_of(size_t count)
{
	return sizeof(struct recording_header) + count * sizeof(union entry);
}

static pid_t start(char *const *argv)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	execvp(argv[0], argv);
	_exit(127);
}

/* Until the recorder has opened the device, and then the file */
static int await_file(const char *path)
{
	int ms;

	for (ms = 0; ms < patience_ms(10000); ms += 10) {
		if (!access(path, F_OK))
			return 0;
		usleep(10000);
	}
	return -ETIMEDOUT;
}

/* Clients that read the answer, do not wait for it, or give up */
static int request(int way)
{
	union net_addr addr = net_loopback(AF_INET, PORT);
	static const char text[] = "GET /page HTTP/1.0\r\n\r\n";
	char answer[4096];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, &addr.sa, sizeof(addr.in)) ||
	    write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return -errno;
	if (way % 5 == 3)
		return net_abort(fd);
	if (way % 5 == 4)
		return close(fd);
	while (read(fd, answer, sizeof(answer)) > 0)
		;
	return close(fd);
}

FIXTURE(deletions)
{
	struct recorded *all, *changed;
	size_t count;
};

FIXTURE_SETUP(deletions)
{
	char *const server[] = { "busybox", "httpd", "-f", "-p", "8080", "-h", "/tmp/site", NULL };
	char *const recorder[] = { "tcpclose", "record", RECORDING, NULL };
	pid_t serving, recording;
	int i, fd, status, tries;
	ssize_t got;

	self->all = calloc(1, sizeof(*self->all));
	self->changed = calloc(1, sizeof(*self->changed));
	ASSERT_TRUE(self->all && self->changed);
	ASSERT_EQ(0, net_run("mkdir -p /tmp/site && seq 1 300 >/tmp/site/page"));
	serving = start(server);
	recording = start(recorder);
	ASSERT_EQ(0, await_file(RECORDING));
	for (tries = 0; tries < 200 && request(0); tries++)
		usleep(50000);
	for (i = 0; i < REQUESTS; i++)
		ASSERT_EQ(0, request(i));
	sleep(AFTERWARDS_S);
	ASSERT_EQ(0, request(0));
	sleep(1);
	ASSERT_EQ(0, kill(recording, SIGTERM));
	ASSERT_EQ(recording, waitpid(recording, &status, 0));
	ASSERT_EQ(0, status);
	kill(serving, SIGTERM);
	ASSERT_EQ(serving, waitpid(serving, NULL, 0));
	fd = open(RECORDING, O_RDONLY | O_CLOEXEC);
	got = read(fd, self->all, sizeof(*self->all));
	close(fd);
	ASSERT_LT(sizeof(struct recording_header), got);
	ASSERT_GT(sizeof(*self->all), got);
	self->count = (got - sizeof(struct recording_header)) / sizeof(union entry);
}

FIXTURE_TEARDOWN(deletions)
{
	unlink(RECORDING);
	unlink(CHANGED);
	free(self->all);
	free(self->changed);
}

static bool is_last(FIXTURE_DATA(deletions) * self, size_t i)
{
	__u64 cookie = self->all->entries[i].r.cookie;

	while (++i < self->count)
		if (self->all->entries[i].r.kind == TCPCLOSE_KIND_TRANSITION &&
		    self->all->entries[i].r.cookie == cookie)
			return false;
	return true;
}

/* Whether its connection may stay for any time as it was before this one */
static bool may_be_missing(FIXTURE_DATA(deletions) * self, size_t i)
{
	const struct tcpclose_record *r = &self->all->entries[i].r;
	__u64 left_ns = self->all->entries[self->count - 1].r.ts_ns - r->ts_ns;

	if (!is_last(self, i))
		return false;
	/* What a mini-socket's timer allows, behind what it waited until then */
	return TCPCLOSE_EDGE_FROM(r->edge) != TCPCLOSE_TIME_WAIT || left_ns < 10000000000ULL;
}

/* Without transition @i and its details, as if they had never been written */
static int write_without(FIXTURE_DATA(deletions) * self, size_t i)
{
	const union entry *from = self->all->entries;
	union entry *to = self->changed->entries;
	unsigned int cpu = from[i].r.cpu, gone = 0;
	size_t j, count = 0;
	int fd;

	self->changed->header = self->all->header;
	for (j = 0; j < self->count; j++) {
		if (j == i || (j + 1 == i && from[j].d.kind == TCPCLOSE_KIND_DETAIL &&
			       from[j].d.cookie == from[i].r.cookie)) {
			gone++;
			continue;
		}
		to[count] = from[j];
		if (!recording_is_marker(to[count].m.kind) && to[count].r.cpu == cpu)
			to[count].r.seq -= gone;
		count++;
	}
	fd = open(CHANGED, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, self->changed, size_of(count)) != (ssize_t)size_of(count))
		return -EIO;
	return close(fd);
}

TEST_F_TIMEOUT(deletions, are_noticed, 300)
{
	unsigned int tried = 0, ends = 0;
	size_t i;

	ASSERT_EQ(0, net_run("tcpclose verify --input " RECORDING " >/tmp/verdict"));
	for (i = 0; i < self->count; i++) {
		const struct tcpclose_record *r = &self->all->entries[i].r;

		if (r->kind != TCPCLOSE_KIND_TRANSITION || may_be_missing(self, i))
			continue;
		ASSERT_EQ(0, write_without(self, i));
		EXPECT_EQ(0, net_run("tcpclose verify --input " CHANGED " >/tmp/out; test $? = 1"))
		TH_LOG("entry %zu of %zu, %u to %u of cookie %llu", i, self->count,
		       TCPCLOSE_EDGE_FROM(r->edge), TCPCLOSE_EDGE_TO(r->edge), r->cookie);
		tried++;
		ends += is_last(self, i);
	}
	EXPECT_LT(100, tried);
	EXPECT_LT(10, ends);
}

TEST_HARNESS_MAIN
