// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claims on leaks: sockets that are never closed, and ports that can't be used;
 * C14 of Documentation/claims.rst.
 *
 * vm: --icount --smp 1 --include Documentation/claims.rst:selftests/claims.rst --limit 10000 --slow
 */
#include <dirent.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "lib/claims_fixture.h"
#include "lib/device.h"
#include "lib/namespace.h"

CLAIMS_FIXTURE(claims);

/* ---- a CLOSE_WAIT that never ends */

#define LEAKY_UID	4242
#define LEAKY_NAME	"leaky-server"

/* A server that accepts a connection and forgets to close it. */
static pid_t start_leaky_server(struct stage *stage)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_NAME, LEAKY_NAME);
	if (setresuid(LEAKY_UID, LEAKY_UID, LEAKY_UID) || accept(stage->listener, NULL, NULL) < 0)
		_exit(1);
	for (;;)
		pause();
}

/* The process that has the socket @inode open; 0: no process. */
static pid_t process_with_socket(unsigned int inode)
{
	char wanted[32], path[300], target[64];
	struct dirent *process, *file;
	pid_t found = 0;
	DIR *proc, *files;
	ssize_t len;

	snprintf(wanted, sizeof(wanted), "socket:[%u]", inode);
	proc = opendir("/proc");
	while (proc && !found && (process = readdir(proc))) {
		if (!atoi(process->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%.16s/fd", process->d_name);
		files = opendir(path);
		while (files && !found && (file = readdir(files))) {
			len = readlinkat(dirfd(files), file->d_name, target, sizeof(target) - 1);
			if (len < 0)
				continue;
			target[len] = '\0';
			if (!strcmp(target, wanted))
				found = atoi(process->d_name);
		}
		if (files)
			closedir(files);
	}
	if (proc)
		closedir(proc);
	return found;
}

/* The inode that "tcpclose watch" shows for the last step to CLOSE_WAIT. */
static unsigned int inode_in_watch(const struct claim *claim)
{
	unsigned int inode = 0;
	char command[512];
	FILE *json;

	snprintf(command, sizeof(command),
		 "tcpclose watch --json --state CLOSE_WAIT --port %u --input %s.tcpclose | grep -o '\"inode\":[0-9]*' | tail -n 1 | tr -dc 0-9",
		 claim->port, claim->base);
	json = popen(command, "r");
	if (!json)
		return 0;
	if (fscanf(json, "%u", &inode) != 1)
		inode = 0;
	pclose(json);
	return inode;
}

TEST_F_TIMEOUT(claims, c14_the_process_that_never_closes_is_found, 4000)
{
	struct stage *stage = &self->stage;
	struct tcpclose_stats stats;
	pid_t leaky;

	ASSERT_EQ(0, stage_listen(stage));
	leaky = start_leaky_server(stage);
	ASSERT_LT(0, leaky);
	stage->client.fd = stage_connect(stage);
	ASSERT_LE(0, stage->client.fd);
	/* The server's application does not wake up at all */
	usleep(100000);
	ASSERT_EQ(0, stage_close_end(&stage->client));
	SERVER("ESTABLISHED>CLOSE_WAIT");
	sleep(3600);
	SERVER("ESTABLISHED>CLOSE_WAIT");
	CLIENT(TO_FIN_WAIT2 " tw:FIN_WAIT2>CLOSE=FIN_WAIT2_TIMEOUT!EXPIRED");
	ASSERT_EQ(0, device_stats(stage->stream.fd, &stats));
	EXPECT_EQ(1, stats.live[TCPCLOSE_CLOSE_WAIT]);
	/* From the record of the connection to the process that holds its socket */
	EXPECT_EQ(LEAKY_UID, SERVER_EVENT(0)->r.uid);
	EXPECT_EQ(leaky, process_with_socket(SERVER_EVENT(0)->r.inode));
	EXPECT_EQ(leaky, process_with_socket(inode_in_watch(&self->claim)));
	/* When it exits, its forgotten sockets are closed, and its name is recorded */
	ASSERT_EQ(0, kill(leaky, SIGKILL));
	ASSERT_EQ(leaky, waitpid(leaky, NULL, 0));
	SERVER("ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE=RST");
	EXPECT_EQ((__u32)leaky, SERVER_EVENT(1)->detail.pid);
	EXPECT_STREQ(LEAKY_NAME, SERVER_EVENT(1)->detail.comm);
	EXPECT_BETWEEN(3600 * S, 3601 * S, SERVER_EVENT(1)->r.dwell_ns);
	claim_duration(&self->claim, "CLOSE_WAIT, until the process ended",
		       SERVER_EVENT(1)->r.dwell_ns);
	claim_duration(&self->claim, "the closer waited for it in FIN_WAIT2",
		       CLIENT_EVENT(3)->r.dwell_ns);
}

/* ---- too many TIME_WAITs */

#define PORTS		10
#define FIRST_PORT	6000

/* A connection from any port that the client closes first; or -errno. */
static int connect_and_close(struct stage *stage)
{
	int before = namespace_enter(stage->client.netns), client, server;
	char c;

	if (before < 0)
		return before;
	client = net_connect(NULL, &stage->server.addr);
	namespace_leave(before);
	if (client < 0)
		return client;
	server = accept(stage->listener, NULL, NULL);
	close(client);
	if (server < 0 || read(server, &c, 1))
		return -EPROTO;
	close(server);
	return 0;
}

/* Count the mini-sockets that ss lists, and those of them with one of @cookies. */
static size_t count_in_ss(const struct stage *stage, const uint64_t *cookies, size_t *all)
{
	int before = namespace_enter(stage->client.netns);
	unsigned long long cookie;
	char line[512], *at;
	size_t i, known = 0;
	FILE *ss;

	*all = 0;
	if (before < 0)
		return 0;
	ss = popen("ss -tanHe state time-wait", "r");
	while (ss && fgets(line, sizeof(line), ss)) {
		at = strstr(line, "sk:");
		if (!at || sscanf(at, "sk:%llx", &cookie) != 1)
			continue;
		*all += 1;
		for (i = 0; i < PORTS; i++)
			known += cookies[i] == cookie;
	}
	if (ss)
		pclose(ss);
	namespace_leave(before);
	return known;
}

static int wait_for_time_wait(struct stage *stage, const struct flow *flow)
{
	uint64_t give_up = now_ns() + 5 * S;
	const struct event *last;
	size_t count;

	for (;;) {
		count = stream_count(&stage->stream, flow);
		last = stream_event(&stage->stream, flow, count ? count - 1 : 0);
		if (TCPCLOSE_EDGE_TO(last->r.edge) == TCPCLOSE_TIME_WAIT)
			return 0;
		if (now_ns() > give_up)
			return -ETIMEDOUT;
		stream_poll(&stage->stream, 10);
	}
}

TEST_F_TIMEOUT(claims, c14_time_waits_hold_the_ports, 150)
{
	struct stage *stage = &self->stage;
	struct flow flow = stage_flow(stage, &stage->client);
	const struct event *event;
	uint64_t cookies[PORTS], full;
	size_t i, all;

	ASSERT_EQ(0, namespace_write(stage->client.netns,
				     "/proc/sys/net/ipv4/ip_local_port_range", "6000 6009"));
	ASSERT_EQ(0, stage_listen(stage));
	for (i = 0; i < PORTS; i++)
		ASSERT_EQ(0, connect_and_close(stage));
	full = now_ns();
	EXPECT_EQ(-EADDRNOTAVAIL, connect_and_close(stage));
	/* The connections that hold the ports, and the processes that closed them */
	for (i = 0; i < PORTS; i++) {
		flow.lport = FIRST_PORT + i;
		ASSERT_EQ(0, wait_for_time_wait(stage, &flow));
		event = stream_event(&stage->stream, &flow, 0);
		cookies[i] = event->r.cookie;
		EXPECT_EQ(TCPCLOSE_CLOSER_LOCAL, event_closer(event));
		EXPECT_EQ((__u32)getpid(), event->detail.pid);
	}
	EXPECT_EQ(PORTS, count_in_ss(stage, cookies, &all));
	EXPECT_EQ(PORTS, all);
	/* They hold them against this server only */
	ASSERT_EQ(0, close(stage->listener));
	stage->server.addr.in.sin_port = htons(self->claim.port + 100);
	ASSERT_EQ(0, stage_listen(stage));
	EXPECT_EQ(0, connect_and_close(stage));
	ASSERT_EQ(0, close(stage->listener));
	/* When the first expires, a port is free */
	stage->server.addr.in.sin_port = htons(self->claim.port);
	ASSERT_EQ(0, stage_listen(stage));
	while (connect_and_close(stage) == -EADDRNOTAVAIL && now_ns() - full < 100 * S)
		sleep(1);
	EXPECT_BETWEEN(58 * S, 64 * S, now_ns() - full);
	claim_figure(&self->claim, "TIME_WAITs that held all ports", "%zu", all);
	claim_duration(&self->claim, "EADDRNOTAVAIL, until one expired", now_ns() - full);
}

TEST_HARNESS_MAIN
