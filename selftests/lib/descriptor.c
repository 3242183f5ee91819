// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors as messages from one process to another.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/descriptor.h"

/* A message of one byte with room for a descriptor */
struct message {
	char byte;
	struct iovec iov;
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr header;
};

static void prepare(struct message *m)
{
	memset(m, 0, sizeof(*m));
	m->iov = (struct iovec){ &m->byte, 1 };
	m->header = (struct msghdr){
		.msg_iov = &m->iov,
		.msg_iovlen = 1,
		.msg_control = m->control.room,
		.msg_controllen = sizeof(m->control.room),
	};
}

int descriptor_send(int to, int fd)
{
	struct message m;

	prepare(&m);
	m.control.header.cmsg_level = SOL_SOCKET;
	m.control.header.cmsg_type = SCM_RIGHTS;
	m.control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&m.control.header), &fd, sizeof(fd));
	return sendmsg(to, &m.header, 0) == 1 ? 0 : -errno;
}

int descriptor_receive(int from)
{
	struct message m;
	int fd;

	prepare(&m);
	if (recvmsg(from, &m.header, 0) != 1)
		return -errno;
	if (m.control.header.cmsg_type != SCM_RIGHTS)
		return -EPROTO;
	memcpy(&fd, CMSG_DATA(&m.control.header), sizeof(fd));
	return fd;
}
