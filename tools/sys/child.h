/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A command that is run beside the tool.
 */
#ifndef TCPCLOSE_SYS_CHILD_H
#define TCPCLOSE_SYS_CHILD_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

int child_start(pid_t *pid, char *const *argv, bool quiet, rlim_t descriptors);
bool child_has_ended(pid_t pid, int *status);
void child_end(pid_t pid);
void child_kill(pid_t pid);

#endif /* TCPCLOSE_SYS_CHILD_H */
