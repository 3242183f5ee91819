// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's counters that tcpclose can say the value of: each is incremented
 * where one kind of record is made, and nowhere else, in 6.1 and in 6.12.
 *
 * Left out, since no record stands for every increment: ActiveOpens (after the
 * transition, and not if sending fails in between), AttemptFails (request
 * sockets too), CurrEstab (a gauge that says nothing of how it came about),
 * OutRsts, TCPAbortFailed (no transition).
 *
 * DCCP's mini-sockets count as TCP's in TW and TWKilled.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/compiler.h"
#include "witness/counters.h"

#define NETSTAT "/proc/thread-self/net/netstat"
#define SNMP "/proc/thread-self/net/snmp"
#define SOCKSTAT "/proc/thread-self/net/sockstat"

static const struct {
	const char *what;
	const char *path;
	const char *table;
	const char *names[2];
	bool needs_openings;
} counters[COUNTERS] = {
	/* __inet_twsk_schedule(): the second if the timer is 4 s or less. */
	[COUNTER_BIRTHS] = { "births: TW and TWKilled", NETSTAT, "TcpExt:",
			     { "TW", "TWKilled" } },
	/* __inet_check_established(). */
	[COUNTER_RECYCLED] = { "recycled: TWRecycled", NETSTAT, "TcpExt:",
			       { "TWRecycled" } },
	/* tcp_time_wait(). */
	[COUNTER_OVERFLOW] = { "overflows: TCPTimeWaitOverflow", NETSTAT,
			       "TcpExt:", { "TCPTimeWaitOverflow" } },
	/* tcp_set_state(): from ESTABLISHED or CLOSE_WAIT to CLOSE. */
	[COUNTER_ESTAB_RESETS] = { "resets: EstabResets", SNMP, "Tcp:",
				   { "EstabResets" } },
	/* __tcp_close(): data was left unread. */
	[COUNTER_ABORT_ON_CLOSE] = { "unread data: TCPAbortOnClose", NETSTAT,
				     "TcpExt:", { "TCPAbortOnClose" } },
	/*
	 * __tcp_close() with SO_LINGER and time 0; tcp_rcv_state_process() when
	 * data comes that nobody will read, or with TCP_LINGER2 below 0 at the
	 * ACK of the FIN.
	 */
	[COUNTER_ABORT_ON_DATA] = { "data for nobody: TCPAbortOnData", NETSTAT,
				    "TcpExt:", { "TCPAbortOnData" } },
	/* tcp_write_err(), which both timers call and nobody else. */
	[COUNTER_ABORT_ON_TIMEOUT] = { "timeouts: TCPAbortOnTimeout", NETSTAT,
				       "TcpExt:", { "TCPAbortOnTimeout" } },
	/* __tcp_close() and tcp_out_of_resources(), by tcp_check_oom(). */
	[COUNTER_ABORT_ON_MEMORY] = { "memory: TCPAbortOnMemory", NETSTAT,
				      "TcpExt:", { "TCPAbortOnMemory" } },
	/* __tcp_close(): FIN_WAIT2 with TCP_LINGER2 below 0. */
	[COUNTER_ABORT_ON_LINGER] = { "TCP_LINGER2: TCPAbortOnLinger", NETSTAT,
				      "TcpExt:", { "TCPAbortOnLinger" } },
	/* tcp_create_openreq_child(), which clones the listener. */
	[COUNTER_PASSIVE_OPENS] = { "passive opens: PassiveOpens", SNMP, "Tcp:",
				    { "PassiveOpens" }, true },
};

/**
 * counter_what() - what is counted, and under which name
 * @counter: which
 */
const char *counter_what(enum counter counter)
{
	return counters[counter].what;
}

/**
 * counter_needs_openings() - whether it speaks of records that only scope=all has
 * @counter: which
 */
bool counter_needs_openings(enum counter counter)
{
	return counters[counter].needs_openings;
}

static enum counter counter_of_cause(const struct event *e)
{
	switch (e->cause) {
	case TCPCLOSE_CAUSE_UNREAD:
		return COUNTER_ABORT_ON_CLOSE;
	case TCPCLOSE_CAUSE_LINGER:
	case TCPCLOSE_CAUSE_DATA_AFTER_CLOSE:
		return COUNTER_ABORT_ON_DATA;
	case TCPCLOSE_CAUSE_TIMEOUT:
	case TCPCLOSE_CAUSE_KEEPALIVE:
		return COUNTER_ABORT_ON_TIMEOUT;
	case TCPCLOSE_CAUSE_MEMORY:
		/* An overflow that loses an orphan is counted as such. */
		return e->end == TCPCLOSE_END_OVERFLOW ?
			       COUNTERS :
			       COUNTER_ABORT_ON_MEMORY;
	case TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT:
		if (e->context == TCPCLOSE_CONTEXT_PROCESS)
			return COUNTER_ABORT_ON_LINGER;
		return e->context == TCPCLOSE_CONTEXT_TIMER ?
			       COUNTERS :
			       COUNTER_ABORT_ON_DATA;
	default:
		return COUNTERS;
	}
}

/**
 * counters_of() - which counters a transition increments
 * @e: the transition
 *
 * Return: a bit for each &enum counter
 */
uint32_t counters_of(const struct event *e)
{
	bool traced = e->origin == TCPCLOSE_ORIGIN_TRACEPOINT;
	enum counter counter = COUNTERS;
	uint32_t set = 0;

	if (!traced)
		return e->end == TCPCLOSE_END_RECYCLED ?
			       1U << COUNTER_RECYCLED :
			       0;
	if (e->new == TCPCLOSE_TIME_WAIT || event_is_orphaned(e))
		set |= 1U << COUNTER_BIRTHS;
	if (e->end == TCPCLOSE_END_OVERFLOW)
		set |= 1U << COUNTER_OVERFLOW;
	if (e->raw_new == TCPCLOSE_CLOSE) {
		if (e->raw_old == TCPCLOSE_ESTABLISHED ||
		    e->raw_old == TCPCLOSE_CLOSE_WAIT)
			set |= 1U << COUNTER_ESTAB_RESETS;
		counter = counter_of_cause(e);
	} else if (e->raw_old == TCPCLOSE_LISTEN &&
		   e->raw_new == TCPCLOSE_SYN_RECV) {
		counter = COUNTER_PASSIVE_OPENS;
	}
	return counter == COUNTERS ? set : set | 1U << counter;
}

static char *read_text(const char *path)
{
	size_t len = 0, room = 32768;
	char *text = malloc(room);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = 1;

	while (text && fd >= 0 && got > 0 && len + 1 < room) {
		got = read(fd, text + len, room - 1 - len);
		if (got > 0)
			len += (size_t)got;
	}
	if (text && (fd < 0 || got < 0)) {
		free(text);
		text = NULL;
	}
	if (text)
		text[len] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

/* One line of names, one of values, each after the name of the table. */
static int look_up(const char *text, const char *table, const char *name,
		   uint64_t *value)
{
	size_t table_len = strlen(table), len = strlen(name);
	const char *names = NULL, *values = NULL, *line;

	for (line = text; line && !values; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, table, table_len))
			continue;
		if (names)
			values = line + table_len;
		else
			names = line + table_len;
	}
	if (!values)
		return -ENOENT;
	while (*names == ' ' && *values == ' ') {
		size_t width = strcspn(++names, " \n");

		values++;
		if (width == len && !strncmp(names, name, len)) {
			*value = strtoull(values, NULL, 10);
			return 0;
		}
		names += width;
		values += strcspn(values, " \n");
	}
	return -ENOENT;
}

static int read_counter(struct counters *c, enum counter i, const char *text)
{
	unsigned int j;
	uint64_t value;
	int ret = 0;

	c->value[i] = 0;
	for (j = 0; !ret && j < ARRAY_SIZE(counters[i].names); j++) {
		if (!counters[i].names[j])
			break;
		ret = look_up(text, counters[i].table, counters[i].names[j],
			      &value);
		if (!ret)
			c->value[i] += value;
	}
	return ret;
}

static int read_minisocks(struct counters *c)
{
	char *text = read_text(SOCKSTAT), *line;
	int ret = -ENOENT;

	if (!text)
		return -errno;
	line = strstr(text, "\nTCP: ");
	line = line ? strstr(line, " tw ") : NULL;
	if (line) {
		c->minisocks = strtoull(line + 4, NULL, 10);
		ret = 0;
	}
	free(text);
	return ret;
}

/**
 * counters_read() - what the kernel has counted
 * @c: result
 *
 * Return: 0, or -errno
 */
int counters_read(struct counters *c)
{
	char *netstat = read_text(NETSTAT), *snmp = read_text(SNMP);
	int ret = netstat && snmp ? 0 : -EIO, i;

	for (i = 0; !ret && i < COUNTERS; i++)
		ret = read_counter(c, i,
				   strcmp(counters[i].path, SNMP) ? netstat :
								    snmp);
	free(netstat);
	free(snmp);
	return ret ? ret : read_minisocks(c);
}
