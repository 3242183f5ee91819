// SPDX-License-Identifier: GPL-2.0-only
/*
 * Thousands of files that are waited for: all waiters are woken, and meanwhile no other
 * thread has to wait for long.
 *
 * The clock counts instructions, so times do not depend on the host.
 *
 * vm: --icount --smp 1
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/patience.h"
#include "lib/traffic.h"

/* Each set waits for each file: 32,000 waiters. */
#define FILES 4000
#define SETS 8
#define DELAY_US 300000
#define PERIOD_NS 100000ULL
/* At most so late may a thread run that precedes all others */
#define LATE_MAX_NS (patience_ms(500) * 1000ULL)

FIXTURE(crowd)
{
	int files[FILES];
	int sets[SETS];
};

FIXTURE_SETUP(crowd)
{
	struct rlimit limit = { .rlim_cur = FILES + 100, .rlim_max = FILES + 100 };
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int i, set;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	for (set = 0; set < SETS; set++) {
		self->sets[set] = epoll_create1(EPOLL_CLOEXEC);
		ASSERT_LE(0, self->sets[set]);
	}
	for (i = 0; i < FILES; i++) {
		self->files[i] = device_open_at_end();
		ASSERT_LE(0, self->files[i]);
		ASSERT_EQ(0, device_wakeup(self->files[i], 1 << 12, DELAY_US));
		event.data.u32 = i;
		for (set = 0; set < SETS; set++)
			ASSERT_EQ(0, epoll_ctl(self->sets[set], EPOLL_CTL_ADD,
					       self->files[i], &event));
	}
}

FIXTURE_TEARDOWN(crowd)
{
	int i;

	for (i = 0; i < SETS; i++)
		close(self->sets[i]);
	for (i = 0; i < FILES; i++)
		close(self->files[i]);
}

struct watch {
	bool stop;
	uint64_t latest_ns;
	uint64_t turns;
	int error;
};

/* Precedes all other threads: how late does it run? */
static void *watch_the_clock(void *arg)
{
	struct sched_param param = { .sched_priority = 50 };
	struct watch *watch = arg;
	struct timespec when;
	uint64_t due_ns, late_ns;

	watch->error = pthread_setschedparam(pthread_self(), SCHED_FIFO, &param);
	while (!__atomic_load_n(&watch->stop, __ATOMIC_ACQUIRE)) {
		due_ns = now_ns() + PERIOD_NS;
		when.tv_sec = due_ns / 1000000000;
		when.tv_nsec = due_ns % 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
		late_ns = now_ns() - due_ns;
		if (late_ns > watch->latest_ns)
			watch->latest_ns = late_ns;
		watch->turns++;
	}
	return NULL;
}

/* Number of files that a set reports, each of them once */
static int count_reported(int set)
{
	static bool reported[FILES];
	struct epoll_event events[64];
	int count = 0, got, i;

	memset(reported, 0, sizeof(reported));
	while (count < FILES) {
		got = epoll_wait(set, events, 64, patience_ms(1000));
		if (got <= 0)
			break;
		for (i = 0; i < got; i++) {
			count += !reported[events[i].data.u32];
			reported[events[i].data.u32] = true;
		}
	}
	return count;
}

TEST_F_TIMEOUT(crowd, is_woken_without_a_long_pause_for_others, 300)
{
	struct watch watch = {};
	struct epoll_event event;
	pthread_t thread;
	int set;

	/* The connection itself is not what is watched. */
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	ASSERT_EQ(0, pthread_create(&thread, NULL, watch_the_clock, &watch));
	for (set = 0; set < SETS; set++)
		ASSERT_EQ(1, epoll_wait(self->sets[set], &event, 1, patience_ms(5000)));
	usleep(50000);
	/* The waiters were woken while the clock was watched. */
	EXPECT_LT(DELAY_US * 1000ULL / PERIOD_NS / 4, watch.turns);
	__atomic_store_n(&watch.stop, true, __ATOMIC_RELEASE);
	ASSERT_EQ(0, pthread_join(thread, NULL));
	TH_LOG("at most %llu us late", (unsigned long long)watch.latest_ns / 1000);
	EXPECT_EQ(0, watch.error);
	EXPECT_GT(LATE_MAX_NS, watch.latest_ns);
	/* One file of each set has been reported above */
	for (set = 0; set < SETS; set++)
		EXPECT_LE(FILES - 1, count_reported(self->sets[set]));
}

TEST_HARNESS_MAIN
