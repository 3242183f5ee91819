/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_CANARY_H
#define TCPCLOSE_CANARY_H

int tcpclose_canary_check(void);
void tcpclose_canary_exit(void);

#endif /* TCPCLOSE_CANARY_H */
