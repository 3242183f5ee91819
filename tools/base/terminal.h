/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the reader's terminal can show.
 */
#ifndef TCPCLOSE_BASE_TERMINAL_H
#define TCPCLOSE_BASE_TERMINAL_H

#include <stdbool.h>

#define TERMINAL_BOLD "\033[1m"
#define TERMINAL_DIM "\033[2m"
#define TERMINAL_RED "\033[31m"
#define TERMINAL_GREEN "\033[32m"
#define TERMINAL_YELLOW "\033[33m"
#define TERMINAL_PLAIN "\033[m"

bool terminal_is_utf8(void);
bool terminal_has_colour(int fd);

#endif /* TCPCLOSE_BASE_TERMINAL_H */
