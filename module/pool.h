/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_POOL_H
#define TCPCLOSE_POOL_H

#include <linux/types.h>

#include "conn.h"

int tcpclose_pool_init(unsigned int capacity);
void tcpclose_pool_exit(void);
struct tcpclose_conn *tcpclose_pool_get(void);
void tcpclose_pool_put(struct tcpclose_conn *conn);
bool tcpclose_pool_full(void);

#endif /* TCPCLOSE_POOL_H */
