// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a party does as a process: wait, be several, hand over its connections.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <unistd.h>

#include "lab/party/party.h"

static void run_sleep(struct party *party, char **arguments)
{
	party_nap(party_number(arguments[0]));
}

/* touch FILE: others await it */
static void run_touch(struct party *party, char **arguments)
{
	int fd = open(arguments[0], O_WRONLY | O_CREAT, 0600);

	if (fd < 0)
		party_die(arguments[0]);
	close(fd);
}

/* await FILE: until it exists */
static void run_await(struct party *party, char **arguments)
{
	while (access(arguments[0], F_OK))
		party_nap(0.01);
}

/* daemon NAME: a child of that name inherits all and continues; the parent ends */
static void run_daemon(struct party *party, char **arguments)
{
	pid_t pid = fork();

	if (pid < 0)
		party_die("fork");
	if (pid)
		_exit(0);
	setsid();
	prctl(PR_SET_NAME, arguments[0]);
}

static int mailbox(const char *path, struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0)
		party_die("socket");
	*at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(at->sun_path, sizeof(at->sun_path), "%s", path);
	return fd;
}

static void mail(int to, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = {}, byte = 0;
	struct iovec content = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &content,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(int));
	if (sendmsg(to, &message, 0) != 1)
		party_die("sendmsg");
}

/* pass PATH: give the connections to the party that takes them there */
static void run_pass(struct party *party, char **arguments)
{
	struct sockaddr_un at;
	int to = mailbox(arguments[0], &at), i;

	if (connect(to, (void *)&at, sizeof(at)))
		party_die("connect to a mailbox");
	for (i = 0; i < party->fd_count; i++) {
		mail(to, party->fds[i]);
		close(party->fds[i]);
	}
	party->fd_count = 0;
	close(to);
}

static int open_mail(int from)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec content = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &content,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	if (recvmsg(from, &message, 0) != 1 || !CMSG_FIRSTHDR(&message))
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	return fd;
}

/* take PATH: what one other party passes */
static void run_take(struct party *party, char **arguments)
{
	struct sockaddr_un at;
	int box = mailbox(arguments[0], &at), from, fd;

	if (bind(box, (void *)&at, sizeof(at)) || listen(box, 1))
		party_die(arguments[0]);
	from = accept(box, NULL, NULL);
	while ((fd = open_mail(from)) >= 0)
		party_add(party, fd);
	close(from);
	close(box);
}

const struct word process_words[] = {
	{ "sleep", 1, run_sleep },
	{ "touch", 1, run_touch },
	{ "await", 1, run_await },
	{ "daemon", 1, run_daemon },
	{ "pass", 1, run_pass },
	{ "take", 1, run_take },
	{},
};
