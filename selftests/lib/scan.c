// SPDX-License-Identifier: GPL-2.0-only
/*
 * Searches bytes that the kernel gave to user space for data that it must not give
 * away.
 */
#include <stdint.h>
#include <string.h>

#include "lib/scan.h"

/*
 * The first 4 bytes of addresses in a kernel without KASLR, with 4 levels of page
 * tables (x86/x86_64/mm.rst in its documentation): memory, vmalloc(), per-CPU data,
 * struct page, and the entries from user space. With 5 levels two of the 4 bytes are
 * 0, like the upper half of many numbers; such a number and the low half of the next
 * one would sometimes be reported as a pointer.
 */
static const uint32_t regions[] = {
	0xffff8880,
	0xffffc900,
	0xffffe8ff,
	0xffffea00,
	0xfffffe00,
};

/* Upper half of addresses of the kernel itself, and its modules */
#define KERNEL_TEXT 0xffffffff80000000

/*
 * Values that slub_debug=FZP and page_poison write to memory (include/linux/poison.h):
 * POISON_INUSE, POISON_FREE, SLUB_RED_INACTIVE, SLUB_RED_ACTIVE, PAGE_POISON
 */
static const unsigned char poisons[] = { 0x5a, 0x6b, 0xbb, 0xcc, 0xaa };

static bool found(struct scan *scan, const char *what, size_t at)
{
	scan->what = what;
	scan->at = at;
	return false;
}

void scan_for(struct scan *scan, const void *bytes, size_t size,
	      const char *name)
{
	scan->secrets[scan->count].bytes = bytes;
	scan->secrets[scan->count].size = size;
	scan->secrets[scan->count].name = name;
	scan->count++;
}

static bool is_pointer(const unsigned char *bytes)
{
	uint64_t word;
	size_t i;

	memcpy(&word, bytes, sizeof(word));
	for (i = 0; i < sizeof(regions) / sizeof(*regions); i++)
		if (word >> 32 == regions[i])
			return true;
	return word >= KERNEL_TEXT && word != UINT64_MAX;
}

static bool is_poison(const unsigned char *bytes)
{
	if (memcmp(bytes, bytes + 1, 3))
		return false;
	return memchr(poisons, bytes[0], sizeof(poisons));
}

bool scan_bytes(struct scan *scan, const void *bytes, size_t size)
{
	const unsigned char *from = bytes;
	unsigned int i;
	size_t at;

	for (at = 0; at < size; at++) {
		if (size - at >= 8 && is_pointer(from + at))
			return found(scan, "a pointer", at);
		if (size - at >= 4 && is_poison(from + at))
			return found(scan, "poisoned memory", at);
		for (i = 0; i < scan->count; i++)
			if (size - at >= scan->secrets[i].size &&
			    !memcmp(from + at, scan->secrets[i].bytes,
				    scan->secrets[i].size))
				return found(scan, scan->secrets[i].name, at);
	}
	return true;
}

bool scan_zeros(struct scan *scan, const void *bytes, size_t size)
{
	const unsigned char *from = bytes;
	size_t at;

	for (at = 0; at < size; at++)
		if (from[at])
			return found(scan, "data in unused bytes", at);
	return true;
}

static bool name_is_clean(struct scan *scan, const char name[16], size_t at)
{
	size_t length = strnlen(name, 16);

	if (length == 16)
		return found(scan, "a name without a NUL", at);
	return scan_zeros(scan, name + length, 16 - length);
}

static bool detail_is_clean(struct scan *scan, const struct tcpclose_detail *detail)
{
	const unsigned int known = TCPCLOSE_DETAIL_TRAFFIC | TCPCLOSE_DETAIL_FIN_UNSENT |
				   TCPCLOSE_DETAIL_FILE | TCPCLOSE_DETAIL_IDLE |
				   TCPCLOSE_DETAIL_ACCEPTED;

	if (!name_is_clean(scan, detail->comm, offsetof(struct tcpclose_detail, comm)) ||
	    !name_is_clean(scan, detail->thread,
			   offsetof(struct tcpclose_detail, thread)) ||
	    !scan_zeros(scan, detail->reserved1, sizeof(detail->reserved1)))
		return false;
	if (detail->mark & ~known)
		return found(scan, "an unknown mark", offsetof(struct tcpclose_detail, mark));
	return scan_bytes(scan, detail, sizeof(*detail));
}

/* An IPv4 address has 4 bytes of 16. */
static bool address_is_clean(struct scan *scan, bool ipv6, const __u8 address[16])
{
	return ipv6 || scan_zeros(scan, address + 4, 12);
}

/* Unknown values are all ones. */
static __u32 known_uid(__u32 uid)
{
	return uid == TCPCLOSE_UNKNOWN_UID ? 0 : uid;
}

static bool rst_is_clean(struct scan *scan, const struct tcpclose_rst *rst)
{
	const unsigned int known = TCPCLOSE_RST_MARK_IPV6 | TCPCLOSE_RST_MARK_UNSURE |
				   TCPCLOSE_RST_MARK_SEGMENT;
	struct tcpclose_rst copy = *rst;
	bool ipv6 = copy.mark & TCPCLOSE_RST_MARK_IPV6;

	if (!name_is_clean(scan, copy.comm, offsetof(struct tcpclose_rst, comm)) ||
	    !scan_zeros(scan, copy.reserved, sizeof(copy.reserved)) ||
	    !address_is_clean(scan, ipv6, copy.laddr) ||
	    !address_is_clean(scan, ipv6, copy.raddr))
		return false;
	if (copy.mark & ~known)
		return found(scan, "an unknown mark", offsetof(struct tcpclose_rst, mark));
	copy.uid = known_uid(copy.uid);
	return scan_bytes(scan, &copy, sizeof(copy));
}

static bool drop_is_clean(struct scan *scan, const struct tcpclose_drop *drop)
{
	struct tcpclose_drop copy = *drop;
	bool ipv6 = copy.mark & TCPCLOSE_DROP_MARK_IPV6;

	if (!scan_zeros(scan, copy.reserved, sizeof(copy.reserved)) ||
	    !address_is_clean(scan, ipv6, copy.laddr) ||
	    !address_is_clean(scan, ipv6, copy.raddr) ||
	    !address_is_clean(scan, ipv6, copy.bound))
		return false;
	if (copy.mark & ~TCPCLOSE_DROP_MARK_IPV6)
		return found(scan, "an unknown mark", offsetof(struct tcpclose_drop, mark));
	copy.uid = known_uid(copy.uid);
	return scan_bytes(scan, &copy, sizeof(copy));
}

static bool failed_call_is_clean(struct scan *scan,
				 const struct tcpclose_failed_call *failed)
{
	struct tcpclose_failed_call copy = *failed;
	bool ipv6 = copy.mark & TCPCLOSE_FAILED_IPV6;

	if (!name_is_clean(scan, copy.comm,
			   offsetof(struct tcpclose_failed_call, comm)) ||
	    !scan_zeros(scan, copy.reserved, sizeof(copy.reserved)) ||
	    !address_is_clean(scan, ipv6, copy.laddr) ||
	    !address_is_clean(scan, ipv6, copy.raddr))
		return false;
	if (copy.mark & ~(TCPCLOSE_FAILED_IPV6 | TCPCLOSE_FAILED_RANGE))
		return found(scan, "an unknown mark",
			     offsetof(struct tcpclose_failed_call, mark));
	copy.uid = known_uid(copy.uid);
	return scan_bytes(scan, &copy, sizeof(copy));
}

static bool session_is_clean(struct scan *scan, const struct tcpclose_session *session)
{
	struct tcpclose_session copy = *session;
	bool ipv6 = copy.mark & TCPCLOSE_SESSION_IPV6;

	if (!name_is_clean(scan, copy.comm, offsetof(struct tcpclose_session, comm)) ||
	    !scan_zeros(scan, copy.reserved, sizeof(copy.reserved)) ||
	    !address_is_clean(scan, ipv6, copy.laddr) ||
	    !address_is_clean(scan, ipv6, copy.raddr))
		return false;
	if (copy.mark & ~TCPCLOSE_SESSION_IPV6)
		return found(scan, "an unknown mark",
			     offsetof(struct tcpclose_session, mark));
	copy.uid = known_uid(copy.uid);
	return scan_bytes(scan, &copy, sizeof(copy));
}

static bool transition_is_clean(struct scan *scan, const struct tcpclose_record *record)
{
	struct tcpclose_record copy = *record;
	bool ipv6 = TCPCLOSE_HOW_IPV6(copy.how);

	if (!address_is_clean(scan, ipv6, copy.laddr) ||
	    !address_is_clean(scan, ipv6, copy.raddr))
		return false;
	if (copy.dwell_ns == TCPCLOSE_UNKNOWN_NS)
		copy.dwell_ns = 0;
	if (copy.age_ns == TCPCLOSE_UNKNOWN_NS)
		copy.age_ns = 0;
	copy.uid = known_uid(copy.uid);
	return scan_bytes(scan, &copy, sizeof(copy));
}

static bool left_out_is_clean(struct scan *scan, const struct tcpclose_left_out *left_out)
{
	return scan_zeros(scan, left_out->reserved2, sizeof(left_out->reserved2)) &&
	       scan_bytes(scan, left_out, sizeof(*left_out));
}

bool scan_record(struct scan *scan, const struct tcpclose_record *record)
{
	switch (record->kind) {
	case TCPCLOSE_KIND_TRANSITION:
		return transition_is_clean(scan, record);
	case TCPCLOSE_KIND_DETAIL:
		return detail_is_clean(scan, (const void *)record);
	case TCPCLOSE_KIND_RST:
		return rst_is_clean(scan, (const void *)record);
	case TCPCLOSE_KIND_LEFT_OUT:
		return left_out_is_clean(scan, (const void *)record);
	case TCPCLOSE_KIND_DROP:
		return drop_is_clean(scan, (const void *)record);
	case TCPCLOSE_KIND_FAILED_CALL:
		return failed_call_is_clean(scan, (const void *)record);
	case TCPCLOSE_KIND_SESSION:
		return session_is_clean(scan, (const void *)record);
	default:
		return found(scan, "a record of unknown kind",
			     offsetof(struct tcpclose_record, kind));
	}
}

bool scan_conn(struct scan *scan, const struct tcpclose_conn *conn)
{
	struct tcpclose_conn copy = *conn;

	if (!scan_zeros(scan, &copy.reserved, sizeof(copy.reserved)))
		return false;
	if (copy.flags & ~(TCPCLOSE_CONN_MINI | TCPCLOSE_CONN_OLD | TCPCLOSE_CONN_UNTRACKED |
			   TCPCLOSE_CONN_MPTCP | TCPCLOSE_CONN_ACCEPTED))
		return found(scan, "an unknown flag", offsetof(struct tcpclose_conn, flags));
	copy.uid = known_uid(copy.uid);
	return scan_bytes(scan, &copy, sizeof(copy));
}

bool scan_stats(struct scan *scan, const struct tcpclose_stats *stats)
{
	struct tcpclose_stats copy = *stats;
	int i;

	for (i = 0; i < TCPCLOSE_STATES; i++)
		if (copy.dwell[i].min_ns == TCPCLOSE_UNKNOWN_NS)
			copy.dwell[i].min_ns = 0;
	if (copy.timewait.min_ns == TCPCLOSE_UNKNOWN_NS)
		copy.timewait.min_ns = 0;
	return scan_bytes(scan, &copy, sizeof(copy));
}

bool scan_unwritten(struct scan *scan, const void *first, const void *second,
		    size_t size, unsigned char fill)
{
	const unsigned char *one = first, *other = second;
	size_t at;

	for (at = 0; at < size; at++)
		if (one[at] == fill && other[at] == (unsigned char)~fill)
			return found(scan, "a byte that was not written", at);
	return true;
}
