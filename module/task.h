/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_TASK_H
#define TCPCLOSE_TASK_H

#include <linux/types.h>

struct tcpclose_detail;

void tcpclose_task_describe(struct tcpclose_detail *detail);
void tcpclose_task_clear(struct tcpclose_detail *detail);
void tcpclose_task_name(u32 *pid, char *comm);

#endif /* TCPCLOSE_TASK_H */
