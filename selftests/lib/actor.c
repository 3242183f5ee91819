// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process with a name of its own that acts on a descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/actor.h"

int actor_start(struct actor *actor, const char *name, int (*act)(int fd), int fd)
{
	int go[2];
	char c;

	if (pipe2(go, O_CLOEXEC))
		return -errno;
	actor->pid = fork();
	if (actor->pid < 0)
		return -errno;
	if (!actor->pid) {
		close(go[1]);
		prctl(PR_SET_NAME, name);
		_exit(read(go[0], &c, 1) ? 1 : act(fd));
	}
	close(go[0]);
	actor->go = go[1];
	return 0;
}

int actor_go(struct actor *actor)
{
	return close(actor->go) ? -errno : 0;
}

int actor_wait(struct actor *actor)
{
	int status;

	if (waitpid(actor->pid, &status, 0) != actor->pid)
		return -errno;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
