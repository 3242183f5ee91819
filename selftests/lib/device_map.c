// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reader of the mapping, by the protocol of struct tcpclose_ring_header.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/audit.h"
#include "lib/device.h"

const struct tcpclose_ring_header *
device_map_header(const struct device_map *map, unsigned int ring)
{
	return (const void *)(map->base + ring * map->geometry.ring_size);
}

static uint64_t load_acquire(const __u64 *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* The oldest record that may not be overwritten yet */
static uint64_t oldest(const struct device_map *map, unsigned int ring)
{
	uint64_t begun = load_acquire(&device_map_header(map, ring)->begun);

	if (begun <= map->geometry.ring_records)
		return 0;
	return begun - map->geometry.ring_records;
}

int device_map_open(struct device_map *map, int fd)
{
	unsigned int ring;
	void *base;
	int ret;

	memset(map, 0, sizeof(*map));
	ret = device_geometry(fd, &map->geometry);
	if (ret)
		return ret;
	base = mmap(NULL, map->geometry.mmap_size, PROT_READ, MAP_SHARED, fd,
		    0);
	if (base == MAP_FAILED)
		return -errno;
	map->base = base;
	map->next = calloc(map->geometry.rings, sizeof(*map->next));
	map->begun = calloc(map->geometry.rings, sizeof(*map->begun));
	if (!map->next || !map->begun) {
		device_map_close(map);
		return -ENOMEM;
	}
	for (ring = 0; ring < map->geometry.rings; ring++)
		map->next[ring] = oldest(map, ring);
	return 0;
}

static void check(const struct device_map *map)
{
	uint64_t passed = -map->from;
	unsigned int ring;

	for (ring = 0; ring < map->geometry.rings; ring++)
		passed += map->begun[ring] ? map->next[ring] : 0;
	if (passed != map->seen + map->lost)
		audit_fail("the mapping: of %llu records %llu seen, %llu lost",
			   (unsigned long long)passed,
			   (unsigned long long)map->seen,
			   (unsigned long long)map->lost);
}

void device_map_close(struct device_map *map)
{
	if (map->next && map->begun)
		check(map);
	if (map->base)
		munmap((void *)map->base, map->geometry.mmap_size);
	free(map->begun);
	free(map->next);
	memset(map, 0, sizeof(*map));
}

int device_map_read(struct device_map *map, unsigned int ring,
		    struct tcpclose_record *record)
{
	const struct tcpclose_ring_header *header =
		device_map_header(map, ring);
	const unsigned char *slots =
		(const unsigned char *)header + map->geometry.header_size;
	uint32_t size = map->geometry.ring_records;
	uint64_t from;

	if (!map->begun[ring]) {
		map->begun[ring] = true;
		map->from += map->next[ring];
	}
	for (;;) {
		/* Pairs with the writer's release of the finished record */
		if (map->next[ring] >= load_acquire(&header->committed))
			return 0;
		memcpy(record,
		       slots + (map->next[ring] & (size - 1)) *
				       map->geometry.record_size,
		       sizeof(*record));
		/* Copy first, then check that the copy is whole */
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (__atomic_load_n(&header->begun, __ATOMIC_RELAXED) <=
		    map->next[ring] + size) {
			if (record->seq != (uint32_t)map->next[ring] ||
			    record->cpu != ring)
				audit_fail("the mapping: CPU %u, number %u is CPU %u, number %u",
					   ring, (uint32_t)map->next[ring],
					   record->cpu, record->seq);
			map->next[ring]++;
			map->seen++;
			return 1;
		}
		from = oldest(map, ring);
		map->lost += from - map->next[ring];
		map->next[ring] = from;
	}
}
