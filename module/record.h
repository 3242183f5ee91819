/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing records, except those of full sockets, which fill.h writes inline.
 */
#ifndef TCPCLOSE_RECORD_H
#define TCPCLOSE_RECORD_H

#include <linux/types.h>

struct inet_timewait_sock;
struct request_sock;
struct sock;
struct tcpclose_entry;
struct tcpclose_record;
struct tcpclose_step;

u64 tcpclose_record_make_cookie(const struct sock *sk);
u64 tcpclose_record_cookie(const struct sock *sk);
void *tcpclose_record_begin(u64 *number, u8 kind, u64 now_ns);
void tcpclose_record_identity(struct tcpclose_entry *entry, const struct sock *sk);
u64 tcpclose_record_sent(const struct sock *sk, const struct tcpclose_entry *entry,
			 u8 old);
void tcpclose_record_request_addresses(struct tcpclose_record *record,
				       const struct sock *sk,
				       const struct request_sock *req);
void tcpclose_record_unaccepted(struct tcpclose_record *record,
				const struct tcpclose_entry *entry);
u64 tcpclose_record_session(const struct sock *sk);
void tcpclose_record_detail(const struct sock *sk, const struct tcpclose_entry *entry,
			    u64 now_ns, u64 cookie, u8 old, u8 context);
void tcpclose_record_timewait(const struct tcpclose_step *step,
			      const struct inet_timewait_sock *tw,
			      const struct tcpclose_entry *entry);

#endif /* TCPCLOSE_RECORD_H */
