// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks records before they are decoded: are the records of a CPU numbered
 * without gaps other than reported losses, does none come twice, has each call
 * of a process, and each end that was not graceful, its details?
 *
 * Knows numbers and times; knows nothing of connections.
 */
#include "lib/order.h"

static void add(struct order_flaws *flaws, enum event_flaw what, uint64_t lost)
{
	flaws->what[flaws->count] = what;
	flaws->lost[flaws->count++] = lost;
}

/* Return: whether the record follows the one before it. */
static bool check_number(struct order_cpu *cpu, bool whole, uint32_t seq,
			 struct order_flaws *flaws)
{
	uint32_t missing = seq - cpu->next_seq;
	bool follows = cpu->any && !missing;

	if (!cpu->started) {
		add(flaws, EVENT_FLAW_NO_START, 0);
	} else if (missing >= 1U << 31) {
		/* After a wrong number, go on with those that follow. */
		if (!cpu->any || seq != cpu->last_seq + 1) {
			add(flaws, EVENT_FLAW_AGAIN, 0);
			cpu->last_seq = seq;
			return false;
		}
	} else if (whole && missing > cpu->reported) {
		add(flaws, EVENT_FLAW_GAP, missing - cpu->reported);
	} else if (whole && missing < cpu->reported) {
		add(flaws, EVENT_FLAW_LOSS, cpu->reported - missing);
	}
	cpu->started = true;
	cpu->reported = 0;
	cpu->next_seq = seq + 1;
	cpu->last_seq = seq;
	return follows;
}

static bool is_own_call(const struct tcpclose_record *r)
{
	return TCPCLOSE_HOW_CONTEXT(r->how) == TCPCLOSE_CONTEXT_PROCESS;
}

/* As the module decides it: see struct tcpclose_detail. */
static bool has_details(const struct recording_marker *raw)
{
	const struct tcpclose_record *r = (const void *)raw;

	return raw->kind == TCPCLOSE_KIND_TRANSITION &&
	       (is_own_call(r) ||
		(TCPCLOSE_HOW_ORIGIN(r->how) == TCPCLOSE_ORIGIN_TRACEPOINT &&
		 r->cause != TCPCLOSE_CAUSE_NONE && r->cause != TCPCLOSE_CAUSE_FIN));
}

/*
 * A process is in the details of its own calls only. A reader of one namespace
 * does not see the number of a process that ended.
 */
static bool process_fits(const struct tcpclose_detail *detail,
			 const struct tcpclose_record *r, bool whole)
{
	return is_own_call(r) ? detail->pid || !whole : !detail->pid;
}

/* Details must belong to the record that follows them. */
static void check_owner(const struct tcpclose_detail *detail, bool whole,
			const struct recording_marker *raw,
			struct order_flaws *flaws)
{
	const struct tcpclose_record *r = (const void *)raw;

	if (!has_details(raw))
		add(flaws, EVENT_FLAW_DETAIL_ALONE, 0);
	else if (detail->ts_ns != r->ts_ns || detail->cookie != r->cookie ||
		 detail->netns != r->netns || !process_fits(detail, r, whole))
		add(flaws, EVENT_FLAW_DETAIL_OTHER, 0);
}

/* @before_known: the record before this one is in the stream. */
static void check_detail(struct order_cpu *cpu, bool whole,
			 const struct recording_marker *raw, bool before_known,
			 struct order_flaws *flaws)
{
	if (cpu->has_detail && (uint32_t)(cpu->detail.seq + 1) == raw->seq)
		check_owner(&cpu->detail, whole, raw, flaws);
	else if (cpu->has_detail && before_known)
		add(flaws, EVENT_FLAW_DETAIL_ALONE, 0);
	else if (has_details(raw) && before_known)
		add(flaws, EVENT_FLAW_NO_DETAIL, 0);
	cpu->has_detail = raw->kind == TCPCLOSE_KIND_DETAIL;
	if (cpu->has_detail)
		cpu->detail = *(const struct tcpclose_detail *)raw;
}

/*
 * Whether what is missing before a record may have been lost. A reader of one namespace
 * is told of losses before the records among which they are.
 */
static bool may_be_loss(const struct order_cpu *cpu, bool whole, uint64_t ts_ns)
{
	return cpu->reported || (!whole && ts_ns <= cpu->lost_until_ns);
}

static void check_record(struct order_cpu *cpu, bool whole,
			 const struct recording_marker *raw,
			 struct order_flaws *flaws)
{
	uint32_t missing = raw->seq - cpu->next_seq;
	bool lost = missing && missing < 1U << 31 && may_be_loss(cpu, whole, raw->ts_ns);
	bool follows = check_number(cpu, whole, raw->seq, flaws);

	/* A record out of place says nothing about the records around it. */
	if (flaws->count && flaws->what[0] == EVENT_FLAW_AGAIN)
		return;
	if (raw->ts_ns < cpu->last_ns)
		add(flaws, EVENT_FLAW_TIME, 0);
	/*
	 * A reader of one namespace sees gaps where records of others are, but
	 * never between details and their transition. What a record of
	 * an unknown kind belongs to is not known, either.
	 */
	if (recording_is_known(raw->kind))
		check_detail(cpu, whole, raw,
			     cpu->any && !lost && !cpu->skipped &&
				     (follows || !whole),
			     flaws);
	else
		cpu->has_detail = false;
	cpu->skipped = !recording_is_known(raw->kind);
	if (raw->ts_ns > cpu->last_ns)
		cpu->last_ns = raw->ts_ns;
	cpu->any = true;
}

/**
 * order_check() - check a record
 * @cpu: its CPU
 * @whole: the stream has the records of all network namespaces
 * @raw: the record, of any kind
 * @flaws: result
 */
void order_check(struct order_cpu *cpu, bool whole,
		 const struct recording_marker *raw, struct order_flaws *flaws)
{
	flaws->count = 0;
	switch (raw->kind) {
	case RECORDING_KIND_START:
		if (cpu->started)
			add(flaws, EVENT_FLAW_START_AGAIN, 0);
		cpu->started = true;
		cpu->next_seq = (uint32_t)raw->value;
		break;
	case RECORDING_KIND_LOST:
		cpu->reported += raw->value;
		cpu->lost_until_ns = raw->ts_ns;
		break;
	default:
		if (!recording_is_marker(raw->kind))
			check_record(cpu, whole, raw, flaws);
		break;
	}
}
