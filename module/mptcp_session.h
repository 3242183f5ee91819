/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_MPTCP_SESSION_H
#define TCPCLOSE_MPTCP_SESSION_H

struct sock;

void tcpclose_mptcp_session_step(const struct sock *sk, int old, int new);

#endif /* TCPCLOSE_MPTCP_SESSION_H */
