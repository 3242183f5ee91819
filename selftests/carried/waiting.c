// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for records: blocking reads, poll and epoll, and how soon a reader is
 * woken.
 */
/* vm: --smp 1 --disruptive */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/absent.h"
#include "lib/device.h"
#include "lib/machine.h"
#include "lib/module.h"
#include "lib/namespace.h"
#include "lib/patience.h"
#include "lib/procfile.h"
#include "lib/traffic.h"

FIXTURE(waiting)
{
	int fd;
	struct device_log log;
};

FIXTURE_SETUP(waiting)
{
	self->fd = device_open(O_RDONLY);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, lseek(self->fd, 0, SEEK_END));
}

FIXTURE_TEARDOWN(waiting)
{
	device_log_free(&self->log);
	close(self->fd);
}

struct reader {
	int fd;
	pid_t tid;
	ssize_t got;
	int error;
	uint64_t done_ns;
	struct absent *absent;
	pthread_t thread;
};

static void *reader_main(void *arg)
{
	struct reader *reader = arg;
	struct tcpclose_record records[16];

	__atomic_store_n(&reader->tid, gettid(), __ATOMIC_RELEASE);
	reader->got = read(reader->fd, records, sizeof(records));
	reader->error = errno;
	reader->done_ns = now_ns();
	return NULL;
}

static bool reader_start(struct reader *reader, int fd)
{
	uint64_t deadline = now_ns() + 10000000000ULL;
	pid_t tid;

	memset(reader, 0, sizeof(*reader));
	reader->fd = fd;
	if (pthread_create(&reader->thread, NULL, reader_main, reader))
		return false;
	while (now_ns() < deadline) {
		tid = __atomic_load_n(&reader->tid, __ATOMIC_ACQUIRE);
		if (tid && procfile_sleeps_in(tid, 'S') == SYS_read)
			return true;
		sched_yield();
	}
	return false;
}

TEST_F(waiting, a_blocking_read_waits_for_the_next_record)
{
	struct reader reader;

	ASSERT_TRUE(reader_start(&reader, self->fd));
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	pthread_join(reader.thread, NULL);
	EXPECT_LE(128, reader.got);
	EXPECT_EQ(0, reader.got % 128);
}

TEST_F(waiting, all_blocked_readers_are_woken)
{
	struct reader readers[8];
	int fds[8], i;

	for (i = 0; i < 8; i++) {
		fds[i] = device_open(O_RDONLY);
		ASSERT_LE(0, fds[i]);
		ASSERT_EQ(0, lseek(fds[i], 0, SEEK_END));
		ASSERT_TRUE(reader_start(&readers[i], fds[i]));
	}
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	for (i = 0; i < 8; i++) {
		pthread_join(readers[i].thread, NULL);
		EXPECT_LE(128, readers[i].got);
		close(fds[i]);
	}
}

static void do_nothing(int signal)
{
}

TEST_F(waiting, a_signal_interrupts_a_blocking_read)
{
	struct sigaction action = { .sa_handler = do_nothing };
	struct reader reader;

	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	ASSERT_TRUE(reader_start(&reader, self->fd));
	ASSERT_EQ(0, pthread_kill(reader.thread, SIGUSR1));
	pthread_join(reader.thread, NULL);
	EXPECT_EQ(-1, reader.got);
	EXPECT_EQ(EINTR, reader.error);
}

TEST_F(waiting, a_read_continues_after_a_handler_with_sa_restart)
{
	struct sigaction action = {
		.sa_handler = do_nothing,
		.sa_flags = SA_RESTART,
	};
	struct reader reader;

	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	ASSERT_TRUE(reader_start(&reader, self->fd));
	ASSERT_EQ(0, pthread_kill(reader.thread, SIGUSR1));
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	pthread_join(reader.thread, NULL);
	EXPECT_LE(128, reader.got);
}

TEST_F(waiting, a_fatal_signal_ends_a_blocked_process)
{
	struct tcpclose_record records[16];
	uint64_t deadline = now_ns() + patience_ms(10000) * 1000000ULL;
	int status;
	pid_t child = fork();

	ASSERT_LE(0, child);
	if (!child) {
		if (read(self->fd, records, sizeof(records)) < 0)
			_exit(1);
		_exit(0);
	}
	while (procfile_sleeps_in(child, 'S') != SYS_read) {
		ASSERT_LT(now_ns(), deadline);
		usleep(1000);
	}
	ASSERT_EQ(0, kill(child, SIGKILL));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
}

TEST_F(waiting, closing_a_file_does_not_disturb_its_blocked_reader)
{
	struct reader reader;
	int fd = device_open(O_RDONLY);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, lseek(fd, 0, SEEK_END));
	ASSERT_TRUE(reader_start(&reader, fd));
	ASSERT_EQ(0, close(fd));
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	pthread_join(reader.thread, NULL);
	EXPECT_LE(128, reader.got);
}

TEST_F(waiting, poll_reports_records_that_arrive)
{
	struct pollfd ready = { .fd = self->fd, .events = POLLIN | POLLOUT };

	EXPECT_EQ(0, poll(&ready, 1, 0));
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	EXPECT_EQ(1, poll(&ready, 1, 5000));
	EXPECT_EQ(POLLIN, ready.revents);
	EXPECT_EQ(0, device_log_drain(&self->log, self->fd));
	EXPECT_EQ(0, poll(&ready, 1, 0));
}

TEST_F(waiting, epoll_reports_each_arrival_again)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC), i;

	ASSERT_LE(0, epoll);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->fd, &event));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
		EXPECT_EQ(1, epoll_wait(epoll, &event, 1, 5000));
		EXPECT_EQ(0, device_log_drain(&self->log, self->fd));
		/* The records of the second end may have arrived since */
		while (epoll_wait(epoll, &event, 1, 100) == 1)
			device_log_drain(&self->log, self->fd);
	}
	close(epoll);
}

static uint64_t last_ts_ns(const struct device_log *log)
{
	return log->records[log->count - 1].ts_ns;
}

/* Work for another thread, which may block for ever in it */
struct others {
	int fd;
	bool done;
	pthread_t thread;
};

static void *others_main(void *arg)
{
	struct others *others = arg;
	struct pollfd pollfd = { .fd = others->fd, .events = POLLIN };
	struct tcpclose_cursor cursor = {};

	if (poll(&pollfd, 1, 0) >= 0 &&
	    !ioctl(others->fd, TCPCLOSE_IOC_CURSOR, &cursor))
		__atomic_store_n(&others->done, true, __ATOMIC_RELEASE);
	return NULL;
}

static void *read_into_absent_page(void *arg)
{
	struct reader *reader = arg;

	reader->got = read(reader->fd, reader->absent->page, reader->absent->size);
	return NULL;
}

TEST_F(waiting, nobody_waits_for_a_reader_whose_buffer_is_not_there)
{
	struct absent absent;
	struct reader reader = { .fd = self->fd, .absent = &absent };
	struct others others = { .fd = self->fd };
	int i;

	ASSERT_EQ(0, absent_open(&absent));
	ASSERT_EQ(1, traffic_one(TRAFFIC_CLIENT));
	ASSERT_EQ(0, pthread_create(&reader.thread, NULL, read_into_absent_page, &reader));
	ASSERT_EQ(0, absent_wait(&absent));
	ASSERT_EQ(0, pthread_create(&others.thread, NULL, others_main, &others));
	for (i = 0; i < patience_ms(2000) && !__atomic_load_n(&others.done, __ATOMIC_ACQUIRE); i++)
		usleep(1000);
	EXPECT_TRUE(__atomic_load_n(&others.done, __ATOMIC_ACQUIRE));
	ASSERT_EQ(0, absent_supply(&absent));
	ASSERT_EQ(0, pthread_join(reader.thread, NULL));
	ASSERT_EQ(0, pthread_join(others.thread, NULL));
	EXPECT_LT(0, reader.got);
	EXPECT_TRUE(others.done);
	absent_close(&absent);
}

/* ---- a process that waits for a file's lock */

#define LOCK_CYCLES 3000
#define LOCK_TRIES 200
#define RT_RUNTIME "/proc/sys/kernel/sched_rt_runtime_us"
/* A thread that the hog keeps from running is not helped by the kernel for so long */
#define STARVED_MS 400

static void precede(int policy, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	sched_setscheduler(0, policy, &param);
}

/* A reader that skips many records that it must not see, under the file's lock */
struct slow {
	int fd;
	bool begun;
	pthread_t thread;
};

static void *skip_records(void *arg)
{
	struct tcpclose_record records[16];
	struct slow *slow = arg;

	precede(SCHED_IDLE, 0);
	lseek(slow->fd, 0, SEEK_SET);
	__atomic_store_n(&slow->begun, true, __ATOMIC_RELEASE);
	read(slow->fd, records, sizeof(records));
	return NULL;
}

/*
 * Lets nobody run that does not precede it. Not for long: who precedes it may need
 * somebody who does not, as a worker of the kernel.
 */
struct hog {
	bool stop;
	bool gave_up;
	pthread_t thread;
};

static void *spin(void *arg)
{
	struct hog *hog = arg;

	uint64_t deadline = now_ns() + 2 * STARVED_MS * 1000000ULL;

	precede(SCHED_FIFO, 10);
	while (!__atomic_load_n(&hog->stop, __ATOMIC_ACQUIRE) && !hog->gave_up)
		hog->gave_up = now_ns() >= deadline;
	return NULL;
}

typedef void (*locking_t)(int fd);

static void lock_by_poll(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	struct timespec none = {};

	ppoll(&pollfd, 1, &none, NULL);
}

static void lock_by_seek(int fd)
{
	lseek(fd, 0, SEEK_END);
}

static void lock_by_cursor(int fd)
{
	struct tcpclose_cursor cursor = {};

	ioctl(fd, TCPCLOSE_IOC_CURSOR, &cursor);
}

/* Whether a process sleeps in one of the calls above, as only a lock makes it */
static bool waits_for_lock(pid_t pid)
{
	int number = procfile_sleeps_in(pid, 'D');

	return number == SYS_ppoll || number == SYS_lseek || number == SYS_ioctl;
}

/* Whether a child ends within some time */
static bool ends(pid_t child, int ms)
{
	uint64_t deadline = now_ns() + ms * 1000000ULL;

	do {
		if (waitpid(child, NULL, WNOHANG) == child)
			return true;
		usleep(1000);
	} while (now_ns() < deadline);
	return false;
}

/*
 * Have a child wait for the lock that a starved reader holds, and kill it. Returns 1 if
 * it ends, 0 if not, -1 if it did not have to wait, or the reader was not starved.
 */
static int kill_waiting(int fd, locking_t locking, unsigned int after_us)
{
	struct slow slow = { .fd = fd };
	struct hog hog = {};
	int killed = -1;
	pid_t child;

	pthread_create(&slow.thread, NULL, skip_records, &slow);
	while (!__atomic_load_n(&slow.begun, __ATOMIC_ACQUIRE))
		usleep(10);
	usleep(after_us);
	pthread_create(&hog.thread, NULL, spin, &hog);
	child = fork();
	if (!child) {
		locking(fd);
		_exit(0);
	}
	if (!ends(child, 5)) {
		if (waits_for_lock(child)) {
			kill(child, SIGKILL);
			killed = ends(child, STARVED_MS);
		}
		__atomic_store_n(&hog.stop, true, __ATOMIC_RELEASE);
		if (killed != 1)
			waitpid(child, NULL, 0);
	}
	__atomic_store_n(&hog.stop, true, __ATOMIC_RELEASE);
	pthread_join(hog.thread, NULL);
	pthread_join(slow.thread, NULL);
	return hog.gave_up ? -1 : killed;
}

TEST_F_TIMEOUT(waiting, for_a_lock_can_be_killed, 120)
{
	static const locking_t lockings[] = { lock_by_poll, lock_by_seek, lock_by_cursor };
	int namespace, home, fd, killed, try;
	size_t i;

	/* There who waits for a lock lends its priority to the holder, which none can starve. */
	if (machine_is_realtime())
		SKIP(return, "PREEMPT_RT");
	namespace = namespace_new();
	ASSERT_LE(0, namespace);
	home = namespace_enter(namespace);
	ASSERT_LE(0, home);
	fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, namespace_leave(home));
	ASSERT_EQ(LOCK_CYCLES, traffic_run(&(struct traffic){
				       .family = AF_INET,
				       .closes = TRAFFIC_CLIENT,
				       .cycles = LOCK_CYCLES,
			       }));
	/* The kernel must not give the starved reader a part of each second */
	ASSERT_EQ(0, procfile_write(RT_RUNTIME, "-1"));
	precede(SCHED_FIFO, 20);
	for (i = 0; i < ARRAY_SIZE(lockings); i++) {
		killed = -1;
		for (try = 0; try < LOCK_TRIES && killed < 0; try++)
			killed = kill_waiting(fd, lockings[i], 20 * try);
		EXPECT_EQ(1, killed)
		TH_LOG("call %zu, after %d tries: %d", i, try, killed);
	}
	precede(SCHED_OTHER, 0);
	EXPECT_EQ(0, procfile_write(RT_RUNTIME, "950000"));
	close(fd);
	close(namespace);
}

TEST_F(waiting, a_lone_event_is_shown_within_50_ms)
{
	uint64_t best_ns = UINT64_MAX, late_ns;
	struct reader reader;
	int i;

	/* The shortest of several: a busy host may delay each one */
	for (i = 0; i < 5; i++) {
		ASSERT_TRUE(reader_start(&reader, self->fd));
		ASSERT_EQ(1, traffic_one(TRAFFIC_REFUSED));
		pthread_join(reader.thread, NULL);
		ASSERT_LE(128, reader.got);
		ASSERT_EQ(0, lseek(self->fd, 0, SEEK_SET));
		ASSERT_EQ(0, device_log_drain(&self->log, self->fd));
		late_ns = reader.done_ns - last_ts_ns(&self->log);
		if (late_ns < best_ns)
			best_ns = late_ns;
	}
	EXPECT_GT(50000000, best_ns);
}

TEST_F(waiting, a_watermark_of_one_wakes_at_once)
{
	uint64_t begin = now_ns();

	ASSERT_EQ(0, device_wakeup(self->fd, 1, 1000000));
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	EXPECT_EQ(1, device_readable_ms(self->fd, 5000));
	EXPECT_GT(900000000, now_ns() - begin);
}

TEST_F(waiting, a_reader_is_woken_after_its_delay_at_the_latest)
{
	struct reader reader;
	uint64_t begin;

	ASSERT_EQ(0, device_wakeup(self->fd, 8192, 400000));
	ASSERT_TRUE(reader_start(&reader, self->fd));
	begin = now_ns();
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	pthread_join(reader.thread, NULL);
	EXPECT_LE(128, reader.got);
	EXPECT_LT(350000000, reader.done_ns - begin);
	EXPECT_GT(2000000000, reader.done_ns - begin);
}

TEST_F(waiting, the_watermark_wakes_before_the_delay)
{
	struct reader reader;
	uint64_t begin;

	ASSERT_EQ(0, device_wakeup(self->fd, 16, 1000000));
	ASSERT_TRUE(reader_start(&reader, self->fd));
	begin = now_ns();
	ASSERT_EQ(40, traffic_run(&(struct traffic){
			      .family = AF_INET,
			      .closes = TRAFFIC_LINGER,
			      .cycles = 40,
		      }));
	pthread_join(reader.thread, NULL);
	EXPECT_LE(128, reader.got);
	EXPECT_GT(900000000, reader.done_ns - begin);
}

TEST_F(waiting, the_most_eager_reader_sets_the_pace)
{
	int eager = device_open(O_RDONLY);
	struct reader reader;
	uint64_t begin;

	ASSERT_LE(0, eager);
	ASSERT_EQ(0, device_wakeup(self->fd, 8192, 1000000));
	ASSERT_EQ(0, device_wakeup(eager, 1, 1000));
	ASSERT_TRUE(reader_start(&reader, self->fd));
	begin = now_ns();
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	pthread_join(reader.thread, NULL);
	EXPECT_GT(900000000, reader.done_ns - begin);
	close(eager);
}

TEST_F(waiting, a_closed_file_sets_the_pace_no_more)
{
	int eager = device_open(O_RDONLY);
	struct reader reader;
	uint64_t begin;

	ASSERT_LE(0, eager);
	ASSERT_EQ(0, device_wakeup(self->fd, 8192, 400000));
	ASSERT_EQ(0, device_wakeup(eager, 1, 1000));
	ASSERT_EQ(0, close(eager));
	ASSERT_TRUE(reader_start(&reader, self->fd));
	begin = now_ns();
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	pthread_join(reader.thread, NULL);
	EXPECT_LE(128, reader.got);
	EXPECT_LT(350000000, reader.done_ns - begin);
	EXPECT_GT(2000000000, reader.done_ns - begin);
}

/* ---- how often the module looks whether waiting readers have something to read */

#define INSTANCE "/sys/kernel/tracing/instances/tcpclose-looks"

static void stop_counting(void)
{
	rmdir(INSTANCE);
}

/* Trace the kernel's workers from now on */
static int count_looks(void)
{
	stop_counting();
	if (mkdir(INSTANCE, 0700))
		return -errno;
	return procfile_write(INSTANCE "/events/workqueue/workqueue_execute_start/enable", "1");
}

/* How often the worker that looks has run since then */
static int looks(void)
{
	FILE *file = fopen(INSTANCE "/trace", "re");
	char line[512];
	int count = 0;

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		count += !!strstr(line, "function wake_readers");
	fclose(file);
	return count;
}

/* Wait until there are so many looks, then see for some time whether more come */
static int settled_looks(int expected)
{
	uint64_t end = now_ns() + patience_ms(5000) * 1000000ULL;

	while (now_ns() < end && looks() < expected)
		usleep(10000);
	usleep(100000);
	return looks();
}

/*
 * A producer that does not know yet that somebody waits may miss him, so there is
 * one more look after somebody began to wait, and after a delay whose record was read
 * before its end. One, since a look costs something.
 */
TEST_F(waiting, readers_are_looked_at_once_more_after_each_change)
{
	const uint64_t delay_us = 1000000;
	int begun, after;
	uint64_t took_ns;
	int tries = 0;

	do {
		ASSERT_GT(10, tries++);
		/* Nobody has ever waited, and no earlier connection can end */
		ASSERT_EQ(0, traffic_end_leftovers());
		close(self->fd);
		ASSERT_EQ(0, module_reload(""));
		self->fd = device_open_at_end();
		ASSERT_LE(0, self->fd);
		ASSERT_EQ(0, device_wakeup(self->fd, 8192, delay_us));
		ASSERT_EQ(0, count_looks());
		EXPECT_EQ(0, device_readable_ms(self->fd, 0));
		begun = settled_looks(1);
		took_ns = now_ns();
		EXPECT_EQ(1, traffic_one(TRAFFIC_LINGER));
		EXPECT_EQ(0, device_log_drain(&self->log, self->fd));
		took_ns = now_ns() - took_ns;
		after = settled_looks(3);
		stop_counting();
		/* On a busy host the delay may end before all is read */
	} while (took_ns > delay_us * 1000 / 2);
	EXPECT_EQ(1, begun);
	EXPECT_EQ(3, after);
}

TEST_MAIN_WITH_MODULE("")
