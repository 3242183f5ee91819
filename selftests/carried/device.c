// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading /dev/tcpclose: whole records, their order, several readers, positions.
 */
/* vm: --smp 2 --disruptive */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/namespace.h"
#include "lib/processor.h"
#include "lib/traffic.h"

#define MANY_FILES 1000

FIXTURE(device)
{
	int fd;
	struct device_log log;
};

FIXTURE_SETUP(device)
{
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(device)
{
	device_log_free(&self->log);
	close(self->fd);
}

/* The last transition of a connection that one end aborts */
static bool is_abort(const struct tcpclose_record *record)
{
	return device_from_tracepoint(record) &&
	       record->edge ==
		       TCPCLOSE_EDGE(TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE);
}

TEST_F(device, nonblocking_read_of_nothing_gives_eagain)
{
	EXPECT_EQ(-EAGAIN, device_log_read(&self->log, self->fd, 16));
}

TEST_F(device, poll_ignores_what_is_out_of_sight)
{
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	ASSERT_EQ(0, lseek(self->fd, 0, SEEK_END));
	EXPECT_EQ(0, device_readable_ms(self->fd, 0));
	EXPECT_EQ(-EAGAIN, device_log_read(&self->log, self->fd, 16));
}

TEST_F(device, each_file_has_its_own_cursor)
{
	struct device_log logs[3] = {};
	int fds[3], i;

	for (i = 0; i < 3; i++) {
		fds[i] = device_open_at_end();
		ASSERT_LE(0, fds[i]);
	}
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	ASSERT_EQ(0, device_log_until(&logs[0], fds[0], is_abort, 2, 5000));
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, device_log_until(&logs[i], fds[i], is_abort, 4,
					      5000));
	EXPECT_EQ(logs[0].count, logs[1].count);
	for (i = 1; i < 3; i++) {
		ASSERT_EQ(logs[0].count, logs[i].count);
		EXPECT_EQ(0, memcmp(logs[0].records, logs[i].records,
				    logs[0].count * 128));
	}
	for (i = 0; i < 3; i++) {
		device_log_free(&logs[i]);
		close(fds[i]);
	}
}

TEST_F(device, a_file_inherited_by_fork_has_one_cursor)
{
	struct device_log all = {};
	int other = device_open_at_end(), status;
	pid_t child;

	ASSERT_LE(0, other);
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	ASSERT_EQ(0, device_log_until(&all, other, is_abort, 2, 5000));
	ASSERT_EQ(1, device_readable_ms(self->fd, 5000));
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(device_log_read(&self->log, self->fd, 2));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ASSERT_TRUE(WIFEXITED(status));
	ASSERT_LT(0, WEXITSTATUS(status));
	ASSERT_EQ(0, device_log_drain(&self->log, self->fd));
	EXPECT_EQ(all.count, self->log.count + WEXITSTATUS(status));
	device_log_free(&all);
	close(other);
}

TEST_F(device, a_new_file_begins_at_the_oldest_record)
{
	int fd;

	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, device_log_until(&self->log, fd, is_abort, 2, 5000));
	EXPECT_EQ(0, self->log.records[0].seq);
	close(fd);
}

TEST_F(device, lseek_goes_to_the_end_and_back_without_a_loss)
{
	struct tcpclose_cursor total;
	size_t count;

	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	ASSERT_EQ(0, device_log_until(&self->log, self->fd, is_abort, 2, 5000));
	EXPECT_EQ(0, lseek(self->fd, 0, SEEK_SET));
	self->log.count = 0;
	ASSERT_EQ(0, device_log_drain(&self->log, self->fd));
	count = self->log.count;
	EXPECT_EQ(0, self->log.records[0].seq);
	EXPECT_EQ(0, lseek(self->fd, 0, SEEK_SET));
	ASSERT_EQ(0, device_log_drain(&self->log, self->fd));
	EXPECT_EQ(2 * count, self->log.count);
	EXPECT_EQ(0, lseek(self->fd, 0, SEEK_SET));
	EXPECT_EQ(0, lseek(self->fd, 0, SEEK_END));
	EXPECT_EQ(-EAGAIN, device_log_read(&self->log, self->fd, 16));
	ASSERT_EQ(0, device_totals(self->fd, &total));
	EXPECT_EQ(0, total.lost);
	EXPECT_EQ(total.written, total.position);
}

TEST_F(device, lseek_refuses_what_has_no_meaning)
{
	EXPECT_EQ(-1, lseek(self->fd, 0, SEEK_CUR));
	EXPECT_EQ(-1, lseek(self->fd, 128, SEEK_SET));
	EXPECT_EQ(-1, lseek(self->fd, -128, SEEK_END));
	EXPECT_EQ(-1, lseek(self->fd, 0, 99));
}

TEST_F(device, refuses_a_buffer_of_less_than_two_records)
{
	unsigned char buf[255];

	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	EXPECT_EQ(-1, read(self->fd, buf, sizeof(buf)));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, read(self->fd, buf, 1));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(device, gives_whole_records_to_a_buffer_of_odd_size)
{
	unsigned char buf[128 * 3 + 77];
	ssize_t got;

	ASSERT_EQ(3, traffic_run(&(struct traffic){
			     .family = AF_INET,
			     .closes = TRAFFIC_LINGER,
			     .cycles = 3,
		     }));
	memset(buf, 0xa5, sizeof(buf));
	got = read(self->fd, buf, sizeof(buf));
	EXPECT_TRUE(got == 256 || got == 384);
	for (; got < sizeof(buf); got++)
		ASSERT_EQ(0xa5, buf[got]);
}

TEST_F(device, a_bad_address_gives_efault_and_counts_the_loss)
{
	void *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct tcpclose_cursor before, total;

	ASSERT_EQ(0, device_totals(self->fd, &before));
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	ASSERT_EQ(1, device_readable_ms(self->fd, 5000));
	EXPECT_EQ(-1, read(self->fd, nowhere, 4096));
	EXPECT_EQ(EFAULT, errno);
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	ASSERT_EQ(0, device_log_drain(&self->log, self->fd));
	ASSERT_EQ(0, device_totals(self->fd, &total));
	EXPECT_LT(0, total.lost);
	EXPECT_EQ(total.written - before.written, self->log.count + total.lost);
}

TEST_F(device, cannot_be_written)
{
	EXPECT_EQ(-1, write(self->fd, "x", 1));
}

TEST_F(device, a_process_stands_directly_before_its_transition)
{
	const struct tcpclose_record *detail, *next;
	size_t i, details = 0;

	ASSERT_EQ(100, traffic_run(&(struct traffic){
			       .family = AF_INET,
			       .closes = TRAFFIC_MIXED & ~TRAFFIC_BOTH,
			       .cycles = 50,
			       .threads = 2,
		       }));
	ASSERT_EQ(0, device_log_drain(&self->log, self->fd));
	for (i = 0; i + 1 < self->log.count; i++) {
		detail = &self->log.records[i];
		next = detail + 1;
		if (detail->kind != TCPCLOSE_KIND_DETAIL)
			continue;
		details++;
		ASSERT_EQ(TCPCLOSE_KIND_TRANSITION, next->kind);
		EXPECT_EQ(detail->cpu, next->cpu);
		EXPECT_EQ(detail->seq + 1, next->seq);
		EXPECT_EQ(detail->cookie, next->cookie);
		EXPECT_EQ(detail->ts_ns, next->ts_ns);
		EXPECT_EQ(next->netns, device_detail(detail)->netns);
		if (TCPCLOSE_HOW_CONTEXT(next->how) != TCPCLOSE_CONTEXT_PROCESS) {
			EXPECT_EQ(0U, device_detail(detail)->pid);
			continue;
		}
		EXPECT_EQ((__u32)getpid(), device_detail(detail)->pid);
		EXPECT_STREQ("device", device_detail(detail)->comm);
	}
	EXPECT_LT(100, details);
}

TEST_F(device, records_come_in_time_order_across_processors)
{
	size_t i, switches = 0;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "needs two processors");
	ASSERT_EQ(600, traffic_run_mixed(150, 4));
	ASSERT_EQ(0, device_log_drain(&self->log, self->fd));
	for (i = 1; i < self->log.count; i++) {
		ASSERT_LE(self->log.records[i - 1].ts_ns,
			  self->log.records[i].ts_ns);
		switches += self->log.records[i - 1].cpu !=
			    self->log.records[i].cpu;
	}
	EXPECT_LT(0, switches);
}

struct flood {
	pthread_t to;
	bool stop;
};

static int signals;

static void count_signal(int number)
{
	__atomic_add_fetch(&signals, 1, __ATOMIC_RELAXED);
}

/*
 * The next signal comes a while after the one before was handled: all at once, they
 * leave the reader no time, and the processors fight for the lock of the signals.
 */
static void *send_signals(void *data)
{
	struct flood *flood = data;
	unsigned int pause;
	int sent = 0;

	while (!__atomic_load_n(&flood->stop, __ATOMIC_RELAXED)) {
		if (__atomic_load_n(&signals, __ATOMIC_RELAXED) < sent) {
			sched_yield();
			continue;
		}
		for (pause = sent * 61U % 4096; pause; pause--)
			if (__atomic_load_n(&flood->stop, __ATOMIC_RELAXED))
				break;
		pthread_kill(flood->to, SIGUSR1);
		sent++;
	}
	return NULL;
}

static int connect_in(int namespace, unsigned int cpu)
{
	struct traffic traffic = {
		.family = AF_INET,
		.closes = TRAFFIC_LINGER,
		.cycles = 1,
		.netns = namespace,
	};

	return processor_pin(cpu) || traffic_run(&traffic) != 1;
}

/* A reader that skips many records of other namespaces checks for signals */
TEST_F(device, a_signal_changes_no_order_in_a_namespace)
{
	const struct sigaction action = { .sa_handler = count_signal };
	struct flood flood = { .to = pthread_self() };
	int namespace = namespace_new(), home, fd, round;
	struct traffic others = {
		.family = AF_UNSPEC,
		.closes = TRAFFIC_MIXED,
		.cycles = 400,
	};
	pthread_t sender;
	size_t i;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "needs two processors");
	ASSERT_LE(0, namespace);
	home = namespace_enter(namespace);
	ASSERT_LE(0, home);
	fd = device_open_at_end();
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, namespace_leave(home));

	/* The older records are after all skipped ones in the ring */
	ASSERT_EQ(0, processor_pin(0));
	ASSERT_EQ(400, traffic_run(&others));
	ASSERT_EQ(0, connect_in(namespace, 0));
	ASSERT_EQ(0, connect_in(namespace, 1));
	/* Each record is withheld for a millisecond */
	usleep(10000);

	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	ASSERT_EQ(0, pthread_create(&sender, NULL, send_signals, &flood));
	ASSERT_EQ(0, processor_pin(0));
	while (!__atomic_load_n(&signals, __ATOMIC_RELAXED))
		sched_yield();
	/* Repeated, so that signals arrive at any moment */
	for (round = 0; round < 200; round++) {
		struct device_log log = {};

		lseek(fd, 0, SEEK_SET);
		while (device_log_count(&log, is_abort) < 4) {
			ssize_t got = device_log_read(&log, fd, 64);

			ASSERT_TRUE(got > 0 || got == -EAGAIN);
		}
		for (i = 1; i < log.count; i++)
			ASSERT_LE(log.records[i - 1].ts_ns,
				  log.records[i].ts_ns);
		device_log_free(&log);
	}
	__atomic_store_n(&flood.stop, true, __ATOMIC_RELAXED);
	pthread_join(sender, NULL);
	EXPECT_LT(1, __atomic_load_n(&signals, __ATOMIC_RELAXED));
	close(fd);
	close(namespace);
}

TEST_F(device, serves_a_thousand_files)
{
	int fds[MANY_FILES], i;

	for (i = 0; i < MANY_FILES; i++) {
		fds[i] = device_open_at_end();
		ASSERT_LE(0, fds[i]);
	}
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	for (i = 0; i < MANY_FILES; i++) {
		struct device_log log = {};

		ASSERT_EQ(0, device_log_until(&log, fds[i], is_abort, 2, 5000));
		device_log_free(&log);
		ASSERT_EQ(0, close(fds[i]));
	}
}

TEST_MAIN_WITH_MODULE("")
