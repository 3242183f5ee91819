// SPDX-License-Identifier: GPL-2.0-only
/*
 * Common parts of the storms: the number of repetitions, the traffic, and the checks
 * at the end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/device.h"
#include "lib/module.h"
#include "lib/procfile.h"
#include "lib/storm.h"
#include "lib/traffic.h"

#define TW_BUCKETS "/proc/sys/net/ipv4/tcp_max_tw_buckets"

#define STEPS	6

/* The transitions of a plain close; each happens once, whichever end closes first */
static const struct {
	int from;
	int to;
	const char *name;
} steps[STEPS] = {
	{ TCPCLOSE_ESTABLISHED, TCPCLOSE_FIN_WAIT1, "ESTABLISHED > FIN_WAIT1" },
	{ TCPCLOSE_FIN_WAIT1, TCPCLOSE_FIN_WAIT2, "FIN_WAIT1 > FIN_WAIT2" },
	{ TCPCLOSE_FIN_WAIT2, TCPCLOSE_TIME_WAIT, "FIN_WAIT2 > TIME_WAIT" },
	{ TCPCLOSE_ESTABLISHED, TCPCLOSE_CLOSE_WAIT, "ESTABLISHED > CLOSE_WAIT" },
	{ TCPCLOSE_CLOSE_WAIT, TCPCLOSE_LAST_ACK, "CLOSE_WAIT > LAST_ACK" },
	{ TCPCLOSE_LAST_ACK, TCPCLOSE_CLOSE, "LAST_ACK > CLOSE" },
};

static char words[256];

unsigned int storm_count(unsigned int full, unsigned int part)
{
	const char *which = getenv("TCPCLOSE_STORMS");

	return which && !strcmp(which, "full") ? full : part;
}

int storm_reload(const char *parameters)
{
	char all[256];
	int ret = procfile_write(TW_BUCKETS, "1000000");

	snprintf(all, sizeof(all), "ring_records=16384 %s", parameters);
	return ret ? ret : module_reload(all);
}

int storm_begin(struct storm *storm)
{
	int ret = tally_start(&storm->tally);

	if (ret)
		return ret;
	storm->traffic = traffic_start(&(struct traffic){
		.family = AF_UNSPEC,
		.closes = TRAFFIC_CLIENT | TRAFFIC_SERVER,
		.threads = 4,
		.pause_us = STORM_PAUSE_US,
	});
	if (storm->traffic)
		return 0;
	ret = -errno;
	tally_stop(&storm->tally);
	return ret;
}

/* Another processor may still be processing the last segments. */
static int settle(struct tcpclose_stats *stats)
{
	int ret, fd = device_open_at_end();

	if (fd < 0)
		return fd;
	ret = device_stats_settled(fd, stats, 0);
	close(fd);
	return ret;
}

int storm_end(struct storm *storm)
{
	int ret;

	storm->connections = traffic_stop(storm->traffic);
	if (storm->connections < 0)
		return storm->connections;
	ret = settle(&storm->stats);
	return ret ? ret : tally_stop(&storm->tally);
}

/* Return: whether there is a fault; describes it in @words */
static bool step_is_flawed(const struct storm *storm, int step)
{
	int from = steps[step].from, to = steps[step].to;
	unsigned long long counted = storm->stats.transitions[from][to];
	unsigned long long read = storm->tally.transitions[TCPCLOSE_EDGE(from, to)];

	/* It is unknown how many of the lost records were these */
	if (counted == (__u64)storm->connections && read <= counted &&
	    (read == counted || storm->tally.lost))
		return false;
	snprintf(words, sizeof(words),
		 "%s: of %ld connections %llu in the statistics, %llu read, %llu records lost",
		 steps[step].name, storm->connections, counted, read,
		 (unsigned long long)storm->tally.lost);
	return true;
}

const char *storm_flaw(const struct storm *storm)
{
	const struct tcpclose_stats *stats = &storm->stats;
	int i;

	for (i = 0; i < STEPS; i++) {
		if (step_is_flawed(storm, i))
			return words;
	}
	if (stats->missed || stats->late) {
		snprintf(words, sizeof(words), "%llu calls missed, %llu ends seen late",
			 stats->missed, stats->late);
		return words;
	}
	for (i = 0; i < TCPCLOSE_UNTRACKED; i++) {
		if (!stats->untracked[i])
			continue;
		snprintf(words, sizeof(words), "%llu transitions untracked, reason %d",
			 stats->untracked[i], i);
		return words;
	}
	return "";
}

static bool is_last(const struct tcpclose_record *record)
{
	return device_is_transition(record) &&
	       (record->edge == TCPCLOSE_EDGE(TCPCLOSE_LAST_ACK, TCPCLOSE_CLOSE) ||
		record->edge == TCPCLOSE_EDGE(TCPCLOSE_FIN_WAIT2, TCPCLOSE_TIME_WAIT));
}

const char *storm_aftermath(void)
{
	struct device_log log = {};
	const char *flaw = "";
	int i, fd;

	if (traffic_end_leftovers())
		return "no ss";
	fd = device_open_at_end();
	if (fd < 0)
		return "the device cannot be opened";
	if (traffic_one(TRAFFIC_CLIENT) != 1)
		flaw = "no connection can be made";
	else if (device_log_until(&log, fd, is_last, 2, 10000))
		flaw = "a connection's end is not recorded";
	for (i = 0; !*flaw && i < STEPS; i++) {
		size_t count = device_log_edges(&log, steps[i].from, steps[i].to);

		if (count == 1)
			continue;
		snprintf(words, sizeof(words), "%s is recorded %zu times, not once",
			 steps[i].name, count);
		flaw = words;
	}
	device_log_free(&log);
	close(fd);
	return flaw;
}
