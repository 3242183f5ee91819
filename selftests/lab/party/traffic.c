// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a party sends and receives, on each of its connections.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "lab/party/party.h"

static char block[65536];

/* Writes, until there is an error. */
static void send_all(int fd, long left)
{
	ssize_t n;

	while (left > 0) {
		n = write(fd, block, left < (long)sizeof(block) ? left : (long)sizeof(block));
		if (n < 0) {
			party_note("write");
			return;
		}
		left -= n;
	}
}

/* Reads @left bytes, or up to the end if it is negative. */
static void receive_all(int fd, long left)
{
	ssize_t n;

	while (left) {
		size_t wanted = sizeof(block);

		if (left > 0 && left < (long)wanted)
			wanted = left;
		n = read(fd, block, wanted);
		if (n < 0)
			party_note("read");
		if (n <= 0)
			return;
		if (left > 0)
			left -= n;
	}
}

static void run_write(struct party *party, char **arguments)
{
	long bytes = party_number(arguments[0]);
	int i;

	for (i = 0; i < party->fd_count; i++)
		send_all(party->fds[i], bytes);
}

static void run_read(struct party *party, char **arguments)
{
	long bytes = party_number(arguments[0]);
	int i;

	for (i = 0; i < party->fd_count; i++)
		receive_all(party->fds[i], bytes);
}

/* send TEXT */
static void run_send(struct party *party, char **arguments)
{
	size_t length = strlen(arguments[0]);
	int i;

	for (i = 0; i < party->fd_count; i++)
		if (send(party->fds[i], arguments[0], length, 0) < 0)
			party_note("send");
}

/* receive: what is there, of one segment or some; waits for the first byte */
static void run_receive(struct party *party, char **arguments)
{
	int i;

	for (i = 0; i < party->fd_count; i++)
		if (recv(party->fds[i], block, sizeof(block), 0) < 0)
			party_note("recv");
}

/* drain: read up to the end, or an error */
static void run_drain(struct party *party, char **arguments)
{
	int i;

	for (i = 0; i < party->fd_count; i++)
		receive_all(party->fds[i], -1);
}

/* fill: send until nothing more fits into the buffers of both ends */
static void run_fill(struct party *party, char **arguments)
{
	int i, quiet;

	for (i = 0; i < party->fd_count; i++)
		for (quiet = 0; quiet < 20;) {
			if (send(party->fds[i], block, sizeof(block), MSG_DONTWAIT) > 0) {
				quiet = 0;
			} else if (errno == EAGAIN) {
				quiet++;
				party_nap(0.05);
			} else {
				party_note("send");
				break;
			}
		}
}

static bool is_open(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return n > 0 || (n < 0 && errno == EAGAIN);
}

/* watch SECONDS: read from all, close each one whose peer has closed, for so long */
static void run_watch(struct party *party, char **arguments)
{
	double left = party_number(arguments[0]);
	int i, kept;

	for (; left > 0; left -= 0.1) {
		for (i = kept = 0; i < party->fd_count; i++) {
			while (recv(party->fds[i], block, sizeof(block), MSG_DONTWAIT) > 0)
				;
			if (is_open(party->fds[i]))
				party->fds[kept++] = party->fds[i];
			else
				close(party->fds[i]);
		}
		party->fd_count = kept;
		party_nap(0.1);
	}
}

/* full: wait until each has received something */
static void run_full(struct party *party, char **arguments)
{
	int i;

	for (i = 0; i < party->fd_count; i++) {
		struct pollfd poller = { party->fds[i], POLLIN, 0 };

		poll(&poller, 1, -1);
	}
}

const struct word traffic_words[] = {
	{ "write", 1, run_write },
	{ "read", 1, run_read },
	{ "send", 1, run_send },
	{ "receive", 0, run_receive },
	{ "drain", 0, run_drain },
	{ "fill", 0, run_fill },
	{ "watch", 1, run_watch },
	{ "full", 0, run_full },
	{},
};
