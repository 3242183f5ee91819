/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module remembers of the connections that are alive: since when each is in its
 * state, also if the record of that was overwritten long ago.
 */
#ifndef TCPCLOSE_LIB_REMEMBERED_H
#define TCPCLOSE_LIB_REMEMBERED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tcpclose.h>

/**
 * struct remembered - the connections that are alive
 * @conns: sorted by cookie; of those with one cookie the full socket first, and then the
 *	latest first
 * @count: how many
 * @room: size of @conns
 */
struct remembered {
	struct tcpclose_conn *conns;
	size_t count;
	size_t room;
};

int remembered_read(int device, struct remembered *list);
const struct tcpclose_conn *remembered_find(const struct remembered *list, uint64_t cookie,
					    bool mini);
void remembered_free(struct remembered *list);

static inline bool remembered_is_mini(const struct tcpclose_conn *conn)
{
	return conn->flags & TCPCLOSE_CONN_MINI;
}

#endif /* TCPCLOSE_LIB_REMEMBERED_H */
