// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose watch -- COMMAND: the connections of that command and of its children, both
 * ends, and no others, while other connections close at the same time; and what becomes
 * of the command, its processes and its cgroup.
 *
 * usage: following ACTION [ARGUMENT...]
 *
 * acts as that command. Without arguments it tests.
 */
/* vm: --icount --smp 1 --limit 900 --disruptive --slow */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/lab_fixture.h"
#include "lib/namespace.h"
#include "lib/net.h"
#include "lib/patience.h"
#include "lib/procfile.h"
#include "lib/traffic.h"

/* Of the command's connections; other connections have others */
#define PORT 6000
/* Where each test writes what the tool says */
#define LINES "following.lines"
#define COMPLAINTS "following.complaints"

/* ---- what the command does: ACTION FAMILY PORT */

static int family_of(const char *text)
{
	return strcmp(text, "6") ? AF_INET : AF_INET6;
}

static union net_addr loopback(char **argv)
{
	return net_loopback(family_of(argv[0]), (uint16_t)atoi(argv[1]));
}

static void await_eof(int fd)
{
	char c;

	while (read(fd, &c, 1) > 0)
		;
}

/* Close first */
static int act_connect(char **argv)
{
	union net_addr addr = loopback(argv);
	int fd = net_connect(NULL, &addr);

	return fd < 0 || shutdown(fd, SHUT_WR) || (await_eof(fd), close(fd));
}

/* Close when the other end has */
static int act_stay(char **argv)
{
	union net_addr addr = loopback(argv);
	int fd = net_connect(NULL, &addr);

	if (fd < 0)
		return 1;
	await_eof(fd);
	return close(fd);
}

static int act_abort(char **argv)
{
	union net_addr addr = loopback(argv);
	int fd = net_connect(NULL, &addr);

	return fd < 0 || net_abort(fd);
}

/* Accept one connection, and close when the other end has */
static int act_serve(char **argv)
{
	union net_addr addr = loopback(argv);
	int listener = net_listen(&addr, 1), fd;

	if (listener < 0)
		return 1;
	fd = accept(listener, NULL, NULL);
	if (fd < 0)
		return 1;
	await_eof(fd);
	return close(fd) || close(listener);
}

/* In a grandchild, when its parent has exited */
static int act_orphan(char **argv)
{
	int ends[2], gone[2];
	pid_t child;

	if (pipe(ends) || pipe(gone))
		return 1;
	child = fork();
	if (!child) {
		if (!fork()) {
			close(ends[0]);
			close(gone[1]);
			await_eof(gone[0]);
			_exit(act_connect(argv));
		}
		_exit(0);
	}
	close(ends[1]);
	waitpid(child, NULL, 0);
	close(gone[1]);
	await_eof(ends[0]);
	return 0;
}

/* Both ends */
static int act_both(char **argv)
{
	union net_addr addr = loopback(argv);
	int listener = net_listen(&addr, 1), fd, status;
	pid_t child;

	if (listener < 0)
		return 1;
	child = fork();
	if (!child)
		_exit(act_connect(argv));
	fd = accept(listener, NULL, NULL);
	await_eof(fd);
	close(fd);
	return waitpid(child, &status, 0) != child || status;
}

static int own_cgroup(char path[512])
{
	char line[256];

	if (procfile_read("/proc/self/cgroup", line, sizeof(line)) < 0)
		return 1;
	snprintf(path, 512, "/sys/fs/cgroup%s/below", strchr(line, '/'));
	return 0;
}

/* In a cgroup that it makes below its own */
static int act_nest(char **argv)
{
	char path[512], procs[600];
	int status, ms;
	pid_t child;

	if (own_cgroup(path) || mkdir(path, 0755))
		return 1;
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
	child = fork();
	if (!child)
		_exit(procfile_write(procs, "0") || act_connect(argv));
	waitpid(child, &status, 0);
	for (ms = 0; rmdir(path) && ms < 5000; ms++)
		usleep(1000);
	return status || ms == 5000;
}

/* Leave a process behind, and the connection in its hands */
static int act_leave(char **argv)
{
	union net_addr addr = loopback(argv);
	int fd = net_connect(NULL, &addr);
	pid_t child = fd < 0 ? -1 : fork();

	if (!child) {
		await_eof(fd);
		_exit(close(fd));
	}
	printf("%d\n", child);
	return child < 0;
}

/* Close what it inherited */
static int act_inherit(char **argv)
{
	return close(atoi(argv[1]));
}

static int act_sleep(char **argv)
{
	printf("%d\n", getpid());
	fflush(stdout);
	return poll(NULL, 0, -1);
}

static int act_stubborn(char **argv)
{
	signal(SIGTERM, SIG_IGN);
	return act_sleep(argv);
}

static const struct {
	const char *name;
	int (*act)(char **argv);
} actions[] = {
	{ "connect", act_connect },
	{ "stay", act_stay },
	{ "abort", act_abort },
	{ "serve", act_serve },
	{ "orphan", act_orphan },
	{ "both", act_both },
	{ "nest", act_nest },
	{ "leave", act_leave },
	{ "inherit", act_inherit },
	{ "sleep", act_sleep },
	{ "stubborn", act_stubborn },
};

static int act(char **argv)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(actions); i++)
		if (!strcmp(actions[i].name, argv[0]))
			return actions[i].act(argv + 1);
	return 2;
}

/* ---- the tool */

FIXTURE(following)
{
	int listener;
	struct traffic_run *others;
	int netns;
	pid_t tool;
	int stdout_of_tool;
};

FAMILY_VARIANTS(following);

FIXTURE_SETUP(following)
{
	union net_addr addr = net_loopback(variant->family, PORT);

	/* Others' mini-sockets shall not take the room of the command's */
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_max_tw_buckets", "100000"));
	self->netns = -1;
	self->listener = net_listen(&addr, 8);
	ASSERT_LE(0, self->listener);
	self->others = traffic_start(&(struct traffic){
		.closes = TRAFFIC_MIXED,
		.pause_us = 50000,
	});
	ASSERT_NE(NULL, self->others);
	self->tool = 0;
	unlink(LINES);
	unlink(COMPLAINTS);
}

FIXTURE_TEARDOWN(following)
{
	if (self->tool > 0) {
		kill(self->tool, SIGKILL);
		waitpid(self->tool, NULL, 0);
		close(self->stdout_of_tool);
	}
	EXPECT_LT(0, traffic_stop(self->others));
	close(self->listener);
	if (self->netns >= 0) {
		/* It would go with its namespace, but later */
		EXPECT_EQ(0, net_run("ip link del v0"));
		close(self->netns);
	}
}

/* Start the tool in a shell, which has variables for the arguments of the actions */
static pid_t start(int *from, int family, const char *format, va_list args)
{
	char command[1024], digits[16], self[256] = "";
	int ends[2];
	pid_t pid;

	vsnprintf(command, sizeof(command), format, args);
	snprintf(digits, sizeof(digits), "%d %d", family == AF_INET6 ? 6 : 4, PORT);
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0 || pipe2(ends, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		signal(SIGINT, SIG_DFL);
		dup2(ends[1], STDOUT_FILENO);
		dup2(open(COMPLAINTS, O_CREAT | O_TRUNC | O_WRONLY, 0600), STDERR_FILENO);
		setenv("AT", digits, 1);
		setenv("ACT", self, 1);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	close(ends[1]);
	*from = ends[0];
	return pid;
}

static int begin(FIXTURE_DATA(following) * self, int family, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	self->tool = start(&self->stdout_of_tool, family, format, args);
	va_end(args);
	return self->tool < 0 ? self->tool : 0;
}

/* Return: exit status of the tool, or 128 + the signal */
static int finish(FIXTURE_DATA(following) * self)
{
	int status = 0;

	waitpid(self->tool, &status, 0);
	self->tool = 0;
	close(self->stdout_of_tool);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#define BEGIN(...) ASSERT_EQ(0, begin(self, variant->family, __VA_ARGS__))
#define WATCH "exec tcpclose watch --json --output " LINES " "

/* The server of the test; meanwhile other connections close. Return: its end */
static int take(FIXTURE_DATA(following) * self)
{
	static const struct traffic others = {
		.closes = TRAFFIC_MIXED,
		.cycles = 16,
		.port = 21000,
	};
	int ret = net_wait(self->listener, POLLIN, patience_ms(20000));

	if (!ret && traffic_run(&others) != 16)
		ret = -EIO;
	return ret ? ret : accept(self->listener, NULL, NULL);
}

static const char *file(const char *name)
{
	static char text[1 << 18];
	FILE *f = fopen(name, "re");
	size_t len = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (f)
		fclose(f);
	text[len] = '\0';
	return text;
}

static char letter(const char *line)
{
	static const char *const states[] = { "1FIN_WAIT1", "2FIN_WAIT2", "TTIME_WAIT",
					      "WCLOSE_WAIT", "LLAST_ACK", "GCLOSING",
					      ".CLOSE" };
	char text[32];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		snprintf(text, sizeof(text), "\"new\":\"%s\"", states[i] + 1);
		if (strstr(line, text))
			return states[i][0];
	}
	return '?';
}

/*
 * The states that were entered: small "s" before those of the end at the server's port,
 * "c" before those of the other one, "?" for lines of other connections
 */
static const char *walk(void)
{
	static char walk[512];
	char server[32], client[32], *line, *rest = (char *)file(LINES);
	size_t at = 0;

	snprintf(server, sizeof(server), "\"lport\":%d,", PORT);
	snprintf(client, sizeof(client), "\"rport\":%d,", PORT);
	while ((line = strsep(&rest, "\n")) && *line && at + 3 < sizeof(walk)) {
		walk[at++] = strstr(line, server) ? 's' : strstr(line, client) ? 'c' :
										 '?';
		walk[at++] = letter(line);
	}
	walk[at] = '\0';
	return walk;
}

/* Only those of one end, without those that stay: a mini-socket takes over in FIN_WAIT2 */
static const char *walk_of(char end)
{
	static char steps[2][256];
	char *to = steps[end == 's'];
	const char *from;

	for (from = walk(); *from; from += 2)
		if (*from == end && (to == steps[end == 's'] || from[1] != to[-1]))
			*to++ = from[1];
	*to = '\0';
	return steps[end == 's'];
}

/* How often an end has entered a state */
static int count(const char *step)
{
	const char *from;
	int found = 0;

	for (from = walk(); *from; from += 2)
		found += !strncmp(from, step, 2);
	return found;
}

#define EXPECT_WALKS(client, server) \
	do { \
		EXPECT_STREQ(client, walk_of('c')); \
		EXPECT_STREQ(server, walk_of('s')); \
		EXPECT_EQ(NULL, strchr(walk(), '?')) \
		{ \
			TH_LOG("%s", file(LINES)); \
		} \
	} while (0)

/* The tool's cgroup is gone */
static bool is_tidy(void)
{
	return !net_run("! find /sys/fs/cgroup -name 'tcpclose-*' | grep -q .");
}

/* ---- whose connections */

TEST_F(following, client_that_closes_first)
{
	int fd;

	BEGIN(WATCH "-- $ACT connect $AT");
	fd = take(self);
	ASSERT_LE(0, fd);
	await_eof(fd);
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, finish(self));
	EXPECT_WALKS("12T", "WL.");
	EXPECT_TRUE(is_tidy());
}

/* Its end is known a moment after the server's has two lines */
TEST_F(following, client_whose_server_closes_first)
{
	const char *steps;
	int fd;

	BEGIN(WATCH "-- $ACT stay $AT");
	fd = take(self);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, finish(self));
	EXPECT_WALKS("WL.", "12T");
	steps = walk();
	EXPECT_EQ(0, strncmp(steps, "s1", 2));
}

TEST_F(following, client_that_aborts)
{
	int fd;

	BEGIN(WATCH "-- $ACT abort $AT");
	fd = take(self);
	ASSERT_LE(0, fd);
	await_eof(fd);
	close(fd);
	EXPECT_EQ(0, finish(self));
	EXPECT_WALKS(".", ".");
}

TEST_F(following, server)
{
	union net_addr addr = net_loopback(variant->family, PORT);
	int fd, ms;

	ASSERT_EQ(0, close(self->listener));
	BEGIN(WATCH "-- $ACT serve $AT");
	for (ms = 0; (fd = net_connect(NULL, &addr)) < 0 && ms < patience_ms(10000); ms += 10)
		usleep(10000);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, shutdown(fd, SHUT_WR));
	await_eof(fd);
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, finish(self));
	/* Earlier attempts were refused: these are no connections of the command */
	EXPECT_WALKS("12T", "WL.");
}

TEST_F(following, child_whose_parent_has_exited)
{
	int fd;

	BEGIN(WATCH "-- $ACT orphan $AT");
	fd = take(self);
	ASSERT_LE(0, fd);
	await_eof(fd);
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, finish(self));
	EXPECT_WALKS("12T", "WL.");
}

TEST_F(following, shell_with_pipes)
{
	int i, fd;

	BEGIN(WATCH "-- sh -c '$ACT connect $AT | { $ACT connect $AT; cat; } | cat'");
	for (i = 0; i < 2; i++) {
		fd = take(self);
		ASSERT_LE(0, fd);
		await_eof(fd);
		ASSERT_EQ(0, close(fd));
	}
	EXPECT_EQ(0, finish(self));
	EXPECT_EQ(2, count("c1"));
	EXPECT_EQ(2, count("cT"));
	EXPECT_EQ(2, count("sW"));
	EXPECT_EQ(2, count("s."));
	EXPECT_EQ(NULL, strchr(walk(), '?'));
}

TEST_F(following, shell_that_becomes_another_program)
{
	int fd;

	BEGIN(WATCH "-- sh -c 'exec $ACT connect $AT'");
	fd = take(self);
	ASSERT_LE(0, fd);
	await_eof(fd);
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, finish(self));
	EXPECT_WALKS("12T", "WL.");
}

TEST_F(following, both_ends)
{
	ASSERT_EQ(0, close(self->listener));
	BEGIN(WATCH "-- $ACT both $AT");
	EXPECT_EQ(0, finish(self));
	EXPECT_WALKS("12T", "WL.");
}

TEST_F(following, child_in_a_cgroup_below)
{
	int fd;

	BEGIN(WATCH "-- $ACT nest $AT");
	fd = take(self);
	ASSERT_LE(0, fd);
	await_eof(fd);
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, finish(self));
	EXPECT_STREQ("", file(COMPLAINTS));
	EXPECT_WALKS("12T", "WL.");
	EXPECT_TRUE(is_tidy());
}

/* The tool within the tool: the cgroup of the inner one is below that of the outer one */
TEST_F(following, command_of_another_one)
{
	int fd;

	BEGIN(WATCH "-- tcpclose watch -- $ACT connect $AT");
	fd = take(self);
	ASSERT_LE(0, fd);
	await_eof(fd);
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, finish(self));
	EXPECT_WALKS("12T", "WL.");
	EXPECT_NE(NULL, strstr(file(COMPLAINTS), "FIN_WAIT1"));
	EXPECT_TRUE(is_tidy());
}

TEST_F(following, in_a_namespace_of_which_nothing_else_is_seen)
{
	union net_addr addr = net_loopback(variant->family, PORT);
	int fd;

	ASSERT_EQ(0, close(self->listener));
	ASSERT_EQ(0, net_enter());
	self->listener = net_listen(&addr, 1);
	ASSERT_LE(0, self->listener);
	BEGIN(WATCH "-- $ACT stay $AT");
	fd = take(self);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, finish(self));
	EXPECT_WALKS("WL.", "12T");
}

/* Who made it, another process, has the connection */
TEST_F(following, not_what_it_was_given)
{
	int pair[2];

	ASSERT_EQ(0, net_pair(variant->family, pair));
	ASSERT_EQ(0, fcntl(pair[0], F_SETFD, 0));
	BEGIN(WATCH "-- $ACT inherit 4 %d", pair[0]);
	ASSERT_EQ(0, close(pair[0]));
	EXPECT_EQ(0, finish(self));
	await_eof(pair[1]);
	ASSERT_EQ(0, close(pair[1]));
	EXPECT_STREQ("", file(LINES));
}

TEST_F(following, not_what_the_filter_leaves_out)
{
	int fd;

	BEGIN(WATCH "lport:%d -- $ACT stay $AT", PORT);
	fd = take(self);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, finish(self));
	EXPECT_WALKS("", "12T");
}

/* ---- two machines: the other end is in another namespace, and 20 ms later */

static int cable(int family, int netns)
{
	const char *to = family == AF_INET6 ? "fd00::2/64 nodad" : "10.0.0.2/24";
	const char *from = family == AF_INET6 ? "fd00::1/64 nodad" : "10.0.0.1/24";
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", getpid(), netns);
	return net_run("ip link add v0 type veth peer name v1 netns %s", path) ||
	       net_run("nsenter --net=%s ip addr add %s dev v1", path, to) ||
	       net_run("nsenter --net=%s ip link set v1 up", path) ||
	       net_run("ip addr add %s dev v0 && ip link set v0 up", from) ||
	       net_run("tc qdisc add dev v0 root netem delay 20ms");
}

/* A child, since the server is of another namespace. Return: its process, or -errno */
static pid_t serve_afar(int netns, int family, int (*end)(int fd))
{
	const char *text = family == AF_INET6 ? "fd00::2" : "10.0.0.2";
	int ready[2];
	pid_t pid;

	if (netns < 0 || cable(family, netns) || pipe(ready))
		return -EIO;
	pid = fork();
	if (!pid) {
		union net_addr addr = net_address(family, text, PORT);
		int fd;

		close(ready[0]);
		if (namespace_enter(netns) < 0)
			_exit(1);
		fd = net_listen(&addr, 1);
		close(ready[1]);
		_exit(fd < 0 || end(accept(fd, NULL, NULL)));
	}
	close(ready[1]);
	await_eof(ready[0]);
	close(ready[0]);
	return pid;
}

/* Wait until the other end has closed, without closing */
static int end_later(int fd)
{
	await_eof(fd);
	return close(fd);
}

static const char *far_client(int family)
{
	return family == AF_INET6 ? "exec 3<>/dev/tcp/fd00::2/6000" :
				    "exec 3<>/dev/tcp/10.0.0.2/6000";
}

TEST_F(following, other_end_in_another_namespace_that_closes_first)
{
	pid_t pid;

	self->netns = namespace_new();
	pid = serve_afar(self->netns, variant->family, close);
	ASSERT_LT(0, pid);
	BEGIN(WATCH "-- bash -c '%s; cat <&3'", far_client(variant->family));
	EXPECT_EQ(0, finish(self));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_WALKS("WL.", "12T");
}

/* Without a grace it would end in FIN_WAIT1 */
TEST_F(following, fins_that_are_on_their_way_when_it_ends)
{
	pid_t pid;

	self->netns = namespace_new();
	pid = serve_afar(self->netns, variant->family, end_later);
	ASSERT_LT(0, pid);
	BEGIN(WATCH "-- bash -c '%s'", far_client(variant->family));
	EXPECT_EQ(0, finish(self));
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_EQ('T', walk_of('c')[strlen(walk_of('c')) - 1]);
	EXPECT_STREQ("WL.", walk_of('s'));
}

/* ---- how it ends */

TEST_F_TIMEOUT(following, until_the_last_time_wait_is_over, 120)
{
	int fd;

	BEGIN(WATCH "--wait -- $ACT connect $AT");
	fd = take(self);
	ASSERT_LE(0, fd);
	await_eof(fd);
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, finish(self));
	EXPECT_WALKS("12T.", "WL.");
}

/* Also if it is the other end's */
TEST_F_TIMEOUT(following, until_the_other_ends_time_wait_is_over, 120)
{
	int fd;

	BEGIN("exec tcpclose conns --json --wait --output " LINES " -- $ACT stay $AT");
	fd = take(self);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, finish(self));
	EXPECT_NE(NULL, strstr(file(LINES), "\"end\":\"expired\""))
	{
		TH_LOG("%s", file(LINES));
	}
}

TEST_F(following, signal_ends_the_wait)
{
	int fd, ms;

	BEGIN(WATCH "--wait -- $ACT connect $AT");
	fd = take(self);
	ASSERT_LE(0, fd);
	await_eof(fd);
	ASSERT_EQ(0, close(fd));
	for (ms = 0; !strchr(walk_of('c'), 'T') && ms < patience_ms(10000); ms += 10)
		usleep(10000);
	ASSERT_EQ(0, kill(self->tool, SIGINT));
	EXPECT_EQ(0, finish(self));
	EXPECT_WALKS("12T", "WL.");
	EXPECT_TRUE(is_tidy());
}

TEST_F(following, exit_status_is_the_tools_own)
{
	BEGIN(WATCH "-- sh -c 'exit 3'");
	EXPECT_EQ(0, finish(self));
	EXPECT_STREQ("tcpclose: sh: exit status 3\n", file(COMPLAINTS));
	EXPECT_TRUE(is_tidy());
}

TEST_F(following, program_that_is_not_there)
{
	BEGIN(WATCH "-- no-such-program");
	EXPECT_EQ(2, finish(self));
	EXPECT_STREQ("tcpclose: no-such-program: cannot be run: No such file or directory\n",
		     file(COMPLAINTS));
	EXPECT_TRUE(is_tidy());
}

/* Until the end. Return: its text */
static const char *printed(FIXTURE_DATA(following) * self)
{
	static char text[4096];
	size_t len = 0;
	ssize_t got;

	while (len + 1 < sizeof(text) &&
	       (got = read(self->stdout_of_tool, text + len, sizeof(text) - 1 - len)) > 0)
		len += got;
	text[len] = '\0';
	return text;
}

TEST_F(following, no_descriptors_but_the_callers)
{
	char text[4096], *second;

	BEGIN("ls /proc/self/fd; echo =; " WATCH "-- ls /proc/self/fd");
	snprintf(text, sizeof(text), "%s", printed(self));
	second = strstr(text, "=\n");
	ASSERT_NE(NULL, second);
	*second = '\0';
	EXPECT_STREQ(text, second + 2);
	EXPECT_EQ(0, finish(self));
}

/* A process that prints its number */
static pid_t printed_pid(int from)
{
	char text[32] = "";

	return read(from, text, sizeof(text) - 1) > 0 ? atoi(text) : -1;
}

TEST_F(following, processes_that_are_left_behind_go_on)
{
	char path[64], before[256], after[256];
	pid_t left;
	int fd;

	ASSERT_LT(0, procfile_read("/proc/self/cgroup", before, sizeof(before)));
	BEGIN(WATCH "-- $ACT leave $AT");
	fd = take(self);
	ASSERT_LE(0, fd);
	left = printed_pid(self->stdout_of_tool);
	ASSERT_LT(0, left);
	EXPECT_EQ(0, finish(self));
	EXPECT_NE(NULL, strstr(file(COMPLAINTS), "has left 1 process behind"));
	EXPECT_TRUE(is_tidy());
	/* In the cgroup in which it would be without the tool */
	snprintf(path, sizeof(path), "/proc/%d/cgroup", left);
	ASSERT_LT(0, procfile_read(path, after, sizeof(after)));
	EXPECT_STREQ(before, after);
	ASSERT_EQ(0, close(fd));
}

TEST_F(following, signal_ends_the_command)
{
	pid_t pid;

	BEGIN(WATCH "-- $ACT sleep $AT");
	pid = printed_pid(self->stdout_of_tool);
	ASSERT_LT(0, pid);
	ASSERT_EQ(0, kill(self->tool, SIGTERM));
	EXPECT_EQ(0, finish(self));
	EXPECT_NE(NULL, strstr(file(COMPLAINTS), "following: killed by signal 15\n"));
	EXPECT_EQ(-1, kill(pid, 0));
	EXPECT_TRUE(is_tidy());
}

TEST_F(following, command_that_does_not_want_to_end_is_killed)
{
	BEGIN(WATCH "-- $ACT stubborn $AT");
	ASSERT_LT(0, printed_pid(self->stdout_of_tool));
	ASSERT_EQ(0, kill(self->tool, SIGHUP));
	EXPECT_EQ(0, finish(self));
	EXPECT_NE(NULL, strstr(file(COMPLAINTS), "following: killed by signal 9\n"));
	EXPECT_TRUE(is_tidy());
}

/* The next one removes the cgroup of one that was killed, but none that is in use */
TEST_F(following, what_a_killed_one_left_is_removed)
{
	pid_t pid;

	BEGIN(WATCH "-- $ACT sleep $AT");
	pid = printed_pid(self->stdout_of_tool);
	ASSERT_LT(0, pid);
	EXPECT_EQ(0, net_run("tcpclose watch -- true"));
	EXPECT_FALSE(is_tidy());
	ASSERT_EQ(0, kill(self->tool, SIGKILL));
	EXPECT_EQ(128 + SIGKILL, finish(self));
	/* With a process in it, it stays */
	EXPECT_EQ(0, net_run("tcpclose watch -- true"));
	EXPECT_FALSE(is_tidy());
	ASSERT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(0, net_run("while kill -0 %d; do sleep 0.1; done", pid));
	EXPECT_EQ(0, net_run("tcpclose watch -- true"));
	EXPECT_TRUE(is_tidy());
}

TEST_F(following, count_ends_the_lines_not_the_command)
{
	int fd;

	BEGIN(WATCH "--count 1 -- $ACT stay $AT");
	fd = take(self);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, shutdown(fd, SHUT_WR));
	await_eof(fd);
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, finish(self));
	EXPECT_STREQ("s1", walk());
	EXPECT_STREQ("", file(COMPLAINTS));
}

/* ---- other commands */

TEST_F(following, ladder_of_what_it_did)
{
	int fd;

	BEGIN("exec tcpclose ladder --output " LINES " -- $ACT connect $AT");
	fd = take(self);
	ASSERT_LE(0, fd);
	await_eof(fd);
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, finish(self));
	EXPECT_NE(NULL, strstr(file(LINES), "following["));
	EXPECT_NE(NULL, strstr(file(LINES), ":6000"));
	EXPECT_NE(NULL, strstr(file(LINES), "is not over"));
	EXPECT_STREQ("", file(COMPLAINTS));
}

TEST_F(following, ladder_of_nothing)
{
	BEGIN("exec tcpclose ladder -- true");
	EXPECT_EQ(2, finish(self));
	EXPECT_STREQ("tcpclose: true: no connection of it that matches has closed\n",
		     file(COMPLAINTS));
}

/* Standard output is the command's */
TEST_F(following, conns_on_standard_error)
{
	int fd;

	BEGIN("exec tcpclose conns -- sh -c '$ACT connect $AT; echo done'");
	fd = take(self);
	ASSERT_LE(0, fd);
	await_eof(fd);
	ASSERT_EQ(0, close(fd));
	EXPECT_STREQ("done\n", printed(self));
	EXPECT_EQ(0, finish(self));
	EXPECT_NE(NULL, strstr(file(COMPLAINTS), "not over"));
	/* Both ends, and the line of the date and that of the columns */
	EXPECT_EQ(0, net_run("test $(wc -l <" COMPLAINTS ") = 4"));
}

TEST_F(following, why_of_what_works)
{
	int fd;

	BEGIN("exec tcpclose why --output " LINES " -- $ACT connect $AT");
	fd = take(self);
	ASSERT_LE(0, fd);
	await_eof(fd);
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, finish(self));
	EXPECT_NE(NULL, strstr(file(LINES), "Closing is healthy."));
	EXPECT_NE(NULL, strstr(file(LINES), "Looked at 2 connections that ended"));
	EXPECT_STREQ("", file(COMPLAINTS));
}

TEST_F(following, why_of_what_does_not)
{
	BEGIN("exec tcpclose why --output " LINES " -- bash -c ': </dev/tcp/127.0.0.1/9'");
	EXPECT_EQ(1, finish(self));
	EXPECT_NE(NULL, strstr(file(LINES), "(refused)"));
	EXPECT_NE(NULL, strstr(file(LINES), "1 connection of bash["));
	EXPECT_NE(NULL, strstr(file(LINES), " to 127.0.0.1:9 was refused"));
}

/* ---- where no cgroup can be made */

TEST_F(following, read_only_cgroups)
{
	BEGIN("exec unshare -m sh -c 'mount --make-rprivate / && mount -o remount,bind,ro /sys/fs/cgroup && exec tcpclose watch -- echo started'");
	EXPECT_EQ(2, finish(self));
	EXPECT_NE(NULL, strstr(file(COMPLAINTS), "Read-only file system: run it where"));
}

TEST_F(following, not_root)
{
	BEGIN("chmod 666 /dev/tcpclose; exec setpriv --reuid 1000 --clear-groups --inh-caps=-all,+net_admin --ambient-caps=+net_admin tcpclose watch -- echo started");
	EXPECT_EQ(2, finish(self));
	EXPECT_NE(NULL, strstr(file(COMPLAINTS), "Permission denied: run it as root"));
	ASSERT_EQ(0, chmod("/dev/tcpclose", 0600));
}

TEST_F(following, cgroups_that_are_not_mounted)
{
	int fd;

	BEGIN("exec unshare -m sh -c 'mount --make-rprivate / && umount /sys/fs/cgroup && " WATCH
	      "-- $ACT connect $AT'");
	fd = take(self);
	ASSERT_LE(0, fd);
	await_eof(fd);
	ASSERT_EQ(0, close(fd));
	EXPECT_EQ(0, finish(self));
	EXPECT_WALKS("12T", "WL.");
	EXPECT_TRUE(is_tidy());
}

int main(int argc, char **argv)
{
	if (argc >= 3 && argv[1][0] != '-')
		return act(argv + 1);
	return test_harness_run(argc, argv);
}
