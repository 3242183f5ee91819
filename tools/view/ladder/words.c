// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is said about a ladder: who its ends are, and what stands at its steps.
 *
 * Knows nothing of where on the drawing that goes.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/format.h"
#include "lib/names.h"
#include "view/ladder/words.h"

/* Process and call on one line, as long as that is no longer. */
#define CAPTION_COLUMNS 26

/**
 * words_add_side() - the address of an end
 * @w: the line
 * @ladder: the connection
 * @side: which end; also the one that was not seen
 */
void words_add_side(struct words *w, const struct ladder *ladder,
		    enum ladder_side side)
{
	const struct end *end = ladder->ends[side];

	if (end)
		words_add_endpoint(w, end->tuple.laddr, end->tuple.lport);
	else
		words_add_endpoint(w, ladder->ends[!side]->tuple.raddr,
				   ladder->ends[!side]->tuple.rport);
}

static void add_process(struct words *w, const struct end_step *step)
{
	if (step->comm[0])
		words_add_name(w, step->comm);
	if (step->pid)
		words_add(w, "[%u]", step->pid);
	else if (!step->comm[0])
		words_add(w, "a process");
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

	words_begin(w);
	if (!localtime_r(&second, &tm))
		memset(&tm, 0, sizeof(tm));
	strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	words_add(w, "time 0 is %s.%06u %s", day,
		  (unsigned int)(ns % NS_PER_S / NS_PER_US), zone);
}

static bool add_traffic(struct words *w, const struct end *end)
{
	if (end->bytes_sent == EVENT_UNKNOWN ||
	    end->bytes_received == EVENT_UNKNOWN)
		return false;
	words_add(w, "%lld B sent, %lld B received", (long long)end->bytes_sent,
		  (long long)end->bytes_received);
	return true;
}

static bool add_retransmits(struct words *w, const struct end *end)
{
	if (end->retransmits <= 0)
		return false;
	words_add(w, "%lld segment%s sent again", (long long)end->retransmits,
		  end->retransmits == 1 ? "" : "s");
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
			words_add(w, ", ");
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
		words_begin(&lines[i]);
	words_add_side(&lines[count++], ladder, side);
	if (!end) {
		words_add(&lines[count++], ladder->pairing == ENDS_DOUBTFUL ?
						   "(several sockets fit)" :
						   "(not seen here)");
		return count;
	}
	if (end->netns_name[0]) {
		words_add(&lines[count], "namespace ");
		words_add_name(&lines[count++], end->netns_name);
	} else if (end->netns_inode) {
		words_add(&lines[count++], "namespace %u", end->netns_inode);
	}
	words_add(&lines[count], "cookie 0x%llx",
		  (unsigned long long)end->cookie);
	if (end->uid != EVENT_UNKNOWN)
		words_add(&lines[count], ", uid %lld", (long long)end->uid);
	count++;
	count += add_processes(&lines[count], end);
	count += add_traffic(&lines[count], end);
	count += add_retransmits(&lines[count], end);
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
	words_begin(w);
	words_add_state(w, state);
	if (stay_ns == EVENT_UNKNOWN)
		return;
	words_add(w, "  ");
	words_add_duration(w, stay_ns);
}

static void add_error(struct words *w, const struct end_step *step)
{
	const char *name;

	if (step->sk_err <= 0)
		return;
	name = error_name((unsigned int)step->sk_err);
	words_add(w, "%s", w->text[0] ? ", " : "");
	if (name)
		words_add(w, "%s", name);
	else
		words_add(w, "errno-%d", step->sk_err);
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
		words_add(w, "%s: re-arm %u",
			  ladder_is_fin_again(step) ? "FIN again" :
						      "timer anew",
			  step->rearms);
	else if (step->orphaned)
		words_add(w, "goes on as mini-socket");
	else if (step->end)
		words_add(w, "%s", end_phrase(step->end));
	else if (step->cause == TCPCLOSE_CAUSE_DATA_AFTER_CLOSE)
		words_add(w, "data after close()");
	else if (step->cause == TCPCLOSE_CAUSE_UNREACHABLE)
		words_add(w, "ICMP error");
	else if (step->cause == TCPCLOSE_CAUSE_OPEN_FAILED)
		words_add(w, "no room for the socket");
	else if (step->cause == TCPCLOSE_CAUSE_UNKNOWN)
		words_add(w, "cause unknown");
	add_error(w, step);
}

/* Room for a name, however it is written: the rows depend on it. */
static size_t name_columns(const struct end_step *step)
{
	size_t len = strlen(step->comm);

	return len && len < 6 ? 6 : len;
}

static size_t process_columns(const struct end_step *step)
{
	char number[16];

	return name_columns(step) +
	       (size_t)snprintf(number, sizeof(number), "[%u]", step->pid);
}

/* A name with characters that must not be shown is cut; the heading has all. */
static void add_short_process(struct words *w, const struct end_step *step)
{
	char shown[FORMAT_TEXT_MAX(sizeof(step->comm)) + 1];
	size_t room = name_columns(step);

	*format_text(shown, step->comm, w->utf8) = '\0';
	if (w->raw || format_columns(shown, strlen(shown)) <= room) {
		add_process(w, step);
		return;
	}
	words_add(w, "%.*s...", (int)words_fit(shown, room - 3), shown);
	if (step->pid)
		words_add(w, "[%u]", step->pid);
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

	words_begin(&lines[0]);
	words_begin(&lines[1]);
	if (is_timers(ls)) {
		words_add(w, "%s", timer_phrase(ls->step));
		add_error(w, ls->step);
		return 1;
	}
	if (!end_step_is_call(ls->step) || ls->step->orphaned) {
		caption_segment(w, ls->step);
		return w->text[0] ? 1 : 0;
	}
	call = ladder_call(ladder, step);
	add_short_process(w, ls->step);
	if (process_columns(ls->step) + 1 + strlen(call) <= CAPTION_COLUMNS) {
		words_add(w, " %s", call);
		return 1;
	}
	words_add(&lines[1], "%s", call);
	return 2;
}

/**
 * words_endpoints() - both addresses of a connection
 * @w: result
 * @end: one end of it
 */
void words_endpoints(struct words *w, const struct end *end)
{
	words_begin(w);
	words_add_endpoint(w, end->tuple.laddr, end->tuple.lport);
	words_add(w, " -> ");
	words_add_endpoint(w, end->tuple.raddr, end->tuple.rport);
}
