// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a party leaves its connections.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "lab/party/party.h"

static void close_all(struct party *party)
{
	int i;

	for (i = 0; i < party->fd_count; i++)
		if (close(party->fds[i]))
			party_note("close");
	party->fd_count = 0;
}

static void run_close(struct party *party, char **arguments)
{
	close_all(party);
}

/* shut: a FIN, and nothing else */
static void run_shut(struct party *party, char **arguments)
{
	int i;

	for (i = 0; i < party->fd_count; i++)
		if (shutdown(party->fds[i], SHUT_WR))
			party_note("shutdown");
}

/* reset: close() with SO_LINGER 0 */
static void run_reset(struct party *party, char **arguments)
{
	struct linger hard = { 1, 0 };
	int i;

	for (i = 0; i < party->fd_count; i++)
		if (setsockopt(party->fds[i], SOL_SOCKET, SO_LINGER, &hard, sizeof(hard)))
			party_note("SO_LINGER");
	close_all(party);
}

/* vanish: as a machine that loses its power. Nothing is sent. */
static void run_vanish(struct party *party, char **arguments)
{
	int i, on = 1;

	for (i = 0; i < party->fd_count; i++)
		if (setsockopt(party->fds[i], IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)))
			party_die("TCP_REPAIR");
	close_all(party);
}

/* keep: the connections stay open, and no further word is for them */
static void run_keep(struct party *party, char **arguments)
{
	party->fd_count = 0;
}

const struct word closing_words[] = {
	{ "close", 0, run_close },
	{ "shut", 0, run_shut },
	{ "reset", 0, run_reset },
	{ "vanish", 0, run_vanish },
	{ "keep", 0, run_keep },
	{},
};
