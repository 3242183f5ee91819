// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel without one of the watched functions: the module reports what is
 * missing, and everything else is correct.
 */
/* vm: --icount --smp 1 --with nest --disruptive */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/lab.h"
#include "lib/module.h"
#include "lib/net.h"
#include "lib/traffic.h"

#define CLOSES 3

FIXTURE(degraded)
{
	int fd;
	struct device_log log;
};

FIXTURE_SETUP(degraded)
{
	self->fd = -1;
}

FIXTURE_TEARDOWN(degraded)
{
	device_log_free(&self->log);
	close(self->fd);
	ASSERT_EQ(0, module_reload(""));
}

static bool is_end(const struct tcpclose_record *record)
{
	return device_from_timewait(record) &&
	       TCPCLOSE_EDGE_TO(record->edge) == TCPCLOSE_CLOSE;
}

static bool is_overflow(const struct tcpclose_record *record)
{
	return device_from_tracepoint(record) && record->end == TCPCLOSE_END_OVERFLOW;
}

static int hook_of(int fd, const char *name, struct tcpclose_hook *hook)
{
	for (memset(hook, 0, sizeof(*hook)); !ioctl(fd, TCPCLOSE_IOC_HOOK, hook);
	     hook->index++) {
		if (!strcmp(hook->name, name))
			return 0;
	}
	return -ENOENT;
}

static long closes(void)
{
	return traffic_run(&(struct traffic){
		.family = AF_INET,
		.closes = TRAFFIC_CLIENT,
		.cycles = CLOSES,
	});
}

/* ---- connections that are older than the module */

static bool is_of_mini_socket(const struct tcpclose_record *record)
{
	return device_from_timewait(record) &&
	       record->edge ==
		       TCPCLOSE_EDGE(TCPCLOSE_FIN_WAIT2, TCPCLOSE_TIME_WAIT);
}

/*
 * Their first transition after the load begins at a state in which nobody counted
 * them: the numbers of live connections must not become wrong by it.
 */
TEST_F(degraded, connections_older_than_the_module_are_counted_from_then_on)
{
	static struct tcpclose_stats stats;
	int orphan[2], half[2], whole[2];
	const struct tcpclose_record *r;
	size_t i;

	ASSERT_EQ(0, module_unload());
	ASSERT_EQ(0, net_pair(AF_INET, orphan));
	ASSERT_EQ(0, net_pair(AF_INET, half));
	ASSERT_EQ(0, net_pair(AF_INET, whole));
	/* A mini-socket in FIN_WAIT2 */
	ASSERT_EQ(0, close(orphan[0]));
	ASSERT_EQ(0, module_load("scope=all"));
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, device_stats(self->fd, &stats));
	EXPECT_EQ(0, stats.tracked);

	ASSERT_EQ(0, shutdown(half[0], SHUT_WR));
	ASSERT_EQ(0, device_stats_until(self->fd, &stats,
					&stats.transitions[TCPCLOSE_FIN_WAIT1]
							  [TCPCLOSE_FIN_WAIT2],
					1, 5000));
	EXPECT_EQ(1, stats.live[TCPCLOSE_FIN_WAIT2]);
	EXPECT_EQ(1, stats.live[TCPCLOSE_CLOSE_WAIT]);
	EXPECT_EQ(2, stats.tracked);
	EXPECT_EQ(2, stats.untracked[TCPCLOSE_UNTRACKED_OLD]);

	ASSERT_EQ(0, net_abort(whole[0]));
	ASSERT_EQ(0, close(orphan[1]));
	ASSERT_EQ(0, device_log_until(&self->log, self->fd, is_of_mini_socket, 1,
				      5000));
	ASSERT_EQ(0, device_stats_settled(self->fd, &stats, 2));
	EXPECT_EQ(1, stats.live[TCPCLOSE_FIN_WAIT2]);
	EXPECT_EQ(1, stats.live[TCPCLOSE_CLOSE_WAIT]);
	EXPECT_EQ(0, stats.live[TCPCLOSE_ESTABLISHED]);
	EXPECT_EQ(0, stats.live[TCPCLOSE_TIME_WAIT]);
	EXPECT_EQ(0, stats.live[TCPCLOSE_LAST_ACK]);
	EXPECT_EQ(0, stats.live_timewait);
	EXPECT_EQ(2, stats.tracked);
	for (i = 0; i < self->log.count; i++) {
		r = &self->log.records[i];
		if (!is_of_mini_socket(r))
			continue;
		EXPECT_EQ(TCPCLOSE_MARK_OLD, r->mark);
		EXPECT_EQ(TCPCLOSE_CLOSER_LOCAL, TCPCLOSE_HOW_CLOSER(r->how));
		EXPECT_EQ(TCPCLOSE_FLAG_FIN | TCPCLOSE_FLAG_ACK, r->flags);
	}
	close(whole[1]);
	close(half[1]);
	close(half[0]);
}

/*
 * Of a connection whose first transition after the load makes it a mini-socket, nothing
 * is known but what the mini-socket has.
 */
TEST_F(degraded, connections_older_than_the_module_keep_their_cookie_as_mini_sockets)
{
	unsigned int ends = 0;
	uint64_t cookie;
	int pair[2];
	size_t i;

	ASSERT_EQ(0, module_unload());
	ASSERT_EQ(0, net_pair(AF_INET, pair));
	cookie = net_cookie(pair[0]);
	ASSERT_EQ(0, shutdown(pair[0], SHUT_WR));
	for (i = 0; i < 1000 && net_state(pair[0]) != TCPCLOSE_FIN_WAIT2; i++)
		usleep(1000);
	ASSERT_EQ(0, module_load(""));
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, close(pair[1]));
	for (i = 0; i < 1000 && net_state(pair[0]) != TCPCLOSE_CLOSE; i++)
		usleep(1000);
	ASSERT_EQ(0, close(pair[0]));
	ASSERT_EQ(0, traffic_end_leftovers());
	ASSERT_EQ(0, device_log_until(&self->log, self->fd, is_end, 1, 5000));
	for (i = 0; i < self->log.count; i++) {
		if (!is_end(&self->log.records[i]))
			continue;
		ends++;
		EXPECT_EQ(cookie, self->log.records[i].cookie);
	}
	EXPECT_EQ(1, ends);
}

/* ---- hooks that are missing */

TEST_F_TIMEOUT(degraded, end_of_a_mini_socket_is_caught_when_its_memory_goes, 300)
{
	struct tcpclose_stats stats;
	struct tcpclose_hook hook;
	size_t i;

	if (module_may_lack("tcp_twsk_destructor"))
		SKIP(return, "this kernel has no hook on ends");
	ASSERT_EQ(0, module_reload("without=inet_twsk_kill"));
	self->fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, hook_of(self->fd, "inet_twsk_kill", &hook));
	EXPECT_EQ(TCPCLOSE_HOOK_OFF, hook.via);
	EXPECT_EQ(ECANCELED, hook.error);

	ASSERT_EQ(CLOSES, closes());
	EXPECT_EQ(0, device_log_until(&self->log, self->fd, is_end, CLOSES, 70000));
	for (i = 0; i < self->log.count; i++) {
		if (!is_end(&self->log.records[i]))
			continue;
		EXPECT_EQ(TCPCLOSE_MARK_LATE, self->log.records[i].mark);
		EXPECT_EQ(TCPCLOSE_END_OTHER, self->log.records[i].end);
		EXPECT_LE(60000000000ULL, self->log.records[i].dwell_ns);
		EXPECT_GE(62100000000ULL, self->log.records[i].dwell_ns);
	}
	ASSERT_EQ(0, device_stats(self->fd, &stats));
	EXPECT_EQ(CLOSES, stats.late);
	EXPECT_EQ(CLOSES, stats.ends[TCPCLOSE_END_OTHER]);
	EXPECT_EQ(0, stats.live_timewait);
}

/* That "ss" runs when the memory goes does not show that it ended the mini-socket. */
TEST_F(degraded, end_that_is_caught_late_names_no_process)
{
	size_t i;

	if (module_may_lack("tcp_twsk_destructor"))
		SKIP(return, "this kernel has no hook on ends");
	ASSERT_EQ(0, module_reload("without=inet_twsk_kill"));
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(CLOSES, closes());
	ASSERT_EQ(0, traffic_end_leftovers());
	ASSERT_EQ(0, device_log_until(&self->log, self->fd, is_end, CLOSES, 5000));
	for (i = 0; i < self->log.count; i++) {
		const struct tcpclose_record *r = &self->log.records[i];

		if (!is_end(r))
			continue;
		EXPECT_EQ(TCPCLOSE_END_OTHER, r->end);
		EXPECT_EQ(TCPCLOSE_CONTEXT_SOFTIRQ, TCPCLOSE_HOW_CONTEXT(r->how));
	}
}

TEST_F(degraded, without_births_no_overflow_is_made_up)
{
	ASSERT_EQ(0, module_reload("without=inet_twsk_hashdance"));
	self->fd = device_open(O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(CLOSES, closes());
	usleep(200000);
	ASSERT_LE(0, device_log_drain(&self->log, self->fd));
	EXPECT_EQ(0, device_log_count(&self->log, is_overflow));
}

/*
 * With neither hook of hand-overs, one looks on the stack like data after close() or a
 * lack of memory: the cause is unknown.
 */
TEST_F(degraded, without_hand_overs_no_cause_is_made_up)
{
	struct peer peer;
	struct lab lab;

	ASSERT_EQ(0, module_reload("without=tcp_time_wait,inet_twsk_hashdance"));
	ASSERT_EQ(0, lab_open(&lab, AF_INET));
	/* The segment with the ACK hands over */
	peer_init(&peer, &lab.puppet);
	ASSERT_EQ(0, peer_connect(&peer));
	ASSERT_EQ(0, peer_close_half(&peer));
	EXPECT_PEER_PATH(&lab, &peer,
			 "ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>CLOSE=UNKNOWN");

	/* close() does */
	peer_init(&peer, &lab.puppet);
	peer.lport++;
	ASSERT_EQ(0, peer_connect(&peer));
	ASSERT_EQ(0, shutdown(peer.fd, SHUT_WR));
	ASSERT_EQ(0, peer_expect(&peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&peer, PUPPET_ACK, NULL, 0));
	EXPECT_PEER_PATH(&lab, &peer, "ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2");
	ASSERT_EQ(0, peer_close(&peer));
	EXPECT_PEER_PATH(&lab, &peer,
			 "ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>FIN_WAIT2 FIN_WAIT2>CLOSE=UNKNOWN");
	lab_close(&lab);
}

TEST_F(degraded, the_stack_shows_resets_that_were_not_noted)
{
	struct peer peer;
	struct lab lab;

	ASSERT_EQ(0, module_reload("without=tcp_reset"));
	ASSERT_EQ(0, lab_open(&lab, AF_INET));
	/* The last segment noted of the socket is the ACK that opened it */
	peer_init(&peer, &lab.puppet);
	ASSERT_EQ(0, peer_accept(&peer));
	ASSERT_EQ(0, peer_send(&peer, PUPPET_RST | PUPPET_ACK, NULL, 0));
	EXPECT_PEER_PATH(&lab, &peer, "ESTABLISHED>CLOSE=RST");
	EXPECT_EQ(0, lab_event(&lab, &peer, 0)->r.flags & ~TCPCLOSE_FLAG_RST);

	peer_init(&peer, &lab.puppet);
	peer.lport++;
	ASSERT_EQ(0, peer_connect(&peer));
	ASSERT_EQ(0, peer_close(&peer));
	ASSERT_EQ(0, peer_expect(&peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send(&peer, PUPPET_RST | PUPPET_ACK, NULL, 0));
	EXPECT_PEER_PATH(&lab, &peer, "ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSE=RST");
	EXPECT_EQ(TCPCLOSE_FLAG_RST | TCPCLOSE_FLAG_ACK, lab_event(&lab, &peer, 1)->r.flags);

	peer_init(&peer, &lab.puppet);
	peer.lport += 2;
	ASSERT_EQ(0, peer_connect(&peer));
	ASSERT_EQ(0, peer_close(&peer));
	ASSERT_EQ(0, peer_expect(&peer, PUPPET_FIN));
	ASSERT_EQ(0, peer_send_at(&peer, PUPPET_PSH | PUPPET_ACK, peer.seq, peer.ack - 1,
				  "late", 4));
	ASSERT_EQ(0, peer_expect(&peer, PUPPET_RST));
	EXPECT_PEER_PATH(&lab, &peer,
			 "ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSE=DATA_AFTER_CLOSE");
	lab_close(&lab);
}

/* ---- calls that hooks missed */

#define NEST "/root/nest.ko"

/* Load a module that makes so many calls which a kprobe misses */
static int miss(unsigned int calls)
{
	char parameters[32];
	int ret;

	snprintf(parameters, sizeof(parameters), "calls=%u", calls);
	ret = module_load_other(NEST, parameters);
	return ret ? ret : module_unload_other("nest");
}

TEST_F(degraded, missed_calls_are_counted_since_the_reset)
{
	struct tcpclose_stats stats;

	if (access(NEST, R_OK))
		SKIP(return, "no nest.ko: it is not built for this kernel");
	if (module_may_lack("tcp_twsk_destructor"))
		SKIP(return, "this kernel has no hook on ends");
	ASSERT_EQ(0, module_reload("hooks=kprobe"));
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, miss(3));
	ASSERT_EQ(0, device_stats(self->fd, &stats));
	EXPECT_EQ(3, stats.missed);
	ASSERT_EQ(0, device_ioctl(self->fd, TCPCLOSE_IOC_STATS_RESET, NULL));
	ASSERT_EQ(0, device_stats(self->fd, &stats));
	EXPECT_EQ(0, stats.missed);
	ASSERT_EQ(0, miss(2));
	ASSERT_EQ(0, device_stats(self->fd, &stats));
	EXPECT_EQ(2, stats.missed);
}

TEST_F(degraded, unknown_function_is_refused)
{
	int log = module_log_open();

	ASSERT_LE(0, log);
	EXPECT_EQ(-EINVAL, module_reload("without=inet_twsk_kill,tcp_nothing"));
	EXPECT_TRUE(module_log_has(log, "tcp_nothing"));
	close(log);
}

TEST_HARNESS_MAIN
