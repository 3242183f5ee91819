// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storm: threads that process the segments of a device (threaded NAPI), and tasks that do
 * so with those of the loopback device, preempt each other on one processor wherever the
 * kernel lets them: with PREEMPT_RT also while bottom halves are off. What one has noted of
 * its segment is never taken for another's, and never lost.
 */
/* vm: --smp 2 --memory 768 --with linger --limit 900 --disruptive --slow */
#include <dirent.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/namespace.h"
#include "lib/net.h"
#include "lib/processor.h"
#include "lib/procfile.h"
#include "lib/storm.h"
#include "lib/traffic.h"
#include "lib/verifier.h"

/* As in against.c: one left out would be missing in the comparison */
#define EACH_RST "rst_rate=1000000 drop_rate=1000000"
#define SHARED	1
#define OTHER	0
#define PORT	6000
#define PASSERS	4
#define PAUSE_US	1000
#define LINGER	"/root/linger.ko"

FIXTURE(storm)
{
	struct tally tally;
	struct verifier verifier;
	int far;
	int listener;
	union net_addr at;
	bool stop;
	long passers;
	long failed;
	long unknown;
};

/* Of these, a segment that the kernel has in hand is the only cause. */
static bool has_a_segment(const struct tcpclose_record *record)
{
	if (TCPCLOSE_HOW_CONTEXT(record->how) != TCPCLOSE_CONTEXT_SOFTIRQ)
		return false;
	switch (record->edge) {
	case TCPCLOSE_EDGE(TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE_WAIT):
	case TCPCLOSE_EDGE(TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2):
	case TCPCLOSE_EDGE(TCPCLOSE_FIN_WAIT2, TCPCLOSE_TIME_WAIT):
	case TCPCLOSE_EDGE(TCPCLOSE_LAST_ACK, TCPCLOSE_CLOSE):
		return true;
	default:
		return false;
	}
}

static void see(const struct tcpclose_record *record, void *context)
{
	long *unknown = context;

	if (has_a_segment(record) && !record->flags)
		++*unknown;
}

static int set_feature(const char *device, unsigned int command, unsigned int value)
{
	struct ethtool_value feature = { .cmd = command, .data = value };
	struct ifreq request = { .ifr_data = (void *)&feature };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, IFNAMSIZ, "%s", device);
	err = ioctl(fd, SIOCETHTOOL, &request) ? -errno : 0;
	close(fd);
	return err;
}

/* A virtual Ethernet device has NAPI once it coalesces what is not coalesced already. */
static int coalesce(const char *device)
{
	return set_feature(device, ETHTOOL_SGRO, 1) ?: set_feature(device, ETHTOOL_STSO, 0);
}

/* @tid: 0: this thread, and those that it starts from now on. Return: 0 or -errno */
static int hurry(pid_t tid, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	return sched_setscheduler(tid, priority ? SCHED_FIFO : SCHED_OTHER, &param) ? -errno : 0;
}

/* The kernel's thread called napi/DEVICE-NUMBER runs on the shared processor. */
static int place(const char *device, int priority)
{
	char path[300], name[32], wanted[32];
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	int err = -ENOENT;
	pid_t tid;

	if (!dir)
		return -errno;
	snprintf(wanted, sizeof(wanted), "napi/%s-", device);
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		if (procfile_read(path, name, sizeof(name)) < 0 ||
		    strncmp(name, wanted, strlen(wanted)))
			continue;
		tid = atoi(entry->d_name);
		err = processor_pin_task(tid, SHARED) ?: hurry(tid, priority);
		if (err)
			break;
	}
	closedir(dir);
	return err;
}

/* Two ends, one of them in the other namespace. Only a device that is up has NAPI. */
static int make_device(int far)
{
	if (net_run("ip link add near0 type veth peer name far0"))
		return -ENODEV;
	if (coalesce("near0") || coalesce("far0") ||
	    net_run("ip link set near0 up && ip link set far0 up") ||
	    procfile_write("/sys/class/net/near0/threaded", "1") ||
	    procfile_write("/sys/class/net/far0/threaded", "1"))
		return -EOPNOTSUPP;
	if (net_run("ip link set far0 netns /proc/%d/fd/%d", getpid(), far) ||
	    net_run("ip address add 10.9.0.1/24 dev near0") ||
	    net_run("nsenter --net=/proc/%d/fd/%d ip address add 10.9.0.2/24 dev far0",
		    getpid(), far) ||
	    net_run("nsenter --net=/proc/%d/fd/%d ip link set far0 up", getpid(), far))
		return -ENETDOWN;
	return place("near0", 2) ?: place("far0", 1);
}

static int listen_afar(int far, const union net_addr *at)
{
	int before = namespace_enter(far), fd;

	if (before < 0)
		return before;
	fd = net_listen(at, 16);
	return namespace_leave(before) ?: fd;
}

FIXTURE_SETUP(storm)
{
	memset(self, 0, sizeof(*self));
	self->at = net_address(AF_INET, "10.9.0.2", PORT);
	ASSERT_EQ(0, storm_reload(EACH_RST));
	self->far = namespace_new();
	ASSERT_LE(0, self->far);
	ASSERT_EQ(0, make_device(self->far));
	self->listener = listen_afar(self->far, &self->at);
	ASSERT_LE(0, self->listener);
	self->tally.see = see;
	self->tally.context = &self->unknown;
	ASSERT_EQ(0, verifier_start_against_kernel(&self->verifier));
	ASSERT_EQ(0, tally_start(&self->tally));
}

FIXTURE_TEARDOWN(storm)
{
	verifier_kill(&self->verifier);
	close(self->listener);
	net_run("ip link del near0");
	close(self->far);
}

/* One connection over the device, closed by the client, then by the server */
static int pass_by(int listener, const union net_addr *to)
{
	int client = net_connect(NULL, to), server;
	char byte;

	if (client < 0)
		return client;
	server = accept(listener, NULL, NULL);
	close(client);
	if (server < 0)
		return -errno;
	if (read(server, &byte, 1)) {
		close(server);
		return -EIO;
	}
	close(server);
	return 0;
}

static void *passers_main(void *arg)
{
	FIXTURE_DATA(storm) * self = arg;

	if (processor_pin(OTHER))
		__atomic_fetch_add(&self->failed, 1, __ATOMIC_RELAXED);
	while (!__atomic_load_n(&self->stop, __ATOMIC_RELAXED)) {
		if (pass_by(self->listener, &self->at)) {
			__atomic_fetch_add(&self->failed, 1, __ATOMIC_RELAXED);
			break;
		}
		__atomic_fetch_add(&self->passers, 1, __ATOMIC_RELAXED);
		usleep(PAUSE_US);
	}
	return NULL;
}

TEST_F_TIMEOUT(storm, of_preemption_mixes_up_no_segments, STORM_TIMEOUT_S)
{
	unsigned int seconds = storm_count(600, 10), i;
	struct traffic_run *traffic;
	pthread_t passers[PASSERS];
	long connections, preempted;

	if (access(LINGER, R_OK))
		SKIP(return, "no linger.ko: it is not built for this kernel");
	ASSERT_EQ(0, module_load_other(LINGER, "us=500"));
	ASSERT_EQ(0, processor_pin(SHARED));
	ASSERT_EQ(0, hurry(0, 90));
	traffic = traffic_start(&(struct traffic){
		.family = AF_UNSPEC,
		.closes = TRAFFIC_MIXED | TRAFFIC_ORPHAN_DATA,
		.threads = 2,
		.pause_us = PAUSE_US,
	});
	ASSERT_NE(NULL, traffic);
	ASSERT_EQ(0, hurry(0, 0));
	ASSERT_EQ(0, processor_pin(OTHER));
	for (i = 0; i < PASSERS; i++)
		ASSERT_EQ(0, pthread_create(&passers[i], NULL, passers_main, self));
	sleep(seconds);
	connections = traffic_stop(traffic);
	__atomic_store_n(&self->stop, true, __ATOMIC_RELAXED);
	for (i = 0; i < PASSERS; i++)
		pthread_join(passers[i], NULL);
	preempted = procfile_number("/sys/module/linger/parameters/preempted");
	TH_LOG("%ld connections, %ld others, %ld preempted with bottom halves off", connections,
	       self->passers, preempted);
	EXPECT_LT(0, connections);
	EXPECT_LT(0, self->passers);
	EXPECT_EQ(0, self->failed);
	EXPECT_EQ(0, tally_stop(&self->tally));
	EXPECT_EQ(0, self->tally.lost);
	EXPECT_EQ(0, self->unknown);
	EXPECT_EQ(0, verifier_finish(&self->verifier));
	EXPECT_EQ(0, module_unload_other("linger"));
}

TEST_HARNESS_MAIN
