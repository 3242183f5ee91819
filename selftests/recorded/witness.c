// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stream against independent witnesses: the kernel's own trace of the same
 * tracepoint, its counters, and the tables that ss shows.
 *
 * The closes are made once for each scope, before the tests. Each test then checks
 * one aspect of the same account.
 */
/* vm: --smp 2 --disruptive */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "lib/collector.h"
#include "lib/device.h"
#include "lib/module.h"
#include "lib/namespace.h"
#include "lib/tracefs.h"
#include "lib/traffic.h"

/* 60 s after many closes, dozens of mini-sockets end in each second */
#define LOOKS 1000
#define NAMESPACES 3
#define THREADS 2
#define CYCLES 1700
#define CLOSES (NAMESPACES * THREADS * CYCLES)
#define TW_BUCKETS "/proc/sys/net/ipv4/tcp_max_tw_buckets"
#define PORT_RANGE "/proc/sys/net/ipv4/ip_local_port_range"

static_assert(CLOSES >= 10000, "testing.rst promises 10000");

/**
 * struct account - records, trace and counters of the same closes
 * @failed: the step that went wrong, NULL if none
 * @error: its error
 */
struct account {
	const char *failed;
	long error;
	struct namespace_counters before;
	struct namespace_counters after;
	struct device_log log;
	struct trace trace;
	struct tcpclose_stats stats;
	struct tcpclose_cursor totals;
};

static struct account accounts[2];

static bool step(struct account *account, const char *name, long ret)
{
	if (ret >= 0)
		return true;
	if (!account->failed) {
		account->failed = name;
		account->error = ret;
	}
	return false;
}

static void make_namespaces(struct account *account, int *namespaces)
{
	int i;

	for (i = 0; i < NAMESPACES; i++) {
		namespaces[i] = namespace_new();
		step(account, "namespace", namespaces[i]);
		/* In one of them TIME_WAIT overflows, in the others not */
		step(account, "tcp_max_tw_buckets",
		     namespace_write(namespaces[i], TW_BUCKETS,
				     i ? "100000" : "100"));
	}
	/* In one of them connect() must recycle, because there are few ports */
	step(account, "ip_local_port_range",
	     namespace_write(namespaces[1], PORT_RANGE, "40000 40399"));
}

static void make_closes(struct account *account, const int *namespaces)
{
	struct traffic_run *runs[NAMESPACES];
	long done = 0, ret;
	int i;

	for (i = 0; i < NAMESPACES; i++)
		runs[i] = traffic_start(&(struct traffic){
			.family = AF_UNSPEC,
			.closes = TRAFFIC_MIXED,
			.cycles = CYCLES,
			.threads = THREADS,
			.netns = namespaces[i],
			.port = 20000 + 100 * i,
		});
	for (i = 0; i < NAMESPACES; i++) {
		ret = traffic_wait(runs[i]);
		step(account, "traffic", ret);
		done += ret;
	}
	if (done != CLOSES)
		step(account, "number of closes", -ERANGE);
}

/* The kernel's counters and the statistics, at a moment when no mini-socket ends */
static void look(struct account *account, int fd, const int *namespaces)
{
	struct namespace_counters before;
	int tries = 0;

	do {
		step(account, "counters",
		     namespace_counters(namespaces, NAMESPACES, &before));
		step(account, "statistics", device_stats(fd, &account->stats));
		step(account, "counters",
		     namespace_counters(namespaces, NAMESPACES, &account->after));
	} while (before.alive != account->after.alive && ++tries < LOOKS);
}

static void observe(struct account *account, const char *scope)
{
	struct collector collector;
	int namespaces[NAMESPACES];
	int fd, i;

	if (!step(account, "reload", module_reload("ring_records=131072")) ||
	    !step(account, "scope", device_scope(scope)))
		return;
	fd = device_open(O_RDONLY | O_NONBLOCK);
	if (!step(account, "open", fd))
		return;
	make_namespaces(account, namespaces);
	step(account, "counters",
	     namespace_counters(namespaces, NAMESPACES, &account->before));
	step(account, "trace", trace_start(&account->trace, 32768));
	step(account, "collector", collector_start(&collector, fd));
	if (!account->failed)
		make_closes(account, namespaces);
	/* A record that the trace misses at its end would look like one too many */
	step(account, "last segments",
	     device_stats_settled(fd, &account->stats, 0));
	/* Before the statistics: a record in between would look like an error */
	step(account, "trace's end", trace_stop(&account->trace));
	look(account, fd, namespaces);
	step(account, "collector's end", collector_stop(&collector));
	step(account, "cursors", device_totals(fd, &account->totals));
	account->log = collector.log;
	for (i = 0; i < NAMESPACES; i++)
		close(namespaces[i]);
	close(fd);
}

/*
 * A transition as both report it; addresses and ports identify the socket, since
 * the trace has the socket's pointer and the stream its cookie
 */
struct moment {
	unsigned char saddr[16];
	unsigned char daddr[16];
	uint16_t sport;
	uint16_t dport;
	uint16_t family;
	uint16_t edge;
	uint64_t ts_ns;
	size_t order;
	uint64_t socket;
};

static int compare_sockets(const struct moment *a, const struct moment *b)
{
	return memcmp(a, b, offsetof(struct moment, edge));
}

/* Transitions of one segment have one time. */
static int compare_times(const struct moment *a, const struct moment *b)
{
	if (a->ts_ns != b->ts_ns)
		return a->ts_ns > b->ts_ns ? 1 : -1;
	return (a->order > b->order) - (a->order < b->order);
}

static int compare_owners(const void *left, const void *right)
{
	const struct moment *a = left, *b = right;

	if (a->socket != b->socket)
		return a->socket > b->socket ? 1 : -1;
	return compare_times(a, b);
}

static int compare_moments(const void *left, const void *right)
{
	const struct moment *a = left, *b = right;
	int ret = compare_sockets(a, b);

	return ret ? ret : compare_times(a, b);
}

/* The transitions that scope=teardown leaves out: the opening */
static bool is_opening(unsigned int from, unsigned int to)
{
	return from == TCPCLOSE_LISTEN || to == TCPCLOSE_LISTEN ||
	       to == TCPCLOSE_SYN_SENT || to == TCPCLOSE_SYN_RECV ||
	       to == TCPCLOSE_ESTABLISHED;
}

/*
 * A client's first step has no port yet, a server's shows the listener: the next
 * step of the same socket has the addresses.
 */
static void complete_openings(struct moment *moments, size_t count)
{
	static const unsigned int sent =
		TCPCLOSE_EDGE(TCPCLOSE_CLOSE, TCPCLOSE_SYN_SENT);
	static const unsigned int cloned =
		TCPCLOSE_EDGE(TCPCLOSE_LISTEN, TCPCLOSE_SYN_RECV);
	struct moment *moment;

	qsort(moments, count, sizeof(*moments), compare_owners);
	for (moment = moments; moment + 1 < moments + count; moment++)
		if ((moment->edge == sent || moment->edge == cloned) &&
		    moment[0].socket == moment[1].socket)
			memcpy(moment, moment + 1, offsetof(struct moment, edge));
	qsort(moments, count, sizeof(*moments), compare_moments);
}

static size_t moments_of_trace(const struct trace *trace, bool all,
			       struct moment *moments)
{
	const struct trace_event *event;
	struct moment *moment = moments;
	size_t i;

	for (i = 0; i < trace->count; i++) {
		event = &trace->events[i];
		if (!all && is_opening(event->oldstate, event->newstate))
			continue;
		memcpy(moment->saddr, event->saddr, 16);
		memcpy(moment->daddr, event->daddr, 16);
		moment->sport = event->sport;
		moment->dport = event->dport;
		moment->family = event->family;
		moment->edge = TCPCLOSE_EDGE(event->oldstate, event->newstate);
		moment->ts_ns = event->ts_ns;
		moment->order = i;
		moment->socket = event->socket;
		moment++;
	}
	complete_openings(moments, moment - moments);
	return moment - moments;
}

static size_t moments_of_stream(const struct device_log *log,
				struct moment *moments)
{
	const struct tcpclose_record *record;
	struct moment *moment = moments;
	size_t i;

	for (i = 0; i < log->count; i++) {
		record = &log->records[i];
		if (!device_from_tracepoint(record))
			continue;
		memcpy(moment->saddr, record->laddr, 16);
		memcpy(moment->daddr, record->raddr, 16);
		moment->sport = record->lport;
		moment->dport = record->rport;
		moment->family = TCPCLOSE_HOW_IPV6(record->how) ? AF_INET6 :
								  AF_INET;
		moment->edge = record->raw;
		moment->ts_ns = record->ts_ns;
		moment->order = i;
		moment->socket = record->cookie;
		moment++;
	}
	complete_openings(moments, moment - moments);
	return moment - moments;
}

static const char *text_of(const struct moment *moment)
{
	static char text[2][96];
	static unsigned int next;

	snprintf(text[++next % 2], sizeof(text[0]),
		 "family %u port %u to %u at %llu ns: state %u to %u",
		 moment->family, moment->sport, moment->dport,
		 (unsigned long long)moment->ts_ns,
		 TCPCLOSE_EDGE_FROM(moment->edge),
		 TCPCLOSE_EDGE_TO(moment->edge));
	return text[next % 2];
}

FIXTURE(mixed_closes)
{
	const struct account *account;
};

FIXTURE_VARIANT(mixed_closes)
{
	int account;
	bool all;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(mixed_closes, scope_all) {
	.account = 0,
	.all = true,
};

FIXTURE_VARIANT_ADD(mixed_closes, scope_teardown) {
	.account = 1,
};

/* clang-format on */

FIXTURE_SETUP(mixed_closes)
{
	self->account = &accounts[variant->account];
	ASSERT_EQ(NULL, self->account->failed)
	{
		TH_LOG("%s: %s", self->account->failed,
		       strerror(-self->account->error));
	}
	ASSERT_EQ(0, self->account->trace.lost);
}

FIXTURE_TEARDOWN(mixed_closes)
{
}

TEST_F(mixed_closes, match_the_trace_one_to_one_and_in_order)
{
	const struct account *account = self->account;
	size_t i, traced, recorded;
	struct moment *trace, *stream;

	trace = calloc(account->trace.count + 1, sizeof(*trace));
	stream = calloc(account->log.count + 1, sizeof(*stream));
	ASSERT_NE(NULL, trace);
	ASSERT_NE(NULL, stream);
	traced = moments_of_trace(&account->trace, variant->all, trace);
	recorded = moments_of_stream(&account->log, stream);
	TH_LOG("%zu traced, %zu recorded", traced, recorded);
	EXPECT_LT(20000, traced);
	EXPECT_EQ(traced, recorded);
	for (i = 0; i < traced && i < recorded; i++)
		if (compare_sockets(&trace[i], &stream[i]) ||
		    trace[i].edge != stream[i].edge)
			break;
	EXPECT_EQ(traced, i)
	{
		TH_LOG("traced %s", text_of(&trace[i]));
		TH_LOG("recorded %s", text_of(&stream[i]));
	}
	free(trace);
	free(stream);
}

TEST_F(mixed_closes, lose_no_record)
{
	const struct tcpclose_cursor *totals = &self->account->totals;

	EXPECT_EQ(0, totals->lost);
	EXPECT_EQ(totals->written, self->account->log.count + totals->lost);
	EXPECT_EQ(totals->written, totals->position);
	EXPECT_EQ(0, self->account->stats.missed);
}

TEST_F(mixed_closes, leave_no_gap_in_the_sequence)
{
	const struct device_log *log = &self->account->log;
	uint32_t next[64] = {};
	size_t i;

	for (i = 0; i < log->count; i++) {
		const struct tcpclose_record *record = &log->records[i];

		ASSERT_GT(64, record->cpu);
		ASSERT_EQ(next[record->cpu], record->seq);
		next[record->cpu]++;
	}
}

TEST_F(mixed_closes, have_as_many_births_as_the_kernel_counts)
{
	const struct account *account = self->account;

	EXPECT_LT(1000, account->stats.born);
	EXPECT_EQ(account->after.tw - account->before.tw, account->stats.born);
}

TEST_F(mixed_closes, overflow_as_often_as_the_kernel_counts)
{
	const struct account *account = self->account;
	long overflow = account->after.overflow - account->before.overflow;
	size_t i, recorded = 0;

	for (i = 0; i < account->log.count; i++)
		recorded += device_is_transition(&account->log.records[i]) &&
			    account->log.records[i].end == TCPCLOSE_END_OVERFLOW;
	EXPECT_LT(100, overflow);
	EXPECT_EQ(overflow, recorded);
	EXPECT_EQ(overflow, account->stats.ends[TCPCLOSE_END_OVERFLOW]);
}

TEST_F(mixed_closes, recycle_as_often_as_the_kernel_counts)
{
	const struct account *account = self->account;
	long recycled = account->after.recycled - account->before.recycled;

	EXPECT_LT(0, recycled);
	EXPECT_EQ(recycled, account->stats.ends[TCPCLOSE_END_RECYCLED]);
}

TEST_F(mixed_closes, keep_count_of_living_minisockets)
{
	const struct account *account = self->account;

	EXPECT_EQ(account->after.alive, account->stats.live_timewait);
}

/* The statistics count each edge as often as the stream has it */
TEST_F(mixed_closes, agree_with_the_statistics)
{
	const struct account *account = self->account;
	const struct tcpclose_record *record;
	uint64_t recorded[TCPCLOSE_STATES][TCPCLOSE_STATES] = {};
	uint64_t ends[TCPCLOSE_ENDS] = {};
	int from, to;
	size_t i;

	for (i = 0; i < account->log.count; i++) {
		record = &account->log.records[i];
		/* After the snapshot, namespaces may be removed and timers may expire */
		if (!device_is_transition(record) ||
		    record->ts_ns > account->stats.now_ns)
			continue;
		/* A restart of TIME_WAIT's timer is not a transition */
		if (!(record->mark & TCPCLOSE_MARK_REARM))
			recorded[TCPCLOSE_EDGE_FROM(record->edge)]
				[TCPCLOSE_EDGE_TO(record->edge)]++;
		ends[record->end]++;
	}
	for (from = 0; from < TCPCLOSE_STATES; from++) {
		for (to = 0; to < TCPCLOSE_STATES; to++) {
			if (!variant->all && is_opening(from, to))
				continue;
			EXPECT_EQ(recorded[from][to],
				  account->stats.transitions[from][to])
			{
				TH_LOG("from %d to %d", from, to);
			}
		}
	}
	for (i = 1; i < TCPCLOSE_ENDS; i++) {
		EXPECT_EQ(ends[i], account->stats.ends[i])
		{
			TH_LOG("end %zu", i);
		}
	}
}

int main(int argc, char **argv)
{
	observe(&accounts[0], "all");
	observe(&accounts[1], "teardown");
	return test_harness_run(argc, argv);
}
