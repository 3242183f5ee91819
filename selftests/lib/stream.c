// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device's records, prepared for a test: of one connection, in order, with their
 * processes, and as text that a failed comparison can show.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/device.h"
#include "lib/names.h"
#include "lib/patience.h"
#include "lib/stream.h"

static const char *const end_names[TCPCLOSE_ENDS] = {
	[TCPCLOSE_END_EXPIRED] = "EXPIRED",
	[TCPCLOSE_END_RST] = "RST",
	[TCPCLOSE_END_SYN] = "SYN",
	[TCPCLOSE_END_RECYCLED] = "RECYCLED",
	[TCPCLOSE_END_RST_SENT] = "RST_SENT",
	[TCPCLOSE_END_DESTROYED] = "DESTROYED",
	[TCPCLOSE_END_NETNS] = "NETNS",
	[TCPCLOSE_END_OTHER] = "OTHER",
	[TCPCLOSE_END_OVERFLOW] = "OVERFLOW",
};

static const char *const cause_names[TCPCLOSE_CAUSES] = {
	[TCPCLOSE_CAUSE_UNKNOWN] = "UNKNOWN",
	[TCPCLOSE_CAUSE_FIN] = "FIN",
	[TCPCLOSE_CAUSE_RST] = "RST",
	[TCPCLOSE_CAUSE_REFUSED] = "REFUSED",
	[TCPCLOSE_CAUSE_DATA_AFTER_CLOSE] = "DATA_AFTER_CLOSE",
	[TCPCLOSE_CAUSE_UNREAD] = "UNREAD",
	[TCPCLOSE_CAUSE_LINGER] = "LINGER",
	[TCPCLOSE_CAUSE_DISCONNECT] = "DISCONNECT",
	[TCPCLOSE_CAUSE_CONNECT_ABORTED] = "CONNECT_ABORTED",
	[TCPCLOSE_CAUSE_DESTROYED] = "DESTROYED",
	[TCPCLOSE_CAUSE_TIMEOUT] = "TIMEOUT",
	[TCPCLOSE_CAUSE_KEEPALIVE] = "KEEPALIVE",
	[TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT] = "FIN_WAIT2_TIMEOUT",
	[TCPCLOSE_CAUSE_UNREACHABLE] = "UNREACHABLE",
	[TCPCLOSE_CAUSE_MEMORY] = "MEMORY",
	[TCPCLOSE_CAUSE_NOT_ACCEPTED] = "NOT_ACCEPTED",
	[TCPCLOSE_CAUSE_OPEN_FAILED] = "OPEN_FAILED",
	[TCPCLOSE_CAUSE_NETNS] = "NETNS",
	[TCPCLOSE_CAUSE_LISTENER] = "LISTENER",
	[TCPCLOSE_CAUSE_REPLACED] = "REPLACED",
	[TCPCLOSE_CAUSE_REPAIR] = "REPAIR",
	[TCPCLOSE_CAUSE_NO_PORT] = "NO_PORT",
	[TCPCLOSE_CAUSE_USER_TIMEOUT] = "USER_TIMEOUT",
	[TCPCLOSE_CAUSE_ZERO_WINDOW] = "ZERO_WINDOW",
	[TCPCLOSE_CAUSE_ORPHANS] = "ORPHANS",
	[TCPCLOSE_CAUSE_MPTCP] = "MPTCP",
	[TCPCLOSE_CAUSE_OVERFLOW] = "OVERFLOW",
};

static const char *name_of(const char *const *names, size_t size, unsigned int n)
{
	return n < size && names[n] ? names[n] : "???";
}

static const char *state_of(unsigned int state)
{
	const char *name = names_state(state);

	return name ? name : "???";
}

int stream_open(struct stream *stream)
{
	memset(stream, 0, sizeof(*stream));
	stream->fd = device_open(O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (stream->fd < 0)
		return stream->fd;
	if (lseek(stream->fd, 0, SEEK_END) < 0) {
		int err = -errno;

		close(stream->fd);
		return err;
	}
	return 0;
}

void stream_close(struct stream *stream)
{
	close(stream->fd);
	free(stream->events);
	stream->events = NULL;
	free(stream->rsts);
	stream->rsts = NULL;
	free(stream->drops);
	stream->drops = NULL;
	free(stream->sessions);
	stream->sessions = NULL;
}

bool stream_exact(const struct stream *stream)
{
	return !stream->gaps && !stream->disorder && !stream->stray_details &&
	       !stream->unknown && !stream->bad_details;
}

static bool belongs(const struct event *event, const struct flow *flow)
{
	const struct tcpclose_record *r = &event->r;

	return (!flow->cookie || flow->cookie == r->cookie) &&
	       (!flow->netns || flow->netns == r->netns) &&
	       (!flow->lport || flow->lport == r->lport) &&
	       (!flow->rport || flow->rport == r->rport);
}

size_t stream_count(const struct stream *stream, const struct flow *flow)
{
	size_t i, count = 0;

	for (i = 0; i < stream->count; i++)
		count += belongs(&stream->events[i], flow);
	return count;
}

const struct event *stream_event(const struct stream *stream,
				 const struct flow *flow, size_t n)
{
	static const struct event none;
	size_t i;

	for (i = 0; i < stream->count; i++)
		if (belongs(&stream->events[i], flow) && !n--)
			return &stream->events[i];
	return &none;
}

/* As the UAPI describes it. */
static bool has_details(const struct event *event)
{
	return event_context(event) == TCPCLOSE_CONTEXT_PROCESS ||
	       (TCPCLOSE_HOW_ORIGIN(event->r.how) == TCPCLOSE_ORIGIN_TRACEPOINT &&
		event->r.cause != TCPCLOSE_CAUSE_NONE &&
		event->r.cause != TCPCLOSE_CAUSE_FIN);
}

static int add_event(struct stream *stream, const struct tcpclose_record *record)
{
	struct tcpclose_detail *detail = &stream->detail[record->cpu];
	struct event *event;

	if (stream->count == stream->room) {
		size_t room = stream->room ? 2 * stream->room : 64;

		event = realloc(stream->events, room * sizeof(*event));
		if (!event)
			return -ENOMEM;
		stream->events = event;
		stream->room = room;
	}
	event = &stream->events[stream->count++];
	memset(event, 0, sizeof(*event));
	event->r = *record;
	if (detail->kind) {
		if (detail->seq + 1 == record->seq && detail->ts_ns == record->ts_ns &&
		    detail->cookie == record->cookie)
			event->detail = *detail;
		else
			stream->stray_details++;
		detail->kind = 0;
	}
	if (has_details(event) != !!event->detail.kind ||
	    (event_context(event) == TCPCLOSE_CONTEXT_PROCESS) != !!event->detail.pid ||
	    (event->detail.kind && event->detail.netns != record->netns))
		stream->bad_details++;
	return 0;
}

static int add_rst(struct stream *stream, const struct tcpclose_record *record)
{
	struct tcpclose_rst *rsts = stream->rsts;

	if (stream->rst_count == stream->rst_room) {
		size_t room = stream->rst_room ? 2 * stream->rst_room : 64;

		rsts = realloc(rsts, room * sizeof(*rsts));
		if (!rsts)
			return -ENOMEM;
		stream->rsts = rsts;
		stream->rst_room = room;
	}
	rsts[stream->rst_count++] = *device_rst(record);
	return 0;
}

static int add_drop(struct stream *stream, const struct tcpclose_record *record)
{
	struct tcpclose_drop *drops = stream->drops;

	if (stream->drop_count == stream->drop_room) {
		size_t room = stream->drop_room ? 2 * stream->drop_room : 64;

		drops = realloc(drops, room * sizeof(*drops));
		if (!drops)
			return -ENOMEM;
		stream->drops = drops;
		stream->drop_room = room;
	}
	drops[stream->drop_count++] = *device_drop(record);
	return 0;
}

static int add_session(struct stream *stream, const struct tcpclose_record *record)
{
	struct tcpclose_session *sessions = stream->sessions;

	if (stream->session_count == stream->session_room) {
		size_t room = stream->session_room ? 2 * stream->session_room : 64;

		sessions = realloc(sessions, room * sizeof(*sessions));
		if (!sessions)
			return -ENOMEM;
		stream->sessions = sessions;
		stream->session_room = room;
	}
	memcpy(&sessions[stream->session_count++], record, sizeof(*sessions));
	return 0;
}

static int take(struct stream *stream, const struct tcpclose_record *record)
{
	unsigned int cpu = record->cpu;

	if (cpu >= STREAM_CPUS)
		return -ERANGE;
	if (stream->begun[cpu] && record->seq != stream->next_seq[cpu])
		stream->gaps++;
	stream->begun[cpu] = true;
	stream->next_seq[cpu] = record->seq + 1;
	if (record->ts_ns < stream->last_ns)
		stream->disorder++;
	stream->last_ns = record->ts_ns;

	switch (record->kind) {
	case TCPCLOSE_KIND_TRANSITION:
		return add_event(stream, record);
	case TCPCLOSE_KIND_DETAIL:
		if (stream->detail[cpu].kind)
			stream->stray_details++;
		stream->detail[cpu] = *device_detail(record);
		return 0;
	case TCPCLOSE_KIND_RST:
		return add_rst(stream, record);
	case TCPCLOSE_KIND_LEFT_OUT:
		stream->left_out += ((const struct tcpclose_left_out *)record)->sent +
				    ((const struct tcpclose_left_out *)record)->received;
		stream->drops_left_out +=
			((const struct tcpclose_left_out *)record)->drops;
		return 0;
	case TCPCLOSE_KIND_SESSION:
		return add_session(stream, record);
	case TCPCLOSE_KIND_DROP:
		return add_drop(stream, record);
	case TCPCLOSE_KIND_FAILED_CALL:
		return 0;
	default:
		stream->unknown++;
		return 0;
	}
}

int stream_poll(struct stream *stream, int timeout_ms)
{
	struct pollfd pfd = { .fd = stream->fd, .events = POLLIN };
	struct tcpclose_record records[32];
	ssize_t len, i;
	int err;

	if (poll(&pfd, 1, timeout_ms) < 0)
		return -errno;
	for (;;) {
		len = read(stream->fd, records, sizeof(records));
		if (len < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (len % (ssize_t)sizeof(records[0]))
			return -EPROTO;
		for (i = 0; i < len / (ssize_t)sizeof(records[0]); i++) {
			err = take(stream, &records[i]);
			if (err)
				return err;
		}
	}
}

int stream_wait(struct stream *stream, const struct flow *flow, size_t count,
		int timeout_ms)
{
	uint64_t end = now_ns() + patience_ms(timeout_ms) * 1000000ULL;
	int err;

	for (;;) {
		uint64_t now = now_ns();

		err = stream_poll(stream, 0);
		if (err)
			return err;
		if (stream_count(stream, flow) >= count)
			return 0;
		if (now >= end)
			return -ETIMEDOUT;
		err = stream_poll(stream, (end - now) / 1000000 + 1);
		if (err)
			return err;
	}
}

static void print_step(const struct tcpclose_record *r, FILE *to)
{
	bool timewait = TCPCLOSE_HOW_ORIGIN(r->how) == TCPCLOSE_ORIGIN_TIMEWAIT;

	fprintf(to, "%s%s>%s", timewait ? "tw:" : "", state_of(TCPCLOSE_EDGE_FROM(r->edge)),
		state_of(TCPCLOSE_EDGE_TO(r->edge)));
	if (r->raw != r->edge && !(timewait && !r->raw))
		fprintf(to, "[%s]", state_of(TCPCLOSE_EDGE_TO(r->raw)));
	if (r->raw && TCPCLOSE_EDGE_FROM(r->raw) != TCPCLOSE_EDGE_FROM(r->edge))
		fprintf(to, "?FROM");
	if (r->mark & TCPCLOSE_MARK_REARM)
		fprintf(to, "*");
	if (r->cause)
		fprintf(to, "=%s", name_of(cause_names, TCPCLOSE_CAUSES, r->cause));
	if (r->end)
		fprintf(to, "!%s", name_of(end_names, TCPCLOSE_ENDS, r->end));
	if (r->mark & TCPCLOSE_MARK_OLD)
		fprintf(to, "?OLD");
	if (r->mark & TCPCLOSE_MARK_UNTRACKED)
		fprintf(to, "?UNTRACKED");
	if (r->mark & TCPCLOSE_MARK_LATE)
		fprintf(to, "?LATE");
}

const char *stream_path(const struct stream *stream, const struct flow *flow)
{
	static char path[4096];
	size_t i, n = 0;
	FILE *to;

	to = fmemopen(path, sizeof(path), "w");
	if (!to)
		return "";
	for (i = 0; i < stream->count; i++) {
		if (!belongs(&stream->events[i], flow))
			continue;
		if (n++)
			fputc(' ', to);
		print_step(&stream->events[i].r, to);
	}
	fclose(to);
	/* fmemopen() writes no NUL if nothing was printed */
	path[n ? sizeof(path) - 1 : 0] = '\0';
	return path;
}

static bool rst_belongs(const struct tcpclose_rst *rst, const struct flow *flow)
{
	return (!flow->cookie || flow->cookie == rst->cookie) &&
	       (!flow->netns || flow->netns == rst->netns) &&
	       (!flow->lport || flow->lport == rst->lport) &&
	       (!flow->rport || flow->rport == rst->rport);
}

const struct tcpclose_rst *stream_rst(const struct stream *stream,
				      const struct flow *flow, size_t n)
{
	static const struct tcpclose_rst none;
	size_t i;

	for (i = 0; i < stream->rst_count; i++)
		if (rst_belongs(&stream->rsts[i], flow) && !n--)
			return &stream->rsts[i];
	return &none;
}

const char *stream_rsts(const struct stream *stream, const struct flow *flow)
{
	static const char *const owners[] = {
		[TCPCLOSE_RST_OWNER_UNKNOWN] = "unknown:",
		[TCPCLOSE_RST_OWNER_NONE] = "none:",
		[TCPCLOSE_RST_OWNER_SOCKET] = "",
		[TCPCLOSE_RST_OWNER_MINI] = "tw:",
		[TCPCLOSE_RST_OWNER_LISTENER] = "listener:",
		[TCPCLOSE_RST_OWNER_REQUEST] = "request:",
	};
	static char text[4096];
	size_t i, n = 0;

	text[0] = '\0';
	for (i = 0; i < stream->rst_count; i++) {
		const struct tcpclose_rst *rst = &stream->rsts[i];

		if (!rst_belongs(rst, flow) || rst->owner > TCPCLOSE_RST_OWNER_REQUEST)
			continue;
		n += snprintf(text + n, sizeof(text) - n, "%s%s%s%s", n ? " " : "",
			      owners[rst->owner],
			      rst->effect == TCPCLOSE_RST_SENT ? ">" : "<",
			      rst->effect == TCPCLOSE_RST_SENT ?
				      names_rst_reason(rst->reason) :
				      names_rst_effect(rst->effect));
		if (n >= sizeof(text))
			break;
	}
	return text;
}

static bool drop_belongs(const struct tcpclose_drop *drop, const struct flow *flow)
{
	return (!flow->cookie || flow->cookie == drop->cookie) &&
	       (!flow->netns || flow->netns == drop->netns) &&
	       (!flow->lport || flow->lport == drop->lport) &&
	       (!flow->rport || flow->rport == drop->rport);
}

const struct tcpclose_drop *stream_drop(const struct stream *stream,
					const struct flow *flow, size_t n)
{
	static const struct tcpclose_drop none;
	size_t i;

	for (i = 0; i < stream->drop_count; i++)
		if (drop_belongs(&stream->drops[i], flow) && !n--)
			return &stream->drops[i];
	return &none;
}

const char *stream_drops(const struct stream *stream, const struct flow *flow)
{
	static char text[4096];
	size_t i, n = 0;

	text[0] = '\0';
	for (i = 0; i < stream->drop_count && n < sizeof(text); i++)
		if (drop_belongs(&stream->drops[i], flow))
			n += snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "",
				      names_drop_reason(stream->drops[i].reason));
	return text;
}

const char *stream_sessions(const struct stream *stream, uint64_t cookie)
{
	static char text[4096];
	size_t i, n = 0;

	text[0] = '\0';
	for (i = 0; i < stream->session_count && n < sizeof(text); i++) {
		const struct tcpclose_session *s = &stream->sessions[i];

		if (s->cookie != cookie)
			continue;
		n += snprintf(text + n, sizeof(text) - n, "%s%s>%s", n ? " " : "",
			      state_of(TCPCLOSE_EDGE_FROM(s->edge)),
			      state_of(TCPCLOSE_EDGE_TO(s->edge)));
		if (n < sizeof(text) && s->pid)
			n += snprintf(text + n, sizeof(text) - n, "/%s%s%s",
				      s->call == TCPCLOSE_CALL_KERNEL ? "worker" : s->comm,
				      s->call == TCPCLOSE_CALL_KERNEL ? "" : ":",
				      s->call == TCPCLOSE_CALL_KERNEL ? "" :
									names_call(s->call));
	}
	return text;
}

size_t stream_words(const char *path)
{
	size_t words = 0;

	while (*path) {
		path += strspn(path, " ");
		words += !!*path;
		path += strcspn(path, " ");
	}
	return words;
}

void stream_dump(const struct stream *stream, const struct flow *flow, FILE *to)
{
	static const char *const contexts[] = { "process", "softirq", "timer", "backlog" };
	static const char *const closers[] = { "none", "local", "remote", "both" };
	size_t i;

	for (i = 0; i < stream->count; i++) {
		const struct event *e = &stream->events[i];
		const struct tcpclose_record *r = &e->r;

		if (!belongs(e, flow))
			continue;
		fprintf(to, "# %" PRIu64 ".%09" PRIu64 " cpu %u seq %u #%u %u>%u cookie %" PRIx64 " ",
			(uint64_t)(r->ts_ns / 1000000000), (uint64_t)(r->ts_ns % 1000000000),
			r->cpu, r->seq, r->index, r->lport, r->rport, (uint64_t)r->cookie);
		print_step(r, to);
		fprintf(to, " dwell %" PRId64 " age %" PRId64 " %s closer %s shutdown %u flags %#x",
			(int64_t)r->dwell_ns, (int64_t)r->age_ns, contexts[event_context(e)],
			closers[event_closer(e)], event_shutdown(e), r->flags);
		fprintf(to, " err %u uid %d inode %u pid %u comm '%s' call %u sent %" PRIu64
			" received %" PRIu64 " retransmits/rearms %u srtt %u\n",
			r->sk_err, (int)r->uid, r->inode, e->detail.pid, e->detail.comm,
			e->detail.call,
			event_sent(e), event_received(e), r->retransmits, r->srtt_us);
	}
}
