// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocations that fail: each allocation of each call fails once; then all fail by
 * which the module's table grows. The call returns an error, or statistics and
 * records report what is missing; every connection is counted.
 *
 * Memory that the call allocated before must be freed: kmemleak searches for leaks
 * when the module is unloaded, see selftests/qemu/init.
 *
 * vm: --icount --smp 1 --limit 20000 --disruptive --slow
 */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/fault.h"
#include "lib/module.h"
#include "lib/net.h"
#include "lib/procfile.h"
#include "lib/traffic.h"

/* Few pages to allocate, to limit the number of rounds */
#define SMALL		"ring_records=256 max_conns=1024"
/* More allocations than any call makes */
#define ALLOCATIONS_MAX	20000u

#define SCOPE		"/sys/module/tcpclose/parameters/scope"
#define BUCKETS		"/proc/sys/net/ipv4/tcp_max_tw_buckets"

/* The arguments of a call, and the files that make its allocations fail */
struct caller {
	int nth;
	int fd;
};

FIXTURE(fault)
{
	struct caller caller;
	struct device_log log;
};

FIXTURE_SETUP(fault)
{
	self->caller.fd = -1;
	self->caller.nth = -1;
	if (!fault_possible())
		SKIP(return, "this kernel cannot make allocations fail");
	self->caller.nth = fault_prepare();
	ASSERT_LE(0, self->caller.nth);
	ASSERT_EQ(0, module_reload(SMALL));
	self->caller.fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->caller.fd);
}

FIXTURE_TEARDOWN(fault)
{
	fault_disarm(self->caller.nth);
	fault_workers(false);
	device_log_free(&self->log);
	close(self->caller.fd);
	close(self->caller.nth);
}

/* A call that may fail; 0 or -errno */
typedef int (*call_t)(struct caller *caller);

/*
 * Each allocation of @call fails once. Returns the number of allocations, or -errno
 * of a call that failed for another reason, or of the last, in which none failed
 */
static int sweep(struct caller *caller, call_t call)
{
	unsigned int n;

	for (n = 1; n < ALLOCATIONS_MAX; n++) {
		int err, left;

		err = fault_arm(caller->nth, n);
		if (err)
			return err;
		err = call(caller);
		left = fault_disarm(caller->nth);
		if (left < 0)
			return left;
		if (left)
			return err ? err : n - 1;
		if (err && err != -ENOMEM)
			return err;
	}
	return -E2BIG;
}

static long closes(int family, unsigned int cycles)
{
	return traffic_run(&(struct traffic){
		.family = family,
		.closes = TRAFFIC_CLIENT,
		.cycles = cycles,
	});
}

static int call_open(struct caller *caller)
{
	int fd = device_open(O_RDONLY);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

TEST_F(fault, in_open_is_an_error)
{
	EXPECT_LT(2, sweep(&self->caller, call_open));
}

static int call_mmap(struct caller *caller)
{
	struct tcpclose_geometry geometry;
	size_t size;
	void *base;
	int err;

	err = device_geometry(caller->fd, &geometry);
	if (err)
		return err;
	size = geometry.mmap_size;
	base = mmap(NULL, size, PROT_READ, MAP_SHARED, caller->fd, 0);
	if (base == MAP_FAILED)
		return -errno;
	munmap(base, size);
	return 0;
}

TEST_F(fault, in_mmap_is_an_error)
{
	EXPECT_LT(0, sweep(&self->caller, call_mmap));
}

/* Into memory that is present: else the copy would fail, and not the call */
static struct tcpclose_record records[256];

static int call_read(struct caller *caller)
{
	ssize_t length;

	if (lseek(caller->fd, 0, SEEK_SET))
		return -errno;
	length = read(caller->fd, records, sizeof(records));
	return length < 0 ? -errno : 0;
}

TEST_F(fault, in_read_is_an_error_and_takes_no_record)
{
	struct tcpclose_cursor before, after;
	size_t count;

	ASSERT_EQ(2, closes(AF_UNSPEC, 2));
	memset(records, 0, sizeof(records));
	ASSERT_LE(0, device_log_drain(&self->log, self->caller.fd));
	count = self->log.count;
	EXPECT_LT(0, count);
	ASSERT_EQ(0, lseek(self->caller.fd, 0, SEEK_SET));
	ASSERT_EQ(0, device_totals(self->caller.fd, &before));

	EXPECT_LT(0, sweep(&self->caller, call_read));

	ASSERT_EQ(0, lseek(self->caller.fd, 0, SEEK_SET));
	ASSERT_EQ(0, fault_arm(self->caller.nth, 1));
	errno = 0;
	EXPECT_GT(0, read(self->caller.fd, records, sizeof(records)));
	EXPECT_EQ(ENOMEM, errno);
	ASSERT_EQ(0, fault_disarm(self->caller.nth));
	ASSERT_EQ(0, device_totals(self->caller.fd, &after));
	EXPECT_EQ(before.position, after.position);
	EXPECT_EQ(before.lost, after.lost);
	device_log_free(&self->log);
	memset(&self->log, 0, sizeof(self->log));
	ASSERT_LE(0, device_log_drain(&self->log, self->caller.fd));
	EXPECT_EQ(count, self->log.count);
}

static int call_version(struct caller *caller)
{
	struct tcpclose_version version;

	return device_ioctl(caller->fd, TCPCLOSE_IOC_VERSION, &version);
}

static int call_geometry(struct caller *caller)
{
	struct tcpclose_geometry geometry;

	return device_geometry(caller->fd, &geometry);
}

static int call_stats(struct caller *caller)
{
	static struct tcpclose_stats stats;

	memset(&stats, 0, sizeof(stats));
	return device_stats(caller->fd, &stats);
}

static int call_reset(struct caller *caller)
{
	return device_ioctl(caller->fd, TCPCLOSE_IOC_STATS_RESET, NULL);
}

static int call_cursor(struct caller *caller)
{
	struct tcpclose_cursor cursor;

	return device_cursor(caller->fd, 0, &cursor);
}

static int call_wakeup(struct caller *caller)
{
	return device_wakeup(caller->fd, 1, 1000);
}

static int call_hook(struct caller *caller)
{
	struct tcpclose_hook hook = { .index = 1 };

	return device_ioctl(caller->fd, TCPCLOSE_IOC_HOOK, &hook);
}

static int call_conns(struct caller *caller)
{
	struct tcpclose_conn conns[4];
	struct tcpclose_conns_request request = {
		.buf = (uintptr_t)conns,
		.count = 4,
		.size = sizeof(conns[0]),
	};

	return device_ioctl(caller->fd, TCPCLOSE_IOC_CONNS, &request);
}

static int call_poll(struct caller *caller)
{
	return device_readable_ms(caller->fd, 0) < 0 ? -errno : 0;
}

TEST_F(fault, in_any_other_call_is_an_error)
{
	EXPECT_LE(0, sweep(&self->caller, call_version));
	EXPECT_LE(0, sweep(&self->caller, call_geometry));
	EXPECT_LT(0, sweep(&self->caller, call_stats));
	EXPECT_LT(0, sweep(&self->caller, call_reset));
	EXPECT_LE(0, sweep(&self->caller, call_cursor));
	EXPECT_LE(0, sweep(&self->caller, call_wakeup));
	EXPECT_LE(0, sweep(&self->caller, call_hook));
	EXPECT_LE(0, sweep(&self->caller, call_conns));
	EXPECT_LE(0, sweep(&self->caller, call_poll));
}

/* Hooks that are not attached, and how many of them give no reason */
static void count_hooks(int fd, unsigned int *off, unsigned int *unexplained)
{
	struct tcpclose_hook hook;

	*off = *unexplained = 0;
	for (memset(&hook, 0, sizeof(hook)); !ioctl(fd, TCPCLOSE_IOC_HOOK, &hook);
	     hook.index++) {
		/* Not attached on purpose: only scope=all, or a reader, needs them */
		if (hook.via != TCPCLOSE_HOOK_OFF ||
		    !strcmp(hook.name, "inet_csk_clone_lock") ||
		    !strcmp(hook.name, "tcp_v4_connect") ||
		    !strcmp(hook.name, "tcp_v6_connect"))
			continue;
		++*off;
		if (!hook.error)
			++*unexplained;
	}
}

static uint64_t closed(const struct tcpclose_stats *stats)
{
	uint64_t sum = 0;
	unsigned int from;

	for (from = 0; from < TCPCLOSE_STATES; from++)
		if (from != TCPCLOSE_CLOSE)
			sum += stats->transitions[from][TCPCLOSE_CLOSE] +
			       stats->transitions[from][TCPCLOSE_TIME_WAIT];
	return sum;
}

/* The module is loaded, maybe without some hooks: does it report them, and count? */
static int check_degraded(unsigned int *degraded)
{
	static struct tcpclose_stats before, after;
	unsigned int off, unexplained;
	int fd = device_open(O_RDONLY);
	int err;

	if (fd < 0)
		return fd;
	count_hooks(fd, &off, &unexplained);
	err = unexplained ? -EPROTO : device_stats(fd, &before);
	if (!err && traffic_one(TRAFFIC_LINGER) != 1)
		err = -EIO;
	if (!err)
		err = device_stats(fd, &after);
	/* Both ends of one connection */
	if (!err && closed(&after) - closed(&before) < 2)
		err = -ENODATA;
	if (off)
		++*degraded;
	close(fd);
	return err;
}

/* The outcomes of loads with one failed allocation each */
struct outcome {
	unsigned int allocations;
	unsigned int refused;
	unsigned int loaded;
	unsigned int degraded;
};

/* Each allocation of a load fails once; 0, or the error of the @allocations-th */
static int sweep_load(struct caller *caller, const char *parameters,
		      struct outcome *outcome)
{
	int left = 0, err = module_is_loaded() ? module_unload() : 0;
	unsigned int n;

	memset(outcome, 0, sizeof(*outcome));
	for (n = 1; n < ALLOCATIONS_MAX && !left && !err; n++) {
		outcome->allocations = n;
		err = fault_arm(caller->nth, n);
		if (err)
			break;
		err = module_load(parameters);
		left = fault_disarm(caller->nth);
		if (left < 0)
			return left;
		if (err == -ENOMEM && !left) {
			outcome->refused++;
			err = module_is_loaded() ? -EBADE : 0;
		} else if (!err) {
			outcome->loaded++;
			err = check_degraded(&outcome->degraded);
			if (!err)
				err = module_unload();
		}
	}
	return err || left ? err : -E2BIG;
}

static void expect_outcome(struct __test_metadata *_metadata,
			   struct caller *caller, const char *parameters,
			   struct outcome *outcome)
{
	EXPECT_EQ(0, sweep_load(caller, parameters, outcome));
	TH_LOG("%u allocations: refused %u, loaded %u, of which degraded %u",
	       outcome->allocations, outcome->refused, outcome->loaded,
	       outcome->degraded);
	EXPECT_LT(20, outcome->refused);
	EXPECT_LT(1, outcome->loaded);
}

TEST_F_TIMEOUT(fault, in_load_is_an_error_or_a_degraded_mode, 10000)
{
	struct outcome outcome;

	close(self->caller.fd);
	expect_outcome(_metadata, &self->caller, SMALL, &outcome);
	/* ftrace takes all functions or none */
	EXPECT_EQ(0, outcome.degraded);
}

TEST_F_TIMEOUT(fault, in_load_with_kprobes_likewise, 10000)
{
	struct outcome outcome;

	close(self->caller.fd);
	expect_outcome(_metadata, &self->caller, SMALL " hooks=kprobe", &outcome);
	EXPECT_LT(0, outcome.degraded);
}

static int call_scope(struct caller *caller)
{
	int err = procfile_write(SCOPE, "all");

	return err ? err : procfile_write(SCOPE, "teardown");
}

TEST_F_TIMEOUT(fault, in_a_change_of_scope_is_an_error_or_a_degraded_mode, 600)
{
	unsigned int off, unexplained;
	int swept = sweep(&self->caller, call_scope);

	EXPECT_LT(0, swept);
	ASSERT_EQ(0, procfile_write(SCOPE, "all"));
	count_hooks(self->caller.fd, &off, &unexplained);
	EXPECT_EQ(0, off);
	ASSERT_EQ(0, procfile_write(SCOPE, "teardown"));
}

#define PAIRS	3500
#define CLOSES	2000u

static int pairs[PAIRS][2];

static int open_pairs(void)
{
	int i, err = 0;

	for (i = 0; i < PAIRS && !err; i++)
		err = net_pair(AF_INET, pairs[i]);
	return err;
}

static void close_pairs(void)
{
	int i;

	for (i = 0; i < PAIRS; i++) {
		close(pairs[i][0]);
		close(pairs[i][1]);
	}
}

/*
 * The table has 8192 entries at load, and grows when fewer than 4096 of them are
 * free. The connections that stay open need most of them; the mini-sockets of those
 * that close need the rest, and all of them before the first expires.
 */
TEST_F_TIMEOUT(fault, in_tracking_is_counted_and_no_close_is_missing, 600)
{
	static struct tcpclose_stats stats;
	uint64_t lacking;
	char text[24];
	long buckets;

	close(self->caller.fd);
	ASSERT_EQ(0, module_reload("max_conns=65536 ring_records=256"));
	self->caller.fd = device_open(O_RDONLY);
	ASSERT_LE(0, self->caller.fd);
	buckets = procfile_number(BUCKETS);
	ASSERT_LT(0, buckets);
	ASSERT_EQ(0, procfile_write(BUCKETS, "262144"));
	ASSERT_EQ(0, fault_workers(true));
	ASSERT_EQ(0, open_pairs());
	ASSERT_EQ(CLOSES, closes(AF_INET, CLOSES));
	/* The missing entry of a mini-socket is counted when it ends */
	ASSERT_EQ(0, traffic_end_leftovers());
	ASSERT_EQ(0, fault_workers(false));

	/* Each close is recorded, and the number of missing entries is counted */
	ASSERT_EQ(0, device_stats(self->caller.fd, &stats));
	EXPECT_EQ(CLOSES, stats.born);
	EXPECT_EQ(CLOSES, stats.transitions[TCPCLOSE_LAST_ACK][TCPCLOSE_CLOSE]);
	lacking = stats.untracked[TCPCLOSE_UNTRACKED_MEMORY];
	TH_LOG("%llu transitions lack an entry", (unsigned long long)lacking);
	EXPECT_LT(0, lacking);
	EXPECT_EQ(0, stats.untracked[TCPCLOSE_UNTRACKED_FULL]);
	EXPECT_GE(8192, stats.tracked);
	EXPECT_EQ(0, stats.missed);

	/* Memory is available again, and so are entries at the next request */
	ASSERT_EQ(10, closes(AF_INET, 10));
	usleep(200000);
	ASSERT_EQ(CLOSES, closes(AF_INET, CLOSES));
	ASSERT_EQ(0, device_stats(self->caller.fd, &stats));
	EXPECT_LT(8192, stats.tracked);
	ASSERT_EQ(0, traffic_end_leftovers());
	ASSERT_EQ(0, device_stats(self->caller.fd, &stats));
	EXPECT_EQ(lacking, stats.untracked[TCPCLOSE_UNTRACKED_MEMORY]);
	EXPECT_EQ(2 * CLOSES + 10, stats.born);
	close_pairs();
	EXPECT_EQ(0, traffic_end_leftovers());
	snprintf(text, sizeof(text), "%ld", buckets);
	EXPECT_EQ(0, procfile_write(BUCKETS, text));
}

TEST_HARNESS_MAIN
