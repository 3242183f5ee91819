/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Marks the begin and end of a measurement for an observer outside of the machine
 * (plugin/): instructions that do nothing, with a displacement that no compiler
 * generates. They cost one instruction each when QEMU has no plugin.
 */
#ifndef _BENCH_MARK_H
#define _BENCH_MARK_H

/* nopl DISPLACEMENT(%rax): 0f 1f 80, and the displacement */
#define MARK_BEGIN 0x6e676562
#define MARK_END 0x00646e65

static inline void mark_begin(void)
{
	__asm__ __volatile__(".byte 0x0f, 0x1f, 0x80; .long %c0"
			     :
			     : "i"(MARK_BEGIN)
			     : "memory");
}

static inline void mark_end(void)
{
	__asm__ __volatile__(".byte 0x0f, 0x1f, 0x80; .long %c0"
			     :
			     : "i"(MARK_END)
			     : "memory");
}

#endif /* _BENCH_MARK_H */
