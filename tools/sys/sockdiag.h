/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's list of mini-sockets, as sock_diag gives it (and ss shows it).
 */
#ifndef TCPCLOSE_SYS_SOCKDIAG_H
#define TCPCLOSE_SYS_SOCKDIAG_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct diag_entry - one mini-socket
 * @cookie: its cookie
 * @state: FIN_WAIT2 or TIME_WAIT
 */
struct diag_entry {
	uint64_t cookie;
	unsigned int state;
};

/**
 * struct diag_list - all of a network namespace
 * @entries: in no order
 * @count: how many
 * @room: for how many there is memory
 * @netns: cookie of the namespace; 0: unknown
 */
struct diag_list {
	struct diag_entry *entries;
	size_t count;
	size_t room;
	uint64_t netns;
};

int diag_read(struct diag_list *list);
void diag_free(struct diag_list *list);

#endif /* TCPCLOSE_SYS_SOCKDIAG_H */
