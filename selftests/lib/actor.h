/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process with a name of its own that acts on a descriptor which it alone has.
 *
 * Every function returns -errno on failure and prints nothing.
 */
#ifndef _SELFTESTS_LIB_ACTOR_H
#define _SELFTESTS_LIB_ACTOR_H

#include <sys/types.h>

/**
 * struct actor - the process
 * @go: it waits until this is closed
 */
struct actor {
	pid_t pid;
	int go;
};

/**
 * actor_start() - start the process, which waits for actor_go()
 * @name: its name
 * @act: what it does; it exits afterwards, with the result as its exit status, so
 *	what it leaves open is closed by exit
 * @fd: the descriptor
 */
int actor_start(struct actor *actor, const char *name, int (*act)(int fd), int fd);

/** actor_go() - let it act; the caller has closed its own descriptor before */
int actor_go(struct actor *actor);

/** actor_wait() - its exit status; 128 + the signal that killed it */
int actor_wait(struct actor *actor);

#endif /* _SELFTESTS_LIB_ACTOR_H */
