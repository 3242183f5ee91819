// SPDX-License-Identifier: GPL-2.0-only
/*
 * Socket options of a party: for the connections that it has, and those to come.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "lab/party/party.h"

static void set_one(const struct option *option, int fd)
{
	if (setsockopt(fd, option->level, option->name, option->value, option->size))
		party_note("setsockopt");
}

void party_set(const struct party *party, int fd)
{
	int i;

	for (i = 0; i < party->option_count; i++)
		set_one(&party->options[i], fd);
}

static void add(struct party *party, struct option option)
{
	int i;

	errno = 0;
	if (party->option_count == PARTY_OPTIONS)
		party_die("too many options");
	party->options[party->option_count++] = option;
	for (i = 0; i < party->fd_count; i++)
		set_one(&option, party->fds[i]);
}

static void add_number(struct party *party, int level, int name, int value)
{
	add(party, (struct option){ level, name, { value }, sizeof(int) });
}

/* keepalive IDLE INTERVAL PROBES */
static void run_keepalive(struct party *party, char **arguments)
{
	add_number(party, SOL_SOCKET, SO_KEEPALIVE, 1);
	add_number(party, IPPROTO_TCP, TCP_KEEPIDLE, party_number(arguments[0]));
	add_number(party, IPPROTO_TCP, TCP_KEEPINTVL, party_number(arguments[1]));
	add_number(party, IPPROTO_TCP, TCP_KEEPCNT, party_number(arguments[2]));
}

/* user-timeout MILLISECONDS */
static void run_user_timeout(struct party *party, char **arguments)
{
	add_number(party, IPPROTO_TCP, TCP_USER_TIMEOUT, party_number(arguments[0]));
}

static void run_syn_count(struct party *party, char **arguments)
{
	add_number(party, IPPROTO_TCP, TCP_SYNCNT, party_number(arguments[0]));
}

static void run_send_buffer(struct party *party, char **arguments)
{
	add_number(party, SOL_SOCKET, SO_SNDBUF, party_number(arguments[0]));
}

static void run_receive_buffer(struct party *party, char **arguments)
{
	add_number(party, SOL_SOCKET, SO_RCVBUF, party_number(arguments[0]));
}

/* linger SECONDS: close() waits */
static void run_linger(struct party *party, char **arguments)
{
	struct option option = {
		.level = SOL_SOCKET,
		.name = SO_LINGER,
		.value = { 1, party_number(arguments[0]) },
		.size = 2 * sizeof(int),
	};

	add(party, option);
}

const struct word option_words[] = {
	{ "keepalive", 3, run_keepalive },
	{ "user-timeout", 1, run_user_timeout },
	{ "syn-count", 1, run_syn_count },
	{ "send-buffer", 1, run_send_buffer },
	{ "receive-buffer", 1, run_receive_buffer },
	{ "linger", 1, run_linger },
	{},
};
