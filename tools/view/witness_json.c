// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all witnesses report, as one JSON object.
 */
#include <stdio.h>
#include <sys/wait.h>

#include "base/json.h"
#include "view/witness.h"

static void add_reason(struct json *w, const char *key,
		       const struct error *why)
{
	if (!why->text[0])
		return;
	json_name_key(w, key);
	json_string(w, why->text);
}

static void add_rows(struct json *w, const struct comparison *c)
{
	unsigned int i;

	json_key(w, "compared");
	json_array_begin(w);
	for (i = 0; i < c->row_count; i++) {
		const struct comparison_row *row = &c->rows[i];

		json_object_begin(w);
		json_member(w, "what", string, row->what);
		json_member(w, "kernel", u64, row->kernel);
		json_member(w, "tcpclose", u64, row->tcpclose);
		json_member(w, "difference", u64, row->difference);
		json_member(w, "in_motion", u64, row->moving);
		json_object_end(w);
	}
	json_array_end(w);
}

/* Those that prove nothing are left out. */
static void add_details(struct json *w, const struct comparison *c, bool counts)
{
	uint64_t count = counts ? c->detail_count : 0;
	uint64_t i;

	json_key(w, "details");
	json_array_begin(w);
	for (i = 0; i < count && i < COMPARISON_DETAILS; i++)
		json_string(w, c->details[i].text);
	json_array_end(w);
	json_member(w, "details_in_all", u64, count);
}

static const char *status_of(const struct comparison *c, bool counts)
{
	if (comparison_is_missing(c))
		return "missing";
	if (!counts)
		return "incomplete";
	return comparison_differences(c) ? "differs" : "agrees";
}

static void add_witness(struct json *w, const struct comparison *c, bool counts)
{
	json_object_begin(w);
	json_member(w, "witness", string, c->witness);
	json_member(w, "source", string, c->source);
	json_member(w, "status", name, status_of(c, counts));
	add_reason(w, "missing", &c->missing);
	add_reason(w, "incomplete", &c->incomplete);
	add_reason(w, "left_out", &c->remarks);
	add_rows(w, c);
	add_details(w, c, counts);
	json_object_end(w);
}

static void add_command(struct json *w, const struct outcome *h)
{
	bool killed = WIFSIGNALED(h->command_status);
	unsigned int i;

	if (!h->command)
		return;
	json_key(w, "command");
	json_array_begin(w);
	for (i = 0; h->command[i]; i++) {
		char word[256];

		snprintf(word, sizeof(word), "%s", h->command[i]);
		json_string(w, word);
	}
	json_array_end(w);
	json_name_key(w, killed ? "command_signal" : "command_status");
	json_s64(w, killed ? WTERMSIG(h->command_status) :
			     WEXITSTATUS(h->command_status));
}

/**
 * witness_add_json() - write what all witnesses report as a JSON object
 * @w: the writer
 * @h: the outcome
 */
void witness_add_json(struct json *w, const struct outcome *h)
{
	static const char *const verdicts[] = {
		[OUTCOME_AGREE] = "agree",
		[OUTCOME_DIFFER] = "differ",
		[OUTCOME_INCOMPLETE] = "incomplete",
		[OUTCOME_NO_WITNESS] = "no witness",
	};
	int i;

	json_object_begin(w);
	json_member(w, "verdict", name, verdicts[outcome_result(h)]);
	json_member(w, "differences", u64, outcome_differences(h));
	json_member(w, "start_ns", u64, h->start_ns);
	json_member(w, "end_ns", u64, h->end_ns);
	json_member(w, "start_time", moment, h->start_realtime_ns);
	json_member(w, "end_time", moment, h->end_realtime_ns);
	json_member(w, "scope", name, h->openings ? "all" : "teardown");
	json_member(w, "records", u64, h->records);
	json_member(w, "lost", u64, h->lost);
	add_reason(w, "incomplete", &h->incomplete);
	add_command(w, h);
	json_key(w, "witnesses");
	json_array_begin(w);
	for (i = 0; i < WITNESSES; i++)
		add_witness(w, &h->witnesses[i], outcome_counts(h, i));
	json_array_end(w);
	json_object_end(w);
}

/**
 * witness_json() - write what all witnesses report as a line of JSON
 * @how: JSON looks the same always
 * @to: where it goes
 * @h: the outcome
 */
void witness_json(const struct view *how, struct buffer *to,
		  const struct outcome *h)
{
	struct json w;

	json_begin(&w, to);
	witness_add_json(&w, h);
	json_end(&w);
}
