// SPDX-License-Identifier: GPL-2.0-only
/*
 * The set-up for tests of records.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/device.h"
#include "lib/lab.h"
#include "lib/patience.h"
#include "lib/procfile.h"

/* RSTs that could not be sent, though they have a record */
static uint64_t failed_rsts(const struct lab *lab)
{
	struct tcpclose_stats stats = {};

	return device_stats(lab->stream.fd, &stats) ? 0 : stats.rsts_failed;
}

int lab_open(struct lab *lab, int family)
{
	return lab_open_scope(lab, family, "teardown");
}

int lab_open_scope(struct lab *lab, int family, const char *scope)
{
	int err, fd;

	memset(lab, 0, sizeof(*lab));
	lab->family = family;
	err = stream_open(&lab->stream);
	if (err)
		return err;
	lab->failed = failed_rsts(lab);
	err = device_scope(scope);
	if (!err)
		err = net_enter();
	if (err)
		goto close_stream;
	err = puppet_open(&lab->puppet, family);
	if (err)
		goto close_stream;
	fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	lab->netns = net_netns_cookie(fd);
	close(fd);
	return 0;

close_stream:
	stream_close(&lab->stream);
	return err;
}

void lab_close(struct lab *lab)
{
	device_scope("teardown");
	puppet_close(&lab->puppet);
	stream_close(&lab->stream);
}

struct flow lab_flow(const struct lab *lab, uint16_t lport, uint16_t rport)
{
	struct flow flow = { .netns = lab->netns, .lport = lport, .rport = rport };

	return flow;
}

struct flow lab_peer_flow(const struct lab *lab, const struct peer *peer)
{
	return lab_flow(lab, peer->lport, peer->rport);
}

int lab_settle(struct stream *stream)
{
	union net_addr closed = net_loopback(AF_INET, 1);
	struct flow flow = { 0 };
	int fd, err = -EPROTO;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	flow.cookie = net_cookie(fd);
	if (connect(fd, &closed.sa, net_addr_len(&closed)) && errno == ECONNREFUSED)
		err = stream_wait(stream, &flow, 1, LAB_TIMEOUT_MS);
	close(fd);
	return err;
}

int lab_sync(struct lab *lab)
{
	return lab_settle(&lab->stream);
}

const char *lab_settled_path(struct stream *stream, const struct flow *flow,
			     const char *expected)
{
	const char *path;

	stream_wait(stream, flow, stream_words(expected), LAB_TIMEOUT_MS);
	if (lab_settle(stream))
		return "the device gives no records";
	path = stream_path(stream, flow);
	if (strcmp(path, expected))
		stream_dump(stream, flow, stdout);
	return path;
}

const char *lab_path(struct lab *lab, const struct flow *flow, const char *expected)
{
	return lab_settled_path(&lab->stream, flow, expected);
}

static bool is_opening(int state)
{
	return state == TCPCLOSE_SYN_SENT || state == TCPCLOSE_SYN_RECV ||
	       state == TCPCLOSE_ESTABLISHED || state == TCPCLOSE_LISTEN;
}

static const char *call_name(unsigned int call)
{
	static const char *const names[TCPCLOSE_CALL_KERNEL + 1] = {
		[TCPCLOSE_CALL_NONE] = "unknown",
		[TCPCLOSE_CALL_CONNECT] = "connect",
		[TCPCLOSE_CALL_LISTEN] = "listen",
		[TCPCLOSE_CALL_SEND] = "send",
		[TCPCLOSE_CALL_SHUTDOWN] = "shutdown",
		[TCPCLOSE_CALL_CLOSE] = "close",
		[TCPCLOSE_CALL_EXEC] = "exec",
		[TCPCLOSE_CALL_EXIT] = "exit",
		[TCPCLOSE_CALL_KILL] = "kill",
		[TCPCLOSE_CALL_IO_URING] = "io_uring",
		[TCPCLOSE_CALL_OTHER] = "other",
	};

	return call <= TCPCLOSE_CALL_KERNEL && names[call] ? names[call] : "?";
}

/* What a process did, or "kernel". */
static const char *describe_call(const struct tcpclose_detail *detail)
{
	static char text[64];

	if (detail->call == TCPCLOSE_CALL_KERNEL)
		return detail->mark & TCPCLOSE_DETAIL_FILE ? "kernel releases" : "kernel";
	snprintf(text, sizeof(text), "%.16s%s%.16s %s", detail->comm,
		 strcmp(detail->comm, detail->thread) ? "/" : "",
		 strcmp(detail->comm, detail->thread) ? detail->thread : "",
		 call_name(detail->call));
	return text;
}

const char *lab_closer(const struct lab *lab, const struct flow *flow)
{
	size_t i, count = stream_count(&lab->stream, flow);

	for (i = 0; i < count; i++) {
		const struct event *event = stream_event(&lab->stream, flow, i);

		if (event_context(event) == TCPCLOSE_CONTEXT_PROCESS &&
		    !is_opening(TCPCLOSE_EDGE_TO(event->r.edge)))
			return describe_call(&event->detail);
	}
	return "nobody";
}

/* RSTs of the lab's namespace: to or from the puppet, and others */
struct rst_counts {
	long sent;
	long unsure;
	long sent_here;
	long received;
	long received_here;
};

static void count_rsts(const struct lab *lab, struct rst_counts *counts)
{
	const void *puppet = lab->family == AF_INET ?
				     (const void *)&lab->puppet.remote.in.sin_addr :
				     (const void *)&lab->puppet.remote.in6.sin6_addr;
	size_t i;

	memset(counts, 0, sizeof(*counts));
	for (i = 0; i < lab->stream.rst_count; i++) {
		const struct tcpclose_rst *rst = &lab->stream.rsts[i];
		bool here = memcmp(rst->raddr, puppet, lab->family == AF_INET ? 4 : 16);

		if (rst->netns != lab->netns)
			continue;
		if (rst->mark & TCPCLOSE_RST_MARK_UNSURE) {
			counts->unsure++;
		} else if (rst->effect == TCPCLOSE_RST_SENT) {
			counts->sent++;
			counts->sent_here += here;
		} else {
			counts->received += !here;
			counts->received_here += here;
		}
	}
}

const char *lab_rsts_differ(struct lab *lab)
{
	uint64_t end_ns = now_ns() + patience_ms(LAB_TIMEOUT_MS) * 1000000ULL;
	struct rst_counts counts;
	static char text[256];
	long counter;

	for (;;) {
		if (stream_poll(&lab->stream, 0))
			return "the device gives no records";
		counter = procfile_tcp("OutRsts");
		count_rsts(lab, &counts);
		counts.sent -= failed_rsts(lab) - lab->failed;
		if (counts.sent <= counter && counts.sent + counts.unsure >= counter &&
		    counts.received == lab->puppet.rsts &&
		    counts.sent_here == counts.received_here && !lab->stream.left_out)
			return NULL;
		if (now_ns() >= end_ns)
			break;
		stream_poll(&lab->stream, 10);
	}
	snprintf(text, sizeof(text),
		 "sent %ld of %ld, received %ld of %u, here %ld of %ld, left out %llu",
		 counts.sent, counter, counts.received, lab->puppet.rsts,
		 counts.received_here, counts.sent_here,
		 (unsigned long long)lab->stream.left_out);
	return text;
}

static void count_drops(const struct lab *lab, long *overflows, long *drops)
{
	size_t i;

	*overflows = 0;
	*drops = lab->stream.drops_left_out;
	for (i = 0; i < lab->stream.drop_count; i++) {
		const struct tcpclose_drop *drop = &lab->stream.drops[i];

		if (drop->netns != lab->netns)
			continue;
		*drops += 1;
		*overflows += drop->reason == TCPCLOSE_DROP_ACCEPT_QUEUE_SYN ||
			      drop->reason == TCPCLOSE_DROP_ACCEPT_QUEUE_ACK ||
			      drop->reason == TCPCLOSE_DROP_ACCEPT_QUEUE_RST;
	}
}

const char *lab_drops_differ(struct lab *lab, long unseen)
{
	uint64_t end_ns = now_ns() + patience_ms(LAB_TIMEOUT_MS) * 1000000ULL;
	long overflows, drops, kernels_overflows, kernels_drops;
	static char text[128];

	for (;;) {
		if (stream_poll(&lab->stream, 0))
			return "the device gives no records";
		kernels_overflows = procfile_tcpext("ListenOverflows");
		kernels_drops = procfile_tcpext("ListenDrops");
		count_drops(lab, &overflows, &drops);
		/* Of a flood it is not known which of those left out were overflows. */
		if (drops + unseen == kernels_drops &&
		    (overflows == kernels_overflows || lab->stream.drops_left_out))
			return NULL;
		if (now_ns() >= end_ns)
			break;
		stream_poll(&lab->stream, 10);
	}
	snprintf(text, sizeof(text), "%ld drops of %ld, %ld of them overflows of %ld", drops,
		 kernels_drops, overflows, kernels_overflows);
	return text;
}

int lab_wait(struct lab *lab, const struct peer *peer, size_t count, int timeout_ms)
{
	struct flow flow = lab_peer_flow(lab, peer);

	return stream_wait(&lab->stream, &flow, count, timeout_ms);
}

const struct event *lab_event(const struct lab *lab, const struct peer *peer, size_t n)
{
	struct flow flow = lab_peer_flow(lab, peer);

	return stream_event(&lab->stream, &flow, n);
}
