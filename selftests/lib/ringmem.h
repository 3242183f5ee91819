/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory of the module's rings, as /proc/vmallocinfo shows it.
 */
#ifndef _SELFTESTS_LIB_RINGMEM_H
#define _SELFTESTS_LIB_RINGMEM_H

/* As many nodes as tests look at */
#define RINGMEM_NODES 8

/**
 * struct ringmem - memory for records
 * @rings: number of rings that have it
 * @pages: sum of their pages
 * @on: number of rings that have all of it on one node, by node
 */
struct ringmem {
	unsigned int rings;
	unsigned long pages;
	unsigned int on[RINGMEM_NODES];
};

/** ringmem_read() - 0 or -errno */
int ringmem_read(struct ringmem *memory);

/** ringmem_rings() - number of rings that have memory, or -errno */
int ringmem_rings(void);

#endif /* _SELFTESTS_LIB_RINGMEM_H */
