/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Complaints to the person who runs the program, on standard error.
 */
#ifndef TCPCLOSE_BASE_COMPLAIN_H
#define TCPCLOSE_BASE_COMPLAIN_H

#include "base/compiler.h"

/* What each complaint begins with, and what a person types. */
#define PROGRAM_NAME "tcpclose"

void __printf(1, 2) complain(const char *format, ...);
const char *complain_latest(void);
int complain_output(int error);

#endif /* TCPCLOSE_BASE_COMPLAIN_H */
