/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why something failed and what to do about it: written by the function that
 * knows, printed by the command.
 */
#ifndef TCPCLOSE_BASE_ERROR_H
#define TCPCLOSE_BASE_ERROR_H

#include "base/compiler.h"

/**
 * struct error - explanation of an error
 * @text: one line, no newline
 */
struct error {
	char text[512];
};

int __printf(3, 4)
	error_set(struct error *why, int error, const char *format, ...);

#endif /* TCPCLOSE_BASE_ERROR_H */
