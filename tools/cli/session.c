// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frame of every command that reads events: takes the options that they
 * share, opens the source, moves events to the command, knows when to stop and
 * says what went missing.
 *
 * Knows nothing of what a command does with an event.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/complain.h"
#include "base/parse.h"
#include "base/signals.h"
#include "cli/session.h"
#include "sys/netns.h"

/**
 * session_init() - a session with nothing asked for
 * @s: the session
 * @tool: the run
 */
void session_init(struct session *s, struct tool *tool)
{
	memset(s, 0, sizeof(*s));
	s->tool = tool;
	s->device = TCPCLOSE_DEVICE;
	s->end_ns = UINT64_MAX;
	s->wake_ns = UINT64_MAX;
}

static const char *expected(int id, int error)
{
	if (error == -E2BIG)
		return "no more than 64 of this kind";
	switch (id) {
	case SESSION_ADDR:
		return "an address such as 192.0.2.1, 2001:db8::1 or 192.0.2.0/24";
	case SESSION_DURATION:
		return "seconds above 0, such as 10 or 0.5";
	case SESSION_FAMILY:
		return "inet, inet6, 4 or 6";
	case SESSION_NETNS:
		return "self, a name or inode, or the path of a network namespace";
	case SESSION_PID:
		return "a process number";
	case SESSION_PORT:
		return "a port, 1 to 65535, or a range such as 8000-8999";
	default:
		return "states such as TIME_WAIT or FIN_WAIT1,FIN_WAIT2";
	}
}

/**
 * session_take_option() - take an option that commands share
 * @s: the session
 * @o: where it was found
 * @id: &enum session_option, not %SESSION_HELP
 *
 * Return: 0, or %OPTION_ERROR with @o->error set
 */
int session_take_option(struct session *s, struct options *o, int id)
{
	int ret = 0;

	switch (id) {
	case SESSION_ADDR:
		ret = filter_add_addr(&s->filter, o->value);
		break;
	case SESSION_ALL:
		s->all = true;
		break;
	case SESSION_DEVICE:
		s->device = o->value;
		break;
	case SESSION_DURATION:
		ret = parse_seconds(o->value, &s->duration_ns);
		break;
	case SESSION_FAMILY:
		ret = filter_add_family(&s->filter, o->value);
		break;
	case SESSION_INPUT:
		s->input = o->value;
		break;
	case SESSION_NETNS:
		ret = filter_add_netns(&s->filter, o->value);
		break;
	case SESSION_PID:
		ret = filter_add_pid(&s->filter, o->value);
		break;
	case SESSION_PORT:
		ret = filter_add_port(&s->filter, o->value);
		break;
	case SESSION_STATE:
		ret = filter_add_states(&s->filter, o->value);
		break;
	}
	return ret ? options_bad_value(o, expected(id, ret)) : 0;
}

/**
 * session_check_options() - whether the options fit together
 * @s: the session
 *
 * Return: 0, or an exit status, after a complaint
 */
int session_check_options(struct session *s)
{
	if (s->input && s->all)
		return tool_usage_error(s->tool, "--all is for a device");
	if (s->input && strcmp(s->device, TCPCLOSE_DEVICE))
		return tool_usage_error(s->tool,
					"--input or --device, not both");
	return 0;
}

/* A name that nobody has would match nothing, silently. */
static int check_netns_names(struct session *s)
{
	unsigned int i;

	for (i = 0; i < s->filter.netns_count; i++) {
		struct filter_netns *n = &s->filter.netns[i];
		char path[300];

		if (n->own || n->inode || !strcmp(n->name, "host"))
			continue;
		snprintf(path, sizeof(path), "/run/netns/%s", n->name);
		n->inode = netns_inode(path);
		if (n->inode)
			continue;
		complain("no network namespace is called %.80s: %s",
			 n->name, "see `ip netns list`");
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
 * Return: 0, or -errno after a complaint
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
		complain("%s", why.text);
		return ret;
	}
	s->filtered = !filter_is_empty(&s->filter);
	if (source_is_live(s->source) && s->duration_ns)
		s->end_ns = monotonic_ns() + s->duration_ns;
	return 0;
}

/* How many of @raw, from the first on, are not after the end. */
static size_t count_until(const struct recording_marker *raw, size_t count,
			  uint64_t end_ns)
{
	size_t i;

	if (end_ns == UINT64_MAX)
		return count;
	for (i = 0; i < count && raw[i].ts_ns <= end_ns; i++)
		;
	return i;
}

/* Return: as source_next(); @go_on: 1 to go on, 0 to end, or -errno */
static int next_raw(struct session *s, const struct session_calls *calls,
		    void *context, int *go_on)
{
	const struct recording_marker *raw;
	size_t count, wanted;
	int ret = source_next_run(s->source, &raw, &count);

	if (ret <= 0)
		return ret;
	wanted = count_until(raw, count, s->end_ns);
	*go_on = wanted ? calls->raw(context, raw, wanted) : 0;
	if (wanted < count && *go_on > 0)
		*go_on = 0;
	return ret;
}

/* Return: 1 to go on, 0 to end, or -errno */
static int deliver(struct session *s, const struct event *e,
		   const struct session_calls *calls, void *context)
{
	if (e->kind == EVENT_START || e->kind == EVENT_FLAW)
		return calls->every(context, e);
	/* A recording's time begins with its first event. */
	if (s->end_ns == UINT64_MAX && s->duration_ns &&
	    !source_is_live(s->source))
		s->end_ns = e->ts_ns + s->duration_ns;
	if (e->ts_ns > s->end_ns)
		return 0;
	if (calls->every)
		return calls->every(context, e);
	if (s->filtered && !filter_matches(&s->filter, e))
		return 1;
	return calls->event(context, e);
}

/* Likewise, decoded. */
static int next_event(struct session *s, const struct session_calls *calls,
		      void *context, int *go_on)
{
	struct event e;
	int ret = calls->every ? source_next_every(s->source, &e) :
				 source_next(s->source, &e);

	if (ret > 0)
		*go_on = deliver(s, &e, calls, context);
	return ret;
}

/*
 * The device holds records back for 1 ms (HOLD_NS in module/reader.c), so what
 * happened just before the end can be read only a moment after it.
 *
 * Return: whether there was something to wait for
 */
static bool settle(const struct session *s)
{
	uint64_t settled_ns = s->end_ns + 2 * NS_PER_MS;
	uint64_t now_ns = monotonic_ns();
	struct timespec left = {};

	if (now_ns >= settled_ns)
		return false;
	left.tv_nsec = (long)(settled_ns - now_ns);
	nanosleep(&left, NULL);
	return true;
}

static uint64_t wait_until_ns(const struct session *s)
{
	if (!source_is_live(s->source))
		return UINT64_MAX;
	return s->wake_ns < s->end_ns ? s->wake_ns : s->end_ns;
}

/**
 * session_run() - move events to a command until the end
 * @s: an open session
 * @calls: what the command does with them
 * @context: for @calls
 *
 * Ends with the recording, the time to run, a signal or when the command says
 * so. A wish to stop and the end of the time work alike: what happened before
 * is still delivered, for the module may not have told of it yet.
 *
 * Return: 0, or -errno of the source or of @calls
 */
int session_run(struct session *s, const struct session_calls *calls,
		void *context)
{
	int (*next)(struct session *s, const struct session_calls *calls,
		    void *context, int *go_on) =
		calls->raw ? next_raw : next_event;
	int ret, go_on;

	for (;;) {
		bool stopped = signals_stop();

		if (stopped && !source_is_live(s->source))
			return 0;
		if (stopped && s->end_ns > monotonic_ns())
			s->end_ns = monotonic_ns();
		while ((ret = next(s, calls, context, &go_on)) > 0) {
			if (go_on <= 0)
				return go_on;
			if (!stopped && signals_stop())
				break;
		}
		if (ret > 0)
			continue;
		if (ret != -EAGAIN)
			return ret;
		ret = calls->idle ? calls->idle(context) : 0;
		if (ret)
			return ret;
		if (source_is_live(s->source) && monotonic_ns() >= s->end_ns) {
			if (settle(s))
				continue;
			ret = source_conclude(s->source, s->end_ns);
			if (ret <= 0)
				return ret;
			continue;
		}
		ret = source_wait(s->source, wait_until_ns(s));
		if (ret && ret != -EINTR)
			return ret;
	}
}

/* What a damaged recording did not tell. */
static void tell_damage(struct session *s)
{
	static const char cut[] =
		"%s: ends within a record: left out its last %zu byte%s; all before is shown";
	static const char unknown[] =
		"%s: left out %llu record%s of unknown kind: damaged, or try a newer tcpclose";
	struct source_summary summary;

	source_summarize(s->source, &summary);
	if (summary.cut_bytes)
		complain(cut, s->input, summary.cut_bytes,
			 summary.cut_bytes == 1 ? "" : "s");
	if (summary.skipped)
		complain(unknown, session_name(s),
			 (unsigned long long)summary.skipped,
			 summary.skipped == 1 ? "" : "s");
}

/**
 * session_balance() - see whether every record was delivered or told as lost
 * @s: an open session
 *
 * Return: 0, or -errno after a complaint
 */
int session_balance(struct session *s)
{
	struct error why;
	int ret = source_balance(s->source, &why);

	if (ret)
		complain("%s: %s", session_name(s), why.text);
	return ret;
}

/**
 * session_finish() - say what went wrong, close the source
 * @s: an open session
 * @error: what session_run() gave
 * @output_error: -errno of standard output, 0: none; -EPIPE is no failure:
 *	whoever read it has seen enough
 *
 * Return: %EXIT_CLEAN or %EXIT_COULD_NOT_RUN
 */
int session_finish(struct session *s, int error, int output_error)
{
	int ret = EXIT_CLEAN;

	tell_damage(s);
	if (output_error && output_error != -EPIPE) {
		complain("standard output: %s",
			 strerror(-output_error));
		ret = EXIT_COULD_NOT_RUN;
	} else if (error && !output_error) {
		complain("%s: cannot be read: %s",
			 session_name(s), strerror(-error));
		ret = EXIT_COULD_NOT_RUN;
	} else if (session_balance(s)) {
		ret = EXIT_COULD_NOT_RUN;
	}
	source_close(s->source);
	s->source = NULL;
	return ret;
}
