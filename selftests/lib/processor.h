/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processors: choose where the calling thread runs.
 */
#ifndef _SELFTESTS_LIB_PROCESSOR_H
#define _SELFTESTS_LIB_PROCESSOR_H

/** processor_pin() - run on this processor only; 0 or -errno */
int processor_pin(unsigned int cpu);

#endif /* _SELFTESTS_LIB_PROCESSOR_H */
