// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of a ladder: who its sides are, and what stands at its steps.
 *
 * Does not know where in the drawing they go.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/format.h"
#include "lib/names.h"
#include "view/ladder/words.h"

/* Process and call share a line that is not longer than this. */
#define CAPTION_COLUMNS 26
/* So do timer and error. */
#define TIMER_COLUMNS 27

/**
 * words_add_state() - add a state
 * @w: the line
 * @state: its number
 */
void words_add_state(struct line *w, unsigned int state)
{
	const char *name = names_state(state);

	if (name)
		line_add(w, "%s", name);
	else
		line_add(w, "number-%u", state);
}

/**
 * words_bits() - control bits
 * @w: result
 * @bits: the bits
 */
void words_bits(struct line *w, unsigned int bits)
{
	unsigned int bit;

	line_begin(w);
	for (bit = 0; bits >> bit; bit++)
		if (bits >> bit & 1 && names_flag(bit))
			line_add(w, "%s%s", w->text[0] ? "," : "",
				 names_flag(bit));
}

/**
 * words_add_address() - the address of a side
 * @w: the line
 * @ladder: the connection
 * @column: which side; also the one that was not seen
 */
void words_add_address(struct line *w, const struct ladder *ladder,
		       enum ladder_column column)
{
	const struct side *side = ladder->sides[column];

	if (side)
		line_add_endpoint(w, side->tuple.laddr, side->tuple.lport);
	else
		line_add_endpoint(w, ladder->sides[!column]->tuple.raddr,
				  ladder->sides[!column]->tuple.rport);
}

/* A name that is not that of its process. */
static bool has_thread(const struct side_step *step)
{
	return !side_step_is_kernels(step) && step->thread[0] &&
	       strcmp(step->thread, step->comm);
}

/**
 * words_add_process() - the process that made a step
 * @w: the line
 * @step: the step
 */
void words_add_process(struct line *w, const struct side_step *step)
{
	if (side_step_is_kernels(step)) {
		line_add(w, "kernel");
		return;
	}
	if (step->comm[0])
		line_add_name(w, step->comm);
	if (step->pid)
		line_add(w, "[%u]", step->pid);
	else if (!step->comm[0])
		line_add(w, "a process");
}

/**
 * words_start() - when the first step was
 * @w: result
 * @ladder: the connection
 */
void words_start(struct line *w, const struct ladder *ladder)
{
	uint64_t ns = ladder->start_ns +
		      (uint64_t)ladder->sides[LADDER_LEFT]->realtime_offset_ns;
	time_t second = (time_t)(ns / NS_PER_S);
	char day[40], zone[8];
	struct tm tm;

	line_begin(w);
	if (!localtime_r(&second, &tm))
		memset(&tm, 0, sizeof(tm));
	strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	line_add(w, "time 0 is %s.%06u %s", day,
		 (unsigned int)(ns % NS_PER_S / NS_PER_US), zone);
}

static bool add_traffic(struct line *w, const struct side *side)
{
	if (side->bytes_sent == EVENT_UNKNOWN ||
	    side->bytes_received == EVENT_UNKNOWN)
		return false;
	line_add(w, "%lld B sent, %lld B received", (long long)side->bytes_sent,
		 (long long)side->bytes_received);
	return true;
}

static bool add_retransmits(struct line *w, const struct side *side)
{
	if (side->retransmits <= 0)
		return false;
	line_add(w, "%lld segment%s sent again", (long long)side->retransmits,
		 side->retransmits == 1 ? "" : "s");
	return true;
}

static bool is_same_process(const struct side_step *a, const struct side_step *b)
{
	if (side_step_is_kernels(a) || side_step_is_kernels(b))
		return side_step_is_kernels(a) == side_step_is_kernels(b);
	return a->pid == b->pid && !strcmp(a->comm, b->comm);
}

/* Processes that acted at this side, each once, as far as there is room. */
static bool add_processes(struct line *w, const struct side *side)
{
	const struct side_step *last = NULL;
	unsigned int i, shown = 0;

	for (i = 0; i < side->count && shown < 2; i++) {
		const struct side_step *step = &side->steps[i];

		if (!side_step_is_call(step) ||
		    (last && is_same_process(last, step)))
			continue;
		if (shown++)
			line_add(w, ", ");
		words_add_process(w, step);
		last = step;
	}
	return shown;
}

static bool add_session(struct line *w, const struct side *side)
{
	if (!side->mptcp)
		return false;
	line_add(w, "MPTCP subflow");
	if (side->session)
		line_add(w, " of 0x%llx", (unsigned long long)side->session);
	return true;
}

/**
 * words_headings() - who a side is
 * @lines: result
 * @ladder: the connection
 * @column: which side
 *
 * Return: how many lines
 */
int words_headings(struct line lines[WORDS_HEADINGS],
		   const struct ladder *ladder, enum ladder_column column)
{
	const struct side *side = ladder->sides[column];
	int count = 0, i;

	for (i = 0; i < WORDS_HEADINGS; i++)
		line_begin(&lines[i]);
	words_add_address(&lines[count++], ladder, column);
	if (!side) {
		line_add(&lines[count++], ladder->pairing == SIDES_DOUBTFUL ?
						  "(several sockets fit)" :
						  "(not seen here)");
		return count;
	}
	if (side->netns_name[0]) {
		line_add(&lines[count], "namespace ");
		line_add_name(&lines[count++], side->netns_name);
	} else if (side->netns_inode) {
		line_add(&lines[count++], "namespace %u", side->netns_inode);
	}
	line_add(&lines[count], "cookie 0x%llx",
		 (unsigned long long)side->cookie);
	if (side->uid != EVENT_UNKNOWN)
		line_add(&lines[count], ", uid %lld", (long long)side->uid);
	count++;
	count += add_session(&lines[count], side);
	count += add_processes(&lines[count], side);
	count += add_traffic(&lines[count], side);
	count += add_retransmits(&lines[count], side);
	return count;
}

/**
 * words_state() - a state and how long it lasted
 * @w: result
 * @state: its number
 * @stay_ns: how long, or %EVENT_UNKNOWN
 */
void words_state(struct line *w, unsigned int state, int64_t stay_ns)
{
	line_begin(w);
	words_add_state(w, state);
	if (stay_ns == EVENT_UNKNOWN)
		return;
	line_add(w, "  ");
	line_add_duration(w, stay_ns);
}

static void add_error(struct line *w, const struct side_step *step)
{
	const char *name;

	if (step->sk_err <= 0)
		return;
	name = names_error((unsigned int)step->sk_err);
	line_add(w, "%s", w->text[0] ? ", " : "");
	if (name)
		line_add(w, "%s", name);
	else
		line_add(w, "errno-%d", step->sk_err);
}

/* What happened when no process and no segment of its own made the step. */
static const char *timer_phrase(const struct side_step *step)
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
		return step->old == TCPCLOSE_SYN_SENT && step->traffic &&
				       step->segments_received ?
			       "timer: no good answer" :
			       "timer: no answer";
	case TCPCLOSE_CAUSE_USER_TIMEOUT:
		return "timer: user timeout";
	case TCPCLOSE_CAUSE_ZERO_WINDOW:
		return "timer: window stays 0";
	case TCPCLOSE_CAUSE_MEMORY:
		return "timer: no memory";
	case TCPCLOSE_CAUSE_ORPHANS:
		return "timer: orphan limit";
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
	case TCPCLOSE_END_RST_SENT:
		return "no receiver: reset";
	case TCPCLOSE_END_OVERFLOW:
		return "no mini-socket: overflow";
	case TCPCLOSE_END_OTHER:
		return "ended, cause unknown";
	default:
		return "";
	}
}

static void caption_segment(struct line *w, const struct side_step *step)
{
	if (side_step_is_rearm(step))
		line_add(w, "%s: re-arm %u",
			 ladder_is_fin_again(step) ? "FIN again" :
						     "timer restart",
			 step->rearms);
	else if (step->orphaned)
		line_add(w, "goes on as mini-socket");
	else if (step->end == TCPCLOSE_END_RST_SENT &&
		 step->cause == TCPCLOSE_CAUSE_REPLACED)
		line_add(w, "not for a new SYN: reset");
	else if (step->end)
		line_add(w, "%s", end_phrase(step->end));
	else if (step->cause == TCPCLOSE_CAUSE_DATA_AFTER_CLOSE)
		line_add(w, "data after close()");
	else if (step->cause == TCPCLOSE_CAUSE_UNREACHABLE)
		line_add(w, "ICMP error");
	else if (step->cause == TCPCLOSE_CAUSE_OPEN_FAILED)
		line_add(w, "no room for the socket");
	else if (step->cause == TCPCLOSE_CAUSE_MPTCP)
		line_add(w, "MPTCP resets it");
	else if (step->cause == TCPCLOSE_CAUSE_UNKNOWN)
		line_add(w, "cause unknown");
	add_error(w, step);
}

/* Room for a name. The same for text and SVG, since rows depend on it. */
static size_t name_columns(const struct side_step *step)
{
	size_t len = strlen(step->comm);

	return len && len < 6 ? 6 : len;
}

static size_t process_columns(const struct side_step *step)
{
	char number[16];

	if (side_step_is_kernels(step))
		return strlen("kernel");
	return name_columns(step) +
	       (size_t)snprintf(number, sizeof(number), "[%4u]", step->pid);
}

/* A name that escapes make too long is cut; the heading has all of it. */
static void add_short_process(struct line *w, const struct side_step *step)
{
	char shown[FORMAT_TEXT_MAX(sizeof(step->comm)) + 1];
	size_t room = name_columns(step);

	*format_text(shown, step->comm, line_is_utf8(w)) = '\0';
	if (w->raw || side_step_is_kernels(step) ||
	    format_columns(shown, strlen(shown)) <= room) {
		words_add_process(w, step);
		return;
	}
	line_add(w, "%.*s...", (int)line_fit(shown, room - 3), shown);
	if (step->pid)
		line_add(w, "[%u]", step->pid);
}

static bool is_timers(const struct ladder_step *ls)
{
	const struct model_edge *edge = ladder_edge(ls);

	return ls->step->context == TCPCLOSE_CONTEXT_TIMER ||
	       (ls->step->context == TCPCLOSE_CONTEXT_BACKLOG && edge &&
		edge->trigger == MODEL_BY_TIMER);
}

/* A process, what it called, and its thread if that has another name. */
static int caption_call(struct line lines[WORDS_CAPTIONS],
			const struct ladder *ladder, int step)
{
	const struct side_step *s = ladder->steps[step].step;
	char text[LADDER_CALL_SIZE];
	const char *call = ladder_call(ladder, step, text);
	int count = 1;

	add_short_process(&lines[0], s);
	if (process_columns(s) + 1 + strlen(call) <= CAPTION_COLUMNS)
		line_add(&lines[0], " %s", call);
	else
		line_add(&lines[count++], "%s", call);
	if (has_thread(s)) {
		line_add(&lines[count], "thread ");
		line_add_name(&lines[count++], s->thread);
	}
	return count;
}

/* A FIN that could not leave at once. */
static int caption_unsent(struct line *w, const struct side_step *step)
{
	if (!ladder_sends_fin(step) || !step->unsent_bytes)
		return 0;
	line_add(w, "FIN behind %u B unsent", step->unsent_bytes);
	return 1;
}

static int caption_timer(struct line lines[WORDS_CAPTIONS],
			 const struct side_step *step)
{
	line_add(&lines[0], "%s", timer_phrase(step));
	add_error(&lines[1], step);
	if (!lines[1].text[0])
		return 1;
	if (strlen(lines[0].text) + 2 + strlen(lines[1].text) > TIMER_COLUMNS)
		return 2;
	add_error(&lines[0], step);
	return 1;
}

/**
 * words_captions() - what made a step, beside its segment
 * @lines: result
 * @ladder: the connection
 * @step: number of the step
 *
 * Return: how many lines
 */
int words_captions(struct line lines[WORDS_CAPTIONS],
		   const struct ladder *ladder, int step)
{
	const struct ladder_step *ls = &ladder->steps[step];
	struct line *w = &lines[0];
	int i, count;

	for (i = 0; i < WORDS_CAPTIONS; i++)
		line_begin(&lines[i]);
	if (ls->lone) {
		words_caption_rst(w, ls);
		return 1;
	}
	if (is_timers(ls))
		return caption_timer(lines, ls->step);
	if (!side_step_is_call(ls->step) || ls->step->orphaned) {
		caption_segment(w, ls->step);
		return w->text[0] ? 1 : 0;
	}
	count = caption_call(lines, ladder, step);
	return count + caption_unsent(&lines[count], ls->step);
}

/**
 * words_endpoints() - both addresses of a connection
 * @w: result
 * @side: one side of it
 */
void words_endpoints(struct line *w, const struct side *side)
{
	line_begin(w);
	line_add_endpoint(w, side->tuple.laddr, side->tuple.lport);
	line_add(w, " -> ");
	line_add_endpoint(w, side->tuple.raddr, side->tuple.rport);
}
