/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPCLOSE_CHARDEV_H
#define TCPCLOSE_CHARDEV_H

int tcpclose_chardev_init(void);
void tcpclose_chardev_exit(void);

#endif /* TCPCLOSE_CHARDEV_H */
