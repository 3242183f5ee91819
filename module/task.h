/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_TASK_H
#define TCPCLOSE_TASK_H

struct tcpclose_detail;

void tcpclose_task_describe(struct tcpclose_detail *detail);
void tcpclose_task_clear(struct tcpclose_detail *detail);

#endif /* TCPCLOSE_TASK_H */
