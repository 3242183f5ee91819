// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a ladder shows, in sentences: how the connection was closed, how TIME_WAIT
 * ended, what the model says, and what is unknown.
 */
#include "lib/names.h"
#include "view/ladder/words.h"

static const char *cause_phrase(unsigned int cause)
{
	static const char *const phrases[TCPCLOSE_CAUSES] = {
		[TCPCLOSE_CAUSE_UNKNOWN] = "for an unknown reason",
		[TCPCLOSE_CAUSE_FIN] = "both ends sent their FIN",
		[TCPCLOSE_CAUSE_RST] = "a RST arrived",
		[TCPCLOSE_CAUSE_REFUSED] = "the SYN was answered with a RST",
		[TCPCLOSE_CAUSE_DATA_AFTER_CLOSE] = "data arrived after close()",
		[TCPCLOSE_CAUSE_DISCONNECT] = "disconnected",
		[TCPCLOSE_CAUSE_CONNECT_ABORTED] =
			"aborted before it was established",
		[TCPCLOSE_CAUSE_DESTROYED] = "an administrator or BPF ended it",
		[TCPCLOSE_CAUSE_TIMEOUT] = "the peer did not answer",
		[TCPCLOSE_CAUSE_KEEPALIVE] =
			"the peer did not answer keepalive probes",
		[TCPCLOSE_CAUSE_FIN_WAIT2_TIMEOUT] =
			"the peer's FIN did not arrive in time",
		[TCPCLOSE_CAUSE_UNREACHABLE] = "an ICMP error arrived",
		[TCPCLOSE_CAUSE_MEMORY] = "no memory for it",
		[TCPCLOSE_CAUSE_NOT_ACCEPTED] =
			"the listener closed before accept()",
		[TCPCLOSE_CAUSE_OPEN_FAILED] =
			"the opening could not be completed",
		[TCPCLOSE_CAUSE_NETNS] = "its network namespace was removed",
		[TCPCLOSE_CAUSE_LISTENER] = "a listener closed",
		[TCPCLOSE_CAUSE_REPLACED] = "a new connection claimed the port",
		[TCPCLOSE_CAUSE_REPAIR] =
			"closed in repair mode, without a segment",
		[TCPCLOSE_CAUSE_NO_PORT] =
			"connect() found no local port, and sent no SYN",
		[TCPCLOSE_CAUSE_USER_TIMEOUT] =
			"the peer did not answer within TCP_USER_TIMEOUT",
		[TCPCLOSE_CAUSE_ZERO_WINDOW] =
			"the peer kept its window at 0 and answered the probes",
		[TCPCLOSE_CAUSE_ORPHANS] = "more orphans than tcp_max_orphans",
		[TCPCLOSE_CAUSE_MPTCP] = "MPTCP reset its subflow",
		[TCPCLOSE_CAUSE_OVERFLOW] =
			"no mini-socket could wait for the peer's FIN",
	};

	return cause < TCPCLOSE_CAUSES && phrases[cause] ? phrases[cause] :
							   "cause unknown";
}

/* Segments came, but none of them acknowledged the SYN. */
static bool is_ill_answered(const struct side_step *step)
{
	return (step->cause == TCPCLOSE_CAUSE_TIMEOUT ||
		step->cause == TCPCLOSE_CAUSE_USER_TIMEOUT) &&
	       step->old == TCPCLOSE_SYN_SENT && step->traffic &&
	       step->segments_received;
}

static bool is_sendless(const struct side_step *step)
{
	return step->old == TCPCLOSE_SYN_SENT && step->traffic &&
	       !step->segments_sent &&
	       step->cause == TCPCLOSE_CAUSE_CONNECT_ABORTED;
}

static void add_cause(struct line *w, const struct side_step *step)
{
	if (step->cause == TCPCLOSE_CAUSE_UNREAD)
		line_add(w, "%s with unread data", ladder_closing(step));
	else if (step->cause == TCPCLOSE_CAUSE_LINGER)
		line_add(w, "%s with SO_LINGER 0", ladder_closing(step));
	else if (is_ill_answered(step))
		line_add(w,
			 step->segments_received == 1 ?
				 "a segment came, but did not acknowledge the SYN" :
				 "%u segments came, but none acknowledged the SYN",
			 step->segments_received);
	else if (is_sendless(step))
		line_add(w, "aborted before a SYN was sent");
	else
		line_add(w, "%s", cause_phrase(step->cause));
}

static void add_edge(struct line *w, const struct side_step *step)
{
	words_add_state(w, step->old);
	line_add(w, line_is_utf8(w) ? " \u2192 " : " -> ");
	words_add_state(w, step->new);
}

static bool has_fin_again(const struct ladder *ladder)
{
	int i;

	for (i = 0; i < ladder->step_count; i++)
		if (ladder_is_fin_again(ladder->steps[i].step))
			return true;
	return false;
}

/**
 * words_title() - what happened, in a few words
 * @w: result
 * @ladder: the connection
 */
void words_title(struct line *w, const struct ladder *ladder)
{
	static const char *const kinds[] = {
		[LADDER_OPEN] = "Not closed yet",
		[LADDER_FOUR_WAY] = "Four-way close",
		[LADDER_THREE_SEGMENTS] = "Three-segment close",
		[LADDER_SIMULTANEOUS] = "Simultaneous close",
		[LADDER_GRACEFUL] = "Graceful close",
		[LADDER_UNSEEN] = "Closed, how was not seen",
	};
	const struct ladder_step *decisive = ladder_deciding_step(ladder);
	enum ladder_kind kind = ladder_kind(ladder);

	line_begin(w);
	if (kind != LADDER_ABRUPT) {
		line_add(w, "%s", kinds[kind]);
	} else if (decisive->step->cause == TCPCLOSE_CAUSE_REFUSED) {
		line_add(w, "Connection refused");
	} else {
		line_add(w, "Abrupt end: ");
		add_cause(w, decisive->step);
	}
	if (ladder_is_half_close(ladder))
		line_add(w, " after a half-close");
	if (has_fin_again(ladder))
		line_add(w, ", and a repeated FIN");
}

static void add_whereabouts(struct line *w, const struct ladder *ladder,
			    enum ladder_column column)
{
	const struct side *side = ladder->sides[column];

	words_add_address(w, ladder, column);
	line_add(w, " is in ");
	words_add_state(w, side->steps[side->count - 1].new);
}

static void conclude_manner(struct line *w, const struct ladder *ladder)
{
	const struct ladder_step *decisive = ladder_deciding_step(ladder);
	const struct side *left = ladder->sides[LADDER_LEFT];
	unsigned int closer = left->closer;

	switch (ladder_kind(ladder)) {
	case LADDER_OPEN:
		line_add(w, "not closed, or not seen to the end: ");
		add_whereabouts(w, ladder, LADDER_LEFT);
		if (!ladder->sides[LADDER_RIGHT])
			return;
		line_add(w, ", ");
		add_whereabouts(w, ladder, LADDER_RIGHT);
		return;
	case LADDER_UNSEEN:
		line_add(w,
			 "closed, but the deciding step was not seen");
		return;
	case LADDER_ABRUPT:
		line_add(w, "abrupt: ");
		add_cause(w, decisive->step);
		line_add(w, ", at ");
		words_add_address(w, ladder, decisive->column);
		return;
	default:
		line_add(w, "graceful: %s",
			 cause_phrase(decisive->step->cause));
	}
	if (ladder_kind(ladder) == LADDER_SIMULTANEOUS) {
		line_add(w, " before they had the other's");
	} else if (closer == TCPCLOSE_CLOSER_LOCAL ||
		   closer == TCPCLOSE_CLOSER_REMOTE) {
		line_add(w, ", ");
		words_add_address(w, ladder,
				  closer == TCPCLOSE_CLOSER_LOCAL ? LADDER_LEFT :
								    LADDER_RIGHT);
		line_add(w, " first");
	}
}

static const char *time_wait_end(unsigned int end)
{
	switch (end) {
	case TCPCLOSE_END_EXPIRED:
		return "until its timer expired";
	case TCPCLOSE_END_RST:
		return "until a RST arrived";
	case TCPCLOSE_END_SYN:
		return "until a new SYN took the port";
	case TCPCLOSE_END_RECYCLED:
		return "until connect() took the port";
	case TCPCLOSE_END_DESTROYED:
		return "until an administrator or BPF ended it";
	case TCPCLOSE_END_NETNS:
		return "until its network namespace was removed";
	default:
		return "until it ended, cause unknown";
	}
}

static void add_strays(struct line *w, const char *subject,
		       const struct side_step *step)
{
	if (step->strays)
		line_add(w, "%sreceived %u SYN or RST that changed nothing",
			 subject, step->strays);
}

static bool conclude_time_wait(struct line *w, const struct ladder *ladder,
			       enum ladder_column column)
{
	const struct side *side = ladder->sides[column];
	const struct side_step *last;

	if (!side)
		return false;
	last = &side->steps[side->count - 1];
	if (last->new == TCPCLOSE_TIME_WAIT) {
		line_add(w, "TIME_WAIT of ");
		words_add_address(w, ladder, column);
		line_add(w, " is not over");
		add_strays(w, ", ", last);
		return true;
	}
	if (last->old != TCPCLOSE_TIME_WAIT)
		return false;
	line_add(w, "TIME_WAIT of ");
	words_add_address(w, ladder, column);
	line_add(w, ": ");
	if (last->dwell_ns != EVENT_UNKNOWN) {
		line_add_duration(w, last->dwell_ns);
		line_add(w, ", ");
	}
	line_add(w, "%s", time_wait_end(last->end));
	if (last->rearms == 1)
		line_add(w, ", its timer was restarted once");
	else if (last->rearms)
		line_add(w, ", its timer was restarted %u times",
			 last->rearms);
	add_strays(w, ", ", last);
	return true;
}

/* A FIN that never left, as the end of its socket shows. */
static bool conclude_unsent(struct line *w, const struct ladder *ladder,
			    enum ladder_column column)
{
	const struct side *side = ladder->sides[column];
	const struct side_step *last;

	if (!side)
		return false;
	last = &side->steps[side->count - 1];
	if (last->new != TCPCLOSE_CLOSE || !last->fin_unsent)
		return false;
	line_add(w, "the FIN of ");
	words_add_address(w, ladder, column);
	line_add(w, " was never sent");
	if (last->unsent_bytes)
		line_add(w, ": it was behind %u unsent bytes",
			 last->unsent_bytes);
	return true;
}

/* Who released a socket that a call had closed before. */
static bool conclude_release(struct line *w, const struct ladder *ladder,
			     enum ladder_column column)
{
	int i;

	for (i = 0; i < ladder->step_count; i++) {
		const struct side_step *step = ladder->steps[i].step;

		if (ladder->steps[i].column != column)
			continue;
		if (step->deferred && step->call == TCPCLOSE_CALL_OTHER) {
			words_add_address(w, ladder, column);
			line_add(w, ": close() came before: the socket was in use, and released when another call of ");
			words_add_process(w, step);
			line_add(w, " returned");
			return true;
		}
		if (step->deferred && ladder_sends_fin(step)) {
			words_add_address(w, ladder, column);
			line_add(w, ": the kernel released the socket, which no process held any more");
			return true;
		}
	}
	return false;
}

/* The self-loops of MPTCP look odd. */
static bool conclude_mptcp(struct line *w, const struct ladder *ladder)
{
	int i;

	for (i = 0; i < ladder->step_count; i++) {
		const struct side_step *step = ladder->steps[i].step;

		if (!(step->mark & TCPCLOSE_MARK_MPTCP) ||
		    step->old != step->new || step->orphaned ||
		    side_step_is_rearm(step))
			continue;
		add_edge(w, step);
		line_add(w, ": MPTCP shuts its subflow down, and closes it later, which stores the state again");
		return true;
	}
	return false;
}

/* A worker of the kernel closes what belonged to the session. */
static bool conclude_session(struct line *w, const struct ladder *ladder,
			     enum ladder_column column)
{
	const struct side *side = ladder->sides[column];
	const struct event_owner *closer = side ? &side->session_closer : NULL;
	const char *call;

	if (!closer || !closer->pid)
		return false;
	words_add_address(w, ladder, column);
	line_add(w, ": the MPTCP session was closed by ");
	line_add_name(w, closer->comm);
	line_add(w, "[%u]", closer->pid);
	call = names_call(closer->from);
	if (call)
		line_add(w, " (%s)", call);
	line_add(w, ", for which the kernel closes its subflows");
	return true;
}

/* A mini-socket of this machine that answered a SYN instead of a listener. */
static bool conclude_obstacle(struct line *w, const struct ladder *ladder)
{
	const struct side *obstacle = ladder->obstacle;

	if (!obstacle)
		return false;
	line_add(w, "meanwhile ");
	line_add_endpoint(w, obstacle->tuple.laddr, obstacle->tuple.lport);
	line_add(w, " was in TIME_WAIT for an earlier connection with the same addresses and ports (cookie 0x%llx)",
		 (unsigned long long)obstacle->cookie);
	add_strays(w, "; it ", &obstacle->steps[obstacle->count - 1]);
	return true;
}

static unsigned int count_verdict(const struct ladder *ladder,
				  enum model_verdict verdict)
{
	unsigned int count = 0;
	int i;

	for (i = 0; i < ladder->step_count; i++)
		count += !ladder->steps[i].lone &&
			 ladder->steps[i].step->verdict == verdict;
	return count;
}

/* Each kind of edge once, as far as there is room. */
static void add_edges(struct line *w, const struct ladder *ladder,
		      enum model_verdict verdict)
{
	unsigned int shown = 0;
	int i, j;

	for (i = 0; i < ladder->step_count && shown < 3; i++) {
		const struct side_step *step = ladder->steps[i].step;

		if (step->verdict != verdict)
			continue;
		for (j = 0; j < i; j++)
			if (ladder->steps[j].step->verdict == verdict &&
			    ladder->steps[j].step->old == step->old &&
			    ladder->steps[j].step->new == step->new &&
			    ladder->steps[j].step->orphaned == step->orphaned)
				break;
		if (j < i)
			continue;
		line_add(w, "%s", shown++ ? ", " : " (");
		add_edge(w, step);
		if (step->orphaned)
			line_add(w, " as mini-socket");
	}
	line_add(w, ")");
}

static void conclude_model(struct line *w, const struct ladder *ladder)
{
	unsigned int documented = count_verdict(ladder, MODEL_OK_DOCUMENTED);
	unsigned int linux_only = count_verdict(ladder, MODEL_OK_LINUX);
	unsigned int illegal = count_verdict(ladder, MODEL_ILLEGAL);
	unsigned int impossible = count_verdict(ladder, MODEL_IMPOSSIBLE);
	unsigned int all = documented + linux_only + illegal + impossible;

	line_add(w, "model: %u of %u step%s as RFC 9293 documents them",
		 documented, all, all == 1 ? "" : "s");
	if (linux_only) {
		line_add(w, "; Linux-specific: %u", linux_only);
		add_edges(w, ladder, MODEL_OK_LINUX);
	}
	if (illegal) {
		line_add(w, "; illegal: %u", illegal);
		add_edges(w, ladder, MODEL_ILLEGAL);
	}
	if (impossible) {
		line_add(w, "; impossible here: %u", impossible);
		add_edges(w, ladder, MODEL_IMPOSSIBLE);
	}
}

/* A FIN that was sent again may have arrived later than it left first. */
static bool conclude_repeats(struct line *w, const struct ladder *ladder,
			     enum ladder_column column)
{
	const struct side *side = ladder->sides[column];
	unsigned int i, repeats;

	for (i = 0; side && i + 1 < side->count; i++) {
		const struct side_step *fin = &side->steps[i], *next = fin + 1;

		if (!ladder_sends_fin(fin) ||
		    next->origin != TCPCLOSE_ORIGIN_TRACEPOINT ||
		    next->retransmits <= fin->retransmits)
			continue;
		repeats = next->retransmits - fin->retransmits;
		words_add_address(w, ladder, column);
		line_add(w, " sent %u segment%s again in ", repeats,
			 repeats == 1 ? "" : "s");
		words_add_state(w, fin->new);
		return true;
	}
	return false;
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

	for (i = 0; i < LADDER_COLUMNS; i++)
		count += ladder->sides[i] ? ladder->sides[i]->dropped : 0;
	for (i = 0; i < ladder->step_count; i++)
		count += ladder->steps[i].step->skipped;
	return count;
}

/**
 * words_conclusions() - what the ladder shows, in sentences
 * @lines: result
 * @ladder: the connection
 *
 * Return: how many lines
 */
int words_conclusions(struct line lines[WORDS_CONCLUSIONS],
		      const struct ladder *ladder)
{
	uint64_t left_out = count_left_out(ladder);
	int count = 0, i;

	for (i = 0; i < WORDS_CONCLUSIONS; i++)
		line_begin(&lines[i]);
	conclude_manner(&lines[count++], ladder);
	count += words_conclude_rsts(&lines[count], ladder, LADDER_LEFT);
	count += words_conclude_rsts(&lines[count], ladder, LADDER_RIGHT);
	count += conclude_unsent(&lines[count], ladder, LADDER_LEFT);
	count += conclude_unsent(&lines[count], ladder, LADDER_RIGHT);
	count += conclude_release(&lines[count], ladder, LADDER_LEFT);
	count += conclude_release(&lines[count], ladder, LADDER_RIGHT);
	count += conclude_repeats(&lines[count], ladder, LADDER_LEFT);
	count += conclude_repeats(&lines[count], ladder, LADDER_RIGHT);
	count += conclude_time_wait(&lines[count], ladder, LADDER_LEFT);
	count += conclude_time_wait(&lines[count], ladder, LADDER_RIGHT);
	count += conclude_obstacle(&lines[count], ladder);
	count += conclude_session(&lines[count], ladder, LADDER_LEFT);
	count += conclude_session(&lines[count], ladder, LADDER_RIGHT);
	count += conclude_mptcp(&lines[count], ladder);
	conclude_model(&lines[count++], ladder);
	if (has_missing(ladder))
		line_add(
			&lines[count++],
			"incomplete: earlier steps, or those at \"steps not seen\", are missing");
	if (left_out)
		line_add(&lines[count++], "%llu more steps are left out",
			 (unsigned long long)left_out);
	if (ladder->pairing == SIDES_DOUBTFUL)
		line_add(
			&lines[count++],
			"the other end could be one of several sockets, so none is drawn");
	if (ladder->late)
		line_add(
			&lines[count++],
			"an arrow without a time: its sender's step was recorded after it arrived");
	return count;
}
