/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_RECORD_H
#define TCPCLOSE_RECORD_H

#include <linux/types.h>

struct inet_timewait_sock;
struct request_sock;
struct sock;
struct tcpclose_conn;
struct tcpclose_step;

u64 tcpclose_record_cookie(const struct sock *sk);
void tcpclose_record_identity(struct tcpclose_conn *conn, const struct sock *sk);
void tcpclose_record_sock(const struct tcpclose_step *step, const struct sock *sk,
			  const struct request_sock *req);
void tcpclose_record_timewait(const struct tcpclose_step *step,
			      const struct inet_timewait_sock *tw,
			      const struct tcpclose_conn *conn);

#endif /* TCPCLOSE_RECORD_H */
