// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tool as a live reader: how soon it shows an event, and with which time, both of
 * the whole machine (mapped rings) and of one namespace (read()).
 */
/* vm: --smp 1 --disruptive */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "kselftest_harness.h"

#include <tcpclose.h>

#include "lib/device.h"
#include "lib/module.h"
#include "lib/namespace.h"
#include "lib/patience.h"
#include "lib/piped.h"
#include "lib/traffic.h"

#define LONE_NS	(patience_ms(50) * 1000000ULL)
#define TRIES	5

FIXTURE(reading)
{
	int namespace;
	int before;
	int from;
	pid_t pid;
};

FIXTURE_VARIANT(reading)
{
	bool namespace;
};

FIXTURE_VARIANT_ADD(reading, whole_machine)
{
	.namespace = false,
};

FIXTURE_VARIANT_ADD(reading, one_namespace)
{
	.namespace = true,
};

FIXTURE_SETUP(reading)
{
	self->pid = 0;
	self->from = -1;
	self->before = -1;
	self->namespace = -1;
	if (!variant->namespace)
		return;
	self->namespace = namespace_new();
	ASSERT_LE(0, self->namespace);
	self->before = namespace_enter(self->namespace);
	ASSERT_LE(0, self->before);
}

FIXTURE_TEARDOWN(reading)
{
	if (self->pid) {
		kill(self->pid, SIGKILL);
		waitpid(self->pid, NULL, 0);
	}
	close(self->from);
	if (variant->namespace) {
		namespace_leave(self->before);
		close(self->namespace);
	}
}

/* Read all output that arrives; return its size, 0 if none arrives. */
static ssize_t receive(int from)
{
	struct pollfd fd = { .fd = from, .events = POLLIN };
	char bytes[65536];

	return poll(&fd, 1, 5000) == 1 ? read(from, bytes, sizeof(bytes)) : 0;
}

/* The time until a single event is shown; the shortest of some tries. */
static uint64_t lone_ns(int from)
{
	uint64_t best_ns = UINT64_MAX, begin_ns, late_ns;
	int i;

	for (i = 0; i < TRIES; i++) {
		/* The machine is idle, and the reader sleeps. */
		usleep(100000);
		begin_ns = now_ns();
		if (traffic_one(TRAFFIC_REFUSED) != 1 || receive(from) <= 0)
			return UINT64_MAX;
		late_ns = now_ns() - begin_ns;
		if (late_ns < best_ns)
			best_ns = late_ns;
	}
	return best_ns;
}

TEST_F(reading, watch_shows_a_lone_event_within_50_ms)
{
	self->pid = piped_start(&self->from, "exec tcpclose watch");
	ASSERT_LT(0, self->pid);
	/* The table's head is printed: the tool is ready. */
	ASSERT_LT(0, receive(self->from));
	EXPECT_GT(LONE_NS, lone_ns(self->from));
}

TEST_F(reading, record_writes_a_lone_event_within_50_ms)
{
	self->pid = piped_start(&self->from, "exec tcpclose record -");
	ASSERT_LT(0, self->pid);
	ASSERT_LT(0, receive(self->from));
	EXPECT_GT(LONE_NS, lone_ns(self->from));
}

TEST_F(reading, a_signal_ends_it_with_all_that_happened_before)
{
	size_t got = 0;
	ssize_t n;
	int status;

	self->pid = piped_start(&self->from, "exec tcpclose record -");
	ASSERT_LT(0, self->pid);
	ASSERT_LT(0, receive(self->from));
	ASSERT_EQ(20, traffic_run(&(struct traffic){
			      .family = AF_INET,
			      .closes = TRAFFIC_REFUSED,
			      .cycles = 20,
		      }));
	ASSERT_EQ(0, kill(self->pid, SIGINT));
	while ((n = receive(self->from)) > 0)
		got += (size_t)n;
	ASSERT_EQ(self->pid, waitpid(self->pid, &status, 0));
	self->pid = 0;
	EXPECT_EQ(0, status);
	EXPECT_LE(20 * TCPCLOSE_RECORD_SIZE, got);
	EXPECT_EQ(0, got % TCPCLOSE_RECORD_SIZE);
}

/* A record of the recorder's own: losses, as in Documentation/recording.rst */
#define KIND_LOST 0xf1
#define HEADER_SIZE 128
/* Each makes a transition and its detail: many more than a ring has room for. */
#define STALLED 20000

/* Also what the pipe has no room for */
TEST_F_TIMEOUT(reading, a_stalled_output_loses_nothing, 120)
{
	struct tcpclose_record record;
	long transitions = 0, losses = 0;
	FILE *recording;
	int status;

	self->pid = piped_start(&self->from, "exec tcpclose record -");
	ASSERT_LT(0, self->pid);
	ASSERT_EQ(1, poll(&(struct pollfd){ .fd = self->from, .events = POLLIN },
			  1, 5000));
	ASSERT_EQ(STALLED, traffic_run(&(struct traffic){
				   .family = AF_INET,
				   .closes = TRAFFIC_REFUSED,
				   .cycles = STALLED,
			   }));
	ASSERT_EQ(0, kill(self->pid, SIGINT));
	recording = fdopen(self->from, "r");
	ASSERT_NE(NULL, recording);
	ASSERT_EQ(1, fread(&record, HEADER_SIZE, 1, recording));
	while (fread(&record, sizeof(record), 1, recording) == 1) {
		transitions += record.kind == TCPCLOSE_KIND_TRANSITION;
		losses += record.kind == KIND_LOST;
	}
	fclose(recording);
	self->from = -1;
	ASSERT_EQ(self->pid, waitpid(self->pid, &status, 0));
	self->pid = 0;
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, losses);
	EXPECT_EQ(STALLED, transitions);
}

#define AROUND	5
#define NEAR_NS	5000000LL

static long long wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/*
 * Read the next line of "watch --json"; return whether there was one.
 * @wall: its time by the wall clock
 */
static bool read_shown(FILE *shown, long long *ts, long long *wall)
{
	static char line[65536];
	struct tm tm = {};
	long ns;

	if (!fgets(line, sizeof(line), shown) ||
	    sscanf(line, "{\"ts_ns\":%lld,\"time\":\"%d-%d-%dT%d:%d:%d.%9ldZ\"", ts,
		   &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
		   &tm.tm_sec, &ns) != 8)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	*wall = timegm(&tm) * 1000000000LL + ns;
	return true;
}

static int set_clock(long long ns)
{
	struct timespec to = { ns / 1000000000, ns % 1000000000 };

	return clock_settime(CLOCK_REALTIME, &to);
}

/* What ended before the clock was set has the time that was right then. */
TEST_F(reading, a_step_of_the_clock_is_where_it_was)
{
	static const long long shifts[] = { 3600, -2 * 3600, 3600 };
	long long ts, wall, before, after, old, new;
	unsigned int i, n;
	FILE *shown;

	self->pid = piped_start(&self->from, "exec tcpclose watch --json");
	ASSERT_LT(0, self->pid);
	do {
		ASSERT_EQ(1, traffic_one(TRAFFIC_REFUSED));
	} while (poll(&(struct pollfd){ self->from, POLLIN, 0 }, 1, 50) != 1);
	shown = fdopen(dup(self->from), "r");
	ASSERT_NE(NULL, shown);
	for (i = 0; i < ARRAY_SIZE(shifts); i++) {
		old = wall_ns() - now_ns();
		for (n = 0; n < AROUND; n++)
			ASSERT_EQ(1, traffic_one(TRAFFIC_REFUSED));
		before = now_ns();
		ASSERT_EQ(0, set_clock(wall_ns() + shifts[i] * 1000000000));
		after = now_ns();
		for (n = 0; n < AROUND; n++)
			ASSERT_EQ(1, traffic_one(TRAFFIC_REFUSED));
		new = wall_ns() - now_ns();
		for (n = 0; n < AROUND;) {
			ASSERT_TRUE(read_shown(shown, &ts, &wall));
			ASSERT_TRUE(ts <= before || ts >= after);
			n += ts >= after;
			EXPECT_GT(NEAR_NS, llabs(wall - ts - (ts >= after ? new : old)))
			{
				TH_LOG("%lld ns %s the clock was set",
				       ts >= after ? ts - after : before - ts,
				       ts >= after ? "after" : "before");
			}
		}
	}
	fclose(shown);
}

/*
 * In a time namespace CLOCK_MONOTONIC is shifted, but not that of the records: times
 * are right, and "--duration" ends after that time, with all that happened in it.
 */
TEST_F(reading, a_time_namespace_shifts_nothing)
{
	static const char *const shifts[] = { "100000", "-1" };
	long long ts, wall, begin_ns, offset_ns;
	char command[160];
	unsigned int i, n;
	FILE *shown;

	for (i = 0; i < ARRAY_SIZE(shifts); i++) {
		snprintf(command, sizeof(command),
			 "unshare --fork --time --monotonic %s tcpclose watch --json --duration 4",
			 shifts[i]);
		begin_ns = now_ns();
		shown = popen(command, "r");
		ASSERT_NE(NULL, shown);
		while (poll(&(struct pollfd){ fileno(shown), POLLIN, 0 }, 1, 50) != 1)
			ASSERT_EQ(1, traffic_one(TRAFFIC_REFUSED));
		offset_ns = wall_ns() - now_ns();
		for (n = 0; read_shown(shown, &ts, &wall); n++)
			EXPECT_GT(NEAR_NS, llabs(wall - ts - offset_ns));
		EXPECT_LT(0, n);
		EXPECT_EQ(0, WEXITSTATUS(pclose(shown)));
		EXPECT_LE(4000000000LL, now_ns() - begin_ns);
		EXPECT_GT(patience_ms(30000) * 1000000LL, now_ns() - begin_ns);
	}
}

/* ---- stat, which asks the module instead of reading records */

#define STAT_SIZE 16384

/* Output and complaints of a command; returns its exit status */
static int output_of(const char *command, char text[STAT_SIZE])
{
	FILE *from = popen(command, "r");
	size_t len = 0, got;

	if (!from)
		return -1;
	while (len < STAT_SIZE - 1 &&
	       (got = fread(text + len, 1, STAT_SIZE - 1 - len, from)))
		len += got;
	text[len] = '\0';
	return WEXITSTATUS(pclose(from));
}

/* The number behind a name, on the first line that has both */
static long long number_of(const char *text, const char *name, const char *format)
{
	unsigned long long number;
	const char *line;

	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, strlen(name)) &&
		    line[strlen(name)] == ' ' &&
		    sscanf(line + strlen(name), format, &number) == 1)
			return (long long)number;
		if (!*line)
			break;
	}
	return -1;
}

TEST(stat_shows_what_the_module_has_counted)
{
	static char text[STAT_SIZE];
	static struct tcpclose_stats stats;
	struct tcpclose_cursor cursor = {};
	int fd = device_open(O_RDONLY);
	char tracked[24];

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, output_of("tcpclose stat --reset 2>&1", text));
	ASSERT_EQ(3, traffic_run(&(struct traffic){
			     .family = AF_INET,
			     .closes = TRAFFIC_LINGER,
			     .cycles = 3,
		     }));
	ASSERT_EQ(0, device_stats_settled(fd, &stats, 0));
	ASSERT_EQ(0, device_cursor(fd, 0, &cursor));
	ASSERT_EQ(0, output_of("tcpclose stat 2>&1", text));
	EXPECT_EQ(3, number_of(text, "linger", "%llu"));
	EXPECT_EQ(3, number_of(text, "rst", "%llu"));
	snprintf(tracked, sizeof(tracked), "%llu", stats.tracked);
	EXPECT_EQ(stats.max_conns, number_of(text, tracked, " tracked, of at most %llu"));
	EXPECT_EQ(cursor.written, number_of(text, "0", "%llu"));
	EXPECT_LT(0, number_of(text, "inet_sock_set_state", " tracepoint %llu"));
	EXPECT_LT(0, number_of(text, "tcp_reset", "%*s %llu"));
	EXPECT_EQ(NULL, strstr(text, "WARNING"))
	TH_LOG("%s", text);
	close(fd);
}

TEST(stat_shows_rates_and_resets)
{
	static char text[STAT_SIZE];
	static struct tcpclose_stats stats;
	int fd = device_open(O_RDONLY);

	ASSERT_LE(0, fd);
	ASSERT_EQ(1, traffic_one(TRAFFIC_LINGER));
	ASSERT_EQ(0, output_of("tcpclose stat --interval 0.01 --count 2 2>&1", text));
	EXPECT_NE(NULL, strstr(text, "Rates are those of the last "));
	ASSERT_EQ(0, output_of("tcpclose stat --reset 2>&1", text));
	EXPECT_LE(1, number_of(text, "linger", "%llu"));
	ASSERT_EQ(0, device_stats(fd, &stats));
	EXPECT_EQ(0, stats.causes[TCPCLOSE_CAUSE_LINGER]);
	close(fd);
}

TEST(stat_is_for_the_whole_machine_only)
{
	static char text[STAT_SIZE];
	int namespace = namespace_new(), before;

	ASSERT_LE(0, namespace);
	before = namespace_enter(namespace);
	ASSERT_LE(0, before);
	EXPECT_EQ(2, output_of("tcpclose stat 2>&1", text));
	EXPECT_NE(NULL, strstr(text, "run this in the initial network namespace"))
	TH_LOG("%s", text);
	ASSERT_EQ(0, namespace_leave(before));
	close(namespace);
}

TEST_MAIN_WITH_MODULE("")
