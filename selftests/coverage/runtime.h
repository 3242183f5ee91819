/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the compiler and the linker add to a program whose coverage is measured.
 */
#ifndef _SELFTESTS_COVERAGE_RUNTIME_H
#define _SELFTESTS_COVERAGE_RUNTIME_H

/* Called by each basic block */
void __sanitizer_cov_trace_pc(void);

/* The program's first byte */
extern const char __executable_start[];

#endif /* _SELFTESTS_COVERAGE_RUNTIME_H */
