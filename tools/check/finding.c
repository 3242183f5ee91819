// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps findings: counts all, keeps the first ones as examples.
 */
#include <stdio.h>
#include <string.h>

#include "check/finding.h"

/**
 * finding_of_event() - begin a finding
 * @f: result; its @what is empty
 * @kind: its kind
 * @e: the event that shows it
 */
void finding_of_event(struct finding *f, enum finding_kind kind,
		      const struct event *e)
{
	memset(f, 0, sizeof(*f));
	f->kind = kind;
	f->record = true;
	f->ts_ns = e->ts_ns;
	f->realtime_ns = e->realtime_ns;
	f->cpu = e->cpu;
	f->seq = e->seq;
	if (e->kind != EVENT_TRANSITION && e->kind != EVENT_RST && e->kind != EVENT_DROP &&
	    e->kind != EVENT_SESSION)
		return;
	f->transition = e->kind == EVENT_TRANSITION;
	f->session = e->kind == EVENT_SESSION;
	f->rst = e->kind == EVENT_RST;
	f->drop = e->kind == EVENT_DROP;
	f->ipv6 = e->ipv6;
	f->old = e->old;
	f->new = e->new;
	f->origin = e->origin;
	f->index = e->index;
	f->lport = e->lport;
	f->rport = e->rport;
	f->netns_inode = e->netns_inode;
	f->cookie = e->cookie;
	memcpy(f->laddr, e->laddr, sizeof(f->laddr));
	memcpy(f->raddr, e->raddr, sizeof(f->raddr));
	if (e->netns_name)
		snprintf(f->netns_name, sizeof(f->netns_name), "%s",
			 e->netns_name);
}

/**
 * findings_add() - add a finding
 * @to: findings of its kind
 * @f: the finding
 */
void findings_add(struct findings *to, const struct finding *f)
{
	if (to->kept < FINDING_EXAMPLES)
		to->examples[to->kept++] = *f;
	to->count++;
}

/**
 * findings_move() - move all findings
 * @to: where they go
 * @from: empty afterwards
 */
void findings_move(struct findings *to, struct findings *from)
{
	unsigned int i;

	for (i = 0; i < from->kept && to->kept < FINDING_EXAMPLES; i++)
		to->examples[to->kept++] = from->examples[i];
	to->count += from->count;
	from->kept = 0;
	from->count = 0;
}

static const struct {
	const char *name;
	const char *text;
} kinds[FINDING_KINDS] = {
	[FINDING_TRANSITION] = { "illegal-transition",
				 "transitions that the model does not have" },
	[FINDING_IMPOSSIBLE] = { "impossible-transition",
				 "transitions that Linux never makes" },
	[FINDING_STATE] = { "wrong-state",
			    "transitions from a state that the connection was not in" },
	[FINDING_GAP] = { "missing-transitions",
			  "transitions of a connection are missing" },
	[FINDING_AGAIN] = { "repeated-transition",
			    "transitions that came twice, or after later ones" },
	[FINDING_INDEX] = { "wrong-index",
			    "transitions with an impossible number" },
	[FINDING_AFTER_END] = { "after-end",
				"transitions after the end of their connection" },
	[FINDING_HAND_OVER] = { "wrong-hand-over",
				"socket and mini-socket contradict each other" },
	[FINDING_TIME] = { "wrong-time",
			   "dwell or age contradict the times of the records" },
	[FINDING_CLOSER] = { "wrong-closer",
			     "who closed first contradicts the states" },
	[FINDING_REARMS] = { "wrong-rearms",
			     "number of re-arms contradicts those seen" },
	[FINDING_ADDRESS] = { "wrong-address",
			      "addresses or ports of a connection changed" },
	[FINDING_MARK] = { "wrong-mark", "impossible marks" },
	[FINDING_COOKIE] = { "wrong-cookie",
			     "the cookie is missing, or another connection's" },
	[FINDING_RST] = { "illegal-rst", "RSTs that the model does not have" },
	[FINDING_DROP] = { "illegal-drop",
			   "drops by listeners that the model does not have" },
	[FINDING_FAILED_CALL] = { "illegal-failed-call",
				  "failed calls that the model does not have" },
	[FINDING_SESSION] = { "illegal-session",
			      "transitions of a session that MPTCP does not have" },
	[FINDING_STREAM + EVENT_FLAW_GAP] = {
		"unreported-loss", "records are missing, but no loss was reported" },
	[FINDING_STREAM + EVENT_FLAW_LOSS] = {
		"wrong-loss", "fewer records are missing than were reported as lost" },
	[FINDING_STREAM + EVENT_FLAW_AGAIN] = {
		"repeated-record", "records that came twice, or out of order" },
	[FINDING_STREAM + EVENT_FLAW_TIME] = { "time-went-back",
					     "time of a CPU went back" },
	[FINDING_STREAM + EVENT_FLAW_NO_START] = {
		"no-start", "no start marker for a CPU's records" },
	[FINDING_STREAM + EVENT_FLAW_START_AGAIN] = {
		"repeated-start", "a CPU's records begin a second time" },
	[FINDING_STREAM + EVENT_FLAW_DETAIL_ALONE] = {
		"lone-details", "details without their transition" },
	[FINDING_STREAM + EVENT_FLAW_DETAIL_OTHER] = {
		"wrong-details", "details of another transition" },
	[FINDING_STREAM + EVENT_FLAW_NO_DETAIL] = {
		"no-details", "calls of a process, or ends, without their details" },
};

/**
 * finding_name() - short and stable, for JSON
 * @kind: the kind
 */
const char *finding_name(enum finding_kind kind)
{
	return kinds[kind].name;
}

/**
 * finding_text() - for people
 * @kind: the kind
 */
const char *finding_text(enum finding_kind kind)
{
	return kinds[kind].text;
}
