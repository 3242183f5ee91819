// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records: writes those of mini-sockets, and details, in place in the ring, and
 * helps fill.h with those of full sockets.
 *
 * Runs in the tracepoint or a hook, interrupts off. The fields of a full socket
 * are stable there, since its states change under its lock; those of a
 * mini-socket never change once it is hashed. Only this file, fill.h and
 * field.h read fields of sockets to show them. Decides nothing: what a
 * transition means comes in &struct tcpclose_step.
 */
#include <linux/sock_diag.h>
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "entry.h"
#include "field.h"
#include "record.h"
#include "ring.h"
#include "step.h"
#include "task.h"
#include "wakeup.h"

/**
 * tcpclose_record_make_cookie() - generate a socket's cookie
 * @sk: the socket, or a request socket cast to one
 *
 * The only thing that the module writes to a socket.
 *
 * Return: the cookie.
 */
u64 tcpclose_record_make_cookie(const struct sock *sk)
{
	u32 halves[2];

	sock_diag_save_cookie((struct sock *)sk, halves);
	return halves[0] | (u64)halves[1] << 32;
}

/**
 * tcpclose_record_cookie() - a socket's cookie, generated if it has none
 * @sk: the socket
 *
 * Return: the cookie.
 */
u64 tcpclose_record_cookie(const struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	return cookie ? cookie : tcpclose_record_make_cookie(sk);
}

/**
 * tcpclose_record_begin() - begin a record of a kind that few events have
 * @number: set to its number, for tcpclose_ring_commit()
 * @kind: &enum tcpclose_kind
 * @now_ns: when it happened
 *
 * Context: as tcpclose_ring_begin().
 * Return: the record, of which all but what every record has is 0.
 */
void *tcpclose_record_begin(u64 *number, u8 kind, u64 now_ns)
{
	struct tcpclose_record *record = tcpclose_ring_begin(number);

	memset(record, 0, sizeof(*record));
	record->ts_ns = now_ns;
	record->seq = *number;
	record->cpu = raw_smp_processor_id();
	record->kind = kind;
	return record;
}

/**
 * tcpclose_record_session() - find the MPTCP socket that a subflow belongs to
 * @sk: the subflow, locked
 *
 * MPTCP gives its subflows the struct socket of the MPTCP socket
 * (mptcp_sock_graft()), and takes it away when that is closed, under the
 * subflow's lock.
 *
 * Return: its cookie; 0: unknown.
 */
u64 tcpclose_record_session(const struct sock *sk)
{
	struct socket *socket = READ_ONCE(sk->sk_socket);
	const struct sock *session = socket ? READ_ONCE(socket->sk) : NULL;

	if (!session || session == sk || session->sk_protocol != IPPROTO_MPTCP)
		return 0;
	return tcpclose_record_make_cookie(session);
}

/**
 * tcpclose_record_identity() - remember inode, cgroup and owner of a socket
 * @entry: entry of the mini-socket that replaces it, and has none of these
 * @sk: the socket
 */
void tcpclose_record_identity(struct tcpclose_entry *entry, const struct sock *sk)
{
	entry->inode = tcpclose_field_inode(sk);
	entry->cgroup = tcpclose_field_fit(tcpclose_field_cgroup(sk));
	entry->uid = READ_ONCE(sk->sk_uid.val);
}

/**
 * tcpclose_record_request_addresses() - write the addresses of a new socket
 * @record: the record
 * @sk: the socket just cloned from its listener, which still has the addresses
 *	of that
 * @req: the request for which it was cloned
 */
void tcpclose_record_request_addresses(struct tcpclose_record *record,
				       const struct sock *sk,
				       const struct request_sock *req)
{
	const struct inet_request_sock *ireq = inet_rsk(req);

	record->lport = ireq->ir_num;
	record->rport = ntohs(ireq->ir_rmt_port);
#if IS_ENABLED(CONFIG_IPV6)
	/* As the request has its listener's family, it has IPv4 mapped, too. */
	if (sk->sk_family == AF_INET6) {
		memcpy(record->laddr, &ireq->ir_v6_loc_addr, 16);
		memcpy(record->raddr, &ireq->ir_v6_rmt_addr, 16);
		return;
	}
#endif
	tcpclose_field_set_address4(record->laddr, ireq->ir_loc_addr);
	tcpclose_field_set_address4(record->raddr, ireq->ir_rmt_addr);
}

/**
 * tcpclose_record_unaccepted() - mark a connection as not accepted yet, and by whom
 * @record: the record
 * @entry: entry of the connection, or a stand-in
 */
void tcpclose_record_unaccepted(struct tcpclose_record *record,
				const struct tcpclose_entry *entry)
{
	record->mark |= TCPCLOSE_MARK_UNACCEPTED;
	if (!(entry->flags & TCPCLOSE_ENTRY_LISTENER))
		return;
	record->inode = entry->listener;
	if (!entry->bound)
		record->mark |= TCPCLOSE_MARK_ANY_ADDRESS;
}

/**
 * tcpclose_record_sent() - find how much payload a socket has sent, if its own
 *	counts are wrong
 * @sk: the socket
 * @entry: its entry or stand-in
 * @old: its state before the transition
 *
 * Return: the payload, bytes.
 */
u64 tcpclose_record_sent(const struct sock *sk, const struct tcpclose_entry *entry,
			 u8 old)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	s64 counted = tp->bytes_sent - tp->bytes_retrans;
	/* Sequence numbers sent, without that of its SYN if it is known. */
	s64 reached = tp->bytes_acked + (tp->snd_nxt - tp->snd_una) -
		      entry->own_syn;

	/*
	 * Not connected yet: a reused socket still has its old snd_una, and a
	 * cloned one that of its listener.
	 */
	if ((1 << old) & (TCPF_CLOSE | TCPF_LISTEN | TCPF_SYN_SENT))
		return max(counted, 0LL);
	/* Its FIN is the last of what it wrote. */
	if ((1 << old) & (TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 | TCPF_CLOSING |
			  TCPF_LAST_ACK) &&
	    tp->snd_nxt == tp->write_seq)
		reached--;
	/* Of a connection that began unseen, the SYN may be among them. */
	if (reached == counted + 1 &&
	    entry->flags & (TCPCLOSE_ENTRY_OLD | TCPCLOSE_ENTRY_REFUSED))
		return counted;
	return max(reached, 0LL);
}

static void fill_timewait_addresses(struct tcpclose_record *record,
				    const struct inet_timewait_sock *tw)
{
	record->lport = ntohs(tw->tw_sport);
	record->rport = ntohs(tw->tw_dport);
#if IS_ENABLED(CONFIG_IPV6)
	if (tw->tw_family == AF_INET6) {
		memcpy(record->laddr, &tw->tw_v6_rcv_saddr, 16);
		memcpy(record->raddr, &tw->tw_v6_daddr, 16);
		return;
	}
#endif
	tcpclose_field_set_address4(record->laddr, tw->tw_rcv_saddr);
	tcpclose_field_set_address4(record->raddr, tw->tw_daddr);
}

/*
 * Write what else is known of a transition, except of a socket's traffic, which
 * the caller adds before it commits the record.
 */
static __always_inline struct tcpclose_detail *
begin_detail(u64 *number, u64 now_ns, u64 cookie, u64 netns, u64 cgroup, u8 context)
{
	struct tcpclose_detail *detail = tcpclose_ring_begin(number);

	detail->ts_ns = now_ns;
	detail->seq = *number;
	detail->cpu = raw_smp_processor_id();
	detail->kind = TCPCLOSE_KIND_DETAIL;
	detail->cookie = cookie;
	detail->netns = netns;
	detail->cgroup = cgroup;
	memset(detail->reserved1, 0, sizeof(detail->reserved1));
	detail->opener = 0;
	if (context == TCPCLOSE_CONTEXT_PROCESS)
		tcpclose_task_describe(detail);
	else
		tcpclose_task_clear(detail);
	return detail;
}

static u32 jiffies_in_ms(u64 jiffies)
{
	/* No division where a jiffy has whole milliseconds. */
	if (MSEC_PER_SEC % HZ)
		jiffies = jiffies * MSEC_PER_SEC / HZ;
	else
		jiffies *= MSEC_PER_SEC / HZ;
	return min_t(u64, jiffies, U32_MAX);
}

static u32 ms_since(u32 then, u32 now)
{
	return jiffies_in_ms(now - then);
}

static u32 linger_ms(const struct sock *sk)
{
	if (likely(!sock_flag(sk, SOCK_LINGER)))
		return 0;
	return jiffies_in_ms(min_t(u64, READ_ONCE(sk->sk_lingertime), U32_MAX));
}

/* Both moments are set when the connection is established. */
static void set_idle(struct tcpclose_detail *detail, const struct sock *sk, u8 old)
{
	u32 now = tcp_jiffies32;

	if ((1 << old) & (TCPF_CLOSE | TCPF_LISTEN | TCPF_SYN_SENT | TCPF_SYN_RECV)) {
		detail->last_sent_ms = 0;
		detail->last_received_ms = 0;
		return;
	}
	detail->mark |= TCPCLOSE_DETAIL_IDLE;
	detail->last_sent_ms = ms_since(tcp_sk(sk)->lsndtime, now);
	detail->last_received_ms = ms_since(inet_csk(sk)->icsk_ack.lrcvtime, now);
}

static void set_traffic(struct tcpclose_detail *detail, const struct sock *sk, u8 old)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 unread = tp->rcv_nxt - tp->copied_seq;
	u32 unacked = tp->write_seq - tp->snd_una;
	u32 unsent = tp->write_seq - tp->snd_nxt;
	const struct socket *socket = READ_ONCE(sk->sk_socket);

	detail->mark = TCPCLOSE_DETAIL_TRAFFIC;
	if (socket && READ_ONCE(socket->file))
		detail->mark |= TCPCLOSE_DETAIL_FILE;
	/* SYN and FIN take a sequence number each, but are not data. */
	if (unread && sock_flag(sk, SOCK_DONE))
		unread--;
	if (unacked && (1 << old) & (TCPF_SYN_RECV | TCPF_FIN_WAIT1 |
				     TCPF_CLOSING | TCPF_LAST_ACK))
		unacked--;
	if (unsent && (1 << old) & (TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_LAST_ACK)) {
		unsent--;
		detail->mark |= TCPCLOSE_DETAIL_FIN_UNSENT;
	}
	/* A reused socket still has its old snd_una. */
	if ((1 << old) & (TCPF_CLOSE | TCPF_LISTEN | TCPF_SYN_SENT)) {
		unacked = 0;
		unsent = 0;
	}
	detail->unread_bytes = unread;
	detail->unacked_bytes = unacked;
	detail->unsent_bytes = unsent;
	detail->segments_sent = tp->segs_out;
	detail->segments_received = tp->segs_in;
	set_idle(detail, sk, old);
}

/* Who opened it; where no process acts, by name, too. */
static void set_opener(struct tcpclose_detail *detail,
		       const struct tcpclose_entry *entry)
{
	if (!(entry->flags & TCPCLOSE_ENTRY_OPENER))
		return;
	detail->opener = entry->opener.pid;
	if (entry->flags & TCPCLOSE_ENTRY_ACCEPTED)
		detail->mark |= TCPCLOSE_DETAIL_ACCEPTED;
	if (!detail->pid)
		tcpclose_task_recall(&entry->opener, detail->comm);
}

/**
 * tcpclose_record_detail() - record what else is known of a transition
 * @sk: the socket
 * @entry: its entry before the transition, or a stand-in
 * @now_ns: when it happened
 * @cookie: socket cookie
 * @old: old state
 * @context: &enum tcpclose_context
 *
 * Its record follows. Not given as a step, which would have to be in memory for that.
 *
 * Context: tracepoint, interrupts off.
 */
void tcpclose_record_detail(const struct sock *sk, const struct tcpclose_entry *entry,
			    u64 now_ns, u64 cookie, u8 old, u8 context)
{
	struct tcpclose_detail *detail;
	u64 number;

	detail = begin_detail(&number, now_ns, cookie, compat_netns_cookie(sock_net(sk)),
			      tcpclose_field_cgroup(sk), context);
	detail->session = entry->flags & TCPCLOSE_ENTRY_MPTCP ? entry->session : 0;
	set_traffic(detail, sk, old);
	detail->linger_ms = linger_ms(sk);
	set_opener(detail, entry);
	tcpclose_ring_commit(number);
}

/**
 * tcpclose_record_timewait() - record a transition of a mini-socket
 * @step: the transition
 * @tw: the mini-socket
 * @entry: its entry before the transition, or a stand-in
 *
 * Context: hook, interrupts off.
 */
void tcpclose_record_timewait(const struct tcpclose_step *step,
			      const struct inet_timewait_sock *tw,
			      const struct tcpclose_entry *entry)
{
	const struct net *net = twsk_net(tw);
	struct tcpclose_record *record;
	u64 number;

	if (step->context == TCPCLOSE_CONTEXT_PROCESS) {
		struct tcpclose_detail *detail;

		detail = begin_detail(&number, step->now_ns, step->cookie,
				      compat_netns_cookie(net), entry->cgroup, step->context);
		detail->mark = 0;
		detail->session = 0;
		detail->unread_bytes = 0;
		detail->unacked_bytes = 0;
		detail->unsent_bytes = 0;
		detail->segments_sent = 0;
		detail->segments_received = 0;
		detail->last_sent_ms = 0;
		detail->last_received_ms = 0;
		detail->linger_ms = 0;
		tcpclose_ring_commit(number);
	}

	record = tcpclose_ring_begin(&number);
	tcpclose_field_set_step(record, number, step, entry,
				TCPCLOSE_ORIGIN_TIMEWAIT, tw->tw_family == AF_INET6,
				0, false);
	fill_timewait_addresses(record, tw);
	tcpclose_field_set_netns(record, net);
	record->inode = entry->inode;
	record->cgroup = entry->cgroup;
	record->uid = entry->uid;
	record->bytes_sent_lo = 0;
	record->bytes_sent_hi = 0;
	record->bytes_received_lo = 0;
	record->bytes_received_hi = 0;
	record->strays = entry->strays;
	record->unused = 0;
	record->rearms = entry->rearms;
	record->sk_err = 0;
	tcpclose_ring_commit(number);
	tcpclose_wakeup_notify();
}
