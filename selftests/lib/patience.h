/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long to wait on this machine: a kernel with debug checks is slow.
 */
#ifndef _SELFTESTS_LIB_PATIENCE_H
#define _SELFTESTS_LIB_PATIENCE_H

#include <stdbool.h>

/**
 * patience_ms() - time limit for an event that must happen
 * @ms: limit that is enough with an ordinary kernel
 *
 * The virtual machine sets how much slower its kernel is (TCPCLOSE_PATIENCE).
 * The harness's own time limits are longer by the same factor.
 */
int patience_ms(int ms);

/** patience_is_needed() - whether delays here may be long enough to reorder events */
bool patience_is_needed(void);

#endif /* _SELFTESTS_LIB_PATIENCE_H */
