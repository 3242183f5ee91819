/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_REQUEST_H
#define TCPCLOSE_REQUEST_H

#include "hook.h"

struct request_sock;

const struct request_sock *tcpclose_request_take(void);
void tcpclose_request_forget(void);

extern struct tcpclose_hooks tcpclose_request_hooks;

#endif /* TCPCLOSE_REQUEST_H */
