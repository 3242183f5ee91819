// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stream of events as a command reads it: opens the source, moves events to
 * the command, knows when to stop and reports what went missing.
 *
 * Knows nothing of what a command does with an event.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/complain.h"
#include "base/signals.h"
#include "cli/session.h"
#include "sys/netns.h"
#include "sys/netns_names.h"

/* How often a companion is looked at, also if there are ever more events. */
#define ROUND_NS (10 * NS_PER_MS)
#define ROUND_EVENTS 8192

/* Why events end: the command has enough, or they are after the end. */
enum {
	DONE = 1,
	DONE_TIME = 2,
};

/**
 * session_init() - a session with nothing asked for
 * @s: the session; zeroed
 */
void session_init(struct session *s)
{
	s->device = TCPCLOSE_DEVICE;
	s->end_ns = UINT64_MAX;
	s->wake_ns = UINT64_MAX;
}

/**
 * session_check() - whether the options fit together
 * @s: the session
 *
 * Return: NULL, or what is wrong
 */
const char *session_check(const struct session *s)
{
	if (s->input && s->all)
		return "--all is for a device, not for --input";
	if (s->input && strcmp(s->device, TCPCLOSE_DEVICE))
		return "--input or --device, not both";
	return NULL;
}

/* A name that no namespace has would match nothing, silently. */
static int check_netns_names(struct session *s)
{
	struct filter_netns *n;
	unsigned int i;

	for (i = 0; (n = filter_netns(&s->filter, i)); i++) {
		char path[300];
		int ret;

		if (n->own || n->host || n->path || n->inode)
			continue;
		snprintf(path, sizeof(path), NETNS_NAMES_DIR "/%s", n->name);
		ret = netns_cookie(path, &n->cookie);
		if (!ret)
			continue;
		if (ret == -ENOENT)
			complain("no network namespace is called %.80s: %s",
				 n->name, "see `ip netns list`");
		else
			complain("%.80s: cannot be entered: %s: run it as root, or name the inode",
				 n->name, strerror(-ret));
		return ret;
	}
	return 0;
}

/* Likewise the initial namespace, where it is not seen. */
static int check_netns_host(struct session *s)
{
	const struct filter_netns *n;
	unsigned int i;

	if (source_header(s->source)->visible)
		return 0;
	for (i = 0; (n = filter_netns(&s->filter, i)); i++) {
		if (!n->host)
			continue;
		complain("%.200s: shows one network namespace only, perhaps not the initial one: use --netns self",
			 session_name(s));
		return -ENOENT;
	}
	return 0;
}

/**
 * session_name() - where events come from, for a complaint
 * @s: the session
 */
const char *session_name(const struct session *s)
{
	return s->input ? s->input : s->device;
}

/**
 * session_open() - open the source; catches the signals that end a command
 * @s: the session
 *
 * The time to run begins here.
 *
 * Return: 0, -EINTR if a signal asked for the end before there was anything to
 * read, or another -errno after a complaint
 */
int session_open(struct session *s)
{
	struct error why;
	int ret;

	signals_catch();
	if (s->input) {
		ret = source_open_recording(&s->source, s->input, &why);
	} else {
		ret = check_netns_names(s);
		if (ret)
			return ret;
		ret = source_open_device(&s->source, s->device, s->all, &why);
	}
	if (ret) {
		if (ret != -EINTR)
			complain("%s", why.text);
		return ret;
	}
	s->owners |= filter_wants_owners(&s->filter);
	ret = check_netns_host(s);
	if (!ret && s->owners)
		ret = source_find_owners(s->source);
	if (ret) {
		session_close(s);
		return ret;
	}
	s->filtered = !filter_is_empty(&s->filter);
	if (source_is_live(s->source) && s->duration_ns)
		s->end_ns = clock_monotonic_ns() + s->duration_ns;
	return 0;
}

/*
 * Whether a record, or an event of that time, is after the end. What a live source
 * adds itself is not: the loss of earlier records may be noticed late.
 */
static bool is_after_end(const struct session *s, uint64_t ts_ns, bool added)
{
	return ts_ns > s->end_ns && !(added && source_is_live(s->source));
}

/* How many of @raw, from the first on, are not after the end. */
static size_t count_until_end(const struct session *s,
			      const struct recording_marker *raw, size_t count)
{
	size_t i;

	if (s->end_ns == UINT64_MAX)
		return count;
	for (i = 0; i < count; i++)
		if (is_after_end(s, raw[i].ts_ns,
				 recording_is_marker(raw[i].kind)))
			break;
	return i;
}

/* Return: as source_next_run(); @done: 0 to go on, %DONE, %DONE_TIME, or -errno */
static int next_raw(struct session *s, const struct session_calls *calls,
		    void *context, int *done)
{
	const struct recording_marker *raw;
	size_t count, wanted;
	int ret = source_next_run(s->source, &raw, &count);

	if (ret <= 0)
		return ret;
	wanted = count_until_end(s, raw, count);
	*done = wanted ? calls->raw(context, raw, wanted) : 0;
	if (wanted == count)
		return ret;
	/* A loss of before the end may stand behind what came after it. */
	for (; wanted < count && !*done; wanted++)
		if (recording_is_marker(raw[wanted].kind) &&
		    !is_after_end(s, raw[wanted].ts_ns, true))
			*done = calls->raw(context, &raw[wanted], 1);
	if (!*done)
		*done = DONE_TIME;
	return ret;
}

/* Return: 0 to go on, 1 to end, or -errno */
static int hand_over(struct session *s, const struct event *e,
		     const struct session_calls *calls, void *context)
{
	if (s->filtered && !calls->unfiltered && !filter_matches(&s->filter, e))
		return 0;
	return calls->event(context, e);
}

/* What is of the command's connections. Return: likewise */
static int hand_over_followed(struct session *s, const struct event *e,
			      const struct session_calls *calls, void *context)
{
	struct followed *followed = s->companion->followed;
	const struct event *waited;
	int ret = followed_add(followed, e);

	if (ret <= 0)
		return ret;
	while ((waited = followed_next(followed))) {
		ret = hand_over(s, waited, calls, context);
		if (ret)
			return ret;
	}
	return hand_over(s, e, calls, context);
}

/* Return: 0 to go on, %DONE, %DONE_TIME, or -errno */
static int deliver(struct session *s, const struct event *e,
		   const struct session_calls *calls, void *context)
{
	if (e->kind == EVENT_START || e->kind == EVENT_FLAW)
		return calls->every(context, e);
	/* A recording's time begins with its first event. */
	if (s->end_ns == UINT64_MAX && s->duration_ns &&
	    !source_is_live(s->source))
		s->end_ns = e->ts_ns + s->duration_ns;
	if (is_after_end(s, e->ts_ns, e->kind == EVENT_LOST))
		return DONE_TIME;
	/* A recording's time is the same whether or not they are wanted. */
	if ((!calls->rsts && event_is_about_rsts(e)) ||
	    (!calls->others && event_is_other(e)))
		return 0;
	if (calls->every)
		return calls->every(context, e);
	return s->companion ? hand_over_followed(s, e, calls, context) :
			      hand_over(s, e, calls, context);
}

/* Likewise, decoded. */
static int next_event(struct session *s, const struct session_calls *calls,
		      void *context, int *done)
{
	struct event e;
	int ret = decoder_next(&s->decoder, s->source, &e);

	if (ret <= 0)
		return ret;
	*done = deliver(s, &e, calls, context);
	if (e.kind != EVENT_LOST)
		s->read_ns = e.ts_ns;
	return ret;
}

/* Return: as source_next_run(); @done: likewise */
static int next(struct session *s, const struct session_calls *calls,
		void *context, int *done)
{
	*done = 0;
	return calls->raw ? next_raw(s, calls, context, done) :
			    next_event(s, calls, context, done);
}

/*
 * The device holds records back for 1 ms, so what happened just before the end can
 * be read only a moment after it.
 */
static void settle(const struct session *s)
{
	uint64_t settled_ns = s->end_ns + 2 * NS_PER_MS;
	uint64_t now_ns = clock_monotonic_ns();
	struct timespec left = {};

	if (now_ns >= settled_ns)
		return;
	left.tv_nsec = (long)(settled_ns - now_ns);
	nanosleep(&left, NULL);
}

static uint64_t wait_until_ns(const struct session *s)
{
	if (!source_is_live(s->source))
		return UINT64_MAX;
	return s->wake_ns < s->end_ns ? s->wake_ns : s->end_ns;
}

static bool is_accompanied(const struct session *s)
{
	return s->companion && s->end_ns == UINT64_MAX;
}

/* Return: as source_wait() */
static int wait_for_more(const struct session *s)
{
	const struct timespec nap = { .tv_nsec = ROUND_NS };
	uint64_t until_ns = wait_until_ns(s), round_ns;

	if (!is_accompanied(s))
		return source_wait(s->source, until_ns);
	/* Once a signal asked to stop, source_wait() returns at once. */
	if (signals_stop())
		return nanosleep(&nap, NULL) ? -EINTR : 0;
	round_ns = clock_monotonic_ns() + ROUND_NS;
	return source_wait(s->source, until_ns < round_ns ? until_ns : round_ns);
}

/*
 * Move events until there are none for now. A signal ends a live source now, unless a
 * command is to end before.
 *
 * Return: as source_next_run(); @done likewise
 */
static int drain(struct session *s, const struct session_calls *calls,
		 void *context, int *done)
{
	unsigned int left = is_accompanied(s) ? ROUND_EVENTS : UINT_MAX;
	bool stopped = signals_stop();
	int ret;

	if (stopped && !is_accompanied(s) && s->end_ns > clock_monotonic_ns())
		s->end_ns = clock_monotonic_ns();
	do {
		ret = next(s, calls, context, done);
		/* It may have cut the read short. */
		if (!stopped && signals_stop())
			return *done ? ret : 1;
	} while (ret > 0 && !*done && --left);
	return ret;
}

/*
 * All records up to the end were delivered: report losses that no record follows.
 * Whatever comes behind them is after the end.
 *
 * Return: 0, or -errno
 */
static int conclude(struct session *s, const struct session_calls *calls,
		    void *context)
{
	int done = 0, ret = -EAGAIN;

	if (!source_is_live(s->source))
		return 0;
	/* What is left of the device's records is of after the end. */
	if (!source_is_collected(s->source))
		decoder_drop(&s->decoder);
	while (ret == -EAGAIN && !done) {
		ret = source_conclude(s->source, s->end_ns);
		while (ret > 0 && !done) {
			ret = next(s, calls, context, &done);
			if (done == DONE_TIME && source_is_collected(s->source))
				done = 0;
		}
	}
	if (done < 0)
		return done;
	return ret < 0 && ret != -EAGAIN ? ret : 0;
}

/* All records up to @s->read_ns, or what could be read then, were delivered. */
static void look_at_companion(struct session *s)
{
	if (is_accompanied(s) && companion_is_over(s->companion, s->read_ns))
		s->end_ns = clock_monotonic_ns();
}

/**
 * session_run() - move events to a command until the end
 * @s: an open session
 * @calls: what the command does with them
 * @context: for @calls
 *
 * Ends with the recording, with the time to run, with its companion, at a signal or when
 * the command asks for it. A signal and the end of the time work alike: what
 * happened before is still delivered, for the module may not have reported it
 * yet, or the command may have been held up by its output.
 *
 * Return: 0, or -errno of the source or of @calls
 */
int session_run(struct session *s, const struct session_calls *calls,
		void *context)
{
	bool live = source_is_live(s->source);
	uint64_t begin_ns;
	int ret, done;

	decoder_init(&s->decoder, source_header(s->source), calls->every);
	s->decoder.with_owners = s->owners;
	for (;;) {
		if (!live && signals_stop())
			return 0;
		begin_ns = clock_monotonic_ns();
		ret = drain(s, calls, context, &done);
		if (done == DONE_TIME)
			return conclude(s, calls, context);
		if (done)
			return done < 0 ? done : 0;
		if (ret > 0) {
			look_at_companion(s);
			continue;
		}
		if (ret != -EAGAIN)
			return ret;
		ret = calls->idle ? calls->idle(context) : 0;
		if (ret)
			return ret;
		s->read_ns = begin_ns;
		look_at_companion(s);
		if (live && source_is_complete(s->source, s->end_ns))
			return conclude(s, calls, context);
		if (live && clock_monotonic_ns() >= s->end_ns) {
			settle(s);
			continue;
		}
		ret = wait_for_more(s);
		if (ret && ret != -EINTR)
			return ret;
	}
}

/**
 * session_report_damage() - report what could not be read of a recording
 * @s: an open session
 */
void session_report_damage(const struct session *s)
{
	static const char cut[] =
		"%s: ends within a record: its last %zu byte%s left out; all before are used";
	static const char unknown[] =
		"%s: %llu record%s of unknown kind left out: damaged, or made for a newer tcpclose";
	uint64_t skipped = s->decoder.summary.skipped;
	size_t cut_bytes = source_cut_bytes(s->source);

	if (cut_bytes)
		complain(cut, s->input, cut_bytes,
			 cut_bytes == 1 ? " is" : "s are");
	if (skipped)
		complain(unknown, session_name(s), (unsigned long long)skipped,
			 skipped == 1 ? "" : "s");
}

/**
 * session_balance() - check that every record was delivered or reported as lost
 * @s: an open session
 *
 * Return: 0, or -errno after a complaint
 */
int session_balance(const struct session *s)
{
	struct error why;
	int ret = source_balance(s->source, &why);

	if (ret)
		complain("%s: %s", session_name(s), why.text);
	return ret;
}

/**
 * session_close() - close the source, free what was decoded
 * @s: an open session
 */
void session_close(struct session *s)
{
	decoder_free(&s->decoder);
	source_close(s->source);
	s->source = NULL;
}
