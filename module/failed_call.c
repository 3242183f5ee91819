// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that fail at once: bind() and listen() that are refused, connect() that finds no
 * local port or no route. Counts and records them, and counts connections that end in
 * SYN_SENT.
 *
 * bind() and listen() change no state, and connect() does so only behind the route: these
 * show on return only. A hook on the return of connect() is in the path of each connection
 * that is opened, so it is attached only while somebody reads.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <net/tcp.h>

#include "compat.h"
#include "failed_call.h"
#include "field.h"
#include "gate.h"
#include "record.h"
#include "ring.h"
#include "stats.h"
#include "task.h"
#include "wakeup.h"

enum {
	V4_BIND,
	V6_BIND,
	LISTEN,
	PERMANENT,
};

enum {
	V4_CONNECT,
	V6_CONNECT,
	CONNECTS,
};

static DEFINE_PER_CPU(u64 [PERMANENT], failed_call_calls);
static DEFINE_PER_CPU(u64 [CONNECTS], failed_connect_calls);

/**
 * struct intent - what a call wanted, noted on entry
 * @sk: the socket
 * @since: when the call began, jiffies
 * @address: address that bind() or connect() wants, as in records
 * @port: its port
 * @ipv6: the address is an IPv6 one
 */
struct intent {
	const struct sock *sk;
	unsigned long since;
	u8 address[16];
	__be16 port;
	bool ipv6;
};

/**
 * struct failure - a call that failed
 * @sk: the socket
 * @now_ns: when
 * @local: local address that was wanted, as in records; NULL: the socket's
 * @remote: remote address that was wanted; NULL: none
 * @lport: local port that was wanted; 0: any
 * @rport: remote port
 * @ipv6: the addresses are IPv6 ones
 * @ports: it wanted any port of the range
 * @call: &enum tcpclose_call
 * @error: errno
 */
struct failure {
	const struct sock *sk;
	u64 now_ns;
	const u8 *local;
	const u8 *remote;
	u16 lport;
	u16 rport;
	bool ipv6;
	bool ports;
	u8 call;
	u8 error;
};

/**
 * struct opened - the last connect() of a CPU that failed behind the route, so that it
 *	is not counted again on return
 * @sk: the socket; NULL: none, or counted
 * @when: when, jiffies
 */
struct opened {
	const struct sock *sk;
	unsigned long when;
};

static DEFINE_PER_CPU(struct opened, failed_call_opened);

static void set_address(u8 *to, const struct sock *sk, bool ipv6, bool remote)
{
	const struct inet_sock *inet = inet_sk(sk);

#if IS_ENABLED(CONFIG_IPV6)
	if (ipv6) {
		memcpy(to, remote ? &sk->sk_v6_daddr : &sk->sk_v6_rcv_saddr, 16);
		return;
	}
#endif
	tcpclose_field_set_address4(to, remote ? inet->inet_daddr : inet->inet_rcv_saddr);
}

static void set_range(struct tcpclose_failed_call *record, const struct sock *sk)
{
	int low, high;

	compat_local_ports(sk, &low, &high);
	record->mark |= TCPCLOSE_FAILED_RANGE;
	record->port_low = low;
	record->port_high = high;
}

static void write_record(const struct failure *f)
{
	const struct net *net = sock_net(f->sk);
	struct tcpclose_failed_call *record;
	u64 number;

	BUILD_BUG_ON(sizeof(*record) != TCPCLOSE_RECORD_SIZE);

	record = tcpclose_record_begin(&number, TCPCLOSE_KIND_FAILED_CALL, f->now_ns);
	record->mark = f->ipv6 ? TCPCLOSE_FAILED_IPV6 : 0;
	record->cookie = tcpclose_record_cookie(f->sk);
	record->netns = compat_netns_cookie(net);
	record->netns_inode = net->ns.inum;
	if (f->local)
		memcpy(record->laddr, f->local, sizeof(record->laddr));
	else
		set_address(record->laddr, f->sk, f->ipv6, false);
	if (f->remote)
		memcpy(record->raddr, f->remote, sizeof(record->raddr));
	record->lport = f->lport;
	record->rport = f->rport;
	record->cgroup = tcpclose_field_cgroup(f->sk);
	record->inode = tcpclose_field_inode(f->sk);
	record->uid = READ_ONCE(f->sk->sk_uid.val);
	tcpclose_task_name(&record->pid, record->comm);
	if (record->pid)
		record->tid = task_pid_nr(current);
	if (f->ports)
		set_range(record, f->sk);
	record->error = f->error;
	record->call = f->call;
	tcpclose_ring_commit(number);
	tcpclose_wakeup_notify();
}

/* Interrupts off. */
static void record_failure(const struct failure *f)
{
	if (tcpclose_gate_admits(TCPCLOSE_GATE_CALL, f->now_ns)) {
		write_record(f);
	} else {
		this_cpu_inc(tcpclose_counters->calls_left_out);
		tcpclose_gate_left_out(TCPCLOSE_GATE_CALLS);
	}
}

static unsigned int countable(unsigned int error)
{
	return error < TCPCLOSE_ERRORS ? error : 0;
}

static u8 connect_call(void)
{
	return tcpclose_task_is_sending() ? TCPCLOSE_CALL_SEND : TCPCLOSE_CALL_CONNECT;
}

/* A connection ends in SYN_SENT: why, as connect() or SO_ERROR says it. */
static int error_of_opening(const struct sock *sk, u8 cause)
{
	switch (cause) {
	case TCPCLOSE_CAUSE_NO_PORT:
		return -EADDRNOTAVAIL;
	case TCPCLOSE_CAUSE_CONNECT_ABORTED:
	case TCPCLOSE_CAUSE_LINGER:
	case TCPCLOSE_CAUSE_DISCONNECT:
	case TCPCLOSE_CAUSE_REPAIR:
	case TCPCLOSE_CAUSE_MPTCP:
		return 0;
	default:
		return -READ_ONCE(sk->sk_err);
	}
}

static void record_no_port(const struct sock *sk, u64 now_ns)
{
	const struct inet_sock *inet = inet_sk(sk);
	u8 remote[16];
	const struct failure failure = {
		.sk = sk,
		.now_ns = now_ns,
		.remote = remote,
		.lport = ntohs(inet->inet_sport),
		.rport = ntohs(inet->inet_dport),
		.ipv6 = sk->sk_family == AF_INET6,
		.ports = !inet->inet_sport,
		.call = connect_call(),
		.error = EADDRNOTAVAIL,
	};

	set_address(remote, sk, failure.ipv6, true);
	record_failure(&failure);
}

/**
 * tcpclose_failed_call_opening() - a connection ends in SYN_SENT
 * @sk: the socket
 * @now_ns: when
 * @cause: &enum tcpclose_cause
 * @context: &enum tcpclose_context
 *
 * Its record follows.
 *
 * Context: tracepoint, interrupts off.
 */
void tcpclose_failed_call_opening(const struct sock *sk, u64 now_ns, u8 cause, u8 context)
{
	unsigned int error = countable(-error_of_opening(sk, cause));

	this_cpu_inc(tcpclose_counters->connect_errors[error]);
	if (context != TCPCLOSE_CONTEXT_PROCESS)
		return;
	this_cpu_write(failed_call_opened.when, jiffies);
	this_cpu_write(failed_call_opened.sk, sk);
	if (cause == TCPCLOSE_CAUSE_NO_PORT)
		record_no_port(sk, now_ns);
}

/*
 * Whether connect() came as far as SYN_SENT: then it is counted already, maybe on another
 * CPU. A note of an earlier call is older, unless nothing else took the time of a jiffy.
 */
static bool take_opened(const struct intent *intent)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct opened *opened = per_cpu_ptr(&failed_call_opened, cpu);

		if (READ_ONCE(opened->sk) == intent->sk &&
		    time_after_eq(READ_ONCE(opened->when), intent->since) &&
		    cmpxchg(&opened->sk, intent->sk, NULL) == intent->sk)
			return true;
	}
	return false;
}

/* Note what is wanted, if the address is as long as it must be. */
static void note_wanted(struct intent *intent, const struct sock *sk,
			unsigned long wanted, unsigned long length, bool ipv6)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)wanted;
	const struct sockaddr_in *in = (const struct sockaddr_in *)wanted;

	intent->sk = sk;
	intent->since = jiffies;
	intent->ipv6 = ipv6;
	intent->port = 0;
	memset(intent->address, 0, sizeof(intent->address));
	if (ipv6 && (int)length >= SIN6_LEN_RFC2133 && in6->sin6_family == AF_INET6) {
		memcpy(intent->address, &in6->sin6_addr, sizeof(intent->address));
		intent->port = in6->sin6_port;
	} else if (!ipv6 && (int)length >= (int)sizeof(*in) && in->sin_family == AF_INET) {
		tcpclose_field_set_address4(intent->address, in->sin_addr.s_addr);
		intent->port = in->sin_port;
	}
}

/* @call: bind() or listen(), of which the address is a local one */
static void local_failed(const struct intent *intent, u8 call, int error)
{
	const struct failure failure = {
		.sk = intent->sk,
		.now_ns = ktime_get_ns(),
		.local = intent->address,
		.lport = ntohs(intent->port),
		.ipv6 = intent->ipv6,
		.ports = !intent->port && error == EADDRINUSE,
		.call = call,
		.error = min(error, U8_MAX),
	};

	this_cpu_inc(tcpclose_counters->bind_errors[countable(error)]);
	record_failure(&failure);
}

static void bind_failed(const struct intent *intent, int error)
{
	local_failed(intent, TCPCLOSE_CALL_BIND, error);
}

static void listen_failed(const struct intent *intent, int error)
{
	local_failed(intent, TCPCLOSE_CALL_LISTEN, error);
}

static void connect_failed(const struct intent *intent, int error)
{
	const struct failure failure = {
		.sk = intent->sk,
		.now_ns = ktime_get_ns(),
		.remote = intent->address,
		.lport = inet_sk(intent->sk)->inet_num,
		.rport = ntohs(intent->port),
		.ipv6 = intent->ipv6,
		.call = connect_call(),
		.error = min(error, U8_MAX),
	};

	if (take_opened(intent))
		return;
	this_cpu_inc(tcpclose_counters->connect_errors[countable(error)]);
	record_failure(&failure);
}

/* Define the handlers of a return: @failed gets what failed. */
#define RETURNED(failed) \
static int failed##_returned(struct kretprobe_instance *ri, struct pt_regs *regs) \
{ \
	int ret = (int)regs_return_value(regs); \
	unsigned long irq; \
\
	if (likely(ret >= 0)) \
		return 0; \
	local_irq_save(irq); \
	failed((const struct intent *)ri->data, -ret); \
	local_irq_restore(irq); \
	return 0; \
} \
NOKPROBE_SYMBOL(failed##_returned)

RETURNED(bind_failed);
RETURNED(listen_failed);
RETURNED(connect_failed);

/*
 * Note what a function with the arguments (sk, address, length) wants. Others than TCP's
 * are not of interest: returns 1.
 */
static int note_arguments(struct kretprobe_instance *ri, struct pt_regs *regs, bool ipv6)
{
	const struct sock *sk = (const struct sock *)compat_argument(regs, 0);

	if (sk->sk_protocol != IPPROTO_TCP)
		return 1;
	note_wanted((struct intent *)ri->data, sk, compat_argument(regs, 1),
		    compat_argument(regs, 2), ipv6);
	return 0;
}

NOKPROBE_SYMBOL(note_arguments);

/* __inet_bind(sk, address, length, flags) */
static int v4_bind_entered(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	tcpclose_probe_called(failed_call_calls[V4_BIND]);
	return note_arguments(ri, regs, false);
}

NOKPROBE_SYMBOL(v4_bind_entered);

/* __inet6_bind(sk, address, length, flags) */
static int v6_bind_entered(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	tcpclose_probe_called(failed_call_calls[V6_BIND]);
	return note_arguments(ri, regs, true);
}

NOKPROBE_SYMBOL(v6_bind_entered);

/* inet_csk_listen_start(sk) */
static int listen_entered(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)compat_argument(regs, 0);
	struct intent *intent = (struct intent *)ri->data;

	tcpclose_probe_called(failed_call_calls[LISTEN]);
	if (sk->sk_protocol != IPPROTO_TCP)
		return 1;
	intent->sk = sk;
	intent->port = htons(inet_sk(sk)->inet_num);
	intent->ipv6 = sk->sk_family == AF_INET6;
	set_address(intent->address, sk, intent->ipv6, false);
	return 0;
}

NOKPROBE_SYMBOL(listen_entered);

/* tcp_v4_connect(sk, address, length) */
static int v4_connect_entered(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sock *sk = (const struct sock *)compat_argument(regs, 0);

	tcpclose_probe_called(failed_connect_calls[V4_CONNECT]);
	/* tcp_v6_connect() calls it for an IPv4 address, and returns what it returns. */
	return sk->sk_family == AF_INET ? note_arguments(ri, regs, false) : 1;
}

NOKPROBE_SYMBOL(v4_connect_entered);

/* tcp_v6_connect(sk, address, length) */
static int v6_connect_entered(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	tcpclose_probe_called(failed_connect_calls[V6_CONNECT]);
	return note_arguments(ri, regs, true);
}

NOKPROBE_SYMBOL(v6_connect_entered);

static struct tcpclose_probe failed_call_probes[PERMANENT] = {
	[V4_BIND] = {
		.calls = &failed_call_calls[V4_BIND],
		.functions = { TCPCLOSE_FUNCTION(__inet_bind) },
		.purpose = "bind() that fails (IPv4)",
		.entered = v4_bind_entered,
		.returned = bind_failed_returned,
		.note_size = sizeof(struct intent),
	},
	[V6_BIND] = {
		.calls = &failed_call_calls[V6_BIND],
		.functions = { TCPCLOSE_FUNCTION(__inet6_bind) },
		.purpose = "bind() that fails (IPv6)",
		.entered = v6_bind_entered,
		.returned = bind_failed_returned,
		.note_size = sizeof(struct intent),
	},
	[LISTEN] = {
		.calls = &failed_call_calls[LISTEN],
		.functions = { TCPCLOSE_FUNCTION(inet_csk_listen_start) },
		.purpose = "listen() that fails",
		.entered = listen_entered,
		.returned = listen_failed_returned,
		.note_size = sizeof(struct intent),
	},
};

static struct tcpclose_probe failed_connect_probes[CONNECTS] = {
	[V4_CONNECT] = {
		.calls = &failed_connect_calls[V4_CONNECT],
		.functions = { TCPCLOSE_FUNCTION(tcp_v4_connect) },
		.purpose = "connect() that fails before it sends a SYN (IPv4)",
		.entered = v4_connect_entered,
		.returned = connect_failed_returned,
		.note_size = sizeof(struct intent),
	},
	[V6_CONNECT] = {
		.calls = &failed_connect_calls[V6_CONNECT],
		.functions = { TCPCLOSE_FUNCTION(tcp_v6_connect) },
		.purpose = "connect() that fails before it sends a SYN (IPv6)",
		.entered = v6_connect_entered,
		.returned = connect_failed_returned,
		.note_size = sizeof(struct intent),
	},
};

struct tcpclose_hooks tcpclose_failed_call_hooks = {
	.probes = failed_call_probes,
	.count = ARRAY_SIZE(failed_call_probes),
};

struct tcpclose_hooks tcpclose_failed_connect_hooks = {
	.probes = failed_connect_probes,
	.count = ARRAY_SIZE(failed_connect_probes),
};

static DEFINE_MUTEX(reading_lock);
static unsigned int reading_files;	/* under reading_lock */
static bool connects_hooked;		/* under reading_lock */

/*
 * To attach or detach changes the kernel's code, for which all processors stop: not for
 * each of many files that are read one after the other.
 */
#define UNHOOK_DELAY	(10 * HZ)

static void unhook_connects(struct work_struct *work)
{
	mutex_lock(&reading_lock);
	if (!reading_files && connects_hooked) {
		tcpclose_hook_detach(&tcpclose_failed_connect_hooks);
		connects_hooked = false;
	}
	mutex_unlock(&reading_lock);
}

static DECLARE_DELAYED_WORK(unhook_work, unhook_connects);

/**
 * tcpclose_failed_call_reading() - a file that sees the whole machine is read, or is
 *	closed
 * @begin: it is read from now on
 *
 * If the hooks cannot be attached, tcpclose_hook_state() reports it. They are detached
 * within UNHOOK_DELAY after the last file was closed.
 *
 * Context: process; sleeps.
 */
void tcpclose_failed_call_reading(bool begin)
{
	mutex_lock(&reading_lock);
	if (begin && !reading_files++ && !connects_hooked) {
		tcpclose_hook_attach(&tcpclose_failed_connect_hooks);
		connects_hooked = true;
	} else if (!begin && !--reading_files) {
		schedule_delayed_work(&unhook_work, UNHOOK_DELAY);
	}
	mutex_unlock(&reading_lock);
}

/**
 * tcpclose_failed_call_exit() - detach what is attached while somebody reads
 *
 * Context: process; sleeps; the device is gone.
 */
void tcpclose_failed_call_exit(void)
{
	cancel_delayed_work_sync(&unhook_work);
	unhook_connects(NULL);
}
