// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words for local ports.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/format.h"
#include "view/ports_words.h"

/* Processes that a line has room for. */
#define PROCESSES_MAX 3

/**
 * ports_words_local() - a local address
 * @text: result
 * @ends: the destination
 */
void ports_words_local(char text[PORTS_WORDS_MAX], const struct ports_ends *ends)
{
	*format_ip(text, ends->ipv6, ends->laddr) = '\0';
}

/**
 * ports_words_remote() - a remote address and port
 * @text: result; of a local address: that any port is wanted there
 * @ends: the destination
 */
void ports_words_remote(char text[PORTS_WORDS_MAX], const struct ports_ends *ends)
{
	if (ends->bind)
		snprintf(text, PORTS_WORDS_MAX, "-");
	else
		*format_endpoint(text, ends->ipv6, ends->raddr, ends->rport) = '\0';
}

/**
 * ports_words_netns() - a network namespace
 * @text: result
 * @n: the namespace
 */
void ports_words_netns(char text[PORTS_WORDS_MAX], const struct ports_netns *n)
{
	if (*n->name)
		snprintf(text, PORTS_WORDS_MAX, "%s", n->name);
	else
		snprintf(text, PORTS_WORDS_MAX, "%u", n->inode);
}

static uint64_t sockets_of(const uint64_t *counts)
{
	return counts[PORTS_OPEN] + counts[PORTS_CLOSING] + counts[PORTS_TIME_WAIT];
}

static int name_process(char *text, size_t size, const struct ports_process *r)
{
	if (r->rest)
		return snprintf(text, size, "others");
	if (!*r->comm)
		return snprintf(text, size, "unknown");
	if (r->pid)
		return snprintf(text, size, "%s/%u%s%.12s", r->comm, r->pid,
				*r->container ? "@" : "", r->container);
	return snprintf(text, size, "%s%s%.12s", r->comm, *r->container ? "@" : "",
			r->container);
}

/**
 * ports_words_process() - a process
 * @text: result
 * @r: the process, or those of one name
 */
void ports_words_process(char text[PORTS_WORDS_MAX], const struct ports_process *r)
{
	name_process(text, PORTS_WORDS_MAX, r);
}

/**
 * ports_words_processes() - whose ports they are
 * @text: result: those with the most, and how many each has
 * @s: what is counted
 */
void ports_words_processes(char text[PORTS_WORDS_MAX], const struct ports_sum *s)
{
	uint64_t rest = sockets_of(s->counts);
	const struct ports_process *r = s->processes;
	unsigned int shown = 0;
	char *p = text;

	snprintf(text, PORTS_WORDS_MAX, "-");
	for (; r && shown < PROCESSES_MAX && sockets_of(r->counts); r = r->next, shown++) {
		p += sprintf(p, "%s", shown ? ", " : "");
		p += name_process(p, 64, r);
		p += sprintf(p, " %" PRIu64, sockets_of(r->counts));
		rest -= sockets_of(r->counts);
	}
	if (rest && shown)
		sprintf(p, ", others %" PRIu64, rest);
}

static char *add_share(char *p, const struct ports_destination *d)
{
	uint64_t available = d->netns->available;
	uint64_t tenths = available ? d->taken * 1000 / available : 0;

	p += sprintf(p, "%s%" PRIu64 " of %" PRIu64, d->netns->listed ? "" : "at least ",
		     d->taken, available);
	return p + sprintf(p, " (%" PRIu64 ".%" PRIu64 " %%)", tenths / 10, tenths % 10);
}

static void add_place(char *p, const struct ports *all, const struct ports_destination *d)
{
	char text[PORTS_WORDS_MAX];

	ports_words_remote(text, &d->ends);
	if (d->ends.bind)
		ports_words_local(text, &d->ends);
	p += sprintf(p, " %s %s", d->ends.bind ? "at" : "to", text);
	ports_words_netns(text, d->netns);
	if (all->tables.netns.count > 1)
		sprintf(p, " in namespace %.100s", text);
}

/* A moment later other ports may be free, or TIME_WAITs old enough to be taken over. */
static void add_failures(char *p, const struct ports *all, const struct ports_destination *d)
{
	uint64_t times = d->sum.counts[PORTS_FAILED];
	uint64_t used = d->ends.bind ? d->taken : ports_used(d);

	p += sprintf(p, "%s found no port %" PRIu64 " time%s, the last time ",
		     d->ends.bind ? "bind()" : "connect()", times, format_plural(times));
	p = format_duration(p, all->now_ns - d->failed_ns);
	p += sprintf(p, " ago: in use are %s%" PRIu64, d->netns->listed ? "" : "at least ", used);
	if (d->netns->range_known)
		p += sprintf(p, " of %" PRIu32, d->netns->available);
	if (d->reusable)
		p += sprintf(p, ", of which connect() may take over %" PRIu64 " by now,",
			     d->reusable);
	add_place(p, all, d);
}

/**
 * ports_words_verdict() - how it stands, in one sentence
 * @text: result
 * @p: the ports
 */
void ports_words_verdict(char text[PORTS_WORDS_MAX], const struct ports *p)
{
	const struct ports_destination *d;
	char *at = text;

	ports_worst(p, &d);
	if (!d) {
		snprintf(text, PORTS_WORDS_MAX, "Ports suffice: no connection has one");
		return;
	}
	if (ports_failed_lately(p, d)) {
		add_failures(at, p, d);
		return;
	}
	if (!ports_is_short(p, d)) {
		at += sprintf(at, "Ports suffice: at most ");
	} else if (d->growth.ends && d->growth.in_ns) {
		at = format_duration(at + sprintf(at, "Ports run out in "), d->growth.in_ns);
		at += sprintf(at, ": in use are ");
	} else {
		at += sprintf(at, "%s: in use are ",
			      d->growth.ends ? "No port is left" : "Ports run short");
	}
	if (!d->netns->range_known)
		at = text + sprintf(text, "How many ports there are is not known: in use are at least %llu",
				    (unsigned long long)d->taken);
	else
		at = add_share(at, d);
	add_place(at, p, d);
}

/**
 * ports_words_help() - what may help, for programs
 * @what: what
 *
 * Return: a name
 */
const char *ports_words_help(enum ports_help what)
{
	static const char *const names[PORTS_HELPS] = {
		[PORTS_HELP_POOL] = "keep-connections-open",
		[PORTS_HELP_LIMIT] = "fewer-open-connections",
		[PORTS_HELP_SPREAD] = "more-addresses",
		[PORTS_HELP_WIDEN] = "ip_local_port_range",
		[PORTS_HELP_UNRESERVE] = "ip_local_reserved_ports",
		[PORTS_HELP_UNBIND] = "fewer-bound-ports",
		[PORTS_HELP_BIND_LATE] = "IP_BIND_ADDRESS_NO_PORT",
		[PORTS_HELP_REUSE] = "tcp_tw_reuse",
		[PORTS_HELP_REUSE_ON] = "tcp_tw_reuse-is-on",
		[PORTS_HELP_TIMESTAMPS] = "tcp_tw_reuse-without-tcp_timestamps",
		[PORTS_HELP_REUSE_BIND] = "tcp_tw_reuse-for-bind",
		[PORTS_HELP_FIN_TIMEOUT] = "tcp_fin_timeout",
		[PORTS_HELP_LINGER] = "SO_LINGER",
		[PORTS_HELP_RECYCLE] = "tcp_tw_recycle",
		[PORTS_HELP_BUCKETS] = "tcp_max_tw_buckets",
	};

	return names[what];
}

/**
 * ports_words_advice() - why something helps, or does not
 * @text: result
 * @a: what it is about
 */
void ports_words_advice(char text[PORTS_WORDS_MAX], const struct ports_advice *a)
{
	static const char *const sentences[PORTS_HELPS] = {
		[PORTS_HELP_POOL] =
			"keep connections open and use them again (a pool, keep-alive): each that is closed here first holds its port for 60 s more, %llu now",
		[PORTS_HELP_LIMIT] =
			"fewer connections at a time: %llu are open, not in TIME_WAIT",
		[PORTS_HELP_SPREAD] =
			"more addresses or ports to connect to, or local addresses to connect from: each pair has ports of its own",
		[PORTS_HELP_WIDEN] =
			"ip_local_port_range \"1024 65535\": %llu ports",
		[PORTS_HELP_UNRESERVE] =
			"fewer ports in ip_local_reserved_ports: they take %llu of the range",
		[PORTS_HELP_UNBIND] =
			"listeners and bound sockets outside of the range: they have %llu of its ports, for no destination another one can use these",
		[PORTS_HELP_BIND_LATE] =
			"IP_BIND_ADDRESS_NO_PORT before bind(): connect() chooses the port then, which may lead to several destinations at a time; now each serves one connection only",
		[PORTS_HELP_REUSE] =
			"tcp_tw_reuse 1: connect() could take the ports of %llu TIME_WAITs now, if their peers send timestamps",
		[PORTS_HELP_REUSE_ON] =
			"tcp_tw_reuse: it does its work already: connect() can take the ports of %llu TIME_WAITs now, if their peers send timestamps",
		[PORTS_HELP_TIMESTAMPS] =
			"tcp_tw_reuse: it needs timestamps, and tcp_timestamps is 0",
		[PORTS_HELP_REUSE_BIND] =
			"tcp_tw_reuse: it is for connect(), bind() never takes a port in TIME_WAIT",
		[PORTS_HELP_FIN_TIMEOUT] =
			"tcp_fin_timeout: it is about FIN_WAIT2, TIME_WAIT takes 60 s in any case",
		[PORTS_HELP_LINGER] =
			"SO_LINGER with 0 seconds: no TIME_WAIT, but a RST, which may destroy data that the peer has not read yet",
		[PORTS_HELP_RECYCLE] =
			"tcp_tw_recycle: Linux 4.12 removed it, since it lost connections behind NAT",
		[PORTS_HELP_BUCKETS] =
			"tcp_max_tw_buckets, now %llu: more than that helps against overflows, it gives no ports",
	};

	snprintf(text, PORTS_WORDS_MAX, sentences[a->what],
		 (unsigned long long)a->number);
}
