// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may fill the table of connections: nobody but the host, and a network
 * namespace, or a user with many of them, only its own share. What was refused is
 * counted, with the name of who is to blame.
 *
 * vm: --smp 2 --disruptive
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/device.h"
#include "lib/module.h"
#include "lib/namespace.h"
#include "lib/traffic.h"
#include "lib/viewer.h"

#define MAX_CONNS 1024u
#define PARAMETERS "max_conns=1024"
/* More mini-sockets than the table has entries */
#define FLOOD 1500u
/* Others need fewer than one share leaves: (1/4 - 1/16) / 5 of the table */
#define FEW 8u
/* Seconds for some floods, on a busy host */
#define PATIENCE 300

FIXTURE(shares)
{
	int fd;
	struct viewer_places places;
	int second_of_nobody;
	struct tcpclose_stats stats;
};

FIXTURE_SETUP(shares)
{
	struct viewer_places more;

	self->fd = -1;
	/* In a guest it may be accessible to root only */
	ASSERT_EQ(0, chmod("/", 0755));
	ASSERT_EQ(0, viewer_places_make(&self->places));
	ASSERT_EQ(0, viewer_places_make(&more));
	self->second_of_nobody = more.of_nobody;
	close(more.initial);
	close(more.another);
	close(more.roots);
	close(more.of_other_user);
	ASSERT_EQ(0, module_reload(PARAMETERS));
	self->fd = device_open_at_end();
	ASSERT_LE(0, self->fd);
}

/* End all mini-sockets of a namespace */
static int clear(int namespace)
{
	int home = namespace_enter(namespace), ret;

	if (home < 0)
		return home;
	ret = traffic_end_leftovers();
	return namespace_leave(home) ?: ret;
}

FIXTURE_TEARDOWN(shares)
{
	close(self->places.another);
	close(self->places.roots);
	close(self->places.of_nobody);
	close(self->places.of_other_user);
	close(self->second_of_nobody);
	EXPECT_EQ(0, clear(self->places.initial));
	close(self->places.initial);
	close(self->fd);
}

static unsigned int inode_of(int namespace)
{
	struct stat status;

	return fstat(namespace, &status) ? 0 : (unsigned int)status.st_ino;
}

/* Closes that leave a mini-socket each */
static long closes(int namespace, unsigned int count)
{
	return traffic_run(&(struct traffic){
		.family = AF_INET,
		.closes = TRAFFIC_CLIENT,
		.cycles = count,
		.netns = namespace,
	});
}

/*
 * Close @count connections and end their mini-sockets; how many of the records lack
 * what the table remembers, or a negative errno.
 */
static long untracked_of(int fd, int namespace, unsigned int count)
{
	struct device_log log = {};
	long lacking = 0, ret;
	size_t i;

	lseek(fd, 0, SEEK_END);
	ret = closes(namespace, count);
	if (ret == count)
		ret = clear(namespace);
	if (!ret)
		ret = device_log_drain(&log, fd);
	for (i = 0; i < log.count; i++)
		lacking += device_is_transition(&log.records[i]) &&
			   log.records[i].mark & TCPCLOSE_MARK_UNTRACKED;
	if (!ret && device_log_edges(&log, TCPCLOSE_TIME_WAIT, TCPCLOSE_CLOSE) < count)
		ret = -ENODATA;
	device_log_free(&log);
	return ret ? ret : lacking;
}

#define FLOOD_FROM(namespace) \
	do { \
		ASSERT_EQ(FLOOD, closes(namespace, FLOOD)); \
		ASSERT_EQ(0, device_stats_settled(self->fd, &self->stats, 0)); \
	} while (0)

TEST_F_TIMEOUT(shares, of_the_host_is_everything, PATIENCE)
{
	FLOOD_FROM(self->places.initial);
	/* But for what other processors keep at hand */
	EXPECT_LE(MAX_CONNS - MAX_CONNS / 16, self->stats.tracked);
	/* Mini-sockets without an entry are counted when they end */
	ASSERT_EQ(0, clear(self->places.initial));
	ASSERT_EQ(0, device_stats_settled(self->fd, &self->stats, 0));
	EXPECT_LT(0, self->stats.untracked[TCPCLOSE_UNTRACKED_FULL]);
	EXPECT_EQ(0, self->stats.untracked[TCPCLOSE_UNTRACKED_SHARE]);
	EXPECT_EQ(0, self->stats.shares[0].refused);
}

TEST_F_TIMEOUT(shares, of_one_namespace_alone_is_nearly_everything, PATIENCE)
{
	FLOOD_FROM(self->places.another);
	EXPECT_LE(MAX_CONNS * 84 / 100, self->stats.tracked);
	EXPECT_GE(MAX_CONNS * 15 / 16, self->stats.tracked);
}

TEST_F_TIMEOUT(shares, used_up_by_one_leave_others_theirs, PATIENCE)
{
	int guilty[] = { self->places.another, self->places.roots,
			 self->places.of_nobody };
	const int innocent[] = { self->places.initial, self->places.of_other_user };
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(guilty); i++) {
		FLOOD_FROM(guilty[i]);
		for (n = 0; n < ARRAY_SIZE(innocent); n++)
			EXPECT_EQ(0, untracked_of(self->fd, innocent[n], FEW));
		EXPECT_LT(0, untracked_of(self->fd, guilty[i], FEW));
		ASSERT_EQ(0, clear(guilty[i]));
	}
}

TEST_F_TIMEOUT(shares, that_were_exceeded_have_a_name, PATIENCE)
{
	const struct tcpclose_share *share = self->stats.shares;

	FLOOD_FROM(self->places.of_nobody);
	ASSERT_EQ(0, clear(self->places.of_nobody));
	ASSERT_EQ(0, device_stats_settled(self->fd, &self->stats, 0));
	EXPECT_EQ(0, self->stats.untracked[TCPCLOSE_UNTRACKED_FULL]);
	EXPECT_EQ(0, self->stats.untracked[TCPCLOSE_UNTRACKED_MEMORY]);
	EXPECT_LT(0, self->stats.untracked[TCPCLOSE_UNTRACKED_SHARE]);
	/* At least one mini-socket each; and at most both sockets, too */
	EXPECT_LE(FLOOD - MAX_CONNS, share[0].refused);
	EXPECT_GE(3 * FLOOD, share[0].refused);
	EXPECT_EQ(inode_of(self->places.of_nobody), share[0].netns);
	EXPECT_EQ(VIEWER_NOBODY, share[0].uid);
	EXPECT_EQ(0, share[1].refused);

	/* Twice as many, of root's: no user */
	FLOOD_FROM(self->places.another);
	ASSERT_EQ(FLOOD, closes(self->places.another, FLOOD));
	ASSERT_EQ(0, clear(self->places.another));
	ASSERT_EQ(0, device_stats_settled(self->fd, &self->stats, 0));
	EXPECT_EQ(inode_of(self->places.another), share[0].netns);
	EXPECT_EQ(TCPCLOSE_UNKNOWN_UID, share[0].uid);
	EXPECT_EQ(inode_of(self->places.of_nobody), share[1].netns);
	EXPECT_LT(share[1].refused, share[0].refused);

	ASSERT_EQ(0, device_ioctl(self->fd, TCPCLOSE_IOC_STATS_RESET, NULL));
	ASSERT_EQ(0, device_stats(self->fd, &self->stats));
	EXPECT_EQ(0, share[0].refused);
}

TEST_F_TIMEOUT(shares, of_a_users_namespaces_are_one, PATIENCE)
{
	FLOOD_FROM(self->places.of_nobody);
	EXPECT_LT(0, untracked_of(self->fd, self->second_of_nobody, FEW));
	EXPECT_EQ(0, untracked_of(self->fd, self->places.of_other_user, FEW));
}

/*
 * A count that is not returned, or returned twice, would add up. What other processors
 * keep at hand, a sixteenth of the table, is not free for the share.
 */
TEST_F_TIMEOUT(shares, are_returned, PATIENCE)
{
	uint64_t first = 0;
	int i;

	for (i = 0; i < 6; i++) {
		FLOOD_FROM(self->places.another);
		if (!i)
			first = self->stats.tracked;
		EXPECT_GE(first + MAX_CONNS / 16, self->stats.tracked);
		EXPECT_LE(first - MAX_CONNS / 16, self->stats.tracked);
		ASSERT_EQ(0, clear(self->places.another));
		EXPECT_EQ(0, untracked_of(self->fd, self->places.another, FEW));
	}
	ASSERT_EQ(0, device_stats_settled(self->fd, &self->stats, 0));
	EXPECT_EQ(0, self->stats.tracked);
}

TEST_HARNESS_MAIN
