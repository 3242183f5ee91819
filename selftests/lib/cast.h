/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes, threads and workers that get a connection with the test, and bring it to where
 * it is to be: with a child, in a message, in a process whose parent is gone.
 *
 * Knows who has the connection; knows nothing of the tool.
 */
#ifndef _SELFTESTS_LIB_CAST_H
#define _SELFTESTS_LIB_CAST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CAST_TIMEOUT_MS 10000

/**
 * enum role - the processes
 * @TEST: has the other end
 * @FIRST: begins, and is a child of the test
 * @SECOND: a child of the first
 * @INNOCENT: has nothing but the number of the first, which is gone
 */
enum role {
	TEST,
	FIRST,
	SECOND,
	INNOCENT,
	ROLES,
};

/* Their names */
extern const char *const cast_names[];

/**
 * struct stage - what all of them share
 * @pids: by &enum role; 0: there is none
 * @family: of the connection
 * @listener: the test's, for either end; inherited
 * @port: its port
 * @accepts: the connection is accepted, not opened by connect()
 * @aborts: SO_LINGER is 0
 * @arrange: done by the first process
 * @act: done by the one that has the connection then; NULL: it holds it
 * @lport: the connection's port at this end
 * @rport: at the test's end
 */
struct stage {
	pid_t pids[ROLES];
	int family;
	int listener;
	uint16_t port;
	bool accepts;
	bool aborts;
	int (*arrange)(void);
	int (*act)(int fd);
	uint16_t lport;
	uint16_t rport;
};

extern struct stage *stage;

/** cast_open() - make the stage; 0 or -errno */
int cast_open(int family);

/** cast_begin() - begin without processes */
void cast_begin(int (*arrange)(void), int (*act)(int fd));

/**
 * cast_plays() - what the first process does, for actor_start()
 * @fd: a socket: the cast writes a byte when the connection is where it is to be, and acts
 *	when it gets one; it holds what it has until the test shuts down its end
 */
int cast_plays(int fd);

/** cast_reuse() - give the number of a process that is gone to an innocent one; 0 or -errno */
int cast_reuse(pid_t pid);

/** cast_end() - wait for all but the first */
void cast_end(void);

/* ---- ways to arrange: the process that has the connection then is in brackets */

/** cast_has_it_alone() - [first] */
int cast_has_it_alone(void);
/** cast_child_connects() - the first has the socket, too, [second] calls connect() */
int cast_child_connects(void);
/** cast_child_gets() - [second], by itself */
int cast_child_gets(void);
/** cast_child_inherits() - [second] inherits it; the first closes its own descriptor */
int cast_child_inherits(void);
/** cast_child_inherits_from_exited() - likewise, and the first exits */
int cast_child_inherits_from_exited(void);
/** cast_child_inherits_from_killed() - likewise, and the first is killed */
int cast_child_inherits_from_killed(void);
/** cast_child_shares() - [first], the second inherits and keeps it */
int cast_child_shares(void);
/** cast_passes() - the first sends it to [second], and closes its own */
int cast_passes(void);
/** cast_passes_the_listener() - the first sends a listener to [second], which accepts */
int cast_passes_the_listener(void);
/** cast_leaves_it_in_flight() - in a message to the second, which does not receive it */
int cast_leaves_it_in_flight(void);
/** cast_passes_when_told() - [first], until it acts: cast_passes_it_on() */
int cast_passes_when_told(void);
/** cast_another_destroys_it() - [first]; the second acts: as "ss -K" does */
int cast_another_destroys_it(void);
/**
 * cast_another_takes_its_port() - [first]; when that is gone, and the test says so, the
 *	second connects from the same port
 */
int cast_another_takes_its_port(void);
/** cast_thread_gets() - [first], by a thread */
int cast_thread_gets(void);
/** cast_thread_outlives_the_first() - [first], whose first thread has ended */
int cast_thread_outlives_the_first(void);
/** cast_thread_has_its_own_table() - [first], in a thread that shares no descriptors */
int cast_thread_has_its_own_table(void);
/** cast_ring_gets() - [first], by a request of io_uring */
int cast_ring_gets(void);
/** cast_worker_gets() - likewise, by a worker of its */
int cast_worker_gets(void);
/** cast_ring_holds() - a ring of the first has it, and no process a descriptor */
int cast_ring_holds(void);
/** cast_cycle_holds() - a message that nobody can receive has it */
int cast_cycle_holds(void);

/* ---- ways to act, others are in closing.h */

/** cast_passes_it_on() - send it to the second, which says that it has it */
int cast_passes_it_on(int fd);
/** cast_thread_closes() - a thread does */
int cast_thread_closes(int fd);

#endif /* _SELFTESTS_LIB_CAST_H */
