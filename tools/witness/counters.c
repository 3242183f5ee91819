// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's counters that can be computed from tcpclose's records: each is
 * incremented where one kind of record is made, and nowhere else, in 6.1 and in
 * 6.12.
 *
 * Left out, since no record stands for every increment: ActiveOpens (after the
 * transition, and not if sending fails in between), CurrEstab (a gauge, which does not
 * count events), TCPAbortFailed (no transition).
 *
 * DCCP's mini-sockets count as TCP's in TW and TWKilled.
 */
#include "base/compiler.h"
#include "sys/netstat.h"
#include "witness/counters.h"

static const struct {
	const char *what;
	const char *table;
	const char *names[2];
	bool needs_openings;
} counters[COUNTERS] = {
	/* __inet_twsk_schedule(): the second if the timer is 4 s or less. */
	[COUNTER_BIRTHS] = { "births: TW and TWKilled", "TcpExt",
			     { "TW", "TWKilled" } },
	/* __inet_check_established(). */
	[COUNTER_RECYCLED] = { "recycled: TWRecycled", "TcpExt",
			       { "TWRecycled" } },
	/* tcp_time_wait(). */
	[COUNTER_OVERFLOW] = { "overflows: TCPTimeWaitOverflow", "TcpExt",
			       { "TCPTimeWaitOverflow" } },
	/* tcp_set_state(): from ESTABLISHED or CLOSE_WAIT to CLOSE. */
	[COUNTER_ESTAB_RESETS] = { "resets: EstabResets", "Tcp",
				   { "EstabResets" } },
	/* __tcp_close(): data was left unread. */
	[COUNTER_ABORT_ON_CLOSE] = { "unread data: TCPAbortOnClose", "TcpExt",
				     { "TCPAbortOnClose" } },
	/*
	 * __tcp_close() with SO_LINGER and time 0; tcp_rcv_state_process() when
	 * data arrives that no process will read, or with TCP_LINGER2 below 0
	 * at the ACK of the FIN.
	 */
	[COUNTER_ABORT_ON_DATA] = { "data after close: TCPAbortOnData", "TcpExt",
				    { "TCPAbortOnData" } },
	/* tcp_write_err(), which only the two timers call. */
	[COUNTER_ABORT_ON_TIMEOUT] = { "timeouts: TCPAbortOnTimeout", "TcpExt",
				       { "TCPAbortOnTimeout" } },
	/* __tcp_close() and tcp_out_of_resources(), by tcp_check_oom(). */
	[COUNTER_ABORT_ON_MEMORY] = { "memory: TCPAbortOnMemory", "TcpExt",
				      { "TCPAbortOnMemory" } },
	/* __tcp_close(): FIN_WAIT2 with TCP_LINGER2 below 0. */
	[COUNTER_ABORT_ON_LINGER] = { "TCP_LINGER2: TCPAbortOnLinger", "TcpExt",
				      { "TCPAbortOnLinger" } },
	/* tcp_create_openreq_child(), which clones the listener. */
	[COUNTER_PASSIVE_OPENS] = { "passive opens: PassiveOpens", "Tcp",
				    { "PassiveOpens" }, true },
	/*
	 * tcp_send_active_reset(), tcp_v4_send_reset() and, through
	 * tcp_v6_send_response(), tcp_v6_send_reset().
	 */
	[COUNTER_OUT_RSTS] = { "RSTs sent: OutRsts", "Tcp", { "OutRsts" } },
	/* tcp_conn_request(), tcp_v4_syn_recv_sock() and tcp_v6_syn_recv_sock(). */
	[COUNTER_LISTEN_OVERFLOWS] = { "accept queue full: ListenOverflows", "TcpExt",
				       { "ListenOverflows" } },
	/* tcp_listendrop(): also where nothing shows it to tcpclose. */
	[COUNTER_LISTEN_DROPS] = { "listeners' drops: ListenDrops", "TcpExt",
				   { "ListenDrops" } },
	/*
	 * tcp_done() in SYN_SENT and SYN_RECV; tcp_check_req() for a SYN or a RST in
	 * the window of a request.
	 */
	[COUNTER_ATTEMPT_FAILS] = { "failed openings: AttemptFails", "Tcp",
				    { "AttemptFails" } },
};

/**
 * counter_what() - what is counted, and its name in the kernel
 * @counter: the counter
 */
const char *counter_what(enum counter counter)
{
	return counters[counter].what;
}

/**
 * counter_needs_openings() - whether its records exist with scope=all only
 * @counter: the counter
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
	case TCPCLOSE_CAUSE_USER_TIMEOUT:
	case TCPCLOSE_CAUSE_ZERO_WINDOW:
		return COUNTER_ABORT_ON_TIMEOUT;
	case TCPCLOSE_CAUSE_MEMORY:
	case TCPCLOSE_CAUSE_ORPHANS:
		return COUNTER_ABORT_ON_MEMORY;
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

static uint32_t counters_of_drop(const struct event *e)
{
	switch (e->drop.reason) {
	case TCPCLOSE_DROP_ACCEPT_QUEUE_SYN:
	case TCPCLOSE_DROP_ACCEPT_QUEUE_ACK:
	case TCPCLOSE_DROP_ACCEPT_QUEUE_RST:
		return 1U << COUNTER_LISTEN_OVERFLOWS | 1U << COUNTER_LISTEN_DROPS;
	default:
		return 1U << COUNTER_LISTEN_DROPS;
	}
}

/* Whether a connection ends while it is opened: before both ends have sent a SYN,ACK */
static bool ends_opening(const struct event *e)
{
	return e->kind == EVENT_TRANSITION && e->origin == TCPCLOSE_ORIGIN_TRACEPOINT &&
	       e->raw_new == TCPCLOSE_CLOSE &&
	       (e->raw_old == TCPCLOSE_SYN_SENT || e->raw_old == TCPCLOSE_SYN_RECV);
}

/* Whether it ends by tcp_done(), and not by tcp_set_state() alone */
static bool is_done(const struct event *e)
{
	switch (e->cause) {
	case TCPCLOSE_CAUSE_RST:
	case TCPCLOSE_CAUSE_REFUSED:
	case TCPCLOSE_CAUSE_DATA_AFTER_CLOSE:
	case TCPCLOSE_CAUSE_UNREACHABLE:
	case TCPCLOSE_CAUSE_TIMEOUT:
	case TCPCLOSE_CAUSE_USER_TIMEOUT:
	case TCPCLOSE_CAUSE_ZERO_WINDOW:
	case TCPCLOSE_CAUSE_KEEPALIVE:
	case TCPCLOSE_CAUSE_DESTROYED:
		return true;
	/* tcp_out_of_resources(), which close() does not call. */
	case TCPCLOSE_CAUSE_MEMORY:
	case TCPCLOSE_CAUSE_ORPHANS:
	case TCPCLOSE_CAUSE_NETNS:
		return e->context != TCPCLOSE_CONTEXT_PROCESS;
	default:
		return false;
	}
}

/*
 * Whether a segment resets what a listener opened by Fast Open (tcp_check_req()): it is
 * counted as a request and as a socket. What connect() opened was no request.
 */
static bool may_be_reset_twice(const struct event *e)
{
	return e->raw_old == TCPCLOSE_SYN_RECV && (!e->opener || e->accepted) &&
	       (e->cause == TCPCLOSE_CAUSE_RST ||
		e->cause == TCPCLOSE_CAUSE_DATA_AFTER_CLOSE);
}

/**
 * counters_may_attempt_fail() - whether AttemptFails may count it, or once more
 * @e: a transition or a RST
 *
 * A RST that TCP drops may have ended a request. Where a new socket cannot be opened,
 * tcp_done() ends it, unless another CPU had one for the same request.
 */
bool counters_may_attempt_fail(const struct event *e)
{
	if (e->kind == EVENT_RST)
		return e->rst.effect == TCPCLOSE_RST_OTHER;
	return ends_opening(e) && (e->cause == TCPCLOSE_CAUSE_OPEN_FAILED ||
				   e->cause == TCPCLOSE_CAUSE_UNKNOWN ||
				   may_be_reset_twice(e));
}

static uint32_t counters_of_rst(const struct event *e)
{
	if (e->rst.effect != TCPCLOSE_RST_SENT)
		return 0;
	/* Also sent for the ACK that meets a full accept queue. */
	if (e->rst.reason == TCPCLOSE_RST_INVALID_SYN && e->flags & TCPCLOSE_FLAG_SYN)
		return 1U << COUNTER_OUT_RSTS | 1U << COUNTER_ATTEMPT_FAILS;
	return 1U << COUNTER_OUT_RSTS;
}

/**
 * counters_of() - which counters a transition, a RST or a drop increments
 * @e: it
 *
 * Return: a bit for each &enum counter
 */
uint32_t counters_of(const struct event *e)
{
	bool traced = e->origin == TCPCLOSE_ORIGIN_TRACEPOINT;
	enum counter counter = COUNTERS;
	uint32_t set = 0;

	if (e->kind == EVENT_RST)
		return counters_of_rst(e);
	if (e->kind == EVENT_DROP)
		return counters_of_drop(e);
	if (!traced)
		return e->end == TCPCLOSE_END_RECYCLED ?
			       1U << COUNTER_RECYCLED :
			       0;
	if (e->new == TCPCLOSE_TIME_WAIT || event_is_orphaned(e))
		set |= 1U << COUNTER_BIRTHS;
	if (e->end == TCPCLOSE_END_OVERFLOW)
		set |= 1U << COUNTER_OVERFLOW;
	if (ends_opening(e) && is_done(e))
		set |= 1U << COUNTER_ATTEMPT_FAILS;
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

static int read_counter(const struct netstat *n, enum counter i, uint64_t *sum)
{
	unsigned int j;
	uint64_t value;
	int ret = 0;

	*sum = 0;
	for (j = 0; !ret && j < ARRAY_SIZE(counters[i].names); j++) {
		if (!counters[i].names[j])
			break;
		ret = netstat_counter(n, counters[i].table, counters[i].names[j],
				      &value);
		if (!ret)
			*sum += value;
	}
	return ret;
}

/**
 * counters_read() - read the counters of the calling thread's namespace
 * @c: result
 *
 * Return: 0, or -errno
 */
int counters_read(struct counters *c)
{
	struct netstat n;
	int ret = netstat_read(&n), i;

	for (i = 0; !ret && i < COUNTERS; i++)
		ret = read_counter(&n, i, &c->value[i]);
	return ret ? ret : netstat_sockets(&n, "TCP", "tw", &c->minisocks);
}
