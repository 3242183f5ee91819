/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Large memory: what can't be had is an error; no process is killed for it.
 */
#ifndef TCPCLOSE_MEMORY_H
#define TCPCLOSE_MEMORY_H

#include <linux/gfp.h>
#include <linux/mm.h>

#define TCPCLOSE_MEMORY_GFP	(GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

/**
 * tcpclose_memory_is_available() - whether to ask for so much
 * @size: bytes
 *
 * Who asks for too much with %TCPCLOSE_MEMORY_GFP gets nothing, but only after all that
 * is free: others, who ask meanwhile, call the OOM killer then.
 */
static inline bool tcpclose_memory_is_available(size_t size)
{
	return si_mem_available() > (long)(size >> PAGE_SHIFT);
}

#endif /* TCPCLOSE_MEMORY_H */
