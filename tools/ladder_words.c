// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is said about a ladder: its title, what stands at its steps, and what is
 * to be concluded.
 *
 * Knows nothing of where on the drawing that goes.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "compiler.h"
#include "format.h"
#include "ladder_words.h"
#include "names.h"

/* Process and call on one line, as long as that is no longer. */
#define CAPTION_COLUMNS 26

static void begin(struct words *w)
{
	w->text[0] = '\0';
}

static void __printf(2, 3) add(struct words *w, const char *format, ...)
{
	size_t used = strlen(w->text);
	va_list args;

	va_start(args, format);
	vsnprintf(w->text + used, sizeof(w->text) - used, format, args);
	va_end(args);
}

/* What somebody else chose. */
static void add_name(struct words *w, const char *name)
{
	char shown[FORMAT_TEXT_MAX(NETNS_NAME_SIZE) + 1];

	if (w->raw) {
		add(w, "%s", name);
		return;
	}
	*format_text(shown, name, w->utf8) = '\0';
	add(w, "%s", shown);
}

static void add_duration(struct words *w, int64_t ns)
{
	char text[FORMAT_DURATION_MAX + 1];

	*format_duration(text, ns < 0 ? 0 : (uint64_t)ns) = '\0';
	add(w, "%s", text);
}

static void add_endpoint(struct words *w, const uint8_t addr[16],
			 unsigned int port)
{
	char text[FORMAT_IP_MAX + 1];

	if (is_mapped_ipv4(addr)) {
		*format_ipv4(text, addr + 12) = '\0';
		add(w, "%s:", text);
	} else {
		*format_ipv6(text, addr) = '\0';
		add(w, "[%s]:", text);
	}
	if (port)
		add(w, "%u", port);
	else
		add(w, "*");
}

static void add_state(struct words *w, unsigned int state)
{
	const char *name = state_name(state);

	if (name)
		add(w, "%s", name);
	else
		add(w, "number-%u", state);
}

static void add_edge(struct words *w, const struct end_step *step)
{
	add_state(w, step->old);
	add(w, w->utf8 ? " \u2192 " : " -> ");
	add_state(w, step->new);
}

/* The address of the end on a side, also where only the other end was seen. */
static void add_side(struct words *w, const struct ladder *ladder,
		     enum ladder_side side)
{
	const struct end *end = ladder->ends[side];

	if (end)
		add_endpoint(w, end->tuple.laddr, end->tuple.lport);
	else
		add_endpoint(w, ladder->ends[!side]->tuple.raddr,
			     ladder->ends[!side]->tuple.rport);
}

static void add_process(struct words *w, const struct end_step *step)
{
	if (step->comm[0])
		add_name(w, step->comm);
	if (step->pid)
		add(w, "[%u]", step->pid);
	else if (!step->comm[0])
		add(w, "a process");
}

static const char *cause_phrase(unsigned int cause)
{
	static const char *const phrases[TCPCLOSE_CAUSES] = {
		[TCPCLOSE_CAUSE_UNKNOWN] = "for an unknown reason",
		[TCPCLOSE_CAUSE_FIN] = "both ends sent their FIN",
		[TCPCLOSE_CAUSE_RST] = "a RST came",
		[TCPCLOSE_CAUSE_REFUSED] = "the SYN was answered with a RST",
		[TCPCLOSE_CAUSE_DATA_AFTER_CLOSE] = "data came after close()",
		[TCPCLOSE_CAUSE_UNREAD] = "close() with unread data",
		[TCPCLOSE_CAUSE_LINGER] = "close() with SO_LINGER 0",
		[TCPCLOSE_CAUSE_DISCONNECT] = "disconnected",
		[TCPCLOSE_CAUSE_CONNECT_ABORTED] =
			"given up before it was established",
		[TCPCLOSE_CAUSE_DESTROYED] = "an administrator or BPF ended it",
		[TCPCLOSE_CAUSE_TIMEOUT] = "the peer did not answer",
		[TCPCLOSE_CAUSE_KEEPALIVE] =
			"the peer did not answer keepalive probes",
		[TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT] =
			"the peer's FIN did not come in time",
		[TCPCLOSE_CAUSE_UNREACHABLE] = "an ICMP error came",
		[TCPCLOSE_CAUSE_MEMORY] = "too many orphans, or no memory",
		[TCPCLOSE_CAUSE_NOT_ACCEPTED] =
			"the listener closed before accept()",
		[TCPCLOSE_CAUSE_OPEN_FAILED] =
			"the opening could not be completed",
		[TCPCLOSE_CAUSE_NETNS] = "its network namespace went away",
		[TCPCLOSE_CAUSE_LISTENER] = "a listener closed",
		[TCPCLOSE_CAUSE_REPLACED] = "a new connection took the port",
	};

	return cause < TCPCLOSE_CAUSES && phrases[cause] ? phrases[cause] :
							   "cause unknown";
}

/**
 * words_title() - what happened, in a few words
 * @w: result
 * @ladder: the connection
 */
void words_title(struct words *w, const struct ladder *ladder)
{
	static const char *const kinds[] = {
		[LADDER_OPEN] = "Not closed yet",
		[LADDER_FOUR_WAY] = "Four-way close",
		[LADDER_THREE_SEGMENTS] = "Three-segment close",
		[LADDER_SIMULTANEOUS] = "Simultaneous close",
		[LADDER_GRACEFUL] = "Graceful close",
		[LADDER_UNSEEN] = "Closed, nobody saw how",
	};
	const struct ladder_step *decisive = ladder_deciding_step(ladder);
	enum ladder_kind kind = ladder_kind(ladder);

	begin(w);
	if (kind != LADDER_ABRUPT)
		add(w, "%s", kinds[kind]);
	else if (decisive->step->cause == TCPCLOSE_CAUSE_REFUSED)
		add(w, "Connection refused");
	else
		add(w, "Abrupt end: %s", cause_phrase(decisive->step->cause));
	if (ladder_is_half_close(ladder))
		add(w, " after a half-close");
}

/**
 * words_start() - when the first step was
 * @w: result
 * @ladder: the connection
 */
void words_start(struct words *w, const struct ladder *ladder)
{
	uint64_t ns = ladder->start_ns +
		      (uint64_t)ladder->ends[LADDER_LEFT]->realtime_offset_ns;
	time_t second = (time_t)(ns / NS_PER_S);
	char day[40], zone[8];
	struct tm tm;

	begin(w);
	if (!localtime_r(&second, &tm))
		memset(&tm, 0, sizeof(tm));
	strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	add(w, "time 0 is %s.%06u %s", day,
	    (unsigned int)(ns % NS_PER_S / NS_PER_US), zone);
}

static bool add_traffic(struct words *w, const struct end *end)
{
	if (end->bytes_sent == EVENT_UNKNOWN ||
	    end->bytes_received == EVENT_UNKNOWN)
		return false;
	add(w, "%lld B sent, %lld B received", (long long)end->bytes_sent,
	    (long long)end->bytes_received);
	if (end->retransmits > 0)
		add(w, ", %lld retransmitted", (long long)end->retransmits);
	return true;
}

/* Whoever acted at this end, each once, as far as there is room. */
static bool add_processes(struct words *w, const struct end *end)
{
	const struct end_step *last = NULL;
	unsigned int i, shown = 0;

	for (i = 0; i < end->count && shown < 2; i++) {
		const struct end_step *step = &end->steps[i];

		if (!end_step_is_call(step) ||
		    (last && last->pid == step->pid &&
		     !strcmp(last->comm, step->comm)))
			continue;
		if (shown++)
			add(w, ", ");
		add_process(w, step);
		last = step;
	}
	return shown;
}

/**
 * words_headings() - who an end is
 * @lines: result
 * @ladder: the connection
 * @side: which end
 *
 * Return: how many lines
 */
int words_headings(struct words lines[WORDS_HEADINGS],
		   const struct ladder *ladder, enum ladder_side side)
{
	const struct end *end = ladder->ends[side];
	int count = 0, i;

	for (i = 0; i < WORDS_HEADINGS; i++)
		begin(&lines[i]);
	add_side(&lines[count++], ladder, side);
	if (!end) {
		add(&lines[count++], ladder->pairing == ENDS_DOUBTFUL ?
					     "(several sockets fit)" :
					     "(not seen here)");
		return count;
	}
	if (end->netns_name[0]) {
		add(&lines[count], "namespace ");
		add_name(&lines[count++], end->netns_name);
	} else if (end->netns_inode) {
		add(&lines[count++], "namespace %u", end->netns_inode);
	}
	add(&lines[count], "cookie 0x%llx", (unsigned long long)end->cookie);
	if (end->uid != EVENT_UNKNOWN)
		add(&lines[count], ", uid %lld", (long long)end->uid);
	count++;
	count += add_processes(&lines[count], end);
	count += add_traffic(&lines[count], end);
	return count;
}

/**
 * words_state() - a state and how long it lasted
 * @w: result
 * @state: its number
 * @stay_ns: how long, or %EVENT_UNKNOWN
 */
void words_state(struct words *w, unsigned int state, int64_t stay_ns)
{
	begin(w);
	add_state(w, state);
	if (stay_ns == EVENT_UNKNOWN)
		return;
	add(w, "  ");
	add_duration(w, stay_ns);
}

/**
 * words_duration() - a duration
 * @w: result
 * @ns: nanoseconds
 */
void words_duration(struct words *w, int64_t ns)
{
	begin(w);
	add_duration(w, ns);
}

/**
 * words_bits() - control bits
 * @w: result
 * @bits: the bits
 */
void words_bits(struct words *w, unsigned int bits)
{
	unsigned int bit;

	begin(w);
	for (bit = 0; bits >> bit; bit++)
		if (bits >> bit & 1 && flag_name(bit))
			add(w, "%s%s", w->text[0] ? "," : "", flag_name(bit));
}

static void add_error(struct words *w, const struct end_step *step)
{
	const char *name;

	if (step->sk_err <= 0)
		return;
	name = error_name((unsigned int)step->sk_err);
	add(w, "%s", w->text[0] ? ": " : "");
	if (name)
		add(w, "%s", name);
	else
		add(w, "errno-%d", step->sk_err);
}

/* What happened when no process and no segment of its own made the step. */
static const char *timer_phrase(const struct end_step *step)
{
	if (step->old == TCPCLOSE_TIME_WAIT)
		return "timer: TIME_WAIT is over";
	if (step->orphaned)
		return "timer: on as mini-socket";
	switch (step->cause) {
	case TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT:
		return "timer: no FIN in time";
	case TCPCLOSE_CAUSE_KEEPALIVE:
		return "timer: keepalive";
	case TCPCLOSE_CAUSE_TIMEOUT:
		return "timer: no answer";
	case TCPCLOSE_CAUSE_MEMORY:
		return "timer: no memory";
	case TCPCLOSE_CAUSE_NETNS:
		return "timer: namespace gone";
	default:
		return "timer";
	}
}

static const char *end_phrase(unsigned int end)
{
	switch (end) {
	case TCPCLOSE_END_RST:
		return "mini-socket was reset";
	case TCPCLOSE_END_SYN:
		return "new SYN takes the port";
	case TCPCLOSE_END_REFUSED:
		return "nobody to take it: reset";
	case TCPCLOSE_END_OVERFLOW:
		return "no mini-socket: overflow";
	case TCPCLOSE_END_OTHER:
		return "ended, nobody knows why";
	default:
		return "";
	}
}

static void caption_segment(struct words *w, const struct end_step *step)
{
	if (end_step_is_rearm(step))
		add(w, "timer anew: re-arm %u", step->rearms);
	else if (step->orphaned)
		add(w, "goes on as mini-socket");
	else if (step->end)
		add(w, "%s", end_phrase(step->end));
	else if (step->cause == TCPCLOSE_CAUSE_DATA_AFTER_CLOSE)
		add(w, "data after close()");
	else if (step->cause == TCPCLOSE_CAUSE_UNREACHABLE)
		add(w, "ICMP error");
	else if (step->cause == TCPCLOSE_CAUSE_OPEN_FAILED)
		add(w, "no room for the socket");
	else if (step->cause == TCPCLOSE_CAUSE_UNKNOWN)
		add(w, "cause unknown");
	add_error(w, step);
}

static bool is_timers(const struct ladder_step *ls)
{
	const struct model_edge *edge = ladder_edge(ls);

	return ls->step->context == TCPCLOSE_CONTEXT_TIMER ||
	       (ls->step->context == TCPCLOSE_CONTEXT_BACKLOG && edge &&
		edge->trigger == MODEL_BY_TIMER);
}

/**
 * words_captions() - what made a step, beside its segment
 * @lines: result
 * @ladder: the connection
 * @step: number of the step
 *
 * Return: how many lines
 */
int words_captions(struct words lines[WORDS_CAPTIONS],
		   const struct ladder *ladder, int step)
{
	const struct ladder_step *ls = &ladder->steps[step];
	struct words *w = &lines[0];
	const char *call;

	begin(&lines[0]);
	begin(&lines[1]);
	if (is_timers(ls)) {
		add(w, "%s", timer_phrase(ls->step));
		add_error(w, ls->step);
		return 1;
	}
	if (!end_step_is_call(ls->step)) {
		caption_segment(w, ls->step);
		return w->text[0] ? 1 : 0;
	}
	call = ladder_call(ladder, step);
	add_process(w, ls->step);
	if (format_columns(w->text, strlen(w->text)) + 1 + strlen(call) <=
	    CAPTION_COLUMNS) {
		add(w, " %s", call);
		return 1;
	}
	add(&lines[1], "%s", call);
	return 2;
}

static void conclude_manner(struct words *w, const struct ladder *ladder)
{
	const struct ladder_step *decisive = ladder_deciding_step(ladder);
	const struct end *left = ladder->ends[LADDER_LEFT];
	unsigned int closer = left->closer;

	switch (ladder_kind(ladder)) {
	case LADDER_OPEN:
		add(w, "not closed: ");
		add_side(w, ladder, LADDER_LEFT);
		add(w, " is in ");
		add_state(w, left->steps[left->count - 1].new);
		return;
	case LADDER_UNSEEN:
		add(w, "closed, but the step that tells why was not seen");
		return;
	case LADDER_ABRUPT:
		add(w, "abrupt: %s, at ", cause_phrase(decisive->step->cause));
		add_side(w, ladder, decisive->side);
		return;
	default:
		add(w, "graceful: %s", cause_phrase(decisive->step->cause));
	}
	if (closer == TCPCLOSE_CLOSER_BOTH) {
		add(w, " before they had the other's");
	} else if (closer != TCPCLOSE_CLOSER_NONE) {
		add(w, ", ");
		add_side(w, ladder,
			 closer == TCPCLOSE_CLOSER_LOCAL ? LADDER_LEFT :
							   LADDER_RIGHT);
		add(w, " first");
	}
}

static const char *time_wait_end(unsigned int end)
{
	switch (end) {
	case TCPCLOSE_END_EXPIRED:
		return "until its timer expired";
	case TCPCLOSE_END_RST:
		return "until a RST came";
	case TCPCLOSE_END_SYN:
		return "until a new SYN took the port";
	case TCPCLOSE_END_RECYCLED:
		return "until connect() took the port";
	case TCPCLOSE_END_DESTROYED:
		return "until an administrator or BPF ended it";
	case TCPCLOSE_END_NETNS:
		return "until its network namespace went away";
	default:
		return "until an unknown end";
	}
}

static bool conclude_time_wait(struct words *w, const struct ladder *ladder,
			       enum ladder_side side)
{
	const struct end *end = ladder->ends[side];
	const struct end_step *last;

	if (!end)
		return false;
	last = &end->steps[end->count - 1];
	if (last->new == TCPCLOSE_TIME_WAIT) {
		add(w, "TIME_WAIT of ");
		add_side(w, ladder, side);
		add(w, " is not over");
		return true;
	}
	if (last->old != TCPCLOSE_TIME_WAIT)
		return false;
	add(w, "TIME_WAIT of ");
	add_side(w, ladder, side);
	add(w, ": ");
	if (last->dwell_ns != EVENT_UNKNOWN) {
		add_duration(w, last->dwell_ns);
		add(w, ", ");
	}
	add(w, "%s", time_wait_end(last->end));
	if (last->rearms == 1)
		add(w, ", its timer was started anew once");
	else if (last->rearms)
		add(w, ", its timer was started anew %u times", last->rearms);
	return true;
}

static unsigned int count_verdict(const struct ladder *ladder,
				  enum model_verdict verdict)
{
	unsigned int count = 0;
	int i;

	for (i = 0; i < ladder->step_count; i++)
		count += ladder->steps[i].step->verdict == verdict;
	return count;
}

/* Each kind of edge once, as far as there is room. */
static void add_edges(struct words *w, const struct ladder *ladder,
		      enum model_verdict verdict)
{
	unsigned int shown = 0;
	int i, j;

	for (i = 0; i < ladder->step_count && shown < 3; i++) {
		const struct end_step *step = ladder->steps[i].step;

		if (step->verdict != verdict)
			continue;
		for (j = 0; j < i; j++)
			if (ladder->steps[j].step->verdict == verdict &&
			    ladder->steps[j].step->old == step->old &&
			    ladder->steps[j].step->new == step->new)
				break;
		if (j < i)
			continue;
		add(w, "%s", shown++ ? ", " : " (");
		add_edge(w, step);
		if (step->orphaned)
			add(w, " as mini-socket");
	}
	add(w, ")");
}

static void conclude_model(struct words *w, const struct ladder *ladder)
{
	unsigned int documented = count_verdict(ladder, MODEL_OK_DOCUMENTED);
	unsigned int linux_only = count_verdict(ladder, MODEL_OK_LINUX);
	unsigned int illegal = count_verdict(ladder, MODEL_ILLEGAL);
	unsigned int impossible = count_verdict(ladder, MODEL_IMPOSSIBLE);

	add(w, "model: %u of %d step%s as RFC 9293 documents them", documented,
	    ladder->step_count, ladder->step_count == 1 ? "" : "s");
	if (linux_only) {
		add(w, "; Linux-specific: %u", linux_only);
		add_edges(w, ladder, MODEL_OK_LINUX);
	}
	if (illegal) {
		add(w, "; illegal: %u", illegal);
		add_edges(w, ladder, MODEL_ILLEGAL);
	}
	if (impossible) {
		add(w, "; impossible here: %u", impossible);
		add_edges(w, ladder, MODEL_IMPOSSIBLE);
	}
}

static bool has_missing(const struct ladder *ladder)
{
	int i;

	for (i = 0; i < ladder->step_count; i++)
		if (ladder->steps[i].missing)
			return true;
	return false;
}

static uint64_t count_left_out(const struct ladder *ladder)
{
	uint64_t count = 0;
	int i;

	for (i = 0; i < LADDER_SIDES; i++)
		count += ladder->ends[i] ? ladder->ends[i]->dropped : 0;
	for (i = 0; i < ladder->step_count; i++)
		count += ladder->steps[i].step->skipped;
	return count;
}

/**
 * words_conclusions() - what is to be learned from it
 * @lines: result
 * @ladder: the connection
 *
 * Return: how many lines
 */
int words_conclusions(struct words lines[WORDS_CONCLUSIONS],
		      const struct ladder *ladder)
{
	uint64_t left_out = count_left_out(ladder);
	int count = 0, i;

	for (i = 0; i < WORDS_CONCLUSIONS; i++)
		begin(&lines[i]);
	conclude_manner(&lines[count++], ladder);
	count += conclude_time_wait(&lines[count], ladder, LADDER_LEFT);
	count += conclude_time_wait(&lines[count], ladder, LADDER_RIGHT);
	conclude_model(&lines[count++], ladder);
	if (has_missing(ladder))
		add(&lines[count++],
		    "not all was seen: earlier steps or those at \"not seen\" are missing");
	if (left_out)
		add(&lines[count++], "%llu more steps are left out",
		    (unsigned long long)left_out);
	if (ladder->pairing == ENDS_DOUBTFUL)
		add(&lines[count++],
		    "the other end could be one of several sockets, so none is drawn");
	if (ladder->late)
		add(&lines[count++],
		    "a step without a time at its arrow was recorded after the segment that it sent");
	return count;
}

/**
 * words_endpoints() - both addresses of a connection
 * @w: result
 * @end: one end of it
 */
void words_endpoints(struct words *w, const struct end *end)
{
	begin(w);
	add_endpoint(w, end->tuple.laddr, end->tuple.lport);
	add(w, " -> ");
	add_endpoint(w, end->tuple.raddr, end->tuple.rport);
}
