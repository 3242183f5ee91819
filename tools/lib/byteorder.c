// SPDX-License-Identifier: GPL-2.0-only
/*
 * Byte order: which members of each kind of record are numbers.
 *
 * The host's test "byteorder" compares the tables with the structures.
 */

#include "base/compiler.h"
#include "lib/byteorder.h"

struct number {
	unsigned char offset;
	unsigned char size;
};

#define NUMBER(type, member) \
	{ offsetof(struct type, member), sizeof(((struct type *)0)->member) }

static const struct number header[] = {
	NUMBER(recording_header, version),
	NUMBER(recording_header, header_size),
	NUMBER(recording_header, abi_major),
	NUMBER(recording_header, abi_minor),
	NUMBER(recording_header, record_size),
	NUMBER(recording_header, byte_order),
	NUMBER(recording_header, realtime_offset_ns),
	NUMBER(recording_header, start_ns),
	NUMBER(recording_header, own_netns),
	NUMBER(recording_header, visible),
	NUMBER(recording_header, cpus),
	NUMBER(recording_header, own_netns_cookie),
};

/* At the same place in every kind of record. */
static const struct number common[] = {
	NUMBER(tcpclose_record, ts_ns),
	NUMBER(tcpclose_record, seq),
	NUMBER(tcpclose_record, cpu),
};

static const struct number transition[] = {
	NUMBER(tcpclose_record, cookie),
	NUMBER(tcpclose_record, dwell_ns),
	NUMBER(tcpclose_record, age_ns),
	NUMBER(tcpclose_record, netns),
	NUMBER(tcpclose_record, lport),
	NUMBER(tcpclose_record, rport),
	NUMBER(tcpclose_record, netns_inode),
	NUMBER(tcpclose_record, inode),
	NUMBER(tcpclose_record, cgroup),
	NUMBER(tcpclose_record, uid),
	NUMBER(tcpclose_record, bytes_sent_lo),
	NUMBER(tcpclose_record, bytes_received_lo),
	NUMBER(tcpclose_record, bytes_sent_hi),
	NUMBER(tcpclose_record, bytes_received_hi),
	NUMBER(tcpclose_record, retransmits),
	NUMBER(tcpclose_record, index),
	NUMBER(tcpclose_record, flags),
};

/* A mini-socket has two smaller numbers where others have one. */
static const struct number of_socket[] = {
	NUMBER(tcpclose_record, srtt_us),
};

static const struct number of_minisocket[] = {
	NUMBER(tcpclose_record, strays),
	NUMBER(tcpclose_record, unused),
};

static const struct number detail[] = {
	NUMBER(tcpclose_detail, cookie),
	NUMBER(tcpclose_detail, netns),
	NUMBER(tcpclose_detail, cgroup),
	NUMBER(tcpclose_detail, session),
	NUMBER(tcpclose_detail, pid),
	NUMBER(tcpclose_detail, tid),
	NUMBER(tcpclose_detail, unread_bytes),
	NUMBER(tcpclose_detail, unacked_bytes),
	NUMBER(tcpclose_detail, unsent_bytes),
	NUMBER(tcpclose_detail, segments_sent),
	NUMBER(tcpclose_detail, segments_received),
	NUMBER(tcpclose_detail, last_sent_ms),
	NUMBER(tcpclose_detail, last_received_ms),
	NUMBER(tcpclose_detail, opener),
	NUMBER(tcpclose_detail, linger_ms),
};

static const struct number rst[] = {
	NUMBER(tcpclose_rst, cookie),
	NUMBER(tcpclose_rst, netns),
	NUMBER(tcpclose_rst, cgroup),
	NUMBER(tcpclose_rst, lport),
	NUMBER(tcpclose_rst, rport),
	NUMBER(tcpclose_rst, netns_inode),
	NUMBER(tcpclose_rst, inode),
	NUMBER(tcpclose_rst, uid),
	NUMBER(tcpclose_rst, segment_seq),
	NUMBER(tcpclose_rst, segment_ack),
	NUMBER(tcpclose_rst, pid),
	NUMBER(tcpclose_rst, segment_flags),
	NUMBER(tcpclose_rst, segment_length),
};

static const struct number drop[] = {
	NUMBER(tcpclose_drop, cookie),
	NUMBER(tcpclose_drop, netns),
	NUMBER(tcpclose_drop, cgroup),
	NUMBER(tcpclose_drop, lport),
	NUMBER(tcpclose_drop, rport),
	NUMBER(tcpclose_drop, netns_inode),
	NUMBER(tcpclose_drop, inode),
	NUMBER(tcpclose_drop, uid),
	NUMBER(tcpclose_drop, queue),
	NUMBER(tcpclose_drop, limit),
	NUMBER(tcpclose_drop, requests),
	NUMBER(tcpclose_drop, drops),
};

static const struct number failed_call[] = {
	NUMBER(tcpclose_failed_call, cookie),
	NUMBER(tcpclose_failed_call, netns),
	NUMBER(tcpclose_failed_call, cgroup),
	NUMBER(tcpclose_failed_call, lport),
	NUMBER(tcpclose_failed_call, rport),
	NUMBER(tcpclose_failed_call, netns_inode),
	NUMBER(tcpclose_failed_call, inode),
	NUMBER(tcpclose_failed_call, uid),
	NUMBER(tcpclose_failed_call, pid),
	NUMBER(tcpclose_failed_call, tid),
	NUMBER(tcpclose_failed_call, port_low),
	NUMBER(tcpclose_failed_call, port_high),
};

static const struct number session[] = {
	NUMBER(tcpclose_session, cookie),
	NUMBER(tcpclose_session, netns),
	NUMBER(tcpclose_session, cgroup),
	NUMBER(tcpclose_session, lport),
	NUMBER(tcpclose_session, rport),
	NUMBER(tcpclose_session, netns_inode),
	NUMBER(tcpclose_session, inode),
	NUMBER(tcpclose_session, uid),
	NUMBER(tcpclose_session, pid),
	NUMBER(tcpclose_session, tid),
};

static const struct number left_out[] = {
	NUMBER(tcpclose_left_out, sent),
	NUMBER(tcpclose_left_out, received),
	NUMBER(tcpclose_left_out, drops),
	NUMBER(tcpclose_left_out, calls),
};

static const struct number marker[] = {
	NUMBER(recording_marker, value),
	NUMBER(recording_marker, inode),
};

static const struct number owner[] = {
	NUMBER(recording_owner, cookie),
	NUMBER(recording_owner, netns),
	NUMBER(recording_owner, pid),
	NUMBER(recording_owner, others),
};

/* Of kinds that are not here only the common members are known. */
static const struct {
	unsigned char kind;
	unsigned char count;
	const struct number *numbers;
} kinds[] = {
#define KIND(kind, numbers) { kind, ARRAY_SIZE(numbers), numbers }
	KIND(TCPCLOSE_KIND_TRANSITION, transition),
	KIND(TCPCLOSE_KIND_DETAIL, detail),
	KIND(TCPCLOSE_KIND_RST, rst),
	KIND(TCPCLOSE_KIND_LEFT_OUT, left_out),
	KIND(TCPCLOSE_KIND_DROP, drop),
	KIND(TCPCLOSE_KIND_FAILED_CALL, failed_call),
	KIND(TCPCLOSE_KIND_SESSION, session),
	KIND(RECORDING_KIND_START, marker),
	KIND(RECORDING_KIND_LOST, marker),
	KIND(RECORDING_KIND_CLOCK, marker),
	KIND(RECORDING_KIND_NETNS, marker),
	KIND(RECORDING_KIND_CGROUP, marker),
	KIND(RECORDING_KIND_OWNER, owner),
#undef KIND
};

static void swap_number(unsigned char *at, unsigned int size)
{
	unsigned int i;

	for (i = 0; i < size / 2; i++) {
		unsigned char byte = at[i];

		at[i] = at[size - 1 - i];
		at[size - 1 - i] = byte;
	}
}

static void swap_numbers(void *object, const struct number *numbers, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		swap_number((unsigned char *)object + numbers[i].offset, numbers[i].size);
}

static void swap_record(struct tcpclose_record *r)
{
	unsigned int i;

	swap_numbers(r, common, ARRAY_SIZE(common));
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].kind == r->kind)
			swap_numbers(r, kinds[i].numbers, kinds[i].count);
	if (r->kind != TCPCLOSE_KIND_TRANSITION)
		return;
	if (TCPCLOSE_HOW_ORIGIN(r->how) == TCPCLOSE_ORIGIN_TIMEWAIT)
		swap_numbers(r, of_minisocket, ARRAY_SIZE(of_minisocket));
	else
		swap_numbers(r, of_socket, ARRAY_SIZE(of_socket));
}

/**
 * byteorder_is_swapped() - whether a machine of the other byte order made it
 * @h: header of a recording
 * @len: how many bytes of it there are
 */
bool byteorder_is_swapped(const struct recording_header *h, size_t len)
{
	return len == sizeof(*h) &&
	       h->byte_order == __builtin_bswap32(RECORDING_BYTE_ORDER);
}

/**
 * byteorder_swap_header() - turn the header of a recording into the other byte order
 * @h: the header
 */
void byteorder_swap_header(struct recording_header *h)
{
	swap_numbers(h, header, ARRAY_SIZE(header));
}

/**
 * byteorder_swap_records() - turn records of any kind into the other byte order
 * @records: the records
 * @count: number of records
 */
void byteorder_swap_records(void *records, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		swap_record((struct tcpclose_record *)records + i);
}
