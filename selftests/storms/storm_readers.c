// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storm: readers are killed in any call, and all calls of the device are made at
 * the same time.
 */
/* vm: --smp 4 --limit 900 --disruptive --slow */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/storm.h"
#include "lib/traffic.h"

#define THREADS 8
#define BATCH 64

FIXTURE(storm)
{
	struct storm storm;
	/* Shared with the readers that are killed */
	unsigned int *turns;
};

FIXTURE_SETUP(storm)
{
	ASSERT_EQ(0, storm_reload("ring_records=2048"));
	ASSERT_EQ(0, storm_begin(&self->storm));
	self->turns = mmap(NULL, getpagesize(), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->turns);
}

FIXTURE_TEARDOWN(storm)
{
	munmap(self->turns, getpagesize());
}

static void count_turn(unsigned int *turns)
{
	__atomic_fetch_add(turns, 1, __ATOMIC_RELEASE);
}

/* Sometimes blocks, at other times is copying records */
static void read_for_ever(int fd, unsigned int *turns)
{
	struct tcpclose_record batch[BATCH];

	for (;; count_turn(turns))
		if (read(fd, batch, sizeof(batch)) < 0)
			_exit(1);
}

static void map_for_ever(int fd, unsigned int *turns)
{
	struct tcpclose_record record;
	struct device_map map;
	unsigned int ring;

	for (;; count_turn(turns)) {
		if (device_map_open(&map, fd))
			_exit(1);
		for (ring = 0; ring < map.geometry.rings; ring++)
			device_map_read(&map, ring, &record);
		device_map_close(&map);
	}
}

static void poll_for_ever(int fd, unsigned int *turns)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	for (;; count_turn(turns)) {
		lseek(fd, 0, SEEK_END);
		if (poll(&ready, 1, -1) < 0)
			_exit(1);
	}
}

/* Uses a new file, or the file that all readers and their parent share */
static void read_until_killed(unsigned int number, int shared, unsigned int *turns)
{
	int fd = device_open(O_RDONLY);

	if (fd < 0)
		_exit(1);
	switch (number % 4) {
	case 0:
		read_for_ever(fd, turns);
		break;
	case 1:
		map_for_ever(fd, turns);
		break;
	case 2:
		read_for_ever(shared, turns);
		break;
	default:
		poll_for_ever(fd, turns);
	}
}

/* Return: 0 if the reader was running and the signal killed it */
static int kill_one(unsigned int number, int shared, unsigned int *turns)
{
	unsigned int before = __atomic_load_n(turns, __ATOMIC_ACQUIRE);
	uint64_t deadline = now_ns() + 60000000000ULL;
	pid_t child = fork();
	int status;

	if (child < 0)
		return -errno;
	if (!child)
		read_until_killed(number, shared, turns);
	while (__atomic_load_n(turns, __ATOMIC_ACQUIRE) == before &&
	       now_ns() < deadline)
		usleep(200);
	usleep(random() % 2000);
	kill(child, SIGKILL);
	if (waitpid(child, &status, 0) != child)
		return -errno;
	return WIFSIGNALED(status) && now_ns() < deadline ? 0 : -EPROTO;
}

TEST_F_TIMEOUT(storm, of_killed_readers_leaves_nothing_behind, STORM_TIMEOUT_S)
{
	unsigned int i, kills = storm_count(1000, 100);
	struct device_log log = {};
	struct tcpclose_cursor total;
	int shared = device_open(O_RDONLY);

	ASSERT_LE(0, shared);
	ASSERT_EQ(0, lseek(shared, 0, SEEK_END));
	for (i = 0; i < kills; i++) {
		ASSERT_EQ(0, kill_one(i, shared, self->turns));
		/* Continues at the position of the killed reader */
		ASSERT_EQ(0, device_log_drain(&log, shared));
		log.count = 0;
	}
	device_log_free(&log);
	ASSERT_EQ(0, storm_end(&self->storm));
	ASSERT_EQ(0, device_totals(shared, &total));
	TH_LOG("%u killed, %ld connections, %llu records lost", kills,
	       self->storm.connections, total.lost);
	EXPECT_EQ(0, total.lost);
	EXPECT_STREQ("", storm_flaw(&self->storm));
	EXPECT_EQ(-EBUSY, module_unload());
	close(shared);
	/* No reference is left */
	EXPECT_EQ(0, module_unload());
	ASSERT_EQ(0, storm_reload("ring_records=2048"));
	EXPECT_STREQ("", storm_aftermath());
}

/**
 * struct caller - a thread that makes all calls
 * @error: -errno of the first call that should not have failed
 */
struct caller {
	pthread_t thread;
	unsigned int rounds;
	int shared;
	long error;
};

static long call_cursors(int fd)
{
	struct tcpclose_cursor total;
	long ret = device_totals(fd, &total);

	if (ret)
		return ret;
	return total.position > total.written ? -ERANGE : 0;
}

static long call_ioctls(int fd)
{
	struct tcpclose_version version;
	struct tcpclose_stats *stats = malloc(sizeof(*stats));
	struct tcpclose_hook hook = {};
	long ret;

	ret = device_ioctl(fd, TCPCLOSE_IOC_VERSION, &version);
	if (!ret)
		ret = device_stats(fd, stats);
	free(stats);
	if (!ret)
		ret = device_ioctl(fd, TCPCLOSE_IOC_HOOK, &hook);
	if (!ret)
		ret = device_wakeup(fd, 1 + random() % 256, 1 + random() % 20000);
	return ret ? ret : call_cursors(fd);
}

static long call_mapping(int fd)
{
	struct tcpclose_record record;
	struct device_map map;
	unsigned int ring, i;
	long ret = device_map_open(&map, fd);

	if (ret)
		return ret;
	for (ring = 0; ring < map.geometry.rings; ring++)
		for (i = 0; i < 4; i++)
			device_map_read(&map, ring, &record);
	device_map_close(&map);
	return 0;
}

static long call_read(int fd)
{
	struct tcpclose_record batch[BATCH];
	ssize_t got;

	if (device_readable_ms(fd, random() % 3) < 0)
		return -errno;
	got = read(fd, batch, sizeof(batch));
	return got < 0 && errno != EAGAIN ? -errno : 0;
}

/* With a new file, and with the file that all threads share */
static long call_all(struct caller *caller)
{
	int fd = device_open_at_end();
	long ret;

	if (fd < 0)
		return fd;
	ret = call_ioctls(fd);
	if (!ret)
		ret = call_ioctls(caller->shared);
	if (!ret)
		ret = call_mapping(fd);
	if (!ret)
		ret = call_read(fd);
	if (!ret)
		ret = call_read(caller->shared);
	if (!ret && lseek(fd, 0, SEEK_SET))
		ret = -errno;
	if (!ret)
		ret = call_read(fd);
	/* Unread records do not matter to this thread */
	lseek(fd, 0, SEEK_END);
	close(fd);
	return ret;
}

static void *call_again_and_again(void *arg)
{
	struct caller *caller = arg;

	while (caller->rounds-- && !caller->error)
		caller->error = call_all(caller);
	return NULL;
}

TEST_F_TIMEOUT(storm, of_all_calls_from_eight_threads_is_orderly, STORM_TIMEOUT_S)
{
	unsigned int i, rounds = storm_count(1000, 40);
	struct caller callers[THREADS] = {};
	int shared = device_open_at_end();

	ASSERT_LE(0, shared);
	for (i = 0; i < THREADS; i++) {
		callers[i].rounds = rounds;
		callers[i].shared = shared;
		ASSERT_EQ(0, pthread_create(&callers[i].thread, NULL,
					    call_again_and_again, &callers[i]));
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(callers[i].thread, NULL);
		EXPECT_EQ(0, callers[i].error);
	}
	ASSERT_EQ(0, storm_end(&self->storm));
	TH_LOG("%u threads, %u rounds, %ld connections", THREADS, rounds,
	       self->storm.connections);
	close(shared);
	EXPECT_STREQ("", storm_flaw(&self->storm));
	EXPECT_STREQ("", storm_aftermath());
	EXPECT_EQ(0, module_unload());
	ASSERT_EQ(0, module_load(""));
}

TEST_HARNESS_MAIN
