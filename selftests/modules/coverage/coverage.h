/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the compiler makes each basic block of tcpclose.ko call.
 */
#ifndef _SELFTESTS_MODULES_COVERAGE_H
#define _SELFTESTS_MODULES_COVERAGE_H

void __sanitizer_cov_trace_pc(void);

#endif /* _SELFTESTS_MODULES_COVERAGE_H */
