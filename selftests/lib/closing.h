/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ways in which a process closes a connection that it alone has, each for actor_start():
 * the process exits afterwards.
 */
#ifndef _SELFTESTS_LIB_CLOSING_H
#define _SELFTESTS_LIB_CLOSING_H

int closing_by_close(int fd);
int closing_by_exit(int fd);
/** closing_by_kill() - SIGKILL */
int closing_by_kill(int fd);
/** closing_in_flight() - in a message that is never received, with its socket */
int closing_in_flight(int fd);
/** closing_in_a_cycle() - in a queue that only its own message refers to */
int closing_in_a_cycle(int fd);
/** closing_while_read() - close() while a thread, "reader", reads */
int closing_while_read(int fd);
int closing_by_ring(int fd);
int closing_by_ring_worker(int fd);
/** closing_by_request() - a request of a ring has the socket last */
int closing_by_request(int fd);
/** closing_by_registration() - a ring has it last, as a registered file */
int closing_by_registration(int fd);

#endif /* _SELFTESTS_LIB_CLOSING_H */
