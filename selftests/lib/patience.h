/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long to wait on this machine: a kernel that checks itself is slow.
 */
#ifndef _SELFTESTS_LIB_PATIENCE_H
#define _SELFTESTS_LIB_PATIENCE_H

#include <stdbool.h>

/**
 * patience_ms() - what to wait for something that has to come
 * @ms: what is enough with an ordinary kernel
 *
 * The virtual machine says how much slower its kernel is (TCPCLOSE_PATIENCE).
 * The harness's own time limits are longer by the same factor.
 */
int patience_ms(int ms);

/** patience_is_needed() - whether things happen so late here that they may overtake others */
bool patience_is_needed(void);

#endif /* _SELFTESTS_LIB_PATIENCE_H */
