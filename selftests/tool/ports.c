// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpclose ports: of each namespace, destination and local address it shows exactly the
 * ports that the test has made connections from, whose they are, which calls found none,
 * and which TIME_WAITs were taken over or could not be made.
 *
 * vm: --icount --smp 1
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/lab_fixture.h"
#include "lib/namespace.h"
#include "lib/net.h"
#include "lib/patience.h"
#include "lib/piped.h"

#define OUTPUT_MAX (1 << 20)
#define FIRST_PORT 7041
#define DESTINATIONS 3
#define COMM "proxy"

/* Longer than connect() waits before it takes the port of a TIME_WAIT */
#define REUSE_MS 10000

FIXTURE(ports)
{
	char *output;
	int listener[DESTINATIONS];
	int status;
};

FAMILY_VARIANTS(ports);

/* The tool sees the whole machine from the initial namespace only. */
static pid_t start_tool(int *from, const char *options)
{
	int here = namespace_enter_init();
	char command[256];
	pid_t pid;

	if (here < 0)
		return -1;
	snprintf(command, sizeof(command), "exec tcpclose ports %s", options);
	pid = piped_start(from, command);
	return namespace_leave(here) ? -1 : pid;
}

/* Return: exit status of the tool */
static int finish_tool(pid_t pid, int from, char *output)
{
	size_t len = 0;
	ssize_t got;
	int status;

	while ((got = read(from, output + len, OUTPUT_MAX - 1 - len)) > 0)
		len += got;
	output[len] = '\0';
	close(from);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int run_tool(char *output, const char *options)
{
	int from;
	pid_t pid = start_tool(&from, options);

	return pid < 0 ? -1 : finish_tool(pid, from, output);
}

/*
 * Where time is virtual, TIME_WAITs may end while a slow disk is waited for: let all of the
 * tool be in memory before there are any.
 */
static int warm_up(char *output)
{
	return run_tool(output, "--json port:1") || run_tool(output, "--plugin port:1");
}

FIXTURE_SETUP(ports)
{
	int i;

	self->output = calloc(1, OUTPUT_MAX);
	ASSERT_NE(NULL, self->output);
	ASSERT_EQ(0, net_enter());
	ASSERT_EQ(0, net_sysctl("ipv4.ip_local_port_range", "40000 40019"));
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_tw_reuse", "0"));
	ASSERT_EQ(0, prctl(PR_SET_NAME, COMM));
	ASSERT_EQ(0, warm_up(self->output));
	for (i = 0; i < DESTINATIONS; i++) {
		union net_addr at = net_loopback(variant->family, FIRST_PORT + i);

		self->listener[i] = net_listen(&at, 64);
		ASSERT_LE(0, self->listener[i]);
	}
}

FIXTURE_TEARDOWN(ports)
{
	int i;

	for (i = 0; i < DESTINATIONS; i++)
		close(self->listener[i]);
	free(self->output);
}

/* An inode is soon another namespace's. */
static uint64_t own_netns(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = net_netns_cookie(fd);

	close(fd);
	return cookie;
}

/* Return: the line of that kind, and of this namespace, that has @what; or "" */
static const char *find(const char *output, const char *kind, const char *what)
{
	static char line[1 << 14];
	char begin[32], netns[48];
	const char *end;

	snprintf(begin, sizeof(begin), "{\"kind\":\"%s\"", kind);
	snprintf(netns, sizeof(netns), "\"netns\":%llu,", (unsigned long long)own_netns());
	for (; (end = strchr(output, '\n')); output = end + 1) {
		snprintf(line, sizeof(line), "%.*s", (int)(end - output), output);
		if (strstr(line, begin) == line && strstr(line, netns) && strstr(line, what))
			return line;
	}
	return "";
}

/* The first value of a member, as JSON */
static const char *value(const char *line, const char *key)
{
	static char text[64];
	char name[48];
	const char *at;

	snprintf(name, sizeof(name), "\"%s\":", key);
	at = strstr(line, name);
	if (!at)
		return "not there";
	at += strlen(name);
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(at, ",}]"), at);
	return text;
}

#define EXPECT_VALUE(line, key, ...) \
	do { \
		char _expected[64]; \
\
		snprintf(_expected, sizeof(_expected), __VA_ARGS__); \
		EXPECT_STREQ(_expected, value(line, key)) \
		TH_LOG("%s in %s", key, line); \
	} while (0)

/* Likewise: the destination with that port */
static const char *find_to(const char *output, int port)
{
	char what[32];

	snprintf(what, sizeof(what), "\"rport\":%d,", port);
	return find(output, "destination", what);
}

#define LINE(kind) find(self->output, kind, "")
#define TO(port) find_to(self->output, port)

#define RUN(options) (self->status = run_tool(self->output, options))

/* Other tests have just used up the ports of theirs. */
#define RUN_PLUGIN(options) \
	do { \
		char _options[128]; \
\
		snprintf(_options, sizeof(_options), "--plugin --netns /proc/%d/ns/net %s", \
			 getpid(), options); \
		RUN(_options); \
	} while (0)

#define RUN_JSON() \
	do { \
		RUN("--json"); \
		ASSERT_EQ(0, self->status); \
	} while (0)

/* A connection to @number; @bound: bind() chooses its port. Return: it, or -errno */
static int open_one(int family, int number, bool bound)
{
	union net_addr from = net_loopback(family, 0);
	union net_addr to = net_loopback(family, FIRST_PORT + number);

	return net_connect(bound ? &from : NULL, &to);
}

/* Likewise, and closed by this end first: a TIME_WAIT. Return: 0 or -errno */
static int close_one(int family, int number, int listener, bool bound)
{
	int fd = open_one(family, number, bound), accepted;
	char byte;

	if (fd < 0)
		return fd;
	accepted = accept(listener, NULL, NULL);
	close(fd);
	/* Its FIN has arrived. */
	if (accepted < 0 || read(accepted, &byte, 1))
		return -EPROTO;
	return close(accepted);
}

static int close_some(int family, int number, int listener, bool bound, int count)
{
	int ret = 0;

	while (!ret && count--)
		ret = close_one(family, number, listener, bound);
	return ret;
}

/* The case of a proxy: 18 TIME_WAITs, six for each destination, and two that are open. */
static int make_proxy(FIXTURE_DATA(ports) * self, int family, bool bound, int open[2])
{
	int i, ret = 0;

	for (i = 0; !ret && i < DESTINATIONS; i++)
		ret = close_some(family, i, self->listener[i], bound, 6);
	for (i = 0; !ret && i < 2; i++) {
		open[i] = open_one(family, i, bound);
		if (open[i] < 0)
			ret = open[i];
	}
	return ret;
}

TEST_F(ports, what_bind_chose_is_taken_for_every_destination)
{
	int open[2], i;

	ASSERT_EQ(0, make_proxy(self, variant->family, true, open));
	EXPECT_EQ(-EADDRINUSE, open_one(variant->family, 2, true));
	RUN_JSON();
	for (i = 0; i < DESTINATIONS; i++) {
		const char *line = TO(FIRST_PORT + i);

		EXPECT_VALUE(line, "available", "20");
		EXPECT_VALUE(line, "used", "%d", i < 2 ? 7 : 6);
		EXPECT_VALUE(line, "open", "%d", i < 2 ? 1 : 0);
		EXPECT_VALUE(line, "time_wait", "6");
		EXPECT_VALUE(line, "closing", "0");
		EXPECT_VALUE(line, "reusable", "0");
		EXPECT_VALUE(line, "begun", "6");
		EXPECT_VALUE(line, "comm", "\"" COMM "\"");
		EXPECT_VALUE(line, "pid", "%d", getpid());
		EXPECT_VALUE(line, "short", "false");
	}
	EXPECT_VALUE(LINE("netns"), "used", "20");
	EXPECT_VALUE(LINE("netns"), "open", "2");
	EXPECT_VALUE(LINE("netns"), "time_wait", "18");
	EXPECT_VALUE(LINE("netns"), "mini_sockets", "18");
	EXPECT_VALUE(LINE("address"), "taken", "20");
	EXPECT_VALUE(LINE("address"), "percent", "100");
	EXPECT_VALUE(LINE("address"), "failed", "1");
	EXPECT_VALUE(LINE("address"), "short", "true");
	EXPECT_NE(NULL, strstr(LINE("address"),
			       "{\"what\":\"IP_BIND_ADDRESS_NO_PORT\",\"helps\":true"));
	EXPECT_NE(NULL, strstr(LINE("address"),
			       "{\"what\":\"tcp_tw_reuse-for-bind\",\"helps\":false"));
	EXPECT_VALUE(LINE("failure"), "call", "\"bind\"");
	EXPECT_VALUE(LINE("failure"), "error", "\"EADDRINUSE\"");
	EXPECT_VALUE(LINE("failure"), "count", "1");
	EXPECT_VALUE(LINE("failure"), "pid", "%d", getpid());
	RUN_PLUGIN("");
	EXPECT_EQ(2, self->status);
	EXPECT_EQ(self->output,
		  strstr(self->output, "PORTS CRITICAL - bind() found no port 1 time"))
	TH_LOG("%s", self->output);
	close(open[0]);
	close(open[1]);
}

/* Return: how many are set */
static int count_bits(const bool map[65536])
{
	int count = 0, i;

	for (i = 0; i < 65536; i++)
		count += map[i];
	return count;
}

TEST_F(ports, what_connect_chose_is_taken_for_one_destination)
{
	static bool used[65536];
	int i, n;

	for (i = 0; i < DESTINATIONS; i++) {
		for (n = 0; n < 6; n++) {
			int fd = open_one(variant->family, i, false);

			ASSERT_LE(0, fd);
			used[net_local_port(fd)] = true;
		}
	}
	RUN_JSON();
	for (i = 0; i < DESTINATIONS; i++) {
		const char *line = TO(FIRST_PORT + i);

		EXPECT_VALUE(line, "used", "6");
		EXPECT_VALUE(line, "taken", "6");
		EXPECT_VALUE(line, "percent", "30");
		EXPECT_VALUE(line, "open", "6");
	}
	EXPECT_VALUE(LINE("netns"), "used", "%d", count_bits(used));
	EXPECT_VALUE(LINE("address"), "taken", "%d", count_bits(used));
	RUN_PLUGIN("--warning 30 --critical 31 port:7041");
	EXPECT_EQ(1, self->status);
	RUN("--json port:7042");
	EXPECT_STREQ("", TO(7041));
	EXPECT_VALUE(TO(7042), "used", "6");
	/* All numbers are still of all. */
	EXPECT_VALUE(LINE("netns"), "used", "%d", count_bits(used));
}

/* From Linux 6.8 on sockets that are bound, but not connected are listed. */
static bool lists_bound(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname uts;

	if (uname(&uts) || sscanf(uts.release, "%u.%u", &major, &minor) != 2)
		return false;
	return major > 6 || (major == 6 && minor >= 8);
}

TEST_F(ports, reserved_and_held_ports_are_counted)
{
	union net_addr listening = net_loopback(variant->family, 40001);
	union net_addr bound = net_loopback(variant->family, 40003);
	union net_addr reserved = net_loopback(variant->family, 40006);
	int fd[3];

	ASSERT_EQ(0, net_sysctl("ipv4.ip_local_reserved_ports", "40002,40005-40007,50000"));
	fd[0] = net_listen(&listening, 1);
	ASSERT_LE(0, fd[0]);
	/* That port is not available anyway. */
	fd[1] = net_listen(&reserved, 1);
	ASSERT_LE(0, fd[1]);
	fd[2] = socket(variant->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, bind(fd[2], &bound.sa, net_addr_len(&bound)));
	ASSERT_LE(0, open_one(variant->family, 0, false));
	RUN_JSON();
	EXPECT_VALUE(LINE("netns"), "port_first", "40000");
	EXPECT_VALUE(LINE("netns"), "port_last", "40019");
	EXPECT_VALUE(LINE("netns"), "reserved", "4");
	EXPECT_VALUE(LINE("netns"), "available", "16");
	EXPECT_VALUE(LINE("netns"), "listeners", "1");
	EXPECT_VALUE(LINE("netns"), "bound", lists_bound() ? "1" : "null");
	EXPECT_VALUE(LINE("netns"), "held", lists_bound() ? "2" : "1");
	EXPECT_VALUE(LINE("netns"), "used", lists_bound() ? "3" : "2");
	EXPECT_VALUE(TO(7041), "used", "1");
	EXPECT_VALUE(TO(7041), "taken",
		     lists_bound() ? "3" : "2");
	EXPECT_VALUE(TO(7041), "available", "16");
}

TEST_F(ports, connects_that_find_no_port_are_seen_as_they_happen)
{
	const char *line;
	pid_t pid;
	int from, i;

	pid = start_tool(&from, "--json --duration 5");
	ASSERT_LT(0, pid);
	for (i = 0; i < 20; i++)
		ASSERT_LE(0, open_one(variant->family, 0, false));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(-EADDRNOTAVAIL, open_one(variant->family, 0, false));
	/* It watches still. */
	ASSERT_EQ(0, waitpid(pid, NULL, WNOHANG));
	/* Another destination has ports of its own. */
	ASSERT_LE(0, open_one(variant->family, 1, false));
	EXPECT_EQ(0, finish_tool(pid, from, self->output));
	line = TO(7041);
	EXPECT_VALUE(line, "used", "20");
	EXPECT_VALUE(line, "taken", "20");
	EXPECT_VALUE(line, "percent", "100");
	EXPECT_VALUE(line, "runs_out", "true");
	EXPECT_VALUE(line, "runs_out_in_ns", "0");
	EXPECT_VALUE(line, "failed", "3");
	EXPECT_VALUE(line, "short", "true");
	EXPECT_NE(NULL, strstr(line, "fewer-open-connections\",\"helps\":true,\"number\":20"));
	EXPECT_EQ(NULL, strstr(line, "tcp_tw_reuse"));
	EXPECT_VALUE(TO(7042), "percent", "5");
	EXPECT_VALUE(LINE("failure"), "count", "3");
	EXPECT_VALUE(LINE("failure"), "error", "\"EADDRNOTAVAIL\"");
	EXPECT_VALUE(LINE("failure"), "comm", "\"" COMM "\"");
	EXPECT_VALUE(LINE("failure"), "port_first", "40000");
	EXPECT_VALUE(LINE("failure"), "port_last", "40019");
}

TEST_F(ports, time_waits_beyond_the_limit_are_counted)
{
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_max_tw_buckets", "3"));
	ASSERT_EQ(0, close_some(variant->family, 0, self->listener[0], false, 5));
	RUN_JSON();
	EXPECT_VALUE(LINE("netns"), "mini_sockets", "3");
	EXPECT_VALUE(LINE("netns"), "tcp_max_tw_buckets", "3");
	EXPECT_VALUE(LINE("netns"), "overflowed", "2");
	EXPECT_VALUE(TO(7041), "overflowed", "2");
	EXPECT_VALUE(TO(7041), "time_wait", "3");
	EXPECT_NE(NULL, strstr(LINE("netns"), "\"overflowed\":2,\"failed\":0}]"));
}

TEST_F(ports, time_waits_that_connect_may_take_over_are_told_apart)
{
	int ms = 0, fd;

	ASSERT_EQ(0, close_some(variant->family, 0, self->listener[0], false, 20));
	EXPECT_EQ(-EADDRNOTAVAIL, open_one(variant->family, 0, false));
	/* Until they are old enough */
	do {
		usleep(100000);
		RUN_JSON();
		ms += 100;
	} while (strcmp(value(TO(7041), "would_be_reusable"), "20") &&
		 ms < patience_ms(REUSE_MS));
	EXPECT_VALUE(TO(7041), "would_be_reusable", "20");
	EXPECT_VALUE(TO(7041), "taken", "20");
	EXPECT_NE(NULL, strstr(TO(7041),
			       "{\"what\":\"tcp_tw_reuse\",\"helps\":true,\"number\":20}"));
	ASSERT_EQ(0, net_sysctl("ipv4.tcp_tw_reuse", "1"));
	fd = open_one(variant->family, 0, false);
	ASSERT_LE(0, fd);
	prctl(PR_SET_NAME, "other");
	RUN_JSON();
	EXPECT_VALUE(TO(7041), "used", "20");
	EXPECT_VALUE(TO(7041), "time_wait", "19");
	EXPECT_VALUE(TO(7041), "reusable", "19");
	EXPECT_VALUE(TO(7041), "taken", "1");
	EXPECT_VALUE(TO(7041), "recycled", "1");
	EXPECT_VALUE(LINE("netns"), "recycled", "1");
}

/* A process in a namespace of its own, with three TIME_WAITs; the line tells that. */
static pid_t start_other(int family, int *told, int *go)
{
	int ready[2], wait[2], listener;
	unsigned int inode;
	char byte;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC) || pipe2(wait, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		union net_addr at = net_loopback(family, FIRST_PORT);

		close(wait[1]);
		if (net_enter() || net_sysctl("ipv4.ip_local_port_range", "41000 41009"))
			_exit(1);
		listener = net_listen(&at, 8);
		if (listener < 0 || close_some(family, 0, listener, false, 3))
			_exit(1);
		inode = namespace_inode();
		if (write(ready[1], &inode, sizeof(inode)) != sizeof(inode))
			_exit(1);
		_exit(read(wait[0], &byte, 1) ? 1 : 0);
	}
	close(ready[1]);
	close(wait[0]);
	*told = ready[0];
	*go = wait[1];
	return pid;
}

TEST_F(ports, each_namespace_has_ports_of_its_own)
{
	unsigned int inode = 0;
	int told = -1, go = -1, status;
	char netns[48];
	pid_t pid;

	pid = start_other(variant->family, &told, &go);
	ASSERT_LT(0, pid);
	ASSERT_EQ(sizeof(inode), read(told, &inode, sizeof(inode)));
	ASSERT_EQ(0, close_some(variant->family, 0, self->listener[0], false, 2));
	RUN_JSON();
	EXPECT_VALUE(TO(7041), "time_wait", "2");
	EXPECT_VALUE(TO(7041), "available", "20");
	EXPECT_VALUE(LINE("netns"), "begun", "2");
	snprintf(netns, sizeof(netns), "/proc/%d/ns/net", pid);
	status = open(netns, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, status);
	ASSERT_EQ(0, setns(status, CLONE_NEWNET));
	EXPECT_EQ(inode, namespace_inode());
	EXPECT_VALUE(TO(7041), "time_wait", "3");
	EXPECT_VALUE(TO(7041), "available", "10");
	EXPECT_VALUE(LINE("netns"), "begun", "3");
	close(status);
	close(go);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F(ports, connections_of_peers_take_no_port)
{
	union net_addr to = net_loopback(variant->family, FIRST_PORT);
	int i;

	for (i = 0; i < 4; i++) {
		/* The same port again would end its TIME_WAIT. */
		union net_addr from = net_loopback(variant->family, 40010 + i);
		int fd = net_connect(&from, &to), accepted;
		char byte;

		ASSERT_LE(0, fd);
		accepted = accept(self->listener[0], NULL, NULL);
		ASSERT_LE(0, accepted);
		/* The server closes first. */
		close(accepted);
		ASSERT_EQ(0, read(fd, &byte, 1));
		close(fd);
	}
	RUN_JSON();
	EXPECT_VALUE(LINE("netns"), "used", "0");
	EXPECT_VALUE(LINE("netns"), "time_wait", "0");
	EXPECT_VALUE(LINE("netns"), "passive_time_wait", "4");
	EXPECT_VALUE(LINE("netns"), "passive_port", "%d", FIRST_PORT);
	EXPECT_VALUE(LINE("netns"), "passive_time_wait_at_port", "4");
	EXPECT_STREQ("", LINE("destination"));
	RUN_PLUGIN("");
	EXPECT_EQ(0, self->status);
}

TEST_HARNESS_MAIN
