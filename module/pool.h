/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_POOL_H
#define TCPCLOSE_POOL_H

#include <linux/types.h>

#include "conn.h"

#define TCPCLOSE_POOL_CHUNK	1024u	/* entries allocated together */

extern struct tcpclose_conn **tcpclose_pool_chunks;

int tcpclose_pool_init(unsigned int capacity);
void tcpclose_pool_exit(void);
u32 tcpclose_pool_get(void);
void tcpclose_pool_put(u32 id);
bool tcpclose_pool_full(void);

/**
 * tcpclose_pool_entry() - the entry of a number
 * @id: from 1 on, as tcpclose_pool_get() gave it
 */
static inline struct tcpclose_conn *tcpclose_pool_entry(u32 id)
{
	return &tcpclose_pool_chunks[(id - 1) / TCPCLOSE_POOL_CHUNK]
				    [(id - 1) % TCPCLOSE_POOL_CHUNK];
}

#endif /* TCPCLOSE_POOL_H */
